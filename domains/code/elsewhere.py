"""What programs do where no test looks, and which of those that agree on the tests to keep for it.

Solutions that pass the same tests may still differ, and then one of them is wrong where the tests
are silent (rStar-Coder, arXiv 2505.21297, has many solvers agree on many inputs). Each is called
with the tests' own arguments varied, which keeps within what the task is about, and at the edges
(`boundaries`), which may not. What differs is settled by numbers: see `settled`.
"""

from __future__ import annotations

import ast
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from evol.domains.code.boundaries import boundary_arguments, named_values
from evol.domains.code.inputs import varied
from evol.domains.code.trying import ENOUGH_S, shared_verifier
from evol.types import Json
from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.literal_reading import read_literal
from evol.verifiers.sandbox import Call, Invocation, Limits, Raised, Result
from evol.verifiers.sandbox.values import canonical
from evol.verifiers.sandbox.wire import Node

CALLS: Final = 30
EDGES: Final = 480
SHOWN: Final = 200
RAISES: Final = "!"
CALLED: Final = Limits(cpu_s=1.0, wall_s=4.0)
NOT_EMPTY = re.compile(r"\b(?:non-?empty|(?:not|never) (?:be )?empty|at least one)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What a program does, by the call as it is written: for calls like the tests', and at the edges.

    A call that raises has the built-in exception's name after an exclamation mark; one that never
    comes to an end is left out.
    """

    inside: Mapping[str, str]
    edges: Mapping[str, str]

    @property
    def every(self) -> dict[str, str]:
        """What it does for all calls."""
        return {**self.edges, **self.inside}


@dataclass(frozen=True, slots=True)
class Settled:
    """Which solution to keep, None where a call like the tests' is `disputed` too widely.

    `lead` is by how many solutions what it does leads at its weakest call, None where all do the same.
    """

    kept: int | None
    going: int
    calls: int
    lead: int | None = None
    disputed: str = ""


def results_elsewhere(
    source: str, cases: Sequence[Json], instruction: str, programs: Sequence[str]
) -> Elsewhere:
    """Return what a program does for calls like those in the cases, and where `programs` may part."""
    empties = not NOT_EMPTY.search(instruction)
    named = named_values(programs, instruction)
    inside: list[Invocation] = []
    edges: list[Invocation] = []
    given = _given(cases)
    for entry, arguments in given:
        rng = Random(0)  # noqa: S311 - the same for every program
        found = varied(arguments, rng)
        inside += _new(entry, [*found, *(_emptied(arguments) if empties else [])], arguments)
        edges += _new(entry, boundary_arguments(arguments, named, EDGES // len(given), rng), arguments)
    deadline = time.monotonic() + ENOUGH_S
    return Elsewhere(_done(source, inside[:CALLS], deadline), _done(source, edges, deadline))


def _done(source: str, calls: Sequence[Invocation], deadline: float) -> dict[str, str]:
    """Return what each call does; one that ends the program is left out, and those after it tried anew."""
    found: dict[str, str] = {}
    done = 0
    while done < len(calls) and time.monotonic() < deadline:
        results = shared_verifier().sandbox.run(Call(source, tuple(calls[done:])), CALLED).results
        for number, result in enumerate(results, done):
            text = _outcome(result)
            if text is not None:
                found[_written(calls[number], number)] = text
        done += len(results) + 1
    return found


def _written(call: Invocation, number: int) -> str:
    """Return a call as text; one that is cut short has its number, so that no two are alike."""
    text = f"{call.entry}{call.args!r}"
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} … ({number})"


def _outcome(result: Result) -> str | None:
    """Return a text that two results share exactly where they are alike; None for what equals nothing."""
    if isinstance(result, Raised):
        return RAISES + (result.builtins[0] if result.builtins else result.type)
    return canonical(_rounded(result.value.node))


def _rounded(node: Node) -> Node:
    """Return a node in which floats have nine digits: in the others right programs may well differ."""
    if type(node) is list:
        return [_rounded(part) for part in node]
    return float(f"{node:.9g}") if type(node) is float else node


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
    entry: str, arguments: Iterable[tuple[Any, ...]], given: Sequence[tuple[Any, ...]]
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


def settled(results: Sequence[Elsewhere], least: float) -> Settled:
    """Return which of several agreeing solutions to keep, by what each of them does elsewhere.

    For a call like the tests' the most frequent result must have the share `least` of those that
    returned one. Of the solutions that go with it everywhere, the one that differs from the most
    frequent outcome at the fewest calls is kept: edges and exceptions cost no row by themselves, since
    a program may well do as it likes for an argument that its task does not speak of.
    """
    calls = len(set().union(*(result.every for result in results)))
    going, disputed = _going([result.inside for result in results], least)
    if not going:
        return Settled(None, 0, calls, disputed=disputed)
    ballots = _ballots([result.every for result in results])
    odd = {number: _differing(ballots, number) for number in going}
    kept = min(going, key=lambda number: odd[number])
    leads = [_lead(votes, kept) for votes in ballots if kept in votes and len(set(votes.values())) > 1]
    return Settled(kept, len(going), calls, min(leads, default=None))


def _ballots(results: Sequence[Mapping[str, str]]) -> list[dict[int, str]]:
    """Return for each call the outcome of each solution that has one."""
    calls = dict.fromkeys(call for result in results for call in result)
    return [{n: result[call] for n, result in enumerate(results) if call in result} for call in calls]


def _going(results: Sequence[Mapping[str, str]], least: float) -> tuple[list[int], str]:
    """Return which solutions go with the others' results everywhere, and where too many do not."""
    returned = [{c: text for c, text in r.items() if not text.startswith(RAISES)} for r in results]
    going = set(range(len(results)))
    for call in dict.fromkeys(call for result in returned for call in result):
        votes = {number: result[call] for number, result in enumerate(returned) if call in result}
        [(leading, count)] = Counter(votes.values()).most_common(1)
        if count < least * len(votes):
            return [], call
        going -= {number for number, text in votes.items() if text != leading}
    return sorted(going), "everywhere"


def _differing(ballots: Sequence[Mapping[int, str]], number: int) -> int:
    """Return at how many calls a solution is not with the most frequent outcome."""
    return sum(number in votes and _lead(votes, number) < 0 for votes in ballots)


def _lead(votes: Mapping[int, str], number: int) -> int:
    """Return by how many votes what a solution does leads, negative where something else does."""
    counts = Counter(votes.values())
    own = counts.pop(votes[number])
    return own - max(counts.values(), default=0)
