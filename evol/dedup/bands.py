"""From texts to candidate pairs: MinHash signatures by `rensa`, cut into bands, grouped from disk.

rensa's own index of bands keeps every signature in memory. Here each band of each text is one
64-bit key in the band's file, in the order of the texts, and a file is grouped in a few passes over
a part of its keys each, so that memory does not grow with the number of texts. The functions run in
worker processes: they take paths and return bytes or numbers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

from evol._words import written_numbers
from evol.dedup.hashes import mixed, pair_hashes
from evol.dedup.shingles import Numbers
from evol.dedup.spool import read_slice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MISSED = 0.005
MOST_HASHES = 72
SEED = 20240917
NO_KEY = 0
AT_ONCE = 1 << 17


@dataclass(frozen=True, slots=True)
class Plan:
    """How signatures are cut: `bands` bands of `rows` hash values each."""

    bands: int
    rows: int

    def candidate_rate(self, jaccard: float) -> float:
        """Return the probability that two texts of that similarity become a candidate pair."""
        return 1.0 - (1.0 - jaccard**self.rows) ** self.bands


def plan(threshold: float) -> Plan:
    """Return the bands that miss at most 0.5 % of the pairs at the threshold with the fewest candidates.

    Longer bands let fewer dissimilar pairs through and need more bands: the longest that stay
    within 72 hash values are taken.
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
    """Return the keys of the texts in a slice of a spool: of the whole signature, then band by band.

    Each item holds one 64-bit key a text. A text without any word has the key 0 everywhere.
    Where texts with other numbers are never duplicates, the numbers are a part of each band's key, so
    that the many problems made from one template do not become candidates of each other.
    """
    import numpy as np
    from rensa import RMinHash

    texts = read_slice(path, start, end)
    tokens, offsets = pair_hashes(texts, numbers)
    size = cut.bands * cut.rows
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(tokens, offsets, size, SEED)
    values = np.array(matrix.to_rows(), np.uint64).reshape(len(texts), cut.bands, cut.rows)
    keys = np.zeros((len(texts), cut.bands), np.uint64)
    if numbers == "exact":
        counted = [_digest(written_numbers(text)) for text in texts]
        keys += np.array(counted, np.int64).view(np.uint64)[:, None]
    for row in range(cut.rows):
        keys = mixed(keys ^ values[:, :, row])
    keys[np.diff(offsets) == 0] = NO_KEY
    return [mixed(keys.sum(axis=1)).tobytes(), *(keys[:, band].tobytes() for band in range(cut.bands))]


def _digest(found: list[str]) -> int:
    return int.from_bytes(blake2b(" ".join(found).encode(), digest_size=8).digest(), signed=True)


def repeated(path: Path, live: Path | None, part: int, parts: int) -> list[list[int]]:
    """Return the groups of texts that share a key of a band, as their numbers in ascending order.

    Looks at the keys that leave the rest `part` when divided by `parts`, of the texts whose byte in
    the file `live` is 1 (all, where there is none).
    """
    import numpy as np

    pieces: list[NDArray[np.int64]] = []
    with path.open("rb") as file:
        for start in range(0, path.stat().st_size // 8, AT_ONCE):
            keys = np.fromfile(file, np.int64, AT_ONCE)
            mine = (keys % parts == part) & (keys != NO_KEY)
            if live is not None:
                mine &= np.fromfile(live, np.bool_, len(keys), offset=start)
            here = np.flatnonzero(mine)
            pieces.append(np.stack((keys[here], here + start)))
    found, numbers = np.concatenate(pieces, axis=1) if pieces else np.empty((2, 0), np.int64)
    order = np.argsort(found, kind="stable")
    found, numbers = found[order], numbers[order]
    again = np.r_[False, found[1:] == found[:-1], False]
    first = np.flatnonzero(~again[:-1] & again[1:])
    last = np.flatnonzero(again[:-1] & ~again[1:])
    return sorted(numbers[a : b + 1].tolist() for a, b in zip(first, last, strict=True))
