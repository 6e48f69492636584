"""Check that a response is in a format: it is parsed, not looked at."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from xml.parsers import expat

from evol.verifiers.instructions.measure import BULLET, NUMBERED

FENCE: Final = re.compile(
    r"^[ \t]*(?:```|~~~)[ \t]*(?P<info>[\w+-]*)[^\n]*\n(?P<body>.*?)^[ \t]*(?:```|~~~)[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
RULE: Final = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
HEADING: Final = re.compile(r"^\s{0,3}#{1,6}\s+\S", re.MULTILINE)
MARKDOWN: Final = re.compile(
    r"^\s{0,3}#{1,6}\s+\S|\*\*[^*\n]+\*\*|^\s*```|\[[^\]\n]+\]\([^)\n]+\)", re.MULTILINE
)
LONGEST: Final = 200_000

Problem = str | None


class _Declared(Exception):
    """An XML text declares entities, which nobody asked for."""


def _bodies(response: str, name: str) -> Iterator[str]:
    """Yield what may be the formatted text: a fenced block of that name or of none, or the whole."""
    blocks = list(FENCE.finditer(response))
    yield from (
        m["body"].strip()
        for m in blocks
        if m["info"].lower() in (name, "yml" if name == "yaml" else name, "", "text")
    )
    if not blocks:
        yield response.strip()


def _alone(response: str) -> bool:
    """Whether a response is one fenced block and nothing else, or has none."""
    match = FENCE.search(response)
    return match is None or not (response[: match.start()].strip() or response[match.end() :].strip())


def _json(text: str) -> Any:
    return json.loads(text)


def _yaml(text: str) -> Any:
    import yaml

    value = yaml.safe_load(text)
    if not isinstance(value, dict | list):
        raise ValueError("it is plain text, neither a mapping nor a list")
    return value


def _xml(text: str) -> Any:
    def declared(*_: object) -> None:
        raise _Declared("it declares entities")

    parser = expat.ParserCreate()
    parser.EntityDeclHandler = declared
    parser.Parse(text, True)
    return text


def _csv(text: str) -> list[list[str]]:
    rows = [row for row in csv.reader(io.StringIO(text), strict=True, skipinitialspace=True) if row]
    if not rows or len(rows[0]) < 2:
        raise ValueError("its first line has fewer than two fields")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("its lines have different numbers of fields")
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("*`_") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _table(text: str) -> list[list[str]]:
    lines = text.split("\n")
    at = next((i for i, line in enumerate(lines) if i and RULE.match(line) and "|" in lines[i - 1]), None)
    if at is None:
        raise ValueError("no line of column heads with a rule of dashes under it")
    rows = [_cells(lines[at - 1])]
    for line in lines[at + 1 :]:
        if "|" not in line:
            break
        rows.append(_cells(line))
    if len(rows) < 2 or any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("its rows have different numbers of cells, or there are none")
    return rows


def _bullets(text: str) -> str:
    if not any(BULLET.match(line) for line in text.split("\n")):
        raise ValueError("no line starts with a bullet")
    return text


def _numbered(text: str) -> str:
    if not any(NUMBERED.match(line) for line in text.split("\n")):
        raise ValueError("no line starts with a number")
    return text


PARSERS: Final[dict[str, Callable[[str], Any]]] = {
    "json": _json,
    "yaml": _yaml,
    "xml": _xml,
    "csv": _csv,
    "table": _table,
    "bullets": _bullets,
    "numbered": _numbered,
}
FAULTS: Final = (ValueError, RecursionError, expat.ExpatError, _Declared, csv.Error)


def _parsed(name: str, response: str) -> tuple[Any, Problem]:
    import yaml

    problem: Problem = "there is nothing to read"
    for body in _bodies(response, name):
        try:
            return PARSERS[name](body), None
        except (*FAULTS, yaml.YAMLError) as error:
            problem = " ".join(str(error).split())[:160] or type(error).__name__
    return None, problem


def _present(name: str, value: Any) -> set[str] | None:
    """Return the columns or keys that a parsed value has, in lower case."""
    if name in ("csv", "table"):
        return {cell.casefold() for cell in value[0]}
    keys: set[str] = set()
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            keys |= {str(key).casefold() for key in one}
        stack += list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        if len(stack) > 10_000:
            return None
    return keys


def format_problem(name: str, response: str, *, only: bool = False, names: tuple[str, ...] = ()) -> Problem:
    """Return why a response is not in the format, or None where it is.

    `only` allows no text around a fenced block; `names` are columns or keys that must be there.
    """
    if len(response) > LONGEST:
        return "it is too long to be read"
    loose = name in ("table", "bullets", "numbered")
    value, problem = _parsed(name, response)
    if problem and loose:
        value, problem = _parsed(name, FENCE.sub(r"\g<body>", response))
    if problem:
        return problem
    if only and not loose and not _alone(response):
        return "text stands around it"
    present = _present(name, value) if names and name in ("json", "yaml", "csv", "table") else None
    missing = [n for n in names if present is not None and n.casefold() not in present]
    return f"it lacks {', '.join(missing)}" if missing else None


def has_format(name: str, response: str) -> bool:
    """Whether a response makes use of a format that was ruled out."""
    lines = response.split("\n")
    tests: dict[str, Callable[[], bool]] = {
        "bullets": lambda: any(BULLET.match(line) for line in lines),
        "numbered": lambda: sum(bool(NUMBERED.match(line)) for line in lines) > 1,
        "list": lambda: has_format("bullets", response) or has_format("numbered", response),
        "markdown": lambda: bool(MARKDOWN.search(response)),
        "headings": lambda: bool(HEADING.search(response)),
        "table": lambda: any(RULE.match(line) and "|" in line for line in lines),
        "code": lambda: "```" in response,
    }
    return tests[name]()
