"""One look at both texts of a row that proves, for most rows, that no rule which looks for marks objects.

Such a rule needs one of a few words or signs to stand in the text. The words of both texts are
therefore split once and compared with all those words together, which costs a tenth of asking
rule after rule. Only ASCII is looked at; other texts may hold anything. That there are no marks is
a proof, which tests hold for every rule; that there may be some only sends the row to the screens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from evol.audit.screens import Screened
from evol.verifiers.text_language import FOREIGN, LEAD, READ, WORDS
from evol.verifiers.text_personal import IBAN_START, KEY_STARTS, NINE_DIGITS

Words = frozenset[bytes]


def _ascii(words: Iterable[str]) -> Words:
    return frozenset(word.encode() for word in words if word.isascii())


# Words that a rule cannot object without: copied_prompt and leaked_prompt; refusal and
# assistant_boilerplate; chat_template.
MARK_WORDS: Final = _ascii(
    re.findall(
        r"\w+",
        "prompt prompts rewritten written evolved rewriter writer creator rewriting objective complicate "
        "rewrite evolve enhance difficulty ai responded "
        "sorry artificial apologies unfortunately regrettably "
        "assistant bot gpt chatbot describes inst sys",
    )
)
# Words that are common enough to look for what must stand beside them.
BESIDE: Final = {b"language": "language model", b"user": "\nuser", b"human": "\nhuman", b"instruction": "<"}
ANNOUNCING: Final = _ascii(("here", "this", "below"))
REFUSING: Final = _ascii(("i", "my"))
AFTER_HASH: Final = (
    "given", "new", "original", "rewritten", "created", "evolved", "final", "the", "method", "core",
    "instruction", "response", "human", "assistant",
)  # fmt: skip
BRACKETED: Final = ("<|", "_of_turn>", "s>")
FIRST_WORDS: Final = 4

# Small words of other languages that English does not have, and small words that it has in common.
NOT_ENGLISH: Final = _ascii(frozenset().union(*WORDS.values()) - WORDS["en"])
ENGLISH: Final = _ascii(WORDS["en"])
SHARED: Final = ENGLISH & _ascii(frozenset().union(*(w for code, w in WORDS.items() if code != "en")))
TELLING: Final = MARK_WORDS | NOT_ENGLISH | BESIDE.keys()
LEAST_FOREIGN: Final = 2
# Where any of these stands, a language is read of a part of the text.
PARTING: Final = re.compile(r'[`"]|http|\n\s*\n|<[^<>\n]*[A-Za-z][^<>\n]*>')


def _table(letters: bytes, other: bytes) -> bytes:
    """Return a table for `bytes.translate` that keeps these and turns everything else into another sign."""
    return bytes(code if code in letters else other[0] for code in range(256))


SMALL: Final = b"abcdefghijklmnopqrstuvwxyz"
WRITTEN: Final = _table(SMALL, b" ")
SPOKEN: Final = _table(SMALL + b"'", b" ")
# Digits alike, capitals alike, and nothing left of what may stand between the digits of one number.
NUMBERS: Final = bytes(
    ord("0" if chr(code).isdecimal() else "A" if chr(code).isupper() else ".") for code in range(128)
).ljust(256, b".")
BETWEEN: Final = b" ().+-"
DIGITS: Final = b"0" * 9
IBAN: Final = b"AA00"
CAPITALS: Final = b"AAAA"
KEYS: Final = {
    sign: tuple(key for key in KEY_STARTS if sign in key or (sign == "-" and key == "xox"))
    for sign in ("-", "_")
}  # fmt: skip
# What is left after these has four capitals; the tests hold that none is forgotten.
OTHER_KEYS: Final = ("AIza", "eyJ")


class Marks(NamedTuple):
    """What a row may hold: words or signs that a rule looks for, personal data, another language."""

    words: bool
    personal: bool
    foreign: bool


def look(asked: Screened, said: Screened) -> Marks:
    """Return what an instruction and its response may hold."""
    low = f"{asked.low}\n{said.low}"
    if not low.isascii():
        return Marks(words=True, personal=True, foreign=True)
    of_asked, of_said = (each.low.encode().translate(WRITTEN).split() for each in (asked, said))
    found = TELLING.intersection(of_asked) | TELLING.intersection(of_said)
    marked = (
        not MARK_WORDS.isdisjoint(found)
        or ("#" in low and _heading(low))
        or ("<" in low and any(map(low.__contains__, BRACKETED)))
        or not ANNOUNCING.isdisjoint(of_asked[:FIRST_WORDS])
        or not REFUSING.isdisjoint(of_said[:FIRST_WORDS])
        or any(BESIDE[word] in low for word in found & BESIDE.keys())
    )
    foreign = not NOT_ENGLISH.isdisjoint(found) and not (only_english(asked.raw) and only_english(said.raw))
    return Marks(marked, may_be_personal(f"{asked.raw}\n{said.raw}"), foreign)


def _heading(low: str) -> bool:
    """Whether a # is followed, spaces apart, by a word that a rule looks for there."""
    first, last = low.find("#"), low.rfind("#")
    pieces = low[first + 1 :].split("#") if low[first:last].strip("#") else [low[last + 1 :]]
    return any(piece.lstrip().startswith(AFTER_HASH) for piece in pieces)


def only_english(text: str) -> bool:
    """Whether a text in ASCII holds too few words of any other language to be taken for it.

    Another language takes five small words and a lead of 1.6 over English, which shares them all but
    a few: fewer than two of these cannot make up for it, in whichever part of the text.
    """
    words = _spoken(text)
    if NOT_ENGLISH.isdisjoint(words):
        return True
    foreign = _count(words, NOT_ENGLISH)
    if foreign < LEAST_FOREIGN:
        return True
    if len(text) > READ:
        return False
    if PARTING.search(text):
        return _count(_spoken(FOREIGN.sub(" ", text)), NOT_ENGLISH) < LEAST_FOREIGN
    return foreign + _count(words, SHARED) < LEAD * _count(words, ENGLISH)


def _spoken(text: str) -> list[bytes]:
    """Return the words of a text in small letters, with the apostrophes inside them."""
    letters = text.lower().encode().translate(SPOKEN)
    if b"'" in letters:
        letters = b" %b " % letters
        letters = letters.replace(b"' ", b" ").replace(b" '", b" ")
    return letters.split()


def _count(words: list[bytes], some: Words) -> int:
    return sum(map(some.__contains__, words))


def may_be_personal(text: str) -> bool:
    """Screen for `personal_data`: an address, the start of a key, digits in a row, an IBAN's beginning."""
    if "@" in text:
        return True
    if not text.isascii():
        return bool(NINE_DIGITS.search(text) or IBAN_START.search(text)) or _holds(text, KEY_STARTS)
    numbers = text.encode().translate(NUMBERS, BETWEEN)
    if DIGITS in numbers or IBAN in numbers or CAPITALS in numbers:
        return True
    return _holds(text, OTHER_KEYS) or any(sign in text and _holds(text, keys) for sign, keys in KEYS.items())


def _holds(text: str, marks: tuple[str, ...]) -> bool:
    return any(map(text.__contains__, marks))
