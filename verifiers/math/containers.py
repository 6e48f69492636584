"""What containers hold: parts of a union, the set in `x \\in S`."""

from __future__ import annotations

from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.naming import is_name
from evol.verifiers.math.nodes import (
    Call,
    Node,
    Quantity,
    Relation,
    Seq,
    SetOp,
    Sym,
    Text,
    symbols,
    walk,
)
from evol.verifiers.math.units import Unit, parse_unit


def is_grid(seq: Seq) -> bool:
    """Whether a list of lists is meant as a matrix: `[[1, 2], [3, 4]]`."""
    return seq.kind == "[]" and all(isinstance(item, Seq) and item.kind == "[]" for item in seq.items)


def closed(a: Seq, b: Seq) -> bool:
    """Whether neither of two sequences is a half-open interval."""
    return all(seq.kind not in ("(]", "[)") for seq in (a, b))


def operands(node: Node, op: str) -> list[Node]:
    """Return the parts of nested unions or intersections."""
    if isinstance(node, SetOp) and node.op == op:
        return [*operands(node.left, op), *operands(node.right, op)]
    return [node]


def value_side(node: Node) -> Node:
    """Return the set in `x \\in S` or `(x, y) \\in S`."""
    if not isinstance(node, Relation) or node.ops != ("in",):
        return node
    element, values = node.operands
    named = element.items if isinstance(element, Seq) and element.kind == "()" else (element,)
    return values if all(map(is_name, named)) else node


def unknowns(node: Node) -> frozenset[str]:
    """Return the names that a set of reals is written with, unknown functions before variables."""
    calls = {canonical(p) for p in walk(node) if isinstance(p, Call) and p.name.startswith("apply")}
    return frozenset(calls) or frozenset(n for n in symbols(node) if not n.startswith("set "))


def units_of(node: Node) -> frozenset[Unit | str]:
    """Return the units that the numbers of a node are written with."""
    phrases = (part.unit for part in walk(node) if isinstance(part, Quantity))
    return frozenset(parse_unit(phrase) or phrase for phrase in phrases)


def words_of(node: Node) -> str | None:
    """Return the words of a text, a name or a counted noun, None for anything else."""
    if isinstance(node, Quantity):
        node = node.value
    if isinstance(node, Text):
        return node.words
    return node.name.lower() if isinstance(node, Sym) else None
