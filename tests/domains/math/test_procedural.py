"""The procedural math teacher: what it writes is right by construction, and wrong where it says so."""

from __future__ import annotations

import ast
import asyncio
import json
import operator
import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evol.domains.math.procedural import MathTeacher
from evol.domains.math.procedural.downward import TEMPLATES, drawn_problem
from evol.domains.math.procedural.mistakes import ANSWER, EVOLVE, MISREAD_SHARE, PROGRAM
from evol.domains.math.procedural.scene import LIMITS
from evol.domains.math.procedural.story import Story
from evol.protocols import PackContext, Teacher
from evol.types import ChatReply, ChatRequest, Message, Sample, Sampling, content_key

ROOT = Path(__file__).parents[3]
GSM8K = ROOT / "../shared/data/gsm8k_train_2000.jsonl"
SEEDS = ROOT / "domains/math/seeds.jsonl"
UPWARD = ("add-constraints", "deepen", "concretize", "increase-reasoning", "complicate-input")
OPERATIONS = (*UPWARD, "breadth", "easier-revision", "easier-new-topic")
CLIPS = Sample(
    "clips",
    "math",
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?",
    response="Natalia sold 48/2 = <<48/2=24>>24 clips in May.\n"
    "Natalia sold 48+24 = <<48+24=72>>72 clips altogether in April and May.\n#### 72",
    answer="72",
)
_ACT = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


class NoPrompts:
    """A teacher that computes renders no prompt."""

    def render(self, path: str, **variables: object) -> str:
        raise AssertionError(path)


def teacher(error: float = 0.0, seed: int = 0) -> MathTeacher:
    return MathTeacher(PackContext("math", NoPrompts(), {}, Sampling()), error=error, seed=seed)


def ask(
    to: MathTeacher, about: Sample, purpose: str, operation: str | None = None, sample: int = 0
) -> ChatReply:
    message = Message("user", f"{purpose} {operation}\n{about.instruction}")
    request = ChatRequest((message,), sample=sample, purpose=purpose, operation=operation, about=about)
    return asyncio.run(to.reply(request))


def child_of(reply: ChatReply) -> Sample:
    """The row as the engine makes it of a reply: the truth travels as JSON."""
    instruction = re.fullmatch(r"<evolved>\n(.*)\n</evolved>", reply.text, re.S).group(1)
    return Sample(
        content_key(instruction), "math", instruction, truth=json.loads(json.dumps(dict(reply.truth)))
    )


def exact(text: str) -> Fraction:
    """Evaluate arithmetic without the code under test."""

    def value(node: ast.AST) -> Fraction:
        if isinstance(node, ast.BinOp):
            return _ACT[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand)
        return Fraction(ast.get_source_segment(source, node).lstrip("0") or "0")

    source = re.sub(r"(?<![\d.])0+(?=\d)", "", text.replace(",", "").replace("$", "").replace(" ", ""))
    return value(ast.parse(source, mode="eval").body)


CLAIM = re.compile(r"((?:\(-|[\d.,()/ ]|[-+*] )*[-+*/] ?[\d(][\d.,()/]*) = (\$?[\d][\d.,/]*\d|\$?\d)")


def claims_hold(lines: tuple[str, ...]) -> int:
    """Check every "a + b = c" that a solution states; return how many there were."""
    count = 0
    for line in lines:
        for left, right in CLAIM.findall(re.sub(r"<<.*?>>", "", line)):
            assert exact(left) == exact(right), line
            count += 1
    return count


def boxed(text: str) -> Fraction:
    inside = re.search(r"\\boxed\{(.*)\}", text, re.S).group(1)
    inside = re.sub(r"\\text\{.*?\}", "", inside).replace("\\$", "").replace(",", "")
    inside = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", inside)
    return Fraction(inside.strip())


