"""Numbers and bounds in words: "at least three", "between 50 and 80", "au plus 40", "genau zwei".

Each language has its phrases for a bound in a table; one pattern is built from each table. Bounds
are inclusive. What tolerance "about" has is decided here and nowhere else: a fifth either way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

TOLERANCE = 5
LOOSE_FROM = 20

NUMBER_WORDS = {
    "one": 1, "a single": 1, "single": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "a hundred": 100, "one hundred": 100, "hundred": 100, "two hundred": 200, "three hundred": 300,
    "a dozen": 12, "half a dozen": 6,
    "einem": 1, "einen": 1, "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6,
    "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12, "hundert": 100,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "cent": 100,
    "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "cien": 100,
    "due": 2, "tre": 3, "quattro": 4, "cinque": 5, "sei": 6, "dieci": 10, "cento": 100,
    "dois": 2, "duas": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10,
    "een": 1, "twee": 2, "drie": 3, "vijf": 5, "zes": 6, "zeven": 7, "tien": 10,
}  # fmt: skip
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,6}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True)) + ")"
TIMES = {"once": 1, "twice": 2, "thrice": 3}


@dataclass(frozen=True, slots=True)
class Phrases:
    """How one language words bounds and units; every entry is a piece of a regular expression."""

    least: str
    more: str
    most: str
    fewer: str
    exact: str
    about: str
    between: str
    to: str
    bare: str
    units: dict[str, str]


PHRASES = {
    "en": Phrases(
        least=r"at least|(?:a )?minimum (?:length )?of|(?:no|not) (?:fewer|less) than",
        more=r"more than|over|longer than",
        most=r"at most|(?:no|not) more than|not exceed(?:ing)?|not to exceed|(?:a )?maximum (?:length )?of"
        r"|up to|no longer than|within|to",
        fewer=r"fewer than|less than|under|below|shorter than",
        exact=r"exactly|precisely|just|only",
        about=r"about|around|approximately|roughly|approx\.",
        between=r"between|from",
        to=r"and|to|-|–|—|or",
        bare=r"in|of|with|has|have|having|using|contains?|containing|into|consisting of|be|is",
        units={
            "words": "words?",
            "sentences": "sentences?",
            "paragraphs": "paragraphs?",
            "lines": "lines?",
            "characters": "characters?",
            "bullets": r"bullet(?:ed)?[ -](?:points?|items?)|bullets",
            "placeholders": "placeholders?",
            "sections": "sections",
        },
    ),
    "de": Phrases(
        least="mindestens|wenigstens",
        more="mehr als|über",
        most="höchstens|maximal|nicht mehr als|bis zu",
        fewer="weniger als|unter",
        exact="genau|exakt",
        about="etwa|ungefähr|rund|circa|ca\\.",
        between="zwischen|von",
        to="und|bis|-|–",
        bare="in|mit|aus",
        units={
            "words": "Wörtern?|Worten?|Wort",
            "sentences": "Sätzen?|Satz",
            "paragraphs": "Absätzen?|Absatz",
            "lines": "Zeilen?",
            "characters": "Zeichen",
            "bullets": "Stichpunkten?|Aufzählungspunkten?",
        },
    ),
    "fr": Phrases(
        least="au moins|au minimum|un minimum de",
        more="plus de",
        most="au plus|au maximum|maximum|un maximum de|pas plus de|jusqu'à",
        fewer="moins de",
        exact="exactement|précisément",
        about="environ|à peu près",
        between="entre|de",
        to="et|à|-|–",
        bare="en|de",
        units={
            "words": "mots?",
            "sentences": "phrases?",
            "paragraphs": "paragraphes?",
            "lines": "lignes?",
            "characters": "caractères?",
            "bullets": "puces",
        },
    ),
    "es": Phrases(
        least="al menos|por lo menos|como mínimo|un mínimo de",
        more="más de",
        most="como máximo|como mucho|un máximo de|no más de|máximo",
        fewer="menos de",
        exact="exactamente",
        about="aproximadamente|unas|unos|alrededor de|cerca de",
        between="entre|de",
        to="y|a|-|–",
        bare="en|de|con",
        units={
            "words": "palabras?",
            "sentences": "frases?|oración|oraciones",
            "paragraphs": "párrafos?",
            "lines": "líneas?",
            "characters": "caracteres",
            "bullets": "viñetas",
        },
    ),
    "it": Phrases(
        least="almeno|un minimo di",
        more="più di",
        most="al massimo|non più di|un massimo di",
        fewer="meno di",
        exact="esattamente",
        about="circa|all'incirca",
        between="tra|fra|da",
        to="e|a|-|–",
        bare="in|di|con",
        units={
            "words": "parole|parola",
            "sentences": "frasi|frase",
            "paragraphs": "paragrafi|paragrafo",
            "lines": "righe|riga",
            "characters": "caratteri",
        },
    ),
    "pt": Phrases(
        least="pelo menos|no mínimo|um mínimo de",
        more="mais de",
        most="no máximo|não mais de|um máximo de|até",
        fewer="menos de",
        exact="exatamente",
        about="cerca de|aproximadamente|por volta de",
        between="entre|de",
        to="e|a|-|–",
        bare="em|de|com",
        units={
            "words": "palavras?",
            "sentences": "frases?",
            "paragraphs": "parágrafos?",
            "lines": "linhas?",
            "characters": "caracteres",
        },
    ),
    "nl": Phrases(
        least="minstens|ten minste|minimaal",
        more="meer dan",
        most="hoogstens|ten hoogste|maximaal|niet meer dan",
        fewer="minder dan",
        exact="precies",
        about="ongeveer|circa",
        between="tussen",
        to="en|tot|-|–",
        bare="in|met",
        units={
            "words": "woorden",
            "sentences": "zinnen|zin",
            "paragraphs": "alinea's|alinea",
            "lines": "regels",
            "characters": "tekens",
        },
    ),
}

OR_MORE = r"or more|or above|or longer|minimum|at (?:the )?least|at minimum|oder mehr|ou plus|o más|o più"
OR_FEWER = (
    r"or fewer|or less|or shorter|maximum|max|at (?:the )?most|at maximum"
    r"|oder weniger|ou moins|o menos|o meno"
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Inclusive bounds; None is open."""

    low: int | None
    high: int | None

    def holds(self, least: int, most: int) -> bool:
        """Whether a count that is between `least` and `most`, by how one counts, may be within."""
        return (self.low is None or most >= self.low) and (self.high is None or least <= self.high)

    def __str__(self) -> str:
        if self.low == self.high:
            return f"exactly {self.low}"
        if self.low is None:
            return f"at most {self.high}"
        return f"at least {self.low}" if self.high is None else f"{self.low} to {self.high}"


