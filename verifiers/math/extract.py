"""Finding the final answer in a whole response: the last place that says what the answer is.

In this order: boxes, `####`, "the answer is", bold, a text that is nothing but an answer, and in
prose the last formula or number. A gold is read whole unless it carries one of the first three marks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from evol.verifiers.math.announcements import announced
from evol.verifiers.math.braces import braced
from evol.verifiers.math.casework import is_casework
from evol.verifiers.math.derivations import last_step
from evol.verifiers.math.dress import undress
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.labels import names_several_values
from evol.verifiers.math.letters import begins_with_letter, chosen
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MAX_RESPONSE_CHARS, REMEMBERED, MathError
from evol.verifiers.math.nodes import symbols
from evol.verifiers.math.numerals import is_number_word
from evol.verifiers.math.openings import (
    amount_before_dollar,
    assigned_values,
    named_answer,
    without_label,
    without_opening,
)
from evol.verifiers.math.ornaments import without_reason
from evol.verifiers.math.sentences import is_prose, only_number, plain_words, single_statement, stated_value
from evol.verifiers.math.shortprose import has_words, is_short_prose, is_short_sentence
from evol.verifiers.math.spans import MATH, Span, formulas_and_numbers
from evol.verifiers.math.special import choice as named_choice
from evol.verifiers.math.special import set_in_notation
from evol.verifiers.math.unicode import mend
from evol.verifiers.math.wholenumbers import describes_whole_numbers


@dataclass(frozen=True, slots=True)
class Extraction:
    """The text of a final answer, the rule that found it, and where it stands in the response."""

    value: str
    rule: str
    start: int
    end: int


_TAIL = 6_000
_BOX = re.compile(r"(?<!\\)\\+(?:boxed|fbox|framebox)(?![a-zA-Z])\s*")
_CONNECTOR = re.compile(
    r"(?:\s|[a-zA-Z](?:_\{?\w\}?)?\s?=|\\[()\[\] ,;]|[$,;.+]|\\q?quad|\\text\{\s*(?:and|or)\s*\}"
    r"|and|or|\{|\})*"
)
_PHRASED_GAP = re.compile(r"[^.\n]{0,40}?(?<![a-zA-Z])(?:and|or)(?![a-zA-Z])[^.\n]{0,40}")
_NEW_STATEMENT = re.compile(r"\b(?:but|so|thus|hence|therefore|then|because|since|if|not|no)\b")
_PERCENT = re.compile(r"\s{0,4}\$?\s{0,4}(?:\\?%|percent(?:age)?\b|pct\b)")
_HASHES = re.compile(r"####[ \t]*([^\n]+)")
_WORKINGS = re.compile(r"\d[\s\w$€£¥]{0,20}[-=+*/×÷·]|=")
_DENIED = re.compile(r"(?:\bnot|n['’]t)(?: be)?\s*\$?\s*$")
_POLAR = re.compile(r"\s*(?:\*\*)?(yes|no|true|false)(?:\*\*)?(?=[\s.,;:!]|$)", re.IGNORECASE)
_TAG = re.compile(r"<(/?)answer>", re.IGNORECASE)
_STATED = re.compile(
    r"(?:.*[\s}])?(?:is|are|was|were|equals|be|est|sont|es|son|ist|sind|è)(?:\s*:)?\s+(?P<value>[^\s].*)",
    re.DOTALL,
)
_RESTATED = re.compile(
    r",?\s(?:i\.e\.|that is|namely|in other words|or equivalently),?\s+(?=\$[^$]+\$\.?$|[-\d./]+\.?$)"
)
_CONTRAST = re.compile(r"\s*,?\s+(?:and\s+|but\s+)?not\s+[-\d$\\(][^.\n]*$")
_SAME_AGAIN = re.compile(
    r",?\s(?:soit|c'est-à-dire|es decir|o sea|das heißt|d\.\s?h\.|cioè|ou seja|то есть)\s|，?(?:也就是|即)"
)
_ARTICLE = re.compile(r"(?:del|de|du|des|von|el|la|le|les|un|une)\s+(?=[-$\d\\])")
_RELATIVE = re.compile(r",\s+(?:which|as\s+(?:claimed|desired|required|wanted|needed))\b[^.\n]*$")
_QUALIFIED = re.compile(r"\b(?:not|if|when|unless|or|nor|no|less|more|than|least|most)\b|n't")
_LONE_LETTER = re.compile(r"\s*(?:[^\W\d_]{1,3}['’\s]\s*){1,3}\(?[A-J]\)?[.!\s]*")
_WORKED_BRACKET = re.compile(r"(?<=\w)\s\([^()]*\d\s*[-+*/×·÷=]\s*\d[^()]*\)[.\s]*$")
_SENTENCE_START = re.compile(r"[.!?。]\s+|\n")
_FINAL = re.compile(r"final\s+answer\s*(?:is|:)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\n|[.!?](?=\s|$|\*\*)|。|\sI hope it is|<\|")
_NEAR_END = 300
_BRACKETED = re.compile(
    r"(?:^|[.!?]\s|\n)[^\d\[\]=$\\.\n]*[A-Za-z]{2}[^\d\[\]=$\\.\n]*\[\s*(?P<value>[-$\\\d(][^\[\],;]*?)\s*\][\s.!]*$"
)
# Not the power sign of `2**10`.
_BOLD_MARK = re.compile(r"(?<![\d)}])(?<!\b[a-zA-Z])\*\*|\*\*(?!-?[\d(])")
_BOLD = re.compile(r"\*\*([^*\n]{1,300}?)\*\*")


def extract(text: str, *, choice: bool = False, polar: bool = False) -> Extraction | None:
    """Return the final answer of a response, or None where there is none.

    `choice` looks for a choice letter in prose, `polar` for a yes or no at its head: the caller knows
    that the gold is one.
    """
    text = mend(text[-MAX_RESPONSE_CHARS:])
    start, end = _said_aloud(text)
    found = _extracted(text[start:end], choice, polar)
    if found is None:
        return None
    found = replace(found, start=found.start + start, end=found.end + start)
    if len(found.value) > MAX_ANSWER_CHARS:
        return found
    value = stated_value(found.value) or last_step(found.value)
    return replace(found, value=undress(value)) if value != found.value else found


def _said_aloud(text: str) -> tuple[int, int]:
    """Return where the answer begins and ends: behind `</think>`, inside the last `<answer>`."""
    start = text.rfind("</think>")
    start = start + len("</think>") if start >= 0 and text[start + len("</think>") :].strip() else 0
    inside, begun = (start, len(text)), None
    for tag in _TAG.finditer(text, start):
        if not tag[1]:
            begun = tag.end() if begun is None else begun
        elif begun is not None:
            inside, begun = (begun, tag.start()), None
    return inside if text[slice(*inside)].strip() else (start, len(text))


def _extracted(text: str, choice: bool, polar_gold: bool) -> Extraction | None:
    found = marked(text)
    if found is None:
        found = _phrase(text, choice) or _bold(text)
    labelled = choice and not is_prose(text) and (written := named_choice(text)) and written.label
    if (
        found is None
        and choice
        and not labelled
        and (begins_with_letter(text) or has_words(text) or _LONE_LETTER.fullmatch(text))
    ):
        found = _letter(text, 0)
    polar = _POLAR.match(text) if found is None and polar_gold else None
    if polar:
        return Extraction(polar[1], "polar", polar.start(1), polar.end(1))
    return found or _bracketed(text) or _bare(text) or _prose(text, 0, "last_in_prose")


def _bracketed(text: str) -> Extraction | None:
    """Return the one value in square brackets that ends a sentence of words: `Angle B measures [40].`"""
    if not text.rstrip(" .!\n").endswith("]"):
        return None
    start = max(0, len(text) - _NEAR_END)
    match = _BRACKETED.search(text[start:])
    return _found(match["value"], "bracketed", start + match.start("value")) if match else None


@lru_cache(REMEMBERED)
def gold_answer(text: str) -> Extraction | None:
    """Return a gold: the whole text, unless it is a solution with a mark."""
    text = mend(text[-MAX_RESPONSE_CHARS:])
    found = marked(text)
    if found is None and is_prose(text):
        found = _phrase(text, choice=False)
    if found is not None:
        return found
    value = undress(text)
    said = (single_statement(value) or only_number(value)) if len(value) <= MAX_ANSWER_CHARS else None
    if said:
        return _found(said, "statement", text.find(said))
    return Extraction(value, "whole", 0, len(text)) if value else None


def marked(text: str) -> Extraction | None:
    """Return what stands in the last box or after the last `####`."""
    boxes = _boxes(text) if "boxed" in text or "fbox" in text or "framebox" in text else []
    if boxes:
        said = _said_after(text, boxes[-1][1])
        return said or _joined_boxes(text, boxes)
    hashes = list(_HASHES.finditer(text)) if "####" in text else []
    if hashes:
        return _found(hashes[-1][1], "hashes", hashes[-1].start(1))
    return None


def _said_after(text: str, end: int) -> Extraction | None:
    """Return what "the final answer is" says after the last box: it was written later."""
    tail = text[end:]
    if not _FINAL.search(tail):
        return None
    found = _phrase(tail, choice=False)
    if found is None or not re.search(r"\d", found.value):
        return None
    return Extraction(found.value, found.rule, found.start + end, found.end + end)


def _found(value: str, rule: str, start: int) -> Extraction | None:
    dressed = undress(value)
    return Extraction(dressed, rule, start, start + len(value)) if dressed else None


def _boxes(text: str) -> list[tuple[int, int, str]]:
    found, reached = [], 0
    for match in _BOX.finditer(text):
        if match.start() < reached:
            continue
        if match.end() >= len(text):
            break
        content, reached = braced(text, match.end())
        found.append((match.start(), reached, content))
    affirmed = [box for box in found if not _DENIED.search(text, max(0, box[0] - 20), box[0])]
    return affirmed or found


def _joined_boxes(text: str, boxes: list[tuple[int, int, str]]) -> Extraction | None:
    """Join the last box with those before it that only a connector parts from it."""
    first = len(boxes) - 1
    while first > 0 and _connected(text[boxes[first - 1][1] : boxes[first][0]]):
        first -= 1
    group = boxes[first:]
    start, end = group[0][0], group[-1][1]
    values = list(dict.fromkeys(undress(content) for _, _, content in group))
    value = ", ".join(values)
    if len(values) == 1 and _PERCENT.match(text, end) and "%" not in value:
        value += "\\%"
    if "answer" in value and (said := _phrase(value, choice=False)):
        value = said.value
    return Extraction(value, "boxed" if len(values) == 1 else "boxed_group", start, end) if value else None


def _connected(gap: str) -> bool:
    if len(gap) > 120 or "\n\n" in gap or re.search(r"\.\s", gap):
        return False
    phrased = _PHRASED_GAP.fullmatch(gap) and not _NEW_STATEMENT.search(gap)
    return bool(_CONNECTOR.fullmatch(gap) or phrased)


def _phrase(text: str, choice: bool) -> Extraction | None:
    """Return what the last "the answer is" says."""
    found = announced(text)
    if found is None:
        return None
    start, line_end = found
    stop = _sentence_end(text, start) if line_end is None else line_end
    segment = text[start:stop]
    if choice:
        letter = _letter(segment, start)
        if letter is not None:
            return letter
    if (
        "not" in segment
        and (contrast := _CONTRAST.search(segment))
        and re.search(r"[\d$]", segment[: contrast.start()])
    ):
        segment = segment[: contrast.start()]
    if not segment.isascii() or "," in segment:
        segment = _SAME_AGAIN.split(segment, maxsplit=1)[0]
    if article := _ARTICLE.match(segment):
        segment, start = segment[article.end() :], start + article.end()
    if _is_worded_answer(segment):
        return _found(segment, "answer_phrase", start)
    if is_prose(segment) or (not segment.isascii() and not segment[:1].isdigit() and is_short_prose(segment)):
        return _prose(segment, start, "answer_phrase")
    if "," in segment and (restatement := _RESTATED.search(segment)):
        return _found(segment[restatement.end() :], "answer_phrase", start + restatement.end())
    segment = _BOLD_MARK.sub("", segment).rstrip("*") if "*" in segment else segment
    return _found(segment, "answer_phrase", start)


def _sentence_end(text: str, start: int) -> int:
    """Return where the sentence from `start` ends; a formula is never cut."""
    stop = min(len(text), start + _TAIL)
    formulas = [match.span() for match in MATH.finditer(text, start, stop)]
    for match in _SENTENCE_END.finditer(text, start, stop):
        if not any(a < match.start() < b for a, b in formulas):
            return match.start()
    return stop


def _bold(text: str) -> Extraction | None:
    """Return the last bold text where it holds an answer and nothing after it has a number."""
    for match in reversed(list(_BOLD.finditer(text)) if "**" in text else []):
        content = match[1].strip()
        if content.endswith(":") or re.search(r"\d", text[match.end() :]):
            return None
        if re.search(r"\d", content) or len(content.split()) <= 3:
            if is_prose(content):
                return _prose(content, match.start(1), "bold")
            return _found(content, "bold", match.start(1))
    return None


def _letter(text: str, offset: int) -> Extraction | None:
    """Return the choice letter that a text settles on."""
    span = chosen(text)
    if span is None:
        return None
    return Extraction(text[slice(*span)], "choice_letter", offset + span[0], offset + span[1])


def _bare(text: str) -> Extraction | None:
    if _is_worded_answer(text) or (len(text) < 60 and set_in_notation(text) != text):
        return _found(text, "described", 0)
    if len(text) <= MAX_ANSWER_CHARS and is_short_sentence(text):
        return None
    if len(text) > MAX_ANSWER_CHARS or is_prose(text):
        lines = [line for line in text.strip().splitlines() if line.strip()]
        if len(lines) > 1 and not is_prose(lines[-1]) and re.search(r"\d", lines[-1]):
            return _found(lines[-1], "last_line", text.rindex(lines[-1]))
        return None
    amount = amount_before_dollar(text) if "$" in text else None
    if amount:
        return _found(amount, "amount", text.find(amount))
    if text[:1] in "-$" or text[:1].isdigit():
        value = named_answer(text.strip())
        text = value or text
    if "," in text and (again := _RESTATED.search(text)):
        text = text[again.end() :]
    if "since" in text or "because" in text or "reject" in text:
        stripped = without_reason(text.rstrip(" ."))
        text = stripped if re.search(r"\d", stripped) and "=" in stripped else text
    if text[:1].isalpha():
        text = without_opening(without_label(text.strip()) if ":" in text else text.strip())
    return None if is_short_prose(text) else _found(text, "bare", 0)


def _is_worded_answer(text: str) -> bool:
    """Whether a text in words is an answer as a whole: a set of numbers, labelled values, cases."""
    return describes_whole_numbers(text) or names_several_values(text) or is_casework(text)


def _prose(text: str, offset: int, rule: str) -> Extraction | None:
    """Return the last formula or number of a text, neighbouring formulas joined; else short words.

    After "answer:" it is the first, where nothing is computed there: "Answer: $90 in 6 months".
    """
    text, offset = text[-_TAIL:], offset + max(0, len(text) - _TAIL)
    if rule == "last_in_prose" and (stated := _stated(text, offset)):
        return stated
    if rule == "last_in_prose" and (values := assigned_values(text)):
        return _found(text[slice(*values)], "stated", offset + values[0])
    if text.rstrip(" .\n").endswith(")") and (worked := _WORKED_BRACKET.search(text)):
        text = text[: worked.start()] if re.search(r"\d", text[: worked.start()]) else text
    spans = formulas_and_numbers(text)
    telling = [s for s in spans if re.search(r"\d|\\[a-z]|=", s[2])] or [s for s in spans if s[2].strip()]
    if "not" in text or "n't" in text:
        telling = [s for s in telling if not _DENIED.search(text, max(0, s[0] - 20), s[0])]
    if telling:
        last = 0 if rule == "answer_phrase" and not _WORKINGS.search(text) else len(telling) - 1
        first = last
        while first and telling[first - 1][3] and telling[first][3]:
            if not re.fullmatch(
                r"\s*(?:,|and|or|, and|, or)\s*", text[telling[first - 1][1] : telling[first][0]]
            ):
                break
            first -= 1
        start, end = telling[first][0], telling[last][1]
        return (
            _found(text[start:end], rule, offset + start)
            if first < last
            else _span(telling[last], rule, offset)
        )
    return _found(text, "words", offset) if len(text) <= 200 else None


def _stated(text: str, offset: int) -> Extraction | None:
    """Return what the last sentence says its subject is, where that is nothing but an answer."""
    body = _RELATIVE.sub("", text.rstrip(" \n.。*")) if ", " in text else text.rstrip(" \n.。*")
    start = max((m.end() for m in _SENTENCE_START.finditer(body)), default=0)
    match = _STATED.fullmatch(body, start)
    if match is None or "=" in match["value"]:
        return None
    spelled = is_number_word(match["value"])
    if not spelled and (plain_words(match["value"]) or not re.search(r"\d", match["value"])):
        return None
    if _QUALIFIED.search(body[start:].lower()):
        return None
    try:
        if symbols(parse(undress(match["value"]))):
            return None
    except (MathError, RecursionError):
        return None
    return _found(match["value"], "stated", offset + match.start("value"))


def _span(span: Span, rule: str, offset: int) -> Extraction | None:
    start, end, value, _ = span
    dressed = undress(value)
    return Extraction(dressed, rule, offset + start, offset + end) if dressed else None
