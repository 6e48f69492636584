"""A few seeds through a pack's own embedded teacher, in a journal that is thrown away.

The embedded teacher goes the same way through prompts, parser and eliminator as a model would, so
a rehearsal shows what a run would ask and what the operations make, before anything is spent.
"""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from evol.engine import Engine
from evol.evolver import Evolver
from evol.journal import Journal
from evol.pack import Pack
from evol.recorded import RecordedTeacher
from evol.teacher.budget import Budget
from evol.types import Sample
from evol.verifiers.workers import WorkerPool


@asynccontextmanager
async def rehearsal(
    pack: Pack, seeds: Iterable[Sample], *, generations: int, seed: int
) -> AsyncIterator[Journal]:
    """Evolve seeds and yield the journal. Raises PackError where the pack has no procedural teacher."""
    eliminator = pack.eliminator()
    with (
        tempfile.TemporaryDirectory(prefix="evol-") as folder,
        Journal(Path(folder) / "run.db") as journal,
        WorkerPool(1, preload=[type(eliminator).__module__]) as workers,
    ):
        engine = Engine(
            evolver=Evolver(pack, pack.sampling, seed),
            eliminator=eliminator,
            teacher=RecordedTeacher(pack.procedural(seed=seed), journal, Budget()),
            journal=journal,
            workers=workers,
            generations=generations,
            window=8,
            judged_by="",
        )
        await engine.run(seeds)
        yield journal
