"""Recognise how a response starts and ends, its sections, its marks, and the choice it must make."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evol.types import Json
from evol.verifiers.instructions.clauses import Clause, quotes
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.lengths import DISTRIBUTED

Q: Final = r"\x00+"
WHOLE: Final = (
    r"(?:(?:your|the|a|an|it|this|that)\s+)?(?:\w+\s+)?(?:response|answer|reply|text|story|poem|essay"
    r"|letter|email|message|summary|output|tale"
    r"|speech|review|sentence|joke|it|scene|piece|article|post|description|haiku|note|paragraph|explanation)"
)
SAYING: Final = (
    r"(?:the\s+)?(?:exact\s+|following\s+|single\s+|very\s+)*(?:words?|phrase|sentence|line|question|text"
    r"|statement|greeting)?\s*:?\s*"
)
EDGE: Final = re.compile(
    rf"(?:\b(?P<start>start|begin|open)|\b(?P<end>end|finish|conclude|close))(?:s"
    rf"|ing)?\s+(?:off\s+)?(?:{WHOLE}\s+)?(?:with|by saying)\s+{SAYING}(?P<quoted>{Q})",
    re.I,
)
EDGE_PART: Final = re.compile(
    r"\b(?:each|every|all|words?|lines?|names?|letters?|titles?|first paragraph|second|third|last "
    r"paragraph|sentences|strings?|files?|numbers?|or|function|urls?)\b[^\x00]*$",
    re.I,
)
FIRST_WORDS: Final = re.compile(
    rf"\b(?:the )?(?P<edge>first|last) (?:word|words)(?: of your (?:response|answer|reply|text))? "
    rf"(?:should|must|has to|is to) be\s+(?P<quoted>{Q})",
    re.I,
)
SECTIONS: Final = re.compile(
    rf"\b(?:with|include|into|use|using|has|have|under)\s+(?:exactly\s+)?(?:the\s+"
    rf"|these\s+)?(?:following\s+)?(?:two\s+|three\s+|four\s+|five\s+|six\s+)?"
    rf"(?:sections|headings|headers|section headings|subheadings|parts)(?:\s+(?:titled|called|named|headed"
    rf"|labell?ed|entitled))?\s*[:,]?\s*(?P<quoted>{Q}(?:\s*(?:,\s*and|,|and)\s*{Q})+)",
    re.I,
)
PLAIN_SECTIONS: Final = re.compile(
    r"\b(?:with|into|under|using|include)\s+(?:exactly\s+)?(?:the\s+|these\s+)?(?:following\s+)?(?:two\s+"
    r"|three\s+|four\s+|five\s+)?(?:sections|headings)"
    r"(?:\s+(?:titled|called|named|headed))?\s*:?\s+(?P<list>[A-Z]\w*(?: [a-z]\w*)?(?:, [A-Z]\w*(?: "
    r"[a-z]\w*)?)*,? and [A-Z]\w*(?: [a-z]\w*)?)\s*(?=[.;]|$)"
)
ANGLED: Final = re.compile(
    r"\btitle\b[^.;!?]{0,60}?\bdouble (?:angular|angle) brackets|\btitle\b[^.;!?]{0,40}<<[^<>\n]*>>", re.I
)
POSTSCRIPT: Final = re.compile(
    r"\b(?:add|include|end with|finish with|close with|append)\b[^.;!?]{0,40}?\b(?:a\s+)?(?:postscript\b"
    r"|P\.\s?S\.)",
    re.I,
)
WRAPPED: Final = re.compile(
    r"\b(?:wrap|enclose|put|surround)\s+(?:your\s+|the\s+)?(?:entire\s+|whole\s+)?(?:response|answer|reply"
    r"|output)\s+(?:in|with|inside|within)\s+(?:double\s+)?quot(?:ation|e)s?(?:\s+marks)?",
    re.I,
)
LABELS: Final = r"[A-Za-z][\w-]*(?: [a-z]+)?"
CHOICE_VERB: Final = (
    r"(?:output|answer(?: (?:only |simply |just )?(?:with|by))?|respond(?: (?:only |simply |just )?with)?"
    r"|reply(?: (?:only |simply |just )?with)?|say|return|print)"
)
CHOICE: Final = re.compile(
    rf"(?:^\W*|[.;,]\s+|\b(?:please|should|must|and|can|may|simply|just|only"
    rf"|to)\s+){CHOICE_VERB}\s+(?:only\s+|just\s+|either\s+|simply\s+|with\s+)*"
    rf"(?:(?P<quoted>{Q}(?:\s*,\s*(?:or\s+)?{Q})*\s*,?\s*or\s+{Q})"
    rf"|(?P<plain>[A-Za-z]+(?:,\s*[A-Za-z]+)*,?\s+or\s+(?:not\s+)?[A-Za-z]+))\s*(?P<rest>[.;,]|\)|$|\n"
    rf"|only|and nothing)",
    re.I,
)
PLAIN_OPTIONS: Final = frozenset(
    re.findall(
        r"\S+",
        "yes no true false positive negative neutral mixed unknown maybe agree disagree a b c d e correct "
        "incorrect spam ham left right up down"
        " valid invalid safe unsafe formal informal fact opinion even odd hot cold high low medium",
    )
)
SELECT: Final = re.compile(
    r"(?:^\W*|[.;,]\s+)(?:select|choose|pick|answer)\s+(?:only\s+|one "
    r"of\s+)?(?P<plain>[A-E](?:,\s*[A-E])+,?\s+or\s+[A-E])\b",
    re.I,
)
FORCED: Final = re.compile(r"^\W*(?P<plain>yes or no|true or false|yes/no|true/false)\W*$", re.I)
SORTED: Final = re.compile(
    rf"\bclassify\b[^.;]{{0,80}}\b(?:into|as)\s+(?:either\s+)?(?:(?P<quoted>{Q}(?:\s*,\s*(?:or\s+)?{Q})*\s"
    rf"*,?\s*or\s+{Q})"
    r"|(?P<plain>[A-Za-z]+(?:,\s*[A-Za-z]+)*,?\s+or\s+[A-Za-z]+))\s*(?:[.;]|$|\n)",
    re.I,
)
CONDITIONAL: Final = re.compile(r"\b(?:if|otherwise|when|in case|else|unless)\b", re.I)
REASONED: Final = re.compile(r"\b(?:explain|explanation|reason|justify|why|steps?|because|reasoning)\b", re.I)


def _made(clause: Clause, found: re.Match[str], kind: str, **parameters: Json) -> Constraint:
    start, end = found.span()
    return Constraint(
        kind, clause.start + start, clause.start + end, clause.text[start:end].strip(), parameters
    )


def edges(clause: Clause) -> Iterator[Constraint]:
    """Yield the words that the response must start or end with."""
    if DISTRIBUTED.search(clause.masked):
        return
    for found in EDGE.finditer(clause.masked):
        following = clause.masked[found.end() : found.end() + 12]
        if EDGE_PART.search(clause.masked[: found.start()] + " ") or re.match(r"\s*(?:or|/)\b", following):
            continue
        phrase = quotes(clause, *found.span("quoted"))[0]
        yield _made(clause, found, "starts" if found["start"] else "ends", phrase=phrase)
    for found in FIRST_WORDS.finditer(clause.masked):
        phrase = quotes(clause, *found.span("quoted"))[0]
        yield _made(clause, found, "starts" if found["edge"].lower() == "first" else "ends", phrase=phrase)


def parts(clause: Clause) -> Iterator[Constraint]:
    """Yield named sections and the marks that a response is to carry."""
    if found := SECTIONS.search(clause.masked):
        yield _made(clause, found, "sections", names=[*quotes(clause, *found.span("quoted"))])
    elif found := PLAIN_SECTIONS.search(clause.masked):
        listed = [name.strip() for name in re.split(r",\s*and\s+|\s+and\s+|,", found["list"])]
        yield _made(clause, found, "sections", names=[*listed])
    for kind, pattern in (("title", ANGLED), ("postscript", POSTSCRIPT), ("quoted", WRAPPED)):
        if found := pattern.search(clause.text if kind == "title" else clause.masked):
            yield _made(clause, found, kind)


def choices(clause: Clause, orders: str) -> Iterator[Constraint]:
    """Yield the options between which the response must choose ("Answer yes or no.").

    Where some answers are to be explained or depend on a condition, nothing is recognised.
    """
    if CONDITIONAL.search(clause.masked) or REASONED.search(orders):
        return
    patterns = (CHOICE, SELECT, FORCED, SORTED)
    found = next((m for pattern in patterns if (m := pattern.search(clause.masked))), None)
    if found is None:
        return
    if found.groupdict().get("quoted"):
        yield _made(clause, found, "choice", options=[*quotes(clause, *found.span("quoted"))])
        return
    options = [o.strip() for o in re.split(r",\s*or\s+|\s+or\s+|,|/", found["plain"]) if o.strip()]
    if all(option.lower().removeprefix("not ") in PLAIN_OPTIONS for option in options):
        yield _made(clause, found, "choice", options=[*options])
