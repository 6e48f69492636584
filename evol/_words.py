"""How texts are read for comparison: normal forms, words, numbers.

Near-duplicates and contamination both ask whether two texts say the same in nearly the same words.
What counts as a word is decided here, once: letters and digits run together, a sign that can change
the meaning (an operator, a bracket of code, a currency) stands by itself, sentence punctuation is
dropped, and a script written without spaces is read sign by sign.
"""

from __future__ import annotations

import re
import unicodedata

_DROPPED = " \t\r\n\f\v\x1c\x1d\x1e\x1f.,;:!?\"'()`"
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s.,;:!?\"'()`’‘“”…、。！？，]")
_QUOTE = re.compile("[’‘“”]")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
SPELLED = {word: str(value) for value, word in enumerate(_UNITS.split())}
SPELLED |= {word: str(value) for word, value in _TENS.items()} | {"hundred": "100", "thousand": "1000"}


# For ASCII: small letters, spaces for what is dropped; and all that is no sign of its own.
_LEVEL = bytes(32 if chr(code) in _DROPPED else ord(chr(code).lower()) for code in range(128)).ljust(
    256, b" "
)
# The same for many texts at once, with a byte between them that no text holds.
BETWEEN = b"\xff"
_LEVEL_OF_EACH = _LEVEL[:-1] + BETWEEN
_UNSIGNED = bytes(code for code in range(128) if chr(code).isalnum() or chr(code) in " _")


def normal_form(text: str) -> str:
    """Return the text in the form in which two texts that are exact duplicates are equal.

    Unicode compatibility form, case and runs of white space are levelled; nothing else is.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def words(text: str) -> list[str]:
    """Return the words and meaningful signs of a text, in order, in lower case."""
    if not text.isascii():
        text = _QUOTE.sub(" ", text)
    if text.isascii():
        return level(text.encode()).decode().split()
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def level(texts: bytes) -> bytes:
    """Return texts in ASCII, `BETWEEN` between any two, in lower case with spaces between their words."""
    levelled = texts.translate(_LEVEL_OF_EACH)
    for sign in set(levelled.translate(None, _UNSIGNED + BETWEEN)):
        levelled = levelled.replace(bytes((sign,)), b" %c " % sign)
    return levelled


def is_number(word: str) -> bool:
    """Whether a word of `words` is a number written in digits or spelled out."""
    return word.isdecimal() or word in SPELLED


def written_numbers(text: str) -> list[str]:
    """Return the numbers that a text writes in digits, sorted, each without its thousands commas."""
    return sorted(found.replace(",", "").rstrip(".") for found in _NUMBER.findall(text))


def located(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text, each with where it starts and ends in the text as it was given."""
    return [(word, m.start(), m.end()) for m in _WORD.finditer(text) for word in words(m.group())]


def masked(found: list[str]) -> list[str]:
    """Return words with every number as `0`."""
    return ["0" if word.isdecimal() or word in SPELLED else word for word in found]


def value_of(word: str) -> str:
    """Return a number's value in digits, so that `sixteen` and `16` agree; another word as it is."""
    return SPELLED.get(word, word)
