"""Write a report as one HTML file that needs nothing else: no network, no framework, no fonts.

Every text is escaped by the template and made visible first, rows travel as JSON in a script element
that no browser runs, and a content security policy lets only this page's own style and script in,
each by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from evol.report import charts
from evol.report.differences import differences
from evol.report.model import Check, Report, ReportRow
from evol.report.words import codelike, cut, excerpt, number, percent, trimmed, visible

HERE: Final = Path(__file__).parent
SAID: Final = {"accept": "accepted", "reject": "rejected", "undecided": "undecided", "note": "noted"}
SIGNS: Final = {"accept": "✓", "reject": "✗", "undecided": "?", "note": "·"}
# How long texts and evidence of rows may be, from generous to strict, and how long all rows together.
LIMITS: Final = ((2_000, 300), (1_000, 200), (500, 120), (250, 60))
MOST: Final = 2_000_000
# What would end the script element, or begin a comment in it, is written as an escape of JSON.
_ESCAPES: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def render(report: Report, path: Path) -> None:
    """Write a report to `path`, whole or not at all. Raises OSError where it cannot be written."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(page(report), encoding="utf-8", newline="\n")
    part.replace(path)


def page(report: Report) -> str:
    """Return the whole page; the same report gives the same text."""
    style, script = ((HERE / name).read_text(encoding="utf-8") for name in ("style.css", "report.js"))
    return (
        _environment()
        .get_template("template.html")
        .render(
            report=report,
            style=Markup(style),  # noqa: S704 - a file of ours
            script=Markup(script),  # noqa: S704 - a file of ours
            policy=_policy(style, script),
            data=_data(report.rows),
            shown={row.id for row in report.rows},
            SAID=SAID,
            SIGNS=SIGNS,
        )
    )


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    env.filters.update(number=number, percent=percent, excerpt=excerpt, cut=cut)
    env.tests["codelike"] = codelike
    env.globals.update(charts=charts, differences=differences)
    return env


def _finalize(value: object) -> object:
    return value if isinstance(value, Markup) or not isinstance(value, str) else visible(cut(value))


def _policy(style: str, script: str) -> str:
    """Return a content security policy under which this style and this script run and nothing loads."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _data(rows: Sequence[ReportRow]) -> Markup:
    """Return the rows as JSON; the longer they are together, the shorter their texts are cut."""
    for text, evidence in LIMITS:
        plain = json.dumps([_row(row, text, evidence) for row in rows], separators=(",", ":"))
        if len(plain) <= MOST:
            break
    return Markup(plain.translate(_ESCAPES))  # noqa: S704 - nothing is left in it that HTML reads


def _row(row: ReportRow, text: int, evidence: int) -> dict[str, Any]:
    """Return a row as the page's script reads it: visible texts, nothing endless, nothing empty."""
    told = {
        "id": row.id,
        "outcome": row.outcome.value,
        "reason": row.reason,
        "message": row.message,
        "instruction": row.instruction,
        "response": row.response,
        "answer": row.answer,
        "place": row.place,
        "operation": row.operation,
        "lineage": row.lineage,
    }
    origin = {} if row.generation is None else {"generation": row.generation}
    return {**_texts(told, text), **origin, "checks": [_check(check, text, evidence) for check in row.checks]}


def _check(check: Check, text: int, evidence: int) -> dict[str, Any]:
    told = {"weight": check.weight, "reason": check.reason, "message": check.message}
    told |= {"verifier": check.verifier, "part": check.part}
    found = {"evidence": trimmed(dict(check.evidence), evidence)} if check.evidence else {}
    return {**_texts(told, text), **found}


def _texts(told: Mapping[str, str | None], most: int) -> dict[str, Any]:
    return {name: visible(cut(text, most)) for name, text in told.items() if text}
