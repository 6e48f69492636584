r"""Set-builders that list their values: `\{2n : n = 1, 2, 3\}`, `\{n^2 : n \in \mathbb{Z}, 1 \le n < 5\}`."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from evol.verifiers.math.limits import MAX_ITEMS
from evol.verifiers.math.nodes import Builder, Node, Num, Relation, Seq, Sym, substitute

_WHOLE = frozenset(("set Z", "set N", "set N+"))


def listed(built: Builder) -> Node:
    """Return the set of the values that a builder names one by one, else the builder."""
    element, domain = built.element, None
    if isinstance(element, Relation) and element.ops == ("in",):
        element, domain = element.operands
    condition = built.condition
    several = isinstance(condition, Seq) and condition.kind in ("list", "and")
    conditions = condition.items if isinstance(condition, Seq) and several else (condition,)
    found = _values([*([Relation((element, domain), ("in",))] if domain else []), *conditions])
    if found is None:
        return built
    name, values = found
    return Seq(tuple(substitute(element, {name: value}) for value in values), "set")


def _values(conditions: list[Node]) -> tuple[str, list[Node]] | None:
    """Return the one variable of the conditions and its values, None where they are not listed."""
    match conditions:
        case [Relation((Sym(name), Seq(items, "set")), ("in",))]:
            return name, list(items)
        case [Relation((Sym(name), first), ("=",)), *rest] if rest and all(
            isinstance(n, Num) for n in (first, *rest)
        ):
            return name, [first, *rest]
        case [Relation((Sym(name), Sym(whole)), ("in",)), Relation() as chain] if whole in _WHOLE:
            return _range(name, whole, chain)
        case [Relation() as chain, Relation((Sym(name), Sym(whole)), ("in",))] if whole in _WHOLE:
            return _range(name, whole, chain)
    return None


def _range(name: str, whole: str, chain: Relation) -> tuple[str, list[Node]] | None:
    """Return the whole numbers in `1 <= n < 5`."""
    match chain:
        case Relation((Num(low), Sym(middle), Num(high)), (("<" | "<=") as left, ("<" | "<=") as right)):
            first = floor(low) + 1 if left == "<" else ceil(low)
            last = ceil(high) - 1 if right == "<" else floor(high)
            first = max(first, 1) if whole == "set N+" else first
            if middle == name and last - first < MAX_ITEMS and (whole != "set N" or first > 0):
                return name, [Num(Fraction(value)) for value in range(first, last + 1)]
    return None
