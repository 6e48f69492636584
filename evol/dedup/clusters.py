"""Clusters by union-find over confirmed pairs, and what each of their members was matched with."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A text that repeats another: `like` is the id of its closest confirmed match in the cluster.

    `similarity` is the true Jaccard similarity of the two; `exact` says that their normal forms are
    equal.
    """

    id: str
    like: str
    similarity: float
    exact: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """Texts joined by confirmed pairs: the first, in the order they were added, and the others.

    A chain joins, too: two members need not be similar to each other, only to a neighbour.
    """

    first: str
    duplicates: tuple[Duplicate, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The closest confirmed match of the text `number`, by number."""

    number: int
    like: int
    similarity: float
    exact: bool


class Links:
    """Confirmed pairs of numbered texts: 4 bytes a text, and 17 a pair that joined two clusters."""

    def __init__(self, size: int) -> None:
        self._parent = array("I", range(size))
        self._pairs = array("I")
        self._similar = array("d")
        self._exact = bytearray()

    def joined(self, first: int, second: int) -> bool:
        """Whether two texts are in one cluster already."""
        return self._root(first) == self._root(second)

    def join(self, first: int, second: int, similarity: float, *, exact: bool) -> None:
        """Record a confirmed pair; the earlier text stays at the head of the cluster."""
        one, other = self._root(first), self._root(second)
        if one != other:
            self._parent[max(one, other)] = min(one, other)
            self._pairs.extend((first, second))
            self._similar.append(similarity)
            self._exact.append(exact)

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def clusters(self) -> Iterator[tuple[int, list[Match]]]:
        """Yield each cluster's first text and the matches of the others, both in ascending order."""
        of_root: dict[int, list[int]] = {}
        for link, number in enumerate(self._pairs[::2]):
            of_root.setdefault(self._root(number), []).append(link)
        for root in sorted(of_root):
            best: dict[int, Match] = {}
            for link in of_root[root]:
                self._note(best, link)
            yield root, [best[number] for number in sorted(best) if number != root]

    def _note(self, best: dict[int, Match], link: int) -> None:
        first, second = self._pairs[2 * link : 2 * link + 2]
        similarity, exact = self._similar[link], bool(self._exact[link])
        for number, like in ((first, second), (second, first)):
            held = best.get(number)
            if held is None or (exact, similarity, -like) > (held.exact, held.similarity, -held.like):
                best[number] = Match(number, like, similarity, exact)
