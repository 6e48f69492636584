"""Score responses by the pack's own hooks, in worker processes: a response may hang or kill one.

The hooks run under the pack's name, so that installed packs and folders serve alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final, TypeVar

from evol.errors import ConfigError, DataError, VerifierStopped
from evol.pack import VerifyHook, VoteHook, load_pack
from evol.train.evaluation.benchmark import Benchmark, Problem
from evol.types import Json, Verdict
from evol.verifiers.workers import WorkerPool

T = TypeVar("T")
U = TypeVar("U")
LIMIT_S: Final = 30.0
PATIENT_LIMIT_S: Final = 240.0
"""How long a verifier may take, worker's start included, at the first and at the last try.

A machine that is overloaded starts a worker late; that must not make an answer wrong.
"""
UNJUDGEABLE: Final = ("no_gold", "no_tests")


@cache
def score_hook(domain: str) -> VerifyHook:
    """Return what judges a response by a row's gold. Raises ConfigError where the pack has nothing."""
    hook = load_pack(domain).score_hook()
    if hook is None:
        raise ConfigError(
            f"The domain {domain!r} names neither a score nor a verify hook in its domain.toml, so it cannot "
            "judge a model."
        )
    return hook


@cache
def vote_hook(domain: str) -> VoteHook | None:
    """Return what sorts responses by answer, or None where the pack does not vote."""
    return load_pack(domain).vote_hook()


def score(domain: str, judged: Mapping[str, Json]) -> Verdict:
    """Judge one row, its response included; what a worker process runs."""
    return score_hook(domain)(judged)


def vote(domain: str, responses: Sequence[str]) -> list[list[int]]:
    """Sort responses by answer; what a worker process runs."""
    hook = vote_hook(domain)
    return hook(responses) if hook is not None else []


class Scorer:
    """Judges responses to one domain's problems in a pool of worker processes; made in a `with`.

    Raises ConfigError where the domain judges nothing.
    """

    def __init__(self, domain: str, workers: int | None = None) -> None:
        score_hook(domain)
        self._domain = domain
        self._pool = WorkerPool(workers, preload=[__name__])

    def require_judgeable(self, benchmark: Benchmark) -> None:
        """Raise DataError where a problem has no gold, before a model is asked anything.

        One problem of each set of columns is tried. Raises SandboxUnavailable where the domain needs
        a sandbox that this machine cannot offer.
        """
        kinds = {frozenset(problem.judged): problem for problem in reversed(benchmark.problems)}
        for problem in kinds.values():
            verdict = self._pool.run(
                score, self._domain, {**problem.judged, "response": "0"}, limit_s=PATIENT_LIMIT_S
            )
            if verdict.reason in UNJUDGEABLE:
                why = verdict.message.rstrip(".")
                raise DataError(
                    f"{benchmark.name}: the problem {problem.id!r} has nothing to judge an answer by ({why})."
                )

    async def score(self, problem: Problem, response: Mapping[str, Json]) -> Verdict:
        """Judge one response, given as the columns that hold it."""
        try:
            return await self._patiently(score, {**problem.judged, **response})
        except VerifierStopped as error:
            return Verdict.undecided("evaluation", "worker_stopped", str(error))

    async def majority(self, responses: Sequence[str]) -> int | None:
        """Return the place of the first response that gives the most frequent answer, if there is one."""
        try:
            classes = await self._patiently(vote, responses)
        except VerifierStopped:
            return None
        return classes[0][0] if classes else None

    async def _patiently(self, function: Callable[[str, T], U], given: T) -> U:
        """Run a function in a worker, and once more with more time where the first try was stopped."""
        try:
            return await self._pool.arun(function, self._domain, given, limit_s=LIMIT_S)
        except VerifierStopped:
            return await self._pool.arun(function, self._domain, given, limit_s=PATIENT_LIMIT_S)

    def __enter__(self) -> Scorer:
        return self

    def __exit__(self, *exception: object) -> None:
        self._pool.close()


def require_judgeable(benchmark: Benchmark) -> None:
    """Do what `Scorer.require_judgeable` does, for callers that score later."""
    with Scorer(benchmark.domain, 1) as scorer:
        scorer.require_judgeable(benchmark)