def check_row(to: MathTeacher, child: Sample, sample: int = 0) -> None:
    """One question, a solution whose steps hold and lead to the known answer, a program that agrees."""
    story = Story.from_json(child.truth["story"])
    assert story.instruction() == child.instruction
    assert child.instruction.count("?") <= 1
    assert "{" not in re.sub(r"```.*?```", "", child.instruction, flags=re.S)
    answer = Fraction(child.truth["answer"])
    for step in story.steps:
        assert claims_hold(step.lines)
        assert all(f"={plainly}>>" in "".join(step.lines) for plainly in [step.quantity.value])
    reply = ask(to, child, "answer", sample=sample)
    assert reply.finish_reason == "stop"
    assert boxed(reply.text) == answer
    scope: dict[str, object] = {}
    code = ask(to, child, "program").text.removeprefix("```python\n").removesuffix("\n```")
    exec(code, scope)
    assert scope["answer"] == pytest.approx(float(answer))


def read_jsonl(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def seeds(count: int) -> list[Sample]:
    if not GSM8K.exists():
        pytest.skip("../shared/data is absent")
    rows = Random(11).sample(read_jsonl(GSM8K), count)
    return [Sample(r["id"], "math", r["question"], response=r["solution"], answer=r["answer"]) for r in rows]


def test_is_a_teacher_and_names_what_decides_its_replies():
    assert isinstance(teacher(), Teacher)
    assert len({teacher().identity, teacher(0.2).identity, teacher(seed=1).identity}) == 3


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.says[0][:40])
def test_every_template_gives_sensible_distinct_problems(template):
    found = [s for n in range(200) if (s := drawn_problem(template, Random(n)))]
    assert len(found) > 100
    assert len({s.instruction() for s in found}) > 60
    for story in found:
        value, kind = Fraction(story.answer), story.quantity.kind
        low, high, denominator = LIMITS[kind]
        assert low <= value <= high
        assert denominator % value.denominator == 0 or kind == "chance"
        assert story.instruction().count("?") == 1
        assert story.instruction().endswith("?")
        assert claims_hold(story.lines)
        assert story.lines[-1].count(story.answer)


def test_there_are_at_least_twenty_five_templates_over_many_topics():
    assert len(TEMPLATES) >= 25
    assert len({t.topic for t in TEMPLATES}) >= 12


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_evolves_real_seeds_rightly(operation):
    to = teacher()
    for seed in seeds(300):
        child = child_of(ask(to, seed, "evolve", operation))
        assert child.instruction != seed.instruction
        check_row(to, child)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_evolves_the_packs_own_seeds_rightly(operation):
    if not SEEDS.exists():
        pytest.skip("the pack has no seeds yet")
    to = teacher()
    for row in read_jsonl(SEEDS):
        seed = Sample(row["id"], "math", row["instruction"], response=row["response"], answer=row["answer"])
        child = child_of(ask(to, seed, "evolve", operation))
        assert child.instruction != seed.instruction
        check_row(to, child)


@pytest.mark.parametrize("operation", UPWARD)
def test_upward_steps_build_on_the_problem_instead_of_replacing_it(operation):
    built = sum(
        child_of(ask(teacher(), s, "evolve", operation)).truth["story"]["steps"] != [] for s in seeds(300)
    )
    assert built >= 285


def test_four_generations_stay_readable_and_right():
    to, rng = teacher(seed=3), Random(3)
    for seed in seeds(100):
        row = seed
        for _ in range(4):
            row = child_of(ask(to, row, "evolve", rng.choice(OPERATIONS)))
            check_row(to, row)
            assert len(row.instruction.split()) <= max(200, len(seed.instruction.split()) + 20)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6), st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=5), st.integers(0, 4)
)
def test_any_chain_of_operations_is_right_by_construction(seed, operations, sample):
    to, row = teacher(seed=seed), CLIPS
    for operation in operations:
        row = child_of(ask(to, row, "evolve", operation))
    check_row(to, row, sample)


def test_replies_repeat_and_differ_with_the_seed_and_the_sample():
    first = ask(teacher(), CLIPS, "evolve", "deepen")
    assert first == ask(teacher(), CLIPS, "evolve", "deepen")
    assert len({ask(teacher(seed=n), CLIPS, "evolve", "deepen").text for n in range(8)}) > 4
    answers = [ask(teacher(), CLIPS, "answer", sample=n) for n in range(12)]
    assert len({a.text for a in answers}) > 6
    assert {boxed(a.text) for a in answers} == {Fraction(72)}


def test_the_question_becomes_part_of_the_text():
    child = child_of(ask(teacher(), CLIPS, "evolve", "deepen"))
    assert "the number of clips Natalia sold altogether in April and May" in child.instruction
    assert "did Natalia sell" not in child.instruction


