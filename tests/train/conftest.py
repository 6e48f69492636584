"""A tiny base model and rows to train it on, made once; skipped where the [train] extra is missing."""

from __future__ import annotations

import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


def chat_row(question: str, answer: str, **more: Any) -> dict[str, Any]:
    return {
        "prompt": [{"role": "user", "content": question}],
        "completion": [{"role": "assistant", "content": answer}],
        **more,
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def sums(count: int) -> list[dict[str, Any]]:
    return [chat_row(f"How many is {n} plus {n % 7}?", f"It is {n + n % 7}.") for n in range(count)]


@pytest.fixture(scope="session")
def base_model(tiny_models: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama of random weights and a ChatML tokenizer."""
    pytest.importorskip("trl", reason="needs the [train] extra")
    folder: Path = tiny_models.write_tiny_llama(tmp_path_factory.mktemp("models") / "base", width=32)
    return folder


@pytest.fixture
def rows_file(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "sums.jsonl", sums(48))


QUICK = {
    "learning_rate": 5e-3,
    "per_device_train_batch_size": 8,
    "max_length": 256,
    "logging_steps": 2,
    "max_steps": 6,
    "seed": 3,
}
"""A recipe that takes under a second."""
