"""JSON Lines: a row is a line, handed on unparsed, so that workers parse and clean rows keep their bytes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from evol.audit.formats.records import LONGEST, Record, unreadable
from evol.audit.formats.streams import Damage, lines, open_for_writing
from evol.types import Json

BOM: Final = b"\xef\xbb\xbf"
DECODER: Final = json.JSONDecoder(strict=False)


class JsonLines:
    """A file of JSON Lines, packed or not."""

    form = "jsonl"

    def __init__(self, path: Path, packed: str) -> None:
        self._path, self._packed = path, packed

    def __iter__(self) -> Iterator[Record]:
        for number, line in enumerate(lines(self._path, self._packed), 1):
            if isinstance(line, Damage):
                yield unreadable(f"after line {number - 1}", line.what)
                return
            text = line.text.removeprefix(BOM) if number == 1 else line.text
            if line.cut:
                size = len(line.text) + line.cut
                problem = f"the line has {size:,} bytes, and no more than {LONGEST:,} are read of a row"
                yield unreadable(f"line {number}", problem, text.decode("utf-8", "replace"))
            elif not text.isspace():
                yield Record(f"line {number}", raw=text, size=len(text))

    def sink(self, path: Path, added: tuple[str, ...]) -> JsonLinesSink:
        """Open a file for lines of this file; each quarantined one gets its reason as further keys."""
        return JsonLinesSink(path, self._packed)


class JsonLinesSink:
    """Writes rows as lines: unchanged, or with keys added."""

    def __init__(self, path: Path, packed: str) -> None:
        self._stream = open_for_writing(path, packed)

    def write(self, record: Record, added: Mapping[str, Json]) -> None:
        """Write one row."""
        if isinstance(record.raw, bytes) and not added:
            self._stream.write(record.raw if record.raw.endswith(b"\n") else record.raw + b"\n")
            return
        cells = record.cells if record.cells is not None else parse(record.raw)
        self._stream.write(as_line({**cells, **added}))

    def close(self) -> None:
        """Finish the file."""
        self._stream.close()


def parse(text: bytes | str) -> Any:
    """Parse JSON leniently: raw control characters pass, integers beyond Python's limit are text.

    Raises json.JSONDecodeError, and RecursionError where it nests too deeply.
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    try:
        return DECODER.decode(text)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, strict=False, parse_int=str)


def as_line(cells: Mapping[str, Any]) -> bytes:
    """Return a row as one line of UTF-8; what UTF-8 cannot carry is escaped."""
    text = json.dumps(cells, ensure_ascii=False, default=str)
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(cells, default=str).encode() + b"\n"
