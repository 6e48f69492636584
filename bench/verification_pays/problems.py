"""Seed problems, and held-out problems whose numbers no training row shares.

The seeds are one-step problems about ages. They are that simple because a model of half a million
parameters has to learn them within a minute or two of one core. Everything beyond the seed is the math
pack's own: its operations compose further conditions onto it, and its teacher words the solutions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

from evol.domains.math.procedural.story import Story, story_of
from evol.domains.math.procedural.teacher import evolved
from evol.types import Sample, content_key

NAMES: Final = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Ivy")
UP: Final = ("concretize",)
DOWN: Final = ("easier-revision", "easier-new-topic")
_NUMBER = re.compile(r"\d+")


def chain(instruction: str) -> tuple[str, ...]:
    """Return the numbers of a problem in their order: what a held-out problem shares with no training row."""
    return tuple(_NUMBER.findall(instruction))


def seed_problem(rng: Random) -> dict[str, str]:
    """Return a one-step problem about ages with its solution and answer; a third of them subtract."""
    name, friend = rng.sample(NAMES, 2)
    form, age, gap = rng.randrange(3), rng.randint(5, 30), rng.randint(2, 9)
    if form == 0:
        text = f"{name} is {age} years old. How old will {name} be in {gap} years?"
        line, answer = f"{name} will be {age} + {gap} = {age + gap} years old.", age + gap
    elif form == 1:
        text = f"{name} is {age} years old and {friend} is {gap} years older. How old is {friend}?"
        line, answer = f"{friend} is {age} + {gap} = {age + gap} years old.", age + gap
    else:
        text = f"{name} is {age + gap} years old and {friend} is {gap} years younger. How old is {friend}?"
        line, answer = f"{friend} is {age + gap} - {gap} = {age} years old.", age
    return {
        "instruction": text,
        "response": f"{line}\nThe answer is {answer}.",
        "answer": str(answer),
    }


def seed_problems(count: int, rng: Random) -> list[dict[str, str]]:
    """Return so many different seed problems."""
    found: dict[str, dict[str, str]] = {}
    while len(found) < count:
        problem = seed_problem(rng)
        found.setdefault(problem["instruction"], problem)
    return list(found.values())


def sound_problem(operations: Sequence[str], rng: Random) -> Story:
    """Return a seed problem evolved by these operations in turn, with a true solution."""
    problem = seed_problem(rng)
    key = content_key(problem["instruction"])
    seed = Sample(key, "math", problem["instruction"], problem["response"], problem["answer"])
    story = story_of(seed)
    assert story is not None
    for operation in operations:
        story = evolved(seed, story, operation, rng)
    return story


def held_out(plan: Sequence[tuple[str, Sequence[Sequence[str]], int]], rng: Random) -> list[dict[str, Any]]:
    """Return problems with answers: for each (label, ways to evolve, count), evolved by a way drawn for each.

    No two have the same numbers in the same order.
    """
    rows: list[dict[str, Any]] = []
    seen: set[tuple[str, ...]] = set()
    for label, ways, count in plan:
        wanted = len(rows) + count
        while len(rows) < wanted:
            story = sound_problem(rng.choice(ways), rng)
            instruction = story.instruction()
            if chain(instruction) in seen:
                continue
            seen.add(chain(instruction))
            rows.append({"instruction": instruction, "answer": story.answer, "difficulty": label})
    return rows


def two_step(count: int) -> list[dict[str, Any]]:
    """Return the held-out problems of the main question: a seed evolved upward once."""
    return held_out([("evolved once", [(name,) for name in UP], count)], Random("held out, evolved once"))


def by_generation(count: int) -> list[dict[str, Any]]:
    """Return held-out problems in equal parts: seeds, evolved one to three times, and easy new topics."""
    rng = Random("held out, by generation")
    ways: list[list[tuple[str, ...]]] = [[()]]
    for _ in range(3):
        ways.append([(*way, name) for way in ways[-1] for name in UP])
    parts = [(f"generation {n}", way, count // 5) for n, way in enumerate(ways)]
    return held_out([*parts, ("easy new topic", [("easier-new-topic",)], count // 5)], rng)


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """Write rows as JSONL, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return part.replace(path)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
