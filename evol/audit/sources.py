"""What DATA names: a file, a folder or a glob of files, a saved dataset, a Hub id, or a run of evol."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evol._datafile import DATA_SUFFIXES, DATASET_FILES, is_dataset_id
from evol.audit.formats import Table, open_table
from evol.audit.formats.jsonl import JsonLinesSink
from evol.audit.formats.records import Record
from evol.errors import DataError
from evol.folder import DATABASE, RECORD

if TYPE_CHECKING:
    from evol.journal import Journal

ENDINGS: Final = (DATA_SUFFIXES | {".zst"}) - {".txt"}
_ACCEPTED: Final = "SELECT id FROM samples WHERE outcome = 'accept' ORDER BY lineage, generation"


@dataclass(frozen=True, slots=True)
class Part:
    """One table of the data: its name, how to open it, and what tells whether it has changed."""

    name: str
    open: Callable[[], Table]
    stamp: str


@dataclass(frozen=True, slots=True)
class Source:
    """All tables that DATA names; `run` is the folder where it is a run of evol."""

    name: str
    parts: tuple[Part, ...]
    run: Path | None = None


def find_source(data: str) -> Source:
    """Return what DATA names. Raises DataError where there is no such thing, with what to do."""
    path = Path(data).expanduser()
    if path.is_file():
        return Source(_stem(path), (_file_part(path, path.name),))
    if path.is_dir():
        return _folder(path)
    matches = glob.glob(data, recursive=True)  # noqa: PTH207 - the pattern may be absolute
    if found := sorted(p for p in map(Path, matches) if p.is_file()):
        return Source(_stem(Path(data.replace("*", "_"))), _parts(found))
    if is_dataset_id(data):
        return _hub(data)
    raise DataError(f"There is no file, folder or pattern {data}, and it is no dataset's id (OWNER/NAME).")


def _stem(path: Path) -> str:
    name = path.name
    while Path(name).suffix.lower() in ENDINGS:
        name = Path(name).stem
    return name or "data"


def _parts(paths: list[Path]) -> tuple[Part, ...]:
    base = Path(os.path.commonpath([path.parent for path in paths]))
    return tuple(_file_part(path, path.relative_to(base).as_posix()) for path in paths)


def _file_part(path: Path, name: str) -> Part:
    stat = path.stat()
    return Part(name, lambda: open_table(path), f"{stat.st_size} bytes, {stat.st_mtime_ns}")


def _folder(path: Path) -> Source:
    name = path.resolve().name
    if (path / RECORD).is_file() and (path / DATABASE).is_file():
        return Source(name, (_run_part(path),), run=path)
    if any((path / mark).is_file() for mark in DATASET_FILES):
        return Source(name, _saved(path))
    found = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in ENDINGS)
    if not found:
        raise DataError(f"{path} holds no data file ({', '.join(sorted(ENDINGS))}): name one, or its folder.")
    return Source(name, _parts(found))


def _saved(path: Path) -> tuple[Part, ...]:
    import datasets

    try:
        saved = datasets.load_from_disk(str(path))
    except Exception as error:
        raise DataError(f"{path} is a dataset that cannot be loaded: {error}.") from error
    splits = saved if isinstance(saved, datasets.DatasetDict) else {"data": saved}
    return tuple(_dataset_part(f"{name}.parquet", rows, "saved dataset") for name, rows in splits.items())


def _hub(data: str) -> Source:
    import datasets

    name, config, split = [*data.split(":"), "", ""][:3]
    try:
        rows = datasets.load_dataset(name, config or None, split=split or "train")
    except Exception as error:
        reason = str(error).strip().partition("\n")[0]
        raise DataError(
            f"{data} is no file, and as a dataset of the Hugging Face Hub it cannot be loaded: {reason}"
        ) from error
    return Source(
        name.partition("/")[2], (_dataset_part(f"{split or 'train'}.parquet", rows, "Hub dataset"),)
    )


def _dataset_part(name: str, rows: Any, form: str) -> Part:
    from evol.audit.formats.arrow import dataset

    return Part(name, lambda: dataset(rows, form), f"{len(rows)} rows, {rows._fingerprint}")


def _run_part(folder: Path) -> Part:
    from evol.folder import open_journal

    with open_journal(folder) as journal:
        counts = journal.counts()
    return Part("rows.jsonl", lambda: RunRows(folder), repr(counts))


class RunRows:
    """The rows that a run of evol accepted, by lineage and generation."""

    form = "run"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Record]:
        from evol.folder import open_journal

        with open_journal(self._folder) as journal:
            yield from self._rows(journal)

    @staticmethod
    def _rows(journal: Journal) -> Iterator[Record]:
        for row in journal.rows(_ACCEPTED):
            s = row.sample
            cells = {
                "id": s.id, "instruction": s.instruction, "response": s.response, "answer": s.answer,
                "tests": s.tests, "generation": s.generation, "operation": s.operation,
                "parent": s.parent, "root": s.root,
            }  # fmt: skip
            yield Record(f"row {s.id}", cells=cells, size=len(s.instruction) + len(s.response))

    def sink(self, path: Path, added: tuple[str, ...]) -> JsonLinesSink:
        """Open a file of JSON Lines."""
        return JsonLinesSink(path, "")
