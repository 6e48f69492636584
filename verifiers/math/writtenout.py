r"""Series with dots in letters, written out for small numbers: `n(n-1)\cdots 1` is `n!`.

Where the terms leave one choice, the dots are filled in for several values of the whole letters; two
answers that are equal for all of them are equal. Series that cannot be filled in are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction

from evol.verifiers.math.equality import equal_expressions, evaluate
from evol.verifiers.math.limits import MathError, NotExact
from evol.verifiers.math.nodes import Add, Call, Mul, Node, Num, Sym, rebuild, substitute, symbols
from evol.verifiers.math.series import DOTS

_VALUES = ({"n": 7, "k": 3, "m": 5}, {"n": 8, "k": 4, "m": 6}, {"n": 9, "k": 4, "m": 7})
_MOST_TERMS = 30
_INDEXED = re.compile(r"(?P<stem>.*)_(?P<index>[nkm]|\d{1,2})")


def has_series(functions: Iterable[str]) -> bool:
    """Whether dots that were not filled in are among the functions of a node."""
    return any(name.startswith("series ") for name in functions)


def equal_written_out(a: Node, b: Node) -> bool:
    """Whether two expressions, one with dots, are equal for several values of the whole letters in them."""
    try:
        return all(equal_expressions(_at(a, values), _at(b, values)).equal for values in _VALUES)
    except MathError:
        return False


def _at(node: Node, values: dict[str, int]) -> Node:
    """Return a node with numbers for its whole letters, also as indices, and its series filled in."""
    free: dict[str, Node] = {}
    for name in symbols(node):
        match = _INDEXED.fullmatch(name)
        if name in values:
            free[name] = Num(Fraction(values[name]))
        elif match and match["index"] in values:
            free[name] = Sym(f"{match['stem']}_{values[match['index']]}")
    return _filled(substitute(node, free))


def _filled(node: Node) -> Node:
    node = rebuild(node, _filled)
    if not isinstance(node, Call) or not node.name.startswith("series "):
        return node
    items = list(node.args)
    if items.count(DOTS) != 1 or not 2 <= items.index(DOTS) == len(items) - 2:
        raise NotExact("Dots that leave a choice.")
    *before, first, second, _, last = items
    terms = (*before, *(_numbers(first, second, last) or _indexed(first, second, last)))
    return Add(terms) if node.name == "series add" else Mul(terms)


def _numbers(first: Node, second: Node, last: Node) -> Sequence[Node]:
    """Return numbers of one step from the first to the last, or with such reciprocals; else none."""
    if symbols(first) or symbols(second) or symbols(last):
        return ()
    values = [evaluate(node) for node in (first, second, last)]
    for turned in (False, True):
        ends = [1 / v if turned and v else v for v in values if isinstance(v, Fraction)]
        if len(ends) < 3 or ends[0] == ends[1]:
            return ()
        count = (ends[2] - ends[0]) / (ends[1] - ends[0])
        whole = all(v.denominator == 1 for v in (*ends, count))
        if whole and 1 < count <= _MOST_TERMS:
            found = [ends[0] + (ends[1] - ends[0]) * k for k in range(int(count) + 1)]
            return [Num(1 / v if turned and v else v) for v in found]
    return ()


def _indexed(first: Node, second: Node, last: Node) -> Sequence[Node]:
    """Return the terms that differ by their index alone; raises NotExact where they do not."""
    low = {m["index"] for name in symbols(first) if (m := _INDEXED.fullmatch(name))}
    high = {m["index"] for name in symbols(last) if (m := _INDEXED.fullmatch(name))}
    if len(low) == len(high) == 1 and (low | high).issubset(map(str, range(_MOST_TERMS))):
        start, end = int(low.pop()), int(high.pop())
        terms = [_with_index(first, start, index) for index in range(start, end + 1)]
        if len(terms) > 2 and terms[1] == second and terms[-1] == last:
            return terms
    raise NotExact("Dots that leave a choice.")


def _with_index(node: Node, old: int, new: int) -> Node:
    names = {name: name.removesuffix(f"_{old}") for name in symbols(node) if name.endswith(f"_{old}")}
    return substitute(node, {name: Sym(f"{stem}_{new}") for name, stem in names.items()})
