"""What changed between two audits: rows that came and went, and rows that are judged otherwise."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from evol.audit.summary import read_summary
from evol.audit.writing import ROWS
from evol.errors import DataError

BATCH: Final = 1024
MOVES: Final = 50
_MOVED: Final = """
    SELECT o.outcome || ' (' || o.reason || ')', n.outcome || ' (' || n.reason || ')', count(*), min(n.shown)
    FROM old o JOIN new n USING (key)
    WHERE o.outcome <> n.outcome OR o.reason <> n.reason
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT ?
"""
_MISSING: Final = "SELECT count(*) FROM {0} WHERE key NOT IN (SELECT key FROM {1})"


def compare_audits(old: Path, new: Path) -> dict[str, Any]:
    """Return counts by outcome and finding before and after, rows gone and added, and rows moved.

    Rows are the same where file-independent id and instruction, or without an id instruction and
    response, are. Raises DataError where one of the two is no audit.
    """
    before, after = read_summary(old), read_summary(new)
    db = sqlite3.connect("")
    for name, place in (("old", old), ("new", new)):
        db.execute(f"CREATE TABLE {name} (key BLOB PRIMARY KEY, outcome TEXT, reason TEXT, shown TEXT)")
        db.executemany(f"INSERT OR IGNORE INTO {name} VALUES (?, ?, ?, ?)", _rows(place))  # noqa: S608 - our own names
    moved = [
        {"old": was, "new": now, "rows": count, "example": shown}
        for was, now, count, shown in db.execute(_MOVED, (MOVES,))
    ]
    gone, added = (
        db.execute(_MISSING.format(*pair)).fetchone()[0] for pair in (("old", "new"), ("new", "old"))
    )
    db.close()
    return {
        "rows": {"old": before["rows"], "new": after["rows"]},
        "gone": gone,
        "added": added,
        "outcomes": _beside(before["outcomes"], after["outcomes"]),
        "findings": _beside(before["findings"], after["findings"]),
        "moved": moved,
    }


def _beside(old: dict[str, Any], new: dict[str, Any]) -> dict[str, dict[str, int]]:
    names = list(dict.fromkeys([*new, *old]))
    return {n: {"old": old.get(n, {}).get("rows", 0), "new": new.get(n, {}).get("rows", 0)} for n in names}


def _rows(place: Path) -> Iterator[tuple[bytes, str, str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = (place if place.is_dir() else place.parent) / ROWS
    columns = ["id", "outcome", "reason", "instruction", "response"]
    try:
        for batch in pq.ParquetFile(path).iter_batches(batch_size=BATCH, columns=columns):
            for row in batch.to_pylist():
                same = row["id"] if row["id"] is not None else row["response"]
                key = hashlib.blake2b(f"{row['instruction']}\0{same}".encode(), digest_size=16).digest()
                yield key, row["outcome"], row["reason"], row["id"] or row["instruction"][:200]
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read ({error}): audit the data again.") from error
