"""What a run would take, before anything is spent: a few seeds through the embedded teacher.

The embedded teacher goes the same way through prompts, parser and eliminator as a model would, so
calls and prompt lengths are measured, not guessed; reply lengths and failures are its own.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evol.engine import Engine
from evol.evolver import Evolver
from evol.journal import Journal
from evol.recorded import RecordedTeacher
from evol.run import Plan
from evol.teacher.budget import Budget, Prices
from evol.types import Usage
from evol.verifiers.workers import WorkerPool

SEEDS_MEASURED: Final = 20
SECONDS_PER_TOKEN: Final = 1 / 50


@dataclass(frozen=True, slots=True)
class Estimate:
    """Expected calls, tokens, dollars (None without prices) and seconds; `measured` seeds were tried."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    seconds: float
    measured: int


def estimate(plan: Plan) -> Estimate:
    """Return what the plan would take. Raises PackError where the pack has no procedural teacher."""
    measured = min(SEEDS_MEASURED, plan.lineages)
    spent = asyncio.run(_measure(plan, measured))
    scale = plan.lineages / measured
    calls, prompt, completion = (
        round(n * scale) for n in (spent.calls, spent.prompt_tokens, spent.completion_tokens)
    )
    total = Usage(calls, prompt, completion)
    prices = plan.config.prices
    cost = Prices(**prices.model_dump()).cost(total) if prices else None
    seconds = completion * SECONDS_PER_TOKEN / min(plan.config.concurrency, max(1, calls))
    return Estimate(calls, prompt, completion, cost, seconds, measured)


async def _measure(plan: Plan, seeds: int) -> Usage:
    with tempfile.TemporaryDirectory(prefix="evol-") as folder, Journal(Path(folder) / "run.db") as journal:
        with WorkerPool(1, preload=[type(plan.eliminator).__module__]) as workers:
            engine = Engine(
                evolver=Evolver(plan.pack, plan.sampling, plan.config.seed),
                eliminator=plan.eliminator,
                teacher=RecordedTeacher(plan.pack.procedural(seed=plan.config.seed), journal, Budget()),
                journal=journal,
                workers=workers,
                generations=plan.generations,
                window=seeds,
                judged_by="",
            )
            await engine.run(itertools.islice(plan.samples(), seeds))
        return journal.spent()
