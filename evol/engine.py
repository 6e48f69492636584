"""The evolution loop: lineages side by side under one window, with no barrier between rounds.

A lineage is one seed's chain through the generations. An accepted child goes on; a rejected one
gives its turn back to its parent, which is evolved again in the next generation (WizardLM's
elimination). What a lineage does depends on its seed and the replies alone, so a run is the same
at any concurrency, and running again after a crash replays it from the journal.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec, Protocol, TypeVar

from evol.errors import BudgetSpent, EvolError, RequestFailed, VerifierStopped
from evol.evolver import Evolver, child_of, read_evolved
from evol.journal import Journal, Row
from evol.protocols import Eliminator, Judgement
from evol.recorded import Interrupted, RecordedTeacher
from evol.types import ChatReply, ChatRequest, Outcome, Sample, Usage, Verdict

P = ParamSpec("P")
T = TypeVar("T")


class Workers(Protocol):
    """Worker processes for verifiers; see `evol.verifiers.workers.WorkerPool`."""

    async def arun(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a function in a worker."""
        ...


@dataclass(slots=True)
class Tally:
    """What a run has done so far, for the progress display; the journal holds the truth."""

    lineages: int = 0
    skipped: int = 0
    kept: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, verdict: Verdict, rows: int = 1) -> None:
        """Count judged rows; a negative number takes back those that are judged again."""
        if verdict.accepted:
            self.kept += rows
        else:
            self.reasons[verdict.reason] += rows

    @property
    def eliminated(self) -> int:
        """Rows judged and not kept."""
        return self.reasons.total()


class _RowInquiry:
    """What an eliminator is lent for one row; adds up what the row cost."""

    def __init__(self, teacher: RecordedTeacher, workers: Workers) -> None:
        self._teacher, self._workers = teacher, workers
        self.usage = Usage()

    async def ask(self, request: ChatRequest) -> ChatReply:
        reply = await self._teacher.reply(request)
        self.usage += reply.usage
        return reply

    async def verify(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._workers.arun(function, *args, **kwargs)


@dataclass(frozen=True, slots=True)
class Engine:
    """Evolves seeds through `generations`; knows no domain.

    `judged_by` stands for the code and settings that judge: a lineage that ended under another
    value is judged again from the journal. `window` is how many lineages are open at once.
    """

    evolver: Evolver
    eliminator: Eliminator
    teacher: RecordedTeacher
    journal: Journal
    workers: Workers
    generations: int
    window: int
    judged_by: str
    tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        for _, _, outcome, reason, rows in self.journal.counts():
            self.tally.add(Verdict(Outcome(outcome), "", reason, ""), rows)

    async def run(self, seeds: Iterable[Sample]) -> None:
        """Evolve every seed that has not finished; returns early where the teacher was stopped.

        Raises TeacherError and JournalError, which end the run; it can be run again.
        """
        numbered = enumerate(seeds)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self.window):
                    group.create_task(self._work(numbered))
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors

    async def _work(self, numbered: Iterator[tuple[int, Sample]]) -> None:
        for number, seed in numbered:
            if self.teacher.stopped is not None:
                return
            if self.journal.finished(number, seed.id, self.judged_by):
                self.tally.skipped += 1
                continue
            try:
                await self._lineage(number, seed)
            except (BudgetSpent, Interrupted):
                return

    async def _lineage(self, number: int, seed: Sample) -> None:
        if begun := self.journal.lineage(number):
            for old in begun:
                self.tally.add(old.verdict, -1)
            await self.journal.restart(number)
        if problem := seed.meta.get("problem"):
            unusable = Verdict.reject("seeds", "unusable_row", f"The seed cannot be used: {problem}.")
            row = await self._record(number, Judgement(seed, (unusable,)))
        else:
            row = await self._judge(number, seed, None, Usage())
        failures = row.verdict.reason == "request_failed"
        current = row.sample if row.verdict.accepted else without_answer(seed)
        if row.verdict.accepted or row.sample.usage.calls:
            for generation in range(1, self.generations + 1):
                row = await self._evolve(number, seed, current, generation)
                failures |= row.verdict.reason == "request_failed"
                current = row.sample if row.verdict.accepted else current
        if not failures:
            await self.journal.finish(number, seed.id, self.judged_by)
        self.tally.lineages += 1

    async def _evolve(self, number: int, seed: Sample, parent: Sample, generation: int) -> Row:
        operation = self.evolver.choose(seed.id, generation)
        try:
            reply = await self.teacher.reply(self.evolver.request(parent, operation, generation))
        except RequestFailed as error:
            child = child_of(parent, operation, generation, seed.id, ChatReply("", usage=Usage()))
            return await self._record(number, Judgement(child, (_failed(error),)))
        child = child_of(parent, operation, generation, seed.id, reply)
        _, unreadable = read_evolved(reply)
        if unreadable is not None:
            return await self._record(number, Judgement(child, (unreadable,)))
        return await self._judge(number, child, parent, reply.usage)

    async def _judge(self, number: int, candidate: Sample, parent: Sample | None, spent: Usage) -> Row:
        inquiry = _RowInquiry(self.teacher, self.workers)
        try:
            judgement = await self.eliminator.judge(candidate, parent, inquiry)
        except (BudgetSpent, Interrupted, asyncio.CancelledError):
            raise
        except RequestFailed as error:
            judgement = Judgement(candidate, (_failed(error),))
        except VerifierStopped as error:
            judgement = Judgement(candidate, (Verdict.undecided("engine", "verifier_stopped", str(error)),))
        except EvolError:
            raise
        except Exception as error:
            judgement = Judgement(candidate, (_defect(error),))
        sample = replace(judgement.sample, usage=spent + inquiry.usage, truth=candidate.truth)
        return await self._record(number, replace(judgement, sample=sample))

    async def _record(self, number: int, judgement: Judgement) -> Row:
        row = Row(number, judgement.sample, judgement.verdicts)
        await self.journal.add_row(row)
        self.tally.add(row.verdict)
        return row


def without_answer(seed: Sample) -> Sample:
    """Return a seed as what is left of it once its own answer has failed: an instruction.

    Nothing may be derived from an answer that did not pass.
    """
    return replace(seed, response="", answer=None, tests=None)


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _failed(error: RequestFailed) -> Verdict:
    return Verdict.undecided("engine", "request_failed", str(error))


def _defect(error: Exception) -> Verdict:
    kind = type(error).__name__
    return Verdict.undecided(
        "engine",
        "verifier_defect",
        f"A verifier failed on this row ({kind}): please report it.",
        error=repr(error),
    )
