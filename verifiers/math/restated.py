r"""Answers in the form in which they are compared: `x \in \{4\}` as `x = 4`, columns of names as tuples."""

from __future__ import annotations

from evol.verifiers.math.containers import value_side
from evol.verifiers.math.derivations import without_steps
from evol.verifiers.math.nodes import (
    Builder,
    Const,
    Matrix,
    Node,
    Relation,
    Seq,
    Sym,
    negate,
    substitute,
    symbols,
)

_RESTATED = (Relation, Seq, Builder)
_BRACKETS = frozenset(("()", "[]", "(]", "[)"))
_HALVES = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def restated_pair(a: Node, b: Node) -> tuple[Node, Node]:
    """Return two answers without steps, each in the form of the other where it has one."""
    if not isinstance(a, _RESTATED) and not isinstance(b, _RESTATED):
        return a, b
    a, b = restated(without_steps(a)), restated(without_steps(b))
    return as_intervals(a, with_bound_name(b, a))


def restated(node: Node) -> Node:
    r"""Return membership in a set of one as an equation, an equation of two columns as one of tuples."""
    match node:
        case Relation((Sym() as name, Seq((value,), "set")), ("in",)):
            return Relation((name, value), ("=",))
        case Relation((Matrix() as left, Matrix() as right), ("=",)):
            sides = _column(left), _column(right)
            return Relation((sides[0], sides[1]), ("=",)) if sides[0] and sides[1] else node
        case Seq((Relation((Sym() as name, _), ("!=",)), *rest) as items, "list") if rest:
            return _exceptions(name, items) or node
        case _:
            return node


def _exceptions(name: Sym, items: tuple[Node, ...]) -> Seq | None:
    r"""Return `x \ne 1, 2` and `x \ne 1, x \ne 2` as what holds all at once, None for any other list."""
    found: list[Node] = []
    for item in items:
        if isinstance(item, Relation) and item.ops == ("!=",) and item.operands[0] == name:
            found.append(item)
        elif isinstance(item, Relation | Seq) or symbols(item):
            return None
        else:
            found.append(Relation((name, item), ("!=",)))
    return Seq(tuple(found), "and")


def as_interval(node: Node, other: Node) -> Node:
    r"""Return `a \le x < b` as `[a, b)` beside an interval with letters in its ends, of which x is none."""
    if not isinstance(node, Relation) or not (isinstance(other, Seq) and other.kind in _BRACKETS):
        return node
    ends = symbols(other)
    if not ends or len(other.items) != 2:
        return node
    match node:
        case Relation((low, Sym(name), high), (("<" | "<=") as left, ("<" | "<=") as right)) if (
            name not in ends
        ):
            return Seq((low, high), ("[" if left == "<=" else "(") + ("]" if right == "<=" else ")"))
        case Relation((Sym(name), end), (op,)) if name not in ends and op in _HALVES:
            return _half(op, end)
        case Relation((end, Sym(name)), (op,)) if name not in ends and op in _HALVES:
            return _half(_HALVES[op], end)
        case _:
            return node


def as_intervals(a: Node, b: Node) -> tuple[Node, Node]:
    r"""Return two answers of which one is an interval, also behind `x \in`, both as intervals."""
    x, y = as_interval(a, value_side(b)), as_interval(b, value_side(a))
    return x if y is b else value_side(x), y if x is a else value_side(y)


def _half(op: str, end: Node) -> Seq:
    infinity = Const("infinity")
    if op.startswith("<"):
        return Seq((negate(infinity), end), "(]" if op == "<=" else "()")
    return Seq((end, infinity), "[)" if op == ">=" else "()")


def _column(matrix: Matrix) -> Seq | None:
    cells = [row[0] for row in matrix.rows if len(row) == 1]
    return Seq(tuple(cells), "()") if len(cells) == len(matrix.rows) > 1 else None


def with_bound_name(node: Node, other: Node) -> Node:
    r"""Return the set `\{f(n) : n \in S\}` with the name that the other builder gives its variable."""
    if not isinstance(node, Builder) or not isinstance(other, Builder):
        return node
    mine, theirs = _bound(node), _bound(other)
    if mine is None or theirs is None or mine == theirs or theirs in symbols(node):
        return node
    return substitute(node, {mine: Sym(theirs)})


def _bound(built: Builder) -> str | None:
    """Return the one name that both element and condition are written with."""
    names = {name for name in symbols(built.condition) if not name.startswith("set ")}
    return names.pop() if len(names) == 1 and names <= symbols(built.element) else None
