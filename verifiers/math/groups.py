"""Brackets, sets, absolute values and environments: what encloses other notation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from evol.verifiers.math.builders import listed
from evol.verifiers.math.limits import MAX_ITEMS, MathSyntaxError, TooLarge
from evol.verifiers.math.nodes import (
    Add,
    Builder,
    Call,
    Matrix,
    Mul,
    Node,
    Quantity,
    Relation,
    Seq,
    Text,
    negate,
)

if TYPE_CHECKING:
    from evol.verifiers.math.grammar import Parser

_CLOSERS = frozenset((")", "]"))


def _round_or_square(parser: Parser) -> Node:
    """Read `( ... )`, `[ ... ]` or a half-open interval; one item stands for itself."""
    opener = parser.token.text
    parser.at += 1
    bars, parser.bars = parser.bars, 0
    if opener == "(" and parser.token.text == "mod":
        raise MathSyntaxError("A residue class stands without its number.")
    inner = parser.items("brackets", _CLOSERS)
    parser.bars = bars
    closer = parser.token.text
    parser.expect(")", "]")
    if not isinstance(inner, Seq) or inner.kind != "brackets":
        if closer in "])" and opener + closer not in ("()", "[]"):
            raise MathSyntaxError("The brackets around one value do not match.")
        return inner
    return Seq(inner.items, opener + closer)


def _brace(parser: Parser) -> Node:
    parser.at += 1
    bars, parser.bars = parser.bars, 0
    inner = parser.items("brace", frozenset("}"))
    parser.bars = bars
    parser.expect("}")
    return inner


def _set(parser: Parser) -> Node:
    """Read `\\{a, b\\}`, `\\{x | x > 0\\}` or `\\{f(x) : x \\in S\\}`."""
    parser.at += 1
    bars, parser.bars = parser.bars, 1
    inner = parser.items("set", frozenset(("\\}", "|", ":")))
    if parser.accept("|", ":") and isinstance(inner, Seq) and len(inner.items) == 1:
        condition = parser.items("list", frozenset(("\\}",)))
        inner = listed(Builder(inner.items[0], condition))
    parser.bars = bars
    parser.expect("\\}")
    return inner


def _absolute(parser: Parser) -> Node:
    parser.at += 1
    parser.bars += 1
    inner = parser.binary(2)
    parser.bars -= 1
    parser.expect("|")
    return Call("abs", (inner,))


def _rounding(closer: str, name: str) -> Callable[[Parser], Node]:
    def read(parser: Parser) -> Node:
        parser.at += 1
        inner = parser.binary(2)
        parser.expect(closer)
        return Call(name, (inner,))

    return read


def _currency(parser: Parser) -> Node:
    unit = parser.token.text
    parser.at += 1
    amount = parser.power()
    return amount if isinstance(amount, Quantity) else Quantity(amount, unit)


def _circled(parser: Parser) -> Node:
    """Read ①②③ as the list of those numbers."""
    found: list[Node] = []
    while parser.accept("circled"):
        found.append(parser.atom())
    return found[0] if len(found) == 1 else Seq(tuple(found), "brace")


def environment(parser: Parser) -> Node:
    """Read `\\begin{pmatrix} ... \\end{pmatrix}`; cells that are words become text."""
    name = _environment_name(parser)
    if name == "array" and parser.is_op("{"):
        while not parser.accept("}"):
            parser.at += 1
            if parser.token.kind == "end":
                raise MathSyntaxError("An array lacks its columns.")
    rows: list[tuple[Node, ...]] = []
    row: list[Node] = []
    while not (parser.token.kind == "cmd" and parser.token.text == "end"):
        if parser.token.kind == "end":
            raise MathSyntaxError("An environment is not closed.")
        if parser.accept("\\\\"):
            rows, row = [*rows, tuple(row)] if row else rows, []
        elif not parser.accept("&"):
            row.append(_cell(parser, cases=name in ("cases", "dcases", "array")))
        if len(rows) > MAX_ITEMS:
            raise TooLarge("A matrix has more rows than the cap.")
    parser.at += 1
    _environment_name(parser)
    rows = [*rows, tuple(row)] if row else rows
    if name in ("align", "aligned", "gathered", "equation"):
        raise MathSyntaxError("A derivation stands where an answer should.")
    if name == "vmatrix":
        return determinant(rows)
    cases = name in ("cases", "dcases")
    if cases and all(len(cells) == 1 and isinstance(cells[0], Relation) for cells in rows):
        return Seq(tuple(cells[0] for cells in rows), "and")
    return Matrix(tuple(rows), cases=cases)


def determinant(rows: list[tuple[Node, ...]]) -> Node:
    """Return the determinant of up to four rows, developed by the first one."""
    if not 0 < len(rows) < 5 or any(len(row) != len(rows) for row in rows):
        raise MathSyntaxError("A determinant is not square, or has more than four rows.")
    if len(rows) == 1:
        return rows[0][0]
    minors = (determinant([row[:k] + row[k + 1 :] for row in rows[1:]]) for k in range(len(rows)))
    terms = (Mul((cell, minor)) for cell, minor in zip(rows[0], minors, strict=True))
    return Add(tuple(negate(term) if k % 2 else term for k, term in enumerate(terms)))


def _cell(parser: Parser, *, cases: bool) -> Node:
    """Read a cell; a condition such as `if x > 0` drops its word, a comma at the end is dropped."""
    if parser.token.kind == "word" and parser.token.text.lower() in ("if", "for", "when", "otherwise"):
        word = parser.token.text.lower()
        parser.at += 1
        if word == "otherwise":
            return Text("otherwise")
        parser.accept("&")
    node = parser.relation()
    separated = parser.accept(",", ".", ";")
    if not (cases and separated) and not parser.is_op("&", "\\\\") and parser.token.text != "end":
        raise MathSyntaxError("A cell holds more than one value.")
    return node


def _environment_name(parser: Parser) -> str:
    parser.expect("{")
    parts = []
    while parser.token.kind in ("sym", "word", "cmd") or parser.is_op("*"):
        parts.append(parser.token.text)
        parser.at += 1
    parser.expect("}")
    return "".join(parts).rstrip("*")


READERS: dict[str, Callable[[Parser], Node]] = {
    "(": _round_or_square,
    "[": _round_or_square,
    "{": _brace,
    "\\{": _set,
    "|": _absolute,
    "lfloor": _rounding("rfloor", "floor"),
    "lceil": _rounding("rceil", "ceil"),
    "usd": _currency,
    "eur": _currency,
    "gbp": _currency,
    "yen": _currency,
    "circled": _circled,
}
