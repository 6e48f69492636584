"""A task whose answer is known: records to work on, or a request with the answer it came with.

A task is plain data, so that it can travel in `Sample.truth` and be evolved again by a teacher
that remembers nothing. `instruction` and `answer` are computed from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from evol.domains.general.procedural.demands import CLOSED, Answer, Demand, fits, format_demands, text_demands
from evol.domains.general.procedural.scenes import FORMS, THEMES, Record, Theme, drawn, shown, to_json
from evol.domains.general.procedural.steps import Step, carried_out, further, worded
from evol.types import Json, Sample
from evol.verifiers.instructions import recognise
from evol.verifiers.text_language import language_of

MOST_DEMANDS: Final = 4
LONGEST_BODY: Final = 1500
MARKED_UP: Final = re.compile(r"```|^\s*(?:[-*#|•]|\d+[.)])|<<", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Task:
    """Records with steps to carry out on them, or a `request` with its `body`; and demands."""

    theme: int = 0
    records: tuple[Record, ...] = ()
    steps: tuple[Step, ...] = ()
    form: str = "lines"
    request: str = ""
    body: str = ""
    demands: tuple[Demand, ...] = ()

    @property
    def _theme(self) -> Theme:
        return THEMES[self.theme]

    def instruction(self) -> str:
        """Return what is asked."""
        demands = " ".join(d.sentence for d in self.demands)
        if self.request:
            return f"{self.request}\n\n{demands}" if demands else self.request
        theme = self._theme
        asked = f"List the names of these {theme.things} from {theme.source} in alphabetical order."
        if any(name in ("sort", "take") for name, _ in self.steps):
            asked = f"List the names of these {theme.things} from {theme.source}."
        sentences = [asked, *(worded(step, theme) for step in self.steps), demands]
        return " ".join(s for s in sentences if s) + f"\n\n{shown(theme, [*self.records], self.form)}"

    def answer(self) -> str:
        """Return the right answer."""
        if self.request:
            answer = Answer(self.body)
        else:
            left = tuple(carried_out([*self.steps], [*self.records]))
            answer = Answer("\n".join(f"- {r.name}" for r in left), left, self._theme)
        for demand in sorted(self.demands, key=lambda d: ORDER.index(d.kind)):
            answer = demand.keep(answer)
        return answer.body

    def to_json(self) -> dict[str, Json]:
        """Return the task as plain JSON."""
        return {
            "theme": self.theme,
            "records": to_json([*self.records]),
            "steps": [[name, value] for name, value in self.steps],
            "form": self.form,
            "request": self.request,
            "body": self.body,
            "demands": [[d.kind, d.argument, d.sentence] for d in self.demands],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_json` wrote."""
        return cls(
            theme=data["theme"],
            records=tuple(Record(*record) for record in data["records"]),
            steps=tuple((name, value) for name, value in data["steps"]),
            form=data["form"],
            request=data["request"],
            body=data["body"],
            demands=tuple(Demand(*demand) for demand in data["demands"]),
        )


# Formats first, then what stands around the text, the outermost last.
ORDER: Final = (
    *sorted(CLOSED),
    "numbered",
    "items",
    "include",
    "exclude",
    "letter",
    "lower",
    "starts",
    "ends",
    "postscript",
    "title",
    "most",
)


def task_of(sample: Sample) -> Task | None:
    """Return what is known of a row: its task, or its request with the answer that it has."""
    if isinstance(known := sample.truth.get("task"), dict):
        return Task.from_json(known)
    return Task(request=sample.instruction, body=sample.response) if sample.response else None


def fresh(rng: Random, operation: str = "") -> Task:
    """Return a new task on records, with one step of the operation where it has any."""
    number = rng.randrange(len(THEMES))
    records = tuple(drawn(THEMES[number], rng))
    form = rng.choice(FORMS[1:]) if operation == "complicate-input" else rng.choice(FORMS[:2])
    task = Task(number, records, form=form)
    if operation in ("add-constraints", "breadth"):
        return constrained(task, rng) or task
    if operation in ("deepen", "concretize", "increase-reasoning"):
        return deepened(task, operation, rng) or task
    return task


def deepened(task: Task, operation: str, rng: Random) -> Task | None:
    """Return a task on records with one more step, or None where no step is left."""
    if task.request:
        return None
    step = further(operation, [*task.steps], THEMES[task.theme], [*task.records], rng)
    if step is None:
        return None
    changed = replace(task, steps=(*task.steps, step))
    return replace(changed, demands=tuple(_recounted(d, changed) for d in task.demands))


def _recounted(demand: Demand, task: Task) -> Demand:
    """Return a demand for as many bullet points as there are now."""
    if demand.kind != "items":
        return demand
    count = str(len(carried_out([*task.steps], [*task.records])))
    return Demand("items", count, demand.sentence.replace(f"exactly {demand.argument} ", f"exactly {count} "))


def complicated(task: Task, rng: Random) -> Task | None:
    """Return a task on records that are now given in a real format, or None for a request."""
    if task.request or task.form not in ("lines",):
        return None
    return replace(task, form=rng.choice(FORMS[1:]))


def constrained(task: Task, rng: Random) -> Task | None:
    """Return the task with one more checkable demand, or None where none fits."""
    if len(task.demands) >= MOST_DEMANDS:
        return None
    offered = _offered(task, rng)
    demand = next((d for d in offered if fits(d, [*task.demands])), None)
    if demand is None:
        return None
    return replace(task, demands=(*task.demands, demand))


def _offered(task: Task, rng: Random) -> list[Demand]:
    if not task.request:
        left = carried_out([*task.steps], [*task.records])
        formats = format_demands(THEMES[task.theme], len(left), rng)
        closed = any(d.kind in CLOSED for d in task.demands)
        around = text_demands(task.answer(), rng, closed=closed)
        # A later step can change what an answer on records holds, its words and letters included.
        offered = [*formats, *(d for d in around if d.kind in ("starts", "ends", "title", "postscript"))]
        rng.shuffle(offered)
        return offered
    if not _may_be_dressed(task):
        return []
    closed = bool(MARKED_UP.search(task.body)) or bool(recognise(task.request))
    return text_demands(task.answer(), rng, closed=closed)


def _may_be_dressed(task: Task) -> bool:
    """Whether an English sentence may follow the request and its answer may be touched."""
    foreign = language_of(task.request) not in (None, "en") or language_of(task.body) not in (None, "en")
    return len(task.body) <= LONGEST_BODY and not foreign
