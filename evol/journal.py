"""The journal: one SQLite file that remembers every reply, every row and its verdicts.

A reply is committed under the hash of its whole request before anybody uses it, so running again
is resuming: what was asked is never asked twice, and a changed verifier or parser repeats no
call. One thread writes; what queues up while it commits goes into the next commit together.
Text is stored as ASCII JSON, because a model can say lone surrogates and SQLite cannot.
"""

from __future__ import annotations

import asyncio
import json
import queue
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol.errors import JournalError
from evol.types import ChatReply, ChatRequest, Sample, Usage, Verdict, content_key

MIGRATIONS: Final = (
    """
    CREATE TABLE replies (key TEXT PRIMARY KEY, purpose TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    CREATE TABLE samples (
        id TEXT PRIMARY KEY,
        lineage INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        operation TEXT,
        outcome TEXT NOT NULL,
        reason TEXT NOT NULL,
        instruction TEXT NOT NULL,
        body TEXT NOT NULL,
        verdicts TEXT NOT NULL
    ) STRICT;
    CREATE INDEX samples_by_lineage ON samples (lineage, generation);
    CREATE INDEX samples_by_instruction ON samples (instruction, lineage, generation)
        WHERE outcome = 'accept';
    CREATE TABLE lineages (number INTEGER PRIMARY KEY, seed TEXT NOT NULL, judged_by TEXT NOT NULL) STRICT;
    CREATE TABLE spent (
        calls INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL
    ) STRICT;
    INSERT INTO spent VALUES (0, 0, 0);
    """,
)

_ADD_REPLY = "INSERT OR IGNORE INTO replies VALUES (?, ?, ?)"
_ADD_SPENT = (
    "UPDATE spent SET calls = calls + ?, prompt_tokens = prompt_tokens + ?, "
    "completion_tokens = completion_tokens + ?"
)
_ADD_SAMPLE = "INSERT OR REPLACE INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"

_encode = json.JSONEncoder(separators=(",", ":")).encode

