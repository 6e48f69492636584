"""Write what an audit found: every row's verdict and evidence, the cleaned set, the quarantine.

The data are read once more, beside what the store tells of each row, and every row goes where its
outcome sends it, in the format it came in. What could not be read goes to
`quarantine/unreadable.jsonl` with its place and reason.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evol.audit.chunks import SOUND
from evol.audit.findings import Conclusion, Finding, conclude
from evol.audit.formats import Record, Sink, Table
from evol.audit.formats.jsonl import JsonLinesSink
from evol.audit.sources import Source
from evol.audit.store import Store
from evol.audit.summary import Tally
from evol.types import Json, Outcome

if TYPE_CHECKING:
    import pyarrow as pa

ROWS: Final = "rows.parquet"
CLEAN: Final = "clean"
QUARANTINE: Final = "quarantine"
ADDED: Final = ("audit_outcome", "audit_reason", "audit_message")
PARENTS: Final = ("operation", "parent", "root")
ROW_GROUP: Final = 2048

_TOLD: Final = """
    SELECT number, part, place, id, instruction, response, answer, origin, shape, verdict, findings, readable
    FROM rows ORDER BY number
"""
_AMONG: Final = "SELECT number, finding FROM among ORDER BY number, rank, rowid"


class Told(NamedTuple):
    """All that is known of one row in the end."""

    number: int
    part: int
    place: str
    id: str | None
    instruction: str
    response: str
    answer: str | None
    origin: Mapping[str, Json]
    shape: str | None
    verdict: str | None
    findings: tuple[Finding, ...]
    end: Conclusion
    readable: bool


def told_rows(store: Store) -> Iterator[Told]:
    """Yield each row with its own findings and those among rows, and what they come to."""
    among = store.select(_AMONG)
    waiting = next(among, None)
    for row in store.select(_TOLD):
        number, part, place, identity, asked, said, answer, origin, shape, verdict, found, readable = row
        findings = [Finding.from_json(each) for each in json.loads(found)] if found else []
        while waiting is not None and waiting[0] == number:
            findings.append(Finding.from_json(json.loads(waiting[1])))
            waiting = next(among, None)
        yield Told(
            number, part, place, identity, asked, said, answer, json.loads(origin) if origin else {}, shape,
            verdict, tuple(findings), conclude(findings, _own(verdict)), bool(readable),
        )  # fmt: skip


def _own(verdict: str | None) -> Conclusion:
    if verdict is None:
        return SOUND
    own = json.loads(verdict)
    return Conclusion(Outcome(own["outcome"]), own["reason"], own["message"])


def write_rows(store: Store, source: Source, folder: Path, *, split: bool, undecided: bool) -> Tally:
    """Write rows.parquet and, where `split`, clean/ and quarantine/; return what was counted.

    Accepted rows are clean; undecided ones only where `undecided` says so.
    """
    for name in (CLEAN, QUARANTINE):
        shutil.rmtree(folder / name, ignore_errors=True)
    tally = Tally()
    with ExitStack() as stack:
        table = stack.enter_context(closing(RowsFile(folder / f".{ROWS}.part")))
        places = stack.enter_context(closing(_Places(source, folder, undecided=undecided))) if split else None
        for told in told_rows(store):
            tally.count(told)
            table.write(told, source)
            if places is not None:
                places.put(told)
    (folder / f".{ROWS}.part").replace(folder / ROWS)
    return tally


class RowsFile:
    """rows.parquet while it is being written: one row for each row of the data."""

    def __init__(self, path: Path) -> None:
        import pyarrow.parquet as pq

        self._schema = rows_schema()
        # Least and greatest texts of each group would stay in memory until the end.
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd", write_statistics=False)
        self._held: list[tuple[Any, ...]] = []

    def write(self, told: Told, source: Source) -> None:
        """Add one row."""
        origin, findings = told.origin, told.findings
        self._held.append(
            (
                told.number, source.parts[told.part].name, told.place, told.id,
                str(told.end.outcome), told.end.reason, told.end.message,
                told.instruction, told.response, told.answer,
                _whole(origin.get("generation")), *(_text(origin.get(name)) for name in PARENTS),
                list(dict.fromkeys(finding.reason for finding in findings)),
                json.dumps([f.to_json() for f in findings], ensure_ascii=False) if findings else "[]",
                told.verdict,
            )
        )  # fmt: skip
        if len(self._held) >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._held:
            columns = zip(*self._held, strict=True)
            arrays = [
                pa.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)
            ]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._held = []

    def close(self) -> None:
        """Finish the file."""
        self._flush()
        self._writer.close()


def rows_schema() -> pa.Schema:
    """Return the columns of rows.parquet; `findings` and `verdict` are JSON texts."""
    import pyarrow as pa

    text, count = pa.string(), pa.int64()
    before = ["file", "place", "id", "outcome", "reason", "message", "instruction", "response", "answer"]
    return pa.schema(
        [
            ("row", count),
            *((name, text) for name in before),
            ("generation", count),
            *((name, text) for name in PARENTS),
            ("reasons", pa.list_(text)),
            ("findings", text),
            ("verdict", text),
        ]
    )


def _whole(value: Json) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


class _Places:
    """clean/ and quarantine/: each part's records are read again and put where its rows belong."""

    def __init__(self, source: Source, folder: Path, *, undecided: bool) -> None:
        self._source, self._folder = source, folder
        self._kept = {Outcome.ACCEPT, Outcome.UNDECIDED} if undecided else {Outcome.ACCEPT}
        self._part = -1
        self._records: Iterator[Record] = iter(())
        self._sinks: dict[str, Sink] = {}
        self._table: Table | None = None
        self._lost: JsonLinesSink | None = None

    def put(self, told: Told) -> None:
        """Send the next record where its row's outcome says."""
        while told.part != self._part:
            self._next_part()
        record = next(self._records)
        if not told.readable:
            self._quarantine_unreadable(told, record)
        elif told.end.outcome in self._kept:
            self._sink(CLEAN).write(record, {})
        else:
            end = told.end
            said = dict(zip(ADDED, (str(end.outcome), end.reason, end.message), strict=True))
            self._sink(QUARANTINE).write(record, said)

    def _next_part(self) -> None:
        self._close_part()
        self._part += 1
        self._table = self._source.parts[self._part].open()
        self._records = iter(self._table)

    def _sink(self, place: str) -> Sink:
        if place not in self._sinks:
            assert self._table is not None
            path = self._folder / place / self._source.parts[self._part].name
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sinks[place] = self._table.sink(path, ADDED if place == QUARANTINE else ())
        return self._sinks[place]

    def _quarantine_unreadable(self, told: Told, record: Record) -> None:
        if self._lost is None:
            path = self._folder / QUARANTINE / "unreadable.jsonl"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lost = JsonLinesSink(path, "")
        told_of = {
            "file": self._source.parts[told.part].name,
            "place": told.place,
            "reason": told.end.reason,
            "message": told.end.message,
            "text": told.instruction,
        }
        self._lost.write(Record(told.place, cells=told_of), {})

    def _close_part(self) -> None:
        for sink in self._sinks.values():
            sink.close()
        self._sinks = {}

    def close(self) -> None:
        """Finish all files."""
        self._close_part()
        if self._lost is not None:
            self._lost.close()
