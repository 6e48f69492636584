"""Formulas and numbers in prose: where they stand, with dollar signs or without."""

from __future__ import annotations

import re
from typing import NamedTuple

from evol.verifiers.math.sentences import plain_words

MATH = re.compile(
    r"\$\$(.{1,2000}?)\$\$|\$([^$]{1,2000}?)\$|\\\((.{1,2000}?)\\\)|\\\[(.{1,2000}?)\\\]", re.DOTALL
)
NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.:])\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AaPp]\.?[Mm]\b\.?)?(?![\d:])"
    r"|(?<![A-Za-z0-9_.])[-−]?[$€£]?\s?(?:\d{1,3}(?:,\d{3})+(?!\d)|\d{1,3}(?:\.\d{3})+,\d+(?![\d,])"
    r"|\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)(?:,\d{1,2}(?!\d))?|\d{1,3}(?:'\d{3})+(?!\d)"
    r"|\d+,(?:\d{1,2}|\d{4,})(?![\d,])|\d+)"
    r"(?:\.\d+)?(?:\s?/\s?\d+(?:\.\d+)?)?(?:\s?\\?%)?"
    r"|(?<![\w.])\.\d+"
)
_GROUP = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]{0,80}+\}){0,80}+\}){0,80}+\}"
_TERM = (
    rf"(?:\d+(?:\.\d+)?|\\[dt]?frac\s?{_GROUP}\s?{_GROUP}|\\sqrt(?:\[\w\])?\s?{_GROUP}"
    rf"|\\(?:pi|infty)(?![a-zA-Z])|\^{_GROUP}|\^\d)"
)
_LOOSE_FORMULA = re.compile(
    rf"-?(?:(?<![\d.])\d++(?:\.\d++)?\s?)?\\(?:[dt]?frac\s?{_GROUP}\s?{_GROUP}|sqrt(?:\[\w\])?\s?{_GROUP}|pi(?![a-zA-Z]))"
    rf"(?:\s?(?:\\cdot|\\times|[-+*/])?\s?{_TERM}){{0,8}}"
)


_SIGN_WORD = re.compile(
    r"(?:^|\n|:\s*|\b(?:is|was|equals?|gives?|gets?|be|to|at|of)\s+)(?:minus|negative)\s$", re.IGNORECASE
)


class Span(NamedTuple):
    """A formula or a number, and where it stands."""

    start: int
    end: int
    value: str
    is_formula: bool


def formulas_and_numbers(text: str) -> list[Span]:
    """Return the formulas of a text and the numbers outside them, in order."""
    found: list[Span] = []
    position = 0
    for match in MATH.finditer(text):
        content = next(group for group in match.groups() if group is not None)
        if match.start() < position or (match[2] is not None and len(plain_words(content)) > 1):
            continue
        found += _loose(text, position, match.start())
        found.append(Span(match.start(), match.end(), content, True))
        position = match.end()
    return found + _loose(text, position, len(text))


def _loose(text: str, start: int, end: int) -> list[Span]:
    """Return the numbers of a part of a text, and the formulas that stand there without dollar signs."""
    found: list[Span] = []
    position = start
    for match in _LOOSE_FORMULA.finditer(text, start, end) if "\\" in text else ():
        found += _numbers(text, position, match.start())
        found.append(Span(match.start(), match.end(), match.group(), True))
        position = match.end()
    return found + _numbers(text, position, end)


def _numbers(text: str, start: int, end: int) -> list[Span]:
    signed = "minus" in text or "negative" in text
    return [
        Span(
            m.start(),
            m.end(),
            _sign(text, m.start()) + m.group().strip() if signed else m.group().strip(),
            False,
        )
        for m in NUMBER.finditer(text, start, end)
    ]


def _sign(text: str, at: int) -> str:
    """Return the sign that a word gives the number behind it; `5 minus 1` is a difference."""
    return "-" if _SIGN_WORD.search(text, max(0, at - 20), at) else ""
