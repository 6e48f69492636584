"""Read the raw rows of a data file one at a time, whatever its format: no row is interpreted here.

JSONL, a JSON array, CSV and Parquet, each also gzipped, a saved dataset's folder, or the id of a
dataset on the Hugging Face Hub. The format is told by content first and by name second. Memory
holds one row (Parquet: a small batch), however long the file is. Bytes that are not UTF-8 arrive
as lone surrogates, for the reader of the row to refuse that row and no other.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from evol.errors import DataError

DATASET_ID = re.compile(r"[\w-]+/[\w.-]+(:[\w.-]+){0,2}")
DATA_SUFFIXES = {".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet", ".gz", ".txt"}
DATASET_FILES = ("dataset_info.json", "state.json", "dataset_dict.json")
FORMATS = "JSONL, a JSON array, CSV or Parquet (each may be gzipped)"
SNIFFED = 8192
CHUNK = 1 << 16
PARQUET_BATCH = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One raw row; `where` is its place in words, `problem` why its `cells` cannot be trusted."""

    where: str
    cells: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


def is_dataset_id(source: str) -> bool:
    """Whether `source`, which is no file, reads as `owner/name[:config[:split]]`."""
    return bool(DATASET_ID.fullmatch(source)) and Path(source).suffix.lower() not in DATA_SUFFIXES


def read_rows(source: str) -> Iterator[Row]:
    """Yield the rows of a file, a saved dataset or a Hub dataset.

    Raises DataError, naming the place, where it is missing, unreadable, binary or broken.
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return _saved_dataset(path)
    if not path.exists() and is_dataset_id(source):
        return _hub_dataset(source)
    return _file(path)


def _file(path: Path) -> Iterator[Row]:
    try:
        with _open(path) as stream:
            head = stream.peek(SNIFFED)[:SNIFFED]
            yield from _reader(path, head)(path, stream)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path} is a damaged gzip file: {error}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def _open(path: Path) -> io.BufferedReader:
    if not path.is_file() and path.exists():
        raise DataError(f"{path} is not a regular file; the seeds are read twice, so save them to one first.")
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    return io.BufferedReader(gzip.open(path), CHUNK) if packed else path.open("rb")


def _reader(path: Path, head: bytes) -> Callable[[Path, Any], Iterator[Row]]:
    suffix = Path(path.name.removesuffix(".gz")).suffix.lower()
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"PAR1"):
        return _parquet
    if b"\0" in head or suffix == ".parquet":
        raise DataError(f"{path} is a binary file; evol reads {FORMATS}.")
    if not text:
        raise DataError(f"{path} is empty.")
    if suffix == ".csv":
        return _csv
    if text.startswith(b"["):
        return _json_array
    if text.startswith(b"{") or suffix in (".jsonl", ".json", ".ndjson"):
        return _json_lines
    raise DataError(f"{path} is in no format known here; evol reads {FORMATS}.")


def _loads(text: str) -> Any:
    """Parse JSON leniently: raw control characters pass, integers beyond Python's limit are text."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        raise
    except ValueError:
        return json.loads(text, strict=False, parse_int=str)


def _row(where: str, value: object, path: Path) -> Row:
    if isinstance(value, dict):
        return Row(where, value)
    raise DataError(f"{path}, {where}: a row must be a JSON object, this is {_shortened(value)}.")


