"""Comparing two single values: expressions with their units, bases, printed digits and variables."""

from __future__ import annotations

import re
from fractions import Fraction

from evol.verifiers.math.equality import Finding, equal_expressions
from evol.verifiers.math.limits import Steps
from evol.verifiers.math.magnitude import certainly_different
from evol.verifiers.math.nodes import (
    HALF,
    Add,
    Based,
    Call,
    Mul,
    Node,
    Num,
    Pow,
    Quantity,
    Sym,
    contains,
    has_decimals,
    substitute,
    symbols,
    walk,
)
from evol.verifiers.math.profiles import Profile
from evol.verifiers.math.realsets import infinite_sign
from evol.verifiers.math.rounded import printed_alike, terms_printed_alike, within_last_digit
from evol.verifiers.math.units import Unit, noun, parse_unit

_DEGREES = frozenset(("degree", "degrees", "deg"))
# The first four letters of words, of which two in one line mean the contrary of each other.
_OPPOSITES = tuple(
    frozenset(pair.split())
    for pair in (
        "incr decr", "incr redu", "rise fall", "prof loss", "gain loss", "more less", "more fewe",
        "left righ", "nort sout", "east west", "abov belo", "befo afte", "ahea behi", "long shor",
        "olde youn", "cloc anti", "cloc coun", "fast slow", "high lowe", "win lose", "up down", "late earl",
    )
)  # fmt: skip
_RADIAN = "radian"


def match_scalars(a: Node, b: Node, profile: Profile, steps: Steps) -> Finding:
    """Compare two values with whatever unit is written after them."""
    residues = _residues(a, b, profile, steps)
    if residues is not None:
        return residues
    (left, unit_a), (right, unit_b) = split_unit(a), split_unit(b)
    if unit_a and unit_b:
        return _both_units(left, unit_a, right, unit_b, profile, steps)
    if unit_a:
        return _one_unit(left, unit_a, right, profile, steps)
    if unit_b:
        return _one_unit(right, unit_b, left, profile, steps)
    return match_values(left, right, profile, steps)


def _residues(a: Node, b: Node, profile: Profile, steps: Steps) -> Finding | None:
    """Compare two residue classes, `3 mod 5` and `8 mod 5`; None where one is not written as a class."""
    x, y = _residue(a), _residue(b)
    if x is None or y is None:
        return None
    (left, modulus), (right, other) = x, y
    if not match_values(modulus, other, profile, steps).equal:
        return Finding(False, "different_modulus")
    return equal_expressions(Call("mod", (left, modulus)), Call("mod", (right, other)), steps)


def _residue(node: Node) -> tuple[Node, Node] | None:
    match node:
        case Call("mod", (value, modulus)):
            return value, modulus
        case Quantity(value, unit) if unit.startswith("mod "):
            text = unit.removeprefix("mod ")
            return value, Num(Fraction(int(text))) if text.isdecimal() and len(text) < 60 else Sym(text)
        case _:
            return None


def split_unit(node: Node) -> tuple[Node, str]:
    """Return a value and its unit; the one unit of a sum or of a multiple belongs to the whole."""
    if isinstance(node, Quantity):
        inner, unit = split_unit(node.value)
        return inner, f"{unit} {node.unit}" if unit else node.unit
    if isinstance(node, Add):
        terms = [split_unit(term) for term in node.terms]
        found = {unit for _, unit in terms if unit}
        return (Add(tuple(value for value, _ in terms)), found.pop()) if len(found) == 1 else (node, "")
    if isinstance(node, Mul):
        units = [factor for factor in node.factors if isinstance(factor, Quantity)]
        if not units and any(isinstance(factor, Add) for factor in node.factors) and contains(node, Quantity):
            parts = [split_unit(factor) for factor in node.factors]
            found = {unit for _, unit in parts if unit}
            return (Mul(tuple(value for value, _ in parts)), found.pop()) if len(found) == 1 else (node, "")
        if len(units) == 1 and not isinstance(units[0].value, Quantity):
            return Mul(tuple(f.value if f is units[0] else f for f in node.factors)), units[0].unit
    return node, ""


def _both_units(a: Node, unit_a: str, b: Node, unit_b: str, profile: Profile, steps: Steps) -> Finding:
    x, y = _unit(unit_a), _unit(unit_b)
    if (x is None) != (y is None) and profile.nouns_ignored and _adds_a_noun(unit_a, unit_b):
        return match_values(a, b, profile, steps)
    if x is None or y is None:
        return _nouns(match_values(a, b, profile, steps), unit_a, unit_b, x is None and y is None, profile)
    if x.dimension == y.dimension:
        if x.factor == y.factor:
            return match_values(a, b, profile, steps)
        return match_values(_scaled(a, x.factor), _scaled(b, y.factor), profile, steps)
    if _any(x) or _any(y):
        powers = {exponent for unit in (x, y) for _, exponent in unit.dimension}
        if _any(x) and _any(y) and 1 not in powers:
            return Finding(False, "different_unit")
        return match_values(a, b, profile, steps)
    angles = {x.dimension, y.dimension}
    if angles == {(("angle", 1),), ((_RADIAN, 1),)}:
        a, b = (Quantity(v, "degree") if ("angle", 1) in u.dimension else v for v, u in ((a, x), (b, y)))
        return match_values(a, b, profile, steps)
    return Finding(False, "different_unit")


def _opposite(a: str, b: str) -> bool:
    """Whether two nouns say the contrary of each other: an increase and a decrease."""
    left, right = ({word[:4] for word in unit.lower().split()} for unit in (a, b))
    return any(
        len(pair & left) == len(pair & right) == 1 and pair & left != pair & right for pair in _OPPOSITES
    )


