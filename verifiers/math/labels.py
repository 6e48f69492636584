r"""Labels around the values of an answer: who has what, parts of a question, extremes, kinds of things.

Each rule gives the notation for a wording, whatever the other answer is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

_TEXT = re.compile(r"\\(?:text|mbox|textrm|textbf|mathrm)\s*\{([^{}]*)\}")
_COMMAND = re.compile(r"\\[a-zA-Z]+")
_LABEL_VERB = (
    r"(?P<name>[A-Z][a-z]+)\s+(?:has|had|gets?|got|receives?|received|scored|is|was)\s+"
    r"(?P<value>[-\d$\\][^,;]*)"
)
_LABELLED = re.compile(_LABEL_VERB)
_BARE_LABEL = re.compile(r"(?P<name>[A-Za-z][a-z]{3,14})\s+(?P<value>-?\$?[\d\\][^,;]*)")
_NO_LABEL = frozenset(
    ("about", "plus", "minus", "from", "between", "than", "least", "most", "exactly", "over", "under")
)
_MEASURED = re.compile(r"(?<=[a-z}])\s+(?:old|long|tall|wide|high|deep|thick|away|apart)$")
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
_THING = re.compile(
    r"(?:[Tt]he\s+)?(?:[Pp]oint|[Ll]ine|[Cc]ircle|[Pp]arabola|[Ee]llipse|[Hh]yperbola|[Cc]urve|[Ss]egment|[Pp]lane"
    r"|[Ee]quation|[Ff]unction|[Vv]ector|[Ii]nterval|[Ss]et|[Pp]air|[Tt]riple|[Pp]olynomial|[Oo]rdered\s+(?:pair|triple))"
    r"s?\s+(?=[\d(\[\\${-]|[a-zA-Z](?:[^a-zA-Z]|$)|[A-Z]{2}\W*$)"
)
_LABEL = re.compile(
    r"(?:[Cc]lass|[Pp]lan|[Mm]ethod|[Ss]cheme|[Tt]eam|[Gg]roup|[Bb]ox|[Bb]ag|[Rr]oom|[Pp]layer|[Ff]igure|[Tt]ype|[Ss]tore"
    r"|[Ss]hop|[Mm]achine|[Ss]tatement|[Nn]umber|[Nn]o\.|№)\s*(?P<label>\d{1,3}|[A-Z]|[IVX]{2,4})"
)
_EXTREME_NAME = re.compile(
    r"(?P<letter>[fgyS])_\{?\s*\\?(?:text\{|mathrm\{)?\s*(?P<kind>max|min)\s*\}{0,2}(?:\([a-z]\))?(?=\s*=)"
)
_RATIO_NAMES = re.compile(r"(?P<names>[a-zA-Z]{1,3}(?:\s*:\s*[a-zA-Z]{1,3}){2,3})\s*=\s*(?=[\d\\])")
_AXIS_PARALLEL = re.compile(r"[a-z]\s*=[^a-z]*")
_HEADING = re.compile(r"^\s*(?:\\text\s*\{\s*)?(?:[Dd]omain|[Rr]ange|[Ss]olution(?:s|\s+set)?)\s*:\s*\}?\s*")
_RATIO_NAME = re.compile(r"(?<![A-Za-z\\])([A-Z]{2,3})\s*:\s*([A-Z]{2,3})(?=\s*=)")


def names_several_values(text: str) -> bool:
    """Whether a short text in words is several values with what each of them is."""
    if len(text) > 400 or " " not in text:
        return False
    for marks, head, rule in SEVERAL:
        for mark in marks:
            if mark in text:
                if head.match(text) and rule(text) != text:
                    return True
                break
    return False


def unwrapped(text: str) -> str:
    r"""Return a text without `\text{}` around its words, single spaces between all parts."""
    return " ".join(_TEXT.sub(r" \1 ", text).split()) if "\\" in text else " ".join(text.split())


def _labels(text: str) -> str:
    """Return `Anna has 12, Ben has 8` as `Anna: 12, Ben: 8`, `Width 5, height 3` as `Width: 5, height: 3`."""
    parts = _ITEMS.split(unwrapped(text).rstrip("."))
    items = [_LABELLED.fullmatch(part) or _BARE_LABEL.fullmatch(part) for part in parts]
    names = [item["name"].lower() for item in items if item]
    if not len(items) == len(set(names)) > 1 or not _NO_LABEL.isdisjoint(names) or text[:1].islower():
        return text
    return ", ".join(f"\\text{{{i['name']}}}: {_MEASURED.sub('', i['value'])}" for i in items if i)


def _extremes(text: str) -> str:
    r"""Return `maximum value 5, minimum value -1` as `\max: 5, \min: -1`."""
    items = [_EXTREME.fullmatch(item) for item in _ITEMS.split(unwrapped(text).rstrip("."))]
    if not items or not all(items):
        return text
    return ", ".join(
        f"\\{_EXTREMES[item['kind'].lower()]} = {item['value'].replace('$', '')}" for item in items if item
    )


def _numbered(text: str) -> str:
    """Return `Sequence 1: -1, 0, 1 and Sequence 2: 4, 5, 6` as the list of all values."""
    plain = unwrapped(text)
    labels = list(_NUMBERED.finditer(plain))
    if [label["at"] for label in labels] != [str(n + 1) for n in range(len(labels))] or len(labels) < 2:
        return text
    if labels[0].start() or len({label["word"] for label in labels}) > 1:
        return text
    return _NUMBERED.sub("", plain)


def _parts(text: str) -> str:
    """Return the answers to the parts of a question, `(a) 3 (b) 5`, as `(3, 5)`."""
    plain = unwrapped(text)
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


def statements(text: str) -> str:
    """Return the numbers of statements, `(1)(4)`, as a list: a product would have been computed."""
    numbers = re.findall(r"\d", text) if _STATEMENTS.fullmatch(unwrapped(text)) else []
    return ", ".join(numbers) if numbers and numbers == sorted(set(numbers)) else text


def label(text: str) -> str:
    """Return `B` for `plan B`, `2` for `Method 2`."""
    match = _LABEL.fullmatch(unwrapped(text).rstrip("."))
    return match["label"] if match else text


def thing(text: str) -> str:
    """Return `(1, 2)` for `the point (1, 2)`, `y = x` for `the line y = x`."""
    plain = unwrapped(text)
    match = _THING.match(plain)
    rest = plain[match.end() :] if match else ""
    # In `the line x = 3` the name is the axis, which no other may stand for.
    if (
        not rest
        or _AXIS_PARALLEL.fullmatch(rest.strip(" $."))
        or re.search(r"[a-z]{3}", _COMMAND.sub("", rest))
    ):
        return text
    return rest


def extreme_names(text: str) -> str:
    r"""Return `y_{\max} = 5` as `\max = 5`, where all extremes are of one letter."""
    letters = {match["letter"] for match in _EXTREME_NAME.finditer(text)}
    return _EXTREME_NAME.sub(r"\\\g<kind> ", text) if len(letters) == 1 else text


def colons(text: str) -> str:
    r"""Return `8{:}24` as `8:24` and the name of a ratio, `AB : BC = ...`, as a fraction."""
    text = _HEADING.sub("", text)
    text = _RATIO_NAME.sub(r"\\frac{\1}{\2}", text.replace("{:}", ":"))
    return _RATIO_NAMES.sub(
        lambda m: f"\\text{{ratio {''.join(re.findall('[a-zA-Z]', m['names']))}}} = ", text
    )


Rule: TypeAlias = tuple[tuple[str, ...], re.Pattern[str], Callable[[str], str]]
# What must occur, as it is quick to tell; a pattern at the head of the text; the rule.
# Rules for labelled values, for words, for notation.
SEVERAL: tuple[Rule, ...] = (
    ((",", ";", " and "), re.compile(r"\W*(?:text\{)?[A-Z][a-z]"), _labels),
    (
        ("ax", "in", "arg", "reat", "mall", "east"),
        re.compile(r"\W*(?:text\{)?(?:the\s+)?(?:max|min|larg|great|small|least)", re.IGNORECASE),
        _extremes,
    ),
    ((" 1:", " 1 :"), re.compile(r"\W*(?:text\{)?[A-Z][a-z]+ 1\s*:"), _numbered),
    (("a)", "i)", "1)"), re.compile(r"\W*(?:text\{)?\W*[ai1]\)"), _parts),
)
