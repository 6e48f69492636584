"""Bytes of a file, unpacked where it is packed, in lines of bounded length, up to any damage.

Chunks are asked for one raw read at a time: whatever could be unpacked before a damaged place is
handed on before the damage is reported.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

from evol.audit.formats.records import LONGEST, SHOWN

CHUNK: Final = 1 << 16
GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
PACKED: Final = (".gz", ".zst")


@dataclass(frozen=True, slots=True)
class Damage:
    """Why a stream ends before its end."""

    what: str


class Line(NamedTuple):
    """One line with its end; `cut` bytes of it were passed over where it is too long to hold."""

    text: bytes
    cut: int = 0


def packing(path: Path) -> str:
    """Return `gz`, `zst` or "", by the file's first bytes and not its name."""
    with path.open("rb") as stream:
        head = stream.read(4)
    return "gz" if head.startswith(GZIP) else "zst" if head == ZSTD else ""


def plain_name(path: Path) -> Path:
    """Return a file's name without the ending that says how it is packed."""
    return path.with_suffix("") if path.suffix.lower() in PACKED else path


def open_bytes(path: Path, packed: str) -> Any:
    """Open a file for reading, unpacked."""
    if packed == "gz":
        return gzip.open(path)
    if packed == "zst":
        import pyarrow as pa

        return pa.input_stream(str(path), compression="zstd")
    return path.open("rb")


class _Gzip(gzip.GzipFile):
    """A gzip file without name and time in its head, which closes the file it writes to."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        super().__init__(filename="", mode="wb", compresslevel=6, fileobj=self._file, mtime=0)

    def close(self) -> None:
        super().close()
        self._file.close()


def open_for_writing(path: Path, packed: str) -> IO[bytes]:
    """Open a file for writing, packed in the same way; equal rows give equal bytes."""
    if packed == "gz":
        return _Gzip(path)  # type: ignore[return-value]
    if packed == "zst":
        import pyarrow as pa

        return pa.output_stream(str(path), compression="zstd")  # type: ignore[no-any-return]
    return path.open("wb")


def chunks(path: Path, packed: str) -> Iterator[bytes | Damage]:
    """Yield a file's bytes; where it is damaged, what came before and then the damage."""
    try:
        with open_bytes(path, packed) as stream:
            read = getattr(stream, "read1", stream.read)
            while chunk := read(CHUNK):
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        yield Damage(f"the gzip stream is damaged: {error}")
    except OSError as error:
        yield Damage(f"the file cannot be read any further: {error.strerror or error}")


def lines(path: Path, packed: str, longest: int = LONGEST) -> Iterator[Line | Damage]:
    """Yield the lines of a file; of a line longer than `longest` only its beginning."""
    held, cut = bytearray(), 0
    for chunk in chunks(path, packed):
        if isinstance(chunk, Damage):
            if held:
                yield Line(bytes(held), cut)
            yield chunk
            return
        rest, *others = chunk.split(b"\n")
        if others:
            yield Line(bytes(held), cut + len(rest) + 1) if cut else Line(bytes(held) + rest + b"\n")
            held, cut, rest = bytearray(), 0, others.pop()
        for piece in others:
            yield Line(piece + b"\n")
        if cut or len(held) + len(rest) > longest:
            cut += len(rest) + (len(held) - SHOWN if not cut else 0)
            del held[SHOWN:]
        else:
            held += rest
    if held:
        yield Line(bytes(held), cut)
