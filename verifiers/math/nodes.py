"""The syntax tree of an answer: immutable, hashable nodes, and the few walks that everyone needs.

Division is multiplication by a power of -1 and subtraction is addition of a product with -1, so
that an evaluator has few cases. Containers (`Seq`, `Matrix`, `Relation` …) hold expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Num:
    """A literal; `places` counts the printed decimals (None for an integer or a derived value).

    `repeating` is how many decimals show a repeating decimal's period twice, 0 for any other number.
    """

    value: Fraction
    places: int | None = None
    repeating: int = 0


@dataclass(frozen=True, slots=True)
class Sym:
    """A variable or a name: `x`, `x_1`, `f'`, `\\alpha`."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """One of `pi`, `e`, `i`, `infinity`."""

    name: str


@dataclass(frozen=True, slots=True)
class Add:
    """A sum."""

    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Mul:
    """A product."""

    factors: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Pow:
    """A power."""

    base: Node
    exponent: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function by name; `apply f` is an unknown function f, `sum` is (index, low, high, body)."""

    name: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class PlusMinus:
    """An operand that is taken with either sign; `sign` is -1 for `\\mp`."""

    operand: Node
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value with what is written after it: a unit, `percent`, `degree`, a counted noun."""

    value: Node
    unit: str


@dataclass(frozen=True, slots=True)
class Based:
    """Digits written in a number base, `4210_7`."""

    digits: str
    base: int


@dataclass(frozen=True, slots=True)
class Text:
    """Words that stand for themselves, lower case, single spaces."""

    words: str


@dataclass(frozen=True, slots=True)
class Seq:
    """Several items. `kind` is `list` (bare, commas), `or`, `and`, `set`, `brace`, `ratio` (three parts
    or more), or the two brackets that enclose them: `()`, `[]`, `(]`, `[)`.
    """

    items: tuple[Node, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A chain `a < b <= c`: one more operand than operators (`=`, `!=`, `<`, `<=`, `in`, `~` …)."""

    operands: tuple[Node, ...]
    ops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SetOp:
    """`union`, `intersection` or `difference` of two sets."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Builder:
    """A set written with a condition: `{x | x > 0}`."""

    element: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells; `cases` where it is a piecewise definition."""

    rows: tuple[tuple[Node, ...], ...]
    cases: bool = False


Node: TypeAlias = (
    Num | Sym | Const | Add | Mul | Pow | Call | PlusMinus | Quantity | Based | Text | Seq | Relation
    | SetOp | Builder | Matrix
)  # fmt: skip

MINUS_ONE = Num(Fraction(-1))
ONE = Num(Fraction(1))
HALF = Num(Fraction(1, 2))


def negate(node: Node) -> Node:
    """Return `-node`, folded for a literal."""
    if isinstance(node, Num):
        return Num(-node.value, node.places, node.repeating)
    return Mul((MINUS_ONE, node))


def divide(top: Node, bottom: Node) -> Node:
    """Return `top / bottom`."""
    return Mul((top, Pow(bottom, MINUS_ONE)))


def subtract(left: Node, right: Node) -> Node:
    """Return `left - right`."""
    return Add((left, negate(right)))


_CHILDREN: dict[type, Callable[[Any], tuple[Node, ...]]] = {
    Add: lambda node: node.terms,
    Mul: lambda node: node.factors,
    Pow: lambda node: (node.base, node.exponent),
    Call: lambda node: node.args,
    PlusMinus: lambda node: (node.operand,),
    Quantity: lambda node: (node.value,),
    Seq: lambda node: node.items,
    Relation: lambda node: node.operands,
    SetOp: lambda node: (node.left, node.right),
    Builder: lambda node: (node.element, node.condition),
    Matrix: lambda node: tuple(cell for row in node.rows for cell in row),
}


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below one."""
    below = _CHILDREN.get(type(node))
    return below(node) if below else ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, from left to right."""
    stack = [node]
    while stack:
        node = stack.pop()
        yield node
        below = _CHILDREN.get(type(node))
        if below:
            stack.extend(reversed(below(node)))


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return the node with `change` applied to each of its direct children."""
    match node:
        case Add(items):
            return Add(tuple(map(change, items)))
        case Mul(items):
            return Mul(tuple(map(change, items)))
        case Pow(base, exponent):
            return Pow(change(base), change(exponent))
        case Call(name, items):
            return Call(name, tuple(map(change, items)))
        case PlusMinus(operand, sign):
            return PlusMinus(change(operand), sign)
        case Quantity(value, unit):
            return Quantity(change(value), unit)
        case Seq(items, kind):
            return Seq(tuple(map(change, items)), kind)
        case Relation(items, ops):
            return Relation(tuple(map(change, items)), ops)
        case SetOp(op, left, right):
            return SetOp(op, change(left), change(right))
        case Builder(element, condition):
            return Builder(change(element), change(condition))
        case Matrix(rows, cases):
            return Matrix(tuple(tuple(map(change, row)) for row in rows), cases)
        case _:
            return node


def symbols(node: Node) -> frozenset[str]:
    """Return the names of the variables in a node, index variables of sums left out."""
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if type(part) is Sym:
            found.add(part.name)
            continue
        if type(part) is Call and part.name in ("sum", "prod"):
            return _free_symbols(node)
        below = _CHILDREN.get(type(part))
        if below:
            stack.extend(below(part))
    return frozenset(found)


def _free_symbols(node: Node) -> frozenset[str]:
    if isinstance(node, Sym):
        return frozenset((node.name,))
    if isinstance(node, Call) and node.name in ("sum", "prod") and isinstance(node.args[0], Sym):
        _, *ends, body = node.args
        inside = _free_symbols(body) - {node.args[0].name}
        return inside.union(*map(_free_symbols, ends))
    return frozenset[str]().union(*map(_free_symbols, children(node)))


def called(node: Node) -> set[str]:
    """Return the names of the functions in a node."""
    found: set[str] = set()
    stack = [node]
    while stack:
        part = stack.pop()
        if type(part) is Call:
            found.add(part.name)
        below = _CHILDREN.get(type(part))
        if below:
            stack.extend(below(part))
    return found


def has_decimals(node: Node) -> bool:
    """Whether a printed decimal occurs in a node."""
    stack = [node]
    while stack:
        part = stack.pop()
        if type(part) is Num:
            if part.places:
                return True
        elif below := _CHILDREN.get(type(part)):
            stack.extend(below(part))
    return False


def contains(node: Node, kind: type) -> bool:
    """Whether a node or one below it is of a kind."""
    stack = [node]
    while stack:
        node = stack.pop()
        if type(node) is kind:
            return True
        below = _CHILDREN.get(type(node))
        if below:
            stack.extend(below(node))
    return False


def substitute(node: Node, values: Mapping[str, Node]) -> Node:
    """Return the node with variables replaced; names that do not occur are ignored."""
    if isinstance(node, Sym):
        return values.get(node.name, node)
    return rebuild(node, lambda child: substitute(child, values))
