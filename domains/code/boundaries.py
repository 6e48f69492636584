"""Arguments at the edges: where two programs that pass the same tests are likeliest to part.

A wrong program mostly differs from a right one by a bound, a constant or a case left out, and shows it
only there: at nothing, at zero, at one item, at equal items, at the values that the task and the programs
name and next to them, at lists of such lengths (boundary-value analysis; fuzzers' dictionaries). Each
change keeps the kind of the value; whether it keeps to what the task is about, nobody knows.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from evol.verifiers.code.source import parse

Arguments = tuple[Any, ...]

LARGEST: Final = 10_000
LONGEST: Final = 200
MOST_ITEMS: Final = 24
WIDEST: Final = 2_000
FEW: Final = 8
TRIES: Final = 4
OFTEN: Final = 0.3
NEAR_ZERO: Final = (0, 1, -1, 2)
NUMBER = re.compile(r"(?<![\w.])\d{1,5}(?![\w.]*\d)")
SPACES: Final = (" ", "\t", "\n")


@dataclass(frozen=True, slots=True)
class Named:
    """The whole numbers with their neighbours, the lengths and the texts that a task is likely to turn on."""

    numbers: tuple[int, ...]
    lengths: tuple[int, ...]
    texts: tuple[str, ...]


def named_values(programs: Sequence[str], instruction: str) -> Named:
    """Return what programs and an instruction name, numbers in ascending order of size."""
    trees = filter(None, map(parse, programs))
    constants = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = [int(digits) for digits in NUMBER.findall(instruction)]
    whole = [value for value in (*constants, *said) if type(value) is int and abs(value) <= LARGEST]
    near = {other for n in whole for other in (n - 1, n, n + 1, -n)}
    numbers = sorted({*NEAR_ZERO, *near}, key=lambda n: (abs(n), n))
    texts = dict.fromkeys(c for c in constants if isinstance(c, str) and len(c) <= LONGEST)
    return Named(tuple(numbers), tuple(n for n in numbers if 0 <= n <= MOST_ITEMS), tuple(texts))


def boundary_arguments(
    given: Sequence[Arguments], named: Named, most: int, rng: Random
) -> Iterator[Arguments]:
    """Yield at most `most` arguments that are not among those given, each once; none from very long ones.

    The first half are calls of which each argument in turn becomes each of its edges, as many calls as
    there is room for. Then arguments of any call change at random, one to three times.
    """
    given = [args for args in given if len(repr(args)) <= WIDEST]
    if not given:
        return
    seen = {repr(args) for args in given}
    known = len(seen)
    at_random = (_at_random(given, named, rng) for _ in range(TRIES * most))
    in_turn = (args for base in given for args in _in_turn(base, named))
    for found, share in ((in_turn, most // 2), (at_random, most)):
        for args in found:
            if len(seen) >= known + share:
                break
            text = repr(args)
            if text not in seen and len(text) <= WIDEST:
                seen.add(text)
                yield args


def _at_random(given: Sequence[Arguments], named: Named, rng: Random) -> Arguments:
    args = list(copy.deepcopy(rng.choice(given)))
    for _ in range(rng.choice((1, 1, 2, 3))):
        place = rng.randrange(len(args))
        args[place] = _changed(args[place], named, [other[place] for other in given], rng)
    return tuple(args)


def _in_turn(args: Arguments, named: Named) -> Iterator[Arguments]:
    edges = [_edges(value, named) for value in args]
    for rank in range(max(map(len, edges), default=0)):
        for place, values in enumerate(edges):
            if rank < len(values):
                yield (*copy.deepcopy(args[:place]), values[rank], *copy.deepcopy(args[place + 1 :]))


def _edges(value: Any, named: Named) -> list[Any]:
    """Return the edges of a value's kind, those that everything has first."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return list(named.numbers)
    if isinstance(value, float):
        return [0.0, -value, *map(float, named.numbers)]
    if isinstance(value, dict):
        first = dict(list(value.items())[:1])
        return [{}, first]
    if isinstance(value, str | list):
        return [*_lengths(value, named), *(named.texts if isinstance(value, str) else ())]
    return []


def _lengths(value: Any, named: Named) -> list[Any]:
    """Return the empty, the single, the doubled and the ordered; equal items; and named lengths."""
    ordered = _joined(value, _ascending(value))
    equal = [value[:1] * count for count in named.lengths]
    cut = [(value * MOST_ITEMS)[:count] for count in named.lengths] if value else []
    doubled = _joined(value, [item for item in value for _ in range(2)])
    return [value[:0], value[:1], value[:1] * 2, doubled, ordered, ordered[::-1], *cut, *equal]


def _ascending(items: Sequence[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        return sorted(items, key=repr)


def _joined(like: Any, items: Sequence[Any]) -> Any:
    return "".join(items) if isinstance(like, str) else list(items)


def _changed(value: Any, named: Named, pool: Sequence[Any], rng: Random) -> Any:
    """Return a value of the same kind that differs in one respect, mostly in one of its parts."""
    same = [other for other in pool if type(other) is type(value)]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        edge = rng.choice(named.numbers)
        return rng.choice((edge, edge, value + 1, value - 1, -value, rng.choice(same)))
    if isinstance(value, float):
        return rng.choice((value + 1, value / 2, -value, round(value), 0.5, rng.choice(named.numbers))) * 1.0
    if isinstance(value, str):
        return _changed_text(value, named, rng)
    if isinstance(value, tuple):
        return tuple(_with_item(list(value), named, rng)) if value else value
    if isinstance(value, dict):
        return _changed_dict(value, named, rng)
    return _changed_list(value, same, named, rng) if isinstance(value, list) else value


def _changed_text(text: str, named: Named, rng: Random) -> str:
    """Return an edge, a text with one character put in or replaced, or some of its marks at random."""
    marks = (*SPACES, *(text or " "), *named.texts, "0", "a", "Z")
    at, mark = rng.randint(0, len(text)), rng.choice(marks)
    strewn = "".join(rng.choice(marks) for _ in range(rng.randint(2, FEW)))
    edge = rng.choice(_edges(text, named))
    changed = (text[:at] + mark + text[at:], text[:at] + mark + text[at + 1 :], text.swapcase())
    return rng.choice((edge, strewn, strewn, *changed))


def _changed_list(items: list[Any], same: Sequence[list[Any]], named: Named, rng: Random) -> list[Any]:
    if not items or rng.random() < OFTEN:
        return list(rng.choice(_edges(items, named)))
    if rng.random() < OFTEN:
        every = [item for other in same for item in other]
        return copy.deepcopy(rng.sample(every, rng.randint(0, min(len(every), MOST_ITEMS))))
    if rng.random() < OFTEN:
        return [*items, copy.deepcopy(rng.choice(items))]
    return _with_item(items, named, rng)


def _with_item(items: list[Any], named: Named, rng: Random) -> list[Any]:
    at = rng.randrange(len(items))
    return [*items[:at], _changed(items[at], named, items, rng), *items[at + 1 :]]


def _changed_dict(table: dict[Any, Any], named: Named, rng: Random) -> dict[Any, Any]:
    if not table or rng.random() < OFTEN:
        return dict(rng.choice(_edges(table, named)))
    key = rng.choice(list(table))
    if rng.random() < OFTEN:
        return {other: value for other, value in table.items() if other != key}
    return {**table, key: _changed(table[key], named, list(table.values()), rng)}
