"""Texts and numbers as a report shows them: nothing obeyed, nothing endless, one way to say a share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from evol.report.model import ReasonCount
from evol.types import Json

TEXT: Final = 2_000
ITEMS: Final = 24
DEPTH: Final = 6

# Control and bidirectional characters, lone surrogates, and the code points that HTML forbids.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
# A fence or an indented line: text whose columns matter.
_CODE: Final = re.compile(r"```|^(?: {4}|\t)\S", re.MULTILINE)


def codelike(text: str) -> bool:
    """Whether a text holds lines of code, which need letters of one width."""
    return _CODE.search(text) is not None


def visible(text: str) -> str:
    """Return text in which what has no shape of its own, or changes how others are read, has one.

    A NUL becomes ␀, a right-to-left override ⟨U+202E⟩: data cannot reorder or break the page, and
    a reader sees that something is there.
    """
    return _UNSEEN.sub(_shape, text.replace("\r\n", "\n"))


def _shape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"⟨U+{code:04X}⟩"


def cut(text: str, most: int = TEXT) -> str:
    """Return a text of at most `most` characters, and how many more there were."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text) - most:,} more characters)"


def excerpt(text: str, most: int = 160) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most and len(text) <= most * 4 else f"{line[: most - 1]}…"


def trimmed(value: Json, most: int, depth: int = DEPTH) -> Json:
    """Return evidence with visible texts, in which long texts and lists are cut, and say so."""
    if isinstance(value, str):
        return visible(cut(value, most))
    if isinstance(value, list | dict) and not depth:
        return "…"
    if isinstance(value, list):
        left = [f"… ({len(value) - ITEMS:,} more)"] if len(value) > ITEMS else []
        return [*(trimmed(each, most, depth - 1) for each in value[:ITEMS]), *left]
    if isinstance(value, dict):
        some = list(value.items())[:ITEMS]
        return {visible(cut(key, 80)): trimmed(each, most, depth - 1) for key, each in some}
    return value


def percent(part: float, whole: float) -> str:
    """Return a share that says 100 % and 0 % only where that is exact."""
    if not whole:
        return "–"
    if part in (0, whole):
        return "100 %" if part else "0 %"
    share = 100 * part / whole
    return f"{share:.1f} %" if 0.05 <= share < 99.95 else ("< 0.1 %" if share < 1 else "> 99.9 %")


def number(value: float | None) -> str:
    """Return a number with its thousands set apart; of nothing, a dash."""
    return "–" if value is None else f"{value:,.0f}"


def leading(reasons: Iterable[ReasonCount]) -> str:
    """Return ", most often for …" for the commonest reason that kept rows out, or nothing."""
    against = [reason for reason in reasons if reason.weight in ("reject", "undecided")]
    if not against:
        return ""
    first = max(against, key=lambda reason: reason.rows)
    return f", most often for {first.reason} ({first.rows:,})"
