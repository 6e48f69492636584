r"""Arithmetic inside prose: tokens of a solution's text, and the reader of one expression among them.

A side of a claim is read as far as it is numbers, operators, brackets, currency, percent and units
("3 boxes * 12 pens per box"), and handed on as bare arithmetic for the parser of this package.
Nothing is computed here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evol.verifiers.math.units import parse_unit

PERCENT = "\x00"
SCALE = "\x01"
MAX_UNIT_WORDS = 4

_TOKEN = re.compile(
    r"(?P<space>[^\S\n]*+)(?:(?P<word>(?!\bsqrt\(|\bequals\b)[^\W\d_]+(?:[-'’][^\W\d_]+)*)"
    r"|(?P<num>\d{1,3}(?:(?:,|\{,\}|,\\!)\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
    r"|(?P<text>\\(?:text|mathrm|mbox|textbf|textit)\s*\{(?P<words>[^{}\n]*)\})"
    r"|(?P<frac>\\[dtc]?frac(?=\s*\{))|(?P<root>\\sqrt(?=\s*\{)|√|\bsqrt(?=\())"
    r"|(?P<skip>(?:\\\\[^\S\n]*)?\n(?=[^\S\n]*+(?:&[^\S\n]*+)?=[^=])|\\[,;:! ]"
    r"|\\(?:left|right|quad|qquad)\b|&|°|\^\{?\\circ\}?"
    r"|\\(?:begin|end)\{\w+\*?\}|(?<![\d)])\*\*|\*\*(?![\d(-]))"
    r"|(?P<currency>\\?[$€£¢])"
    r"|(?P<stop>\n|\\\\|<=|>=|!=|=>|:=|->|\\(?!approx\b|times\b|cdot\b|div\b|%|[()\[\]])(?:[a-zA-Z]+|.))"
    r"|(?P<rel>\\approx\b|≈|==?|\bequals\b)"
    r"|(?P<op>\\times\b|\\cdot\b|\\div\b|\*\*|[-+*/^×·⋅÷−–∕])"
    r"|(?P<percent>\\?%)|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<other>\\[()\[\]]|.)|(?P<end>\Z))",
    re.DOTALL,
)
_BY = re.compile(r"\s+by\b")
_OPERATORS = {
    "\\times": "*", "\\cdot": "*", "\\div": "/", "×": "*", "·": "*", "⋅": "*", "÷": "/", "−": "-", "–": "-",
    "∕": "/", "**": "^", "plus": "+", "minus": "-", "times": "*", "x": "*", "X": "*",
    "multiplied by": "*", "divided by": "/",
}  # fmt: skip
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_SUPERSCRIPTS = {"²": "^2", "³": "^3", "⁴": "^4"}
SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}
_CURRENCIES = {"$": "dollars", "€": "euros", "£": "gbp", "¢": "cents"}

# The kinds of the tokens that an operand may begin with.
BEGINS = frozenset(("num", "open", "frac", "root", "currency", "op"))

# Words that end a unit phrase: what follows them belongs to another statement.
_BREAKS = frozenset(
    re.findall(
        r"\w+",
        "and or so then thus hence therefore which that is are was were has have had gives makes means "
        "because since if but while when where with without plus minus times of more less than total",
    )
)
# Words after a side that make it more or other than its digits.
QUALIFIERS = frozenset(
    re.findall(
        r"\w+",
        "squared cubed percent hundred thousand million billion trillion dozen factorial remainder r rem "
        "with and modulo mod am pm half quarter tens hundreds thousands",
    )
)


class Token(NamedTuple):
    """A token with its place in the text; `glued` tells that no white space stands before it."""

    kind: str
    text: str
    start: int
    end: int
    glued: bool


class Side(NamedTuple):
    """One side of a claim as bare arithmetic, and what was read over.

    `arithmetic` holds `PERCENT` behind a number that is given in percent. `units` are the measures
    and currencies that stand in it. `operators` is 0 for a single number.
    """

    arithmetic: str
    start: int
    end: int
    operators: int
    units: frozenset[str]
    unsure: bool


def tokenize(text: str, start: int, end: int) -> list[Token]:
    """Return the tokens of a part of a solution; white space, layout and what only decorates is dropped."""
    tokens: list[Token] = []
    at: int | None = start
    while at is not None:
        at = _tokenize(text, at, end, tokens)
    return tokens


def _tokenize(text: str, start: int, end: int, tokens: list[Token]) -> int | None:
    """Append tokens until the text ends; return where to go on behind an operator of two words."""
    glued = bool(tokens)
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup or ""
        before, stop = match.span()
        begin = match.end(1)
        glued = glued and begin == before
        if kind == "skip" or kind == "end":
            glued = False
            continue
        content = text[begin:stop]
        if kind == "word" or kind == "text":
            low = content.lower()
            if kind == "text":
                kind, content = "word", match["words"].strip()
                low = content.lower()
            elif low in ("multiplied", "divided") and (by := _BY.match(text, stop)):
                tokens.append(Token("op", f"{low} by", begin, by.end(), glued))
                return by.end()
            if low in _OPERATORS and len(content) > 1:
                kind = "op"
        tokens.append(Token(kind, content, begin, stop, glued))
        glued = True
    return None


class Reader:
    """Reads one expression forward from a token; `at` is behind what was read."""

    def __init__(self, tokens: list[Token], at: int) -> None:
        self.tokens = tokens
        self.at = at
        self.parts: list[str] = []
        self.operators = 0
        self.units: set[str] = set()
        self.unsure = False
        self.last = at

    def token(self, ahead: int = 0) -> Token | None:
        """The token `ahead` of the position, or None behind the last."""
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else None

    def kind(self, ahead: int = 0) -> str:
        """The kind of the token `ahead` of the position."""
        at = self.at + ahead
        return self.tokens[at].kind if at < len(self.tokens) else "end"

    def expression(self) -> bool:
        """Read operands and the operators between them; False where none begins here."""
        if not self.operand():
            return False
        divided = False
        while self.at < len(self.tokens):
            mark, parts, units, unsure = self.at, len(self.parts), self.units, self.unsure
            first = self.tokens[mark]
            if first.kind in ("word", "op", "open"):
                self.units = set(units)
                self.unit_words()
            raises = self.kind() == "op" and self.tokens[self.at].text in ("^", "**")
            operator = None if raises and self.at > self.last else self.operator()
            if operator is not None:
                self.parts.append(operator)
            if operator is None or not self.operand():
                self.at, self.units, self.unsure = mark, units, unsure
                del self.parts[parts:]
                return True
            self.operators += 1
            tight = first.text == "/" and first.glued
            self.unsure |= divided and operator == "/" and tight
            divided = operator == "/" and not tight
        return True

    def operator(self) -> str | None:
        """Read an operator, written or implied by a bracket that touches."""
        token = self.token()
        if token is None:
            return None
        if token.kind == "op" or (token.kind == "word" and self.operator_ahead(token)):
            self.at += 1
            return _OPERATORS.get(token.text, token.text)
        if token.kind == "word" and token.text == "of" and self.is_share():
            self.at += 1
            return "*"
        return "*" if token.kind == "open" and token.glued else None

    def is_share(self) -> bool:
        """Whether what was read last is a percentage or a fraction, so that `of` multiplies."""
        return self.parts[-1].endswith((PERCENT, SCALE)) or (len(self.parts) > 2 and self.parts[-2] == "/")

    def currency(self) -> None:
        """Step over currency signs and note them."""
        while self.kind() == "currency":
            self.units.add(_CURRENCIES[self.tokens[self.at].text[-1]])
            self.at += 1

    def operand(self) -> bool:
        """Read a signed number, bracket, fraction or root with what is written around it."""
        start, before = self.at, len(self.parts)
        sign = "" if self.kind() == "num" else self.sign()
        if not self.bare():
            self.at = start
            del self.parts[before:]
            return False
        if sign:
            leads = before == 0 or self.parts[before - 1] == "("
            self.parts[before:] = ["-", *self.parts[before:]] if leads else ["(-", *self.parts[before:], ")"]
        after = self.token()
        if after and after.glued and after.text in _SUPERSCRIPTS:
            self.parts.append(_SUPERSCRIPTS[after.text])
            self.at += 1
        self.last = self.at
        self.currency()
        return True

    def sign(self) -> str:
        """Step over currency and the sign of an operand; return `-` where that is one."""
        self.currency()
        token = self.token()
        if token is None or token.kind != "op" or token.text not in "-+−–":
            return ""
        self.at += 1
        self.currency()
        return "-" if token.text != "+" else ""

    def bare(self) -> bool:
        """Read an operand without a sign."""
        match self.kind():
            case "num":
                self.number()
                return True
            case "open":
                return self.bracket()
            case "frac":
                return self.fraction()
            case "root":
                return self.root()
            case _:
                return False

    def number(self) -> None:
        """Read a number with its fraction part and what is written right behind it."""
        digits = self.tokens[self.at].text
        digits = digits if digits.isdecimal() else re.sub(r"[^\d.]", "", digits)
        self.unsure |= _is_clock(digits)
        self.at += 1
        after = self.kind()
        if after in ("num", "word") and "." not in digits and (length := self.fraction_part()):
            top, bottom = self.tokens[self.at + length - 3], self.tokens[self.at + length - 1]
            digits = f"({digits}+{top.text}/{bottom.text})"
            self.at += length
            after = self.kind()
        self.parts.append(digits + self.suffix() if after in ("percent", "word") else digits)

    def fraction_part(self) -> int:
        """Return how many tokens make this number a mixed one: `2 1/2` or `2 and 1/2`."""
        joined = self.tokens[self.at].kind == "word"
        if joined and self.tokens[self.at].text != "and":
            return 0
        match self.tokens[self.at + joined : self.at + joined + 3]:
            case [
                Token("num", top, _, _, False),
                Token("op", "/", _, _, True),
                Token("num", bottom, _, _, True),
            ]:
                proper = top.isdigit() and bottom.isdigit() and int(top[:9]) < int(bottom[:9])
                return 3 + joined if proper else 0
            case _:
                return 0

    def suffix(self) -> str:
        """Read a percent sign or a word like `thousand`; a name that touches makes the side unsure."""
        after = self.tokens[self.at]
        if after.kind == "percent" or after.text in ("percent", "percents"):
            self.at += 1
            return PERCENT
        if after.text in SCALES:
            self.at += 1
            return f"{SCALE}{SCALES[after.text]}{SCALE}"
        self.unsure |= after.glued and not is_unit(after.text) and after.text not in "xX"
        return ""

    def bracket(self) -> bool:
        """Read a bracketed expression; `{,}` and other layout was dropped before."""
        closing = _CLOSING[self.tokens[self.at].text]
        self.at += 1
        self.parts.append("(")
        if not self.expression():
            return False
        self.unit_words()
        token = self.token()
        if token is None or token.text != closing:
            return False
        self.at += 1
        self.parts.append(")")
        return True

    def fraction(self) -> bool:
        r"""Read \frac{a}{b} as ((a)/(b))."""
        self.at += 1
        self.parts.append("(")
        if self.kind() != "open" or not self.bracket():
            return False
        self.parts.append("/")
        self.operators += 1
        if self.kind() != "open" or not self.bracket():
            return False
        self.parts.append(")")
        return True

    def root(self) -> bool:
        """Read a square root of a bracket or of a number."""
        self.at += 1
        self.parts.append("sqrt(")
        self.operators += 1
        if self.kind() not in ("open", "num") or not self.bare():
            return False
        self.parts.append(")")
        return True

    def unit_words(self) -> None:
        """Step over the words of a unit: `pens per box`, `/hour`; they end at a word of another statement."""
        tokens, size = self.tokens, len(self.tokens)
        for _ in range(MAX_UNIT_WORDS):
            at = self.at
            if at + 1 < size and tokens[at].text == "/" and tokens[at + 1].kind == "word":
                at += 1
            if at >= size or tokens[at].kind != "word":
                return
            text = tokens[at].text
            if text in _BREAKS or (at == self.at and self.operator_ahead(tokens[at])):
                return
            if is_unit(text):
                self.units.add(text)
            if (len(text) == 1 and text != "a") or text in QUALIFIERS:
                self.unsure = True
            self.at = at + 1

    def operator_ahead(self, word: Token) -> bool:
        """Whether the word that stands here is the x of a product."""
        return word.text in ("x", "X") and self.kind(1) in ("num", "open", "currency")

    def side(self, start: int) -> Side:
        """Return what was read as a side."""
        tokens = self.tokens
        return Side(
            "".join(self.parts),
            tokens[start].start,
            tokens[self.last - 1].end,
            self.operators,
            frozenset(self.units),
            self.unsure,
        )


def is_unit(word: str) -> bool:
    """Whether a word is a unit of measure by itself."""
    return parse_unit(word) is not None


def _is_clock(digits: str) -> bool:
    """Whether digits are written as on a clock or in a code: 0130, 007."""
    return len(digits) > 1 and digits.isdigit() and digits[0] == "0"
