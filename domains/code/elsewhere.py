"""What a program returns where no test looks: the tests' own calls with their arguments varied.

Solutions that pass the same tests may still differ, and then one of them is wrong where the tests
are silent (rStar-Coder, arXiv 2505.21297, has many solvers agree on many inputs). Only results are
compared: a program may well raise for an argument that its task does not speak of.
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
from evol.verifiers.sandbox import Call, Invocation, Returned
from evol.verifiers.sandbox.values import canonical

CALLS: Final = 30
SHOWN: Final = 200
NOT_EMPTY = re.compile(r"\b(?:non-?empty|(?:not|never) (?:be )?empty|at least one)\b", re.IGNORECASE)


def results_elsewhere(source: str, cases: Sequence[Json], instruction: str) -> dict[str, str]:
    """Return what a program returns for calls like those in the cases, by the call as it is written.

    Calls that raise are left out, and so is all that comes after one that ends the program.
    """
    calls = _calls(cases, not NOT_EMPTY.search(instruction))
    execution = shared_verifier().sandbox.run(Call(source, tuple(calls)), BRIEF)
    found: dict[str, str] = {}
    for call, result in zip(calls, execution.results, strict=False):
        text = canonical(result.value.node) if isinstance(result, Returned) else None
        if text is not None:
            found[f"{call.entry}{call.args!r}"[:SHOWN]] = text
    return found


def _calls(cases: Sequence[Json], empties: bool) -> list[Invocation]:
    """Return further calls of each entry point that the cases call with literal arguments only."""
    seen: dict[tuple[str, int], dict[str, tuple[Any, ...]]] = {}
    for case in cases:
        suite = read_tests(case)
        literal = read_literal(suite.script, suite.entry_points) if suite and suite.script else None
        for call in literal.calls if literal else ():
            if not call.kwargs and call.args and _is_literal(repr(call.args)):
                seen.setdefault((call.entry, len(call.args)), {})[repr(call.args)] = tuple(call.args)
    further: list[Invocation] = []
    for (entry, _), given in seen.items():
        arguments = list(given.values())
        found = varied(arguments, Random(0))  # noqa: S311 - the same for every program
        found += _emptied(arguments) if empties else []
        further += [Invocation(entry, args) for args in found if repr(args) not in given]
    return further[:CALLS]


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
