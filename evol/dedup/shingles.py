"""What two texts are compared by: the set of their word pairs, and how the numbers in it count."""

from __future__ import annotations

from operator import add
from typing import Literal

from evol._words import masked, words, written_numbers

Numbers = Literal["word", "exact", "mask"]
"""How numbers count: `word`, as any other word; `exact`, texts with other numbers are never
duplicates (another problem, in mathematics); `mask`, all numbers read the same (one template)."""


def shingles(found: list[str], numbers: Numbers = "word") -> list[str]:
    """Return the pairs of neighbouring words, each written as one, repeats included.

    A text of one word has that word, one without words has none.
    """
    if numbers == "mask":
        found = masked(found)
    return list(map(add, found, found[1:])) if len(found) > 1 else found


def similarity(first: str, second: str, numbers: Numbers = "word") -> float:
    """Return the Jaccard similarity, 0 to 1, of two texts' word pairs.

    Two texts without any word are not similar: they say nothing.
    """
    if numbers == "exact" and written_numbers(first) != written_numbers(second):
        return 0.0
    return jaccard(frozenset(shingles(words(first), numbers)), frozenset(shingles(words(second), numbers)))


def jaccard(first: frozenset[str], second: frozenset[str]) -> float:
    """Return the share of both sets' members that they have in common; 0 where both are empty."""
    common = len(first & second)
    return common / (len(first) + len(second) - common) if common else 0.0
