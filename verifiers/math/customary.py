"""Names with a customary value: `F_{30}` a Fibonacci number, `\\omega` a root of unity, `C(10, 3)` a count.

A problem that uses them says so, an answer does not. The lenient profile tries the customary value
where only one of two answers uses the name; it can make answers equal and never tells them apart.
"""

from __future__ import annotations

import re
from fractions import Fraction

from evol.verifiers.math.nodes import (
    HALF,
    Add,
    Call,
    Const,
    Mul,
    Node,
    Num,
    Pow,
    Seq,
    Sym,
    negate,
    rebuild,
    substitute,
    symbols,
    walk,
)

_FIBONACCI = re.compile(r"F_(\d{2,3})")
_CHOSEN = re.compile(r"C_(?:[1-9]\d{0,3}|[a-z])")
_ARRANGED = re.compile(r"[AP]_([1-9]\d{0,2})")
_MAX_INDEX = 300
_ROOT = Mul(
    (HALF, Add((negate(Num(Fraction(1))), Mul((Const("i"), Pow(Num(Fraction(3)), HALF))))))
)  # e^(2 pi i / 3)


def with_customary_values(a: Node, b: Node) -> tuple[Node, Node] | None:
    """Return both answers with the customary values of names that only one uses, None without such names."""
    mine, theirs = symbols(a), symbols(b)
    values = {name: value for name in mine ^ theirs if (value := _value(name)) is not None}
    units = {"j", "I"} & (mine ^ theirs)
    if units and any(part == Const("i") for part in (*walk(a), *walk(b))):
        values |= dict.fromkeys(units, Const("i"))
    values |= _without_arrows(mine, theirs)
    if values:
        a, b = substitute(a, values), substitute(b, values)
    counts = [name for name in mine ^ theirs if name in "CPA" or name[:2] in ("C_", "P_", "A_")]
    if counts:
        a, b = _counted(a), _counted(b)
    return (a, b) if values or counts else None


def as_vectors(a: Node, b: Node) -> tuple[Node, Node] | None:
    r"""Return `2i + 3j` and `(2, 3)` both as sums of unit vectors; None where neither or both are tuples."""
    if isinstance(a, Seq) == isinstance(b, Seq):
        return None
    point, total = (a, b) if isinstance(a, Seq) else (b, a)
    if not isinstance(point, Seq) or point.kind != "()" or not isinstance(total, Add | Mul):
        return None
    if "j" not in symbols(total) or not 2 <= len(point.items) <= 3:
        return None
    units: tuple[Node, ...] = (Const("i"), Sym("j"), Sym("k"))
    written = Add(tuple(Mul((item, unit)) for item, unit in zip(point.items, units, strict=False)))
    return (written, b) if point is a else (a, written)


def _counted(node: Node) -> Node:
    """Return a node with `C(n, k)` and `C_n^k` as binomial coefficients."""
    match node:
        case Pow(Sym(name), choice) if _CHOSEN.fullmatch(name):
            under = name[2:]
            return Call("binomial", (Num(Fraction(int(under))) if under.isdigit() else Sym(under), choice))
        case Pow(Sym(name), Num() as choice) if match := _ARRANGED.fullmatch(name):
            return _arrangements(Num(Fraction(int(match[1]))), choice)
        case Mul((Sym("P" | "A"), Seq((Num() as n, Num() as k), "()"))):
            return _arrangements(n, k)
        case Mul((Sym("C"), Seq((n, k), "()"), *rest)):
            count = Call("binomial", (n, k))
            return Mul((count, *map(_counted, rest))) if rest else count
        case _:
            return rebuild(node, _counted)


def _arrangements(n: Num, k: Num) -> Node:
    """Return how many orders k of n things have, `n!/(n - k)!`."""
    rest = Call("factorial", (Num(n.value - k.value),))
    return Mul((Call("factorial", (n,)), Pow(rest, negate(Num(Fraction(1))))))


def _without_arrows(mine: frozenset[str], theirs: frozenset[str]) -> dict[str, Node]:
    r"""Return `a` for `\vec a`, where the other answer writes the vector without an arrow."""
    names = ((name, name.removeprefix("overrightarrow ")) for name in mine ^ theirs)
    return {
        name: Sym(bare) for name, bare in names if name != bare and bare in mine ^ theirs and len(bare) == 1
    }


def _value(name: str) -> Node | None:
    if name == "\\phi":
        return Mul((HALF, Add((Num(Fraction(1)), Pow(Num(Fraction(5)), HALF)))))
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
