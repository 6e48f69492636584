"""Whether two expressions have the same value: exact first, then modular, then 50 digits.

Every function answers with a `Finding`: True, False or None (cannot tell), and the code of the
method that decided. A difference is only reported by a method that proves it: residues with no
opaque part, or values that differ by far more than the working precision could be wrong.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.exact import Modular, rational
from evol.verifiers.math.limits import (
    MAX_PRECISION,
    PRECISION,
    MathError,
    NotExact,
    Steps,
    TooLarge,
    Undefined,
)
from evol.verifiers.math.nodes import HALF, Call, Const, Node, Num, Pow, contains, symbols, walk
from evol.verifiers.math.numeric import Numeric, Real

_ATTEMPTS = 3
_AGREEMENT = 32
_CLEAR = 12
_GUARD = 6
_STEPS = frozenset(("abs", "floor", "ceil", "min", "max", "mod", "gcd", "lcm"))
_WANTED_POINTS = 6
_LEAST_POINTS = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer to "equal?": None where no method could tell, and the code of what decided."""

    equal: bool | None
    reason: str


def equal_expressions(a: Node, b: Node, steps: Steps | None = None) -> Finding:
    """Compare two expressions (no lists, relations or units) as values or as functions.

    Reasons: `exact_rational`, `rational_identity`, `numeric_equal`, `numeric_identity`, `canonical`,
    `different_value`, `different_function`, or why nothing could be told: `domain_differs`,
    `log_base`, `undefined_value`, `too_large`, `not_evaluable`, `precision`.
    """
    steps = steps or Steps()
    try:
        names = symbols(a) | symbols(b)
        if not names:
            exact = _equal_rationals(a, b, steps)
            if exact is not None:
                return exact
        modular = _equal_residues(a, b, steps)
        if modular is not None:
            return modular
        return _equal_numbers(a, b, names, steps)
    except MathError as error:
        return Finding(None, error.reason)
    except RecursionError:
        return Finding(None, "too_large")


def _equal_rationals(a: Node, b: Node, steps: Steps) -> Finding | None:
    try:
        same = rational(a, steps=steps) == rational(b, steps=steps)
    except (NotExact, TooLarge):
        return None
    return Finding(same, "exact_rational" if same else "different_value")


def _equal_residues(a: Node, b: Node, steps: Steps) -> Finding | None:
    """Compare modulo a prime; None where a difference may be due to parts it cannot compute."""
    for _ in range(_ATTEMPTS):
        modular = Modular(canonical, steps)
        try:
            same = modular.value(a) == modular.value(b)
        except Undefined:
            continue
        except TooLarge:
            return None
        if same:
            return Finding(True, "rational_identity" if symbols(a) else "exact_rational")
        if not modular.opaque:
            return Finding(False, "different_function" if symbols(a) | symbols(b) else "different_value")
        return None
    return Finding(None, "undefined_value")


def _speaks_of(node: Node, name: str) -> bool:
    return contains(node, Const) and any(isinstance(p, Const) and p.name == name for p in walk(node))


def _bare_log(node: Node) -> bool:
    if not contains(node, Call):
        return False
    return any(isinstance(part, Call) and part.name == "log" and len(part.args) == 1 for part in walk(node))


def _equal_numbers(a: Node, b: Node, names: frozenset[str], steps: Steps) -> Finding:
    complex_ = _speaks_of(a, "i") or _speaks_of(b, "i")
    if any(_bare_log(node) for node in (a, b)):
        natural, common = (_Points(a, b, complex_, base, steps).compare(names) for base in (0, 10))
        if natural.equal == common.equal:
            return natural
        return Finding(None, "log_base")
    return _Points(a, b, complex_, 0, steps).compare(names)


