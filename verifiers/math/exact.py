"""Exact values: fractions for numbers, arithmetic modulo a large prime for rational functions.

A rational function is compared by evaluating it at points drawn afresh modulo a 128-bit prime
(Schwartz 1980, Zippel 1979): two different ones agree with probability below their degree over
10^38. The prime is drawn once a process, so that no answer can be written to vanish modulo it.
`2^{10^{10}}` costs a few multiplications there. Nothing is computed before its size is known to
be within the caps of `limits`.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache

from evol.verifiers.math.limits import (
    MAX_EXACT_BITS,
    MAX_EXACT_FACTORIAL,
    MAX_MODULAR_EXPONENT_BITS,
    MAX_MODULAR_FACTORIAL,
    MAX_SUM_TERMS,
    NotExact,
    Steps,
    TooLarge,
    Undefined,
)
from evol.verifiers.math.nodes import Add, Based, Call, Mul, Node, Num, Pow, Quantity, Sym, substitute, walk

_SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def _probably_prime(n: int) -> bool:
    """Miller and Rabin's test with 24 random bases: wrong with probability below 10^-14."""
    if any(n % p == 0 for p in _SMALL_PRIMES):
        return False
    odd, twos = n - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(24):
        x = pow(secrets.randbelow(n - 3) + 2, odd, n)
        if x not in (1, n - 1) and not any((x := x * x % n) == n - 1 for _ in range(twos - 1)):
            return False
    return True


@cache
def prime() -> int:
    """Return this process's prime of 128 bits."""
    while True:
        candidate = secrets.randbits(128) | (1 << 127) | 1
        if _probably_prime(candidate):
            return candidate


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def whole(value: Fraction) -> int:
    """Return the value as an int, or raise NotExact."""
    if value.denominator != 1:
        raise NotExact("A whole number is needed here.")
    return value.numerator


def rational(
    node: Node, values: Mapping[str, Fraction] | None = None, steps: Steps | None = None
) -> Fraction:
    """Return the exact rational value of a node, its variables taken from `values`.

    Raises NotExact for an irrational or unknown part, Undefined for a division by zero, TooLarge
    beyond the caps; `steps` is what the computation may still spend.
    """
    return _Exact(values or {}, steps or Steps()).value(node)


