"""Lineage trees from rows that name their parents, in whatever order they come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from evol.report.model import Lineage, Node, ReportRow
from evol.report.words import excerpt

# Deeper trees cannot be read, and a file may name parents without end.
MEMBERS: Final = 60


def lineage_of(name: str, rows: Iterable[ReportRow]) -> Lineage:
    """Return the tree of a lineage's rows; a row whose parent is not among them is a root."""
    ordered = sorted(rows, key=lambda row: (row.generation or 0, row.id))
    roots: list[ReportRow] = []
    below: dict[str, list[ReportRow]] = {}
    older: set[str] = set()
    for row in ordered:
        if row.parent is not None and row.parent in older:
            below.setdefault(row.parent, []).append(row)
        else:
            roots.append(row)
        older.add(row.id)
    return Lineage(name, tuple(_node(row, below) for row in roots))


def _node(row: ReportRow, below: Mapping[str, list[ReportRow]]) -> Node:
    return Node(
        row.id,
        row.generation or 0,
        row.operation or "seed",
        row.outcome,
        row.reason,
        excerpt(row.instruction),
        tuple(_node(child, below) for child in below.get(row.id, ())),
    )
