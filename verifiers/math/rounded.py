"""Printed decimals against the values that they stand for: rounded, truncated, as coefficients.

How many digits a decimal must show is the profile's `printed_digits`; one digit alone tells nothing.
"""

from __future__ import annotations

from fractions import Fraction

from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.equality import equal_expressions, evaluate
from evol.verifiers.math.limits import MathError, Steps
from evol.verifiers.math.nodes import MINUS_ONE, Add, Const, Mul, Node, Num, Pow, Sym, symbols, walk

_TRUNCATED_FROM = 5
_LEAST_IN_TERMS = 3


def printed_alike(a: Node, b: Node, least: int) -> bool:
    """Whether one is a printed decimal to which the other rounds or truncates.

    The decimal shows at least `least` significant digits and one decimal place. Two printed decimals
    compare at the places of the coarser one, to which the other is rounded: 7.78 is not 7.7. Cut off
    instead of rounded is a decimal of five significant digits or more: 3.1415 for 3.14159.
    """
    x, y = _printed(a), _printed(b)
    if x is not None and y is not None:
        coarse, fine = (x, y) if x[1] <= y[1] else (y, x)
        return _rounds_to(fine[0], *coarse, least, cut=_shows(*coarse, _TRUNCATED_FROM))
    printed, other = (x, b) if x is not None else (y, a)
    if printed is None or symbols(other) or not _is_worth_rounding(other, printed[1]):
        return False
    try:
        value = evaluate(other)
    except MathError:
        return False
    if isinstance(value, Fraction) and value.denominator == 1:
        return False
    if not isinstance(value, Fraction):
        if not hasattr(value, "_mpf_"):
            return False
        value = Fraction(str(value))
    return _rounds_to(value, *printed, least)


def terms_printed_alike(a: Node, b: Node, least: int, steps: Steps) -> bool:
    """Whether two sums have the same terms but for coefficients that are printed decimals.

    `x + 1.414i` is `x + \\sqrt2 i`, `0.333x + 2` is `x/3 + 2`; what stands inside a power, a function or
    a product of sums must be the same. A coefficient shows at least three significant digits.
    """
    left, right = _coefficients(a), _coefficients(b)
    if left.keys() != right.keys() or left.keys() <= {""}:
        return False
    least = max(least, _LEAST_IN_TERMS)
    return all(
        equal_expressions(left[key], right[key], steps).equal or printed_alike(left[key], right[key], least)
        for key in left
    )


def _coefficients(node: Node) -> dict[str, Node]:
    """Return the coefficient of each product of variables (and `i`) in a sum; the constant is under ""."""
    found: dict[str, list[Node]] = {}
    for key, coefficient in _terms(node, ()):
        found.setdefault(key, []).append(coefficient)
    return {key: parts[0] if len(parts) == 1 else Add(tuple(parts)) for key, parts in found.items()}


def _terms(node: Node, constants: tuple[Node, ...]) -> list[tuple[str, Node]]:
    """Return the terms of a sum times constants: the variables in normal form, and the coefficient."""
    if isinstance(node, Add):
        return [term for part in node.terms for term in _terms(part, constants)]
    factors = node.factors if isinstance(node, Mul) else (node,)
    varying = tuple(factor for factor in factors if _varies(factor))
    constants += tuple(factor for factor in factors if not _varies(factor) and factor != Num(Fraction(1)))
    if len(varying) == 1 and isinstance(varying[0], Add | Mul):
        return _terms(varying[0], constants)
    key = canonical(Mul(varying)) if varying else ""
    return [(key, constants[0] if len(constants) == 1 else Mul(constants or (Num(Fraction(1)),)))]


def _varies(node: Node) -> bool:
    return any(isinstance(part, Sym) or part == Const("i") for part in walk(node))


def within_last_digit(a: Node, b: Node) -> bool:
    """Whether two printed decimals differ by no more than one in the last place of the coarser one."""
    x, y = _measured(a), _measured(b)
    return x is not None and y is not None and abs(x[0] - y[0]) <= Fraction(1, 10) ** min(x[1], y[1])


def _measured(node: Node) -> tuple[Fraction, int] | None:
    """Return value and last printed place of a decimal or of a number times a power of ten."""
    match node:
        case Mul((Num(value, None), Pow(Num(Fraction(numerator=10, denominator=1)), Num(power)))):
            if value.denominator == power.denominator == 1 and abs(power) < 400:
                return value * Fraction(10) ** int(power), -int(power)
    return _printed(node)


def _is_worth_rounding(node: Node, places: int) -> bool:
    """Whether a value has digits to cut: not a whole number, and no period that the cut would hide."""
    if isinstance(node, Mul) and len(node.factors) == 2 and node.factors[0] == MINUS_ONE:
        node = node.factors[1]
    return not isinstance(node, Num) or (node.value.denominator > 1 and places >= node.repeating)


def _printed(node: Node) -> tuple[Fraction, int] | None:
    """Return value and last printed place of a decimal literal, also signed or times a power of ten."""
    match node:
        case Num(value, places) if places is not None and places > 0:
            return value, places
        case Mul((factor, inner)) if factor == MINUS_ONE:
            printed = _printed(inner)
            return None if printed is None else (-printed[0], printed[1])
        case Mul((Num(value, places), Pow(Num(Fraction(numerator=10, denominator=1)), Num(power)))) if places:
            if power.denominator == 1 and abs(power) < 400:
                return value * Fraction(10) ** int(power), places - int(power)
    return None


def _shows(printed: Fraction, places: int, digits: int) -> bool:
    """Whether a printed decimal shows so many significant digits."""
    return abs(printed) >= Fraction(10) ** (digits - 1 - places)


def _rounds_to(value: Fraction, printed: Fraction, places: int, least: int, *, cut: bool = True) -> bool:
    """Whether a value rounds, or with `cut` truncates, to a printed decimal of enough digits.

    `5.0` is a whole number and was not cut, and 105.5 is not 105.58: what is cut shows two decimals.
    """
    unit = Fraction(1, 10) ** places
    if not _shows(printed, places, least) or value * printed <= 0:
        return False
    gap = abs(value) - abs(printed)
    return -unit / 2 <= gap < unit if cut and printed.denominator > 1 and places > 1 else abs(gap) <= unit / 2
