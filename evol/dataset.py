"""From the journal to a dataset: `train` and `rejected`, JSONL and Parquet, and a card.

All generations are merged and shuffled so that difficulty is spread evenly, and a sample of a
given size is balanced over generations (WizardLM, arXiv 2304.12244, section 4.1: 70k of 250k).
Which of two equal instructions is the duplicate, the order and the sample depend on ids and the
run's seed alone, so the same journal gives the same bytes. Rows stream from disk to disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from evol.errors import JournalError
from evol.journal import Journal, Row
from evol.rows import Format, arrow_schema, rejected_row, to_line, train_row
from evol.types import Verdict

if TYPE_CHECKING:
    import pyarrow as pa

ROW_GROUP: Final = 1000

# A duplicate is an accepted row whose instruction an earlier place (seed, then generation) has.
_SELECTION: Final = (
    "CREATE TEMP TABLE duplicates (id TEXT PRIMARY KEY, first TEXT NOT NULL)",
    """
    INSERT INTO duplicates
    SELECT id, first FROM (
        SELECT id, first_value(id) OVER (PARTITION BY instruction ORDER BY lineage, generation) AS first
        FROM samples WHERE outcome = 'accept'
    ) WHERE id <> first
    """,
    "CREATE TEMP TABLE kept (id TEXT PRIMARY KEY, generation INTEGER, shuffle TEXT, place INTEGER)",
    """
    INSERT INTO kept
    SELECT id, generation, shuffle, row_number() OVER (PARTITION BY generation ORDER BY shuffle) FROM (
        SELECT id, generation, content_key(:seed || id) AS shuffle FROM samples
        WHERE outcome = 'accept' AND id NOT IN (SELECT id FROM duplicates)
    )
    """,
)
_REJECTED: Final = """
    SELECT id FROM samples WHERE outcome <> 'accept' OR id IN (SELECT id FROM duplicates)
    ORDER BY lineage, generation
"""


@dataclass(frozen=True, slots=True)
class Exported:
    """How many rows an export wrote, and how many verified rows a size limit left out."""

    train: int
    rejected: int
    duplicates: int
    left_out: int


def quotas(available: dict[int, int], size: int) -> dict[int, int]:
    """Return how many rows to take of each generation so that `size` is spread evenly.

    What a small generation cannot give, the others give in equal parts; where the last rows
    cannot be split evenly, later generations, the harder ones, come first.
    """
    taken = dict.fromkeys(available, 0)
    left = min(size, sum(available.values()))
    while left:
        open_ = [g for g in sorted(available, reverse=True) if taken[g] < available[g]]
        share = max(1, left // len(open_))
        for generation in open_:
            more = min(share, available[generation] - taken[generation], left)
            taken[generation] += more
            left -= more
    return taken


class _Split:
    """One split on its way to disk: JSONL and Parquet side by side, moved into place when whole."""

    def __init__(self, folder: Path, name: str, schema: pa.Schema) -> None:
        import pyarrow.parquet as pq

        self._final = [folder / f"{name}.jsonl", folder / f"{name}.parquet"]
        self._parts = [path.with_name(f".{path.name}.part") for path in self._final]
        self._schema = schema
        self._lines: IO[str] = self._parts[0].open("w", encoding="utf-8", newline="\n")
        self._table = pq.ParquetWriter(self._parts[1], schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def write(self, rows: Iterable[dict[str, Any]]) -> int:
        """Write all rows and close the files; returns how many."""
        count = 0
        for row in rows:
            line = to_line(row)
            self._lines.write(line + "\n")
            self._waiting.append(json.loads(line))
            count += 1
            if len(self._waiting) >= ROW_GROUP:
                self._flush()
        self._flush()
        self._table.close()
        self._lines.close()
        return count

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            self._table.write_table(pa.Table.from_pylist(self._waiting, schema=self._schema))
            self._waiting.clear()

    def publish(self) -> None:
        for part, final in zip(self._parts, self._final, strict=True):
            part.replace(final)

    def discard(self) -> None:
        for part in self._parts:
            part.unlink(missing_ok=True)


class _Selection:
    """Which rows of a journal go where; temporary tables on the journal's reading side."""

    def __init__(self, journal: Journal, seed: int, size: int | None) -> None:
        self._journal = journal
        for name in ("duplicates", "kept"):
            list(journal.select(f"DROP TABLE IF EXISTS temp.{name}"))
        for sql in _SELECTION:
            list(journal.select(sql, {"seed": f"{seed}:"} if ":seed" in sql else ()))
        self.available = dict(journal.select("SELECT generation, count(*) FROM kept GROUP BY 1 ORDER BY 1"))
        self.quotas = self.available if size is None else quotas(self.available, size)
        self.duplicates = next(journal.select("SELECT count(*) FROM duplicates"))[0]

    def train(self) -> Iterable[Row]:
        quota = "SELECT value FROM json_each(?) WHERE key = CAST(generation AS TEXT)"
        sql = f"SELECT id FROM kept WHERE place <= ({quota}) ORDER BY shuffle"  # noqa: S608 - constants only
        return self._journal.rows(sql, (json.dumps(self.quotas),))

    def rejected(self) -> Iterable[Row]:
        for row in self._journal.rows(_REJECTED):
            if row.verdict.accepted:
                first = next(
                    self._journal.select("SELECT first FROM duplicates WHERE id = ?", (row.sample.id,))
                )[0]
                duplicate = Verdict.reject(
                    "dataset", "duplicate", "An earlier row has the same instruction.", first=first
                )
                yield Row(row.lineage, row.sample, (*row.verdicts, duplicate))
            else:
                yield row


def export(
    journal: Journal, folder: Path, *, teacher: str, seed: int, size: int | None, style: Format
) -> Exported:
    """Write `train` and `rejected` into `folder`, whole or not at all.

    `size` caps the training rows, balanced over generations. Raises JournalError where the disk
    is full or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        selection = _Selection(journal, seed, size)
        with ExitStack() as undo:
            train = _Split(folder, "train", arrow_schema(style))
            undo.callback(train.discard)
            rejected = _Split(folder, "rejected", arrow_schema(None))
            undo.callback(rejected.discard)
            written = train.write(train_row(row, style, teacher) for row in selection.train())
            dropped = rejected.write(rejected_row(row, teacher) for row in selection.rejected())
            train.publish()
            rejected.publish()
    except OSError as error:
        raise JournalError(
            f"Cannot write the dataset to {folder} ({error.strerror or error}): the rows are safe in the "
            "journal; make room or give the folder write permission, then run `evol export` again."
        ) from error
    left_out = sum(selection.available.values()) - written
    return Exported(written, dropped, selection.duplicates, left_out)
