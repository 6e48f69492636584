"""Comparing equations and inequalities: side by side, turned round, or as multiples of each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

from evol.verifiers.math.equality import Finding, equal_expressions, evaluate, points
from evol.verifiers.math.limits import MathError, Steps
from evol.verifiers.math.nodes import (
    MINUS_ONE,
    Add,
    Mul,
    Node,
    Num,
    Pow,
    Relation,
    Seq,
    Sym,
    substitute,
    subtract,
    symbols,
)

Match = Callable[[Node, Node], Finding]

_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SYMMETRIC = frozenset(("=", "!=", "equiv"))


def match_relations(a: Relation, b: Relation, match: Match, steps: Steps) -> Finding:
    """Compare two relations that do not describe sets of numbers."""
    if len(a.ops) != len(b.ops):
        return Finding(False if "=" not in (*a.ops, *b.ops) else None, "different_relation")
    for turned in _spellings(b):
        if turned.ops == a.ops:
            parts = [match(x, y) for x, y in zip(a.operands, turned.operands, strict=True)]
            if all(part.equal for part in parts):
                return Finding(True, "same_relation")
    if len(a.ops) != 1 or "in" in (*a.ops, *b.ops):
        return Finding(None if "in" in (*a.ops, *b.ops) else False, "different_relation")
    if not symbols(a) and not symbols(b):
        return Finding(None, "relation_not_compared")
    return _multiples(a, b, steps)


def ordered_names(relation: Relation, other: Node) -> bool:
    """Whether a list names what a chain `b < a < c` puts in order, in the order of the chain."""
    chain = len(relation.ops) > 1 and len(set(relation.ops)) == 1 and relation.ops[0] in ("<", ">")
    listed = isinstance(other, Seq) and other.kind == "list" and other.items == relation.operands
    return chain and listed and all(isinstance(name, Sym) for name in relation.operands)


def _spellings(relation: Relation) -> Iterator[Relation]:
    yield relation
    if all(op in _SYMMETRIC or op in _TURNED for op in relation.ops):
        ops = tuple(_TURNED.get(op, op) for op in reversed(relation.ops))
        yield Relation(relation.operands[::-1], ops)


def _multiples(a: Relation, b: Relation, steps: Steps) -> Finding:
    """Compare `L - R op 0` forms: one must be a constant multiple of the other, of the right sign."""
    (op_a, left), (op_b, right) = _as_difference(a), _as_difference(b)
    if op_a != op_b:
        return Finding(False, "different_relation")
    sign = _ratio_sign(left, right, steps)
    if sign is None:
        return Finding(None, "relation_not_compared")
    same = sign != 0 if op_a in _SYMMETRIC else sign > 0
    return Finding(same, "same_relation" if same else "different_relation")


def _as_difference(relation: Relation) -> tuple[str, Node]:
    op, (left, right) = relation.ops[0], relation.operands
    if op in (">", ">="):
        return _TURNED[op], subtract(right, left)
    return op, subtract(left, right)


def _ratio_sign(a: Node, b: Node, steps: Steps) -> int | None:
    """Return the sign of the constant k with a = k b, 0 where there is none, None if it cannot be told."""
    for point in points(symbols(a) | symbols(b), a, b):
        try:
            x, y = evaluate(a, point), evaluate(b, point)
        except MathError:
            continue
        if not x or not y:
            continue
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            finding = equal_expressions(a, Mul((Num(x / y), b)), steps)
        else:
            finding = equal_expressions(
                Mul((a, Pow(_at(a, point), MINUS_ONE))), Mul((b, Pow(_at(b, point), MINUS_ONE))), steps
            )
        if finding.equal is None:
            return None
        if not finding.equal:
            return 0
        if hasattr(x, "_mpc_") or hasattr(y, "_mpc_"):
            return 1
        return 1 if (x > 0) == (y > 0) else -1
    return None


def _at(node: Node, point: dict[str, Fraction]) -> Node:
    return substitute(node, {name: Num(value) for name, value in point.items()})


def solved_for(relation: Relation, value: Node, steps: Steps) -> bool:
    """Whether an equation says `v = value` for one of its variables v that `value` does not use."""
    if relation.ops != ("=",):
        return False
    mine, theirs = symbols(relation), symbols(value)
    if not theirs or not theirs < mine:
        return False
    difference = subtract(*relation.operands)
    return any(_solves(difference, name, value, steps) for name in sorted(mine - theirs))


def _solves(difference: Node, name: str, value: Node, steps: Steps) -> bool:
    """Whether `difference` is linear in a variable and vanishes where that is `value`."""
    at = [substitute(difference, {name: Num(Fraction(k))}) for k in range(3)]
    bend = Add((at[0], Mul((Num(Fraction(-2)), at[1])), at[2]))
    zero = Num(Fraction(0))
    return bool(equal_expressions(bend, zero, steps).equal) and bool(
        equal_expressions(substitute(difference, {name: value}), zero, steps).equal
    )
