"""Tell a file's format by its content first and its name second, and open it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from evol.audit.formats.arrays import WRAPPED, JsonArray
from evol.audit.formats.arrow import parquet
from evol.audit.formats.jsonl import JsonLines, JsonLinesSink
from evol.audit.formats.records import Record, Table, unreadable
from evol.audit.formats.separated import Separated
from evol.audit.formats.streams import Damage, chunks, packing, plain_name

PARQUET: Final = b"PAR1"
BOM: Final = b"\xef\xbb\xbf"
SEPARATORS: Final = (",", "\t", ";")
LINED: Final = (".jsonl", ".ndjson", ".json")
BINARY: Final = frozenset(range(9)) | frozenset(range(14, 27)) | frozenset(range(28, 32))


class Unreadable:
    """A file of which nothing can be read, with the reason as its only record."""

    form = "unknown"

    def __init__(self, problem: str) -> None:
        self._problem = problem

    def __iter__(self) -> Iterator[Record]:
        yield unreadable("the whole file", self._problem)

    def sink(self, path: Path, added: tuple[str, ...]) -> JsonLinesSink:
        """Open a file that stays empty: there are no rows of this one."""
        return JsonLinesSink(path, "")


def open_table(path: Path) -> Table:
    """Open a data file; what is wrong with it is said by its records."""
    try:
        packed = packing(path)
    except OSError as error:
        return Unreadable(f"the file cannot be read: {error.strerror or error}")
    head = next(chunks(path, packed), b"")
    if isinstance(head, Damage):
        return Unreadable(head.what)
    return _table(path, packed, head)


def _table(path: Path, packed: str, head: bytes) -> Table:
    text, suffix = head.removeprefix(BOM).lstrip(), plain_name(path).suffix.lower()
    if head.startswith(PARQUET):
        return _parquet(path, packed)
    if not text:
        return Unreadable("the file is empty")
    if text.startswith(b"["):
        return JsonArray(path, packed)
    wrapped = WRAPPED.match(text.decode("utf-8", "replace"))
    line, _, following = text.partition(b"\n")
    if wrapped and not (line.rstrip().endswith(b"}") and following.lstrip().startswith(b"{")):
        return JsonArray(path, packed, wrapped["key"])
    if text.startswith(b"{"):
        return JsonLines(path, packed)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return Unreadable("the file is in UTF-16, and only UTF-8 is read: convert it")
    if 100 * sum(byte in BINARY for byte in head) > len(head):
        return Unreadable("the file is binary, in no format known here (JSONL, JSON, CSV, Parquet)")
    first = text.partition(b"\n")[0].decode("utf-8", "replace")
    separator = max(SEPARATORS, key=first.count)
    if suffix not in LINED and (separator in first or suffix in (".csv", ".tsv")):
        return Separated(path, packed, separator if separator in first else ",")
    return JsonLines(path, packed)


def _parquet(path: Path, packed: str) -> Table:
    import pyarrow as pa

    try:
        return parquet(path, packed)
    except (pa.ArrowException, OSError, EOFError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        return Unreadable(f"the Parquet file is cut or damaged: {reason}")
