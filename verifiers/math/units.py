"""Units of measure: what a unit phrase means, so that `1 km` is `1000 m` and `5 cm` is not `5 m`.

A phrase becomes a dimension (exponents of base kinds) and an exact factor. A phrase with a word
that is no unit (`apples`, `square tiles`) is a counted noun: it has no dimension here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

_F = Fraction
_TABLE: dict[str, tuple[str, Fraction]] = {}


def names(text: str) -> frozenset[str]:
    """Return the words of a text as a set."""
    return frozenset(text.split())


def _define(kind: str, factor: Fraction | int, names: str) -> None:
    for name in names.split():
        _TABLE[name] = (kind, Fraction(factor))


_define("length", 1, "m meter meters metre metres")
_define("length", 1000, "km kilometer kilometers kilometre kilometres")
_define("length", _F(1, 100), "cm centimeter centimeters centimetre centimetres")
_define("length", _F(1, 1000), "mm millimeter millimeters millimetre millimetres")
_define("length", _F(1, 10), "dm decimeter decimeters")
_define("length", _F(1609344, 1000), "mi mile miles")
_define("length", _F(3048, 10000), "ft foot feet")
_define("length", _F(254, 10000), "in inch inches")
_define("length", _F(9144, 10000), "yd yds yard yards")
_define("mass", 1, "kg kgs kilogram kilograms kilo kilos")
_define("mass", _F(1, 1000), "g gram grams")
_define("mass", _F(1, 1000000), "mg milligram milligrams")
_define("mass", _F(45359237, 100000000), "lb lbs")
_define("mass", _F(45359237, 1600000000), "oz ounce ounces")
_define("mass", 1000, "tonne tonnes")
_define("time", 1, "s sec secs second seconds")
_define("time", 60, "min mins minute minutes")
_define("time", 3600, "h hr hrs hour hours")
_define("time", 86400, "day days")
_define("time", 604800, "week weeks wk wks")
_define("years", 1, "yr yrs year years")
_define("years", _F(1, 12), "month months")
_define("volume", 1, "l liter liters litre litres")
_define("volume", _F(1, 1000), "ml milliliter milliliters millilitre millilitres")
_define("usd", 1, "usd dollar dollars buck bucks")
_define("usd", _F(1, 100), "cent cents ¢")
_define("eur", 1, "eur euro euros")
_define("gbp", 1, "gbp")
_define("yen", 1, "yen jpy")
_define("yuan", 1, "yuan rmb")
_define("rupee", 1, "rupee rupees rs")
_define("angle", 1, "degree degrees deg")
_define("radian", 1, "rad rads radian radians")
_define("percent", 1, "percent pct percentage percents")
_define("celsius", 1, "celsius")
_define("fahrenheit", 1, "fahrenheit")
_define("energy", 3600000, "kwh")
_define("any", 1, "unit units")

_COMPOUND = {"mph": "mi/h", "kph": "km/h", "kmh": "km/h", "kmph": "km/h", "fps": "ft/s"}
# SI units: symbol, name, kind, factor to the base unit. Symbols and their prefixes keep their case.
_SI = (
    ("m", "meter", "length", _F(1)), ("g", "gram", "mass", _F(1, 1000)), ("s", "second", "time", _F(1)),
    ("L", "liter", "volume", _F(1)), ("N", "newton", "force", _F(1)), ("J", "joule", "energy", _F(1)),
    ("W", "watt", "power", _F(1)), ("V", "volt", "voltage", _F(1)), ("A", "ampere", "current", _F(1)),
    ("A", "amp", "current", _F(1)), ("Hz", "hertz", "frequency", _F(1)), ("Pa", "pascal", "pressure", _F(1)),
    ("C", "coulomb", "charge", _F(1)), ("K", "kelvin", "temperature", _F(1)), ("T", "tesla", "field", _F(1)),
    ("mol", "mole", "amount", _F(1)), ("ohm", "ohm", "resistance", _F(1)),
    ("eV", "electronvolt", "ev", _F(1)),
)  # fmt: skip
_PREFIXES = (
    ("", "", _F(1)), ("G", "giga", _F(10**9)), ("M", "mega", _F(10**6)), ("k", "kilo", _F(1000)),
    ("m", "milli", _F(1, 1000)), ("u", "micro", _F(1, 10**6)), ("n", "nano", _F(1, 10**9)),
)  # fmt: skip
_EXACT_CASE: dict[str, tuple[str, Fraction]] = {}
for _symbol, _name, _kind, _factor in _SI:
    for _sign, _prefix, _power in _PREFIXES:
        _EXACT_CASE[_sign + _symbol] = (_kind, _factor * _power)
        for _plural in (_prefix + _name, f"{_prefix}{_name}s"):
            _TABLE.setdefault(_plural, (_kind, _factor * _power))
_DERIVED = {
    "force": (("mass", 1), ("length", 1), ("time", -2)),
    "pressure": (("mass", 1), ("length", -1), ("time", -2)),
    "energy": (("mass", 1), ("length", 2), ("time", -2)),
    "power": (("mass", 1), ("length", 2), ("time", -3)),
    "voltage": (("mass", 1), ("length", 2), ("time", -3), ("current", -1)),
    "resistance": (("mass", 1), ("length", 2), ("time", -3), ("current", -2)),
    "charge": (("current", 1), ("time", 1)),
    "field": (("mass", 1), ("time", -2), ("current", -1)),
    "frequency": (("time", -1),),
}
_DEGREES = re.compile(r"degrees? (C|F)(?:elsius|ahrenheit)?")
SHORT_UNITS = names("sq km cm mm dm kg mg ft yd lb oz hr mL mph min sec lbs hrs yds")
LETTER_UNITS = frozenset("msghlLNJWVACK")
_SYMBOL = r"(?:km|cm|mm|dm|kg|mg|ft|yd|mi|lb|oz|hr|mL|min|sec|rad|deg|Hz|[msghlLNJWVA])"
_RAISED = rf"{_SYMBOL}(?:\^(?:\{{\d\}}|\d))?"
_SLASHED = re.compile(
    rf"(?<=[\d)}}])(?:\\[ ,;]|\s)*"
    rf"(?:({_RAISED})\s*/\s*({_RAISED})|\\[dt]?frac\{{({_RAISED})\}}\{{({_RAISED})\}})$"
)
_MICRO = re.compile(
    r"([\d})](?:\s|~|\\[,; ])*(?:\\(?:text|mathrm|rm)\s*\{\s*)?)"
    r"(?:\\mu|[\u00b5\u03bc])\s*(?:\\(?:text|mathrm|rm)\s*\{\s*)?(m|s|g|A|C|F|L|V|W|J|N|T)(?:\}|\b)(?!\s*[a-zA-Z])"
)
_LETTER = re.compile(r"(?<=\d)(?:\\[ ,;]|\s|~)*(\\Omega|[msghlLNJWVACK])$")
_POWER = re.compile(r"([^\W\d_¢]+|¢)\^?(-?\d)?$")
_FILLER = names("of the a an in total each")


@dataclass(frozen=True, slots=True)
class Unit:
    """A dimension as sorted (kind, exponent) pairs and the factor to the base unit."""

    dimension: tuple[tuple[str, int], ...]
    factor: Fraction


def slash_unit_in_words(text: str) -> str:
    r"""Return an answer with the symbols of a ratio of units at its end, `3 m/s`, put into `\\text{}`.

    Outside of it single letters are variables: the caller tries this reading where no variable is left.
    """
    match = _SLASHED.search(text) if text[-1:].isalnum() or text[-1:] == "}" else None
    if match is None:
        return text
    top, bottom = (match[1], match[2]) if match[1] else (match[3], match[4])
    return f"{text[: match.start()]} \\text{{{top} / {bottom}}}"


def micro_in_words(text: str) -> str:
    r"""Return an answer with `\\mu\\text{m}` as one unit symbol."""
    if "\\mu" not in text and "\u03bc" not in text and "\u00b5" not in text:
        return text
    return _MICRO.sub(lambda m: f"{m[1]}\\text{{u{m[2]}}}", text)


def letter_unit_in_words(text: str) -> str:
    r"""Return an answer with the unit symbol of one letter at its end, `3500 m`, put into `\\text{}`."""
    match = _LETTER.search(text)
    if match is None:
        return text
    symbol = "ohm" if match[1] == "\\Omega" else match[1]
    return f"{text[: match.start()]} \\text{{ {symbol}}}"


def same_kind(one: str, other: str) -> bool:
    """Whether two phrases are units of one dimension."""
    a, b = parse_unit(one), parse_unit(other)
    return a is not None and b is not None and a.dimension == b.dimension


def is_unit_word(word: str) -> bool:
    """Whether a word of at least three letters is in the table."""
    return len(word) > 2 and (
        word in _TABLE or word in _COMPOUND or word in ("square", "cubic", "squared", "cubed")
    )


@lru_cache(maxsize=1024)
def parse_unit(phrase: str) -> Unit | None:
    """Return what a phrase such as `square cm`, `km/h` or `meters per second` measures, or None."""
    if scale := _DEGREES.fullmatch(phrase):
        phrase = "celsius" if scale[1] == "C" else "fahrenheit"
    words = re.sub(r"\bper\b", "/", phrase.replace("*", " ").replace("/", " / ")).split()
    exponents: dict[str, int] = {}
    factor, sign, boost = Fraction(1), 1, 1
    for at, word in enumerate(words):
        if word == "/":
            sign, boost = -1, 1
        elif word.lower() in ("square", "sq", "cubic"):
            boost = 3 if word.lower() == "cubic" else 2
        elif word.lower() in ("squared", "cubed") and at:
            continue
        else:
            after = words[at + 1].lower() if at + 1 < len(words) else ""
            boost = {"squared": 2, "cubed": 3}.get(after, boost)
            simple = _single(word, sign * boost)
            if simple is None:
                return None
            for kind, exponent in simple.dimension:
                exponents[kind] = exponents.get(kind, 0) + exponent
            factor, boost = factor * simple.factor, 1
    return Unit(tuple(sorted((k, e) for k, e in exponents.items() if e)), factor)


def _single(word: str, power: int) -> Unit | None:
    compound = _COMPOUND.get(word.lower())
    if compound and power == 1:
        return parse_unit(compound)
    match = _POWER.match(word.rstrip("."))
    if match is None:
        return None
    known = _EXACT_CASE.get(match[1]) or _TABLE.get(match[1].lower())
    exponent = power * int(match[2] or 1)
    if known is None:
        return None
    kind, factor = known
    if kind in _DERIVED:
        return Unit(tuple((base, n * exponent) for base, n in _DERIVED[kind]), factor**exponent)
    if kind == "any":
        return Unit((("any", exponent),), Fraction(1))
    if kind == "volume":
        return Unit((("length", 3 * exponent),), (factor / 1000) ** exponent)
    return Unit(((kind, exponent),), factor**exponent)


def noun(phrase: str) -> str:
    """Return the words of a counted noun in lower case without articles, to compare two of them."""
    words = (w for w in re.findall(r"[^\W\d_]+", phrase.lower()) if w not in _FILLER)
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") else w for w in words)