def number(text: str) -> int:
    """Return the value of what NUMBER matched."""
    plain = " ".join(text.lower().split()).replace(",", "")
    return int(plain) if plain.isdigit() else NUMBER_WORDS[plain]


def about(value: int) -> Bounds:
    """Return what counts as about a value: a fifth either way, at least one."""
    slack = max(1, value // TOLERANCE)
    return Bounds(value - slack, value + slack)


@cache
def amount_pattern(language: str) -> str:
    """Return a pattern for a bounded number, with named groups that `bounds` reads."""
    p = PHRASES[language]
    prefix = "|".join(
        f"(?P<{name}>{words})"
        for name, words in (
            ("least", p.least), ("more", p.more), ("most", p.most), ("fewer", p.fewer),
            ("exact", p.exact), ("about", p.about), ("between", p.between),
        )
    )  # fmt: skip
    return rf"(?:(?:{prefix})\s+)?(?P<n>{NUMBER})(?:\s*(?P<to>{p.to})\s*(?P<m>{NUMBER}))?"


def bounds(groups: Mapping[str, str | None], unit: str, *, loose: bool) -> Bounds | None:
    """Return the bounds that the groups of `amount_pattern` (and a `suffix` group) state.

    A bare number of twenty or more words or characters is meant loosely ("in 100 words"), any
    other exactly. None where two phrases contradict each other ("at least 5 or fewer").
    """
    n = number(groups["n"] or "")
    m = number(groups["m"] or "") if groups.get("m") else None
    suffix = (groups.get("suffix") or "").lower()
    named = next(
        (k for k in ("least", "more", "most", "fewer", "exact", "about", "between") if groups.get(k)), None
    )
    if m is not None:
        return Bounds(n, m) if n < m and named in (None, "between", "about", "exact", "most") else None
    if suffix:
        if named not in (None, "exact"):
            return None
        return Bounds(n, None) if re.fullmatch(OR_MORE, suffix) else Bounds(None, n)
    return _named(named, n, loose=loose and unit in ("words", "characters") and n >= LOOSE_FROM)


def _named(name: str | None, n: int, *, loose: bool) -> Bounds | None:
    if name == "about" or (name is None and loose):
        return about(n)
    return {
        None: Bounds(n, n),
        "exact": Bounds(n, n),
        "least": Bounds(n, None),
        "more": Bounds(n + 1, None),
        "most": Bounds(None, n),
        "fewer": Bounds(None, n - 1),
    }.get(name)
