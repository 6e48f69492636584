"""Sets of real numbers as unions of intervals, so that `-2 <= x <= 7` is `[-2, 7]`.

Endpoints are exact fractions where they are rational and 50-digit values otherwise; two of them are
one point where they agree to 40 digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from typing import TypeAlias

from evol.verifiers.math.equality import evaluate
from evol.verifiers.math.limits import MAX_ITEMS, NotExact, TooLarge
from evol.verifiers.math.nodes import Const, Mul, Node, Num, Quantity
from evol.verifiers.math.numeric import Real

Point: TypeAlias = "Fraction | Real | float"
INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers from `low` to `high`; an end that is infinite is open."""

    low: Point
    low_closed: bool
    high: Point
    high_closed: bool


RealSet: TypeAlias = tuple[Interval, ...]
REALS: RealSet = (Interval(-INFINITY, False, INFINITY, False),)


def order(a: Point, b: Point) -> int:
    """Return -1, 0 or 1 as a is below, equal to or above b; raises NotExact where one is not real."""
    if isinstance(a, float) or isinstance(b, float):
        x, y = (point if isinstance(point, float) else 0.0 for point in (a, b))
        return (x > y) - (x < y)
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return (a > b) - (a < b)
    if any(hasattr(point, "_mpc_") for point in (a, b)):
        raise NotExact("Complex numbers have no order.")
    mpf = type(b) if isinstance(a, Fraction) else type(a)
    left, right = (mpf(v.numerator) / v.denominator if isinstance(v, Fraction) else v for v in (a, b))
    difference = left - right
    scale = max(abs(left), abs(right))
    if abs(difference) <= scale * mpf(10) ** -40:
        return 0
    return 1 if difference > 0 else -1


def endpoint(node: Node) -> Point:
    """Return the value of an endpoint; raises MathError where it has none."""
    sign = infinite_sign(node)
    if sign:
        return sign * INFINITY
    if isinstance(node, Quantity):
        node = node.value
    value = evaluate(node)
    if not isinstance(value, Fraction) and not hasattr(value, "_mpf_"):
        raise NotExact("An endpoint is not real.")
    return value


def infinite_sign(node: Node) -> int:
    """Return 1 or -1 for plus or minus infinity, 0 for anything else."""
    if isinstance(node, Const) and node.name == "infinity":
        return 1
    if isinstance(node, Mul) and len(node.factors) == 2 and isinstance(node.factors[0], Num):
        sign = infinite_sign(node.factors[1])
        return sign if node.factors[0].value > 0 else -sign
    return 0


def normal(pieces: list[Interval]) -> RealSet:
    """Return disjoint intervals in order; raises TooLarge beyond the cap."""
    if len(pieces) > MAX_ITEMS:
        raise TooLarge("A set has more pieces than the cap.")
    kept = [p for p in pieces if not _empty(p)]
    kept.sort(key=cmp_to_key(lambda a, b: order(a.low, b.low) or b.low_closed - a.low_closed))
    merged: list[Interval] = []
    for piece in kept:
        if merged and _touches(merged[-1], piece):
            merged[-1] = _joined(merged[-1], piece)
        else:
            merged.append(piece)
    return tuple(merged)


def _empty(piece: Interval) -> bool:
    sign = order(piece.low, piece.high)
    return sign > 0 or (sign == 0 and not (piece.low_closed and piece.high_closed))


def _touches(left: Interval, right: Interval) -> bool:
    sign = order(left.high, right.low)
    return sign > 0 or (sign == 0 and (left.high_closed or right.low_closed))


def _joined(left: Interval, right: Interval) -> Interval:
    sign = order(left.high, right.high)
    high, closed = (left.high, left.high_closed) if sign > 0 else (right.high, right.high_closed)
    if sign == 0:
        closed = left.high_closed or right.high_closed
    return Interval(left.low, left.low_closed, high, closed)


def union(a: RealSet, b: RealSet) -> RealSet:
    """Return the union."""
    return normal([*a, *b])


def complement(pieces: RealSet) -> RealSet:
    """Return the real numbers outside."""
    found: list[Interval] = []
    low: Point = -INFINITY
    closed = False
    for piece in pieces:
        found.append(Interval(low, closed, piece.low, not piece.low_closed and piece.low != -INFINITY))
        low, closed = piece.high, not piece.high_closed
    found.append(Interval(low, closed and low != INFINITY, INFINITY, False))
    return normal([p for p in found if p.low != INFINITY])


def intersection(a: RealSet, b: RealSet) -> RealSet:
    """Return the intersection."""
    return complement(union(complement(a), complement(b)))


def difference(a: RealSet, b: RealSet) -> RealSet:
    """Return what is in a and not in b."""
    return intersection(a, complement(b))


def mirrored(pieces: RealSet) -> RealSet:
    """Return the set of the negated numbers."""
    return normal([Interval(-p.high, p.high_closed, -p.low, p.low_closed) for p in pieces])


def scaled(pieces: RealSet, factor: Fraction, shift: Fraction) -> RealSet:
    """Return the x for which `factor * x + shift` lies in the set."""

    def back(point: Point) -> Point:
        if isinstance(point, float):
            return point if factor > 0 else -point
        if isinstance(point, Fraction):
            return (point - shift) / factor
        moved = point - type(point)(shift.numerator) / shift.denominator
        return moved * factor.denominator / factor.numerator

    if factor > 0:
        return normal([Interval(back(p.low), p.low_closed, back(p.high), p.high_closed) for p in pieces])
    return normal([Interval(back(p.high), p.high_closed, back(p.low), p.low_closed) for p in pieces])


def same(a: RealSet, b: RealSet) -> bool:
    """Whether two sets have the same pieces."""
    return len(a) == len(b) and all(
        order(p.low, q.low) == 0
        and order(p.high, q.high) == 0
        and (p.low_closed, p.high_closed) == (q.low_closed, q.high_closed)
        for p, q in zip(a, b, strict=True)
    )
