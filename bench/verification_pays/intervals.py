"""Means over seeds with intervals, and differences of arms that share their seeds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, stdev
from typing import Final

STUDENT: Final = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)
"""The 97.5 % points of Student's t for 1 to 9 degrees of freedom."""


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of some runs; `half` is half the width of its 95 % interval, NaN for a single run."""

    mean: float
    half: float

    def points(self) -> str:
        """Return it in percentage points: "84.3 ± 2.1"."""
        spread = "" if math.isnan(self.half) else f" ± {100 * self.half:.1f}"
        return f"{100 * self.mean:.1f}{spread}"


def over_seeds(values: Sequence[float]) -> Mean:
    """Return the mean with Student's 95 % interval over runs that differ in all that the seed decides."""
    if len(values) < 2:
        return Mean(values[0], math.nan)
    return Mean(mean(values), STUDENT[len(values) - 2] * stdev(values) / math.sqrt(len(values)))


def difference(first: dict[int, float], second: dict[int, float]) -> Mean | None:
    """Return by how much `first` exceeds `second` on the seeds they share, or None where there are none."""
    shared = sorted(first.keys() & second.keys())
    return over_seeds([first[seed] - second[seed] for seed in shared]) if shared else None
