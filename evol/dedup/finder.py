"""The way from added texts to clusters: spool, sketch, group, confirm, join."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import starmap
from pathlib import Path
from typing import Any, TypeVar

from evol._words import normal_form, words, written_numbers
from evol.dedup.bands import Plan, plan, repeated, sketch
from evol.dedup.clusters import Cluster, Duplicate, Links
from evol.dedup.shingles import Numbers, jaccard, shingles
from evol.dedup.spool import Spool
from evol.verifiers.workers import WorkerPool

THRESHOLD = 0.8
BATCH_BYTES = 1 << 17
KEYS_AT_ONCE = 300_000
REACH = 64
OF_ONE_CLUSTER = 8
CACHED = 4096
LIMIT_S = 600.0

T = TypeVar("T")


class DuplicateFinder:
    """Collects texts, then tells which repeat which. A context manager: leaving it deletes its files.

    `folder` is where its temporary files may lie (default: the system's place for them). They take
    the size of the texts and about 130 bytes a text.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="evol-duplicates-", dir=folder)
        self._path = Path(self._folder.name)
        self._spool = Spool(self._path / "texts")

    def __enter__(self) -> DuplicateFinder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._spool)

    def add(self, name: str, text: str) -> None:
        """Add one text under an id. Ids are not compared; a text without any word matches nothing."""
        self._spool.add(name, text)

    def close(self) -> None:
        """Delete the temporary files."""
        self._spool.close()
        self._folder.cleanup()

    def clusters(
        self, threshold: float = THRESHOLD, numbers: Numbers = "word", pool: WorkerPool | None = None
    ) -> Iterator[Cluster]:
        """Yield the clusters of duplicates, in the order of their first texts.

        Two texts are joined where their normal forms are equal, or where the Jaccard similarity of
        their word pairs is at least `threshold` (above 0, at most 1) and numbers agree as
        `numbers` says. No reported pair is below the threshold; of the pairs at it, about 0.5 % are
        missed, and fewer above. With a `pool`, signatures and groups are made in its workers; the
        result is the same.
        """
        self._spool.flush()
        cut = plan(threshold)
        bands = self._sketch(cut, numbers, pool)
        links = Links(len(self._spool))
        live = self._join_exact(bands[0], links, pool)
        confirm = _Confirmation(self._spool, threshold, numbers, links)
        for group in self._groups(bands[1:], live, pool):
            confirm.group(group)
        for first, matches in links.clusters():
            found = (
                Duplicate(self._name(m.number), self._name(m.like), m.similarity, m.exact) for m in matches
            )
            yield Cluster(self._name(first), tuple(found))

    def _name(self, number: int) -> str:
        return self._spool.read(number)[0]

    def _sketch(self, cut: Plan, numbers: Numbers, pool: WorkerPool | None) -> list[Path]:
        """Write the keys of all texts, a file for all of their words and one for each band."""
        paths = [self._path / f"keys{number}" for number in range(cut.bands + 1)]
        files = [path.open("wb") for path in paths]
        tasks = (
            (self._spool.path, start, end, cut, numbers) for start, end in self._spool.slices(BATCH_BYTES)
        )
        for keys in _apply(sketch, tasks, pool):
            for file, part in zip(files, keys, strict=True):
                file.write(part)
        for file in files:
            file.close()
        return paths

    def _groups(self, bands: list[Path], live: Path | None, pool: WorkerPool | None) -> Iterator[list[int]]:
        parts = 1 + len(self._spool) // KEYS_AT_ONCE
        tasks = ((band, live, part, parts) for band in bands for part in range(parts))
        for groups in _apply(repeated, tasks, pool):
            yield from groups

    def _join_exact(self, keys: Path, links: Links, pool: WorkerPool | None) -> Path:
        """Join the texts whose normal forms are equal; return the file that marks all but repeats."""
        live = bytearray(b"\1" * len(self._spool))
        for group in self._groups([keys], None, pool):
            firsts: dict[bytes, int] = {}
            for number in group:
                form = blake2b(normal_form(self._spool.read(number)[1]).encode(), digest_size=16).digest()
                first = firsts.setdefault(form, number)
                if first != number:
                    links.join(first, number, 1.0, exact=True)
                    live[number] = 0
        path = self._path / "live"
        path.write_bytes(live)
        return path


class _Confirmation:
    """Joins the members of candidate groups that are truly similar.

    A member is compared with at most `REACH` earlier ones, of which at most `OF_ONE_CLUSTER` stand for
    a cluster, so that a band which very many texts share costs no square of their number.
    """

    def __init__(self, spool: Spool, threshold: float, numbers: Numbers, links: Links) -> None:
        self._spool, self._threshold, self._numbers, self._links = spool, threshold, numbers, links
        self._read = lru_cache(CACHED)(self._comparable)

    def group(self, members: list[int]) -> None:
        """Compare the members of a group and join those that are similar."""
        earlier: list[int] = []
        for number in members:
            joined = 0
            for other in earlier:
                if not self._links.joined(other, number):
                    similarity = self._similarity(other, number)
                    if similarity < self._threshold:
                        continue
                    self._links.join(other, number, similarity, exact=False)
                joined += 1
            if joined < OF_ONE_CLUSTER and len(earlier) < REACH:
                earlier.append(number)

    def _similarity(self, first: int, second: int) -> float:
        (one, counted), (other, counted_other) = self._read(first), self._read(second)
        if counted != counted_other or min(len(one), len(other)) < self._threshold * max(
            len(one), len(other)
        ):
            return 0.0
        return jaccard(one, other)

    def _comparable(self, number: int) -> tuple[frozenset[str], list[str]]:
        """Return a text's word pairs, and its numbers where other numbers make another text."""
        text = self._spool.read(number)[1]
        counted = written_numbers(text) if self._numbers == "exact" else []
        return frozenset(shingles(words(text), self._numbers)), counted


def _apply(
    function: Callable[..., T], tasks: Iterable[tuple[Any, ...]], pool: WorkerPool | None
) -> Iterator[T]:
    """Yield the function's results in the order of the tasks, from a pool's workers where there is one."""
    if pool is None:
        return starmap(function, tasks)
    return pool.map(_Call(function), tasks, limit_s=LIMIT_S)


class _Call:
    """A function of several arguments as one of a tuple, which can be sent to a worker."""

    def __init__(self, function: Callable[..., T]) -> None:
        self._function = function

    def __call__(self, task: tuple[Any, ...]) -> Any:
        return self._function(*task)
