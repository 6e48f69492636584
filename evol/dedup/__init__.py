"""Exact and near duplicates among any number of texts, in memory that hardly grows with them.

Texts are added one at a time and written to a temporary folder. Asked for clusters, `rensa` makes a
MinHash signature of each text's word pairs, signatures are cut into bands, and two texts that agree
on a whole band become a candidate pair; each candidate is then confirmed by the true Jaccard
similarity of its word pairs, so that no pair below the threshold is ever reported. Bands lie on disk
and are grouped piece by piece: what stays in memory is about 30 bytes a text.

    with DuplicateFinder() as finder:
        for row in rows:
            finder.add(row.id, row.instruction)
        for cluster in finder.clusters(threshold=0.8):
            ...

MinHash: Broder 1997, "On the resemblance and containment of documents". Banding: Leskovec,
Rajaraman, Ullman, "Mining of Massive Datasets", chapter 3.
"""

from __future__ import annotations

from collections.abc import Iterable

from evol.dedup.clusters import Cluster, Duplicate
from evol.dedup.finder import THRESHOLD, DuplicateFinder
from evol.dedup.shingles import Numbers, similarity
from evol.verifiers.workers import WorkerPool

__all__ = [
    "THRESHOLD",
    "Cluster",
    "Duplicate",
    "DuplicateFinder",
    "Numbers",
    "find_near_duplicates",
    "similarity",
]


def find_near_duplicates(
    texts: Iterable[tuple[str, str]],
    threshold: float = THRESHOLD,
    numbers: Numbers = "word",
    pool: WorkerPool | None = None,
) -> list[Cluster]:
    """Return the clusters of duplicates among (id, text) pairs, in the order of their first texts.

    Exact duplicates are included. See `DuplicateFinder.clusters` for what the options mean.
    """
    with DuplicateFinder() as finder:
        for name, text in texts:
            finder.add(name, text)
        return list(finder.clusters(threshold, numbers, pool))
