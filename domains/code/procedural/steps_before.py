"""Steps that change or refuse an argument: what `new-constraints` asks for."""

from __future__ import annotations

from random import Random
from typing import Any

from evol.domains.code.procedural.step import Before, of

LISTS = of("ints", "strs", "list", "floats")


def _mixed_case(text: str, rng: Random) -> str:
    return "".join(c.upper() if rng.random() < 0.5 else c.lower() for c in text)


def _spaced(text: str, rng: Random) -> str:
    return "  " + text.replace(" ", "   ") + rng.choice([" ", "\t", "  "])


def _littered(text: str, rng: Random) -> str:
    places = sorted(rng.sample(range(len(text) + 1), min(2, len(text) + 1)), reverse=True)
    for place in places:
        text = text[:place] + rng.choice("#_*") + text[place:]
    return text


def _longer(text: str, rng: Random) -> str:
    return (text + rng.choice(["x", "ab", "7"])) * 3 + text


def _with(extra: Any, items: list[Any], rng: Random) -> list[Any]:
    place = rng.randint(0, len(items))
    return [*items[:place], extra, *items[place:]]


def _repeated(items: list[Any], rng: Random) -> list[Any]:
    return [*items, rng.choice(items)] if items else items


def _interleaved(items: list[Any], rng: Random) -> list[Any]:
    return [item for each in items for item in (each, rng.choice(items))]


BEFORE = (
    Before(
        "lower",
        of("str"),
        "before the rules above apply, write all of `{arg}` in lower case",
        "{arg} = {arg}.lower()",
        _mixed_case,
    ),
    Before(
        "trim",
        of("str"),
        "before the rules above apply, drop white space at both ends of `{arg}`, and put one space in "
        "the place of each run of white space inside it",
        '{arg} = " ".join({arg}.split())',
        _spaced,
    ),
    Before(
        "drop-marks",
        of("str"),
        "before the rules above apply, drop the characters #, _ and * from `{arg}`",
        '{arg} = "".join(char for char in {arg} if char not in "#_*")',
        _littered,
    ),
    Before(
        "first-characters",
        of("str"),
        "only the first {k} characters of `{arg}` count: cut off the others before the rules above apply",
        "{arg} = {arg}[:{k}]",
        _longer,
    ),
    Before(
        "no-negatives",
        of("ints"),
        "before the rules above apply, leave out every number of `{arg}` that is negative",
        "{arg} = [number for number in {arg} if number >= 0]",
        lambda items, rng: _with(-rng.randint(1, 9), items, rng),
    ),
    Before(
        "no-large-numbers",
        of("ints"),
        "before the rules above apply, leave out every number of `{arg}` that is larger than {k}00",
        "{arg} = [number for number in {arg} if number <= {k}00]",
        lambda items, rng: _with(rng.randint(1300, 2000), items, rng),
    ),
    Before(
        "distinct",
        of("ints", "strs"),
        "before the rules above apply, leave out every item of `{arg}` that is equal to an earlier one",
        "{arg} = list(dict.fromkeys({arg}))",
        _repeated,
    ),
    Before(
        "even-places",
        LISTS,
        "only the items of `{arg}` at even positions count, where the first has position 0: leave out "
        "the others before the rules above apply",
        "{arg} = {arg}[::2]",
        _interleaved,
    ),
    Before(
        "no-empty-strings",
        of("strs"),
        "before the rules above apply, leave out every string of `{arg}` that is empty",
        "{arg} = [item for item in {arg} if item]",
        lambda items, rng: _with("", items, rng),
    ),
    Before(
        "lower-items",
        of("strs"),
        "before the rules above apply, write every string of `{arg}` in lower case",
        "{arg} = [item.lower() for item in {arg}]",
        lambda items, rng: [_mixed_case(item, rng) for item in items],
    ),
    Before(
        "absolute",
        of("int", "float"),
        "if `{arg}` is negative, use its absolute value in the rules above",
        "{arg} = abs({arg})",
        lambda value, rng: -value - rng.randint(0, 1),
    ),
    Before(
        "at-most",
        of("int"),
        "if `{arg}` is larger than {k}, use {k} in its place in the rules above",
        "{arg} = min({arg}, {k})",
        lambda value, rng: abs(value) + rng.randint(13, 40),
    ),
    Before(
        "refuse-empty",
        of("str", "ints", "strs", "list", "dict"),
        "raise `ValueError` if `{arg}` is empty, before the rules above apply",
        "",
        lambda value, rng: type(value)(),
        refuses="len({arg}) == 0",
    ),
    Before(
        "refuse-negative",
        of("int", "float"),
        "raise `ValueError` if `{arg}` is negative, before the rules above apply",
        "",
        lambda value, rng: -abs(value) - rng.randint(1, 5),
        refuses="{arg} < 0",
    ),
    Before(
        "refuse-long",
        of("ints", "strs", "list"),
        "raise `ValueError` if `{arg}` has more than {k} items, before the rules above apply",
        "",
        lambda items, rng: [rng.choice(items) for _ in range(13 + rng.randint(0, 2))] if items else items,
        refuses="len({arg}) > {k}",
    ),
    Before(
        "refuse-spaces",
        of("str"),
        "raise `ValueError` if `{arg}` contains a tab or a newline, before the rules above apply",
        "",
        lambda text, rng: text[: len(text) // 2] + rng.choice("\t\n") + text[len(text) // 2 :],
        refuses='"\\t" in {arg} or "\\n" in {arg}',
    ),
)
