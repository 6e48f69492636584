r"""Dots that stand for terms: `1 + 2 + \cdots + 10` is 55, `1, 2, \ldots, 10` the ten numbers.

The terms are filled in only where those written down leave no choice: they go up by one difference, and by
no one ratio as well. Any other series stays one opaque part, so that nothing is added across its dots.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from evol.verifiers.math.limits import MAX_ITEMS, MAX_SUM_TERMS
from evol.verifiers.math.nodes import (
    HALF,
    ONE,
    Add,
    Call,
    Mul,
    Node,
    Num,
    Seq,
    Sym,
    divide,
    rebuild,
    subtract,
    symbols,
    walk,
)

DOTS = Sym("\\ldots")


def filled(node: Node) -> Node:
    """Return a tree with its dots replaced by what they stand for, or held in opaque parts."""
    if not any(part == DOTS for part in walk(node)):
        return node
    return _filled(node)


def _filled(node: Node) -> Node:
    node = rebuild(node, _filled)
    match node:
        case Add(terms) if DOTS in terms:
            return _sum(terms)
        case Mul(factors) if DOTS in factors:
            return _product(factors)
        case Seq(items, kind) if DOTS in items:
            numbers = _terms(items)
            certain = numbers is not None and len(numbers) <= MAX_ITEMS
            return Seq(numbers if numbers and certain else _shortened(items), kind)
        case _:
            return node


def _sum(terms: tuple[Node, ...]) -> Node:
    numbers = _terms(terms)
    if numbers is not None:
        return Num(sum((n.value for n in numbers), Fraction(0)))
    return _symbolic_sum(terms) or _opaque("add", terms)


def _product(factors: tuple[Node, ...]) -> Node:
    numbers = _terms(factors)
    return _opaque("multiply", factors) if numbers is None or len(numbers) > MAX_ITEMS else Mul(numbers)


def _leading(items: tuple[Node, ...]) -> tuple[list[Fraction], Node] | None:
    """Return the whole numbers before the only dots and the one item after them, or None."""
    at = items.index(DOTS)
    before = [item.value for item in items[:at] if isinstance(item, Num) and item.value.denominator == 1]
    if len(before) < 2 or len(before) != at or len(items) != at + 2:
        return None
    return before, items[-1]


def _shortened(items: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return `0, 1, 2, ..., n` as `0, 1, ..., n`: further terms in the one step say nothing more."""
    found = _leading(items)
    if found is None or len(found[0]) < 3 or _step(found[0]) is None:
        return items
    return (*items[:2], DOTS, items[-1])


def _step(before: list[Fraction]) -> Fraction | None:
    """Return the one difference of numbers written before dots; None where there is none."""
    steps = {b - a for a, b in pairwise(before)}
    return steps.pop() if len(steps) == 1 and 0 not in steps else None


def _terms(items: tuple[Node, ...]) -> tuple[Num, ...] | None:
    """Return all whole numbers of a series with numbers at both ends, None where they are not certain."""
    found = _leading(items)
    if found is None or not isinstance(found[1], Num):
        return None
    before, last = found[0], found[1].value
    step = _step(before)
    if step is None or (len(before) == 2 and _reaches(before, last)):
        return None
    count = (last - before[0]) / step
    if count.denominator != 1 or not len(before) <= count <= MAX_SUM_TERMS:
        return None
    return tuple(Num(before[0] + step * k) for k in range(int(count) + 1))


def _reaches(before: list[Fraction], last: Fraction) -> bool:
    """Whether a ratio, too, leads from the two numbers before the dots to the last one."""
    if not before[0] or abs(ratio := before[1] / before[0]) <= 1:
        return False
    value = before[1]
    while abs(value) < abs(last):
        value *= ratio
    return value == last


def _symbolic_sum(terms: tuple[Node, ...]) -> Node | None:
    """Return the sum of `1 + 2 + \\cdots + n`: half of first and last times their number."""
    found = _leading(terms)
    if found is None or len(symbols(found[1])) != 1 or not _is_linear(found[1]):
        return None
    before, last = found
    step, first = _step(before), Num(before[0])
    if step is None:
        return None
    count = Add((divide(subtract(last, first), Num(step)), ONE))
    return Mul((HALF, Add((first, last)), count))


def _is_linear(node: Node) -> bool:
    """Whether a last term is `n`, `2n - 1` and the like."""
    match node:
        case Sym() | Num():
            return True
        case Add(terms):
            return all(map(_is_linear, terms))
        case Mul((Num(), Sym())):
            return True
        case _:
            return False


def _direction(items: tuple[Node, ...]) -> int | None:
    """Return 1 where indices go up by one (`a_0, a_1`), -1 down (`a_k, a_{k-1}`), 0 for one of them."""
    indices = [item.name.partition("_")[2] for item in items if isinstance(item, Sym)]
    if len(indices) == 1:
        return 0
    if all(map(str.isdecimal, indices)):
        steps = {int(b) - int(a) for a, b in pairwise(indices)}
        return steps.pop() if steps in ({1}, {-1}) else None
    for sign, step in (("+", 1), ("-", -1)):
        if indices == [indices[0], *(f"{indices[0]}{sign}{k}" for k in range(1, len(indices)))]:
            return step
    return None


def _opaque(name: str, items: tuple[Node, ...]) -> Node:
    """Return one part for a series; `a_0 + a_1 + \\cdots + a_k` is known by its ends."""
    at = items.index(DOTS)
    ends = (items[0], items[-1])
    bases = {
        item.name.partition("_")[0] if isinstance(item, Sym) and "_" in item.name else None
        for item in items
        if item != DOTS
    }
    if 0 < at < len(items) - 1 and len(bases) == 1 and None not in bases:
        step = _direction(items[:at])
        if step is not None:
            items = ends[::step] if step else tuple(sorted(ends, key=str))
    return Call(f"series {name}", items)
