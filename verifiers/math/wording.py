r"""Words around the values of an answer: ordinals, labels, numbered parts, `There are 16 teams`.

Each rule gives the notation for a wording, whatever the other answer is. What none of them reads stays
as it is: a wording is never cut down to a number that it qualifies.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from evol.verifiers.math.permuted import with_permutations

_TEXT = re.compile(r"\\(?:text|mbox|textrm|textbf|mathrm)\s*\{([^{}]*)\}")
_LAYOUT = re.compile(r"\\(?:left|right|quad|qquad)(?![a-z])|\\[,;:! ]")
_QUALIFYING = re.compile(r"\b(?:or|and|not|if|base|mod|odd|even|per|times)\b")
_ORDINAL = re.compile(
    r"(?:(?:on|in|at)\s+)?(?:the\s+)?(?P<number>\d+)\s*(?:\^\s*)?\{?\s*(?:st|nd|rd|th)\s*\}?"
    r"(?P<noun>\s+[a-z]+)?",
    re.IGNORECASE,
)
_THERE_ARE = re.compile(r"[Tt]here\s+(?:are|is|were|was|will\s+be)\s+(?:exactly\s+|only\s+)?(?=[\d$])")
_AT_TIME = re.compile(r"[Aa]t\s+(?=\d{1,2}(?::\d|\s*[ap]\.?m))")
_LABEL_VERB = (
    r"(?P<name>[A-Z][a-z]+)\s+(?:has|had|gets?|got|receives?|received|scored|is|was)\s+"
    r"(?P<value>[-\d$\\][^,;]*)"
)
_LABELLED = re.compile(_LABEL_VERB)
_ITEMS = re.compile(r"\s*(?:[,;]\s*(?:and\s+)?|\band\b)\s*")
_EXTREME = re.compile(
    r"(?:the\s+)?(?P<kind>max|min|larg|great|small|least)(?:imum|imal|est)?(?:\s+possible)?(?:\s+value)?"
    r"\s*(?:of\s+\$?[^\s=:$]{1,20}\$?\s*)?(?:\b(?:is|equals)\b|=|:)?\s*(?P<value>\$?[-+\d\\(.][^,;]*)",
    re.IGNORECASE,
)
_EXTREMES = {"max": "max", "larg": "max", "great": "max", "min": "min", "small": "min", "least": "min"}
_NUMBERED = re.compile(r"(?<![\w\\])(?P<word>(?!Step|Phase)[A-Z][a-z]+)\s+(?P<at>[1-9])\s*:\s*")
_PART = re.compile(r"(?<![\w\\^_{(])\(?(?P<mark>[a-f]|[1-6]|i{1,3}|iv|v)\)\s*(?=[^\s,;)])")
_JOINED = re.compile(r"[,;:]|\b(?:or|and)\b|^[+*/^=<>]|[-+*/^=<>]$|dots")
_MARKS = ("abcdef", "123456", ("i", "ii", "iii", "iv", "v"))
_STATEMENTS = re.compile(r"(?:\(([1-9])\)\s*){2,9}")
_FIRST_VALUE = re.compile(
    r"(?P<stem>[a-zA-Z])_\{?(?P<index>\d)\}?\s*=\s*(?P<first>[^,;=]{1,40}?)\s*(?:[,;]|\band\b)(?:\s|and\b|\$)*"
    r"(?P=stem)_\{?n\}?\s*=\s*(?P<term>[^=;]{1,80}?)[\s,;$]*(?:\(|for\b|if\b|when\b|where\b|\s)*\$?"
    r"(?P<condition>n\s*(?:\\geq?(?:slant)?(?![a-z])|≥|⩾|>=?)\s*\d+)\s*\)?\$?\.?"
)
_KINDS_OF_ANSWER = (
    r"(?:solutions?|answers?|values?|integers?|numbers?|primes?|pairs?|triples?|functions?|polynomials?|roots?"
    r"|possibilit(?:y|ies)|choices?|cases?|ones?)"
)
_ONLY = re.compile(
    rf"(?:the\s+)?only\s+(?:\w+\s+){{0,2}}{_KINDS_OF_ANSWER}(?:\s+(?:for|of)\s+\$?\w{{1,2}}\$?)?\s+(?:is|are)\s*:?\s*"
    r"(?P<value>\S.*)",
    re.IGNORECASE,
)
_ONLY_BEHIND = re.compile(
    rf"(?P<value>[^\s].*?)\s+(?:is|are)\s+the\s+only\s+(?:\w+\s+){{0,2}}{_KINDS_OF_ANSWER}", re.IGNORECASE
)
_SIGNS = re.compile(
    r"[\s,;$]*\(?\s*(?:(?:for|with|in|where)\s+)?(?:all|any|every)\s+(?:possible\s+)?"
    r"(?:(?:sign\s+)?(?:combinations?|choices?)(?:\s+of\s+(?:the\s+)?signs?)?|signs?)\s*\)?"
)
_DENIED_STATEMENT = re.compile(r"(?:\\neg|\\lnot|¬)\s*[a-z]\s*[:：]\s*")
_SPELLED_TWICE = re.compile(r"(?P<number>-?\d[\d,.]*)\s*\(\s*[A-Za-z]+(?:[\s-]+[A-Za-z]+){0,6}\s*\)")
_CONDITION = re.compile(
    r"(?<=[\w}$\s])\(\s*(?P<condition>[a-zA-Z](?:_\{?\w\}?)?\s*"
    r"(?:\\(?:neq?|leq?|geq?|leqslant|geqslant)(?![a-z])|[<>≠≤≥])[^()]{1,60})\)\s*\.?$"
)
_FORM = re.compile(
    r"(?:all\s+|the\s+|any\s+|those\s+)?(?:(?:positive|natural)\s+)?(?:integers?|numbers?|\$?n\$?)\s*(?:\$?n\$?\s+)?"
    r"(?:that\s+are\s+|is\s+)?of\s+the\s+form\s+(?P<term>\$?[^\s$].*)"
)
_BEHIND_FOR = re.compile(
    r"\s*(?:\$\s*)?\b(?:for|where|with|when)\s+(?!all|any|every|each|some)"
    r"(?P<condition>\$?[^=$]{1,40}(?:\\[lg]eq?(?:slant)?(?![a-z])|[<>≤≥])[^=$]{1,40}\$?)$"
)
_FROM = re.compile(
    r"(?P<name>[a-z])\s*(?:=|\\in\s*\\\{)\s*(?P<first>[01])\s*,[\s\d,]*(?:\\[lc]?dots|\.\.\.|…)\s*(?:\\\})?\s*\.?$"
)
_DAY_TIME = re.compile(
    r"(?P<a>\d+)\s*(?P<large>h|hr|hrs|km|kg|m|min)\.?\s*(?P<b>\d+)\s*(?P<small>min|mins|cm|mm|sec|s|g|m)\.?"
)
_CHANGE = re.compile(
    r"(?:an?\s+|it\s+)?(?P<way>in|de)crease[sd]?\s+(?:of|by)\s+(?P<amount>[\d.,]+\s*\\?%)", re.IGNORECASE
)
_FOREIGN_AND = re.compile(r"(?<=\d)(?P<mark>\$?)\s+(?:и|или|und|oder|et|ou|y|o|e|i|och|eller)\s+(?=\$?-?\d)")
_CONDITION_HEAD = re.compile(r".*=.*\(\s*[a-zA-Z][^()]*(?:\\[nlg]eq?|[<>≠≤≥])")
_SPOKEN = re.compile(r"(?<![^\W\d_])(?<!\\)[^\W\d_]{2,}|\\(?:text|mbox)|\s[^\W\d_]\s")
_RATIO_NAME = re.compile(r"(?<![A-Za-z\\])([A-Z]{2,3})\s*:\s*([A-Z]{2,3})(?=\s*=)")


def said_in_notation(text: str) -> str:
    """Return an answer with the wordings of this module in notation."""
    if len(text) > 400 or text.isdecimal():
        return text
    spoken = " " in text and _SPOKEN.search(text) is not None
    for marks, head, rule in (*_WORDED, *_NOTED) if spoken else _NOTED:
        for mark in marks:
            if mark in text:
                text = rule(text) if head.match(text) else text
                break
    return _FOREIGN_AND.sub(r"\g<mark>, ", text) if spoken else text


def names_several_values(text: str) -> bool:
    """Whether a short text in words is several values with what each of them is."""
    if len(text) > 400 or " " not in text:
        return False
    for marks, head, rule in _SEVERAL:
        for mark in marks:
            if mark in text:
                if head.match(text) and rule(text) != text:
                    return True
                break
    return False


def _unwrapped(text: str) -> str:
    return " ".join(_TEXT.sub(r" \1 ", text).split()) if "\\" in text else " ".join(text.split())


def _ordinal(text: str) -> str:
    r"""Return `15th day`, `on the 15th day` and `15^{\text{th}}` as 15."""
    match = _ORDINAL.fullmatch(_unwrapped(text).rstrip("."))
    return match["number"] if match else text


def _there_are(text: str) -> str:
    return _THERE_ARE.sub("", text, count=1) if _THERE_ARE.match(text) else text


def _at_time(text: str) -> str:
    return _AT_TIME.sub("", text) if _AT_TIME.match(text) else text


def _labels(text: str) -> str:
    """Return `Anna has 12, Ben has 8` as `Anna: 12, Ben: 8`."""
    items = [_LABELLED.fullmatch(item) for item in _ITEMS.split(_unwrapped(text).rstrip("."))]
    if len(items) < 2 or not all(items):
        return text
    return ", ".join(f"\\text{{{item['name']}}}: {item['value']}" for item in items if item)


def _extremes(text: str) -> str:
    r"""Return `maximum value 5, minimum value -1` as `\max: 5, \min: -1`."""
    items = [_EXTREME.fullmatch(item) for item in _ITEMS.split(_unwrapped(text).rstrip("."))]
    if not items or not all(items):
        return text
    return ", ".join(
        f"\\{_EXTREMES[item['kind'].lower()]} = {item['value'].replace('$', '')}" for item in items if item
    )


def _numbered(text: str) -> str:
    """Return `Sequence 1: -1, 0, 1 and Sequence 2: 4, 5, 6` as the list of all values."""
    plain = _unwrapped(text)
    labels = list(_NUMBERED.finditer(plain))
    if [label["at"] for label in labels] != [str(n + 1) for n in range(len(labels))] or len(labels) < 2:
        return text
    if labels[0].start() or len({label["word"] for label in labels}) > 1:
        return text
    return _NUMBERED.sub("", plain)


def _parts(text: str) -> str:
    """Return the answers to the parts of a question, `(a) 3 (b) 5`, as `(3, 5)`."""
    plain = _unwrapped(text)
    marks = list(_PART.finditer(plain))
    if len(marks) < 2 or marks[0].start():
        return text
    found = tuple(mark["mark"] for mark in marks)
    if not any(found == tuple(series[: len(found)]) for series in _MARKS):
        return text
    ends = [mark.start() for mark in marks[1:]] + [len(plain)]
    values = [plain[mark.end() : end].strip(" ,;.$") for mark, end in zip(marks, ends, strict=True)]
    if not all(values) or any(_JOINED.search(value) for value in values):
        return text
    return f"({', '.join(values)})"


def _statements(text: str) -> str:
    """Return the numbers of statements, `(1)(4)`, as a list: a product would have been computed."""
    numbers = re.findall(r"\d", text) if _STATEMENTS.fullmatch(text) else []
    return ", ".join(numbers) if numbers and numbers == sorted(set(numbers)) else text


def _first_value(text: str) -> str:
    r"""Return `a_1 = 1, a_n = 2n - 3 (n \ge 2)` as a definition by cases."""
    match = _FIRST_VALUE.fullmatch(_LAYOUT.sub(" ", _unwrapped(text)).strip(" $"))
    if match is None:
        return text
    name, index, first, term, condition = match.groups()
    return f"{name}_n = \\begin{{cases}} {first} & n = {index} \\\\ {term} & {condition} \\end{{cases}}"


def _only(text: str) -> str:
    """Return `5` for `The only solution is 5` and for `5 is the only solution`."""
    plain = _unwrapped(text).rstrip(".")
    match = _ONLY.fullmatch(plain) or _ONLY_BEHIND.fullmatch(plain)
    return match["value"] if match else text


def _signs(text: str) -> str:
    """Drop the remark that each ± of an answer has a sign of its own, as is meant without it."""
    plain = _unwrapped(text)
    ends = [match for match in _SIGNS.finditer(plain) if match.end() == len(plain)]
    return plain[: ends[0].start()] if ends and ends[0].start() else text


def _denied_statement(text: str) -> str:
    r"""Return the statement behind its name in `\neg p: \exists x ...`."""
    plain = text.lstrip("$ ")
    match = _DENIED_STATEMENT.match(plain.replace("$", "", 1))
    return plain.replace("$", "", 1)[match.end() :] if match else text


def _spelled_twice(text: str) -> str:
    """Return `80` for `80 (eighty)` in text mode."""
    plain = _unwrapped(text)
    match = _SPELLED_TWICE.fullmatch(plain)
    return match["number"] if match and _QUALIFYING.search(plain) is None else text


def _condition(text: str) -> str:
    r"""Return `y^2 = 8x (x \ne 0)` as `y^2 = 8x, x \ne 0`."""
    plain = text.replace("$", "") if text.count("$") % 2 == 0 else text
    plain = _LAYOUT.sub(" ", plain)
    match = _CONDITION.search(plain)
    if match is None or "=" not in plain[: match.start()]:
        return text
    return f"{plain[: match.start()].rstrip(' ,;')}, {match['condition']}"


def _form(text: str) -> str:
    """Return `n = 4k + 1` for `numbers of the form 4k + 1`."""
    match = _FORM.fullmatch(_unwrapped(text).rstrip("."))
    return f"n = {match['term'].replace('$', '')}" if match else text


def _behind_for(text: str) -> str:
    r"""Return `f(x) = x^2 \text{ for } x > 0` as `f(x) = x^2, x > 0`."""
    plain = _unwrapped(text)
    match = _BEHIND_FOR.search(plain)
    if match is None or not match.start():
        return text
    return f"{plain[: match.start()]}, {match['condition']}".replace("$", "")


def _from_first(text: str) -> str:
    r"""Return `k = 0, 1, 2, \dots` behind an answer as `k \ge 0`."""
    return _FROM.sub(lambda m: f"{m['name']} \\ge {m['first']}", text)


def _two_units(text: str) -> str:
    """Return `2 h 30 min` with its units in words."""
    match = _DAY_TIME.fullmatch(_LAYOUT.sub(" ", _unwrapped(text)))
    if match is None:
        return text
    names = {"h": "hours", "hr": "hours", "hrs": "hours", "mins": "min", "sec": "seconds", "s": "seconds"}
    large, small = names.get(match["large"], match["large"]), names.get(match["small"], match["small"])
    return f"{match['a']} \\text{{ {large}}} {match['b']} \\text{{ {small}}}"


def _change(text: str) -> str:
    """Return `decreased by 4%` as `4% decrease`."""
    match = _CHANGE.fullmatch(_unwrapped(text))
    return f"{match['amount']} \\text{{ {match['way'].lower()}crease}}" if match else text


def _colons(text: str) -> str:
    r"""Return `8{:}24` as `8:24` and the name of a ratio, `AB : BC = ...`, as a fraction."""
    return _RATIO_NAME.sub(r"\\frac{\1}{\2}", text.replace("{:}", ":"))


_Rule: TypeAlias = tuple[tuple[str, ...], re.Pattern[str], Callable[[str], str]]
# What must occur, as it is quick to tell; a pattern at the head of the text; the rule.
# Rules for labelled values, for words, for notation.
_SEVERAL: tuple[_Rule, ...] = (
    ((" has ", " had ", " get", " got ", " receive", " scored ", " is ", " was "), re.compile(""), _labels),
    (
        ("ax", "in", "arg", "reat", "mall", "east"),
        re.compile(r"\W*(?:text\{)?(?:the\s+)?(?:max|min|larg|great|small|least)", re.IGNORECASE),
        _extremes,
    ),
    ((" 1:", " 1 :"), re.compile(r"\W*(?:text\{)?[A-Z][a-z]+ 1\s*:"), _numbered),
    (("a)", "i)", "1)"), re.compile(r"\W*(?:text\{)?\W*[ai1]\)"), _parts),
)
_WORDED: tuple[_Rule, ...] = (
    *_SEVERAL,
    (("here ",), re.compile("[Tt]here "), _there_are),
    (("t ",), re.compile(r"[Aa]t\s+\d"), _at_time),
    (("only ",), re.compile(""), _only),
    (("of the form",), re.compile(""), _form),
    (("for ", "where ", "with ", "when "), re.compile(r".*[<>≤≥]|.*\\[lg]e"), _behind_for),
    ((" ",), re.compile(r"\d+\s*(?:\\\w+\s*\{)?\s*[hkm]"), _two_units),
    (("crease",), re.compile(""), _change),
    (("sign", "combination"), re.compile(""), _signs),
    ((")}",), re.compile(r"\\text\s*\{\s*-?\d"), _spelled_twice),
    (("ermutation", "earrangement", "rdering"), re.compile(""), with_permutations),
)
_NOTED: tuple[_Rule, ...] = (
    _SEVERAL[-1],
    (("th", "st", "nd", "rd"), re.compile(r"[a-zA-Z\s]*\d+\s*[\^{\\stndrh]"), _ordinal),
    ((")(", ") ("), re.compile(r"\([1-9]\)\s*\("), _statements),
    ((":",), re.compile(""), _colons),
    (("\\dots", "...", "…", "\\ldots"), re.compile(r".*[=n]\s*(?:\\\{)?\s*[01]\s*,"), _from_first),
    (("\\neg", "\\lnot", "¬"), re.compile(r"[\s$]*(?:\\|¬)"), _denied_statement),
    (("(",), _CONDITION_HEAD, _condition),
    (("_n", "_{n"), re.compile(r"\W*[a-zA-Z]_\{?\d\}?\s*="), _first_value),
)
