"""The fast path: answers that are the same text or plain numbers need no tokenizer."""

from __future__ import annotations

import re
from fractions import Fraction

from evol.verifiers.math.dress import squeeze
from evol.verifiers.math.equality import Finding
from evol.verifiers.math.limits import MAX_DIGITS

_PLAIN = re.compile(r"[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)")


def match_literals(a: str, b: str) -> Finding | None:
    """Compare two undressed answers as text and as decimal numbers; None where that does not decide."""
    if a == b:
        return Finding(True, "same_text")
    x, y = plain_number(a), plain_number(b)
    if x is not None and y is not None and x == y:
        return Finding(True, "same_number")
    if x is not None and y is not None and "." not in a + b and "," not in a + b:
        return Finding(False, "different_value")
    same_digits = sum(map(a.count, "0123456789")) == sum(map(b.count, "0123456789"))
    return Finding(True, "same_text") if same_digits and squeeze(a) == squeeze(b) else None


def plain_number(text: str) -> Fraction | None:
    """Return the value of a decimal number, or None."""
    if len(text) > MAX_DIGITS or not _PLAIN.fullmatch(text):
        return None
    return Fraction(text.replace(",", ""))
