r"""Formulas with floor or ceiling in whole variables: `\lceil (n - 1)/2 \rceil` is `\lfloor n/2 \rfloor`.

Over the reals such formulas differ. Where every variable is a letter for whole numbers they are compared
at whole points alone: all from 0 to a bound and some far beyond it, of every residue. Beside it, formulas
of which one is in degrees: `120^\circ - \alpha` is `2\pi/3 - \alpha`.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from math import ceil, floor

from evol.verifiers.math.equality import Finding, equal_expressions, evaluate
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.naming import assigned
from evol.verifiers.math.nodes import (
    Const,
    Mul,
    Node,
    Num,
    Quantity,
    Relation,
    Seq,
    Sym,
    called,
    contains,
    rebuild,
    symbols,
    walk,
)
from evol.verifiers.math.writtenout import equal_written_out, has_series

_WHOLE = frozenset("nkmNpq")
_ROUNDING = frozenset(("floor", "ceil"))
_ONE = (*range(61), *range(997, 1_058), 10_007, 99_991)
_TWO = (0, 1, 2, 3, 4, 5, 6, 7, 11, 30, 101, 1_009, 99_991)
_MOST_NAMES = 2
_MAX_PARTS = 60
_LEAST_POINTS = 40


def otherwise_equal(a: Node, b: Node, whole: bool) -> Finding | None:
    """Find two different functions equal at whole points, where those count, or one in degrees; else None."""
    functions = called(a) | called(b) if whole else set()
    if functions & _ROUNDING and same_at_whole_points(a, b):
        return Finding(True, "whole_arguments")
    if whole and (isinstance(a, Relation) or isinstance(b, Relation)) and same_whole_range(a, b):
        return Finding(True, "same_set")
    if has_series(functions) and equal_written_out(_value(a), _value(b)):
        return Finding(True, "whole_arguments")
    if contains(a, Quantity) != contains(b, Quantity) and degrees_mean_radians(a, b):
        return Finding(True, "degrees_as_radians")
    return None


def same_at_whole_points(a: Node, b: Node) -> bool:
    """Whether two expressions, one with floor or ceiling, agree wherever their variables are whole."""
    a, b = _value(a), _value(b)
    names = symbols(a) | symbols(b)
    if not 0 < len(names) <= _MOST_NAMES or not names <= _WHOLE:
        return False
    if sum(1 for part in (*walk(a), *walk(b))) > _MAX_PARTS:
        return False
    agreed = 0
    for point in _points(sorted(names)):
        try:
            x, y = evaluate(a, point), evaluate(b, point)
        except MathError:
            continue
        if not isinstance(x, Fraction) or x != y:
            return False
        agreed += 1
    return agreed >= _LEAST_POINTS


def degrees_mean_radians(a: Node, b: Node) -> bool:
    """Whether two expressions in variables, one in degrees and one in multiples of pi, are equal."""
    a, b = _value(a), _value(b)
    measured, plain = (a, b) if contains(a, Quantity) else (b, a)
    units = {part.unit for part in walk(measured) if isinstance(part, Quantity)}
    if units != {"degree"} or not symbols(plain) or not any(part == Const("pi") for part in walk(plain)):
        return False
    return bool(equal_expressions(measured, plain).equal)


def same_whole_range(a: Node, b: Node) -> bool:
    r"""Whether one is an inequality between whole numbers in n, k or m and the other the list of them."""
    chain, listed = (a, b) if isinstance(a, Relation) and len(a.ops) == 2 else (b, a)
    if not isinstance(chain, Relation) or not set(chain.ops) <= {"<", "<="} or len(chain.ops) != 2:
        return False
    values = _value(listed)
    if isinstance(values, Seq) and isinstance(values.items[0], Relation):
        values = Seq((_value(values.items[0]), *values.items[1:]), values.kind)
    match chain.operands:
        case (Num(low), Sym("n" | "k" | "m"), Num(high)) if isinstance(values, Seq) and values.kind != "()":
            first, last = floor(low) + 1 if chain.ops[0] == "<" else ceil(low), floor(high)
            last -= chain.ops[1] == "<" and last == high
            wanted = [Num(Fraction(n)) for n in range(first, last + 1)] if last - first < _MAX_PARTS else []
            return len(wanted) > 1 and sorted(values.items, key=repr) == sorted(wanted, key=repr)
        case _:
            return False


def _value(node: Node) -> Node:
    """Return the value of a named one, `f(n) = ...`; anything else as it is."""
    record = assigned(node) if isinstance(node, Relation) else None
    return record[0][1] if record and len(record) == 1 else node


def in_radians(a: Node, b: Node) -> tuple[Node, Node] | None:
    """Return two sets of angles in radians, where only one is written in degrees; else None."""
    if contains(a, Quantity) == contains(b, Quantity):
        return None
    plain = b if contains(a, Quantity) else a
    if not any(part == Const("pi") for part in walk(plain)):
        return None
    return _radians(a), _radians(b)


def _radians(node: Node) -> Node:
    if isinstance(node, Quantity) and node.unit == "degree":
        return Mul((node.value, Const("pi"), Num(Fraction(1, 180))))
    return rebuild(node, _radians)


def _points(names: list[str]) -> Iterator[dict[str, Fraction]]:
    for values in product(_ONE if len(names) == 1 else _TWO, repeat=len(names)):
        yield {name: Fraction(value) for name, value in zip(names, values, strict=True)}
