"""Parse a pack's `domain.toml`: which keys there are, what each may hold, what to say if not.

Apart from `evol.pack` because it imports pydantic, which a help text has no need to wait for.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evol.errors import PackError, nearest
from evol.types import Operation, Sampling

MANIFEST = "domain.toml"
NAME = r"^[a-z][a-z0-9_-]*$"
DEFAULTS = Sampling()
REFERENCE = r"^[A-Za-z_][\w.]*:[A-Za-z_][\w.]*$"


class SamplingTable(BaseModel):
    """`[sampling]`: how the pack wants its teacher to sample."""

    model_config = ConfigDict(extra="forbid")

    temperature: float = Field(default=DEFAULTS.temperature, ge=0)
    top_p: float = Field(default=DEFAULTS.top_p, gt=0, le=1)
    max_tokens: int = Field(default=DEFAULTS.max_tokens, ge=1)


class OperationTable(BaseModel):
    """`[[operation]]`: one way to evolve."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME)
    kind: Literal["depth", "breadth"]
    direction: Literal["up", "down"]
    prompt: str
    weight: float = Field(default=1.0, gt=0)


class Manifest(BaseModel):
    """The whole of `domain.toml`."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(pattern=NAME)
    title: str
    description: str
    eliminator: str = Field(pattern=REFERENCE)
    procedural: str | None = Field(default=None, pattern=REFERENCE)
    verify: str | None = Field(default=None, pattern=REFERENCE)
    score: str | None = Field(default=None, pattern=REFERENCE)
    audit: str | None = Field(default=None, pattern=REFERENCE)
    vote: str | None = Field(default=None, pattern=REFERENCE)
    doctor: str | None = Field(default=None, pattern=REFERENCE)
    seeds: str | None = None
    golden: str | None = None
    sampling: SamplingTable = SamplingTable()
    settings: dict[str, Any] = {}
    operation: list[OperationTable] = Field(min_length=1)

    def operations(self) -> tuple[Operation, ...]:
        """Return the operations as the engine knows them, in the manifest's order."""
        return tuple(Operation(**table.model_dump()) for table in self.operation)


def read_manifest(folder: Path) -> Manifest:
    """Read and check `folder/domain.toml`; raises PackError naming the file and the field."""
    path = folder / MANIFEST
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise PackError(f"{folder} is not a domain pack: it holds no {MANIFEST}.") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PackError(f"{path} cannot be read: {error}.") from error
    try:
        manifest = Manifest.model_validate(table)
    except ValidationError as error:
        raise PackError(f"{path}: {_explain(error)}") from error
    _check_names(manifest, path)
    _check_files(manifest, path)
    return manifest


def _check_names(manifest: Manifest, path: Path) -> None:
    names = [table.name for table in manifest.operation]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise PackError(f"{path}: operation[{index}].name is {name!r}, which another operation has.")


def _check_files(manifest: Manifest, path: Path) -> None:
    named = [(f"operation[{n}].prompt", table.prompt) for n, table in enumerate(manifest.operation)]
    named += [(key, value) for key in ("seeds", "golden") if (value := getattr(manifest, key))]
    folder = path.parent.resolve()
    for field, value in named:
        file = (folder / value).resolve()
        if not file.is_relative_to(folder):
            raise PackError(f"{path}: {field} names {value!r}, which lies outside the pack.")
        if not file.is_file():
            near = nearest(value, [str(p.relative_to(folder)) for p in folder.rglob("*.*") if p.is_file()])
            raise PackError(f"{path}: {field} names {value!r}, which does not exist.{near}")


def _explain(error: ValidationError) -> str:
    """Return the first thing wrong as one sentence, and how many more there are."""
    first, *rest = error.errors(include_url=False)
    field = _field(first["loc"])
    if first["type"] == "extra_forbidden":
        tables: dict[int | str, type[BaseModel]] = {"operation": OperationTable, "sampling": SamplingTable}
        known = tables.get(first["loc"][0], Manifest).model_fields
        said = f"{field} is an unknown key.{nearest(str(first['loc'][-1]), known)}"
    elif first["type"] == "missing":
        said = f"{field} is missing."
    else:
        said = f"{field} is {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}."
    return said + (f" ({len(rest)} more to correct.)" if rest else "")


def _field(location: tuple[int | str, ...]) -> str:
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in location]
    return "".join(parts).removeprefix(".")
