r"""Piecewise definitions: the rows of `cases` in any order, `otherwise`, conditions written otherwise.

Two definitions are one function where the pieces that meet have one value and no argument is left to
one of them only. A condition must be a set of reals in one variable; where it is not, the rows are
compared as they stand. For a whole variable (`n`, `k`, `m`) `n > 1` is `n \ge 2`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import ceil, floor

from evol.verifiers.math.equality import Finding
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Matrix, Node, Num, Relation, Seq, Sym, Text, substitute, symbols
from evol.verifiers.math.realsets import (
    INFINITY,
    REALS,
    Interval,
    RealSet,
    complement,
    intersection,
    same,
    union,
)
from evol.verifiers.math.solving import real_set

_OTHERWISE = frozenset(("otherwise", "else", "elsewhere", "other cases"))
_WHOLE = frozenset("nkm")
_MOST_POINTS = 3
Match = Callable[[Node, Node], Finding]
Piece = tuple[Node, RealSet]


def match_piecewise(a: Node, b: Node, match: Match) -> Finding | None:
    """Compare two functions of which one is defined by cases; None where that cannot be done.

    The conditions must be sets of reals in one variable. An expression is one case for all numbers.
    """
    defined = [isinstance(node, Matrix) and node.cases for node in (a, b)]
    if not any(defined) or isinstance(a, Seq | Relation) or isinstance(b, Seq | Relation):
        return None
    try:
        name, left = _pieces(a)
        other, right = _pieces(b)
        if all(defined) and name != other:
            return None
        return _same_function(name or other, left, right, match)
    except MathError:
        return None


def _pieces(node: Node) -> tuple[str, list[Piece]]:
    """Return the variable and the pieces; raises MathError where a condition is no set of reals."""
    if not isinstance(node, Matrix):
        return "", [(node, REALS)]
    found: list[Piece] = []
    names: set[str] = set()
    left: RealSet = real_set(Sym("set R"))
    for value, condition in (_row(row) for row in node.rows):
        if isinstance(condition, Text) and condition.words in _OTHERWISE:
            found.append((value, left))
            continue
        names |= {symbol for symbol in symbols(condition) if not symbol.startswith("set ")}
        where = _whole(real_set(condition)) if names <= _WHOLE else real_set(condition)
        left = intersection(left, complement(where))
        found.append((value, where))
    if len(names) != 1:
        raise MathError("not_evaluable")
    return names.pop(), found


def _row(row: Sequence[Node]) -> tuple[Node, Node]:
    if len(row) != 2:
        raise MathError("not_evaluable")
    return row[0], row[1]


def _whole(where: RealSet) -> RealSet:
    """Return the whole numbers from 0 of a set, each n as the interval from n - 1/2 to n + 1/2."""
    half = Fraction(1, 2)
    found: RealSet = ()
    for piece in where:
        if any(not isinstance(end, Fraction | float) for end in (piece.low, piece.high)):
            raise MathError("not_evaluable")
        low = max(Fraction(0), _next(piece)) if isinstance(piece.low, Fraction) else Fraction(0)
        high = _last(piece) if isinstance(piece.high, Fraction) else piece.high
        if high >= low:
            found = union(found, (Interval(low - half, True, high + half, False),))
    return found


def _next(piece: Interval) -> Fraction:
    """Return the first whole number of an interval with a rational low end."""
    assert isinstance(piece.low, Fraction)
    first = Fraction(ceil(piece.low))
    return first + 1 if first == piece.low and not piece.low_closed else first


def _last(piece: Interval) -> Fraction:
    """Return the last whole number of an interval with a rational high end."""
    assert isinstance(piece.high, Fraction)
    last = Fraction(floor(piece.high))
    return last - 1 if last == piece.high and not piece.high_closed else last


def _same_function(name: str, a: list[Piece], b: list[Piece], match: Match) -> Finding:
    counted: RealSet = (Interval(Fraction(1, 2), True, INFINITY, False),)
    domains = [_domain(pieces) for pieces in (a, b)]
    if name in _WHOLE:
        domains = [intersection(domain, counted) for domain in domains]
    if not same(*domains):
        return Finding(False, "different_set")
    unsure: Finding | None = None
    for value, where in a:
        for other, there in b:
            shared = intersection(where, there)
            if not shared:
                continue
            finding = _match_on(name, shared, value, other, match)
            if finding.equal is False:
                return finding
            unsure = unsure or (finding if finding.equal is None else None)
    return unsure or Finding(True, "same_items")


def _domain(pieces: list[Piece]) -> RealSet:
    found: RealSet = ()
    for _, where in pieces:
        found = union(found, where)
    return found


def _match_on(name: str, shared: RealSet, a: Node, b: Node, match: Match) -> Finding:
    """Compare two values on a set: at its points where it has three or fewer, else as functions."""
    points = [point for piece in shared if (point := _point(piece, name in _WHOLE)) is not None]
    if len(points) < len(shared) or len(points) > _MOST_POINTS:
        return match(a, b)
    for point in points:
        value = {name: Num(point)}
        finding = match(substitute(a, value), substitute(b, value))
        if not finding.equal:
            return finding
    return Finding(True, "same_items")


def _point(piece: Interval, whole: bool) -> Fraction | None:
    """Return the one number in an interval, None where there are more."""
    low, high = piece.low, piece.high
    if not (isinstance(low, Fraction) and isinstance(high, Fraction)):
        return None
    if whole:
        return low + Fraction(1, 2) if high - low == 1 else None
    return low if low == high else None
