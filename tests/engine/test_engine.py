"""The evolution loop: what a lineage does, that timing decides nothing, that running again resumes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from evol.errors import TeacherError
from evol.journal import Journal
from evol.teacher.budget import Budget
from evol.types import ChatReply, Outcome, Sample

SEEDS = [f"Name {n} animals." for n in range(30)]


def dump(path: Path) -> list[tuple[object, ...]]:
    with Journal(path, read_only=True) as journal:
        return [
            (row.lineage, row.sample, row.verdicts)
            for number in range(len(SEEDS))
            for row in journal.lineage(number)
        ]


def test_every_seed_and_every_generation_is_judged_and_stored(tmp_path, evolve, echo):
    _, engine = evolve(tmp_path / "run.db", SEEDS, echo(), generations=3)
    rows = dump(tmp_path / "run.db")
    assert len(rows) == len(SEEDS) * 4
    assert engine.tally.kept + engine.tally.eliminated == len(rows)
    assert {row[1].generation for row in rows} == {0, 1, 2, 3}


def test_timing_and_concurrency_decide_nothing(tmp_path, evolve, echo):
    evolve(tmp_path / "one.db", SEEDS, echo(), window=1)
    evolve(tmp_path / "many.db", SEEDS, echo(jitter=random.Random(3)), window=16)
    assert dump(tmp_path / "one.db") == dump(tmp_path / "many.db")


def test_running_again_asks_nothing_and_changes_nothing(tmp_path, evolve, echo):
    evolve(tmp_path / "run.db", SEEDS, echo())
    before, again = dump(tmp_path / "run.db"), echo()
    _, engine = evolve(tmp_path / "run.db", SEEDS, again)
    assert not again.asked
    assert engine.tally.skipped == len(SEEDS)
    assert engine.tally.kept + engine.tally.eliminated == len(before)
    assert dump(tmp_path / "run.db") == before


def test_a_changed_verifier_judges_again_without_a_call(tmp_path, evolve, echo):
    evolve(tmp_path / "run.db", SEEDS, echo(), judged_by="old")
    before, again = dump(tmp_path / "run.db"), echo()
    _, engine = evolve(tmp_path / "run.db", SEEDS, again, judged_by="new")
    assert not again.asked
    assert engine.tally.lineages == len(SEEDS)
    assert engine.tally.kept + engine.tally.eliminated == len(before)
    assert dump(tmp_path / "run.db") == before


def test_a_rejected_child_gives_its_turn_back_to_its_parent(tmp_path, evolve, echo):
    evolve(tmp_path / "run.db", SEEDS, echo(), generations=5)
    with Journal(tmp_path / "run.db", read_only=True) as journal:
        lineages = [journal.lineage(number) for number in range(len(SEEDS))]
    retried = 0
    for rows in lineages:
        current = rows[0].sample.id
        for row in rows[1:]:
            assert row.sample.parent == current
            retried += not row.verdict.accepted
            current = row.sample.id if row.verdict.accepted else current
    assert retried


def test_breadth_starts_a_new_root_and_depth_keeps_it(tmp_path, evolve, echo):
    evolve(tmp_path / "run.db", SEEDS, echo(), generations=5)
    roots: dict[str, str] = {}
    operations = set()
    for _, sample, _ in dump(tmp_path / "run.db"):
        roots[sample.id] = sample.root
        operations.add(sample.operation)
        if sample.operation == "other":
            assert sample.root == sample.id
        elif sample.operation == "more":
            assert sample.root == roots[sample.parent]
    assert operations == {None, "more", "other"}


def test_an_unanswerable_request_is_recorded_and_tried_again_next_time(tmp_path, evolve, echo):
    evolve(tmp_path / "run.db", SEEDS, echo(poison="Name 7 "))
    failed = [row for row in dump(tmp_path / "run.db") if row[2][-1].reason == "request_failed"]
    assert {row[0] for row in failed} == {7}
    assert failed[0][2][-1].outcome is Outcome.UNDECIDED
    again = echo()
    evolve(tmp_path / "run.db", SEEDS, again)
    assert again.asked
    assert not [row for row in dump(tmp_path / "run.db") if row[2][-1].reason == "request_failed"]


def test_a_defect_in_a_verifier_harms_one_row(tmp_path, evolve, echo):
    _, engine = evolve(tmp_path / "run.db", [*SEEDS[:5], "CRASH now"], echo())
    with Journal(tmp_path / "run.db", read_only=True) as journal:
        (row,) = journal.lineage(5)
    assert row.verdict.reason == "verifier_defect"
    assert "ZeroDivisionError" in row.verdict.evidence["error"]
    assert engine.tally.lineages == 6


def test_a_budget_stops_the_run_and_a_higher_one_goes_on(tmp_path, evolve, echo):
    evolve(tmp_path / "whole.db", SEEDS, echo())
    first = echo()
    recorded, _ = evolve(tmp_path / "run.db", SEEDS, first, budget=Budget(max_calls=25))
    assert sum(first.asked.values()) == 25
    assert recorded.stopped is not None
    second = echo()
    evolve(tmp_path / "run.db", SEEDS, second)
    assert not first.asked.keys() & second.asked.keys()
    assert dump(tmp_path / "run.db") == dump(tmp_path / "whole.db")


def test_the_same_request_in_flight_twice_is_one_call(tmp_path, evolve, echo):
    teacher = echo(jitter=random.Random(1))
    evolve(tmp_path / "run.db", ["Name 1 animal."] * 8, teacher, window=8, generations=0)
    assert list(teacher.asked.values()) == [1]


def test_a_teacher_that_cannot_work_ends_the_run(tmp_path, evolve, echo):
    class Broken(echo):
        async def reply(self, request):
            raise TeacherError("No server answers.")

    with pytest.raises(TeacherError, match="No server"):
        evolve(tmp_path / "run.db", SEEDS, Broken())


def test_a_cut_or_empty_evolution_is_a_row_with_its_reason(tmp_path, evolve, echo):
    class Cutting(echo):
        async def reply(self, request):
            reply = await super().reply(request)
            if request.purpose != "evolve":
                return reply
            return (
                ChatReply(reply.text[:12], "length")
                if "Name 1" in request.messages[0].content
                else ChatReply(" ")
            )

    evolve(tmp_path / "run.db", SEEDS[:3], Cutting(), generations=1)
    with Journal(tmp_path / "run.db", read_only=True) as journal:
        reasons = [journal.lineage(number)[1].verdict.reason for number in range(3)]
    assert reasons == ["empty", "truncated", "empty"]


def test_an_unusable_seed_is_rejected_with_its_problem_and_not_evolved(tmp_path, toy, echo):
    import asyncio

    from evol.engine import Engine
    from evol.evolver import Evolver
    from evol.recorded import RecordedTeacher

    seed = Sample("x", "toy", "", root="x", meta={"problem": "line 3: no instruction"})

    async def go() -> None:
        with Journal(tmp_path / "run.db") as journal:
            teacher = RecordedTeacher(echo(), journal, Budget())
            evolver = Evolver(toy, toy.sampling, 0)
            await Engine(evolver, toy.eliminator(), teacher, journal, None, 3, 1, "1").run([seed])

    asyncio.run(go())
    with Journal(tmp_path / "run.db", read_only=True) as journal:
        (row,) = journal.lineage(0)
    assert row.verdict.reason == "unusable_row"
    assert "line 3" in row.verdict.message


def test_verifiers_run_in_worker_processes(tmp_path, evolve, echo, pool):
    evolve(tmp_path / "inline.db", SEEDS[:4], echo())
    evolve(tmp_path / "pool.db", SEEDS[:4], echo(), workers=pool)
    assert dump(tmp_path / "inline.db") == dump(tmp_path / "pool.db")