def _adds_a_noun(a: str, b: str) -> bool:
    """Whether one unit is the other with a noun behind it: `percent increase`, `cm of wire`."""
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    rest = longer.removeprefix(f"{shorter} ")
    return rest != longer and re.fullmatch(r"[a-z ]{3,30}", rest) is not None and parse_unit(rest) is None


def _nouns(values: Finding, unit_a: str, unit_b: str, counted: bool, profile: Profile) -> Finding:
    """Hold equal values open where what they count, or a unit and a counted thing, differ."""
    if values.equal and _opposite(unit_a, unit_b):
        return Finding(False, "different_nouns")
    same = counted and (noun(unit_a) == noun(unit_b) or profile.nouns_ignored)
    return Finding(None, "different_nouns") if values.equal and not same else values


def _unit(phrase: str) -> Unit | None:
    return parse_unit("degree" if phrase in _DEGREES else phrase)


def _any(unit: Unit) -> bool:
    return any(kind == "any" for kind, _ in unit.dimension)


def _scaled(node: Node, factor: Fraction) -> Node:
    return node if factor == 1 else Mul((Num(factor), node))


def _one_unit(a: Node, unit: str, b: Node, profile: Profile, steps: Steps) -> Finding:
    """Compare `a unit` with a bare `b`: a unit may be left out, a percent sign or a degree means a factor."""
    known = _unit(unit)
    if known is not None and known.dimension == (("percent", 1),):
        finding = match_values(
            Mul((a, Num(Fraction(1, 100)))), b, profile, steps, digits=(_shifted(a, -2), b)
        )
        if not finding.equal and profile.percent_as_number:
            plain = match_values(a, b, profile, steps)
            return Finding(True, "percent_as_number") if plain.equal else finding
        return finding
    finding = match_values(a, b, profile, steps)
    if not finding.equal and known is not None and known.dimension == (("angle", 1),):
        radians = match_values(Quantity(a, "degree"), b, profile, steps)
        return Finding(True, "degrees_as_radians") if radians.equal else finding
    return Finding(True, "unit_omitted") if finding.equal else finding


def _shifted(node: Node, power: int) -> Node:
    """Return a printed decimal moved by a power of ten, its printed places with it."""
    if isinstance(node, Num):
        return Num(node.value * Fraction(10) ** power, (node.places or 0) - power)
    return node


def match_values(
    a: Node, b: Node, profile: Profile, steps: Steps, *, digits: tuple[Node, Node] | None = None
) -> Finding:
    """Compare two expressions without units under a profile.

    `digits` are the two as printed, where that differs from their values (a percentage).
    """
    if isinstance(a, Based) or isinstance(b, Based):
        based = _bases(a, b)
        if based is not None:
            return based
    infinite = infinite_sign(a), infinite_sign(b)
    if any(infinite):
        return _infinities(a, b, infinite)
    finding = equal_expressions(a, b, steps)
    if finding.equal:
        return finding
    if finding.reason == "too_large" and certainly_different(a, b):
        return Finding(False, "different_magnitude")
    if finding.reason == "log_base" and profile.any_log_base:
        return Finding(True, "any_log_base")
    if profile.positive_variables and _equal_for_positive(a, b, steps):
        return Finding(True, "positive_variables")
    if finding.reason == "domain_differs" and profile.common_domain:
        return Finding(True, "common_domain")
    if profile.printed_digits and _printed_alike(a, b, digits, profile.printed_digits, steps):
        return Finding(True, "printed_digits")
    if profile.last_digit_error and within_last_digit(*(digits or (a, b))):
        return Finding(True, "last_digit_error")
    return finding


def _printed_alike(a: Node, b: Node, digits: tuple[Node, Node] | None, least: int, steps: Steps) -> bool:
    if digits is not None:
        return printed_alike(*digits, least)
    if not has_decimals(a) and not has_decimals(b):
        return False
    return printed_alike(a, b, least) or terms_printed_alike(a, b, least, steps)


def _equal_for_positive(a: Node, b: Node, steps: Steps) -> bool:
    """Whether two expressions with roots are equal where every variable is positive, a square of its own."""
    names = symbols(a) | symbols(b)
    if not names or not any(isinstance(p, Pow) and p.exponent == HALF for p in (*walk(a), *walk(b))):
        return False
    squares = {name: Pow(Sym(name), Num(Fraction(2))) for name in names}
    return bool(equal_expressions(substitute(a, squares), substitute(b, squares), steps).equal)


def _infinities(a: Node, b: Node, signs: tuple[int, int]) -> Finding:
    if all(signs):
        same = signs[0] == signs[1]
        return Finding(same, "infinity" if same else "different_value")
    finite = b if signs[0] else a
    return Finding(None if symbols(finite) else False, "different_value")


def _bases(a: Node, b: Node) -> Finding | None:
    """Two numbers in one base compare by digits; digits without their base are not told apart."""
    if isinstance(a, Based) and isinstance(b, Based) and a.base == b.base:
        same = int(a.digits, a.base) == int(b.digits, b.base)
        return Finding(same, "same_base" if same else "different_value")
    based, other = (a, b) if isinstance(a, Based) else (b, a)
    if isinstance(based, Based) and based.base == 10 and isinstance(other, Num):
        same = int(based.digits) == other.value
        return Finding(same, "same_base" if same else "different_value")
    if isinstance(based, Based) and isinstance(other, Num) and str(other.value) == based.digits:
        return Finding(None, "base_omitted")
    return None
