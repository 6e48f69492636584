"""A quick look at a large set: a uniform sample of its rows, and how sure its shares are.

Which rows are drawn depends on their number and the seed alone (Vitter's reservoir, algorithm R),
so the same data give the same sample. Shares come with Wilson's score interval, which holds near 0
and 1 and for small samples, where the plain normal interval does not.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

Z95: Final = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Share:
    """A share of rows and the ends of its 95 % confidence interval."""

    share: float
    low: float
    high: float


def wilson(hits: int, total: int) -> Share:
    """Return the share of hits with Wilson's 95 % interval; of nothing, anything from 0 to 1."""
    if not total:
        return Share(0.0, 0.0, 1.0)
    p, z2 = hits / total, Z95 * Z95
    centre = (p + z2 / (2 * total)) / (1 + z2 / total)
    reach = Z95 / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total * total))
    low = 0.0 if hits == 0 else max(0.0, centre - reach)
    high = 1.0 if hits == total else min(1.0, centre + reach)
    return Share(round(p, 6), round(low, 6), round(high, 6))


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
