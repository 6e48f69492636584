"""From texts to candidate pairs: MinHash signatures by `rensa`, cut into bands, grouped from disk.

rensa's own index of bands keeps every signature in memory. Here each band of each text is one
64-bit key in the band's file, in the order of the texts, and a file is grouped in a few passes over
a part of its keys each, so that memory does not grow with the number of texts. The functions run in
worker processes: they take paths and return bytes or numbers.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, compress, repeat
from pathlib import Path

from evol._words import words, written_numbers
from evol.dedup.shingles import Numbers, shingles
from evol.dedup.spool import read_slice

MISSED = 0.01
MOST_HASHES = 64
SEED = 20240917
NO_KEY = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How signatures are cut: `bands` bands of `rows` hash values each."""

    bands: int
    rows: int

    def candidate_rate(self, jaccard: float) -> float:
        """Return the probability that two texts of that similarity become a candidate pair."""
        return 1.0 - (1.0 - jaccard**self.rows) ** self.bands


def plan(threshold: float) -> Plan:
    """Return the bands that miss at most 1 % of the pairs at the threshold with the fewest candidates.

    Longer bands let fewer dissimilar pairs through and need more bands: the longest that stay
    within 64 hash values are taken.
    """
    best = Plan(_bands_for(threshold, 1), 1)
    for rows in range(2, MOST_HASHES + 1):
        bands = _bands_for(threshold, rows)
        if bands * rows <= MOST_HASHES:
            best = Plan(bands, rows)
    return best


def _bands_for(threshold: float, rows: int) -> int:
    if threshold >= 1.0:
        return 1
    return math.ceil(math.log(MISSED) / math.log1p(-(threshold**rows)))


def sketch(path: Path, start: int, end: int, cut: Plan, numbers: Numbers) -> list[bytes]:
    """Return the keys of the texts in a slice of a spool: of all their words, then band by band.

    Each item holds one signed 64-bit key a text. A text without any word has the key 0 everywhere.
    Where texts with other numbers are never duplicates, the numbers are a part of each band's key, so
    that the many problems made from one template do not become candidates of each other.
    """
    from rensa import RMinHash

    texts = read_slice(path, start, end)
    found = [words(text) for text in texts]
    tokens = [shingles(one, numbers) for one in found]
    matrix = RMinHash.digest_matrix_from_token_sets(tokens, cut.bands * cut.rows, SEED)
    values = chain.from_iterable(matrix.to_rows())
    # The hash of a tuple of integers does not depend on PYTHONHASHSEED.
    of_bands: Iterable[tuple[object, ...]] = zip(*[values] * cut.rows, strict=True)
    if numbers == "exact":
        counted = chain.from_iterable(repeat(_digest(written_numbers(text)), cut.bands) for text in texts)
        of_bands = zip(of_bands, counted, strict=True)
    keys = array("q", map(hash, of_bands))
    for at, one in enumerate(found):
        if not one:
            keys[at * cut.bands : (at + 1) * cut.bands] = array("q", [NO_KEY] * cut.bands)
    same = array("q", [_digest(one) if one else NO_KEY for one in found])
    return [same.tobytes(), *(keys[band :: cut.bands].tobytes() for band in range(cut.bands))]


def _digest(found: list[str]) -> int:
    return int.from_bytes(blake2b(" ".join(found).encode(), digest_size=8).digest(), signed=True)


def repeated(path: Path, live: Path | None, part: int, parts: int) -> list[list[int]]:
    """Return the groups of texts that share a key of a band, as their numbers in ascending order.

    Looks at the keys that leave the rest `part` when divided by `parts`, of the texts whose byte in
    the file `live` is 1 (all, where there is none).
    """
    keys = array("q", path.read_bytes())
    alive = b"\1" * len(keys) if live is None else live.read_bytes()
    mine = (key for key in compress(keys, alive) if key % parts == part)
    wanted = {key for key, times in Counter(mine).items() if times > 1} - {NO_KEY}
    groups: dict[int, list[int]] = {}
    for number in compress(range(len(keys)), map(wanted.__contains__, keys)):
        if alive[number]:
            groups.setdefault(keys[number], []).append(number)
    return list(groups.values())
