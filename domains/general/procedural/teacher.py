"""The teacher that needs no model: it computes its replies and knows the truth of each.

It answers through the same messages as any teacher and remembers nothing: a reply depends only
on the request, the error rate and the seed. What it knows of an evolved row it hands over as
`ChatReply.truth`, which comes back to it as `Sample.truth` and which no verifier reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final, TypeAlias

from evol.domains.general.procedural import mistakes
from evol.domains.general.procedural.task import Task, complicated, constrained, deepened, fresh, task_of
from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Json, Sample, Usage

Truth: TypeAlias = Mapping[str, Json]
_NONE: Truth = {}
UNKNOWN: Final = "I cannot answer this: it is nothing that can be computed."
GOOD, POOR = 5, 2


def _tokens(text: str) -> int:
    """Return a plausible count of tokens."""
    return int(len(text.split()) * 1.3) + 1


class GeneralTeacher:
    """Evolves and answers tasks whose answers are known by construction.

    `error` is the probability that an evolved instruction or an answer errs, in the ways that
    `mistakes` lists; its judgements are right. `seed` chooses other tasks and mistakes for the
    same requests. A seed without a response is nothing that it can answer, and it says so.
    """

    def __init__(self, context: PackContext, *, error: float = 0.0, seed: int = 0) -> None:
        self._error = error
        self._identity = f"procedural:{context.domain}:error={error:g}:seed={seed}"

    @property
    def identity(self) -> str:
        """The teacher with all that decides its replies."""
        return self._identity

    async def preflight(self) -> None:
        """Do nothing: there is nothing that could be missing."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to release."""

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the computed reply; what cannot be computed is declined."""
        rng = Random(request.key(self._identity))  # noqa: S311 - repeatable draws, not secrets
        row = request.about
        if row is None:
            return self._said(request, UNKNOWN)
        if request.purpose == "evolve":
            return self._evolve(request, row, rng)
        if request.purpose == "answer":
            return self._answer(request, row, rng)
        return self._said(request, _judged(request.purpose, row))

    def _said(self, request: ChatRequest, text: str, finish: str = "stop", truth: Truth = _NONE) -> ChatReply:
        """Return a reply with its usage."""
        prompt = sum(_tokens(m.content) for m in request.messages)
        return ChatReply(text, finish, Usage(1, prompt, _tokens(text)), self._identity, truth)

    def _evolve(self, request: ChatRequest, parent: Sample, rng: Random) -> ChatReply:
        """Return an evolved instruction, or one of the ways in which evolving goes wrong."""
        wrong = mistakes.drawn_kind(mistakes.EVOLVE, rng) if rng.random() < self._error else ""
        child = evolved(parent, request.operation or "", rng)
        instruction = child.instruction()
        truth: dict[str, Json] = {"task": child.to_json(), **({"error": wrong} if wrong else {})}
        if wrong == "refusal":
            return self._said(request, rng.choice(mistakes.REFUSALS), truth=truth)
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
            return self._said(request, mistakes.cut(text, rng), "length", truth)
        return self._said(request, text, truth=truth)

    def _answer(self, request: ChatRequest, row: Sample, rng: Random) -> ChatReply:
        """Return the right answer, or one that errs."""
        task = task_of(row)
        if task is None:
            return self._said(request, UNKNOWN, truth={"error": "unknown"})
        answer = task.answer()
        kind = mistakes.drawn_kind(mistakes.ANSWER, rng) if rng.random() < self._error else ""
        if kind == "violated":
            broken = mistakes.violated(answer, task.demands, rng)
            kind = kind if broken is not None else "refusal"
            answer = broken if broken is not None else answer
        truth: Truth = {"error": kind} if kind else _NONE
        if kind == "truncated":
            return self._said(request, mistakes.cut(answer, rng), "length", truth)
        if kind and kind != "violated":
            answer = mistakes.spoilt(kind, row.instruction, answer, rng)
        return self._said(request, answer, truth=truth)


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
