"""Recognise how long a response is to be: words, sentences, paragraphs, lines, bullets, items …

A length binds the whole response only where nothing in its sentence gives it to a part: a title,
an introduction, each item. What may be meant for a part is not recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from evol.verifiers.instructions.clauses import Clause, is_order
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.quantities import NUMBER, OR_FEWER, OR_MORE, PHRASES, amount_pattern, bounds

PARTS: Final = (
    r"titles?|headlines?|headings?|subject lines?|subject|introduction|intro|conclusion|captions?"
    r"|taglines?|slogans?"
    r"|abstract|stanzas?|verses?|chapters?|closing|opening|hook|quotes?|quotations?|examples?|options?"
    r"|names?|rows?"
    r"|columns?|preface|epilogue|prologue|postscript|signature|greeting|sign-off|labels?|password"
    r"|passphrase|keys?"
)
# What follows a length and still means the whole response.
WHOLES: Final = (
    r"summary|summari[sz]ation|story|tale|essay|description|paragraph|poem|explanation|answer|response"
    r"|reply|review"
    r"|article|letter|email|e-mail|message|speech|biography|bio|report|note|text|definition|blurb|post"
    r"|pitch|joke"
    r"|dialogue|scene|paraphrase|recap|overview|statement|argument|monologue|synopsis|piece|account"
    r"|obituary|ad"
    r"|advertisement|toast|memo|tweet|fable|anecdote|narrative|limerick|haiku|rhyme|song|product description"
)
DISTRIBUTED: Final = re.compile(
    r"\b(?:each|every|per|apiece|respectively|jede[rnms]?|jeweils|chaque|cada|ogni|elke?)\b", re.I
)
EACH_ATTRIBUTE: Final = re.compile(r",\s*each\s+(?:\w+ing|with|of which|one\s+\w+ing)\b.*$", re.I | re.S)
BEFORE_PART: Final = re.compile(
    rf"\b(?:(?:{PARTS}|first|second|third|fourth|fifth|last|final|another|extra|additional|section \d+|for "
    rf"example"
    rf"|followed by|chunks?|groups?|sets?|blocks?)\W+(?:\w+\W+){{0,2}}|(?:following|these|those|given|the"
    rf"|both|all|any|some)\W+)$",
    re.I,
)
PART_SUBJECT: Final = re.compile(
    rf"\b(?:{PARTS}|sections?|bullets?|bullet points?|items?|points?(?! of view)|steps?)\b[^,;]*$", re.I
)
ATTACHED: Final = re.compile(
    r"\b(?:include|add|append|start|begin|open|end|finish|conclude|close|followed|insert|plus|precede[ds]?"
    r"|provide"
    r"|preface)\b[^,;]*\b(?:a|an|one|with|by)\s+$",
    re.I,
)
# "A word of at least four characters".
OF_A_WORD: Final = re.compile(r"\b(?:words?|lines?|sentences?|names?|usernames?|titles?)\b[^,;]*$", re.I)
# "Words that are longer than …": what the length belongs to is the noun before.
RELATIVE: Final = re.compile(r"\b(?P<noun>\w+)\s+(?:that|which|whose|who)\s[^,;]*$", re.I)
# "Write an abstract of …": the part is the whole.
OBJECT: Final = re.compile(
    rf"^\W*(?:please\s+)?(?:write|compose|draft|create|give me|make|craft|suggest"
    rf"|invent)\s+(?:me\s+)?(?:an?|one|the)\s+(?:\w+\s+)?(?:{PARTS})"
    rf"(?:\s+for\s+(?:\w+\s+){{1,4}})?\s*$",
    re.I,
)
AFTER_PART: Final = re.compile(
    rf"^(?:\s+long)?\s*(?:(?:in|for|of|about|at|to|from)\s+(?:the\s+)?(?:first|second|third|last|final"
    rf"|(?:opening|closing) (?:sentence|paragraph|line)"
    rf"|each|every|beginning|end|{PARTS}|introduction|text below|passage|article|paragraph)\b|each\b|per\b"
    rf"|apart\b"
    rf"|(?:from|of) (?:the|this|my) \w+|(?:that|which) (?:are|is|were|has|have|describe|use|rhyme|start"
    rf"|begin|end)\b"
    rf"|related|starting|beginning|ending|meaning|containing the letter|you|per minute|or phrases)",
    re.I,
)
ITEM_VERBS: Final = (
    "list|give|name|suggest|provide|write|generate|come up with|brainstorm|recommend|propose|offer|share"
    "|tell|identify"
    "|think of|mention|describe|outline"
)
# Plural nouns that are no items of a list, or that a sentence of running text can hold.
NO_ITEMS: Final = frozenset(
    re.findall(
        r"\S+",
        "words sentences paragraphs lines characters letters syllables pages sections chapters "
        "stanzas verses times minutes hours days weeks months years seconds percent degrees "
        "dollars euros points people persons players stars kilometers kilometres miles meters "
        "metres grams calories servings columns rows digits numbers friends children kids sisters "
        "brothers sides pounds acts scenes parts turns levels placeholders sets pairs perfect "
        "steps this his its us is was has less does series bullets tables decimals lists",
    )
)
RUNNING: Final = re.compile(
    r"\b(?:story|poem|essay|letter|dialogue|conversation|scene|email|paragraph|song|script|table|json|csv"
    r"|yaml|xml"
    r"|one sentence|between|compare|comparing|using|about|from|for each|program|function|code|haikus?"
    r"|limericks?"
    r"|jokes?|stories|poems|essays|letters|emails)\b",
    re.I,
)
# A number of these asks for several texts, each of which may hold lists of its own.
ITEMS: Final = re.compile(
    rf"(?:^\W*|\b(?:please|then|and|(?:can|could) you)\s+|[,:]\s+)(?P<verb>{ITEM_VERBS})\s+(?:me\s+"
    rf"|us\s+)?(?:a "
    rf"(?:numbered |bulleted )?list of\s+)?"
    rf"(?P<amount>(?:(?P<exact>exactly|precisely)\s+|(?P<least>at least)\s+|(?P<most>at most|no more than"
    rf"|up to)\s+)?"
    rf"(?P<n>{NUMBER})\s+(?:(?!and\b|or\b|of\b)[\w'’-]+\s+){{0,3}}?(?P<noun>[a-z’'-]{{3,}}s))"
    rf"(?=\s*(?:[.,;:!?]|$|\s(?:for|to|of|that|which|in|on|about|i|you|we|a|an|the|from|when|who|where"
    rf"|with|related|why|how|at|by)\b))",
    re.I,
)
FEW, MANY = 2, 50


@cache
def _pattern(language: str) -> re.Pattern[str]:
    units = "|".join(f"(?P<{name}>{words})" for name, words in PHRASES[language].units.items())
    return re.compile(
        rf"(?<![\w'’$€£.-])(?:(?P<bare>{PHRASES[language].bare})\s+)?{amount_pattern(language)}[\s-]+"
        rf"(?:[a-z]+ing\s+|short\s+|long\s+|simple\s+|complete\s+|full\s+|clear\s+|different\s+"
        rf"|well-\w+\s+|kurzen\s+|courtes\s+)?"
        rf"(?:{units})(?![\w'’])(?:\s*,?\s*(?P<suffix>{OR_MORE}|{OR_FEWER})(?!\w))?",
        re.IGNORECASE,
    )


def _unit(found: re.Match[str], language: str) -> str:
    return next(name for name in PHRASES[language].units if found[name])


def _compound(clause: Clause, found: re.Match[str]) -> bool | None:
    """Whether "a 50-word NOUN" means the whole response; None where it is no such compound."""
    if not re.search(r"-\s*(?:words?|sentences?|paragraphs?|lines?|characters?)$", found.group(), re.I):
        return None
    noun = re.match(rf"\s*(?:,?\s*[\w'-]+){{0,3}}?\s*\b(?:{WHOLES})\b", clause.masked[found.end() :], re.I)
    makes = re.search(
        r"\b(?:write|compose|create|give|make|generate|draft|tell|produce|prepare|craft|provide|rewrite"
        r"|turn|form|into)\b"
        r"(?:\s+(?:me|us|it|this|that|them))?(?:\s+(?:as|in|into))?\s+(?:a|an"
        r"|one)?\s*(?:(?!and\b)[\w,'-]+\s+){0,3}$",
        clause.masked[: found.start()],
        re.I,
    )
    return bool(noun and makes)


def _of_the_whole(clause: Clause, found: re.Match[str]) -> bool:
    before, after = clause.masked[: found.start()], clause.masked[found.end() :]
    rest = EACH_ATTRIBUTE.sub("", clause.masked)
    if re.match(r"\s*,?\s*and (?:an?|then|one)\b", after, re.I):
        return False
    if DISTRIBUTED.search(rest) or AFTER_PART.match(after) or ATTACHED.search(before):
        return False
    compound = _compound(clause, found)
    if compound is not None:
        return compound
    described = RELATIVE.search(before)
    if described and not re.fullmatch(WHOLES, described["noun"], re.I):
        return False
    if OBJECT.search(before):
        return True
    return not (BEFORE_PART.search(before) or PART_SUBJECT.search(before))


def _bound_to(clause: Clause, found: re.Match[str], language: str) -> bool:
    """Whether the words before the number tie it to what is to be written."""
    if re.fullmatch(r"has|have|contains?|is|be", found["bare"] or "", re.I):
        stated = re.search(
            r"\b(?:that|which|it|must|should|to|shall|will)\s*$", clause.masked[: found.start()], re.I
        )
        return stated is not None
    named = any(found[name] for name in ("least", "more", "most", "fewer", "exact", "about", "between"))
    if language == "en":
        ahead = re.search(
            r"\b(?:tell|write|compose|give|limit|keep|say|answer|respond|reply|describe|explain"
            r"|summari[sz]e|use|make"
            r"|create|generate|draft|produce)\b[^,;:]*$",
            clause.masked[: found.start()],
            re.I,
        )
        return bool(
            found["bare"]
            or named
            or (ahead and found["suffix"])
            or ("-" in found.group())
            or _one(clause, found)
        )
    return bool(found["bare"] or named)


def _one(clause: Clause, found: re.Match[str]) -> bool:
    """Whether it is "write N sentences": the texts that the verb makes are the units themselves."""
    return bool(
        re.search(
            r"(?:^|\b(?:please|then|and|to)\s+|,\s+)(?:write|compose|give me|produce|generate"
            r"|draft)\s+(?:me\s+)?$",
            clause.masked[: found.start()],
            re.I,
        )
    )


def lengths(clause: Clause, *, several: bool, language: str = "en") -> Iterator[Constraint]:
    """Yield the lengths that a clause sets for the whole response.

    With `several` tasks in the instruction a length fits neither, and none is recognised.
    """
    if several or (language == "en" and not is_order(clause.masked)):
        return
    for found in _pattern(language).finditer(clause.masked):
        unit = _unit(found, language)
        bound = bounds(found.groupdict(), unit, loose=not found["exact"])
        if unit == "characters" and OF_A_WORD.search(clause.masked[: found.start()]):
            continue
        if bound is None or not _bound_to(clause, found, language) or not _of_the_whole(clause, found):
            continue
        start, end = clause.start + found.start(), clause.start + found.end()
        yield Constraint(
            "length", start, end, clause.text[found.start() : found.end()],
            {"unit": unit, "low": bound.low, "high": bound.high},
        )  # fmt: skip


def items(clause: Clause, *, several: bool) -> Iterator[Constraint]:
    """Yield how many items a list is to have ("suggest five names for …")."""
    found = ITEMS.search(clause.masked)
    if several or found is None or found["noun"].lower() in NO_ITEMS:
        return
    if RUNNING.search(clause.masked[: found.end()]) or DISTRIBUTED.search(clause.masked):
        return
    bound = bounds(found.groupdict(), "items", loose=False)
    if bound is None or not FEW <= max(bound.low or 0, bound.high or 0) <= MANY:
        return
    start, end = found.span("amount")
    yield Constraint(
        "length", clause.start + start, clause.start + end, clause.text[start:end],
        {"unit": "items", "low": bound.low, "high": bound.high},
    )  # fmt: skip
