"""The references' word n-grams: which row holds how much of which reference.

Numbers are masked in the n-grams, so that a question with other numbers is found too; whether the
numbers agree is settled afterwards. An n-gram's weight falls with the
number of texts that have it, among the references and in the data alike; one that many references
share has none.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher

from evol._words import is_number, located, masked, value_of, words
from evol.contamination.hits import Field
from evol.contamination.references import Reference

SIZE = 4
FEWEST_WORDS = 2
SUSPECT = 0.15
BOILERPLATE = 0.01
FEWEST_SHARED = 3
SAME_NUMBERS = 0.9
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

    `coverage` is the share of the entry's n-grams in the text, weighted by rarity; `similarity`, 0 to
    1, compares the entry word by word with the part of the text between the first n-gram in common
    and the last; `held` is the number of the entry's words in common n-grams. `span` is where that
    part stands, in characters; `numbers` are those of the entry and `found` those of the part.
    """

    coverage: float
    similarity: float
    held: int
    span: tuple[int, int]
    numbers: Counter[str]
    found: Counter[str]

    @property
    def same_numbers(self) -> bool:
        """Whether the numbers agree, of which either text may lack some."""
        fewer = min(self.numbers.total(), self.found.total())
        return (self.numbers & self.found).total() >= SAME_NUMBERS * fewer


class NgramIndex:
    """N-grams of all references: about 200 bytes each. Counts those of the data as they pass.

    `too_short` is the number of questions that have fewer words than an n-gram and match nothing.
    """

    def __init__(self, references: Sequence[Reference], size: int = SIZE) -> None:
        self.size = size
        self._ids: dict[tuple[str, ...], int] = {}
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
        self._spread = Counter(word for *_, text in texts for word in set(masked(words(text))))

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
        telling = map(_has_words, self._ids)
        return [
            tuple(held) if len(held) <= most and tells else ()
            for held, tells in zip(holders, telling, strict=True)
        ]

    def _grams(self, found: list[str]) -> Iterator[tuple[str, ...]]:
        found = masked(found)
        return zip(*(found[at:] for at in range(self.size)), strict=False)

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
        total = sum(map(self.weight, set(entry.grams)))
        matched = [gram in shared for gram in entry.grams]
        own = words(entry.text)
        start, end = self._window([gram in shared for gram in here], matched)
        blocks = _aligned(own, [word for word, _, _ in placed[start:end]])
        start, end = (start + blocks[0].b, start + blocks[-1].b + blocks[-1].size) if blocks else (0, 0)
        found = [word for word, _, _ in placed[start:end]]
        return Overlap(
            coverage=sum(map(self.weight, shared)) / total if total else 0.0,
            similarity=self._similarity(own, found, blocks),
            held=self._held(matched),
            span=(placed[start][1], placed[end - 1][2]) if blocks else (0, 0),
            numbers=_numbers(own),
            found=_numbers(found),
        )

    def _window(self, here: list[bool], there: list[bool]) -> tuple[int, int]:
        """Return where an entry may stand in a text: around the longest run of n-grams in common.

        `here` and `there` say which places of the text and of the entry have such an n-gram. The
        words before the entry's first and after its last are given room, too.
        """
        start, run = _longest(here)
        if not run:
            return 0, 0
        reach = 2 * len(there)
        places = [at for at in range(max(0, start - reach), min(len(here), start + run + reach)) if here[at]]
        lead, tail = there.index(True), there[::-1].index(True)
        return max(0, places[0] - lead), places[-1] + self.size + tail

    def _held(self, matched: list[bool]) -> int:
        """Return how many words the matched n-grams cover."""
        return len({at + step for at, flag in enumerate(matched) if flag for step in range(self.size)})

    def _similarity(self, own: list[str], found: list[str], blocks: list[Match]) -> float:
        """Return the Dice coefficient of two texts' aligned words, weighted by rarity."""
        own, found = masked(own), masked(found)
        both = sum(
            self._word_weight(word) for block in blocks for word in own[block.a : block.a + block.size]
        )
        total = sum(map(self._word_weight, own)) + sum(map(self._word_weight, found))
        return 2 * both / total if total else 0.0

    def _word_weight(self, word: str) -> float:
        return math.log1p(len(self.entries) / (1 + self._spread[word]))


def _has_words(gram: tuple[str, ...]) -> bool:
    """Whether an n-gram says anything: rows of numbers and signs are alike everywhere."""
    return sum(word[0].isalpha() for word in gram) >= FEWEST_WORDS


def _longest(flags: Sequence[bool]) -> tuple[int, int]:
    """Return where the longest run of true flags starts, and its length."""
    best, length = (0, 0), 0
    for at, flag in enumerate(flags):
        length = length + 1 if flag else 0
        if length > best[1]:
            best = (at - length + 1, length)
    return best


def _aligned(first: list[str], second: list[str]) -> list[Match]:
    """Return the runs of words that stand in both texts in the same order, numbers taken as equal."""
    matcher = SequenceMatcher(None, masked(first), masked(second), autojunk=False)
    return [block for block in matcher.get_matching_blocks() if block.size]


def _numbers(found: list[str]) -> Counter[str]:
    """Return how often each number stands among words, by value."""
    return Counter(value_of(word) for word in found if is_number(word))
