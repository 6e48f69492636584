r"""What stands around or over a value and says nothing of its own: check marks, hats, `~` in a number.

Rules of `notation.one_spelling`, kept apart because each of them drops or unfolds something.
"""

from __future__ import annotations

import re

from evol.verifiers.math.braces import braced
from evol.verifiers.math.units import LETTER_UNITS

_END_MARK = re.compile(
    r"(?<=[\w})\]!%])(?:\s|\\[,;: ]|\\q?quad|~)*"
    r"(?:\\(?:checkmark|blacksquare|qed|qedsymbol|Box|square)(?![a-zA-Z])\.?\s*)+$"
)
_WRAPPING = re.compile(
    r"\\(underbrace|overbrace|overset|underset|stackrel|[bx]?cancel|mathop|mathrel|mathbin|mathord|smash)\s*(?=\{)"
)
_SIGNS = frozenset(("=", "<", ">", "+", "-"))
_NOTE = re.compile(r"\s*[_^]\s*(?=\{)")
_UNIT_VECTOR = re.compile(
    r"\\(?:wide)?(?:hat|vec|overrightarrow|mathbf|boldsymbol|bm)\s*"
    r"(?:\{\s*(?:\\(?:wide)?(?:hat|vec|mathbf|boldsymbol|bm)\s*)?\{?\s*(?:\\([ij])math|([ijk]))\s*\}?\s*\}"
    r"|(?:\\([ij])math|([ijk]))(?![a-zA-Z]))"
)
_WORDED_UNIT = r"\\(?:text|mathrm|textrm|mbox)\s*\{\s*[a-zA-Z]+\s*\}(?:\s*\^\s*\{?\d\}?)?"
_UNIT_FRACTION = re.compile(
    rf"(?<=[\d}})])((?:\s|\\[,;: ]|~)*)\\[dtc]?frac"
    rf"\s*\{{\s*({_WORDED_UNIT})\s*\}}\s*\{{\s*({_WORDED_UNIT})\s*\}}"
)
_SLASHED = re.compile(r"(?:\{\s*\})?\^\s*\{?(\d+)\}?\s*(?:\\!)*/(?:\\!)*\s*_\s*\{?(\d+)\}?")
_OF = re.compile(r"(?<=[\d}])\s+(?:de|di|von)\s+(?=[^\W\d_]{3,})")
_REASON = re.compile(
    r"(?<=[\w})\]$])(?:\s|\\[,;: ]|\\q?quad|,|\()*(?:\\text\s*\{\s*\(?)?\s*"
    r"(?<![a-z])(?:since|because|reject(?:ing|ed)?|discard(?:ing|ed)?)(?![a-z]).*$",
    re.DOTALL,
)
_WORDED_MARK = re.compile(r"(?<=\d)\\(?:text|mathord|mathpunct|mbox)\s*\{([,.])\}(?=\d)")
_POINTS = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.])")
_NORM = re.compile(
    r"\\(?:\||[lr]?Vert(?![a-zA-Z]))\s*(?:\\(?:mathbf|vec|boldsymbol|overrightarrow)\s*\{?\s*)?([a-zA-Z])\s*\}?\s*"
    r"\\(?:\||[lr]?Vert(?![a-zA-Z]))"
)
_EVENTS = re.compile(
    r"(?<![a-zA-Z\\])(?:\\Pr|Pr|P|\\mathbb\s*\{?P\}?)\s*(?:\\left\s*)?\(\s*([A-Z])\s*"
    r"(\\mid(?![a-z])|\||\\vert(?![a-z])|\\cup(?![a-z])|\\cap(?![a-z])|,)\s*([A-Z])\s*(?:\\right\s*)?\)\s*=\s*"
)
_JOINTS = {
    "\\mid": "given",
    "|": "given",
    "\\vert": "given",
    "\\cup": "union",
    "\\cap": "meets",
    ",": "meets",
}
_NEGATED = re.compile(
    r"\\not\s*(=|<|>|\\leq?(?![a-z])|\\geq?(?![a-z]))|\\(nless|ngtr|nleq|ngeq)(?:slant)?(?![a-z])"
)
_OPPOSITE = {
    "=": "\\ne ", "<": "\\ge ", ">": "\\le ", "\\le": ">", "\\leq": ">", "\\ge": "<", "\\geq": "<",
    "nless": "\\ge ", "ngtr": "\\le ", "nleq": ">", "ngeq": "<",
}  # fmt: skip
_NUMBER_IN_WORDS = re.compile(r"^\\text\s*\{\s*(-?\d[\d,]*(?:\.\d+)?)\.?\s*\}$")
_TILDES = re.compile(r"(?<![\d.~])\d{1,3}(?:~\d{3})+(?!\d)")
_LETTER_BEHIND = re.compile(r"\$([^$]*\d[^$a-zA-Z]*)\$\s*([a-zA-Z])")


