"""What a run would take, before anything is spent: calls and prompts are measured in a rehearsal.

Reply lengths and failures are the embedded teacher's own; a model's differ.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass
from typing import Final

from evol.rehearsal import rehearsal
from evol.run import Plan
from evol.teacher.budget import Prices
from evol.types import Usage

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
    some = itertools.islice(plan.samples(), seeds)
    async with rehearsal(plan.pack, some, generations=plan.generations, seed=plan.config.seed) as journal:
        return journal.spent()
