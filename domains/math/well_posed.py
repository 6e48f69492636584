"""Whether a problem asks for one answer that can be checked, as far as its words tell.

An evolved problem drifts into essays, proofs and lists of sub-questions (WizardMath's instruction
reward model scores this as definition, precision and integrity). The rules are conservative: they
reject what plainly has no single final answer, and leave doubt to the agreement of solutions.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict

VERIFIER: Final = "well_posed"
REASON: Final = "not_one_question"
LONGEST: Final = 20_000

FENCED = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")

ASKS = re.compile(
    r"\?|_{2,}|\b(?:how|what|which|when|who|whose|where|find|calculate|compute|determine|evaluate|simplify|solve|"
    r"factor(?:i[sz]e)?|expand|express|convert|give|state|write|work out|estimate|name|count|"
    r"round|differentiate|integrate|reduce|rationali[sz]e|complete|fill)\b",
    re.IGNORECASE,
)
INTERROGATIVE = re.compile(
    r"\b(?:how (?:many|much|long|far|fast|old|tall|often|big|large|high|deep|wide|heavy)"
    r"|what|which|when|who|where)\b",
    re.IGNORECASE,
)
COMMAND = re.compile(r"(?:also |then |now |and )?(?:find|calculate|compute|determine)\b", re.IGNORECASE)
SECOND_CLAUSE = re.compile(
    r"(?:^|,\s+)(?:how (?:many|much)|what)\b[^?]*?\band\s+(?:also\s+)?"
    r"(?:how (?:many|much)|what (?:is|are|was|were|will|would|percent\w*|fraction))\b[^?]*\?",
    re.IGNORECASE,
)
PART = re.compile(r"(?:^|\s)\(?(?:b|ii)\)\s+(?P<part>[^\n]+)")

OPEN = re.compile(
    r"\W*(?:also,? |then,? |now,? |please |finally,? |next,? )*"
    r"(?:(?:prove|disprove|discuss|describe|argue|compare|contrast|reflect|elaborate|illustrate|critique)\b"
    r"|show that\b|(?:explain|justify)\b(?! (?:your|the|each|every|all)\b(?: \w+)? ?"
    r"(?:answer|reasoning|steps?|work|working|solution|calculations?)?[.!]?$)"
    r"|(?:state|list|name|give) (?:the edge cases|(?:at least |some )?(?:\w+ )?(?:concrete )?examples?)\b"
    r"|(?:write|design|create|invent|propose|suggest|compose) (?:an?|your|some|two|three) "
    r"(?:\w+ )?(?:essay|story|poem|paragraph|report|plan|lesson|program|function|problem|question|method"
    r"|strategy)s?\b)",
    re.IGNORECASE,
)
OPEN_CLAUSE = re.compile(
    r"(?:,|\band\b|\bthen\b)\s+(?:also\s+)?(?:prove|explain|justify|discuss|describe)\s+(?:why|how|that|whether)\b",
    re.IGNORECASE,
)


def short_enough(instruction: str) -> Verdict:
    """Reject a text of over 20,000 characters, which is no exercise: reason `too_long`."""
    if len(instruction) > LONGEST:
        message = f"The problem has over {LONGEST} characters."
        return Verdict.reject(VERIFIER, "too_long", message, characters=len(instruction))
    return Verdict.accept(VERIFIER, "short_enough", "The problem is no longer than an exercise.")


def one_question(instruction: str) -> Verdict:
    """Reject a problem that asks nothing, asks several things, or asks for prose or a proof.

    What stands in a code fence is data and is not read. The evidence names the `kind` and the words
    that decided.
    """
    text = FENCED.sub(" ", instruction)
    sentences = [sentence.strip() for sentence in SENTENCE.split(text) if sentence.strip()]
    if (prose := _open_ended(sentences)) is not None:
        return _reject("open_ended", "The problem asks for prose or a proof, not for a value.", prose)
    if not ASKS.search(text):
        return _reject("nothing_asked", "The problem asks for nothing.", instruction[-120:])
    if (second := _second_question(text, sentences)) is not None:
        return _reject("several_questions", "The problem asks for more than one thing.", second)
    return Verdict.accept(VERIFIER, "one_question", "The problem asks for one thing.")


def _reject(kind: str, message: str, words: str) -> Verdict:
    return Verdict.reject(VERIFIER, REASON, message, kind=kind, words=words[:200])


def _open_ended(sentences: list[str]) -> str | None:
    for sentence in sentences:
        if (OPEN.match(sentence) and not sentence.endswith("?")) or OPEN_CLAUSE.search(sentence):
            return sentence
    return None


def _second_question(text: str, sentences: list[str]) -> str | None:
    asking = [
        sentence
        for sentence in sentences
        if COMMAND.match(sentence) or (sentence.endswith("?") and INTERROGATIVE.search(sentence))
    ]
    if len(asking) > 1:
        return asking[1]
    clauses = (SECOND_CLAUSE.search(sentence) for sentence in sentences)
    if (clause := next(filter(None, clauses), None)) is not None:
        return clause.group()
    parts = [found["part"] for found in PART.finditer(text)]
    return next((part for part in parts if COMMAND.match(part) or INTERROGATIVE.match(part)), None)
