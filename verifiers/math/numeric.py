"""High-precision values: mpmath at 50 digits, more where terms of very different size meet.

Only real-valued steps count unless the answer speaks of `i`: a square root of a negative number
makes a point undefined, which is how `\\sqrt{x^2}` and `x` are told apart, and how a domain is seen.
mpmath is imported on first use; this module never builds a number beyond the caps of `limits`.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from evol.verifiers.math.exact import rational, terms_of, whole
from evol.verifiers.math.limits import (
    MAX_LOG10,
    MathError,
    NotExact,
    Steps,
    TooLarge,
    Undefined,
)
from evol.verifiers.math.nodes import (
    Add,
    Based,
    Call,
    Const,
    Mul,
    Node,
    Num,
    Pow,
    Quantity,
    Sym,
)

Real: TypeAlias = Any  # an mpf or mpc: mpmath ships no types

_MAX_MAG = int(MAX_LOG10 * 3.33)


class Numeric:
    """An evaluator at one working precision and one point.

    `complex_` allows non-real steps. `log_base` is what a bare `\\log` means: 0 for e, else the base.
    `spread` is, after an evaluation, how many decimal digits the largest and the smallest step lie apart.
    """

    def __init__(
        self,
        digits: int,
        values: Mapping[str, Fraction] | None = None,
        *,
        complex_: bool = False,
        log_base: int = 0,
        steps: Steps | None = None,
    ) -> None:
        import mpmath

        self.mp = _context(mpmath, digits)
        self.values = values or {}
        self.complex = complex_
        self.log_base = log_base
        self._steps = steps or Steps()
        self._cost = max(1, digits // 50)
        self._high = 0
        self._low = 0

    @property
    def high(self) -> int:
        """Decimal exponent of the largest step."""
        return int(self._high * 0.302) + 1

    def decimals(self, value: Real) -> int:
        """Return the decimal exponent of a value, 0 for zero."""
        return int(self.mp.mag(value) * 0.302) if value else 0

    @property
    def spread(self) -> int:
        """Decimal digits between the largest and the smallest step of what was evaluated."""
        return int((self._high - self._low) * 0.302) + 1

    def value(self, node: Node) -> Real:
        """Return an mpf or mpc; raises NotExact, Undefined or TooLarge."""
        self._steps.spend(self._cost * (10 if isinstance(node, Call) else 1))
        return self._seen(self._evaluate(node), small=not isinstance(node, Add))

    def _evaluate(self, node: Node) -> Real:
        match node:
            case Num(value):
                return self._fraction(value)
            case Add(terms):
                return self.mp.fsum(map(self.value, terms))
            case Mul(factors):
                return self._product(factors)
            case Pow(base, exponent):
                return self.power(self.value(base), exponent)
            case Sym(name):
                if name not in self.values:
                    raise NotExact(f"{name} has no value.")
                return self._fraction(self.values[name])
            case Const(name):
                return self._constant(name)
            case Call(name, args):
                return self._call(name, args)
            case Quantity(value, unit):
                return self._quantity(value, unit)
            case Based(digits, base):
                return self._fraction(Fraction(int(digits, base)))
            case _:
                raise NotExact("Not a number.")

    def _fraction(self, value: Fraction) -> Real:
        if value.denominator == 1:
            return self.mp.mpf(value.numerator)
        self._low = min(self._low, -value.denominator.bit_length())
        return self.mp.mpf(value.numerator) / value.denominator

    def _seen(self, result: Real, *, small: bool) -> Real:
        """Note the size of a step; refuse what is not finite, not real where it must be, or huge.

        A sum may be small because its terms cancel, which says nothing about the digits needed.
        """
        mp = self.mp
        if isinstance(result, mp.mpc) and not self.complex:
            raise Undefined("A step is not real.")
        if not mp.isfinite(result):
            raise Undefined("A step is not finite.")
        if result:
            magnitude = int(mp.mag(result))
            if abs(magnitude) > _MAX_MAG:
                raise TooLarge("A value is larger than the cap.")
            self._high = max(self._high, magnitude)
            self._low = min(self._low, magnitude) if small else self._low
        return result

    def _product(self, factors: tuple[Node, ...]) -> Real:
        product = self.mp.mpf(1)
        for factor in factors:
            product = product * self.value(factor)
        return product

    def _constant(self, name: str) -> Real:
        if name == "pi":
            return +self.mp.pi
        if name == "e":
            return +self.mp.e
        if name == "i" and self.complex:
            return self.mp.mpc(0, 1)
        raise NotExact(f"{name} is no real number.")

    def _quantity(self, value: Node, unit: str) -> Real:
        if unit in ("degree", "degrees", "deg"):
            return self.value(value) * self.mp.pi / 180
        if unit == "percent":
            return self.value(value) / 100
        raise NotExact("A unit stands inside an expression.")

    def power(self, base: Real, exponent: Node) -> Real:
        """Return `base ** exponent`; the real root where the base is negative and one exists."""
        exact: Fraction | None = None
        with contextlib.suppress(MathError):
            exact = rational(exponent, self.values, self._steps)
        if exact is not None and exact.denominator == 1:
            return self._integer_power(base, exact.numerator)
        if exact == Fraction(1, 2):
            return self._checked_power(base, lambda: self.mp.sqrt(base), abs(exact))
        raised = self._fraction(exact) if exact is not None else self.value(exponent)
        if not base:
            if isinstance(raised, self.mp.mpf) and raised > 0:
                return self.mp.mpf(0)
            raise Undefined("Zero to a power that is not positive.")
        if exact is not None and exact.denominator % 2 and isinstance(base, self.mp.mpf) and base < 0:
            sign = -1 if exact.numerator % 2 else 1
            return sign * self._checked_power(-base, lambda: (-base) ** raised, abs(exact))
        return self._checked_power(base, lambda: base**raised, abs(raised))

    def _checked_power(self, base: Real, compute: Callable[[], Real], exponent: Real) -> Real:
        if base and abs(self.mp.mag(base)) * exponent > _MAX_MAG:
            raise TooLarge("A power is larger than the cap.")
        return compute()

    def _integer_power(self, base: Real, n: int) -> Real:
        if not base and n <= 0:
            raise Undefined("A division by zero.")
        if n == -1:
            return 1 / base
        return self._checked_power(base, lambda: base**n, abs(n))

    def _call(self, name: str, args: tuple[Node, ...]) -> Real:
        if name in ("sum", "prod"):
            items = [self.value(term) for term in terms_of(args, self.values, self._steps)]
            return self.mp.fsum(items) if name == "sum" else self.mp.fprod(items)
        if name == "root":
            degree = whole(rational(args[1], self.values, self._steps))
            if not degree:
                raise Undefined("A root of degree zero.")
            return self.power(self.value(args[0]), Num(Fraction(1, degree)))
        if name in ("ln", "log"):
            return self._logarithm(args) if name == "log" else self._ln(self.value(args[0]))
        if name in _ROUNDED:
            return self._rounded(name, args)
        function = _FUNCTIONS.get(name)
        if function is None:
            raise NotExact(f"{name} has no numeric value here.")
        values = [self.value(arg) for arg in args]
        if name in _PERIODIC and values[0] and self.mp.mag(values[0]) > 2_000:
            raise TooLarge("The argument of a periodic function is larger than the cap.")
        if name in _GROWING and any(abs(value) > 20_000 for value in values):
            raise TooLarge("The argument of a function is larger than the cap.")
        try:
            result = function(self.mp, *values)
        except (ValueError, ZeroDivisionError, TypeError) as error:
            raise Undefined(f"{name} is undefined here.") from error
        return self._settled(result, values[0]) if name in _PERIODIC else result

    def _settled(self, result: Real, argument: Real) -> Real:
        """Return zero for what is only the rounding of the argument, as in cos(pi/2); refuse a pole."""
        noise = self.mp.mpf(10) ** (8 - self.mp.dps) * abs(argument)
        if not result or abs(argument) < 1e-3 or noise > 1e-20:
            return result
        if abs(result) * noise > 1:
            raise Undefined("A step is not finite.")
        return result if abs(result) > noise else self.mp.mpf(0)

    def _ln(self, value: Real) -> Real:
        if not value:
            raise Undefined("The logarithm of zero.")
        return self.mp.log(value)

    def _logarithm(self, args: tuple[Node, ...]) -> Real:
        top = self._ln(self.value(args[0]))
        if len(args) == 1:
            return top / self.mp.log(self.log_base) if self.log_base else top
        bottom = self._ln(self.value(args[1]))
        if not bottom:
            raise Undefined("A logarithm to base one.")
        return top / bottom

    def _rounded(self, name: str, args: tuple[Node, ...]) -> Real:
        """Round exactly where the argument is rational; near a whole number nothing is certain."""
        try:
            return self._fraction(rational(Call(name, args), self.values, self._steps))
        except NotExact:
            value = self.value(args[0])
            if name == "abs":
                return abs(value)
            if len(args) > 1 or isinstance(value, self.mp.mpc):
                raise
            if abs(value - self.mp.nint(value)) < self.mp.mpf(10) ** (-self.mp.dps // 2):
                raise NotExact("A rounding is too close to call.") from None
            return self.mp.floor(value) if name == "floor" else self.mp.ceil(value)


def _context(mpmath: Real, digits: int) -> Real:
    """Return this thread's mpmath context: some functions change its precision while they run."""
    contexts: dict[int, Real] = _THREAD.__dict__.setdefault("contexts", {})
    if digits not in contexts:
        contexts[digits] = mpmath.MPContext()
        contexts[digits].dps = digits
    return contexts[digits]


