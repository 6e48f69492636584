"""The teacher that needs no model: it computes its replies and knows the truth of each."""

from __future__ import annotations

from random import Random
from typing import Final

from evol.domains._procedural import ProceduralTeacher, erring
from evol.domains.general.procedural import mistakes
from evol.domains.general.procedural.task import Task, complicated, constrained, deepened, fresh, task_of
from evol.types import ChatReply, ChatRequest, Json, Sample

UNKNOWN: Final = "I cannot answer this: it is nothing that can be computed."
GOOD, POOR = 5, 2


class GeneralTeacher(ProceduralTeacher):
    """Evolves and answers tasks whose answers are known by construction.

    Its judgements are right. A seed without a response is nothing that it can answer, and it says so.
    """

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the computed reply; what cannot be computed is declined."""
        rng = self.draws(request)
        row = request.about
        if row is None:
            return self.said(request, UNKNOWN)
        if request.purpose == "evolve":
            return self._evolve(request, row, rng)
        if request.purpose == "answer":
            return self._answer(request, row, rng)
        return self.said(request, _judged(request.purpose, row))

    def _evolve(self, request: ChatRequest, parent: Sample, rng: Random) -> ChatReply:
        """Return an evolved instruction, or one of the ways in which evolving goes wrong."""
        wrong = mistakes.drawn_kind(mistakes.EVOLVE, rng) if rng.random() < self.error else ""
        child = evolved(parent, request.operation or "", rng)
        instruction = child.instruction()
        truth: dict[str, Json] = {"task": child.to_json(), **erring(wrong)}
        if wrong == "refusal":
            return self.said(request, rng.choice(mistakes.REFUSALS), truth=truth)
        if wrong == "copied_prompt":
            instruction = mistakes.with_marker(instruction, rng)
        elif wrong == "unchanged":
            instruction = parent.instruction
        elif wrong == "reworded":
            instruction = mistakes.reworded(parent.instruction, rng)
        elif wrong == "personal_data":
            instruction = mistakes.with_contact(instruction, rng)
        text = f"<evolved>\n{instruction}\n</evolved>"
        if wrong == "truncated":
            return self.said(request, mistakes.cut(text, rng), "length", truth)
        return self.said(request, text, truth=truth)

    def _answer(self, request: ChatRequest, row: Sample, rng: Random) -> ChatReply:
        """Return the right answer, or one that errs."""
        task = task_of(row)
        if task is None:
            return self.said(request, UNKNOWN, truth=erring("unknown"))
        answer = task.answer()
        kind = mistakes.drawn_kind(mistakes.ANSWER, rng) if rng.random() < self.error else ""
        if kind == "violated":
            broken = mistakes.violated(answer, task.demands, rng)
            kind = kind if broken is not None else "refusal"
            answer = broken if broken is not None else answer
        truth = erring(kind)
        if kind == "truncated":
            return self.said(request, mistakes.cut(answer, rng), "length", truth)
        if kind and kind != "violated":
            answer = mistakes.spoilt(kind, row.instruction, answer, rng)
        return self.said(request, answer, truth=truth)


def evolved(parent: Sample, operation: str, rng: Random) -> Task:
    """Return the parent's task after one operation; a fresh one where it allows no such change."""
    task = task_of(parent)
    if task is None or operation == "breadth":
        return fresh(rng, operation)
    if operation == "add-constraints":
        changed = constrained(task, rng)
    elif operation == "complicate-input":
        changed = complicated(task, rng)
    else:
        changed = deepened(task, operation, rng)
    return changed or fresh(rng, operation)


def _judged(purpose: str, row: Sample) -> str:
    """Return a judge's reply: it knows which rows only reword their parent, and the right answers."""
    if purpose == "judge":
        return "Equal" if row.truth.get("error") in ("unchanged", "reworded") else "Not Equal"
    if purpose == "rubric":
        task = task_of(row)
        right = task is not None and row.response == task.answer().strip()
        score = GOOD if right else POOR
        return "\n".join(f"{name}: {score}" for name in ("follows", "correct", "complete", "clear"))
    if purpose == "difficulty":
        return _difficulty(row)
    return UNKNOWN


def _difficulty(row: Sample) -> str:
    """Score a row one above its parent, by how much it demands."""
    task = task_of(row)
    demanded = min(9, 1 + len(task.steps) + len(task.demands)) if task else 1
    if row.parent is None or row.root == row.id:
        return f"[1] Score: {demanded}"
    return f"[1] Score: {demanded}\n[2] Score: {demanded + 1}"
