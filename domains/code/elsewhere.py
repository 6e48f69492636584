"""What a program returns where no test looks: the tests' own calls with their arguments varied.

Solutions that pass the same tests may still differ, and then one of them is wrong where the tests
are silent (rStar-Coder, arXiv 2505.21297, has many solvers agree on many inputs). Only results are
compared: a program may well raise for an argument that its task does not speak of.

Programs mostly differ at the values that they name themselves (a year that 100 divides, a limit), as
fuzzers' dictionaries know. Such values may lie outside what the task is about, so what programs
return for them costs no row: it only decides which of the programs that agree is kept.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any, Final

from evol.domains.code.inputs import varied
from evol.domains.code.trying import BRIEF, shared_verifier
from evol.types import Json
from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.literal_cases import read_literal
from evol.verifiers.code.source import parse
from evol.verifiers.sandbox import Call, Invocation, Returned
from evol.verifiers.sandbox.values import canonical

CALLS: Final = 30
SHOWN: Final = 200
LARGEST: Final = 10_000
NOT_EMPTY = re.compile(r"\b(?:non-?empty|(?:not|never) (?:be )?empty|at least one)\b", re.IGNORECASE)


def results_elsewhere(source: str, cases: Sequence[Json], instruction: str) -> dict[str, str]:
    """Return what a program returns for calls like those in the cases, by the call as it is written.

    Calls that raise are left out, and so is all that comes after one that ends the program.
    """
    empties = not NOT_EMPTY.search(instruction)
    further: list[Invocation] = []
    for entry, arguments in _given(cases):
        found = varied(arguments, Random(0))  # noqa: S311 - the same for every program
        further += _new(entry, [*found, *(_emptied(arguments) if empties else [])], arguments)
    return _results(source, further)


def results_at_literals(source: str, cases: Sequence[Json], programs: Sequence[str]) -> dict[str, str]:
    """Return what a program returns where an argument is, or is next to, a value that `programs` name."""
    values = _literals(programs)
    further: list[Invocation] = []
    for entry, arguments in _given(cases):
        first = arguments[0]
        swapped = [
            (*first[:place], value, *first[place + 1 :])
            for value in values
            for place, argument in enumerate(first)
            if type(value) is type(argument)
        ]
        further += _new(entry, swapped, arguments)
    return _results(source, further)


def _literals(programs: Sequence[str]) -> list[int | str]:
    """Return the texts that programs name, and the whole numbers with their neighbours, small ones first."""
    trees = filter(None, map(parse, programs))
    named = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    numbers = {near for n in named if type(n) is int and abs(n) <= LARGEST for near in (n - 1, n, n + 1)}
    texts = dict.fromkeys(text for text in named if isinstance(text, str) and len(text) <= SHOWN)
    return [*sorted(numbers, key=abs), *texts]


def _results(source: str, calls: Sequence[Invocation]) -> dict[str, str]:
    calls = calls[:CALLS]
    execution = shared_verifier().sandbox.run(Call(source, tuple(calls)), BRIEF)
    found: dict[str, str] = {}
    for call, result in zip(calls, execution.results, strict=False):
        text = canonical(result.value.node) if isinstance(result, Returned) else None
        if text is not None:
            found[f"{call.entry}{call.args!r}"[:SHOWN]] = text
    return found


def _given(cases: Sequence[Json]) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """Return each entry point that the cases call with literal arguments only, and these."""
    seen: dict[tuple[str, int], dict[str, tuple[Any, ...]]] = {}
    for case in cases:
        suite = read_tests(case)
        literal = read_literal(suite.script, suite.entry_points) if suite and suite.script else None
        for call in literal.calls if literal else ():
            if not call.kwargs and call.args and _is_literal(repr(call.args)):
                seen.setdefault((call.entry, len(call.args)), {})[repr(call.args)] = tuple(call.args)
    return [(entry, list(given.values())) for (entry, _), given in seen.items()]


def _new(
    entry: str, arguments: Sequence[tuple[Any, ...]], given: Sequence[tuple[Any, ...]]
) -> list[Invocation]:
    known = {repr(args) for args in given}
    return [Invocation(entry, args) for args in arguments if repr(args) not in known]


def _emptied(arguments: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return the first arguments with each text or list in turn emptied."""
    first = arguments[0]
    places = [place for place, value in enumerate(first) if isinstance(value, str | list)]
    return [(*first[:place], type(first[place])(), *first[place + 1 :]) for place in places]


def _is_literal(text: str) -> bool:
    try:
        return repr(ast.literal_eval(text)) == text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def dissent(results: Sequence[dict[str, str]], least: float) -> tuple[list[int], str]:
    """Return which solutions go with the others everywhere, and a call on which too many do not.

    On each call the most frequent result must have the share `least` of those that returned one.
    """
    going = set(range(len(results)))
    for call in dict.fromkeys(call for result in results for call in result):
        returned = {number: result[call] for number, result in enumerate(results) if call in result}
        [(leading, count)] = Counter(returned.values()).most_common(1)
        if count < least * len(returned):
            return [], call
        going -= {number for number, text in returned.items() if text != leading}
    return sorted(going), ""


def most_ordinary(results: Sequence[dict[str, str]], eligible: Sequence[int]) -> int:
    """Return the first of the eligible solutions that differ least often from the most frequent result."""
    leading = {
        call: Counter(result[call] for result in results if call in result).most_common(1)[0][0]
        for call in set().union(*results)
    }
    return min(eligible, key=lambda number: sum(leading[c] != text for c, text in results[number].items()))
