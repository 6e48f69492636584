"""Read a person's seeds, from whatever file they have, as samples of generation 0.

A seed file is read twice, both times as a stream: `check` looks at every row before anything is
written or paid for and raises a clear error, iterating then yields the samples. A row that cannot
be used (no instruction, invalid Unicode) is still yielded, with an empty instruction and the
reason in `meta["problem"]`, so that it is accounted for and rejected, not lost.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evol._columns import FIELDS, Fields, find_columns, parse_map, read_fields
from evol._datafile import Row, read_rows
from evol.errors import DataError, nearest
from evol.types import Json, Sample, content_key

__all__ = ["SeedCheck", "SeedFile", "parse_map"]

COLUMNS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class SeedCheck:
    """What a first pass over a seed file found: rows, how many are unusable, and its digest."""

    rows: int
    unusable: int
    digest: str


class _Seen:
    """Where each id was seen first, and how often: on disk, so that memory stays constant."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, place TEXT, times INTEGER) WITHOUT ROWID")
        self._db.execute("BEGIN")

    def note(self, name: str, place: str) -> tuple[str, int]:
        """Record one more `name`; return where it was first and how often it was seen before."""
        found = self._db.execute("SELECT place, times FROM seen WHERE id = ?", (name,)).fetchone()
        if found is None:
            self._db.execute("INSERT INTO seen VALUES (?, ?, 1)", (name, place))
            return place, 0
        self._db.execute("UPDATE seen SET times = times + 1 WHERE id = ?", (name,))
        return str(found[0]), int(found[1])

    def close(self) -> None:
        self._db.close()


@dataclass(frozen=True, slots=True)
class SeedFile:
    """A seed file for one domain: a path, a saved dataset's folder or a Hub dataset's id.

    `columns` overrides which column holds which field, as `parse_map` reads it from `--map`.
    """

    source: str
    domain: str
    columns: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Sample]:
        """Yield each row as a seed; raises DataError where the file breaks off or ids repeat."""
        for _, sample in self._placed():
            yield sample

    def check(self) -> SeedCheck:
        """Read everything once; raises DataError for whatever would stop a run half-way."""
        rows = unusable = 0
        first, columns, known = "", dict[str, None](), False
        digest = None if Path(self.source).expanduser().is_file() else hashlib.blake2b(digest_size=16)
        for row, sample in self._placed():
            rows, unusable = rows + 1, unusable + ("problem" in sample.meta)
            first = first or row.where
            columns.update(dict.fromkeys(row.cells))
            known = known or find_columns(frozenset(row.cells), self._mapped) is not None
            if digest is not None:
                digest.update(content_key(sample.to_json()).encode())
        if not rows:
            raise DataError(f"{self.source} holds no rows.")
        self._check_columns(first, list(columns), known)
        return SeedCheck(rows, unusable, self._file_digest() if digest is None else digest.hexdigest())

    def _file_digest(self) -> str:
        with Path(self.source).expanduser().open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()

    def _check_columns(self, first: str, present: list[str], known: bool) -> None:
        """Refuse a file in which no row has the known columns, or none has a mapped one."""
        have = ", ".join(present[:COLUMNS_SHOWN]) or "none"
        for column in self.columns.values():
            if column not in present:
                near = nearest(column, present)
                raise DataError(f"{self.source}: --map names the column {column!r}.{near} There are: {have}.")
        if present and not known:
            raise DataError(
                f"{self.source}, {first}: no column is known to hold an instruction (columns: {have}); "
                f"say which does with --map instruction=COLUMN (fields: {', '.join(FIELDS)})."
            )

    @property
    def _mapped(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted(self.columns.items()))

    def _placed(self) -> Iterator[tuple[Row, Sample]]:
        seen = _Seen()
        try:
            for row in read_rows(self.source):
                fields = read_fields(row.cells, self._mapped)
                yield row, self._sample(row, fields, seen)
        finally:
            seen.close()

    def _sample(self, row: Row, fields: Fields, seen: _Seen) -> Sample:
        problem = row.problem or fields.problem
        meta: dict[str, Json] = {"problem": f"{row.where}: {problem}"} if problem else {}
        if fields.rest:
            meta["columns"] = dict(fields.rest)
        name = self._name(row, fields, seen)
        sample = Sample(name, self.domain, "", root=name, meta=meta)
        if problem:
            return sample
        return sample.with_(
            instruction=fields.instruction,
            response=fields.response,
            answer=fields.answer,
            tests=fields.tests,
        )

    def _name(self, row: Row, fields: Fields, seen: _Seen) -> str:
        """Return the row's own id, or one made of its content and how often that came before."""
        name = fields.id
        if name is None:
            content: list[Json] = [fields.instruction, fields.response, fields.answer, fields.tests]
            if fields.problem:
                content.append(dict(fields.rest or {}))
            name = content_key(content)
            _, before = seen.note(f"content {name}", row.where)
            name = f"{name}-{before + 1}" if before else name
        place, before = seen.note(name, row.where)
        if before:
            raise DataError(
                f"{self.source}: {place} and {row.where} have the same id {name!r}; make them differ, "
                "or name the column that holds ids with --map id=COLUMN."
            )
        return name