def _shortened(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _json_lines(path: Path, stream: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(stream, 1):
        text = line.decode("utf-8", "surrogateescape").removeprefix("\ufeff" if number == 1 else "").strip()
        if not text:
            continue
        where = f"line {number}"
        try:
            value = _loads(text)
        except json.JSONDecodeError as error:
            raise DataError(f"{path}, {where}: broken JSON ({error.msg}, column {error.colno}).") from None
        except RecursionError:
            yield Row(where, problem="the row's JSON is nested too deeply")
            continue
        yield _row(where, value, path)


def _json_array(path: Path, stream: BinaryIO) -> Iterator[Row]:
    text = _ArrayText(path, stream)
    text.skip("[")
    number = 0
    while text.peek() != "]":
        number += 1
        yield _row(f"row {number}", text.value(), path)
        if text.peek() == "]":
            break
        text.skip(",")
    text.skip("]")
    if text.peek():
        raise text.broken("text after the array's end")


class _ArrayText:
    """The text of a JSON array, of which no more is held than the element being read."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path, self._raw = path, io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
        self._text, self._at, self._lines = "", 0, 1
        self._decoder = json.JSONDecoder(strict=False)

    def _more(self, size: int) -> bool:
        chunk = self._raw.read(size)
        if chunk:
            self._lines += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :] + chunk, 0
        return bool(chunk)

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
            raise self.broken(f"expected {expected!r}")
        self._at += 1

    def value(self) -> object:
        """Read one element, fetching twice as much text each time it turns out to be cut."""
        self.peek()
        size = CHUNK
        while True:
            try:
                value, self._at = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._more(size):
                    raise self.broken(error.msg, error.pos) from None
                size *= 2
            except RecursionError:
                raise self.broken("nested too deeply") from None
            except ValueError:
                self._decoder = json.JSONDecoder(strict=False, parse_int=str)
            else:
                return value

    def broken(self, what: str, at: int | None = None) -> DataError:
        """Return the error that says what is wrong on which line."""
        line = self._lines + self._text.count("\n", 0, self._at if at is None else at)
        return DataError(f"{self._path}, line {line}: broken JSON ({what}).")


def _csv(path: Path, stream: BinaryIO) -> Iterator[Row]:
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline=""))
    try:
        header = next(reader, [])
        if len(set(header)) < len(header):
            raise DataError(f"{path}, line 1: two columns have the same name: {', '.join(header)}.")
        start = reader.line_num + 1
        for cells in reader:
            if cells:
                yield _csv_row(f"line {start}", header, cells)
            start = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{path}, line {reader.line_num}: broken CSV ({error}).") from error


def _csv_row(where: str, header: list[str], cells: list[str]) -> Row:
    if len(cells) == len(header):
        return Row(where, dict(zip(header, cells, strict=True)))
    problem = f"the row has {len(cells)} fields where the header has {len(header)}"
    return Row(where, dict(zip(header, cells, strict=False)), problem)


def _parquet(path: Path, stream: BinaryIO) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        number = 0
        for batch in pq.ParquetFile(stream).iter_batches(batch_size=PARQUET_BATCH):
            for cells in batch.to_pylist():
                number += 1
                yield Row(f"row {number}", cells)
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise DataError(f"{path} is a damaged Parquet file: {str(error).rstrip('.')}.") from error


def _saved_dataset(path: Path) -> Iterator[Row]:
    if not any((path / name).is_file() for name in DATASET_FILES):
        raise DataError(f"{path} is a folder, but no dataset saved with save_to_disk; name a file in it.")
    import datasets

    try:
        saved = datasets.load_from_disk(str(path))
    except Exception as error:
        raise DataError(f"{path} is a dataset that cannot be loaded: {error}.") from error
    if not isinstance(saved, datasets.DatasetDict):
        return _dataset_rows(saved)
    if "train" not in saved and len(saved) != 1:
        raise DataError(
            f"{path} holds the splits {', '.join(saved)}; name one of them: {path}/{next(iter(saved))}."
        )
    return _dataset_rows(saved["train"] if "train" in saved else next(iter(saved.values())))


def _hub_dataset(source: str) -> Iterator[Row]:
    import datasets

    name, config, split = [*source.split(":"), "", ""][:3]
    try:
        return _dataset_rows(datasets.load_dataset(name, config or None, split=split or "train"))
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise DataError(
            f"{source} is no file, and as a dataset of the Hugging Face Hub it cannot be loaded: {reason}"
        ) from error


def _dataset_rows(dataset: Any) -> Iterator[Row]:
    for number, cells in enumerate(dataset, 1):
        yield Row(f"row {number}", cells)