Statement = tuple[str, Sequence[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """A judged row: the sample as elimination left it, and every verdict reached, in order."""

    lineage: int
    sample: Sample
    verdicts: tuple[Verdict, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict that decided."""
        return self.verdicts[-1]


def instruction_key(instruction: str) -> str:
    """Return what two instructions share when they differ in case and white space only."""
    return content_key(" ".join(instruction.casefold().split()))


def _row_from(lineage: int, body: str, verdicts: str) -> Row:
    read = tuple(Verdict.from_json(v) for v in json.loads(verdicts))
    return Row(lineage, Sample.from_json(json.loads(body)), read)


def _connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    mode = "ro" if read_only else "rwc"
    db = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode={mode}", uri=True, check_same_thread=False, timeout=30
    )
    db.isolation_level = None
    return db


def _explain(path: Path, error: sqlite3.Error) -> JournalError:
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return JournalError(
            f"The disk under {path} is full or failing: free some space and run again to go on."
        )
    if "readonly" in text or "unable to open" in text:
        return JournalError(
            f"Cannot open or write {path}: check its permissions, or give another folder with --out."
        )
    if "not a database" in text or "malformed" in text:
        return JournalError(
            f"{path} is not a journal or is damaged: restore it, or start a new run with --out."
        )
    return JournalError(f"The journal {path} failed ({text}): run again to go on.")


def _migrate(db: sqlite3.Connection, path: Path) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(MIGRATIONS):
        raise JournalError(
            f"{path} was written by a newer evol (journal version {version}, this one knows "
            f"{len(MIGRATIONS)}): upgrade evol, or start a new run with --out."
        )
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        db.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")


class _Writer(threading.Thread):
    """The one thread that writes; a future is resolved once its statements are committed."""

    def __init__(self, db: sqlite3.Connection, path: Path) -> None:
        super().__init__(name="evol-journal", daemon=True)
        self._db, self._path = db, path
        self._queue: queue.SimpleQueue[tuple[list[Statement], asyncio.Future[None]] | None] = (
            queue.SimpleQueue()
        )

    def write(self, statements: list[Statement]) -> asyncio.Future[None]:
        future = asyncio.get_running_loop().create_future()
        self._queue.put((statements, future))
        return future

    def run(self) -> None:
        open_ = True
        while open_:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get_nowait())
            jobs = [job for job in batch if job is not None]
            open_ = len(jobs) == len(batch)
            if jobs:
                self._settle([future for _, future in jobs], self._commit([s for ss, _ in jobs for s in ss]))

    def _commit(self, statements: list[Statement]) -> JournalError | None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for sql, values in statements:
                self._db.execute(sql, values)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            return _explain(self._path, error)
        return None

    @staticmethod
    def _settle(futures: list[asyncio.Future[None]], error: JournalError | None) -> None:
        def resolve() -> None:
            for future in futures:
                if future.done():
                    continue
                if error is None:
                    future.set_result(None)
                else:
                    future.set_exception(error)

        loop = futures[0].get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(resolve)

    def stop(self) -> None:
        self._queue.put(None)
        self.join()


class _Stored:
    """Which keys may be stored: a filter of fixed size after Bloom (1970) that forgets none.

    A run asks for each new reply first, and a query for what is not there costs as much as one for
    what is, in time and in waiting for the writer.
    """

    BITS: Final = 1 << 25

    def __init__(self) -> None:
        self._bits = bytearray(self.BITS // 8)

    def _places(self, key: str) -> tuple[int, int]:
        both = hash(key)
        return both % self.BITS, (both >> 32) % self.BITS

    def add(self, key: str) -> None:
        for place in self._places(key):
            self._bits[place >> 3] |= 1 << (place & 7)

    def __contains__(self, key: str) -> bool:
        return all(self._bits[place >> 3] >> (place & 7) & 1 for place in self._places(key))


class Journal:
    """A run's database, opened for writing (one process at a time: `RunFolder` holds the lock) or reading."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self._writer: _Writer | None = None
        try:
            self._db = _connect(path, read_only=read_only)
            if not read_only:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
                _migrate(self._db, path)
            self._reader = _connect(path, read_only=True)
            self._reader.create_function("content_key", 1, content_key, deterministic=True)
            empty = self._reader.execute("SELECT 1 FROM replies LIMIT 1").fetchone() is None
        except sqlite3.Error as error:
            raise _explain(path, error) from error
        self._stored = _Stored() if empty and not read_only else None
        if not read_only:
            self._writer = _Writer(self._db, path)
            self._writer.start()

    def _write(self, *statements: Statement) -> asyncio.Future[None]:
        assert self._writer is not None, "the journal was opened for reading"
        return self._writer.write(list(statements))

    # -- replies

    def reply(self, key: str) -> ChatReply | None:
        """Return the reply stored under a request's key, if there is one."""
        if self._stored is not None and key not in self._stored:
            return None
        found = self._reader.execute("SELECT body FROM replies WHERE key = ?", (key,)).fetchone()
        return None if found is None else ChatReply.from_json(json.loads(found[0]))

    async def add_reply(self, key: str, request: ChatRequest, reply: ChatReply) -> None:
        """Store a reply and what it cost; returns once it is on disk. Raises JournalError."""
        u = reply.usage
        if self._stored is not None:
            self._stored.add(key)
        await self._write(
            (_ADD_REPLY, (key, request.purpose, _encode(reply.to_json()))),
            (_ADD_SPENT, (u.calls, u.prompt_tokens, u.completion_tokens)),
        )

    async def add_spent(self, usage: Usage) -> None:
        """Account for requests that brought no reply."""
        await self._write((_ADD_SPENT, (usage.calls, usage.prompt_tokens, usage.completion_tokens)))

    def spent(self) -> Usage:
        """Return what all sessions of this run have spent."""
        return Usage(*self._reader.execute("SELECT * FROM spent").fetchone())

    # -- rows and lineages

    async def add_row(self, row: Row) -> None:
        """Store a judged row; returns once it is on disk. Raises JournalError."""
        s, v = row.sample, row.verdict
        values = (
            s.id, row.lineage, s.generation, s.operation, str(v.outcome), v.reason,
            instruction_key(s.instruction), _encode(s.to_json()),
            _encode([verdict.to_json() for verdict in row.verdicts]),
        )  # fmt: skip
        await self._write((_ADD_SAMPLE, values))

    def finished(self, number: int, seed: str, judged_by: str) -> bool:
        """Whether a lineage of this seed has ended and was judged by the same code and settings."""
        sql = "SELECT 1 FROM lineages WHERE number = ? AND seed = ? AND judged_by = ?"
        return self._reader.execute(sql, (number, seed, judged_by)).fetchone() is not None

    async def restart(self, number: int) -> None:
        """Drop the rows of a lineage that is about to be judged again; its replies stay."""
        await self._write(
            ("DELETE FROM samples WHERE lineage = ?", (number,)),
            ("DELETE FROM lineages WHERE number = ?", (number,)),
        )

    async def finish(self, number: int, seed: str, judged_by: str) -> None:
        """Mark a lineage as ended."""
        await self._write(("INSERT OR REPLACE INTO lineages VALUES (?, ?, ?)", (number, seed, judged_by)))

    def lineages_finished(self) -> int:
        """Return how many lineages have ended."""
        return int(self._reader.execute("SELECT count(*) FROM lineages").fetchone()[0])

    def row(self, prefix: str) -> list[Row]:
        """Return the rows whose id starts with `prefix` (at most 20)."""
        sql = "SELECT lineage, body, verdicts FROM samples WHERE id >= ? AND id < ? ORDER BY id LIMIT 20"
        return [_row_from(*r) for r in self._reader.execute(sql, (prefix, prefix + "\uffff"))]

    def lineage(self, number: int) -> list[Row]:
        """Return a lineage's rows by generation."""
        sql = "SELECT lineage, body, verdicts FROM samples WHERE lineage = ? ORDER BY generation"
        return [_row_from(*r) for r in self._reader.execute(sql, (number,))]

    def counts(self) -> list[tuple[int, str, str, str, int]]:
        """Return (generation, operation, outcome, reason, rows), one for each that occurs."""
        sql = (
            "SELECT generation, coalesce(operation, 'seed'), outcome, reason, count(*) FROM samples "
            "GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4"
        )
        return self._reader.execute(sql).fetchall()

    def calls_by_purpose(self) -> dict[str, int]:
        """Return how many replies are stored for each purpose."""
        return dict(
            self._reader.execute("SELECT purpose, count(*) FROM replies GROUP BY 1 ORDER BY 1").fetchall()
        )

    # -- what export reads

    def select(
        self, sql: str, values: Sequence[object] | Mapping[str, object] = ()
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query over the journal's tables (temporary tables may be made)."""
        return iter(self._reader.execute(sql, values))

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """Yield judged rows by a query that selects sample ids, one at a time, in its order."""
        fetch = self._reader.cursor()
        for (identity,) in self._reader.execute(sql, values):
            found = fetch.execute(
                "SELECT lineage, body, verdicts FROM samples WHERE id = ?", (identity,)
            ).fetchone()
            yield _row_from(*found)

    def close(self) -> None:
        """Commit what is queued and close; the write-ahead log is folded into the file."""
        if self._writer is not None:
            self._writer.stop()
        self._reader.close()
        self._db.close()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
