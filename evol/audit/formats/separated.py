"""CSV and its kin: a header, then rows of fields, quoted where they hold separators or line ends."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from evol.audit.formats.records import LONGEST, Record, unreadable
from evol.audit.formats.streams import Damage, lines, open_for_writing
from evol.types import Json


def distinct(names: Sequence[str]) -> list[str]:
    """Return column names made distinct: a second `text` reads `text.2`."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(f"{name}.{seen[name]}" if seen[name] > 1 else name)
    return found


class Separated:
    """A file of separated values, packed or not."""

    form = "csv"

    def __init__(self, path: Path, packed: str, delimiter: str = ",") -> None:
        self._path, self._packed, self._delimiter = path, packed, delimiter
        self._troubles: list[Record] = []

    def __iter__(self) -> Iterator[Record]:
        csv.field_size_limit(LONGEST)
        reader = csv.reader(self._lines(), delimiter=self._delimiter)
        names, start = distinct(next(reader, [])), reader.line_num + 1
        while True:
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield unreadable(f"line {start}", f"broken CSV ({error})")
                cells = []
            yield from self._troubles
            self._troubles.clear()
            if cells is None:
                return
            if cells:
                yield self._record(f"line {start}", names, cells)
            start = reader.line_num + 1

    def _lines(self) -> Iterator[str]:
        """Yield the file's lines; what cannot be read becomes an empty line and a trouble to report."""
        for number, line in enumerate(lines(self._path, self._packed), 1):
            if isinstance(line, Damage):
                self._troubles.append(unreadable(f"after line {number - 1}", line.what))
            elif line.cut:
                problem = f"the line has more than {LONGEST:,} bytes"
                shown = line.text.decode("utf-8", "replace")
                self._troubles.append(unreadable(f"line {number}", problem, shown))
                yield "\n"
            else:
                yield line.text.decode("utf-8-sig" if number == 1 else "utf-8", "surrogateescape")

    def _record(self, where: str, names: list[str], cells: list[str]) -> Record:
        if len(cells) == len(names):
            size = sum(map(len, cells))
            return Record(where, raw=cells, cells=dict(zip(names, cells, strict=True)), size=size)
        problem = f"the row has {len(cells)} fields where the header has {len(names)}"
        return unreadable(where, problem, self._delimiter.join(cells))

    def sink(self, path: Path, added: tuple[str, ...]) -> SeparatedSink:
        """Open a file for rows of this file under its own header."""
        header = next(csv.reader(self._lines(), delimiter=self._delimiter), [])
        return SeparatedSink(path, self._packed, self._delimiter, [*header, *added])


class SeparatedSink:
    """Writes rows under a header."""

    def __init__(self, path: Path, packed: str, delimiter: str, header: list[str]) -> None:
        self._bytes = open_for_writing(path, packed)
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, delimiter=delimiter, lineterminator="\n")
        self._put(header)

    def write(self, record: Record, added: Mapping[str, Json]) -> None:
        """Write one row."""
        self._put([*record.raw, *added.values()])

    def _put(self, cells: Sequence[Json]) -> None:
        self._writer.writerow(cells)
        self._bytes.write(self._text.getvalue().encode("utf-8", "surrogateescape"))
        self._text.seek(0)
        self._text.truncate()

    def close(self) -> None:
        """Finish the file."""
        self._bytes.close()
