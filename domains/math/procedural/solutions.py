"""Write a story's solution: step by step in varied wording, as a final answer, as a program."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from random import Random

from evol.domains.math.procedural.arithmetic import MARK, NUMBER, plain, read_number, terminates, unmarked
from evol.domains.math.procedural.story import OPENINGS, Quantity

_TIMES = re.compile(r"(?<=[\d)])\s*\*\s*(?=[\d($])")
_CLOSINGS = (
    "The answer is \\boxed{{{}}}.",
    "So the final answer is \\boxed{{{}}}.",
    "Therefore, the answer is \\boxed{{{}}}",
    "\\boxed{{{}}}",
    "This gives \\boxed{{{}}} as the result.",
)


def final_forms(value: Fraction, quantity: Quantity) -> list[str]:
    """Return ways to write a final answer that all mean the same; the plain one first."""
    forms = [plain(value)]
    if value.denominator != 1:
        forms.append(f"\\frac{{{value.numerator}}}{{{value.denominator}}}")
        forms += [f"{value.numerator}/{value.denominator}"]
    elif value >= 1000:
        forms.append(f"{value.numerator:,}")
    if quantity.kind == "money" and terminates(value):
        cents = f"{float(value):,.2f}" if value.denominator != 1 else f"{value.numerator:,}"
        forms.append(f"\\${cents}")
    if quantity.kind in ("time", "length", "weight", "age", "things", "people") and re.fullmatch(
        "[a-z]+", quantity.noun
    ):
        forms.append(f"{plain(value)} \\text{{ {quantity.noun}}}")
    return forms


def written(lines: Sequence[str], value: Fraction, quantity: Quantity, rng: Random) -> str:
    """Return a step-by-step solution that ends in the boxed answer, in one of many wordings."""
    sign = (" * ", " × ", " x ", " \\times ")[int(rng.random() * 3)]
    steps = [_TIMES.sub(sign, unmarked(line)) if "*" in line else unmarked(line) for line in lines]
    layout = rng.random()
    if layout < 0.3:
        steps = [f"Step {n}: {step}" for n, step in enumerate(steps, 1)]
    elif layout < 0.45:
        steps = [f"- {step}" for step in steps]
    elif layout < 0.6 and all(step.endswith(".") for step in steps):
        steps = [" ".join(steps)]
    opening = ("", *OPENINGS)[int(rng.random() * (len(OPENINGS) + 1))]
    forms = final_forms(value, quantity)
    form = forms[0] if rng.random() < 0.6 else forms[int(rng.random() * len(forms))]
    closing = _CLOSINGS[int(rng.random() * len(_CLOSINGS))].format(form)
    return "\n".join(part for part in (opening, *steps, closing) if part)


@lru_cache(maxsize=256)
def program(lines: tuple[str, ...], value: Fraction) -> str:
    """Return a Python program that recomputes the marked calculations and assigns `answer`.

    Each calculation refers to the earlier results whose values it uses. A value that no
    calculation reaches (a solution without marks) is assigned as it is known.
    """
    names: dict[Fraction, str] = {}
    code: list[str] = []

    for left, right in (pair for line in lines for pair in MARK.findall(line)):
        result = read_number(right)
        if result is None or not re.fullmatch(r"[\d\s.+\-*/()]+", left):
            continue
        name = f"step{len(code) + 1}"
        code.append(f"{name} = {_linked(_without_zeros(left), names)}")
        names[result] = name
    reached = names.get(value)
    if reached is None or not terminates(value):
        exact = plain(value)
        code.append(f"answer = {reached or exact}")
    else:
        code.append(
            f"answer = round({reached})" if value.denominator == 1 else f"answer = round({reached}, 6)"
        )
    return "\n".join(code)


def _linked(expression: str, names: Mapping[Fraction, str]) -> str:
    """Return an expression with earlier results by name, each once: in "3 * 3" one 3 is the factor."""
    used: set[str] = set()
    for match in reversed(list(NUMBER.finditer(expression))):
        number = read_number(match.group())
        name = names.get(number) if number is not None else None
        if name and name not in used:
            used.add(name)
            expression = f"{expression[: match.start()]}{name}{expression[match.end() :]}"
    return expression


def _without_zeros(expression: str) -> str:
    """Return an expression without leading zeros of whole numbers, which Python refuses."""
    return re.sub(r"(?<![\d.])0+(?=\d)", "", expression)
