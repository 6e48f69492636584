"""The math eliminator: every golden, the order of its checks, what is asked, what is kept."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evol.domains.math.eliminator import MathEliminator
from evol.domains.math.programs import judge_programs
from evol.errors import PackError
from evol.pack import load_pack
from evol.protocols import Judgement, PackContext
from evol.types import ChatReply, ChatRequest, Json, Outcome, Sample

PACK = load_pack("math")
GOLDEN = [json.loads(line) for line in PACK.golden.read_text(encoding="utf-8").splitlines()]

PARENT = "A baker sells 14 loaves at $3 each. How much money does the baker take in?"
CHILD = "A baker sells 14 loaves at $3 each and pays $5 for the stall. How much money is left?"
RIGHT = "14 * 3 = 42\n42 - 5 = 37\nThe answer is \\boxed{37}."
SLIP = "14 * 3 = 52\n52 - 5 = 47\nThe answer is \\boxed{47}."
PROGRAM = "```python\ntaken = 14 * 3\nanswer = taken - 5\n```"
OTHER = "14 * 3 = 42\nThe answer is \\boxed{42}."


@dataclass
class Teacher:
    """Replays replies by purpose and counts what it was asked; judges in this process."""

    replies: Mapping[str, Sequence[str | ChatReply]]
    asked: list[ChatRequest] = field(default_factory=list)

    async def ask(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        reply = self.replies[request.purpose][request.sample % len(self.replies[request.purpose])]
        return reply if isinstance(reply, ChatReply) else ChatReply(reply)

    async def verify(self, function: Callable[..., Any], *args: object) -> Any:
        assert function.__qualname__ == function.__name__, "a worker can only import what a module holds"
        return function(*args)

    @property
    def calls(self) -> Counter[str]:
        return Counter(request.purpose for request in self.asked)


def row(instruction: str, parent: str | None = None, **fields: Any) -> tuple[Sample, Sample | None]:
    above = None if parent is None else Sample("p", "math", parent, root="p")
    root = "p" if above else "c"
    return Sample("c", "math", instruction, **{"root": root, **fields}), above


def judged(teacher: Teacher, candidate: Sample, parent: Sample | None, **changes: Json) -> Judgement:
    context = PackContext("math", PACK.prompts, {**PACK.settings, **changes}, PACK.sampling)
    return asyncio.run(MathEliminator(context).judge(candidate, parent, teacher))


def evolved(
    *answers: str | ChatReply, judge: str = "Not Equal", **changes: Json
) -> tuple[Judgement, Teacher]:
    teacher = Teacher({"judge": [judge], "answer": answers, "program": [PROGRAM]})
    return judged(teacher, *row(CHILD, PARENT), **changes), teacher


def votes(judgement: Judgement) -> Mapping[str, Json]:
    return next(v for v in judgement.verdicts if v.verifier == "math.agreement").evidence


@pytest.mark.parametrize("golden", GOLDEN, ids=lambda golden: golden["id"])
def test_every_golden_ends_as_its_author_says(golden: dict[str, Any]) -> None:
    fields = {key: golden[key] for key in ("answer", "response") if golden.get(key) is not None}
    candidate, parent = row(golden["instruction"], golden["parent"], **fields)
    if golden.get("operation") == "breadth":
        candidate = candidate.with_(root="c")
    verdict = judged(Teacher(golden["replies"]), candidate, parent).verdict
    assert (verdict.outcome, verdict.reason) == (golden["outcome"], golden["reason"]), verdict


def test_the_goldens_cover_the_eliminators_reasons() -> None:
    assert len(GOLDEN) >= 60
    reasons = {golden["reason"] for golden in GOLDEN}
    assert reasons >= {
        "program_agrees", "program_disagrees", "programs_differ", "program_failed", "no_program",
        "gold_agrees", "copied_prompt", "empty", "truncated", "encoding_damage", "repetition",
        "no_information_gain", "answer_in_instruction", "not_one_question", "judge_unreadable", "refusal",
        "assistant_boilerplate", "only_stop_words", "asks_back", "no_answer", "wrong_step", "no_agreement",
        "answer_mismatch", "substitution_fails", "too_long",
    }  # fmt: skip
    outcomes = Counter(golden["outcome"] for golden in GOLDEN)
    assert min(outcomes["accept"], outcomes["reject"]) >= 25


def test_what_words_show_costs_no_call() -> None:
    teacher = Teacher({})
    assert judged(teacher, *row("Rewritten prompt: " + CHILD, PARENT)).verdict.reason == "copied_prompt"
    assert judged(teacher, *row(PARENT.replace(".", ","), PARENT)).verdict.reason == "no_information_gain"
    assert teacher.asked == []


def test_what_the_judge_finds_equal_gets_no_solutions() -> None:
    judgement, teacher = evolved(RIGHT, judge="Equal")
    assert judgement.verdict.reason == "no_information_gain"
    assert teacher.calls == {"judge": PACK.settings["judgements"]}


def test_an_agreed_row_costs_one_judgement_one_batch_and_two_programs() -> None:
    judgement, teacher = evolved(RIGHT)
    assert judgement.verdict.reason == "program_agrees"
    assert teacher.calls == {"judge": 1, "answer": 4, "program": 2}
    assert sorted(r.sample for r in teacher.asked if r.purpose == "answer") == [0, 1, 2, 3]


def test_a_root_of_its_own_is_not_compared_with_its_parent() -> None:
    teacher = Teacher({"answer": [RIGHT], "program": [PROGRAM]})
    candidate, parent = row(CHILD, PARENT, root="c")
    assert judged(teacher, candidate, parent).verdict.accepted
    assert teacher.calls == {"answer": 4, "program": 2}


def test_each_kind_of_evidence_has_a_verdict_of_its_own() -> None:
    judgement, _ = evolved(RIGHT)
    assert [v.verifier for v in judgement.verdicts] == [
        "text", "well_posed", "judge", "math.steps", "math.agreement", "math.program"
    ]  # fmt: skip
    assert votes(judgement)["votes"] == [["37", 4]]


def test_the_first_solution_of_the_agreed_answer_that_holds_is_kept() -> None:
    judgement, _ = evolved(SLIP, "Sorry, no.", f"First.\n{RIGHT}", RIGHT)
    assert judgement.verdict.accepted
    assert judgement.sample.response == f"First.\n{RIGHT}"
    assert judgement.sample.answer == "37"
    assert votes(judgement)["set_aside"] == {"wrong_step": 1, "refusal": 1}


def test_a_cut_reply_is_set_aside_even_where_it_holds_the_answer() -> None:
    judgement, _ = evolved(ChatReply(RIGHT, finish_reason="length"), RIGHT, RIGHT, RIGHT)
    assert votes(judgement)["set_aside"] == {"truncated": 1}
    assert votes(judgement)["votes"] == [["37", 3]]


def test_one_dissenter_in_four_doubles_the_batch() -> None:
    replies = [RIGHT, OTHER, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT, RIGHT]
    judgement, teacher = evolved(*replies)
    assert judgement.verdict.accepted
    assert votes(judgement)["votes"] == [["37", 7], ["42", 1]]
    assert teacher.calls["answer"] == 8


def test_what_slips_may_succeed_another_time_and_what_refuses_will_not() -> None:
    judgement, teacher = evolved(*[SLIP] * 4, *[RIGHT] * 4)
    assert judgement.verdict.accepted
    assert teacher.calls["answer"] == 8
    judgement, teacher = evolved(*["Sorry, no."] * 4, *[RIGHT] * 4)
    assert judgement.verdict.reason == "refusal"
    assert teacher.calls["answer"] == 4


def test_batches_end_at_the_most_that_may_be_drawn() -> None:
    judgement, teacher = evolved(SLIP)
    assert judgement.verdict.reason == "wrong_step"
    assert sorted(r.sample for r in teacher.asked if r.purpose == "answer") == list(range(12))
    assert evolved(SLIP, max_solutions=6)[1].calls["answer"] == 6


def test_where_every_solution_says_something_else_no_more_are_drawn() -> None:
    scattered = [f"So it is \\boxed{{{n}}}." for n in (1, 2, 3, 4)]
    judgement, teacher = evolved(*scattered)
    assert judgement.verdict.reason == "no_agreement"
    assert teacher.calls["answer"] == 4


def test_a_rejected_row_keeps_what_was_drawn() -> None:
    judgement, _ = evolved(RIGHT, OTHER)
    assert judgement.verdict.outcome is Outcome.REJECT
    assert judgement.sample.response == RIGHT


def test_a_single_vote_agrees_on_nothing_unless_one_solution_is_all_there_is() -> None:
    assert evolved(RIGHT, *["Sorry, no."] * 3)[0].verdict.reason == "no_agreement"
    assert evolved(RIGHT, solutions=1, max_solutions=1)[0].verdict.accepted


def test_a_seeds_answer_decides_and_is_what_the_row_keeps() -> None:
    teacher = Teacher({"answer": [OTHER, RIGHT, "So it is \\boxed{3}.", "So it is \\boxed{4}."]})
    judgement = judged(teacher, *row(CHILD, answer="$37"))
    assert judgement.verdict.reason == "gold_agrees"
    assert judgement.verdict.verifier == "math.gold"
    assert (judgement.sample.answer, judgement.sample.response) == ("$37", RIGHT)


def test_a_seed_that_contradicts_itself_costs_no_call() -> None:
    teacher = Teacher({})
    judgement = judged(teacher, *row(CHILD, answer="37", response=OTHER))
    assert judgement.verdict.reason == "answer_mismatch"
    assert teacher.asked == []


def test_a_seed_whose_answer_all_solutions_contradict_is_dropped() -> None:
    judgement = judged(Teacher({"answer": [OTHER]}), *row(CHILD, answer="37"))
    assert judgement.verdict.reason == "answer_mismatch"
    assert judgement.verdict.evidence["votes"] == [["42", 4]]


def program(code: str) -> str:
    return f"```python\n{code}\n```"


def asked_for_programs(*programs: str | ChatReply, **changes: Json) -> tuple[Judgement, Teacher]:
    teacher = Teacher({"judge": ["Not Equal"], "answer": [RIGHT], "program": programs})
    return judged(teacher, *row(CHILD, PARENT), **changes), teacher


def test_no_program_is_asked_for_where_the_settings_say_so() -> None:
    judgement, teacher = evolved(RIGHT, programs=0)
    assert judgement.verdict.reason == "agreement"
    assert "program" not in teacher.calls


AGREES = program("taken = 14 * 3\nanswer = taken - 5")
DISAGREES = program("answer = 14 * 3")
CRASHES = program("answer = 1 / 0")


@pytest.mark.parametrize(
    ("programs", "outcome", "reason", "calls"),
    [
        ([AGREES], "accept", "program_agrees", 2),
        (
            [program("from fractions import Fraction\nanswer = Fraction(74, 2)")],
            "accept",
            "program_agrees",
            2,
        ),
        ([CRASHES, AGREES, AGREES], "accept", "program_agrees", 3),
        ([DISAGREES, AGREES, AGREES, AGREES], "accept", "program_agrees", 4),
        ([DISAGREES, CRASHES, AGREES, AGREES, AGREES], "accept", "program_agrees", 5),
        ([DISAGREES], "reject", "program_disagrees", 2),
        ([AGREES, DISAGREES, DISAGREES, DISAGREES], "reject", "program_disagrees", 4),
        ([AGREES, DISAGREES], "undecided", "programs_differ", 10),
        ([AGREES, *[CRASHES] * 9], "undecided", "programs_differ", 10),
        ([program(f"answer = 38 + {n}") for n in range(10)], "undecided", "programs_differ", 10),
        ([CRASHES], "undecided", "program_failed", 10),
        (["Sorry, I do not write programs."], "undecided", "no_program", 10),
    ],
)
def test_the_first_answer_that_is_two_programs_ahead_decides(
    programs: list[str], outcome: str, reason: str, calls: int
) -> None:
    judgement, teacher = asked_for_programs(*programs)
    assert (judgement.verdict.outcome, judgement.verdict.reason) == (outcome, reason)
    assert judgement.verdicts[-2].reason == "agreement"
    assert teacher.calls["program"] == calls
    assert sorted(r.sample for r in teacher.asked if r.purpose == "program") == list(range(calls))


def test_one_program_is_enough_where_no_more_may_be_drawn() -> None:
    judgement, teacher = asked_for_programs(AGREES, programs=1)
    assert judgement.verdict.accepted
    assert teacher.calls["program"] == 1
    assert asked_for_programs(AGREES, program_lead=3)[1].calls["program"] == 3


def test_the_evidence_says_how_each_program_came_to_its_answer() -> None:
    judgement, _ = asked_for_programs(AGREES, program("answer = sum(n for n in (42, -5))"))
    first, second = judgement.verdict.evidence["programs"]
    assert (first["ran"], first["answer"], "level" in first) == ("evaluated", "37", False)
    assert (second["ran"], second["answer"], "level" in second) == ("sandbox", "37", True)
    assert judgement.verdict.evidence["agree"] == 2


@pytest.mark.parametrize(
    ("printed", "agreed"),
    [("0.5789473684210527", "11/19"), ("0.30000000000000004", "0.3"), ("[1.5, 2.0]", "1.5, 2")],
)
def test_the_noise_of_floats_is_no_disagreement(printed: str, agreed: str) -> None:
    def reason(code: str, agreed: str) -> str:
        return judge_programs((), [(program(code), "stop")], agreed, 1).verdict.reason

    assert reason(f"answer = {printed}", agreed) == "program_agrees"
    assert reason("answer = 0.5789473684", "11/18") == "program_disagrees"


@pytest.mark.parametrize(
    ("printed", "agreed", "reason"),
    [
        ("15.6", "467/30", "not_comparable"),
        ("15.57", "467/30", "not_comparable"),
        ("467 / 30", "467/30", "program_agrees"),
        ("467 / 30", "15.57", "program_agrees"),
        ("467 / 30", "15.6", "not_comparable"),
        ("467 / 30", "15.58", "program_disagrees"),
        ("11 / 12", "0.92", "not_comparable"),
        ("11 / 12", "0.917", "program_agrees"),
        ("15.6", "15.60", "program_agrees"),
        ("15.6", "15.57", "not_comparable"),
        ("0.43", "43\\%", "program_agrees"),
        ("43", "43\\%", "program_agrees"),
    ],
)
def test_an_answer_is_not_taken_for_another_one_rounded(printed: str, agreed: str, reason: str) -> None:
    trial = judge_programs((), [(program(f"answer = {printed}"), "stop")], agreed, 1)
    assert trial.verdict.reason == reason


def test_a_key_in_percent_is_reached_by_its_number() -> None:
    teacher = Teacher({"answer": ["So it is \\boxed{37}."]})
    assert judged(teacher, *row(CHILD, answer="37\\%")).verdict.reason == "gold_agrees"
    teacher = Teacher({"answer": ["So it is \\boxed{3.7}."]})
    assert judged(teacher, *row(CHILD, answer="37\\%")).verdict.reason == "answer_mismatch"


def test_a_cut_program_has_no_answer() -> None:
    cut = ChatReply(AGREES, finish_reason="length")
    judgement, teacher = asked_for_programs(cut, AGREES, AGREES)
    assert judgement.verdict.accepted
    assert judgement.verdict.evidence["programs"][0] == {"reason": "no_program", "reply": "truncated"}
    assert teacher.calls["program"] == 3


def test_a_row_that_is_already_rejected_gets_no_program() -> None:
    teacher = Teacher({"judge": ["Not Equal"], "answer": [RIGHT]})
    leaking = f"{CHILD} {RIGHT}"
    assert not judged(teacher, *row(leaking, PARENT)).verdict.accepted
    assert "program" not in teacher.calls


def test_rows_without_agreement_or_with_a_known_answer_get_no_program() -> None:
    teacher = Teacher({"answer": [RIGHT, OTHER]})
    assert judged(teacher, *row(CHILD)).verdict.reason == "no_agreement"
    assert judged(teacher, *row(CHILD, answer="37")).verdict.reason == "gold_agrees"
    assert "program" not in teacher.calls


def test_requests_say_what_they_are_about() -> None:
    _, teacher = evolved(RIGHT)
    assert {request.about.id for request in teacher.asked if request.about} == {"c"}
    prompts = {request.purpose: request.messages[0].content for request in teacher.asked}
    assert CHILD in prompts["answer"]
    assert CHILD in prompts["judge"]
    assert PARENT in prompts["judge"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("solution", 4),
        ("solutions", 0),
        ("solutions", 2.5),
        ("agreement", 1.5),
        ("quorum", True),
        ("runner_up", "low"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: Json) -> None:
    with pytest.raises(PackError, match=name):
        MathEliminator(PackContext("math", PACK.prompts, {name: value}, PACK.sampling))


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=300),
    st.lists(st.text(max_size=300), min_size=1, max_size=4),
    st.none() | st.text(max_size=40),
)
def test_any_text_gets_a_judgement(instruction: str, replies: list[str], answer: str | None) -> None:
    teacher = Teacher({"answer": replies, "judge": replies, "program": replies})
    for parent in (None, PARENT):
        judgement = judged(teacher, *row(instruction, parent, answer=answer))
        assert judgement.verdicts
        json.dumps([verdict.to_json() for verdict in judgement.verdicts])
        assert all(verdict.accepted for verdict in judgement.verdicts[:-1])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.text(max_size=30))
def test_any_solution_to_a_sound_problem_gets_a_judgement(replies: list[str], boxed: str) -> None:
    solutions = [f"{reply} \\boxed{{{boxed}}}" for reply in replies]
    assert judged(Teacher({"answer": solutions, "program": replies}), *row(CHILD)).verdicts
