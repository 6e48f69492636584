"""Read the benchmarks that a user names, in any form that evol reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evol._columns import Fields, read_fields, to_json
from evol._datafile import read_rows
from evol.errors import DataError
from evol.types import Json

IDENTITIES = ("id", "task_id", "name")


@dataclass(frozen=True, slots=True)
class Reference:
    """One problem of a benchmark: its question, its solution, and its row for whoever runs its tests."""

    id: str
    source: str
    instruction: str
    response: str = ""
    row: Mapping[str, Json] = field(default_factory=dict)


def read_references(sources: Iterable[str]) -> list[Reference]:
    """Return the problems of all sources: files, saved datasets or ids of the Hugging Face Hub.

    Raises DataError where one cannot be read or has no column that is known to hold questions.
    """
    return [reference for source in sources for reference in _of(source)]


def _of(source: str) -> Iterator[Reference]:
    name = Path(source).name
    usable = 0
    for row in read_rows(source):
        fields = read_fields(row.cells)
        if row.problem is None and fields.problem is None:
            usable += 1
            yield Reference(
                fields.id or _identity(row.cells) or row.where,
                name,
                fields.instruction,
                _without_question(fields),
                {str(key): to_json(value) for key, value in row.cells.items()},
            )
    if not usable:
        raise DataError(
            f"{source} holds no problem to compare with: no row has a question in a known column."
        )


def _identity(cells: Mapping[str, Any]) -> str:
    return next((str(cells[name]) for name in IDENTITIES if cells.get(name) is not None), "")


def _without_question(fields: Fields) -> str:
    """Return the solution alone: HumanEval's repeats the question, which is matched by itself."""
    return fields.response.removeprefix(fields.instruction)
