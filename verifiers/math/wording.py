r"""Words around the values of an answer: ordinals, labels, numbered parts, `There are 16 teams`.

Each rule gives the notation for a wording, whatever the other answer is. What none of them reads stays
as it is: a wording is never cut down to a number that it qualifies.
"""

from __future__ import annotations

import re

from evol.verifiers.math.labels import (
    SEVERAL,
    Rule,
    colons,
    extreme_names,
    label,
    statements,
    thing,
    unwrapped,
)
from evol.verifiers.math.permuted import with_permutations
from evol.verifiers.math.remarks import REMARKS, attained

_LAYOUT = re.compile(r"\\(?:left|right|quad|qquad)(?![a-z])|\\[,;:! ]")
_ORDINAL = re.compile(
    r"(?:(?:on|in|at)\s+)?(?:the\s+)?(?P<number>\d+)\s*(?:\^\s*)?\{?\s*(?:st|nd|rd|th)\s*\}?"
    r"(?P<noun>\s+[a-z]+)?",
    re.IGNORECASE,
)
_AT_TIME = re.compile(r"[Aa]t\s+(?=\d{1,2}(?::\d|\s*[ap]\.?m)|\$?\()|[Ee]ither\s+(?=[-\d\\$])")
_FIRST_VALUE = re.compile(
    r"(?P<stem>[a-zA-Z])_\{?(?P<index>\d)\}?\s*=\s*(?P<first>[^,;=]{1,40}?)\s*(?:[,;]|\band\b)(?:\s|and\b|\$)*"
    r"(?P=stem)_\{?n\}?\s*=\s*(?P<term>[^=;]{1,80}?)[\s,;$]*(?:\(|for\b|if\b|when\b|where\b|\s)*\$?"
    r"(?P<condition>n\s*(?:\\geq?(?:slant)?(?![a-z])|≥|⩾|>=?)\s*\d+)\s*\)?\$?\.?"
)
_MOST_LISTED = 60
_DENIED_STATEMENT = re.compile(r"(?:\\neg|\\lnot|¬)\s*[a-z]\s*[:：]\s*")
_CONDITION = re.compile(
    r"(?<=[\w}$\s])\(\s*(?P<condition>[a-zA-Z](?:_\{?\w\}?)?\s*"
    r"(?:\\(?:neq?|leq?|geq?|leqslant|geqslant|in)(?![a-z])|[<>≠≤≥∈])[^()]{1,60})\)\s*\.?$"
)
_BEHIND_FOR = re.compile(
    r"\s*(?:\$\s*)?\b(?:for|where|with|when)\s+(?!all|any|every|each|some)"
    r"(?P<condition>\$?[^=$]{1,40}(?:\\(?:[lg]eq?(?:slant)?|neq?)(?![a-z])|[<>≤≥≠])[^=$]{1,40}\$?)$"
)
_FROM = re.compile(
    r"(?P<name>[a-z])\s*(?:=|\\in\s*\\\{)\s*(?P<first>[01])\s*,[\s\d,]*(?:\\[lc]?dots|\.\.\.|…)\s*(?:\\\})?\s*\.?$"
)
_DAY_TIME = re.compile(
    r"(?P<a>\d+)\s*(?P<large>h|hr|hrs|km|kg|m|min)\.?\s*(?P<b>\d+)\s*(?P<small>min|mins|cm|mm|sec|s|g|m)\.?"
)
_RANGE = re.compile(
    r"(?:all\s+|the\s+|any\s+)?(?:positive\s+)?(?:integers?|whole\s+numbers?|natural\s+numbers?)\s+(?:\$?n\$?\s+)?from\s+"
    r"(?P<low>-?\d{1,3})\s+(?:up\s+)?to\s+(?P<high>-?\d{1,3})(?:,?\s+inclusive)?",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"(?:an?\s+|it\s+)?(?P<way>in|de)crease[sd]?\s+(?:of|by)\s+(?P<amount>[\d.,]+\s*\\?%)", re.IGNORECASE
)
_FOREIGN_AND = re.compile(r"(?<=\d)(?P<mark>\$?)\s+(?:и|или|und|oder|et|ou|y|o|e|i|och|eller)\s+(?=\$?-?\d)")
_CONDITION_HEAD = re.compile(r".*\(\s*[a-zA-Z][^()]*(?:\\[nlg]eq?|\\in(?![a-z])|[<>≠≤≥∈])")
_SPOKEN = re.compile(r"(?<![^\W\d_])(?<!\\)[^\W\d_]{2,}|\\(?:text|mbox)|\s[^\W\d_]\s")
_LETTER = re.compile(r"[\\a-zA-Z№]")
_ANGLE_TWICE = re.compile(
    r"(?P<angle>.*(?:\\pi(?![a-z])|π).*?)(?:\s|\\[ ,;]|\\q?quad)*"
    r"\(\s*-?[\d.]+\s*(?:°|\^\s*\{?\s*\\circ\s*\}?)\s*\)\s*\.?$"
)
_ABOUT = re.compile(r"(?:\\approx(?![a-z])|≈|~)\s*(?=-?[\d.])")


def said_in_notation(text: str) -> str:
    """Return an answer with the wordings of this module in notation."""
    if len(text) > 400 or text.isdecimal():
        return text
    spoken = " " in text and _SPOKEN.search(text) is not None
    if not spoken and not _MARKS.search(text):
        return text
    for marks, head, rule in (*_WORDED, *_NOTED) if spoken else _NOTED:
        for mark in marks:
            if mark in text:
                text = rule(text) if head.match(text) else text
                break
    return _FOREIGN_AND.sub(r"\g<mark>, ", text) if spoken else text