def unwrapped(text: str) -> str:
    r"""Write `\underbrace{a}_{b}`, `\overset{b}{a}` and `\cancel{a}` as `{a}`."""
    for _ in range(20):
        match = _WRAPPING.search(text)
        if match is None:
            break
        inner, end = braced(text, match.end())
        if match[1] in ("overset", "underset", "stackrel") and text[end : end + 1] == "{":
            inner, end = braced(text, end)
        elif match[1].endswith("brace") and (note := _NOTE.match(text, end)):
            _, end = braced(text, note.end())
        kept = inner if inner in _SIGNS else f"{{{inner}}}"
        text = f"{text[: match.start()]}{kept}{text[end:]}"
    return text


def without_end_mark(text: str) -> str:
    r"""Drop `\checkmark`, `\blacksquare` and the like behind an answer."""
    return _END_MARK.sub("", text.removeprefix("\\checkmark "))


def plain_unit_vectors(text: str) -> str:
    r"""Write `3\hat{i} + 4\vec{j}` as `3i + 4j`, where two different unit vectors occur."""
    found = {next(filter(None, match.groups())) for match in _UNIT_VECTOR.finditer(text)}
    if len(found) < 2:
        return text
    return _UNIT_VECTOR.sub(lambda m: f" {next(filter(None, m.groups()))} ", text)


def slashed_units(text: str) -> str:
    r"""Write `8\frac{\text{m}}{\text{s}}` with a slash between its units."""
    return _UNIT_FRACTION.sub(r"\1\2/\3", text)


def slashed_fraction(text: str) -> str:
    r"""Write `{}^{5}/_{6}` as a fraction."""
    return _SLASHED.sub(r"\\frac{\1}{\2}", text)


def joined_by_tildes(text: str) -> str:
    """Write the number `1~000` without its spaces."""
    return _TILDES.sub(lambda m: m.group().replace("~", ""), text)


def unit_behind_formula(text: str) -> str:
    """Write `$9.8$ m` with a unit: a letter outside the dollar signs is no variable of the formula."""
    match = _LETTER_BEHIND.fullmatch(text)
    return f"{match[1]}\\text{{ {match[2]}}}" if match and match[2] in LETTER_UNITS else text


def without_reason(text: str) -> str:
    r"""Drop `\quad (\text{since } x > 0)` behind an answer."""
    return _REASON.sub("", text)


def number_in_words(text: str) -> str:
    r"""Write `\text{64.}` as the number that it is."""
    return _NUMBER_IN_WORDS.sub(r"\1", text)


def plain_marks(text: str) -> str:
    r"""Write `12\text{,}345` with braces around its comma."""
    return _WORDED_MARK.sub(r"{\1}", text)


def grouped_by_points(text: str) -> str:
    """Write `12.345.678`, which no decimal point can be read in, as one number."""
    return _POINTS.sub(lambda m: m.group().replace(".", ""), text) if text.count(".") > 1 else text


def norms(text: str) -> str:
    r"""Write the norm `\|v\|` of a vector as the length `|\overrightarrow{v}|`."""
    return _NORM.sub(r"|\\overrightarrow{\1}|", text)


def positive_relations(text: str) -> str:
    r"""Write `\not<`, `\ngeq` and the like as the relation that holds instead."""
    return _NEGATED.sub(lambda m: _OPPOSITE[m[1] or m[2]], text)


def events(text: str) -> str:
    r"""Write `P(A \mid B) =` and `P(A \cup B) =` as the names `P_{AgivenB}` and `P_{AunionB}`."""
    return _EVENTS.sub(lambda m: f"P_{{{m[1]}{_JOINTS[m[2]]}{m[3]}}} = ", text)


def worded_of(text: str) -> str:
    """Write the `de` of `2/3 de taza`, between a number and a word, as a word of the unit."""
    return _OF.sub(r" \\text{of} ", text)
