"""Data blocks: the same small table as Markdown, CSV, JSON, SQL, YAML or a log.

A scene gives its table as "column,column; cell,cell; cell,cell"; which notation it is printed
in is drawn, so that `complicate-input` asks for reading real data and not one layout.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import TypeAlias

Rows: TypeAlias = list[list[str]]


def _value(cell: str) -> int | float | str:
    """Return a cell as the number it is, or as text."""
    try:
        return int(cell)
    except ValueError:
        pass
    try:
        return float(cell)
    except ValueError:
        return cell


def _markdown(rows: Rows) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _csv(rows: Rows) -> str:
    return "```csv\n" + "\n".join(",".join(cells) for cells in rows) + "\n```"


def _json(rows: Rows) -> str:
    head, *body = rows
    records = [dict(zip(head, map(_value, cells), strict=True)) for cells in body]
    return "```json\n[\n" + ",\n".join("  " + json.dumps(r) for r in records) + "\n]\n```"


def _sql(rows: Rows) -> str:
    head, *body = rows
    values = [", ".join(c if not isinstance(_value(c), str) else f"'{c}'" for c in cells) for cells in body]
    inserts = ",\n".join(f"  ({v})" for v in values)
    return f"```sql\nINSERT INTO data ({', '.join(head)}) VALUES\n{inserts};\n```"


def _yaml(rows: Rows) -> str:
    head, *body = rows
    return (
        "```yaml\n"
        + "\n".join(
            "- {" + ", ".join(f"{h}: {c}" for h, c in zip(head, cells, strict=True)) + "}" for cells in body
        )
        + "\n```"
    )


FORMATS: tuple[Callable[[Rows], str], ...] = (_markdown, _csv, _json, _sql, _yaml)


def draw_table(rng: Random, specification: str) -> str:
    """Return the table in a drawn notation, on lines of its own."""
    rows = [[cell.strip() for cell in row.split(",")] for row in specification.split(";")]
    return "\n\n" + FORMATS[int(rng.random() * len(FORMATS))](rows) + "\n\n"
