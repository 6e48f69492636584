"""A dataset folder as people receive it: the splits and their card."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evol.card import card
from evol.dataset import Exported, export
from evol.journal import Journal
from evol.rows import Format


def publish(
    journal: Journal, folder: Path, record: Mapping[str, Any], *, size: int | None, style: Format
) -> Exported:
    """Write train, rejected and README.md for a run whose run.yaml is `record`."""
    identity = record["identity"]
    exported = export(
        journal, folder, teacher=identity["teacher"], seed=identity["seed"], size=size, style=style
    )
    (folder / "README.md").write_text(card(journal, record, exported, style), encoding="utf-8")
    return exported
