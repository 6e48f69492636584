"""The caps that are checked before anything is computed, and the error that says which one held.

A model's answer may hold `9^{9^{9}}`, a thousand brackets or a million digits. Every size is
estimated first; what is too large is never built. `MathError` stays inside this package: callers
of `verify` and `compare` get an undecided verdict with the same reason.
"""

from __future__ import annotations

MAX_ANSWER_CHARS = 4_000
MAX_RESPONSE_CHARS = 200_000
MAX_TOKENS = 1_500
MAX_DEPTH = 60
MAX_DIGITS = 2_000
MAX_EXACT_BITS = 40_000
MAX_MODULAR_EXPONENT_BITS = 4_000
MAX_EXACT_FACTORIAL = 2_000
MAX_MODULAR_FACTORIAL = 20_000
MAX_SUM_TERMS = 500
MAX_BRANCHES = 16
MAX_ITEMS = 200
MAX_NODES = 1_200
# Texts whose reading is kept: one gold is compared with many answers.
REMEMBERED = 256
PRECISION = 50
MAX_PRECISION = 1_500
MAX_LOG10 = 100_000
MAX_STEPS = 40_000
PAIRING_STEPS = 10


class Steps:
    """The work that one comparison may do: each method spends what a step costs it.

    Counted, not timed, so that a verdict does not depend on how busy the machine is. A step is about
    ten microseconds.
    """

    __slots__ = ("left",)

    def __init__(self, left: int = MAX_STEPS) -> None:
        self.left = left

    def spend(self, cost: int = 1) -> None:
        """Take from what is left; raises TooLarge where that is nothing."""
        self.left -= cost
        if self.left < 0:
            raise TooLarge("The comparison needs more steps than the cap.")


class MathError(Exception):
    """Something that cannot be read or computed; `reason` is a stable snake_case code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(detail or reason)
        self.reason = reason


class MathSyntaxError(MathError):
    """Text that is not notation this package reads."""

    def __init__(self, detail: str) -> None:
        super().__init__("unparsed", detail)


class TooLarge(MathError):
    """A value, depth or length beyond the caps above."""

    def __init__(self, detail: str) -> None:
        super().__init__("too_large", detail)


class Undefined(MathError):
    """A value that does not exist, such as a division by zero."""

    def __init__(self, detail: str) -> None:
        super().__init__("undefined_value", detail)


class NotExact(MathError):
    """A value outside the method at hand (a root for the exact evaluator, an unknown function)."""

    def __init__(self, detail: str) -> None:
        super().__init__("not_evaluable", detail)
