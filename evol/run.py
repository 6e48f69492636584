"""One run from configuration to dataset: everything is resolved and checked before a byte is written.

`plan` reads the pack, the seeds and the teacher's name and refuses what will not do; `execute`
opens the folder, evolves, and publishes the dataset, also where it was stopped half-way.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import itertools
import platform
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any, Final

from evol.config import RunConfig
from evol.dataset import Exported
from evol.engine import Engine, Tally
from evol.errors import BudgetSpent, PackError, nearest
from evol.evolver import Evolver
from evol.folder import DATASET, run_folder
from evol.journal import Journal
from evol.pack import Pack, load_pack
from evol.protocols import Eliminator, PackContext, Teacher
from evol.publish import publish
from evol.recorded import Interrupted, RecordedTeacher
from evol.seeds import SeedCheck, SeedFile
from evol.teacher import make_teacher
from evol.teacher.budget import Budget, Prices
from evol.types import Sample, Sampling, Usage, content_key
from evol.verifiers.workers import WorkerPool

DEFAULT_GENERATIONS: Final = 4
LINEAGES_PER_CALL: Final = 2
VERSIONED: Final = ("evol", "openai", "sympy", "math-verify", "RestrictedPython", "datasets", "pyarrow")


@dataclass(frozen=True, slots=True)
class Plan:
    """A run that was checked and can start. `identity` is what decides every request."""

    config: RunConfig
    pack: Pack
    eliminator: Eliminator
    teacher: Teacher
    seeds: SeedFile
    checked: SeedCheck
    generations: int
    sampling: Sampling
    identity: dict[str, Any]

    @property
    def lineages(self) -> int:
        """How many seeds will be evolved."""
        return min(self.checked.rows, self.config.limit or self.checked.rows)

    def samples(self) -> Iterator[Sample]:
        """Yield the seeds to evolve, as a stream."""
        return itertools.islice(self.seeds, self.lineages)


@dataclass(frozen=True, slots=True)
class Session:
    """A run in progress, for whoever displays it."""

    plan: Plan
    tally: Tally
    teacher: RecordedTeacher
    budget: Budget


@dataclass(frozen=True, slots=True)
class Finished:
    """How a run ended: what was written, what it did, and why it stopped early, if it did."""

    exported: Exported
    tally: Tally
    budget: Budget
    stopped: BudgetSpent | Interrupted | None


Watch = Callable[[Session], AbstractAsyncContextManager[None]]


def plan(config: RunConfig) -> Plan:
    """Resolve and check everything a run needs; writes nothing and calls nobody.

    Raises PackError, DataError and ConfigError, one sentence each.
    """
    pack = _with_settings(load_pack(config.domain), config)
    eliminator = pack.eliminator()
    seeds = SeedFile(config.seeds or _own_seeds(pack), pack.name, config.map)
    checked = seeds.check()
    make_budget(config, Usage())
    teacher = make_teacher(
        config.teacher,
        procedural=pack.procedural,
        seed=config.seed,
        concurrency=config.concurrency,
        timeout_s=config.timeout,
    )
    generations = config.generations
    if generations is None:
        generations = int(str(pack.settings.get("generations", DEFAULT_GENERATIONS)))
    identity = {
        "domain": pack.name,
        "seeds": {
            "digest": checked.digest,
            "map": dict(config.map),
        },
        "teacher": teacher.identity,
        "sampling": {name: getattr(pack.sampling, name) for name in ("temperature", "top_p", "max_tokens")},
        "generations": generations,
        "seed": config.seed,
        "settings": dict(pack.settings),
        "prompts": pack.prompt_digests,
    }
    return Plan(config, pack, eliminator, teacher, seeds, checked, generations, pack.sampling, identity)


def _own_seeds(pack: Pack) -> str:
    if pack.seeds is None:
        raise PackError(f"The domain {pack.name!r} brings no seeds of its own: give a file with --seeds.")
    return str(pack.seeds)


def _with_settings(pack: Pack, config: RunConfig) -> Pack:
    """Return the pack with the configuration's settings and sampling in place of its own."""
    unknown = [key for key in config.settings if key not in pack.settings]
    if unknown:
        raise PackError(
            f"The domain {pack.name!r} has no setting {unknown[0]!r}.{nearest(unknown[0], pack.settings)} "
            f"It has: {', '.join(pack.settings) or 'none'}."
        )
    settings = {**pack.settings, **config.settings}
    sampling = replace(pack.sampling, **config.sampling.model_dump(exclude_none=True))
    context = PackContext(pack.name, pack.context.prompts, settings, sampling)
    return replace(pack, settings=settings, sampling=sampling, context=context)


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide a run's results."""
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        found[name] = importlib.metadata.version(name)
    return found


def make_budget(config: RunConfig, spent: Usage) -> Budget:
    """Return the budget of a run that has spent so much; raises ConfigError where caps lack prices."""
    prices = Prices(**config.prices.model_dump()) if config.prices else None
    return Budget(
        max_calls=config.max_calls,
        max_tokens=config.max_tokens,
        max_cost=config.max_cost,
        prices=prices,
        spent=spent,
    )


async def execute(plan: Plan, *, adopt: bool, watch: Watch) -> Finished:
    """Run a plan to its end, to its budget or until interrupted, and publish the dataset.

    Raises TeacherError before anything is written where the teacher cannot work, ConfigError
    where the folder will not do, JournalError where the disk fails.
    """
    config = plan.config
    record = {
        "identity": plan.identity,
        "seeds": config.seeds or f"the seeds of the {plan.pack.name} pack",
        "config": config.model_dump(mode="json", exclude_defaults=True),
        "versions": versions(),
    }
    try:
        await plan.teacher.preflight()
        with run_folder(config.folder, plan.identity, record, adopt=adopt) as journal:
            stopped, tally, budget = await _evolve(plan, journal, watch)
            exported = publish(
                journal, config.folder / DATASET, record, size=config.size, style=config.format
            )
    finally:
        await plan.teacher.aclose()
    return Finished(exported, tally, budget, stopped)


async def _evolve(
    plan: Plan, journal: Journal, watch: Watch
) -> tuple[BudgetSpent | Interrupted | None, Tally, Budget]:
    budget = make_budget(plan.config, journal.spent())
    teacher = RecordedTeacher(plan.teacher, journal, budget)
    with WorkerPool(preload=[type(plan.eliminator).__module__]) as workers:
        engine = Engine(
            evolver=Evolver(plan.pack, plan.sampling, plan.config.seed),
            eliminator=plan.eliminator,
            teacher=teacher,
            journal=journal,
            workers=workers,
            generations=plan.generations,
            window=plan.config.concurrency * LINEAGES_PER_CALL,
            judged_by=content_key([plan.identity, plan.pack.code_digest]),
        )
        async with watch(Session(plan, engine.tally, teacher, budget)):
            await engine.run(plan.samples())
    return teacher.stopped, engine.tally, budget


def run_blocking(plan: Plan, *, adopt: bool, watch: Watch) -> Finished:
    """Do what `execute` does, for callers without an event loop."""
    return asyncio.run(execute(plan, adopt=adopt, watch=watch))
