"""The pack's `[settings]`: how much evidence is drawn, and what it must show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

from evol.errors import PackError, nearest
from evol.types import Json

CHOICES: Final = {"outside": ("reject", "mark"), "compiled": ("undecided", "keep")}


@dataclass(frozen=True, slots=True)
class Settings:
    """See `domain.toml` and the README for what each is; `generations` is the engine's."""

    generations: int = 3
    solutions: int = 4
    max_solutions: int = 12
    tests: int = 2
    max_tests: int = 6
    judgements: int = 3
    quorum: int = 3
    agreement: float = 0.6
    lead: int = 3
    tests_agreement: float = 0.75
    further_agreement: float = 0.75
    further_lead: int = 2
    mutants: int = 12
    killed: float = 0.5
    repeats: int = 3
    outside: str = "reject"
    compiled: str = "undecided"

    @classmethod
    def read(cls, table: Mapping[str, Json]) -> Settings:
        """Check a table of settings; raises PackError naming the key."""
        known = {field.name: field.default for field in fields(cls)}
        for name, value in table.items():
            if name not in known:
                raise PackError(f"[settings] has an unknown key {name!r}.{nearest(name, known)}")
            if problem := _problem(name, value, known[name]):
                raise PackError(f"[settings] {name} must be {problem}, not {value!r}.")
        return cls(**table)  # type: ignore[arg-type]


def _problem(name: str, value: Json, default: object) -> str | None:
    """Return what a setting must be where it is not."""
    if name in CHOICES:
        return None if value in CHOICES[name] else " or ".join(map(repr, CHOICES[name]))
    if isinstance(default, int):
        is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        return None if is_count else "a whole number of 1 or more"
    is_share = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    return None if is_share else "a number from 0 to 1"
