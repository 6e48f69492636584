"""The general eliminator beyond its goldens: settings, tries, the judges, what each call costs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from evol.domains.general.rubric import read_scores
from evol.errors import PackError
from evol.pack import load_pack
from evol.protocols import Judgement
from evol.types import ChatReply, ChatRequest, Json, Sample

PACK = load_pack("general")
PARENT = Sample("p", "general", "Describe a lake.", root="p")
CHILD = Sample("c", "general", "Describe a lake in at most ten words.", root="p", parent="p", generation=1)
GOOD = "follows: 4\ncorrect: 5\ncomplete: 3\nclear: 5"


class Lent:
    """An inquiry that replays texts by purpose, or whole replies."""

    def __init__(self, **replies: list[str | ChatReply]) -> None:
        self.replies, self.asked = replies, []

    async def ask(self, request: ChatRequest) -> ChatReply:
        said = self.replies[request.purpose]
        reply = said[sum(r.purpose == request.purpose for r in self.asked) % len(said)]
        self.asked.append(request)
        return reply if isinstance(reply, ChatReply) else ChatReply(reply)

    async def verify(self, function: Callable[..., Any], *args: object) -> Any:
        return function(*args)


def judged(inquiry: Lent, row: Sample = CHILD, parent: Sample | None = PARENT, **settings: Json) -> Judgement:
    context = replace(PACK.context, settings={**PACK.settings, **settings})
    return asyncio.run(replace(PACK, context=context).eliminator().judge(row, parent, inquiry))


def purposes(inquiry: Lent) -> list[str]:
    return [request.purpose for request in inquiry.asked]


def test_a_row_costs_one_judgement_and_one_answer() -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["A calm grey lake."])
    judgement = judged(inquiry)
    assert judgement.verdict.reason == "instructions_kept"
    assert judgement.sample.response == "A calm grey lake."
    assert purposes(inquiry) == ["judge", "answer"]


def test_a_defect_in_the_words_costs_no_call() -> None:
    inquiry = Lent()
    assert (
        judged(inquiry, replace(CHILD, instruction="#Rewritten Prompt# x")).verdict.reason == "copied_prompt"
    )
    assert not inquiry.asked


def test_a_seed_with_a_response_costs_no_call() -> None:
    inquiry = Lent()
    seed = Sample("s", "general", "Describe a lake.", response="Wide and still.", root="s")
    assert judged(inquiry, seed, None).verdict.accepted
    assert not inquiry.asked


def test_a_brand_new_row_too_is_held_against_its_parent() -> None:
    row = replace(CHILD, root="c", instruction="What does a lake look like? Tell me.")
    assert judged(Lent(judge=["Equal"]), row).verdict.reason == "no_information_gain"


def test_a_violation_is_drawn_again_as_often_as_the_pack_says() -> None:
    long = "A lake " * 9
    assert judged(Lent(judge=["Not Equal"], answer=[long, "Grey."])).verdict.accepted
    inquiry = Lent(judge=["Not Equal"], answer=[long, long, "Grey."])
    assert judged(inquiry).verdict.reason == "violated_instruction"
    assert len(inquiry.asked) == 3
    inquiry = Lent(judge=["Not Equal"], answer=[long, "Grey."])
    assert judged(inquiry, tries=1).verdict.reason == "violated_instruction"


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "truncated"), ("content_filter", "content_filter")]
)
def test_a_reply_that_the_server_stopped_is_not_kept(finish: str, reason: str) -> None:
    inquiry = Lent(judge=["Not Equal"], answer=[ChatReply("A calm grey lake.", finish)])
    assert judged(inquiry).verdict.reason == reason


def test_the_rubric_is_asked_twice_with_the_parts_the_other_way_round() -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["Grey."], rubric=[GOOD])
    assert judged(inquiry, judge=True).verdict.reason == "judged_sound"
    first, second = [r.messages[0].content for r in inquiry.asked if r.purpose == "rubric"]
    assert first.index(CHILD.instruction) < first.index("Grey.")
    assert second.index("Grey.") < second.index(CHILD.instruction)
    assert first.index("- follows") < first.index("- clear")
    assert second.index("- clear") < second.index("- follows")


@pytest.mark.parametrize(
    ("replies", "outcome", "reason"),
    [
        ([GOOD.replace("5", "2")], "reject", "poor_answer"),
        ([GOOD, GOOD.replace("5", "2")], "undecided", "judge_inconsistent"),
        (["Fine."], "undecided", "judge_unreadable"),
        ([GOOD.replace("5", "9")], "undecided", "judge_unreadable"),
    ],
)
def test_a_judge_takes_away_only_what_both_orders_find_weak(
    replies: list[str], outcome: str, reason: str
) -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["Grey."], rubric=[*replies])
    verdict = judged(inquiry, judge=True).verdict
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_no_judge_can_save_what_a_program_rejected() -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["A lake " * 9], rubric=[GOOD])
    assert judged(inquiry, judge=True).verdict.reason == "violated_instruction"
    assert "rubric" not in purposes(inquiry)


def test_difficulty_is_scored_for_parent_and_child_in_one_prompt() -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["Grey."], difficulty=["[1] Score: 2\n[2] Score: 4"])
    judgement = judged(inquiry, difficulty=True)
    [scored] = [v for v in judgement.verdicts if v.verifier == "difficulty"]
    assert scored.evidence == {"difficulty": 4, "parent_difficulty": 2}
    [request] = [r for r in inquiry.asked if r.purpose == "difficulty"]
    assert PARENT.instruction in request.messages[0].content
    assert judgement.verdict.reason == "instructions_kept"


def test_unreadable_difficulty_decides_nothing() -> None:
    inquiry = Lent(judge=["Not Equal"], answer=["Grey."], difficulty=["Hard to say."])
    assert judged(inquiry, difficulty=True).verdict.accepted


def test_scores_are_read_only_where_each_name_has_one() -> None:
    assert read_scores("**Follows**: 4/5\n- correct: 3", ["follows", "correct"], 5) == {
        "follows": 4,
        "correct": 3,
    }
    assert read_scores("follows: 4\nfollows: 2\ncorrect: 3", ["follows", "correct"], 5) is None
    assert read_scores("follows: 4", ["follows", "correct"], 5) is None


@pytest.mark.parametrize(
    "settings",
    [{"tries": 0}, {"judge": 1}, {"tries": True}, {"checkable": "yes"}, {"judges": True}],
    ids=lambda settings: next(iter(settings)),
)
def test_a_wrong_setting_is_one_clear_sentence(settings: Mapping[str, Json]) -> None:
    with pytest.raises(PackError, match=next(iter(settings))):
        judged(Lent(), **settings)
