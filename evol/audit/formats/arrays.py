"""A JSON array of rows, or an object that holds one, of which no more is held than the row being read.

An element that is broken hides where the next one begins, so the file ends there for the reader;
a row that was cut off at the end of a file is such a one.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from evol.audit.formats.jsonl import as_line
from evol.audit.formats.records import LONGEST, Record, unreadable
from evol.audit.formats.streams import CHUNK, Damage, chunks, open_for_writing
from evol.types import Json


class Broken(Exception):
    """What hinders reading the array any further."""


# An object whose first list is called so and holds objects: its rows are the list's. Before it only
# plain values stand, such as a version.
WRAPPED = re.compile(
    r'\s*\{\s*(?:"[^"\\]*"\s*:\s*(?:"[^"\\]*"|[-+.\deE]+|true|false|null)\s*,\s*)*'
    r'"(?P<key>data|rows|train|test|validation|examples|items|records|samples|dataset)"\s*:\s*\[\s*[{\]]'
)


class JsonArray:
    """A file that is one JSON array, packed or not, or one object with the array under `key`."""

    form = "json"

    def __init__(self, path: Path, packed: str, key: str | None = None) -> None:
        self._path, self._packed, self._key = path, packed, key

    def __iter__(self) -> Iterator[Record]:
        text, number = _Text(chunks(self._path, self._packed)), 0
        try:
            if self._key is not None:
                text.enter(self._key)
            text.skip("[")
            while text.peek() != "]":
                number += 1
                raw, value = text.value()
                yield _record(number, raw, value)
                if text.peek() != "]":
                    text.skip(",")
            text.skip("]")
            if self._key is not None:
                text.leave()
            if text.peek():
                raise Broken("text after the array's end")
        except Broken as broken:
            problem = f"line {text.line}: {broken}; what follows in the array cannot be told apart"
            yield unreadable(f"from row {max(number, 1)}", problem, text.rest())

    def sink(self, path: Path, added: tuple[str, ...]) -> JsonArraySink:
        """Open a file for elements of this array."""
        return JsonArraySink(path, self._packed, self._key)


def _record(number: int, raw: str, value: Any) -> Record:
    if isinstance(value, dict):
        return Record(f"row {number}", raw=raw, cells=value, size=len(raw))
    return unreadable(f"row {number}", "a row must be a JSON object", raw)


class _Text:
    """The text of a JSON array as it is being read."""

    def __init__(self, source: Iterator[bytes | Damage]) -> None:
        self._source = source
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._decoder = json.JSONDecoder(strict=False)
        self._text, self._at, self._lines = "", 0, 1

    def _more(self, size: int) -> bool:
        parts, got = [self._text[self._at :]], 0
        while got < size:
            chunk = next(self._source, None)
            if chunk is None:
                break
            if isinstance(chunk, Damage):
                raise Broken(chunk.what)
            parts.append(self._decode(chunk))
            got += len(chunk)
        if got:
            self._lines = self.line
            self._text, self._at = "".join(parts), 0
        return bool(got)

    @property
    def line(self) -> int:
        """The line of the file that is being read, from 1."""
        return self._lines + self._text.count("\n", 0, self._at)

    def rest(self) -> str:
        """Return the text that is held and not read."""
        return self._text[self._at :]

    def peek(self) -> str:
        """Return the next character that is not white space, or "" at the end."""
        while True:
            while self._at < len(self._text):
                if not self._text[self._at].isspace():
                    return self._text[self._at]
                self._at += 1
            if not self._more(CHUNK):
                return ""

    def skip(self, expected: str) -> None:
        """Step over one expected character."""
        if self.peek() != expected:
            raise Broken(f"broken JSON (expected {expected!r})")
        self._at += 1

    def enter(self, key: str) -> None:
        """Step into an object, over its members before the one of that key."""
        self.skip("{")
        while self._name() != key:
            self.value()
            self.skip(",")

    def leave(self) -> None:
        """Step over what is left of an object."""
        while self.peek() == ",":
            self.skip(",")
            self._name()
            self.value()
        self.skip("}")

    def _name(self) -> object:
        _, name = self.value()
        self.skip(":")
        return name

    def value(self) -> tuple[str, Any]:
        """Read one element, fetching twice as much text each time it turns out to be cut."""
        self.peek()
        size = CHUNK
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if len(self._text) - self._at > LONGEST:
                    raise Broken(f"no more than {LONGEST:,} characters are read of a row") from None
                if not self._more(size):
                    raise Broken(f"broken JSON ({error.msg})") from None
                size *= 2
            except RecursionError:
                raise Broken("the row's JSON is nested too deeply") from None
            except ValueError:
                self._decoder = json.JSONDecoder(strict=False, parse_int=str)
            else:
                raw, self._at = self._text[self._at : end], end
                return raw, value


class JsonArraySink:
    """Writes rows as elements of one array, a row a line; each keeps its own text."""

    def __init__(self, path: Path, packed: str, key: str | None = None) -> None:
        self._stream = open_for_writing(path, packed)
        self._head, self._end = (b'{"%b": [' % key.encode(), b"]}\n") if key else (b"[", b"]\n")
        self._rows = 0

    def write(self, record: Record, added: Mapping[str, Json]) -> None:
        """Write one row."""
        if added:
            text = as_line({**(record.cells or {}), **added}).rstrip(b"\n")
        else:
            text = record.raw.encode("utf-8", "surrogateescape")
        self._stream.write((b",\n" if self._rows else self._head + b"\n") + text)
        self._rows += 1

    def close(self) -> None:
        """Finish the file."""
        self._stream.write((b"\n" if self._rows else self._head) + self._end)
        self._stream.close()