@dataclass(frozen=True, slots=True)
class _Points:
    """A comparison by values: the two expressions and how their parts are to be read."""

    a: Node
    b: Node
    complex_: bool
    log_base: int
    steps: Steps

    def compare(self, names: frozenset[str]) -> Finding:
        """Compare at one point without variables, else at several where both are defined."""
        if _unknown_calls(self.a) != _unknown_calls(self.b):
            return Finding(None, "not_evaluable")
        agreed, one_sided, problem = 0, False, "undefined_value"
        for point in points(names, self.a, self.b):
            try:
                same = self.same_at(point)
            except Undefined:
                one_sided = one_sided or self.defined(self.a, point) != self.defined(self.b, point)
                continue
            except (NotExact, TooLarge) as error:
                problem = error.reason
                continue
            if same is None:
                problem = "precision"
                continue
            if not same:
                return Finding(False, "different_function" if names else "different_value")
            agreed += 1
            if not names:
                return Finding(True, "numeric_equal")
            if agreed >= _WANTED_POINTS:
                break
        if agreed < _LEAST_POINTS:
            return Finding(None, problem)
        return Finding(None, "domain_differs") if one_sided else Finding(True, "numeric_identity")

    def evaluator(self, digits: int, point: dict[str, Fraction]) -> Numeric:
        """Return an evaluator for one side at one point."""
        return Numeric(digits, point, complex_=self.complex_, log_base=self.log_base, steps=self.steps)

    def defined(self, node: Node, point: dict[str, Fraction]) -> bool:
        """Whether a side has a value at a point."""
        try:
            self.evaluator(PRECISION, point).value(node)
        except MathError:
            return False
        return True

    def same_at(self, point: dict[str, Fraction]) -> bool | None:
        """Compare at a point, at a precision that covers the spread of sizes; None if that is too much."""
        digits = PRECISION
        for _ in range(3):
            left, right = self.evaluator(digits, point), self.evaluator(digits, point)
            x, y = left.value(self.a), right.value(self.b)
            spread = max(left.spread, right.spread)
            # A step larger than the result may hide a difference that the result still has.
            hidden = max(left.high, right.high) - max(0, left.decimals(x), right.decimals(y))
            error = left.mp.mpf(10) ** (max(left.high, right.high) - digits + _GUARD)
            if abs(x - y) <= error:
                if digits - spread - max(0, hidden) >= _AGREEMENT:
                    return True
                spread += max(0, hidden)
            elif digits - spread >= _CLEAR:
                return False
            digits = spread + PRECISION + 10
            if digits > MAX_PRECISION:
                return None
        return None


def _unknown_calls(node: Node) -> set[str]:
    if not contains(node, Call):
        return set()
    return {
        canonical(part)
        for part in walk(node)
        if isinstance(part, Call) and part.name.split(" ")[0] in _UNKNOWN
    }


_UNKNOWN = frozenset(("apply", "int", "iint", "lim", "sup", "series"))


def points(names: frozenset[str], a: Node, b: Node) -> Iterator[dict[str, Fraction]]:
    """Yield points to compare a and b at: positive, whole, then of either sign.

    Far points come first where a function has steps or corners: `|x - 100|` is `100 - x` near zero.
    They are drawn from a hash of both normal forms, whichever comes first: the same pair always meets
    the same points, and no answer can be written to agree at them, for writing it moves them.
    """
    if not names:
        yield {}
        return
    draw = random.Random("\n".join(sorted((canonical(a), canonical(b)))))  # noqa: S311 - no secret
    ordered = sorted(names)
    far = ("large", "large", "large", "signed large") if _has_steps(a) or _has_steps(b) else ()
    for kind in (
        *far,
        "positive",
        "whole",
        "signed",
        "positive",
        "signed",
        "whole",
        "small",
        "signed",
        "whole",
        "small",
    ):
        yield {name: _coordinate(draw, kind) for name in ordered}


def _has_steps(node: Node) -> bool:
    return any(
        part.name in _STEPS
        if isinstance(part, Call)
        else isinstance(part, Pow) and part.exponent == HALF and contains(part.base, Pow)
        for part in walk(node)
    )


def _coordinate(draw: random.Random, kind: str) -> Fraction:
    if kind == "whole":
        return Fraction(draw.randrange(2, 30))
    if kind.endswith("large"):
        far = Fraction(draw.randrange(100, 10 ** draw.randrange(3, 7)))
        return -far if kind == "signed large" else far
    value = Fraction(draw.randrange(1_000, 90_000), draw.randrange(20_000, 30_000))
    if kind == "small":
        return value / 7
    return -value if kind == "signed" and draw.random() < 0.7 else value


def evaluate(node: Node, values: dict[str, Fraction] | None = None) -> Fraction | Real:
    """Return the exact Fraction of a node where it is rational, else an mpf of 50 digits.

    `values` gives its variables. Raises `MathError` (reason `not_evaluable`, `undefined_value` or
    `too_large`) where there is no value.
    """
    try:
        return rational(node, values)
    except NotExact:
        return Numeric(PRECISION, values, complex_=_speaks_of(node, "i")).value(node)


def is_zero(node: Node) -> Finding:
    """Whether an expression is identically zero."""
    return equal_expressions(node, Num(Fraction(0)))


__all__ = ["Finding", "equal_expressions", "evaluate", "is_zero"]
