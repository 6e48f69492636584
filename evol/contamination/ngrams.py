"""The references' word n-grams: which row holds how much of which reference.

Numbers are masked in the n-grams, so that a question with other numbers is found too; whether the
numbers agree is settled afterwards, by aligning the two texts. An n-gram's weight falls with the
number of texts that have it, among the references and in the data alike; one that many references
share has none.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from evol._words import is_number, located, masked, value_of, words
from evol.contamination.hits import Field
from evol.contamination.references import Reference

SIZE = 5
SUSPECT = 0.15
BOILERPLATE = 0.01
FEWEST_SHARED = 3
NONE = -1
FIELDS: tuple[Field, ...] = ("instruction", "response")


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a reference and the n-grams at its successive places, -1 for boilerplate.

    `telling` is the number of places with another than boilerplate.
    """

    reference: Reference
    field: Field
    text: str
    grams: array[int]
    telling: int


@dataclass(frozen=True, slots=True)
class Overlap:
    """How much of an entry a text holds.

    `coverage` is weighted by rarity, `run` the longest run of words in common, `span` where it all
    stands in the text, in characters; `numbers` pairs the entry's numbers with the text's.
    """

    coverage: float
    run: int
    span: tuple[int, int]
    numbers: tuple[tuple[str, str], ...]

    @property
    def changed(self) -> list[tuple[str, str]]:
        """The numbers that differ, the entry's first."""
        return [(one, other) for one, other in self.numbers if one != other]


class NgramIndex:
    """N-grams of all references: about 200 bytes each. Counts those of the data as they pass.

    `too_short` is the number of questions that have fewer words than an n-gram and match nothing.
    """

    def __init__(self, references: Sequence[Reference], size: int = SIZE) -> None:
        self.size = size
        self._ids: dict[str, int] = {}
        texts = [
            (r, field, r.instruction if field == "instruction" else r.response)
            for r in references
            for field in FIELDS
        ]
        numbered = [array("i", self._number(text)) for _, _, text in texts]
        self._holders = self._held_by(numbered, max(FEWEST_SHARED, BOILERPLATE * len(references)))
        self._in_data = [0] * len(self._holders)
        self._ids = {gram: number for gram, number in self._ids.items() if self._holders[number]}
        self.entries = [self._entry(*text, grams) for text, grams in zip(texts, numbered, strict=True)]
        self.too_short = sum(entry.field == "instruction" and not entry.grams for entry in self.entries)
        self._texts = 0

    def _entry(self, reference: Reference, field: Field, text: str, numbered: array[int]) -> Entry:
        grams = array("i", (gram if self._holders[gram] else NONE for gram in numbered))
        return Entry(reference, field, text, grams, len(grams) - grams.count(NONE))

    def _number(self, text: str) -> list[int]:
        return [self._ids.setdefault(gram, len(self._ids)) for gram in self._grams(words(text))]

    def _held_by(self, numbered: list[array[int]], most: float) -> list[tuple[int, ...]]:
        """Return the entries that have each n-gram; none for boilerplate, which proves nothing."""
        holders: list[list[int]] = [[] for _ in self._ids]
        for entry, grams in enumerate(numbered):
            for gram in set(grams):
                holders[gram].append(entry)
        return [tuple(held) if len(held) <= most else () for held in holders]

    def _grams(self, found: list[str]) -> Iterator[str]:
        found = masked(found)
        return map(" ".join, zip(*(found[at:] for at in range(self.size)), strict=False))

    def suspects(self, text: str) -> list[int]:
        """Count a text of the data; return the entries of which it holds enough to look closer."""
        self._texts += 1
        held: dict[int, int] = {}
        ids = self._ids
        for gram in {ids[gram] for gram in self._grams(words(text)) if gram in ids}:
            self._in_data[gram] += 1
            for entry in self._holders[gram]:
                held[entry] = held.get(entry, 0) + 1
        return sorted(n for n, count in held.items() if count >= SUSPECT * self.entries[n].telling)

    def weight(self, gram: int) -> float:
        """Return an n-gram's weight as evidence: its inverse document frequency, none for boilerplate."""
        if gram == NONE:
            return 0.0
        return math.log1p(
            (len(self.entries) + self._texts) / (len(self._holders[gram]) + self._in_data[gram])
        )

    def overlap(self, text: str, number: int) -> Overlap:
        """Return how much of an entry a text holds, by what has been counted so far."""
        entry = self.entries[number]
        placed = located(text)
        here = [self._ids.get(gram, NONE) for gram in self._grams([word for word, _, _ in placed])]
        shared = (set(here) & set(entry.grams)) - {NONE}
        weights = [self.weight(gram) for gram in entry.grams]
        total = sum(weights)
        held = sum(weight for gram, weight in zip(entry.grams, weights, strict=True) if gram in shared)
        start, end = self._window([gram in shared for gram in here], len(entry.grams))
        run = _longest([gram in shared for gram in entry.grams])
        window = placed[start:end]
        span = (window[0][1], window[-1][2]) if window else (0, 0)
        pairs = _paired_numbers(words(entry.text), [word for word, _, _ in window])
        return Overlap(
            held / total if total else 0.0, run[1] + self.size - 1 if run[1] else 0, span, tuple(pairs)
        )

    def _window(self, matched: list[bool], length: int) -> tuple[int, int]:
        """Return the words from the first match to the last around the longest run of matches."""
        start, run = _longest(matched)
        near = range(max(0, start - 2 * length), min(len(matched), start + run + 2 * length))
        places = [at for at in near if matched[at]]
        return (places[0], places[-1] + self.size) if places else (0, 0)


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """Return where the longest run of true flags starts, and its length."""
    best, length = (0, 0), 0
    for at, flag in enumerate(flags):
        length = length + 1 if flag else 0
        if length > best[1]:
            best = (at - length + 1, length)
    return best


def _paired_numbers(first: list[str], second: list[str]) -> Iterator[tuple[str, str]]:
    """Yield the numbers that stand at the same place of two texts, by value."""
    matcher = SequenceMatcher(None, masked(first), masked(second), autojunk=False)
    for one, other, size in matcher.get_matching_blocks():
        for at in range(size):
            if is_number(first[one + at]):
                yield value_of(first[one + at]), value_of(second[other + at])
