"""Scenes: a problem, or one more condition of a problem, as data with its arithmetic.

A scene says which numbers to draw, what must hold of them, how the condition is worded, which
calculations solve it and what is asked. Drawing a scene fills all of them from one set of exact
numbers, which is why a composed problem and its solution agree by construction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from evol.domains.math.procedural.arithmetic import compiled, evaluate, operand, plain
from evol.domains.math.procedural.tables import draw_table
from evol.domains.math.procedural.wording import fill, singular

_WORK = re.compile(r"\[(\$?)(\w+): ([^\]]+)\]")
_NAME = re.compile(r"[A-Za-z_]\w*")

LIMITS: dict[str, tuple[int, int, int]] = {
    # kind: least value, largest value, largest denominator
    "things": (2, 20_000, 1),
    "count": (2, 50_000, 1),
    "people": (2, 20_000, 1),
    "points": (2, 100_000, 1),
    "money": (1, 100_000, 100),
    "time": (1, 10_000, 2),
    "length": (1, 50_000, 4),
    "weight": (1, 50_000, 4),
    "age": (2, 99, 1),
    "percent": (1, 100, 1),
    "number": (1, 100_000, 100),
    "chance": (0, 1, 100_000),
}
"""What a composed quantity may be, so that no generation ends in half a person or a billion."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One template: its draws, conditions, wordings, calculations and result.

    `takes` is the kind of quantity it goes on from ("" for a fresh problem), `ops` the operations
    it serves. A draw is "2..9", "10..90/5", "1/2|1/3", "div 2..12" (divisors of the quantity
    `v`) or words "bags|jars". `work` lines hold calculations as "[r: v / k]" or, for dollars,
    "[$r: v * p]"; the last one binds the result `r`. `gives` is "kind:noun" or "kind:unit", with
    "@friend" where the result belongs to the second person.
    """

    takes: str
    ops: str
    draws: Mapping[str, str]
    says: tuple[str, ...]
    work: tuple[str, ...]
    asks: tuple[str, ...]
    gives: str
    where: str = "1"
    lets: Mapping[str, str] = field(default_factory=dict)
    table: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A scene with its numbers: the wording, marked solution lines, question and result."""

    text: str
    lines: tuple[str, ...]
    ask: str
    gives: str
    result: Fraction
    friend_owns: bool


def _draw_number(rng: Random, spec: str, value: Fraction | None) -> object:
    """Return one draw of a specification; None where nothing fits."""
    if spec.startswith("div "):
        low, high = (int(n) for n in spec[4:].split(".."))
        if value is None or value.denominator != 1:
            return None
        fits = [d for d in range(low, high + 1) if value.numerator % d == 0 and value.numerator > d]
        return Fraction(fits[int(rng.random() * len(fits))]) if fits else None
    if ".." in spec:
        bounds, _, step = spec.partition("/")
        low, high = (int(n) for n in bounds.split(".."))
        stride = int(step or 1)
        return Fraction(low + stride * int(rng.random() * ((high - low) // stride + 1)))
    options = spec.split("|")
    chosen = options[int(rng.random() * len(options))]
    return Fraction(chosen) if chosen[0].isdigit() else chosen


def _numbers(scene: Scene, rng: Random, known: Mapping[str, object]) -> dict[str, object] | None:
    """Return the names a scene uses, drawn until its condition holds, or None."""
    value = known.get("v")
    for _ in range(12):
        env = dict(known)
        for name, spec in scene.draws.items():
            drawn = _draw_number(rng, spec, value if isinstance(value, Fraction) else None)
            if drawn is None:
                return None
            env[name] = drawn
        for name, expression in scene.lets.items():
            env[name] = evaluate(expression, env)
        if compiled(scene.where)(env):
            return env
    return None


def _line(template: str, env: dict[str, object]) -> str:
    """Return a work line with its calculations computed, marked and bound in `env`."""

    def calculate(match: re.Match[str]) -> str:
        dollars, name, expression = match.groups()
        value = evaluate(expression, env)
        shown = _NAME.sub(lambda m: operand(env[m.group()]), expression)  # type: ignore[arg-type]
        env[name] = value
        result = plain(value)
        if _NAME.fullmatch(expression):
            return dollars + result
        printed = f"{float(value):.2f}" if dollars and value.denominator in (2, 5, 10) else result
        return f"{shown} = {dollars}<<{shown.replace(' ', '')}={result}>>{printed}"

    return fill(_WORK.sub(calculate, template), env)


def draw(scene: Scene, rng: Random, known: Mapping[str, object]) -> Drawn | None:
    """Return the scene with numbers that make sense, or None where none were found.

    `known` binds the slots that come from outside: the quantity `v` and what it is called, and
    the people `who` and `friend` with their pronouns.
    """
    env = _numbers(scene, rng, known)
    if env is None:
        return None
    if scene.table:
        env["table"] = draw_table(rng, fill(scene.table, env))
    for key in [k for k, v in env.items() if isinstance(v, str) and k not in known]:
        env[f"one_{key}"] = singular(str(env[key]))
    lines = tuple(_line(line, env) for line in scene.work)
    result = env["r"]
    gives, _, owner = scene.gives.partition("@")
    kind = gives.partition(":")[0]
    if not isinstance(result, Fraction) or not sensible(kind, result, known.get("v")):
        return None
    pick = int(rng.random() * len(scene.says))
    ask = scene.asks[int(rng.random() * len(scene.asks))]
    return Drawn(
        fill(scene.says[pick], env), lines, fill(ask, env), fill(gives, env), result, owner == "friend"
    )


def sensible(kind: str, value: Fraction, before: object = None) -> bool:
    """Whether a value of this kind could be met in life; one no larger than `before` may pass."""
    low, high, denominator = LIMITS[kind]
    if isinstance(before, Fraction):
        high = max(high, int(before))
        denominator *= before.denominator if denominator > 1 else 1
    return (low <= value <= high and denominator % value.denominator == 0) or (
        kind == "chance" and 0 < value < 1
    )
