"""Numbers and what is written beside them: literals, mixed numbers, implicit products, units."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from evol.verifiers.math.limits import MAX_DIGITS, MathSyntaxError, TooLarge
from evol.verifiers.math.nodes import Mul, Node, Num, Pow, Quantity, Seq
from evol.verifiers.math.tokens import Token
from evol.verifiers.math.units import LETTER_UNITS, parse_unit

if TYPE_CHECKING:
    from evol.verifiers.math.grammar import Parser

CLAUSES = frozenset(("for", "where", "with", "such", "when", "if", "whenever"))
# Behind these letters a power is a factor, `n2^{n-1}`; behind others digits are an index, `x2^2`.
COUNTING = frozenset("nkm")
UNIT_COMMANDS = frozenset(("min", "deg"))
_CURRENCIES = frozenset(("usd", "eur", "gbp", "yen"))
_VERBS = frozenset(
    ("is", "are", "was", "were", "must", "be", "has", "have", "can", "should", "does", "will", "may")
)
NUMBER_WORDS = {
    word: value
    for value, word in enumerate(
        (
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        )
    )
}


def starts_unit(parser: Parser, token: Token) -> bool:
    """Whether a token after a complete factor is a unit or a counted noun."""
    if token.kind == "word":
        return token.text.lower() not in CLAUSES
    if token.kind == "cmd":
        return token.text in UNIT_COMMANDS or seconds_ahead(parser, token)
    if token.kind == "sym":
        return token.worded
    return token.kind == "op" and token.text in _CURRENCIES


def seconds_ahead(parser: Parser, token: Token) -> bool:
    """Whether `sec` is a unit here: nothing follows that it could be the secant of."""
    if token.text != "sec" or token.kind != "cmd":
        return False
    after = parser.tokens[parser.tokens.index(token, parser.at) + 1]
    return after.kind == "end" or (after.kind == "op" and after.text in "/,;}^")


def unit(parser: Parser) -> str:
    """Read a unit phrase: words, powers of them, `/`.

    Behind a unit and a slash a letter that names a unit is one, as in km/h; elsewhere a plain
    letter is a variable.
    """
    parts: list[str] = []
    while True:
        token, follows = parser.tokens[parser.at], parser.tokens[parser.at + 1 : parser.at + 2]
        if starts_unit(parser, token):
            if not parts and token.text.lower() in _VERBS:
                raise MathSyntaxError("A sentence stands where an answer should.")
            parts.append(token.text)
        elif token.text == "/" and follows and starts_unit(parser, follows[0]):
            parts.append("/")
        elif (
            token.text == "*" and parts and follows and follows[0].worded and starts_unit(parser, follows[0])
        ):
            pass
        elif token.text == "/" and follows and _letter_unit(parts, follows[0]):
            parts += ["/", follows[0].text]
            parser.at += 1
        elif token.text == "^" and parts:
            parser.at += 1
            parts[-1] += unit_power(parser)
            continue
        elif token.text == "(" and follows and follows[0].kind in ("word", "sym") and parts:
            raise MathSyntaxError("A remark stands beside the unit.")
        else:
            return " ".join(parts)
        parser.at += 1


def _letter_unit(parts: list[str], token: Token) -> bool:
    known = token.kind == "sym" and token.text in LETTER_UNITS
    return known and bool(parts) and parse_unit(" ".join(parts)) is not None


def unit_power(parser: Parser) -> str:
    """Read the exponent of a unit."""
    opened = parser.accept("{")
    sign = "-" if parser.accept("-") else ""
    digits = parser.token.text
    if parser.token.kind != "num" or len(digits) != 1:
        raise MathSyntaxError("A unit has an odd exponent.")
    parser.at += 1
    if opened:
        parser.expect("}")
    return f"^{sign}{digits}"


def with_smaller_unit(parser: Parser, left: Quantity) -> Quantity:
    """Read `30 minutes` after `2 hours` as part of one quantity in the larger unit."""
    amount = parser.power()
    smaller = "in" if parser.accept("in") else unit(parser)
    whole = added_quantities(left, Quantity(amount, smaller))
    if whole is None:
        raise MathSyntaxError("Two numbers stand side by side.")
    return whole


def added_quantities(left: Node, right: Node) -> Quantity | None:
    """Return `2 hours` and `30 minutes` as one quantity, None where that is not one amount in two units."""
    if not (isinstance(left, Quantity) and isinstance(right, Quantity)):
        return None
    large, small = parse_unit(left.unit), parse_unit(right.unit)
    if large is None or small is None or large.dimension != small.dimension or small.factor == 0:
        return None
    a, b, ratio = left.value, right.value, small.factor / large.factor
    if not (isinstance(a, Num) and isinstance(b, Num) and 0 <= b.value * ratio < 1):
        return None
    return Quantity(Num(a.value + b.value * ratio), left.unit)


def ratio(parser: Parser, parts: tuple[Node, ...]) -> Seq:
    """Read the further parts of a ratio of three or more."""
    while parser.accept(":"):
        parts = (*parts, parser.binary(3))
    return Seq(parts, "ratio")


def domain_ahead(parser: Parser) -> bool:
    """Whether `where k \\in \\mathbb{Z}` stands here: a word before the domain of a parameter."""
    word, name, sign = (*parser.tokens[parser.at : parser.at + 3], *[parser.tokens[-1]] * 3)[:3]
    introduced = word.kind == "word" and word.text.lower() in ("for", "where", "with")
    return introduced and name.kind == "sym" and sign.kind == "op" and sign.text == "in"


def modulus(parser: Parser, left: Node) -> Node:
    """Read `\\pmod{m}` after a residue."""
    parser.at += 1
    start = parser.at
    parser.atom()
    return Quantity(left, "mod " + "".join(t.text for t in parser.tokens[start : parser.at]).strip("{}()"))


def mixed_ahead(parser: Parser) -> bool:
    """Whether `NUM NUM / NUM` stands here: the fraction of a mixed number, or a product's factor.

    Behind an exponent a number with an exponent of its own is a factor: `a^3 2^n`.
    """
    before, token, slash, bottom = (*parser.tokens[parser.at - 1 : parser.at + 3], *[parser.tokens[-1]] * 3)[
        :4
    ]
    raised = parser.at > 2 and parser.tokens[parser.at - 2].text == "^"
    if before.kind == "num" and raised and token.spaced and slash.text == "^":
        return True
    if before.kind == "sym" and before.text in COUNTING and slash.text == "^":
        return True
    if before.kind == "num":
        return token.spaced and slash.text == "/" and bottom.kind == "num" and not slash.spaced
    return before.text in (")", "}", "]", "!", "ldots") or (before.kind in ("sym", "cmd") and token.spaced)


def juxtapose(parser: Parser, left: Node, start: int) -> Node:
    """Read a factor written without a sign of multiplication; `3 \\frac{1}{2}` is a mixed number."""
    lone = parser.at == start + 1 or (parser.at == start + 2 and parser.tokens[start].text in "+-")
    plain_integer = lone and parser.tokens[parser.at - 1].kind == "num" and isinstance(left, Num)
    token = parser.token
    if plain_integer and isinstance(left, Num) and left.places is None:
        if token.kind == "cmd" and token.text == "frac":
            factor = parser.power()
            inner, mark = (factor.value, factor.unit) if isinstance(factor, Quantity) else (factor, "")
            top, bottom = proper_fraction(inner)
            if bottom:
                value = _mixed_value(left, top, bottom)
                return Quantity(value, mark) if mark else value
            if _is_improper(inner):
                raise MathSyntaxError("A whole number beside an improper fraction is a sum or a product.")
            return Mul((left, factor))
        if token.kind == "num":
            return mixed(parser, left)
    factor = parser.power()
    return Mul((*left.factors, factor) if isinstance(left, Mul) else (left, factor))


def _is_improper(node: Node) -> bool:
    """Whether a node is a quotient of two whole numbers that is one or more."""
    match node:
        case Mul((Num(top, None), Pow(Num(bottom, None), Num(power)))):
            return power == -1 and top >= bottom > 0
        case _:
            return False


def mixed(parser: Parser, left: Num) -> Node:
    """Read the fraction of a mixed number such as `1 1/2`."""
    top, bottom = integer(parser.tokens[parser.at]), integer(parser.tokens[parser.at + 2])
    if not 0 < top < bottom:
        raise MathSyntaxError("Two numbers stand side by side.")
    parser.at += 3
    return _mixed_value(left, top, bottom)


def _mixed_value(left: Num, top: int, bottom: int) -> Num:
    part = Fraction(top, bottom)
    return Num(left.value - part if left.value < 0 else left.value + part)


def integer(token: Token) -> int:
    """Return the token's value where it is a plain integer within the cap."""
    if token.kind != "num" or not token.text.isdigit() or len(token.text) > MAX_DIGITS:
        raise MathSyntaxError("Two numbers stand side by side.")
    return int(token.text)