def test_a_seed_without_a_number_gives_a_fresh_right_problem():
    symbolic = Sample(
        "s", "math", "Simplify the expression 4(2x - 3) - 3(x - 5).", "It is \\boxed{5x + 3}.", "5x + 3"
    )
    for operation in OPERATIONS:
        check_row(teacher(), child_of(ask(teacher(), symbolic, "evolve", operation)))
    assert "5x + 3" in ask(teacher(), symbolic, "answer").text


def test_labels_of_steps_are_not_taken_over():
    labelled = CLIPS.response.replace("Natalia sold 48/2", "Step 1: Natalia sold 48/2")
    labelled = labelled.replace("Natalia sold 48+24", "2. Natalia sold 48+24")
    seed = CLIPS.with_(response=labelled)
    replies = {ask(teacher(), seed, "answer", sample=n).text for n in range(20)}
    assert not any("Step 1: Step 1" in text or "2. Natalia" in text for text in replies)
    assert any(text.startswith(("Step 1: Natalia", "Let")) for text in replies)


def test_a_negative_answer_can_be_got_wrong():
    cold = Sample("c", "math", "It is -7 degrees and gets 4 degrees warmer. How many degrees is it then?",
                  response="-7 + 4 = -3\n#### -3", answer="-3")  # fmt: skip
    for seed in range(20):
        for purpose in ("answer", "program"):
            assert ask(teacher(error=1.0, seed=seed), cold, purpose).truth["error"]


def test_an_unknown_row_or_purpose_is_declined_and_never_guessed():
    unknown = Sample("u", "math", "How many?")
    assert "\\boxed" not in ask(teacher(), unknown, "answer").text
    assert "\\boxed" not in ask(teacher(), CLIPS, "poem").text


def test_usage_counts_one_call_and_plausible_tokens():
    reply = ask(teacher(), CLIPS, "evolve", "deepen")
    assert reply.usage.calls == 1
    assert len(reply.text.split()) <= reply.usage.completion_tokens <= 3 * len(reply.text.split())


def judged_wrong(reply: ChatReply, answer: Fraction) -> bool:
    if reply.finish_reason != "stop" or "\\boxed" not in reply.text:
        return True
    return boxed(reply.text) != answer


def test_evolving_errs_as_often_as_asked_in_every_way():
    to = teacher(error=0.4)
    replies = [ask(to, s, "evolve", "deepen") for s in seeds(1000)]
    kinds = Counter(r.truth["error"] for r in replies if "error" in r.truth)
    assert sum(kinds.values()) == pytest.approx(400, abs=60)
    for kind, share in EVOLVE.items():
        assert kinds[kind] == pytest.approx(400 * share, abs=35)
    for reply in replies:
        if reply.truth.get("error") == "truncated":
            assert reply.finish_reason == "length"
            assert "</evolved>" not in reply.text


def test_unchanged_instructions_are_unchanged_and_judged_equal():
    to = teacher(error=1.0)
    honest = teacher()
    changed = [(s, ask(to, s, "evolve", "deepen")) for s in seeds(200)]
    same = [(s, child_of(r)) for s, r in changed if r.truth.get("error") == "unchanged"]
    assert same
    for seed, child in same:
        assert child.instruction == seed.instruction
        assert ask(honest, child, "judge").text == "Equal"
        assert boxed(ask(honest, child, "answer").text) == Fraction(child.truth["answer"])
    assert ask(honest, child_of(ask(honest, CLIPS, "evolve", "deepen")), "judge").text == "Not Equal"


def test_leaked_answers_and_copied_markers_stand_in_the_instruction():
    replies = [ask(teacher(error=1.0), s, "evolve", "deepen") for s in seeds(300)]
    leaks = [r for r in replies if r.truth.get("error") == "answer_leak"]
    copies = [r for r in replies if r.truth.get("error") == "copied_prompt"]
    assert leaks
    assert copies
    assert all(str(r.truth["answer"]) in r.text.split()[-2] + r.text.split()[-3] for r in leaks)
    assert all(re.search(r"given prompt|rewritten prompt", r.text, re.I) for r in copies)


