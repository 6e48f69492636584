"""Hashes of the word pairs of many texts at once: what MinHash signatures are made from.

The words of all texts lie in one array of bytes, and a word's hash is a polynomial of its bytes,
read off running sums (Karp and Rabin 1987), so that no word becomes an object of its own. Hashes are
the same in every process. Two pairs that share one would only make two texts look more alike than
they are; what a match is decided by are the words themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

from evol._words import BETWEEN, level, masked, words
from evol.dedup.shingles import Numbers

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes: TypeAlias = NDArray[np.uint64]

SPACE = 32
# How many bytes are hashed at once, and how many of a word at most.
BLOCK = 1 << 17
LONGEST = 1 << 10
# An odd base and its inverse modulo 2**64.
BASE = 0x9E3779B97F4A7C15
INVERSE = pow(BASE, -1, 2**64)
# The finalizer of SplitMix64 (Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators").
FACTORS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def pair_hashes(texts: Sequence[str], numbers: Numbers = "word") -> tuple[Hashes, NDArray[np.uint64]]:
    """Return the hashes of all texts' word pairs in one array, and where each text's begin and the last ends.

    A text of one word has that word's hash, one without words has none.
    """
    import numpy as np

    data = np.frombuffer(_levelled(texts, numbers), np.uint8)
    apart = (data == SPACE) | (data == BETWEEN[0])
    edges = np.flatnonzero(apart[1:] != apart[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    of_words = _word_hashes(data, starts, ends)
    text_ends = np.flatnonzero(data == BETWEEN[0])[1:]
    bounds = np.searchsorted(starts, np.concatenate(([0], text_ends)))
    sizes = bounds[1:] - bounds[:-1]
    alone = bounds[:-1][sizes == 1]
    joined = mixed(of_words[:-1] * np.uint64(FACTORS[0]) + of_words[1:]) if len(of_words) else of_words
    joined = np.r_[joined, of_words[-1:]]
    joined[alone] = of_words[alone]
    counted = np.ones(len(of_words), np.bool_)
    lasts = bounds[1:][sizes > 1] - 1
    counted[lasts] = False
    offsets = np.r_[0, np.cumsum(counted)].astype(np.uint64)[bounds]
    return np.ascontiguousarray(joined[counted]), offsets


def _levelled(texts: Sequence[str], numbers: Numbers) -> bytes:
    """Return the words of all texts with spaces around them, and a mark before and behind each text."""
    plain = [] if numbers == "mask" else [text.encode() for text in texts if text.isascii()]
    found = iter(level(BETWEEN.join(plain)).split(BETWEEN))
    parts = [next(found) if plain and text.isascii() else _encoded(words(text), numbers) for text in texts]
    edge = b" %b " % BETWEEN
    return edge + edge.join(parts) + edge


def _encoded(found: list[str], numbers: Numbers) -> bytes:
    return " ".join(masked(found) if numbers == "mask" else found).encode("utf-8", "replace")


def _word_hashes(data: NDArray[np.uint8], starts: NDArray[Any], ends: NDArray[Any]) -> Hashes:
    """Return the hashes of the words that begin and end there, of a long word by its first bytes."""
    import numpy as np

    found = np.empty(len(starts), np.uint64)
    ends = np.minimum(ends, starts + LONGEST)
    blocks = np.searchsorted(starts, np.arange(0, len(data) + BLOCK, BLOCK))
    down, up = _powers(INVERSE), _powers(BASE)
    sums = np.zeros(BLOCK + LONGEST + 1, np.uint64)
    for block, (first, last) in enumerate(pairwise(blocks)):
        at = block * BLOCK
        part = data[at : at + BLOCK + LONGEST]
        np.cumsum((part + np.uint64(1)) * down[: len(part)], out=sums[1 : len(part) + 1])
        start, end = starts[first:last] - at, ends[first:last] - at
        found[first:last] = (sums[end] - sums[start]) * up[end]
    return mixed(found)


@cache
def _powers(base: int) -> Hashes:
    import numpy as np

    found = np.full(BLOCK + LONGEST + 1, base, np.uint64)
    found[0] = 1
    return np.multiply.accumulate(found)


def mixed(hashes: Hashes) -> Hashes:
    """Return hashes with each bit spread over all others."""
    import numpy as np

    for shift, factor in zip((30, 27), FACTORS, strict=True):
        hashes = (hashes ^ (hashes >> np.uint64(shift))) * np.uint64(factor)
    return hashes ^ (hashes >> np.uint64(31))
