"""The procedural teacher: right answers by construction, and every kind of mistake as it says."""

from __future__ import annotations

import asyncio
from collections import Counter
from random import Random

import pytest

from evol.domains.general.judging import judge_response
from evol.domains.general.procedural import GeneralTeacher, mistakes
from evol.domains.general.procedural.scenes import FORMS, THEMES, Record, shown
from evol.domains.general.procedural.steps import carried_out
from evol.domains.general.procedural.task import Task, constrained, fresh
from evol.pack import load_pack
from evol.types import ChatReply, ChatRequest, Message, Sample
from evol.verifiers.instructions import recognise
from evol.verifiers.text_language import language_of

PACK = load_pack("general")
OPERATIONS = [operation.name for operation in PACK.operations]
SEED = Sample(
    "s", "general", "Why do cats purr?", response="Nobody knows for certain. It may calm them.", root="s"
)


def teacher(error: float = 0.0, seed: int = 0) -> GeneralTeacher:
    return GeneralTeacher(PACK.context, error=error, seed=seed)


def asked(
    who: GeneralTeacher, purpose: str, about: Sample, operation: str | None = None, text: str = "x"
) -> ChatReply:
    request = ChatRequest((Message("user", text),), purpose=purpose, operation=operation, about=about)
    return asyncio.run(who.reply(request))


def child(who: GeneralTeacher, parent: Sample, operation: str, text: str) -> Sample:
    reply = asked(who, "evolve", parent, operation, text)
    instruction = reply.text.removeprefix("<evolved>\n").removesuffix("\n</evolved>")
    return Sample(
        f"{parent.id}/{text}", "general", instruction, parent=parent.id, root="s", truth=reply.truth
    )


def chain(draw: int) -> list[Sample]:
    """Return a lineage of four generations, by operations in turn, each with its right answer."""
    who, row, rows = teacher(), SEED, []
    for generation in range(4):
        row = child(who, row, OPERATIONS[(draw + generation * (1 + draw % 5)) % 6], f"{draw}/{generation}")
        row = row.with_(response=asked(who, "answer", row).text.strip())
        rows.append(row)
    return rows


@pytest.mark.parametrize("draw", range(60))
def test_right_answers_pass_every_check(draw: int) -> None:
    for row in chain(draw):
        verdict = judge_response(row.instruction, row.response)[-1]
        assert verdict.accepted, (verdict.message, row.instruction, row.response)


def test_most_constrained_tasks_are_recognised_as_such() -> None:
    rng = Random(7)
    tasks = [constrained(fresh(rng), rng) for _ in range(200)]
    checkable = [task for task in tasks if task and recognise(task.instruction())]
    assert len(checkable) >= 0.95 * len(tasks)


def test_steps_are_carried_out_by_the_numbers() -> None:
    records = [
        Record("Amber", 4, "clover"),
        Record("Birch", 30, "heather"),
        Record("Cobalt", 11, "clover"),
        Record("Dune", 7, "linden"),
    ]
    assert [r.name for r in carried_out([("sort", "down")], records)] == ["Birch", "Cobalt", "Dune", "Amber"]
    assert [r.name for r in carried_out([("group", "clover"), ("sort", "up")], records)] == [
        "Amber",
        "Cobalt",
    ]
    assert [r.name for r in carried_out([("average", "all")], records)] == ["Birch"]
    assert [r.name for r in carried_out([("above", 7)], records)] == ["Birch", "Cobalt"]
    assert [r.name for r in carried_out([("take", 2)], records)] == ["Birch", "Cobalt"]
    assert [r.name for r in carried_out([("odd", "even")], records)] == ["Amber", "Birch"]


@pytest.mark.parametrize("form", FORMS)
def test_records_are_shown_whole_in_each_format(form: str) -> None:
    records = [Record("Amber", 4, "clover"), Record("Baker's Pride", 30, "heather")]
    text = shown(THEMES[0], records, form)
    for fact in ("Amber", "4", "clover", "30", "heather"):
        assert fact in text


def test_a_request_with_an_answer_is_kept_and_gets_a_demand() -> None:
    row = child(teacher(), SEED, "add-constraints", "x")
    assert row.instruction.startswith(SEED.instruction)
    assert len(row.instruction) > len(SEED.instruction)


def test_a_seed_without_an_answer_is_declined() -> None:
    reply = asked(teacher(), "answer", SEED.with_(response=""))
    assert reply.truth == {"error": "unknown"}
    assert not judge_response(SEED.instruction, reply.text)[-1].accepted


def test_the_same_request_gets_the_same_reply_and_another_seed_another() -> None:
    first, again = (asked(teacher(), "evolve", SEED, "breadth") for _ in range(2))
    assert first == again
    assert asked(teacher(seed=1), "evolve", SEED, "breadth").text != first.text


def test_a_task_survives_its_way_through_json() -> None:
    rng = Random(3)
    for operation in OPERATIONS * 5:
        task = fresh(rng, operation)
        task = constrained(task, rng) or task
        assert Task.from_json(task.to_json()) == task


@pytest.mark.parametrize("kind", sorted(set(mistakes.ANSWER)))
def test_each_mistake_in_an_answer_is_recorded_and_caught(kind: str) -> None:
    who, seen = teacher(error=1.0), 0
    for draw in range(200):
        row = chain(draw % 12)[draw % 4]
        reply = asked(who, "answer", row, text=str(draw))
        if reply.truth.get("error") == kind:
            seen += 1
            verdict = judge_response(row.instruction, reply.text, reply.finish_reason)[-1]
            assert not verdict.accepted, (row.instruction, reply.text)
        if seen >= 3:
            return
    assert seen


def test_a_wrong_language_is_never_the_instructions_own() -> None:
    question = (
        "Wie erklärt man einem Kind, warum man beim Schwimmen ausatmen soll, solange das Gesicht nass ist?"
    )
    for draw in range(20):
        assert language_of(mistakes.in_another_language(question, Random(draw))) in ("fr", "es")


def test_mistakes_come_as_often_as_told() -> None:
    who, right = teacher(error=0.3), Counter[bool]()
    row = chain(1)[0]
    for draw in range(600):
        right[not asked(who, "answer", row, text=str(draw)).truth] += 1
    assert 0.62 < right[True] / right.total() < 0.78


def test_it_judges_rightly() -> None:
    row = chain(2)[0]
    assert asked(teacher(), "judge", row).text == "Not Equal"
    assert asked(teacher(), "judge", row.with_(truth={**row.truth, "error": "reworded"})).text == "Equal"
    assert "follows: 5" in asked(teacher(), "rubric", row).text
    assert "follows: 2" in asked(teacher(), "rubric", row.with_(response="Nothing.")).text
    assert asked(teacher(), "difficulty", row).text.startswith("[1] Score: ")