def _ordinal(text: str) -> str:
    r"""Return `15th day`, `on the 15th day` and `15^{\text{th}}` as 15."""
    match = _ORDINAL.fullmatch(unwrapped(text).rstrip("."))
    return match["number"] if match else text


def _at_time(text: str) -> str:
    return _AT_TIME.sub("", text) if _AT_TIME.match(text) else text


def _first_value(text: str) -> str:
    r"""Return `a_1 = 1, a_n = 2n - 3 (n \ge 2)` as a definition by cases."""
    match = _FIRST_VALUE.fullmatch(_LAYOUT.sub(" ", unwrapped(text)).strip(" $"))
    if match is None:
        return text
    name, index, first, term, condition = match.groups()
    return f"{name}_n = \\begin{{cases}} {first} & n = {index} \\\\ {term} & {condition} \\end{{cases}}"


def _denied_statement(text: str) -> str:
    r"""Return the statement behind its name in `\neg p: \exists x ...`."""
    plain = text.lstrip("$ ")
    match = _DENIED_STATEMENT.match(plain.replace("$", "", 1))
    return plain.replace("$", "", 1)[match.end() :] if match else text


def _condition(text: str) -> str:
    r"""Return `y^2 = 8x (x \ne 0)` as `y^2 = 8x, x \ne 0`."""
    plain = text.replace("$", "") if text.count("$") % 2 == 0 else text
    plain = _LAYOUT.sub(" ", plain)
    match = _CONDITION.search(plain)
    if match is None or not plain[: match.start()].strip(" ,;"):
        return text
    return f"{plain[: match.start()].rstrip(' ,;')}, {match['condition']}"


def _behind_for(text: str) -> str:
    r"""Return `f(x) = x^2 \text{ for } x > 0` as `f(x) = x^2, x > 0`."""
    plain = unwrapped(text)
    match = _BEHIND_FOR.search(plain)
    if match is None or not match.start():
        return text
    return f"{plain[: match.start()]}, {match['condition']}".replace("$", "")


def _from_first(text: str) -> str:
    r"""Return `k = 0, 1, 2, \dots` behind an answer as `k \ge 0`."""
    match = _FROM.search(text)
    listed = [int(n) for n in re.findall(r"\d+", match.group())] if match else []
    if match is None or listed != list(range(listed[0], listed[0] + len(listed))):
        return text
    return f"{text[: match.start()]}{match['name']} \\ge {match['first']}"


def _two_units(text: str) -> str:
    """Return `2 h 30 min` with its units in words."""
    match = _DAY_TIME.fullmatch(_LAYOUT.sub(" ", unwrapped(text)))
    if match is None:
        return text
    names = {"h": "hours", "hr": "hours", "hrs": "hours", "mins": "min", "sec": "seconds", "s": "seconds"}
    large, small = names.get(match["large"], match["large"]), names.get(match["small"], match["small"])
    return f"{match['a']} \\text{{ {large}}} {match['b']} \\text{{ {small}}}"


def _range(text: str) -> str:
    """Return `all integers from 1 to 10` as the list of them."""
    match = _RANGE.fullmatch(unwrapped(text).rstrip("."))
    if match is None or not 0 < int(match["high"]) - int(match["low"]) < _MOST_LISTED:
        return text
    return ", ".join(map(str, range(int(match["low"]), int(match["high"]) + 1)))


def _change(text: str) -> str:
    """Return `decreased by 4%` as `4% decrease`."""
    match = _CHANGE.fullmatch(unwrapped(text))
    return f"{match['amount']} \\text{{ {match['way'].lower()}crease}}" if match else text


_WORDED: tuple[Rule, ...] = (
    (("when", "at ", "equality"), re.compile(""), attained),
    *SEVERAL,
    ((" ",), _LETTER, thing),
    ((" ",), _LETTER, label),
    *REMARKS,
    (("t ", "ither "), re.compile(r"[Aa]t\s+\$?[\d(]|[Ee]ither\s"), _at_time),
    ((" from ",), re.compile(""), _range),
    (("for ", "where ", "with ", "when "), re.compile(r".*[<>≤≥≠]|.*\\[lgn]e"), _behind_for),
    ((" ",), re.compile(r"\d+\s*(?:\\\w+\s*\{)?\s*[hkm]"), _two_units),
    (("crease",), re.compile(""), _change),
    (("ermutation", "earrangement", "rdering"), re.compile(""), with_permutations),
)
_NOTED: tuple[Rule, ...] = (
    SEVERAL[-1],
    (("th", "st", "nd", "rd"), re.compile(r"[a-zA-Z\s]*\d+\s*[\^{\\stndrh]"), _ordinal),
    ((")(", ") ("), re.compile(r"(?:\\text\s*\{\s*)?\([1-9]\)\s*\("), statements),
    ((":",), re.compile(""), colons),
    (("\\dots", "...", "…", "\\ldots"), re.compile(r".*[=n]\s*(?:\\\{)?\s*[01]\s*,"), _from_first),
    (("_max", "_min", "_{"), re.compile(r".*_\{?\s*\\?(?:text\{|mathrm\{)?\s*m[ai][xn]"), extreme_names),
    (("\\approx", "≈", "~"), _ABOUT, lambda text: _ABOUT.sub("", text, count=1)),
    (("circ)", "circ})", "°)"), _ANGLE_TWICE, lambda text: _ANGLE_TWICE.sub(r"\g<angle>", text)),
    (("\\neg", "\\lnot", "¬"), re.compile(r"[\s$]*(?:\\|¬)"), _denied_statement),
    (("(",), _CONDITION_HEAD, _condition),
    (("_n", "_{n"), re.compile(r"\W*[a-zA-Z]_\{?\d\}?\s*="), _first_value),
)
_MARKS = re.compile("|".join(re.escape(mark) for marks, _, _ in _NOTED for mark in marks))
