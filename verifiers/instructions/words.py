"""Recognise which words, letters and signs a response must hold, must not hold, and how often.

Words count where they are quoted, or follow a colon as a short list; a word that merely stands in
the sentence ("use the word carefully") is not taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evol.verifiers.instructions.clauses import Clause, quotes
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.quantities import NUMBER, TIMES, Bounds, number

Q: Final = r"[\x00]+"
QUOTES: Final = (
    rf"{Q}(?:\s*(?:,|and|or|,\s*and|,\s*or|,?\s*y|,?\s*et|,?\s*und|/)\s*(?:the (?:word|phrase)s?\s+)?{Q})*"
)
NOUN: Final = (
    r"(?:(?:the\s+|all of the\s+|all the\s+|any of the\s+|either of the\s+)?(?:exact\s+|following\s+"
    r"|specific\s+|two\s+|three\s+|four\s+"
    r"|five\s+|key)?(?:words?|phrases?|terms?|keywords?|expressions?|names?"
    r"|sentences?)(?:\s+and\s+phrases?)?[:\s]+)"
)
TIMES_AMOUNT: Final = (
    rf"(?:(?P<least>at least)\s+|(?P<most>at most|no more than|up to)\s+|(?P<exact>exactly|precisely|only"
    rf"|just)\s+)?"
    rf"(?:(?P<n>{NUMBER})\s+times|(?P<t>once|twice|thrice))(?P<more>\s+or more)?"
)
USES: Final = (
    r"(?:includes?|including|uses?|using|contains?|containing|mentions?|mentioning|features?|featuring"
    r"|employ|insert)"
)
REQUIRED: Final = re.compile(
    rf"(?<!not )(?<!n't )(?<!never )(?<!without )(?<!avoid )\b{USES}\s+(?:both\s+|all "
    rf"of\s+)?{NOUN}(?P<quoted>{QUOTES})(?:,?\s+{TIMES_AMOUNT})?",
    re.I,
)
APPEARS: Final = re.compile(
    rf"\bthe (?:word|phrase|term)\s+(?P<quoted>{Q})\s+(?:should|must|has to|needs "
    rf"to)\s+(?P<not>not\s+)?(?:appear|occur|be used|be mentioned)"
    rf"(?:\s+(?:in (?:your|the) \w+\s+)?{TIMES_AMOUNT})?",
    re.I,
)
FORBIDDEN: Final = re.compile(
    rf"\b(?:(?:do not|don['’]t|never|must not|should not|may not|cannot|can't|without|avoid|refrain "
    rf"from)\s+(?:ever\s+)?(?:{USES}|say|saying|write|writing)?"
    rf"|(?:exclude|omit|leave out|avoid))\s*(?:any of\s+)?{NOUN}(?P<quoted>{QUOTES})(?!\s*(?:{NUMBER}\s+ti"
    rf"mes|more than|as|twice|once|at the|in the))",
    re.I,
)
GIVEN: Final = re.compile(
    r"\b(?:uses?|using|contains?|containing|includes?|including)\s+(?:all\s+)?(?:of\s+)?(?:the"
    r"|these)\s+(?:following|given)?\s*(?:\w+\s+)?"
    r"(?P<noun>words?|keywords?|terms?)\b",
    re.I,
)
LISTED: Final = re.compile(
    r"\s*(?:in [^\n:]{1,40})?[.:]?\s*\n+\s*(?:words?:\s*|keywords?:\s*)?(?P<list>[^\W\d_]+(?:['’-][^\W\d_]"
    r"+)*(?:\s*,\s*(?:and\s+)?[^\W\d_]+(?:['’-][^\W\d_]+)*){0,11})\.?\s*\Z"
)
INLINE: Final = re.compile(
    r":\s*(?P<list>[^\W\d_]+(?:['’-][^\W\d_]+)*(?:\s*,\s*(?:and\s+)?[^\W\d_]+(?:['’-][^\W\d_]+)*){1,11})[."
    r"]?\s*\Z"
)
LETTER: Final = rf"the letter\s+(?:(?P<q>{Q})|(?P<bare>[A-Za-z])\b(?!['’]))"
NO_LETTER: Final = re.compile(
    rf"\b(?:without (?:ever )?(?:using |containing )?|do not use |don['’]t use |never use |avoid (?:using "
    rf")?|(?:must not|does not|should not|may not) (?:contain|use|include) |cannot (?:contain|use) )"
    rf"(?:any words? (?:containing|that contains?|with) )?{LETTER}(?!\s*[\w]* (?:more than|at the|as|to))",
    re.I,
)
LETTER_TIMES: Final = re.compile(
    rf"{LETTER}\s+(?:should |must |has to |needs to )?(?:appears?\s+|occurs?\s+)?{TIMES_AMOUNT}", re.I
)
SIGNS: Final = {
    "commas": ",",
    "comma": ",",
    "semicolons": ";",
    "exclamation marks": "!",
    "exclamation points": "!",
    "question marks": "?",
    "digits": "0123456789",
    "numerals": "0123456789",
    "parentheses": "()",
    "hyphens": "-",
    "asterisks": "*",
}
NO_SIGN: Final = re.compile(
    rf"\b(?:do not use|don['’]t use|without(?: using)?|avoid(?: using)?|never use|no|refrain from using"
    rf"|must not (?:contain|use|include))\s+"
    rf"(?:any\s+|a single\s+)?(?P<sign>{'|'.join(sorted(SIGNS, key=len, reverse=True))})\b"
    rf"(?!\s*(?:at|after|before|between|in the|unless|except|for|to|or (?!exclamation|question|semicolons"
    rf"|digits)|splice|errors?|mistakes?))",
    re.I,
)
PARTIAL: Final = re.compile(
    r"\b(?:each|every|per)\b|\b(?:first|second|third|last|final|opening|closing)\s+(?:sentence|paragraph"
    r"|line|stanza|word)\b"
    r"|\btitle\b|\bexplain(?:ing)? (?:the|what|how|why)\b|\bfunction\b|\bif\b|\binstead\b|\breplac",
    re.I,
)


# "I must use the word": somebody else is spoken of.
SOMEBODY: Final = re.compile(r"\b(?:I|he|she|they|we|who|people|everybody)\s+(?:\w+\s+){0,3}$", re.I)


def _times(found: re.Match[str]) -> Bounds:
    groups = found.groupdict()
    if groups.get("t") is None and groups.get("n") is None:
        return Bounds(1, None)
    n = TIMES[groups["t"].lower()] if groups.get("t") else number(groups["n"])
    if groups.get("least") or groups.get("more"):
        return Bounds(n, None)
    return Bounds(None, n) if groups.get("most") else Bounds(n, n)


def _constraint(clause: Clause, found: re.Match[str], kind: str, **parameters: object) -> Constraint:
    start, end = found.span()
    return Constraint(
        kind,
        clause.start + start,
        clause.start + end,
        clause.text[start:end],
        {**parameters},  # type: ignore[dict-item]
    )


def words(clause: Clause) -> Iterator[Constraint]:
    """Yield the quoted words that must or must not occur."""
    if PARTIAL.search(clause.masked):
        return
    for found in REQUIRED.finditer(clause.masked):
        if SOMEBODY.search(clause.masked[: found.start()]):
            continue
        bound = _times(found)
        either = bool(
            re.search(
                r"\x00\s*,?\s*or\s|either of|any of", clause.masked[found.start() : found.end("quoted")]
            )
        )
        listed = quotes(clause, *found.span("quoted"))
        yield _constraint(clause, found, "include", words=listed, any=either, low=bound.low, high=bound.high)
    for found in APPEARS.finditer(clause.masked):
        listed = quotes(clause, *found.span("quoted"))
        if found["not"]:
            if found["n"] is None and found["t"] is None:
                yield _constraint(clause, found, "exclude", words=listed)
        else:
            bound = _times(found)
            yield _constraint(
                clause, found, "include", words=listed, any=False, low=bound.low, high=bound.high
            )
    for found in FORBIDDEN.finditer(clause.masked):
        yield _constraint(clause, found, "exclude", words=quotes(clause, *found.span("quoted")))


def given_words(clause: Clause, instruction: str) -> Iterator[Constraint]:
    """Yield the words that are listed behind the instruction ("using the given words: a, b")."""
    found = GIVEN.search(clause.masked)
    if (
        found is None
        or PARTIAL.search(clause.masked)
        or re.search(r"\b(?:not|without|avoid|never)\b", clause.masked, re.I)
    ):
        return
    tail = LISTED.match(instruction, clause.start + found.end()) or INLINE.match(clause.text, found.end())
    if tail is None:
        return
    listed = [re.sub(r"^and\s+", "", word.strip()) for word in tail["list"].split(",")]
    yield _constraint(clause, found, "include", words=listed, any=False, low=1, high=None)


def letters(clause: Clause) -> Iterator[Constraint]:
    """Yield the letters and signs that must not occur, and the letters that are counted."""
    if PARTIAL.search(clause.masked):
        return
    for found in NO_LETTER.finditer(clause.masked):
        if letter := _letter(clause, found):
            yield _constraint(clause, found, "letter", letter=letter, low=None, high=0)
    for found in LETTER_TIMES.finditer(clause.masked):
        bound = _times(found)
        if letter := _letter(clause, found):
            yield _constraint(clause, found, "letter", letter=letter, low=bound.low, high=bound.high)
    for found in NO_SIGN.finditer(clause.masked):
        yield _constraint(clause, found, "exclude", signs=SIGNS[found["sign"].lower()])


def _letter(clause: Clause, found: re.Match[str]) -> str:
    letter = found["bare"] or "".join(quotes(clause, *found.span("q")))
    return letter.lower() if len(letter) == 1 else ""
