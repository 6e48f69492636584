"""A model that knows eight sums by heart, and benchmarks small enough to count by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SUMS = [
    (f"What is {a} + {b}?", f"{a} + {b} = {a + b}. The answer is {a + b}.")
    for a in (2, 3)
    for b in range(4, 8)
]


@pytest.fixture(scope="session")
def sums() -> list[tuple[str, str]]:
    """The eight questions and replies that `model` has learnt."""
    return SUMS


@pytest.fixture(scope="session")
def model(tiny_models: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny Llama that answers `SUMS`."""
    return Path(tiny_models.write_tiny_llama(tmp_path_factory.mktemp("models") / "adder", SUMS))


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, Iterable[dict[str, Any]]], str]:
    """Write rows to a JSONL file of this name and return its path."""

    def write(name: str, rows: Iterable[dict[str, Any]]) -> str:
        path = tmp_path / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return str(path)

    return write
