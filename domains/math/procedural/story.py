"""A problem as the teacher knows it: its parts, its solution and how it came to be.

A `Story` is the base problem and the steps composed onto it. It is written to `Sample.truth` as
plain JSON and read back from there, because the teacher itself remembers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from evol.domains.math.procedural.arithmetic import marked, plain, stated_number
from evol.domains.math.procedural.question import last_sentence, read_question
from evol.types import Json, Sample

_STATES_ANSWER = re.compile(
    r"####|(?:this gives )?\\boxed|(?:so |thus |therefore,? |hence,? )?(?:the )?(?:final )?answer (?:is|:)",
    re.I,
)
_LABEL = re.compile(r"^(?:step \d+\s*[:.)-]|[-*•]\s|\d+[.)]\s)\s*", re.I)
_BOXED = re.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\})*)\}")

OPENINGS = (
    "Let's work through it step by step.",
    "We solve this one step at a time.",
    "Here is the calculation in order.",
    "Take the conditions one after another.",
)
"""Words that a worded solution may begin with, before its first step."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a problem asks for: its exact value, kind, noun or unit, and whose it is.

    `who` is empty where the quantity belongs to a problem that was not written here: then only
    "that number" may be said of it.
    """

    value: str
    kind: str
    noun: str = ""
    who: str = ""
    she: str = "they"
    her: str = "their"

    @property
    def number(self) -> Fraction:
        """The exact value."""
        return Fraction(self.value)


@dataclass(frozen=True, slots=True)
class Step:
    """One composed condition: its sentences, the marked solution lines, the new question."""

    operation: str
    text: str
    lines: tuple[str, ...]
    ask: str
    quantity: Quantity
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """A base problem (`body`, then `ask` unless steps follow) and its composed steps."""

    body: str
    ask: str
    lines: tuple[str, ...]
    quantity: Quantity
    steps: tuple[Step, ...] = ()
    topic: str = ""

    @property
    def last(self) -> Quantity:
        """The quantity that the problem asks for as it stands."""
        return self.steps[-1].quantity if self.steps else self.quantity

    @property
    def answer(self) -> str:
        """The final answer."""
        return self.last.value

    def marked(self) -> tuple[str, ...]:
        """Return all solution lines with their calculation marks."""
        return (*self.lines, *(line for step in self.steps for line in step.lines))

    def instruction(self) -> str:
        """Return the problem's text, which ends in its one question."""
        ask = self.steps[-1].ask if self.steps else self.ask
        parts = [self.body, *(step.text for step in self.steps), ask]
        text = " ".join(p for p in parts if p)
        return re.sub(r"[ \t]*\n\n[ \t]*", "\n\n", text).strip()

    def add(self, step: Step) -> Story:
        """Return the story with one more step."""
        return replace(self, steps=(*self.steps, step))

    def to_json(self) -> dict[str, Json]:
        """Return the story as plain JSON."""
        steps: list[Json] = [
            {**_fields(step), "lines": list(step.lines), "quantity": _fields(step.quantity)}
            for step in self.steps
        ]
        quantity = _fields(self.quantity)
        return {**_fields(self), "lines": list(self.lines), "quantity": quantity, "steps": steps}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Story:
        """Return the story that `to_json` wrote."""
        steps = tuple(
            Step(**{**step, "lines": tuple(step["lines"]), "quantity": Quantity(**step["quantity"])})
            for step in data["steps"]
        )
        quantity = Quantity(**data["quantity"])
        return cls(data["body"], data["ask"], tuple(data["lines"]), quantity, steps, data["topic"])


def _fields(value: Quantity | Step | Story) -> dict[str, Json]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def solution_lines(response: str) -> tuple[str, ...]:
    """Return a seed's solution with its calculations marked, without the line that only states the answer.

    Labels of steps and opening words are left out too, for the solution is laid out anew.
    """
    lines = [_LABEL.sub("", line.strip()) for line in response.splitlines() if line.strip()]
    kept = [line for line in lines if not _STATES_ANSWER.match(line) and line not in OPENINGS]
    return tuple(marked(_BOXED.sub(r"\1", line)) for line in kept)


def story_of(sample: Sample) -> Story | None:
    """Return the story of a row: what was written to its truth, or what a seed's own text tells.

    None where a seed has no known numeric answer or does not end in exactly one question.
    """
    if "story" in sample.truth:
        return Story.from_json(sample.truth["story"])  # type: ignore[arg-type]
    value = stated_number(sample.answer) if sample.answer else None
    asked = read_question(sample.instruction.strip(), sample.response)
    if value is None or asked is None:
        return None
    lines = solution_lines(sample.response)
    quantity = Quantity(plain(value), asked.kind, asked.noun)
    body, ask = last_sentence(sample.instruction)
    return Story(body, ask, lines, quantity)
