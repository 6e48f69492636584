r"""Definite integrals of polynomials, in closed form: `\int_0^1 x^2\,dx` is 1/3.

Any other integral stays an opaque call, for the last resort to look at.
"""

from __future__ import annotations

from fractions import Fraction

from evol.verifiers.math.nodes import (
    ONE,
    Add,
    Mul,
    Node,
    Num,
    Pow,
    Sym,
    substitute,
    subtract,
    symbols,
)

_MAX_DEGREE = 12
_MAX_PARTS = 40
Powers = dict[int, list[Node]]


def integrated(low: Node, high: Node, body: Node) -> Node | None:
    """Return the integral of a body that ends in `d x` and is a polynomial in x, else None."""
    match body:
        case Mul((*factors, Sym("d"), Sym(name))):
            powers = _powers(Mul(tuple(factors)) if factors else ONE, name)
        case _:
            return None
    if powers is None or name in symbols(low) | symbols(high):
        return None
    terms = [_raised(part, name, degree) for degree, parts in powers.items() for part in parts]
    whole = Add(tuple(terms))
    return subtract(substitute(whole, {name: high}), substitute(whole, {name: low}))


def _raised(coefficient: Node, name: str, degree: int) -> Node:
    """Return the antiderivative of one term."""
    power = Pow(Sym(name), Num(Fraction(degree + 1)))
    return Mul((coefficient, power, Num(Fraction(1, degree + 1))))


def _powers(node: Node, name: str) -> Powers | None:
    """Return the coefficients of a polynomial in a variable by degree, None for anything else."""
    if name not in symbols(node):
        return {0: [node]}
    match node:
        case Sym():
            return {1: [ONE]}
        case Add(terms):
            found: Powers = {}
            for term in terms:
                part = _powers(term, name)
                if part is None:
                    return None
                for degree, coefficients in part.items():
                    found.setdefault(degree, []).extend(coefficients)
            return found
        case Mul(factors):
            return _product([_powers(factor, name) for factor in factors])
        case Pow(base, Num(exponent)) if exponent.denominator == 1 and 0 < exponent <= _MAX_DEGREE:
            return _product([_powers(base, name)] * int(exponent))
        case _:
            return None


def _product(parts: list[Powers | None]) -> Powers | None:
    result: Powers = {0: [ONE]}
    for part in parts:
        if part is None:
            return None
        pairs = [
            (i + j, Mul((a, b)))
            for i, mine in result.items()
            for j, theirs in part.items()
            for a in mine
            for b in theirs
        ]
        if len(pairs) > _MAX_PARTS or max(degree for degree, _ in pairs) > _MAX_DEGREE:
            return None
        result = {}
        for degree, coefficient in pairs:
            result.setdefault(degree, []).append(coefficient)
    return result
