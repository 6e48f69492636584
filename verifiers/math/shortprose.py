"""Whether a short text is words around a value rather than notation: `She has $5 + 5 = 10$.`, `Hay 12.`"""

from __future__ import annotations

import re

from evol.verifiers.math.dress import undress
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Add, Mul, Node, Text, walk
from evol.verifiers.math.sentences import plain_words
from evol.verifiers.math.spans import NUMBER
from evol.verifiers.math.special import is_date_or_time

_HEAD = 6_000
_MANY_WORDS = 4
# Scripts whose letters are never variables: Hebrew, Arabic, the Indic ones, Thai.
_UNLETTERED = re.compile(r"[\u0590-\u07ff\u0900-\u0dff\u0e00-\u0eff]{2}")
_STANDING_WORD = re.compile(r"(?<!\S)[^\W\d_]+(?=[\s.,:;!?]|$)")


def has_words(text: str) -> bool:
    """Whether a text holds a word that is no notation, or any letter of a script without spaces."""
    if plain_words(text):
        return True
    return not text.isascii() and any(c.isalpha() and c > "\u3000" for c in text[:_HEAD])


def is_short_prose(text: str) -> bool:
    """Whether words stand beside a number or formula in what is no notation.

    So it is where the text cannot be parsed, where four words stand apart in it, and where it would be
    a product or sum with a word in it: `total 45`.
    """
    unlettered = not text.isascii() and _UNLETTERED.search(text) is not None
    if not (unlettered or has_words(text)) or not re.search(r"\d", text) or is_date_or_time(undress(text)):
        return False
    if unlettered:
        return True
    if "\\" not in text and _is_sentence(text):
        return True
    try:
        return "\\text" not in text and _computes_with_words(parse(undress(text)))
    except (MathError, RecursionError):
        return True


def _is_sentence(text: str) -> bool:
    """Whether many words stand around a calculation, or before the first number."""
    words = _STANDING_WORD.findall(text)
    head = _STANDING_WORD.findall(re.split(r"[\d:=]", text, maxsplit=1)[0])
    return ("=" in text and len(words) >= _MANY_WORDS) or len([w for w in head if len(w) > 1]) >= _MANY_WORDS


def _computes_with_words(node: Node) -> bool:
    operands = (
        part.factors if isinstance(part, Mul) else part.terms
        for part in walk(node)
        if isinstance(part, Mul | Add)
    )
    return any(isinstance(operand, Text) for some in operands for operand in some)


def is_short_sentence(text: str) -> bool:
    """Whether two words and one number end in a full stop: `Weng earned $10.`"""
    stopped = text.rstrip().endswith((".", "。"))
    return stopped and len(plain_words(text)) == 2 and len(NUMBER.findall(text)) == 1 and "\\" not in text