def test_answers_err_as_often_as_asked_and_say_which():
    error, to = 0.4, teacher(error=0.4)
    rows = [child_of(ask(teacher(), s, "evolve", "deepen")) for s in seeds(500)]
    kinds: Counter[str] = Counter()
    for row in rows:
        replies = [ask(to, row, "answer", sample=n) for n in range(4)]
        found = [r.truth.get("error") for r in replies]
        for reply, kind in zip(replies, found, strict=True):
            assert judged_wrong(reply, Fraction(row.truth["answer"])) == (kind is not None)
        assert "misreading" not in found or set(found) == {"misreading"}
        if "misreading" in found:
            assert len({boxed(r.text) for r in replies}) == 1
        kinds.update(k for k in found if k)
    asked = 2000 * error
    assert sum(kinds.values()) == pytest.approx(asked, rel=0.15)
    assert kinds["misreading"] == pytest.approx(asked * MISREAD_SHARE, rel=0.35)
    for kind, share in ANSWER.items():
        assert kinds[kind] == pytest.approx(asked * (1 - MISREAD_SHARE) * share, rel=0.35)


def test_a_slip_is_carried_through_consistently():
    row = child_of(ask(teacher(), CLIPS, "evolve", "deepen"))
    replies = [ask(teacher(error=1.0, seed=n), row, "answer") for n in range(80)]
    slips = [r for r in replies if r.truth.get("error") == "slip"]
    assert slips
    for reply in slips:
        wrong = sum(
            exact(a) != exact(b) for a, b in CLAIM.findall(reply.text.replace("×", "*").replace(" x ", " * "))
        )
        assert wrong <= 2


def test_a_misreading_is_consistent_arithmetic_on_another_number():
    row = child_of(ask(teacher(), CLIPS, "evolve", "deepen"))
    replies = [ask(teacher(error=1.0, seed=n), row, "answer") for n in range(80)]
    misread = [r for r in replies if r.truth.get("error") == "misreading"]
    assert misread
    for reply in misread:
        claims = CLAIM.findall(reply.text.replace("×", "*").replace(" x ", " * "))
        assert claims
        assert all(exact(a) == exact(b) for a, b in claims)


def result_of(reply: ChatReply) -> Fraction | None:
    """What a reply's program comes to, or None where there is none or it does not end."""
    found = re.fullmatch(r"```python\n(.*)\n```", reply.text, re.S)
    scope: dict[str, object] = {}
    try:
        exec(found.group(1), scope)
        return Fraction(str(scope["answer"]))
    except (AttributeError, SyntaxError, NameError, ZeroDivisionError):
        return None


def test_programs_err_as_often_as_asked_and_say_which():
    error, to = 0.4, teacher(error=0.4)
    rows = [child_of(ask(teacher(), s, "evolve", "deepen")) for s in seeds(300)]
    kinds: Counter[str] = Counter()
    for row in rows:
        for sample in range(4):
            reply = ask(to, row, "program", sample=sample)
            kind = reply.truth.get("error")
            result = result_of(reply) if reply.finish_reason == "stop" else None
            right = result is not None and abs(result - Fraction(row.truth["answer"])) < Fraction(1, 10**6)
            assert right == (kind is None), (kind, reply.text, row.truth["answer"])
            kinds.update([kind] if kind else [])
    asked = 1200 * error
    assert sum(kinds.values()) == pytest.approx(asked, rel=0.15)
    for kind, share in PROGRAM.items():
        assert kinds[kind] == pytest.approx(asked * share, rel=0.5), kinds


def test_a_misreading_of_the_solutions_is_not_the_programs():
    rows = [child_of(ask(teacher(), s, "evolve", "deepen")) for s in seeds(600)]
    to = teacher(error=0.3)
    misread = [r for r in rows if ask(to, r, "answer").truth.get("error") == "misreading"]
    assert len(misread) > 20
    replies = [ask(to, row, "program", sample=n) for row in misread for n in range(3)]
    assert sum("error" in r.truth for r in replies) / len(replies) == pytest.approx(0.3, abs=0.12)
    together = [
        (boxed(ask(to, row, "answer").text), result_of(ask(to, row, "program", sample=n)))
        for row in misread
        for n in range(3)
    ]
    assert sum(wrong == result for wrong, result in together) <= len(together) * 0.05
