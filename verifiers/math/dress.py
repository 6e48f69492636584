"""Taking off what is only dress: dollar signs, layout, bold, closing dots, formulas broken over rows.

`undress` serves the parser, `squeeze` the literal comparison: two answers with one squeezed text are
the same answer. Neither drops an operator, a sign or a digit, but for an approximation in brackets behind an
answer: `\\sqrt{2} (\\approx 1.414)`.
"""

from __future__ import annotations

import re

from evol.verifiers.math.braces import braced
from evol.verifiers.math.columns import joined_columns, joined_rows
from evol.verifiers.math.unicode import repair
from evol.verifiers.math.units import parse_unit

_PAIRS = (
    ("$$", "$$"),
    ("$", "$"),
    ("\\(", "\\)"),
    ("\\[", "\\]"),
    ("**", "**"),
    ("*", "*"),
    ("```", "```"),
    ("`", "`"),
    ("__", "__"),
    ('"', '"'),
    ('\\"', '\\"'),
)
_PAIR_HEADS = frozenset(opening[0] for opening, _ in _PAIRS)
_WRAPPER = re.compile(r"\\(?:text|mathrm|mbox|textbf|textrm|mathbf|displaystyle|boxed)\b\s*")
_LAYOUT = re.compile(r"\\(?:left|right|displaystyle|[Bb]igg?[lr]?)(?![a-zA-Z])|\\[,;:! ]|[$~]|\\quad|\\qquad")
_GAP = re.compile(r"(?<=\w)\s+(?=\w)|(\s+)")
_LONG_GAP = re.compile(r"\s{8,}")
_BLANK_LINE = re.compile(r"\n\s*\n+")
_APPROXIMATION = re.compile(
    r"(?<=\S)(?:\s|\\q?quad|\\[,;: ]){0,6}(?:\\text\{\s*)?"
    r"\((?:\\approx|≈|about|approx\.?|approximately|roughly)(?![a-z])[^()]*\)\s*\}?$"
    r"|(?<=\S)(?:\s|\\q?quad|\\[,;: ]){1,6}(?:\\text\{\s*)?\((?:\\text\{)?(?:where|with|since|as|here)\b"
    r"[^()]*(?:\\approx|≈)[^()]*\)\s*\}?$"
)
_REMARK = re.compile(r"(?<=[\d})])(?:\s|\\[,;: ]){0,4}\\text\{\s*\(([A-Za-z ]{2,40})\)\s*\}$")
_UNENDING = re.compile(r"(?<=\.\d\d)(\d*)\s*(?:\\(?:[lc]?dots|dotsc)|…)\s*\$?$")
_LABEL = re.compile(
    r"^(?:\\text\s*\{\s*)?(?:[Aa]nswer|ANSWER)\s*[:.]\s*(?:\})?\s*(?=\S)|^(?:[-=]>|[⇒→=])\s*(?=[^=\s])"
    r"|^\*\*(?:[Ff]inal\s+)?[Aa]nswer\s*:?\s*\*\*\s*:?\s*(?=\S)"
)
_PLAIN_REMARK = re.compile(r"(?<=\d)\s{1,4}\(([A-Za-z][A-Za-z ]{2,40})\)$")
_LABEL_HEADS = frozenset("aA=\\-⇒→*")
_QUALIFYING = re.compile(
    r"\b(?:or|and|not|if|when|unless|except|mod|base|only|each|odd|even|prime|otherwise)\b", re.IGNORECASE
)
_WORDS = re.compile(r"\\(?:text|mathrm|mbox|textbf|textrm)\{([^{}\\]*)\}")


def undress(text: str) -> str:
    """Return an answer without what encloses it and without a closing full stop."""
    # Long runs of white space say nothing and cost patterns their time.
    text = (text if text.isprintable() else repair(text)).strip()
    if "        " in text or "\n" in text or "\t" in text:
        text = _LONG_GAP.sub(_narrowed, text)
    for _ in range(4):
        before = text
        text = (
            _unending(text).rstrip(" \t\r\n.;。").removesuffix("\\").strip()
            if not text.endswith("\\.")
            else text
        )
        if text[:1] in _PAIR_HEADS:
            text = _unpaired(text)
        text = _unwrapped(text)
        if text[:1] in _LABEL_HEADS:
            text = _LABEL.sub("", text)
        if text.endswith((")", ")}")):
            text = _PLAIN_REMARK.sub(_without_remark, text)
            text = _REMARK.sub(_without_remark, _APPROXIMATION.sub("", text))
        if text == before:
            break
    return joined_lines(text)


def _narrowed(gap: re.Match[str]) -> str:
    return "\n\n" if gap.group().count("\n") > 1 else " "


def _unpaired(text: str) -> str:
    """Return what stands within a pair of marks that encloses the whole."""
    for opening, closing in _PAIRS:
        if not (len(text) > 2 * len(opening) and text.startswith(opening) and text.endswith(closing)):
            continue
        inside = text[len(opening) : -len(closing)]
        bare = inside.replace("\\$", "") if opening == "$" else inside
        if opening not in bare and closing not in bare and not (opening == "$" == inside[:1]):
            text = inside.strip()
    return text


def _unending(text: str) -> str:
    """Return a decimal without the dots that say that it goes on."""
    return _UNENDING.sub(r"\1", text) if "dots" in text or "…" in text else text


def _without_remark(match: re.Match[str]) -> str:
    """Return a unit in brackets as a unit, nothing for a remark, the whole for words that qualify."""
    words = match[1].strip()
    if parse_unit(words) is not None:
        return f" \\text{{ {words}}}"
    return match.group() if _QUALIFYING.search(words) else ""


def _unwrapped(text: str) -> str:
    """Return the content of a command that encloses the whole answer."""
    match = _WRAPPER.match(text)
    if match and text[match.end() : match.end() + 1] == "{" and text.endswith("}"):
        inner, end = braced(text, match.end())
        if end == len(text) and text.count("{") == text.count("}"):
            return inner.strip() if "\\text" not in match.group() else text
    return text


def joined_lines(text: str) -> str:
    """Read a formula that is broken over the rows of a column as one line.

    Blank lines between several values are separators.
    """
    if "\\begin" in text:
        return joined_columns(joined_rows(text)).rstrip(" .")
    return _BLANK_LINE.sub(" ; ", text)


def squeeze(text: str) -> str:
    """Return an answer's text without layout, spaces and fonts, for a literal comparison."""
    text = _WORDS.sub(r"\1", text).replace("\\mid ", "|") if "\\" in text else text
    text = _LAYOUT.sub(" ", text).replace("\\dfrac", "\\frac").replace("\\tfrac", "\\frac")
    return _GAP.sub(lambda match: "" if match[1] else " ", text.strip()).replace("’", "'")
