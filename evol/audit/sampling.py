"""A quick look at a large set: a uniform sample of its rows, and how sure its shares are.

Which rows are drawn depends on their number and the seed alone (Vitter's reservoir, algorithm R),
so the same data give the same sample.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from evol.intervals import wilson_interval


@dataclass(frozen=True, slots=True)
class Share:
    """A share of rows and the ends of its 95 % confidence interval."""

    share: float
    low: float
    high: float


def wilson(hits: int, total: int) -> Share:
    """Return the share of hits with its interval, to six digits; of nothing, anything from 0 to 1."""
    low, high = wilson_interval(hits, total)
    return Share(round(hits / total, 6) if total else 0.0, round(low, 6), round(high, 6))


class Reservoir:
    """Draws `size` of the numbers 1, 2, 3 … as they come by, without knowing how many there will be."""

    def __init__(self, size: int, seed: int) -> None:
        self._size, self._random = size, random.Random(seed)  # noqa: S311 - a sample, not a secret
        self._held: list[int] = []

    def offer(self, number: int) -> None:
        """Take a number in, perhaps in place of another."""
        if len(self._held) < self._size:
            self._held.append(number)
        elif (place := self._random.randrange(number)) < self._size:
            self._held[place] = number

    def drawn(self) -> frozenset[int]:
        """Return the numbers drawn."""
        return frozenset(self._held)
