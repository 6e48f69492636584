r"""Formulas broken over the rows of a one-column matrix, a piece on each row, read as one line.

Some models write `8\sqrt{10}` as `\begin{matrix} 8 \\ \sqrt{ \\ 10 \\ } \end{matrix}`. A column is such a
formula where a row holds no more than an operator or an open brace; any other column is a vector.
"""

from __future__ import annotations

import re

from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MAX_ITEMS, MathError
from evol.verifiers.math.unicode import repair

_COLUMN = re.compile(r"\\begin\{([pbB]?)matrix\}(.*?)\\end\{\1matrix\}", re.DOTALL)
_ALIGNED = re.compile(
    r"\\begin\{(align|aligned|alignat|gathered|gather|equation|split|eqnarray)\*?\}(.*?)\\end\{\1\*?\}",
    re.DOTALL,
)
_CONTINUES = re.compile(r"(?:[=<>≤≥≈]|\\(?:leq?|geq?|approx|equiv|Rightarrow|implies)(?![a-zA-Z]))")
_PIECE = re.compile(
    r"(?:[-+*/=,(){}]|\\(?:times|cdot|left\s*\(|right\s*\)|ln|log|sin|cos|d?frac\{|sqrt\{))\s*"
)
_LAYOUT = re.compile(r"(?:\\[,;:! ]|\\text\{\s*\}|\s)+")
_EMPTY_FRACTION = re.compile(r"\\[dt]?frac\s*\{(?:\\[,;:! ]|\s)*\}")
_NUMBER_AHEAD = re.compile(r"\d|\.\d")
_FRACTION_AHEAD = re.compile(r"\\[dt]?frac\b|\\sqrt\b")


def joined_rows(text: str) -> str:
    """Return a derivation on one line: a row that begins with a relation goes on with the row before it.

    Rows that do not are statements of their own, as in a system of equations.
    """
    match = _ALIGNED.search(repair(text)) if len(text) <= MAX_ANSWER_CHARS else None
    if match is None or "\\begin" in match[2]:
        return text
    statements: list[str] = []
    for row in match[2].replace("&", " ").split("\\\\"):
        if statements and _CONTINUES.match(row.strip()):
            statements[-1] += f" {row.strip()}"
        elif row.strip():
            statements.append(row.strip())
    source = match.string
    return f"{source[: match.start()]} {' ; '.join(statements)} {source[match.end() :]}".strip()


def joined_columns(text: str) -> str:
    """Return a text with its first broken formula on one line; a text without one stays as it is."""
    match = _COLUMN.search(repair(text)) if len(text) <= MAX_ANSWER_CHARS else None
    if match is None or "&" in match[2]:
        return text
    cells = [cell.strip() for cell in match[2].split("\\\\")]
    if not any(_PIECE.fullmatch(cell) or cell.count("{") != cell.count("}") for cell in cells if cell):
        return text
    source = match.string
    line = _one_line(cells, bracketed=bool(match[1]))
    return f"{source[: match.start()]} {line} {source[match.end() :]}".strip()


def _one_line(cells: list[str], *, bracketed: bool) -> str:
    r"""Join the pieces; a fraction bar written as an empty `\dfrac{}` is dropped.

    An empty row is a space. It parts two entries where both sides of it could not be one product: before a
    number, and inside brackets also between a number and a fraction or root.
    """
    lines, pieces, gap = list[str](), list[str](), False
    for cell in cells:
        if not cell or _LAYOUT.fullmatch(cell):
            gap = gap or not cell
            continue
        if gap and pieces and len(lines) < MAX_ITEMS and _begins_entry(pieces, cell, bracketed):
            lines, pieces = [*lines, _line(pieces)], []
        pieces.append(f"{{{cell}}}" if cell.isdigit() else cell)
        gap = False
    return " ; ".join([*lines, _line(pieces)])


def _line(pieces: list[str]) -> str:
    return _EMPTY_FRACTION.sub(" ", " ".join(pieces))


def _begins_entry(pieces: list[str], cell: str, bracketed: bool) -> bool:
    number = _NUMBER_AHEAD.match(cell)
    fraction = bracketed and _FRACTION_AHEAD.match(cell) and pieces[-1][-1] in "}0123456789"
    if not (number or fraction) or pieces[-1].startswith("\\text"):
        return False
    try:
        parse(_line(pieces))
    except (MathError, RecursionError):
        return False
    return True
