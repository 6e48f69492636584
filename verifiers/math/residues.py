r"""Residue classes of whole numbers: `n \equiv 1 \pmod 4`, `n = 4k + 1`, `\{4k + 1 : k \in \mathbb{Z}\}`."""

from __future__ import annotations

from typing import TypeAlias

from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import (
    Builder,
    Call,
    Node,
    Num,
    Quantity,
    Relation,
    Seq,
    Sym,
    contains,
    symbols,
    walk,
)
from evol.verifiers.math.solving import linear

Classes: TypeAlias = frozenset[tuple[int, int]]


def same_classes(a: Node, b: Node) -> bool:
    """Whether one answer is written with a congruence and both are the same residue classes."""
    if not (_congruent(a) or _congruent(b)):
        return False
    left, right = residue_classes(a), residue_classes(b)
    return left is not None and left == right


def _congruent(node: Node) -> bool:
    return contains(node, Relation) and any(
        isinstance(part, Relation) and "equiv" in part.ops for part in walk(node)
    )


def residue_classes(node: Node) -> Classes | None:
    """Return the (residue, modulus) pairs of an answer that describes whole numbers by them, else None."""
    match node:
        case Seq(items, "list" | "or" | "and"):
            stated = [item for item in items if not _is_domain(item)]
            return _several(stated)
        case _:
            return _several([node])


def _several(items: list[Node]) -> Classes | None:
    """Return the classes of a list; in `n \\equiv 0, 1 \\pmod 4` the last item states the modulus of all."""
    found: set[tuple[int, int]] = set()
    modulus: int | None = None
    for item in reversed(items):
        value = _single(item)
        if value is None and modulus is not None:
            number = item.operands[-1] if isinstance(item, Relation) and item.ops == ("equiv",) else item
            value = (
                (int(number.value), modulus)
                if isinstance(number, Num) and number.value.denominator == 1
                else None
            )
        if value is None or value[1] < 2:
            return None
        modulus = value[1]
        found.add((value[0] % modulus, modulus))
    return frozenset(found) or None


def _single(node: Node) -> tuple[int, int] | None:
    match node:
        case Relation((Sym(), value), ("equiv",)) | Relation((Sym(), Call("mod") as value), ("=",)):
            return _residue(value)
        case Relation((Sym(name), value), ("=",)) if name not in symbols(value):
            return _progression(value)
        case Builder(element, condition) if _is_domain(condition):
            return _progression(element)
        case Quantity() | Call("mod"):
            return _residue(node)
        case _:
            return _progression(node)


def _residue(node: Node) -> tuple[int, int] | None:
    match node:
        case Quantity(Num(value), unit) if (
            unit.startswith("mod ") and unit[4:].isdecimal() and len(unit) < 60
        ):
            return (int(value), int(unit[4:])) if value.denominator == 1 else None
        case Call("mod", (Num(value), Num(modulus))) if value.denominator == modulus.denominator == 1:
            return int(value), int(modulus)
        case _:
            return None


def _progression(node: Node) -> tuple[int, int] | None:
    """Return (r, m) for `m k + r` with one parameter k."""
    try:
        factor, shift = linear(node)
    except MathError:
        return None
    whole = factor.denominator == shift.denominator == 1
    return (int(shift), int(abs(factor))) if whole else None


def _is_domain(node: Node) -> bool:
    match node:
        case Relation((Sym(), Sym("set Z")), ("in",)):
            return True
        case _:
            return False
