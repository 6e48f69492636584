"""A lower bound for towers and factorials that are too large to compute, to tell them from the rest."""

from __future__ import annotations

import math

from evol.verifiers.math.equality import evaluate
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Call, Mul, Node, Num, Pow

_CERTAIN = 1e9


def log10_floor(node: Node) -> float | None:
    """Return a number below log10 of a value that is built up from numbers of at least 1, or None."""
    match node:
        case Num(value) if value >= 1:
            digits = value.numerator.bit_length() - value.denominator.bit_length() - 1
            return max(0.0, digits * 0.3010) if value > 10**15 else math.log10(value)
        case Mul(factors):
            floors = [log10_floor(factor) for factor in factors]
            return None if None in floors else math.fsum(f for f in floors if f is not None)
        case Pow(base, exponent):
            below, above = log10_floor(base), log10_floor(exponent)
            if not below or above is None:
                return None
            return math.inf if above > 300 else below * 10**above
        case Call("factorial", (inner,)):
            above = log10_floor(inner)
            return None if above is None or above < 2 else math.inf if above > 300 else 10**above
        case _:
            return None


def certainly_different(a: Node, b: Node) -> bool:
    """Whether one value is beyond a billion digits and the other has a computable value."""
    for huge, other in ((a, b), (b, a)):
        if (log10_floor(huge) or 0.0) > _CERTAIN:
            try:
                evaluate(other)
            except MathError:
                continue
            return True
    return False
