"""Executable contamination: a program in the data that passes a benchmark's own tests.

Running every program on every benchmark's tests would be their product; a program is tried where
it defines a function of the problem's name, or one with as many parameters in a row whose words are
close to the problem's. What runs programs is the domain pack's; here they are only text.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from evol._words import words
from evol.contamination.references import Reference
from evol.types import Json, Verdict

Execute = Callable[[Mapping[str, Json]], Verdict]
"""Judges a data set's row whose `code` is to pass the row's own tests: a pack's `verify` hook."""

CLOSE = 0.25
TRIED = 5
COMMON = 0.05
FEWEST_SHARED = 3
TEST_COLUMNS = ("test", "tests", "test_list", "entry_point")
_DEFINITION = re.compile(r"^def[ \t]+([A-Za-z_]\w*)[ \t]*\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.MULTILINE)
_FENCED = re.compile(r"```[^\n`]*\n(.*?)```", re.DOTALL)
_PARTS = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Function:
    """A function as far as its head tells: its name and how many parameters it takes."""

    name: str
    arity: int


@dataclass(frozen=True, slots=True)
class Problem:
    """A reference that can be executed: the function its tests call, and its rare words' weights."""

    reference: Reference
    entry: Function
    weights: Mapping[str, float]

    @property
    def total(self) -> float:
        """What all of its rare words weigh."""
        return sum(self.weights.values())


@dataclass(frozen=True, slots=True)
class Trial:
    """A function of a row's program that may solve a problem."""

    problem: int
    function: str


def code_of(text: str) -> str:
    """Return the fenced parts of a reply, or the whole of it where there is none."""
    return "\n\n".join(_FENCED.findall(text)) or text


def functions(code: str) -> list[Function]:
    """Return the functions that a program defines at its outermost level."""
    return [Function(name, _arity(parameters)) for name, parameters in _DEFINITION.findall(code)]


def _arity(parameters: str) -> int:
    """Count parameters; the signs that part positional from named ones are none."""
    depth, parts = 0, [""]
    for sign in parameters:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return sum(part.strip() not in ("", "*", "/") for part in parts)


class ProblemIndex:
    """The references that bring tests, by the name of the function they test and by their words."""

    def __init__(self, references: Iterable[Reference]) -> None:
        found = [(reference, entry) for reference in references if (entry := _entry(reference))]
        bags = [_bag(reference.instruction, entry.name) for reference, entry in found]
        spread = Counter(word for bag in bags for word in bag)
        most = max(FEWEST_SHARED, COMMON * len(bags))
        rare = {word: math.log1p(len(bags) / held) for word, held in spread.items() if held <= most}
        self.problems = [
            Problem(reference, entry, {word: rare[word] for word in sorted(bag) if word in rare})
            for (reference, entry), bag in zip(found, bags, strict=True)
        ]
        self._named: dict[str, list[int]] = {}
        self._telling: dict[str, list[int]] = {}
        for number, problem in enumerate(self.problems):
            self._named.setdefault(problem.entry.name, []).append(number)
            for word in problem.weights:
                self._telling.setdefault(word, []).append(number)

    def trials(self, instruction: str, response: str) -> list[Trial]:
        """Return what is worth running of a row, the most promising first."""
        defined = functions(code_of(response))
        if not defined:
            return []
        same = [Trial(number, one.name) for one in defined for number in self._named.get(one.name, ())]
        known = {trial.problem for trial in same}
        return same + [trial for trial in self._close(instruction, defined) if trial.problem not in known]

    def _close(self, instruction: str, defined: list[Function]) -> Iterator[Trial]:
        """Yield trials of functions whose row has most of a problem's rare words, the closest first."""
        arities = {function.arity for function in defined}
        held: dict[int, float] = {}
        for word in sorted(_bag(instruction, *(function.name for function in defined))):
            for number in self._telling.get(word, ()):
                held[number] = held.get(number, 0.0) + self.problems[number].weights[word]
        close = [
            (-weight / problem.total, number)
            for number, weight in held.items()
            if (problem := self.problems[number]).entry.arity in arities and weight >= CLOSE * problem.total
        ]
        for _, number in sorted(close)[:TRIED]:
            arity = self.problems[number].entry.arity
            yield from (Trial(number, function.name) for function in defined if function.arity == arity)

    def row_for(self, trial: Trial, response: str) -> dict[str, Json]:
        """Return the reference's row with the program of the data in place of its solution."""
        problem = self.problems[trial.problem]
        code = code_of(response)
        if trial.function != problem.entry.name:
            code = f"{code}\n\n{problem.entry.name} = {trial.function}\n"
        return {**problem.reference.row, "code": code}


def _entry(reference: Reference) -> Function | None:
    """Return the function that a reference's tests call, or None where it brings no such tests."""
    tests = str([reference.row.get(column) for column in TEST_COLUMNS if reference.row.get(column)])
    named = set(re.findall(r"\w+", tests))
    defined = functions(f"{reference.instruction}\n{code_of(reference.response)}".replace("\r", ""))
    return next((function for function in reversed(defined) if function.name in named), None)


def _bag(text: str, *names: str) -> set[str]:
    """Return the distinct words of a text and of the names in it."""
    return {part for word in [*words(text), *names] for part in _PARTS.findall(word.lower()) if len(part) > 2}
