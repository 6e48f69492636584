"""What stands above, below and behind a factor: exponents, degree signs, primes, subscripts, `!`, `%`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.limits import MathSyntaxError
from evol.verifiers.math.nodes import (
    Based,
    Call,
    Const,
    Matrix,
    Node,
    Num,
    Pow,
    Quantity,
    Seq,
    Sym,
    Text,
    negate,
)

if TYPE_CHECKING:
    from evol.verifiers.math.grammar import Parser


def raised(parser: Parser, base: Node) -> Node:
    """Read what stands after `^`: a degree sign, primes, or an exponent."""
    token, opened = parser.token, parser.is_op("{")
    inner = parser.tokens[parser.at + 1] if opened else token
    if inner.text == "circ":
        parser.at += 2 if opened else 1
        if opened:
            parser.expect("}")
        if parser.token.text in ("C", "F"):
            parser.at += 1
            return Quantity(base, f"degree {parser.tokens[parser.at - 1].text}")
        return Quantity(base, "degree")
    if inner.text == "'" and isinstance(base, Sym):
        while parser.accept("{", "'", "}"):
            base = Sym(f"{base.name}'") if parser.tokens[parser.at - 1].text == "'" else base
        return base
    if inner.text in ("T", "top") and isinstance(base, Seq | Matrix):
        parser.at += 2 if opened else 1
        if opened:
            parser.expect("}")
        return transposed(base)
    if token.kind == "end":
        return base
    if inner.kind == "word":
        raise MathSyntaxError("A word stands in an exponent.")
    return Pow(base, parser.nested(lambda: exponent(parser)))


def transposed(node: Seq | Matrix) -> Matrix:
    """Return a matrix on its side, a row in brackets as a column."""
    if isinstance(node, Seq):
        return Matrix(tuple((item,) for item in node.items))
    width = max(map(len, node.rows), default=0)
    if any(len(row) != width for row in node.rows):
        raise MathSyntaxError("The rows of a matrix differ in length.")
    return Matrix(tuple(zip(*node.rows, strict=True)))


def exponent(parser: Parser) -> Node:
    """Read an exponent: a group, or one signed factor with its own power (right to left)."""
    if parser.is_op("-", "+"):
        return negate(exponent(parser)) if parser.accept("-") else (parser.accept("+"), exponent(parser))[1]
    if parser.is_op("{") or (parser.token.kind == "num" and parser.tokens[parser.at + 1].text == "_"):
        return parser.atom()
    return parser.power()


def postfix(parser: Parser, node: Node) -> Node:
    """Read `!`, `'`, `%` and subscripts."""
    while parser.token.kind == "op":
        if parser.is_op("!") and not isinstance(node, Seq):
            parser.at += 1
            double = parser.accept("!")
            node = Call("factorial2" if double else "factorial", (node,))
        elif parser.is_op("'") and isinstance(node, Sym):
            parser.at += 1
            node = Sym(node.name + "'")
        elif parser.is_op("%"):
            parser.at += 1
            node = Quantity(node, "percent")
        elif parser.is_op("_"):
            parser.at += 1
            node = subscripted(parser, node)
        else:
            break
    return node


def subscripted(parser: Parser, node: Node) -> Node:
    """Return the node with its subscript: part of a name, or the base of a number."""
    under = subscript(parser)
    if isinstance(node, Sym | Text):
        return Sym(f"{node.name if isinstance(node, Sym) else node.words}_{under}")
    if isinstance(node, Const):
        return Sym(f"{node.name}_{under}")
    if under in ("max", "min"):
        return Text(f"{under} of {canonical(node)}")
    digits = parser.tokens[parser.at - 1 : parser.at] and _based_digits(node)
    if digits and under.isdigit() and len(under) < 3:
        base = int(under)
        if 2 <= base <= 36 and all(int(c, 36) < base for c in digits):
            return Based(digits, base)
    raise MathSyntaxError("A subscript stands after something other than a name or a number.")


def _based_digits(node: Node) -> str:
    """Return the digits of a non-negative integer literal, or an empty string."""
    if isinstance(node, Num) and node.places is None and node.value.denominator == 1 and node.value >= 0:
        return str(node.value.numerator) if node.value < 10**60 else ""
    return ""


def subscript(parser: Parser) -> str:
    """Read a subscript as text without braces and spaces."""
    if parser.token.kind == "end":
        raise MathSyntaxError("A subscript is missing.")
    if not parser.is_op("{"):
        parser.at += 1
        return parser.tokens[parser.at - 1].text
    depth, parts = 0, []
    while parser.token.kind != "end":
        token = parser.token
        parser.at += 1
        depth += (token.text == "{") - (token.text == "}")
        if not depth:
            break
        parts.append("" if token.text in "{}" else token.text)
    return "".join(parts)
