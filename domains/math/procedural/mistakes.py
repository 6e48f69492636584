"""How the teacher errs when it is told to: the mistakes that models make, drawn with known odds.

With `error = e`, a reply of purpose

* `evolve` errs with probability e: copied prompt words 30 %, a refusal 20 %, cut off 20 %, the
  instruction unchanged 15 %, the answer leaked into the instruction 15 %;
* `answer` errs with probability e: in a quarter of the cases by a misreading that belongs to the
  row, which every sample of that row shares; otherwise each sample by itself: a slip carried
  through 40 %, right steps and a wrong final answer 25 %, cut off 20 %, a refusal 15 %;
* `program` errs with probability e, each program by itself, for it is written from the statement
  again: a slip (a wrong number or operator in one line) 35 %, a misreading of its own 25 %, a
  crash (an unknown name, a division by zero, a bracket left open) 15 %, cut off 10 %, prose
  without code 10 %, a refusal 5 %;
* `judge` errs with probability e by the opposite of its conclusion.

Every draw comes from the request's key and the seed, so an error is as repeatable as a right reply.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from random import Random

from evol.domains.math.procedural.arithmetic import MARK, NUMBER, evaluate, plain, read_number

EVOLVE = {"copied_prompt": 0.30, "refusal": 0.20, "truncated": 0.20, "unchanged": 0.15, "answer_leak": 0.15}
ANSWER = {"slip": 0.40, "wrong_final": 0.25, "truncated": 0.20, "refusal": 0.15}
PROGRAM = {
    "slip": 0.35,
    "misreading": 0.25,
    "crash": 0.15,
    "truncated": 0.10,
    "no_code": 0.10,
    "refusal": 0.05,
}
MISREAD_SHARE = 0.25
"""The part of the answer errors that a whole row shares."""

_MARKERS = (
    "#Rewritten Prompt#: {}",
    "Here is the rewritten prompt: {}",
    "{} (This is harder than the given prompt.)",
    "#Given Prompt# made more complex:\n{}",
)
_REFUSALS = (
    "Sorry, I can't help with that.",
    "I'm sorry, but I am not able to work on this problem.",
    "Sorry, as an AI language model I cannot do this.",
)
_NO_CODE = (
    "The problem can be solved by hand, and the answer is {}.",
    "No program is needed here: following the conditions one by one leads to {}.",
)
_CRASHES = ("answer = result", "answer = answer / (answer - answer)", "answer = (answer")
_SWAPPED = {"+": "-", "-": "+", "*": "+", "/": "*"}
_ROUNDED = re.compile(r"round\((\w+)(?:, 6)?\)")
_LEAKS = ("{} (The answer is {}.)", "{} The correct answer is {}.", "{} Answer: {}")


def drawn_kind(odds: Mapping[str, float], rng: Random) -> str:
    """Return one of the kinds with its probability."""
    return rng.choices(list(odds), weights=list(odds.values()))[0]


def refusal(rng: Random) -> str:
    """Return a refusal."""
    return rng.choice(_REFUSALS)


def with_marker(instruction: str, rng: Random) -> str:
    """Return the instruction with words of the prompt left in it."""
    return rng.choice(_MARKERS).format(instruction)


def with_answer(instruction: str, answer: str, rng: Random) -> str:
    """Return the instruction with its own answer in it."""
    return rng.choice(_LEAKS).format(instruction, answer)


def cut(text: str, rng: Random) -> str:
    """Return the text as it stands when the token limit falls between its start and its end."""
    return text[: int(len(text) * rng.uniform(0.3, 0.8))].rstrip()


def wrong_number(value: Fraction, rng: Random) -> Fraction:
    """Return a number that somebody who slips might write for `value`; never `value`, never negative."""
    step = Fraction(1, value.denominator)
    slips = [
        value + step,
        value - step,
        value + 10 * step,
        value - 10 * step,
        value + 2 * step,
        value * 2,
        value * 10,
    ]
    digits = str(value.numerator)
    if value.denominator == 1 and value > 9:
        slips.append(Fraction(digits[:-2] + digits[-1] + digits[-2]))
    fits = [s for s in slips if s > 0 and s != value]
    return fits[int(rng.random() * len(fits))]


def _replaced(text: str, swaps: Mapping[Fraction, Fraction]) -> str:
    """Return the text with each number exchanged that `swaps` names."""

    def swap(match: re.Match[str]) -> str:
        number = read_number(match.group())
        new = swaps.get(number) if number is not None else None
        return match.group() if new is None else plain(new)

    return NUMBER.sub(swap, text)


def _misread(lines: Sequence[str], at: int, rng: Random) -> dict[Fraction, Fraction]:
    """Return a given number of the calculation number `at` with what somebody read instead."""
    marks = [match for line in lines for match in MARK.findall(line)]
    results = {read_number(right) for _, right in marks}
    numbers = [read_number(text) for text in NUMBER.findall(marks[at][0])]
    given = [n for n in numbers if n and n not in results]
    if not given:
        return {}
    value = given[int(rng.random() * len(given))]
    return {value: wrong_number(value, rng)}


def _carried(
    lines: Sequence[str], at: int, rng: Random, swaps: dict[Fraction, Fraction]
) -> tuple[list[str], dict[Fraction, Fraction]]:
    """Return the lines with what follows from `swaps`; if empty, from a slip at number `at`."""
    slips = not swaps
    seen = -1

    def recalculate(match: re.Match[str]) -> str:
        nonlocal seen
        seen += 1
        left, right = match.groups()
        old = read_number(right)
        if old is None:
            return match.group()
        if slips and seen == at:
            new = wrong_number(old, rng)
        else:
            left = _replaced(left, swaps)
            new = evaluate(left)
        if new != old:
            swaps[old] = new
        return f"<<{left}={plain(new)}>>"

    carried: list[str] = []
    for line in lines:
        pieces = re.split(r"(<<[^<>]*>>)", MARK.sub(recalculate, line))
        carried.append("".join(p if p.startswith("<<") else _replaced(p, swaps) for p in pieces))
    return carried, swaps


def slipped(
    lines: Sequence[str], answer: Fraction, rng: Random, misread: bool = False
) -> tuple[list[str], Fraction]:
    """Return solution lines with one mistake carried through to another final answer.

    `misread` changes a given number wherever it stands, instead of one result. Where the steps do
    not lead to the answer, only the final answer is wrong.
    """
    count = sum(len(MARK.findall(line)) for line in lines)
    for _ in range(4 if count else 0):
        try:
            at = int(rng.random() * count)
            misreading = _misread(lines, at, rng) if misread else {}
            if misread and not misreading:
                continue
            carried, swaps = _carried(lines, at, rng, misreading)
        except (ArithmeticError, ValueError, SyntaxError):
            continue
        final = swaps.get(answer, answer)
        if final != answer and final > 0:
            return carried, final
    return list(lines), wrong_number(answer, rng)


def prose(answer: Fraction, rng: Random) -> str:
    """Return a reply that holds no program where one was asked for."""
    return rng.choice(_NO_CODE).format(plain(answer))


def crashing(code: str, rng: Random) -> str:
    """Return a program with a last line that does not parse or raises."""
    return f"{code}\n{rng.choice(_CRASHES)}"


def _comes_to(code: Sequence[str]) -> Fraction:
    """Return the answer of a program of the teacher's own: a calculation a line, the last one rounded."""
    values: dict[str, Fraction] = {}
    for line in code:
        name, _, expression = line.partition(" = ")
        values[name] = evaluate(_ROUNDED.sub(r"\1", expression), values)
    last = values["answer"]
    return Fraction(round(last)) if code[-1].endswith(")") and "," not in code[-1] else last


def _mistyped(line: str, rng: Random) -> str:
    """Return a line of a program with another number or operator in one place."""
    name, _, expression = line.partition(" = ")
    places = [*NUMBER.finditer(expression), *re.finditer(r"[-+*/]", expression)]
    if not places:
        return line
    place = places[int(rng.random() * len(places))]
    found = place.group()
    number = read_number(found)
    put = _SWAPPED[found] if number is None else plain(wrong_number(number, rng))
    return f"{name} = {expression[: place.start()]}{put}{expression[place.end() :]}"


def miscoded(code: str, rng: Random) -> str:
    """Return a program with one slip that leads it to another answer."""
    lines = code.split("\n")
    right = _comes_to(lines)
    for _ in range(8 if len(lines) > 1 else 0):
        at = int(rng.random() * (len(lines) - 1))
        changed = [*lines[:at], _mistyped(lines[at], rng), *lines[at + 1 :]]
        try:
            if _comes_to(changed) != right:
                return "\n".join(changed)
        except (ArithmeticError, ValueError, SyntaxError):
            continue
    return "\n".join([*lines[:-1], f"answer = {plain(wrong_number(right, rng))}"])