def number(text: str) -> Num:
    """Return a literal; raises TooLarge beyond the caps before anything is computed."""
    if len(text) > MAX_DIGITS:
        raise TooLarge("A number has more digits than the cap.")
    if text.isdigit():
        return Num(Fraction(int(text)))
    mantissa, _, power = text.lower().partition("e")
    places = len(mantissa.partition(".")[2])
    if power and abs(int(power)) > MAX_DIGITS:
        raise TooLarge("A number has a larger power of ten than the cap.")
    value = Fraction(mantissa) * Fraction(10) ** int(power or 0)
    return Num(value, places - int(power or 0) if "." in mantissa or power else None)


def repeating(text: str) -> Num:
    """Return the value of a decimal whose last digits repeat, `0.1|6` being one sixth."""
    printed, _, period = text.partition("|")
    whole, _, fixed = printed.partition(".")
    if len(text) > MAX_DIGITS:
        raise TooLarge("A number has more digits than the cap.")
    scale = 10 ** len(fixed)
    base = Fraction(int(f"{whole}{fixed}" or 0), scale)
    value = base + Fraction(int(period), scale * (10 ** len(period) - 1))
    return Num(value, repeating=len(fixed) + 2 * len(period))


def proper_fraction(node: Node) -> tuple[int, int]:
    """Return top and bottom of a quotient of two literals between 0 and 1, or (0, 0)."""
    if isinstance(node, Mul) and len(node.factors) == 2:
        top, below = node.factors
        if isinstance(top, Num) and isinstance(below, Pow) and isinstance(below.base, Num):
            bottom = below.base
            whole = top.value.denominator == 1 == bottom.value.denominator
            if whole and top.places is None and bottom.places is None and 0 < top.value < bottom.value:
                return int(top.value), int(bottom.value)
    return 0, 0
