"""Pools of rows: what `evol run` judged, with the truth that no verifier saw.

A pool is a run folder of the real engine, its math pack narrowed to some operations. From its
journal come all attempts, kept or not; what the teacher would have said first, had nobody checked,
is asked of it again, for a procedural teacher answers the same request alike each time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from bench.verification_pays.problems import DOWN, UP, seed_problems, write_rows
from evol.config import RunConfig
from evol.domains.math.eliminator import ANSWER
from evol.journal import Journal
from evol.pack import Pack, load_pack
from evol.protocols import Teacher
from evol.run import Session, execute, plan
from evol.types import ChatReply, ChatRequest, Message, Operation, Sample
from evol.verifiers.math.verify import verify


@dataclass(frozen=True, slots=True)
class Pool:
    """How a pool is made: seeds, operations, rounds, and who answers.

    `teacher` builds the teacher from the pack and the seed; without one, it is the pack's own
    procedural teacher with this share of `error`.
    """

    name: str
    seeds: int
    operations: tuple[str, ...]
    generations: int
    error: float = 0.0
    teacher: Callable[[Pack, int], Teacher] | None = None


@dataclass(frozen=True, slots=True)
class Attempted:
    """One row of a pool: the evolved sample, whether it was kept, and whether its problem is sound.

    A problem is unsound where evolving it went wrong: it was cut, refused, leaked its answer, was
    left unchanged or kept words of the prompt.
    """

    sample: Sample
    kept: bool
    sound: bool

    @property
    def elsewhere(self) -> bool:
        """Whether the teacher began anew on a topic of its own, having no answer to go on from.

        It does so where a seed fell for want of a right solution. Those topics are many, and a few rows
        of each are more than so small a model can learn from, so no arm gets them unless it asks.
        """
        story = self.sample.truth.get("story")
        return isinstance(story, dict) and bool(story["topic"])

    def is_right(self, response: str) -> bool:
        """Whether a response ends in the true answer of a sound problem."""
        truth = str(self.sample.truth.get("answer", self.sample.answer))
        return self.sound and verify(truth, response, last_resort=False).accepted


def narrowed(pack: Pack, names: Sequence[str]) -> Pack:
    """Return the pack with some of its operations: upward ones six times in ten, as in WizardMath."""
    ups, downs = [n for n in names if n in UP], [n for n in names if n in DOWN]

    def weighted(operation: Operation) -> Operation:
        return replace(operation, weight=6 / len(ups) if operation.name in ups else 4 / len(downs))

    return replace(pack, operations=tuple(weighted(o) for o in pack.operations if o.name in names))


def teacher_of(pool: Pool, seed: int) -> Teacher:
    """Return the pool's teacher."""
    pack = load_pack("math")
    return pool.teacher(pack, seed) if pool.teacher else pack.procedural(pool.error, seed)


@asynccontextmanager
async def _unwatched(_: Session) -> AsyncIterator[None]:
    yield


def make(pool: Pool, seed: int, folder: Path) -> Path:
    """Run the engine for a pool, or go on where it was; returns the run's folder."""
    seeds = folder / "seeds.jsonl"
    if not seeds.exists():
        write_rows(seeds, seed_problems(pool.seeds, Random(f"{pool.name} {seed}")))
    config = RunConfig(
        domain="math", seeds=str(seeds), teacher=f"procedural:error={pool.error}", seed=seed,
        generations=pool.generations, out=folder / "run",
    )  # fmt: skip
    planned = plan(config)
    teacher = pool.teacher(planned.pack, seed) if pool.teacher else planned.teacher
    planned = replace(planned, pack=narrowed(planned.pack, pool.operations), teacher=teacher)
    if not (folder / "done").exists():
        asyncio.run(execute(planned, adopt=False, watch=_unwatched))
        (folder / "done").touch()
    return config.folder


def attempts(run: Path) -> list[Attempted]:
    """Return every row of a run in the order of its seeds, generation 0 included."""
    with Journal(run / "run.db", read_only=True) as journal:
        rows = list(journal.rows("SELECT id FROM samples ORDER BY lineage, generation"))
    return [Attempted(row.sample, row.verdict.accepted, "error" not in row.sample.truth) for row in rows]


def replies(teacher: Teacher, rows: Iterable[Attempted], count: int) -> list[list[ChatReply]]:
    """Return the first `count` solutions that a teacher gives to each row, asked as the eliminator asks."""
    pack = load_pack("math")

    def request(sample: Sample, draw: int) -> ChatRequest:
        prompt = pack.prompts.render(ANSWER, instruction=sample.instruction)
        return ChatRequest((Message("user", prompt),), pack.sampling, draw, "answer", about=sample)

    async def ask() -> list[list[ChatReply]]:
        return [[await teacher.reply(request(row.sample, n)) for n in range(count)] for row in rows]

    return asyncio.run(ask())
