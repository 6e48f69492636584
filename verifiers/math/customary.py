"""Names with a customary value: `F_{30}` a Fibonacci number, `\\omega` a cube root of unity.

A problem that uses them says so, an answer does not. The lenient profile tries the customary value
where only one of two answers uses the name; it can make answers equal and never tells them apart.
"""

from __future__ import annotations

import re
from fractions import Fraction

from evol.verifiers.math.nodes import HALF, Add, Const, Mul, Node, Num, Pow, negate, substitute, symbols

_FIBONACCI = re.compile(r"F_(\d{2,3})")
_MAX_INDEX = 300
_ROOT = Mul(
    (HALF, Add((negate(Num(Fraction(1))), Mul((Const("i"), Pow(Num(Fraction(3)), HALF))))))
)  # e^(2 pi i / 3)


def with_customary_values(a: Node, b: Node) -> tuple[Node, Node] | None:
    """Return both answers with the customary values of names that only one uses, None without such names."""
    mine, theirs = symbols(a), symbols(b)
    values = {name: value for name in mine ^ theirs if (value := _value(name)) is not None}
    return (substitute(a, values), substitute(b, values)) if values else None


def _value(name: str) -> Node | None:
    if name == "\\omega":
        return _ROOT
    match = _FIBONACCI.fullmatch(name)
    if match is None or int(match[1]) > _MAX_INDEX or match[1][0] == "0":
        return None
    return Num(Fraction(_fibonacci(int(match[1]))))


def _fibonacci(index: int) -> int:
    before, value = 0, 1
    for _ in range(index - 1):
        before, value = value, before + value
    return value
