"""Tuples up to order, in words: `(1, 2, 3) and all permutations`, `(a, b, c) and cyclic permutations`."""

from __future__ import annotations

import re
from itertools import permutations

_TEXT = re.compile(r"\\(?:text|mbox|textrm|textbf|mathrm)\s*\{([^{}]*)\}")
_NAMES = re.compile(r"^\(\s*[a-z](?:\s*,\s*[a-z])+\s*\)\s*=\s*")
_POINT = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)*)\)")
_KIND = (
    r"(?:(?:all|the|any|their|its|of|these|possible|other)\s+)*(?P<{}>cyclic\s+|cyclical\s+)?"
    r"(?:permutations|rearrangements|orderings)"
)
_BEHIND = re.compile(
    r"(?P<tuples>.*\))[\s,;$]*(?:(?:\(\s*)?(?:and|with|or|plus|together with)\s+|\(\s*)"
    rf"{_KIND.format('kind')}"
    r"(?:\s+(?:thereof|of\s+(?:it|them|these|this(?:\s+triple)?)))?\s*\)?"
)
_BEFORE = re.compile(
    rf"{_KIND.format('kind')}\s+of\s+(?:the\s+)?(?:\w+\s+)?(?P<tuples>[$(].*\))", re.IGNORECASE
)
_MOST_PARTS = 4
_MOST_TUPLES = 48


def with_permutations(text: str) -> str:
    """Return an answer with the permutations that its words speak of written out; any other as it is."""
    if not any(word in text for word in ("permutation", "rearrangement", "ordering")):
        return text
    words = " ".join(_TEXT.sub(r" \1 ", text).split()).strip(" .$").replace("$", "")
    words = _NAMES.sub("", words)
    match = _BEHIND.fullmatch(words) or _BEFORE.fullmatch(words)
    if match is None:
        return text
    found: dict[str, None] = {}
    for point in _POINT.findall(match["tuples"]):
        parts = [part.strip() for part in point.split(",")]
        if not 1 < len(parts) <= _MOST_PARTS or "(" in point:
            return text
        for order in _orders(parts, cyclic=bool(match["kind"])):
            found[f"({', '.join(order)})"] = None
    outside = re.sub(r"(?:\s|,|;|\\[,; ]|\band\b|\bor\b)+", "", _POINT.sub("", match["tuples"]))
    return ", ".join(found) if 0 < len(found) <= _MOST_TUPLES and not outside else text


def _orders(parts: list[str], *, cyclic: bool) -> list[tuple[str, ...]]:
    if cyclic:
        return [tuple(parts[at:] + parts[:at]) for at in range(len(parts))]
    return list(permutations(parts))
