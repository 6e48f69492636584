"""The figures of an evaluation: estimates with their intervals, and exact paired tests.

Wilson's interval for a share of problems; pass@k without bias (Chen et al. 2021, section 2.1) with
a bootstrap over problems; McNemar's exact test for two models on the same problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import comb
from typing import Any, Final

from evol.intervals import wilson_interval

DRAWS: Final = 10_000
SEED: Final = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share with its 95 % interval, how that was found, and over how many problems."""

    value: float
    low: float
    high: float
    interval: str
    problems: int

    def to_json(self) -> dict[str, Any]:
        """Return the figures by their names."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.value:.1%} [{self.low:.1%}, {self.high:.1%}]"


def wilson(successes: int, trials: int) -> Estimate:
    """Return the share of successes with Wilson's 95 % score interval; `trials` is at least 1."""
    return Estimate(successes / trials, *wilson_interval(successes, trials), "wilson", trials)


def pass_at_k(samples: int, right: int, k: int) -> float:
    """Return the probability that one of `k` samples drawn from these is right (Chen et al. 2021).

    1 - C(n - c, k) / C(n, k), in whole numbers, so that nothing is lost. `k` is at most `samples`.
    """
    return 1 - comb(samples - right, k) / comb(samples, k)


def share_of_problems(values: Sequence[float]) -> Estimate:
    """Return the mean of values from 0 to 1, one a problem.

    Wilson's interval where each is 0 or 1, else the bootstrap, which would be without width there.
    """
    if all(value in (0, 1) for value in values):
        return wilson(round(sum(values)), len(values))
    return mean_over_problems(values)


def mean_over_problems(values: Sequence[float]) -> Estimate:
    """Return the mean with a 95 % percentile bootstrap interval over problems (10,000 draws, seed 0)."""
    import numpy as np

    given, dice = np.asarray(values, dtype=float), np.random.default_rng(SEED)
    block = max(1, 2_000_000 // len(given))
    means = np.concatenate(
        [
            given[dice.integers(0, len(given), (min(block, DRAWS - start), len(given)))].mean(axis=1)
            for start in range(0, DRAWS, block)
        ]
    )
    low, high = np.quantile(means, [0.025, 0.975])
    return Estimate(float(given.mean()), float(low), float(high), "bootstrap over problems", len(given))


@dataclass(frozen=True, slots=True)
class Paired:
    """Two models on the problems that both answered: how often only one was right, and McNemar's p."""

    problems: int
    only_first: int
    only_second: int
    p: float


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> Paired:
    """Compare two models problem by problem: the exact, two-sided test (McNemar 1947; binomial)."""
    only_first = sum(a and not b for a, b in zip(first, second, strict=True))
    only_second = sum(b and not a for a, b in zip(first, second, strict=True))
    changed = only_first + only_second
    tail = sum(comb(changed, i) for i in range(min(only_first, only_second) + 1))
    return Paired(len(first), only_first, only_second, min(1.0, 2 * tail / 2**changed))


def sign_flip(differences: Sequence[float]) -> float:
    """Return the two-sided p of paired differences by flipping their signs 10,000 times (seed 0).

    The observed signs count as one of the draws, so that p is never 0.
    """
    import numpy as np

    given, dice = np.asarray([d for d in differences if d], dtype=float), np.random.default_rng(SEED)
    if not len(given):
        return 1.0
    block, extreme, seen = max(1, 2_000_000 // len(given)), 0, abs(given.sum()) - 1e-9
    for start in range(0, DRAWS, block):
        signs = dice.choice((-1.0, 1.0), (min(block, DRAWS - start), len(given)))
        extreme += int((abs(signs @ given) >= seen).sum())
    return (extreme + 1) / (DRAWS + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number (Holm 1979), in the order given."""
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    adjusted, highest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        adjusted[place] = highest
    return adjusted
