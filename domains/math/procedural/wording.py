"""How numbers, people and things are worded: the small change of readable problems."""

# ruff: noqa: SIM905 - name lists read better as running text

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from evol.domains.math.procedural.arithmetic import plain

_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_FRACTIONS = {
    "1/2": "half",
    "1/3": "one third",
    "2/3": "two thirds",
    "1/4": "one quarter",
    "3/4": "three quarters",
    "1/5": "one fifth",
    "2/5": "two fifths",
    "3/5": "three fifths",
    "4/5": "four fifths",
    "1/6": "one sixth",
    "5/6": "five sixths",
    "1/8": "one eighth",
    "3/8": "three eighths",
    "1/10": "one tenth",
    "3/10": "three tenths",
}
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "men": "man",
    "women": "woman",
    "leaves": "leaf",
    "loaves": "loaf",
    "shelves": "shelf",
    "boxes": "box",
    "cookies": "cookie",
    "movies": "movie",
    "pies": "pie",
    "ties": "tie",
    "feet": "foot",
    "inches": "inch",
    "geese": "goose",
    "mice": "mouse",
    "calves": "calf",
    "tomatoes": "tomato",
    "potatoes": "potato",
    "mangoes": "mango",
    "dishes": "dish",
    "glasses": "glass",
    "dresses": "dress",
    "peaches": "peach",
    "sandwiches": "sandwich",
    "matches": "match",
    "batches": "batch",
    "bunches": "bunch",
    "pouches": "pouch",
    "benches": "bench",
    "watches": "watch",
    "radishes": "radish",
    "classes": "class",
    "branches": "branch",
    "brushes": "brush",
    "fish": "fish",
    "sheep": "sheep",
    "deer": "deer",
    "dozen": "dozen",
    "calories": "calorie",
    "brownies": "brownie",
    "beanies": "beanie",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A name with its pronouns."""

    name: str
    she: str
    her: str


_WOMEN = (
    "Ines Priya Amara Leila Sofia Hana Greta Nadia Clara Yuki Rosa Thandi Freya Zara Mei Olga Elif "
    "Noor Carmen Adaeze Ingrid Lucia Mina Tessa Vera Wanda Paloma Kira Edith Bianca"
).split()
_MEN = (
    "Omar Diego Kwame Jonas Rafael Tomas Arjun Emeka Luca Hugo Pavel Idris Mateo Felix Anton Kenji "
    "Samir Viktor Bruno Yusuf Callum Dmitri Ravi Stefan Gabriel Ivo Nils Tariq Marco Leon"
).split()
PEOPLE = (*(Person(n, "she", "her") for n in _WOMEN), *(Person(n, "he", "his") for n in _MEN))


def people(rng: Random, count: int, text: str) -> list[Person]:
    """Return `count` different people, none of whom the text names already."""
    chosen: list[Person] = []
    while len(chosen) < count:
        person = PEOPLE[int(rng.random() * len(PEOPLE))]
        if person not in chosen and person.name not in text:
            chosen.append(person)
    return chosen


def singular(noun: str) -> str:
    """Return the singular of a plural noun, of which only the last word changes."""
    head, _, last = noun.rpartition(" ")
    head = head and head + " "
    if last in _IRREGULAR:
        return head + _IRREGULAR[last]
    if last.endswith("ies"):
        return f"{head}{last[:-3]}y"
    if last.endswith(("ches", "shes", "xes", "sses")):
        return head + last[:-2]
    return head + (last[:-1] if last.endswith("s") and not last.endswith("ss") else last)


def counted(value: Fraction) -> str:
    """Return a number with thousands separators, as problems print it."""
    if value.denominator == 1:
        return f"{value.numerator:,}"
    return plain(value)


def money(value: Fraction) -> str:
    """Return dollars: "$12", "$1,200", "$3.50"."""
    if value.denominator == 1:
        return f"${value.numerator:,}"
    return (
        f"${value.numerator / value.denominator:,.2f}" if 100 % value.denominator == 0 else f"${plain(value)}"
    )


def in_words(value: Fraction) -> str:
    """Return small whole numbers as words and others as digits."""
    if value.denominator == 1 and 0 <= value.numerator < len(_SMALL):
        return _SMALL[value.numerator]
    return counted(value)


def times(value: Fraction) -> str:
    """Return a factor as a multiplier: "twice", "three times", "half"."""
    if value == 2:
        return "twice"
    return "half" if value == Fraction(1, 2) else f"{in_words(value)} times"


def part(value: Fraction) -> str:
    """Return a proper fraction in words where it has common ones: "two thirds"."""
    key = f"{value.numerator}/{value.denominator}"
    return _FRACTIONS.get(key, key)


def ordinal(value: Fraction) -> str:
    """Return "1st", "2nd", "15th"."""
    number = int(value)
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"


_SPECS = {"$": money, "w": in_words, "t": times, "f": part, "n": plain, "o": ordinal}
_SLOT = re.compile(r"\{(\w+)(?::(.))?\}")


def fill(text: str, env: dict[str, object]) -> str:
    """Return a scene's text with its slots filled; a capitalised slot begins a sentence.

    `{k}` prints a number, `{k:$}` dollars, `{k:w}` words, `{k:t}` a multiplier, `{k:f}` a
    fraction, `{k:n}` digits only, `{k:o}` an ordinal.
    """

    def slot(match: re.Match[str]) -> str:
        name, spec = match.group(1), match.group(2)
        value = env[name] if name in env else env[name[0].lower() + name[1:]]
        shown = _SPECS[spec](value) if spec else counted(value) if isinstance(value, Fraction) else str(value)  # type: ignore[arg-type]
        return shown[0].upper() + shown[1:] if name[0].isupper() else shown

    return _SLOT.sub(slot, text)
