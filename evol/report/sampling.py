"""Which rows a report shows where it cannot show all: the same number of each kind, spread evenly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Final, Generic, TypeVar

ROWS: Final = 1_000
LINEAGES: Final = 24
CLUSTERS: Final = 30
COPIES: Final = 5
HITS: Final = 60

Kind = TypeVar("Kind", bound=Hashable)


def allot(available: Mapping[Kind, int], size: int) -> dict[Kind, int]:
    """Return how many to take of each kind so that `size` is spread evenly and none is left unused."""
    taken: dict[Kind, int] = {}
    kinds = sorted(available.items(), key=lambda kind: (kind[1], str(kind[0])))
    for place, (kind, count) in enumerate(kinds):
        taken[kind] = min(count, size // (len(kinds) - place))
        size -= taken[kind]
    return taken


class Spread(Generic[Kind]):
    """Takes its part of each kind as rows come by, at even distances and without chance."""

    def __init__(self, available: Mapping[Kind, int], size: int = ROWS) -> None:
        self._available, self._part = available, allot(available, size)
        self._seen: Counter[Kind] = Counter()

    def takes(self, kind: Kind) -> bool:
        """Whether the next row of this kind is one to show."""
        before, part, of = self._seen[kind], self._part[kind], self._available[kind]
        self._seen[kind] += 1
        return (before + 1) * part // of > before * part // of


def every(count: int, size: int) -> range:
    """Return at most `size` of the numbers 0 to `count` - 1, at even distances."""
    return range(0, count, max(1, -(-count // size)))