_THREAD = threading.local()
_ROUNDED = frozenset(("floor", "ceil", "mod", "gcd", "lcm", "abs"))
_PERIODIC = frozenset(("sin", "cos", "tan", "cot", "sec", "csc"))
_GROWING = frozenset(("factorial", "binomial", "sinh", "cosh", "tanh", "coth", "factorial2"))
_FUNCTIONS: dict[str, Callable[..., Real]] = {
    "sin": lambda mp, x: mp.sin(x),
    "cos": lambda mp, x: mp.cos(x),
    "tan": lambda mp, x: mp.tan(x),
    "cot": lambda mp, x: mp.cot(x),
    "sec": lambda mp, x: mp.sec(x),
    "csc": lambda mp, x: mp.csc(x),
    "arcsin": lambda mp, x: mp.asin(x),
    "arccos": lambda mp, x: mp.acos(x),
    "arctan": lambda mp, x: mp.atan(x),
    "arccot": lambda mp, x: mp.acot(x),
    "arcsec": lambda mp, x: mp.asec(x),
    "arccsc": lambda mp, x: mp.acsc(x),
    "arcsinh": lambda mp, x: mp.asinh(x),
    "arccosh": lambda mp, x: mp.acosh(x),
    "arctanh": lambda mp, x: mp.atanh(x),
    "sinh": lambda mp, x: mp.sinh(x),
    "cosh": lambda mp, x: mp.cosh(x),
    "tanh": lambda mp, x: mp.tanh(x),
    "coth": lambda mp, x: mp.coth(x),
    "factorial": lambda mp, x: mp.gamma(x + 1),
    "factorial2": lambda mp, x: mp.fac2(x),
    "binomial": lambda mp, n, k: mp.binomial(n, k),
    "min": lambda mp, *values: min(values),
    "max": lambda mp, *values: max(values),
}
