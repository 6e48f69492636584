"""Texts on disk: added in order, read again in batches by any process or one at a time by number."""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path

_SIZES = struct.Struct("<II")


class Spool:
    """Numbered (id, text) pairs in one file; memory holds 8 bytes for each.

    A lone surrogate, which no file can carry, is kept as a question mark.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("w+b")
        self._starts = array("Q", [0])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def add(self, name: str, text: str) -> None:
        """Append one pair; its number is how many came before."""
        head, body = name.encode("utf-8", "replace"), text.encode("utf-8", "replace")
        self._file.write(_SIZES.pack(len(head), len(body)))
        self._file.write(head)
        self._file.write(body)
        self._starts.append(self._starts[-1] + _SIZES.size + len(head) + len(body))

    def flush(self) -> None:
        """Make what was added visible to `read` and `read_slice`."""
        self._file.flush()

    def read(self, number: int) -> tuple[str, str]:
        """Return the pair of that number."""
        start, end = self._starts[number], self._starts[number + 1]
        return next(_parse(os.pread(self._file.fileno(), end - start, start)))

    def slices(self, size: int) -> Iterator[tuple[int, int]]:
        """Yield the byte ranges of consecutive batches, each of at least `size` bytes but the last."""
        start = 0
        for end in self._starts:
            if end - start >= size:
                yield start, end
                start = end
        if self._starts[-1] > start:
            yield start, self._starts[-1]

    def close(self) -> None:
        """Close the file, which stays where it is."""
        self._file.close()


def read_slice(path: Path, start: int, end: int) -> list[str]:
    """Return the texts in a byte range that `Spool.slices` named."""
    with path.open("rb") as file:
        file.seek(start)
        return [text for _, text in _parse(file.read(end - start))]


def _parse(data: bytes) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(data):
        head, body = _SIZES.unpack_from(data, at)
        at += _SIZES.size
        yield data[at : at + head].decode(), data[at + head : at + head + body].decode()
        at += head + body
