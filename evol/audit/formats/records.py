"""One raw row on its way through an audit, and what every format can do with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from evol.types import Json

LONGEST: Final = 32 * 2**20
"""The most bytes of one row that are read; a longer row is quarantined unread."""
SHOWN: Final = 2000


class Record(NamedTuple):
    """One raw row: its place in words, and its cells or the text that holds them.

    `raw` is what the format needs to write the row back unchanged. `problem` says why a row, or
    the rest of a file, cannot be read; such a record has neither cells nor raw, at most `shown`.
    """

    where: str
    raw: Any = None
    cells: dict[str, Any] | None = None
    problem: str | None = None
    shown: str = ""
    size: int = 0


class Sink(Protocol):
    """A file being written in the format of the table it came from."""

    def write(self, record: Record, added: Mapping[str, Json]) -> None:
        """Write a row as it stood, with a few columns added where `added` holds any."""
        ...

    def close(self) -> None:
        """Finish the file."""
        ...


class Table(Protocol):
    """A data file, opened: its format's name, its rows, and a place to write such rows to."""

    form: str

    def __iter__(self) -> Iterator[Record]:
        """Yield the rows; never raises for what the file holds."""
        ...

    def sink(self, path: Path, added: tuple[str, ...]) -> Sink:
        """Open a file for rows of this table, with columns `added` to them."""
        ...


def unreadable(where: str, problem: str, shown: str = "") -> Record:
    """Return the record of something that cannot be read."""
    return Record(where, problem=problem, shown=shown[:SHOWN], size=len(shown))
