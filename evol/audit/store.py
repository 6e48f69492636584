"""What an audit has found so far: one SQLite file, so that memory stays flat and a kill loses little.

Rows are numbered in the order of the data and committed in whole chunks. `rows` holds what is told
of each row, `keys` the narrow columns by which rows are compared, `among` the findings that
concern a row beside others. An audit that was cut short goes on after the last committed row.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from evol.audit.findings import Finding
from evol.errors import JournalError

SCHEMA: Final = """
CREATE TABLE identity (text TEXT NOT NULL);
CREATE TABLE rows (
    number INTEGER PRIMARY KEY, part INTEGER NOT NULL, place TEXT NOT NULL, id TEXT,
    instruction TEXT NOT NULL, response TEXT NOT NULL, answer TEXT, origin TEXT, shape TEXT,
    outcome TEXT NOT NULL, reason TEXT NOT NULL,
    message TEXT NOT NULL, verdict TEXT, findings TEXT, readable INTEGER NOT NULL
) STRICT;
CREATE TABLE keys (
    number INTEGER PRIMARY KEY, instruction BLOB, pair BLOB, answer TEXT, accepted INTEGER NOT NULL,
    asked INTEGER NOT NULL, said INTEGER NOT NULL
) STRICT;
CREATE TABLE among (number INTEGER NOT NULL, rank INTEGER NOT NULL, finding TEXT NOT NULL) STRICT;
"""
Columns: TypeAlias = tuple[tuple[Any, ...], tuple[Any, ...]]
"""A judged row as it is stored: what `rows` and `keys` hold of it after its number and place."""
INSERT_ROW: Final = "INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CACHE_KIB: Final = 16_384


class Keys(NamedTuple):
    """By what a row is compared with others; None where it cannot be. The columns of `keys`."""

    instruction: bytes | None = None
    pair: bytes | None = None
    answer: str | None = None
    accepted: bool = False
    asked: int = 0
    said: int = 0


class Judged(NamedTuple):
    """One row as it was judged by itself: the columns of `rows`, and its keys."""

    id: str | None
    instruction: str
    response: str
    answer: str | None
    origin: str | None
    shape: str | None
    outcome: str
    reason: str
    message: str
    verdict: str | None
    findings: str | None
    readable: bool
    keys: Keys = Keys()

    def columns(self) -> Columns:
        """Return the row as plain tuples, which cross from process to process at a tenth of the cost."""
        return tuple(self[:-1]), tuple(self.keys)


class Store:
    """An audit's file. Raises JournalError where it cannot be used."""

    def __init__(self, path: Path, identity: str) -> None:
        try:
            self.db = self._open(path)
            if self._identity() != identity:
                self.db.close()
                _remove(path)
                self.db = self._open(path)
            if self._identity() is None:
                self.db.executescript(SCHEMA)
                self.db.execute("INSERT INTO identity VALUES (?)", (identity,))
        except sqlite3.Error as error:
            raise JournalError(f"{path} cannot be used ({error}): give another folder with --out.") from error
        self.path = path

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", f"cache_size = -{CACHE_KIB}"):
            db.execute(f"PRAGMA {pragma}")
        return db

    def _identity(self) -> str | None:
        try:
            found = self.db.execute("SELECT text FROM identity").fetchone()
        except sqlite3.OperationalError:
            return None
        return str(found[0]) if found else None

    def done(self) -> int:
        """Return how many rows are committed."""
        return int(self.db.execute("SELECT coalesce(max(number), 0) FROM rows").fetchone()[0])

    def add(self, rows: Iterable[tuple[int, int, str, Columns]]) -> None:
        """Commit a chunk: each row with its number, part and place."""
        told, keys = [], []
        for number, part, place, (columns, compared) in rows:
            told.append((number, part, place, *columns))
            keys.append((number, *compared))
        with self.written():
            self.db.executemany(INSERT_ROW, told)
            self.db.executemany("INSERT INTO keys VALUES (?, ?, ?, ?, ?, ?, ?)", keys)

    def note_among(self, rank: int, findings: Iterable[tuple[int, Finding]]) -> None:
        """Replace the findings of one rank (the check that made them) that concern rows beside others."""
        with self.written():
            self.db.execute("DELETE FROM among WHERE rank = ?", (rank,))
            values = ((number, rank, json.dumps(f.to_json())) for number, f in findings)
            self.db.executemany("INSERT INTO among VALUES (?, ?, ?)", values)

    def written(self) -> _Transaction:
        """Return a context in which all that is written is committed together."""
        return _Transaction(self.db, self.path)

    def select(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, on a cursor of its own."""
        return iter(self.db.cursor().execute(sql, values))

    def close(self) -> None:
        """Close the file; it stays for a later run."""
        self.db.close()

    def remove(self) -> None:
        """Close the file and delete it: the audit is finished."""
        self.db.close()
        _remove(self.path)


class _Transaction:
    """Commits at its end; a full disk or a lost file is said in one sentence."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        self._db, self._path = db, path

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._db.execute("COMMIT")
            return
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error):
            raise JournalError(
                f"Cannot write to {self._path} ({error}): free space or mend it, and run again."
            ) from error


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
