"""Recognise the format a response is to have: JSON, YAML, XML, CSV, a table, a list, letter case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evol.types import Json
from evol.verifiers.instructions.clauses import Clause, quotes
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.lengths import DISTRIBUTED

NAMES: Final = {
    "json": r"JSON", "yaml": r"YAML", "xml": r"XML", "csv": r"CSV|comma-separated values",
    "table": r"(?:markdown |(?:two|three|four|five|\d)-column )?table"
    r"(?! (?:of|tennis|lamp|manners|top|salt|for)\b)",
    "bullets": r"(?:bulleted|bullet(?:[- ]points?)?|unordered) list|bullet points|bulleted points|bullets",
    "numbered": r"(?:numbered|ordered|enumerated) list",
}  # fmt: skip
ANY: Final = "|".join(f"(?P<{name}>{words})" for name, words in NAMES.items())
GIVES: Final = (
    r"(?:return|output|respond|reply|answer|give|write|produce|provide|present|format|organi[sz]e|arrange"
    r"|structure|express"
    r"|list|convert|turn|transform|rewrite|translate|summari[sz]e|show|put|create|make|generate|print"
    r"|report|describe|prepare"
    r"|compare|name|tell|state|extract|identify|suggest|explain|find|sort|order|rank|collect|gather|record"
    r"|save|classify|display|present(?:ed)?|formatted|written|shown|returned|organi[sz]ed|given|use|using"
    r"|include|compile|build|draft|be)"
)
TARGET: Final = re.compile(
    rf"\b(?P<verb>{GIVES})\b(?P<between>[^.;!?]{{0,120}}?)\b(?P<by>as|in|into|to|using|with|through|only"
    rf"|form of)\s+"
    rf"(?P<lead>(?:(?:the form of |the format of )?(?:a |an |one |several |some |the following |only "
    rf"|exactly )?(?:single |valid |well-formed |raw |clean |short |simple |neat |compact |plain |concise "
    rf")?)?)"
    rf"(?:{ANY})(?P<tail>\s+(?:format|object|array|document|file|list|form|string|mapping|block"
    rf"|data))?(?!\s*(?:file|parser|schema|library|below|above|data))\b",
    re.I,
)
DIRECT: Final = re.compile(
    rf"(?:^\W*|\b(?:please|then|and|to|me)\s+|,\s+)(?P<verb>return|output|respond with|reply with|answer "
    rf"with|produce|give(?: me)?|write|create|make|generate|provide|draw up|use)\s+"
    rf"(?P<lead>(?:only |just )?(?:a |an |one |the answer as (?:a |an )?)?(?:single |valid |well-formed "
    rf"|raw |short |simple |neat |compact |plain )?)(?:{ANY})"
    rf"(?P<tail>\s+(?:object|array|document|list|mapping|block|only|format))?(?![\w-])(?!\s*(?:file|parser"
    rf"|schema|library|below|above|data))",
    re.I,
)
SOURCE: Final = re.compile(
    r"\b(?:given|following|this|that|these|the|my|below|above|attached|parse|parses|read|reads|loads?"
    r"|from)\s*$",
    re.I,
)
BANNED: Final = re.compile(
    r"\b(?:do not use|don['’]t use|without(?: using)?|avoid(?: using)?|never use|no|not)\s+(?:any\s+|a\s+)?"
    r"(?P<what>bullet points?|bullets|bulleted lists?|numbered lists?|lists|markdown|headings|headers"
    r"|tables?|code blocks?)\b",
    re.I,
)
UNFORMATTED: Final = {
    "bullet": "bullets",
    "bulleted": "bullets",
    "numbered": "numbered",
    "lists": "list",
    "markdown": "markdown",
    "heading": "headings",
    "header": "headings",
    "table": "table",
    "code": "code",
}
ONLY: Final = re.compile(
    r"\bonly\b|\bnothing (?:else|more)\b|\bno (?:other|extra|additional|surrounding) (?:text|words"
    r"|comment)|\bno (?:explanation|commentary|prose)\b",
    re.I,
)
NAMED: Final = re.compile(
    r"\b(?P<what>columns?|keys?|fields?|header(?: row)?|headers|elements|properties"
    r"|attributes)\s+(?:names?\s+|called\s+|named\s+|headed\s+|labell?ed\s+|of\s+|are\s+|should "
    r"be\s+)?[:(]?\s*",
    re.I,
)
NAME_LIST: Final = re.compile(
    r"(?P<list>[A-Za-z_][\w]*(?: [A-Za-z_]\w*)?(?:\s*,\s*(?!and\b)[A-Za-z_]\w*(?: "
    r"(?!and\b)[A-Za-z_]\w*)?)*\s*,?\s+and\s+[A-Za-z_]\w*(?: [A-Za-z_]\w*)?)\s*(?=[.;:)]|$|\n|\(|\s(?:for"
    r"|in that)\b|,\s*(?:one|with|and nothing|sorted|in that))"
)
QUOTED_LIST: Final = re.compile(r"\x00+(?:\s*(?:,\s*and|,|and)\s*\x00+)*")
CASE: Final = re.compile(
    r"\b(?:in|using|entirely in|only in|use|with)\s+(?:all\s+|only\s+|entirely\s+)?"
    r"(?P<case>upper[- ]?case|lower[- ]?case|capital letters|caps|capitals|block capitals|small "
    r"letters)(?:\s+letters)?\b"
    r"|\ball[- ](?P<all>caps|capitals|uppercase|lowercase)\b(?!\s+letters?\s+\w)",
    re.I,
)
CASE_WHOLE: Final = re.compile(
    r"\b(?:all (?:caps|capitals|capital|upper|lower)|entire|whole|entirely|only|write|respond|answer|reply"
    r"|your|everything)",
    re.I,
)
CASE_PART: Final = re.compile(
    r"\b(?:title|heading|headline|first|each|every|last|names|words? in|word|letter of|at least|some|once"
    r"|keywords?|at most|headings|labels?|keys|columns?|"
    r"subject|function|variable|convert|change|without|no|not|avoid|never|don['’]t|key|header|numerals"
    r"|acronym|time)\b",
    re.I,
)


def _fit(clause: Clause, found: re.Match[str], *, several: bool) -> bool:
    between = found.groupdict().get("between") or ""
    before = clause.masked[: found.start()]
    if (
        several
        or DISTRIBUTED.search(between)
        or re.search(
            r"\b(?:not|n['’]t|never|avoid|no|without|program|function|script|code|between)\b",
            between + before[-20:],
            re.I,
        )
    ):
        return False
    if SOURCE.search(found["lead"] or ""):
        return False
    if found["verb"].lower().startswith(("include", "use", "using")) and _name(found) not in (
        "bullets",
        "numbered",
        "table",
    ):
        return False
    return not re.match(
        r"\s*(?:in|at|on|to)? ?the (?:end|beginning|start|bottom|top|first|last)|\s+(?:called|named|with "
        r"the name)",
        clause.masked[found.end() :],
        re.I,
    )


def _name(found: re.Match[str]) -> str:
    return next(name for name in NAMES if found[name])


def formats(clause: Clause, orders: str, *, several: bool) -> Iterator[Constraint]:
    """Yield the format that a clause demands, with the columns or keys it names.

    `orders` holds all clauses: "only", "nothing else" may stand in another sentence.
    """
    for found in [*TARGET.finditer(clause.masked), *DIRECT.finditer(clause.masked)]:
        if _fit(clause, found, several=several):
            name = _name(found)
            parameters: dict[str, Json] = {"format": name, "only": bool(ONLY.search(orders))}
            if names := _names(clause, found.end(), name):
                parameters["names"] = [*names]
            start, end = found.span(name)
            yield Constraint(
                "format", clause.start + start, clause.start + end, clause.text[start:end], parameters
            )
            return


def _names(clause: Clause, at: int, name: str) -> list[str]:
    """Return the columns or keys that are named behind a format, quoted or as a plain list."""
    if name not in ("json", "csv", "table", "yaml"):
        return []
    head = NAMED.search(clause.masked, at)
    if head is None or re.search(r"\bfor each|\bone of|\bsuch as|\blike\b", clause.masked[at:], re.I):
        return []
    if found := QUOTED_LIST.match(clause.masked, head.end()):
        listed = quotes(clause, *found.span())
        return (
            listed
            if len(listed) > 1 or "," not in listed[0]
            else [part.strip() for part in listed[0].split(",")]
        )
    found = NAME_LIST.match(clause.text, head.end())
    if found is None:
        return []
    return [part.strip() for part in re.split(r",\s*and\s+|\s+and\s+|,", found["list"]) if part.strip()]


def banned_formats(clause: Clause) -> Iterator[Constraint]:
    """Yield the formats that a clause rules out."""
    for found in BANNED.finditer(clause.masked):
        name = UNFORMATTED[
            re.split(r"[\s]", found["what"].lower())[0].rstrip("s")
            if not found["what"].lower().startswith("lists")
            else "lists"
        ]
        start, end = found.span()
        yield Constraint(
            "unformatted", clause.start + start, clause.start + end, clause.text[start:end], {"format": name}
        )


def cases(clause: Clause) -> Iterator[Constraint]:
    """Yield the letter case that the whole response is to have."""
    found = CASE.search(clause.masked)
    if found is None or CASE_PART.search(clause.masked) or not CASE_WHOLE.search(clause.masked):
        return
    said = (found["case"] or found["all"]).lower()
    case = "lower" if "lower" in said or "small" in said else "upper"
    start, end = found.span()
    yield Constraint("case", clause.start + start, clause.start + end, clause.text[start:end], {"case": case})
