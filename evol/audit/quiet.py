"""One look at both texts of a row that proves, for most rows, that no rule which looks for marks objects.

Such a rule needs one of a few words or signs to stand in the text. The words of both texts are
therefore split once and compared with all those words together, which costs a tenth of asking
rule after rule. Only ASCII is looked at; other texts may hold anything. That there are no marks is
a proof, which tests hold for every rule; that there may be some only sends the row to the screens.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from evol.audit.screens import Screened
from evol.verifiers.text_language import FOREIGN, LEAD, READ, WORDS
from evol.verifiers.text_personal import IBAN_START, KEY_STARTS, NINE_DIGITS

# Each is a word that some rule cannot object without, between signs that are no letters.
# copied_prompt and leaked_prompt; refusal and assistant_boilerplate; chat_template.
MARK_WORDS: Final = frozenset(
    re.findall(
        r"\w+",
        "prompt prompts rewritten written evolved rewriter writer creator rewriting objective complicate "
        "rewrite evolve enhance difficulty ai responded "
        "sorry artificial apologies unfortunately regrettably "
        "assistant bot gpt chatbot describes inst sys",
    )
)
MARKS: Final = ("language model", "\nuser", "\nhuman")
ANNOUNCING: Final = frozenset({"here", "this", "below"})
REFUSING: Final = frozenset({"i", "my"})
AFTER_HASH: Final = (
    "given", "new", "original", "rewritten", "created", "evolved", "final", "the", "method", "core",
    "instruction", "response", "human", "assistant",
)  # fmt: skip
AFTER_BRACKET: Final = (
    "|", "s>", "instruction", "evolved", "rewritten", "given_prompt", "start_of", "end_of",
)  # fmt: skip
FIRST_WORDS: Final = 4
OPENINGS: Final = 80

# Small words of other languages that English does not have, and small words that it has in common.
NOT_ENGLISH: Final = frozenset().union(*WORDS.values()) - WORDS["en"]
SHARED: Final = WORDS["en"].intersection(frozenset().union(*(w for c, w in WORDS.items() if c != "en")))
TELLING: Final = MARK_WORDS | NOT_ENGLISH
LEAST_FOREIGN: Final = 2
# Where any of these stands, a language is read of a part of the text.
PARTING: Final = re.compile(r'[`"]|http|\n\s*\n|<[^<>\n]*[A-Za-z][^<>\n]*>')
LETTERS_ONLY: Final = {code: " " for code in range(128) if not (chr(code).isalpha() or chr(code) == "'")}


def _number_table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in range(128):
        sign = chr(code)
        table[code] = "0" if sign.isdigit() else "A" if sign.isupper() else "."
    return table | dict.fromkeys(map(ord, " ().+-"))


# Digits alike, capitals alike, and nothing left of what may stand between the digits of one number.
NUMBERS: Final = _number_table()
DIGITS: Final = "0" * 9
IBAN: Final = "AA00"


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
    found = TELLING.intersection(_words(low))
    marked = (
        not MARK_WORDS.isdisjoint(found)
        or any(map(low.__contains__, MARKS))
        or ("#" in low and _follows("#", low, AFTER_HASH))
        or ("<" in low and _follows("<", low, AFTER_BRACKET))
        or _begins(asked, ANNOUNCING)
        or _begins(said, REFUSING)
    )
    foreign = not NOT_ENGLISH.isdisjoint(found) and not (only_english(asked.raw) and only_english(said.raw))
    return Marks(marked, may_be_personal(f"{asked.raw}\n{said.raw}"), foreign)


def _words(low: str) -> list[str]:
    return low.translate(LETTERS_ONLY).replace("'", " ").split()


def _begins(text: Screened, words: frozenset[str]) -> bool:
    """Whether one of these may be among the first words, or no word stands where a text begins."""
    first = _words(text.low[:OPENINGS])[:FIRST_WORDS]
    return not words.isdisjoint(first) or (not first and len(text.raw) > OPENINGS)


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
    return foreign + _count(words, SHARED) < LEAD * _count(words, WORDS["en"])


def _spoken(text: str) -> list[str]:
    """Return the words of a text in small letters, with the apostrophes inside them."""
    letters = text.lower().translate(LETTERS_ONLY)
    if "'" in letters:
        letters = f" {letters} ".replace("' ", " ").replace(" '", " ")
    return letters.split()


def _count(words: list[str], some: frozenset[str]) -> int:
    return sum(map(some.__contains__, words))


def _follows(sign: str, low: str, words: tuple[str, ...]) -> bool:
    """Whether one of these stands after the sign, a slash and white space apart."""
    return any(piece.removeprefix("/").lstrip().startswith(words) for piece in low.split(sign)[1:])


def may_be_personal(text: str) -> bool:
    """Screen for `personal_data`: an address, the start of a key, digits in a row, an IBAN's beginning."""
    if "@" in text:
        return True
    if text.isascii():
        numbers = text.translate(NUMBERS)
        if DIGITS in numbers or IBAN in numbers:
            return True
    elif NINE_DIGITS.search(text) or IBAN_START.search(text):
        return True
    return any(map(text.__contains__, KEY_STARTS))