class _Exact:
    """Exact evaluation at one point, within one budget of steps."""

    def __init__(self, values: Mapping[str, Fraction], steps: Steps) -> None:
        self._values = values
        self._steps = steps

    def value(self, node: Node) -> Fraction:
        """Return the value of a node, its steps spent."""
        self._steps.spend()
        return self._evaluate(node)

    def _sized(self, result: Fraction) -> Fraction:
        """Return a result within the cap, having spent what numbers of its length cost."""
        bits = _bits(result)
        if bits > MAX_EXACT_BITS:
            raise TooLarge("An exact value has more digits than the cap.")
        self._steps.spend(bits // 500)
        return result

    def _evaluate(self, node: Node) -> Fraction:
        match node:
            case Num(value):
                return value
            case Add(terms):
                return self._folded(terms, Fraction.__add__, Fraction(0))
            case Mul(factors):
                return self._folded(factors, Fraction.__mul__, Fraction(1))
            case Pow(base, exponent):
                return self._sized(power(self.value(base), self.value(exponent)))
            case Call(name, args):
                return self._call(name, args)
            case Sym(name) if name in self._values:
                return self._values[name]
            case Quantity(value, "percent"):
                return self.value(value) / 100
            case Based(digits, base):
                return Fraction(int(digits, base))
            case _:
                raise NotExact("Not a rational number.")

    def _folded(
        self, items: Iterable[Node], combine: Callable[[Fraction, Fraction], Fraction], start: Fraction
    ) -> Fraction:
        for item in items:
            start = self._sized(combine(start, self.value(item)))
        return start

    def _call(self, name: str, args: tuple[Node, ...]) -> Fraction:
        if name in ("sum", "prod"):
            terms = terms_of(args, self._values, self._steps)
            add = name == "sum"
            return self._folded(terms, Fraction.__add__ if add else Fraction.__mul__, Fraction(int(not add)))
        function = _FUNCTIONS.get(name)
        if function is None:
            raise NotExact(f"{name} has no exact value here.")
        return self._sized(Fraction(function(*(self.value(arg) for arg in args))))


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return `base ** exponent` where that is rational and within the caps."""
    if exponent.denominator != 1:
        root = _rational_root(base, exponent.denominator)
        return power(root, Fraction(exponent.numerator))
    n = exponent.numerator
    if not base and n <= 0:
        raise Undefined("Zero to a power that is not positive.")
    if base not in (0, 1, -1) and abs(n) * max(_bits(base) - 1, 1) > MAX_EXACT_BITS:
        raise TooLarge("A power has more digits than the cap.")
    return base ** (n if base not in (0, 1, -1) else n % 2 + 2 * (n > 0) if base else 1)


def _rational_root(value: Fraction, degree: int) -> Fraction:
    if degree > 64 or (value < 0 and degree % 2 == 0) or _bits(value) > 4_096:
        raise NotExact("Not a rational root.")
    sign = -1 if value < 0 else 1
    top, bottom = _integer_root(abs(value.numerator), degree), _integer_root(value.denominator, degree)
    return Fraction(sign * top, bottom)


def _integer_root(value: int, degree: int) -> int:
    if degree == 2:
        root = math.isqrt(value)
    else:
        low, high = 0, 1 << (value.bit_length() // degree + 1)
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
        root = low
    if root**degree != value:
        raise NotExact("Not a rational root.")
    return root


def terms_of(args: tuple[Node, ...], values: Mapping[str, Fraction], steps: Steps) -> Iterator[Node]:
    """Yield the terms of a finite sum or product, its index replaced by each whole number."""
    index, low, high, body = args
    if not isinstance(index, Sym):
        raise NotExact("A sum needs an index.")
    first, last = (whole(rational(bound, values, steps)) for bound in (low, high))
    if last - first >= MAX_SUM_TERMS:
        raise TooLarge("A sum has more terms than the cap.")
    size = sum(1 for _ in walk(body))
    for k in range(first, last + 1):
        steps.spend(size)
        yield substitute(body, {index.name: Num(Fraction(k))})


def _factorial(value: Fraction) -> int:
    n = whole(value)
    if n < 0:
        raise Undefined("The factorial of a negative number.")
    if n > MAX_EXACT_FACTORIAL:
        raise TooLarge("A factorial is larger than the cap.")
    return math.factorial(n)


def _double_factorial(value: Fraction) -> int:
    n = whole(value)
    if not 0 <= n <= MAX_EXACT_FACTORIAL:
        raise TooLarge("A double factorial is outside the caps.")
    return math.prod(range(n, 0, -2))


def _binomial(top: Fraction, bottom: Fraction) -> int:
    n, k = whole(top), whole(bottom)
    if n < 0 or k < 0:
        raise NotExact("A binomial of negative numbers.")
    if min(k, abs(n - k)) * max(n.bit_length(), 1) > MAX_EXACT_BITS:
        raise TooLarge("A binomial is larger than the cap.")
    return math.comb(n, k)


def _mod(a: Fraction, m: Fraction) -> Fraction:
    if not m:
        raise Undefined("A remainder modulo zero.")
    return a % m


def _integers(values: tuple[Fraction, ...]) -> list[int]:
    return [whole(value) for value in values]


_FUNCTIONS: dict[str, Callable[..., Fraction | int]] = {
    "factorial": _factorial,
    "factorial2": _double_factorial,
    "binomial": _binomial,
    "abs": abs,
    "floor": math.floor,
    "ceil": math.ceil,
    "mod": _mod,
    "min": min,
    "max": max,
    "gcd": lambda *values: math.gcd(*_integers(values)),
    "lcm": lambda *values: math.lcm(*_integers(values)),
    "root": lambda value, degree: power(value, 1 / degree if degree else Fraction(0)),
}


class Modular:
    """Evaluation modulo `prime()` with one fresh random value for each name it meets.

    `key` names the parts that are not rational (a root, a function): each becomes a variable of
    its own, so that equal residues prove equality, and different ones prove difference only where
    no such part occurred (`opaque` stays empty).
    """

    def __init__(self, key: Callable[[Node], str], steps: Steps | None = None) -> None:
        self._key = key
        self._steps = steps or Steps()
        self._points: dict[str, int] = {}
        self.opaque: set[str] = set()
        self._prime = prime()

    def value(self, node: Node) -> int:
        """Return the node's residue; raises Undefined where it has none (draw again)."""
        self._steps.spend()
        match node:
            case Num(value):
                return value.numerator * pow(value.denominator, -1, self._prime) % self._prime
            case Add(terms):
                return sum(map(self.value, terms)) % self._prime
            case Mul(factors):
                product = 1
                for factor in factors:
                    product = product * self.value(factor) % self._prime
                return product
            case Pow(base, exponent):
                return self._power(base, exponent)
            case Sym(name):
                return self._point(name)
            case Based(digits, base):
                return int(digits, base) % self._prime
            case Quantity(value, "percent"):
                return self.value(value) * pow(100, -1, self._prime) % self._prime
            case _:
                return self._atom(node)

    def _point(self, name: str) -> int:
        if name not in self._points:
            self._points[name] = secrets.randbelow(self._prime - 2) + 2
        return self._points[name]

    def _power(self, base: Node, exponent: Node) -> int:
        try:
            n = whole(rational(exponent, steps=self._steps))
        except (NotExact, TooLarge):
            return self._atom(Pow(base, exponent))
        if n.bit_length() > MAX_MODULAR_EXPONENT_BITS:
            raise TooLarge("An exponent has more digits than the cap.")
        self._steps.spend(n.bit_length() // 50)
        residue = self.value(base)
        if not residue and n <= 0:
            raise Undefined("A division by zero.")
        return pow(residue, n, self._prime)

    def _atom(self, node: Node) -> int:
        if isinstance(node, Call):
            try:
                return self.value(Num(self._small_call(node)))
            except (NotExact, TooLarge):
                pass
        name = self._key(node)
        self.opaque.add(name)
        return self._point(name)

    def _small_call(self, node: Call) -> Fraction:
        """Return a call's exact value; a factorial goes beyond the exact cap here."""
        if node.name == "factorial":
            n = whole(rational(node.args[0], steps=self._steps))
            if 0 <= n <= MAX_MODULAR_FACTORIAL:
                self._steps.spend(n // 10)
                return Fraction(math.factorial(n))
        return rational(node, steps=self._steps)
