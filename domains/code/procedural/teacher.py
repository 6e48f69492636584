"""The teacher that needs no model: it composes tasks around programs and runs them to know the truth."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from random import Random
from typing import Final

from evol.domains._procedural import ProceduralTeacher, erring
from evol.domains.code.procedural import mistakes, writing
from evol.domains.code.procedural.compose import completed, evolved, shown
from evol.domains.code.procedural.library import library
from evol.domains.code.procedural.running import Runner
from evol.domains.code.procedural.task import Task, task_of
from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Sample

UNKNOWN: Final = "I cannot compute a program for this task."
FRESH_TRIES: Final = 20


class CodeTeacher(ProceduralTeacher):
    """Evolves programming tasks and writes programs and tests for them."""

    def __init__(self, context: PackContext, *, error: float = 0.0, seed: int = 0) -> None:
        super().__init__(context, error=error, seed=seed)
        self._runner = Runner()

    async def aclose(self) -> None:
        """End the sandbox."""
        self._runner.close()

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the composed reply; an unknown purpose or a request about no row is declined."""
        return await asyncio.to_thread(self._replied, request)

    def _replied(self, request: ChatRequest) -> ChatReply:
        rng = self.draws(request)
        row = request.about
        if row is None:
            return self._said(request, UNKNOWN)
        if request.purpose == "evolve":
            return self._evolve(request, row, rng)
        if request.purpose == "judge":
            return self._judge(request, row, rng)
        task = task_of(row)
        if task is None or request.purpose not in ("answer", "tests"):
            return self._said(request, UNKNOWN)
        return (
            self._answer(request, task, rng)
            if request.purpose == "answer"
            else self._tests(request, task, rng)
        )

    def _said(self, request: ChatRequest, text: str, wrong: str = "", task: Task | None = None) -> ChatReply:
        """Return a reply that errs in this way, with the task that it made."""
        truth = erring(wrong) if task is None else {**erring(wrong), "task": task.to_json()}
        return self.said(request, text, "length" if wrong == "truncated" else "stop", truth)

    def _evolve(self, request: ChatRequest, parent: Sample, rng: Random) -> ChatReply:
        """Return an evolved task, or one of the ways in which evolving goes wrong."""
        wrong = mistakes.drawn(mistakes.EVOLVE, self.error, rng)
        known = task_of(parent)
        if wrong == "refusal":
            return self._said(request, rng.choice(mistakes.REFUSALS), wrong)
        child = self._child(known, request.operation or "", rng)
        if wrong == "unchanged":
            same = completed(known, rng, self._runner) if known is not None else None
            child = _unchanged(parent, same, request.operation or "", rng) if same else child
            wrong = wrong if same else ""
        text = child.text
        if wrong == "copied_prompt":
            text = rng.choice(mistakes.MARKERS).format(text=text)
        text = f"<evolved>\n{text}\n</evolved>"
        if wrong == "truncated":
            text = mistakes.cut(text, rng)
        return self._said(request, text, wrong, child)

    def _child(self, known: Task | None, operation: str, rng: Random) -> Task:
        """Return the parent's task after the operation, or a fresh one where it cannot be done."""
        child = evolved(known, operation, rng, self._runner) if known is not None else None
        for _ in range(FRESH_TRIES):
            if child is not None:
                return child
            child = evolved(rng.choice(library()), operation, rng, self._runner)
        raise AssertionError("no seed of the pack can be evolved")

    def _judge(self, request: ChatRequest, child: Sample, rng: Random) -> ChatReply:
        """Return Equal for a task that was left as it was, Not Equal for any other."""
        equal = child.truth.get("error") == "unchanged"
        wrong = rng.random() < self.error
        return self._said(request, "Equal" if equal != wrong else "Not Equal", "judge" if wrong else "")

    def _answer(self, request: ChatRequest, task: Task, rng: Random) -> ChatReply:
        """Return a program for a known task."""
        wrong = mistakes.drawn(mistakes.ANSWER, self.error, rng)
        source = task.source
        if wrong == "wrong_solution":
            source = mistakes.wrong_program(task, rng, self._runner)
        elif wrong == "cheating_solution":
            source = mistakes.cheat(task, rng)
        elif wrong == "syntax_error":
            source = mistakes.without_a_mark(source, rng)
        text = writing.solution(source, rng)
        if wrong == "refusal":
            text = rng.choice(mistakes.REFUSALS)
        elif wrong == "no_code":
            text = rng.choice(mistakes.WITHOUT_CODE)
        elif wrong == "truncated":
            text = mistakes.cut(text, rng)
        return self._said(request, text, wrong)

    def _tests(self, request: ChatRequest, task: Task, rng: Random) -> ChatReply:
        """Return tests for a known task."""
        wrong = mistakes.drawn(mistakes.TESTS, self.error, rng)
        calls = writing.chosen(task, rng)
        if wrong == "wrong_tests":
            for place in rng.sample(range(len(calls)), rng.randint(1, len(calls))):
                calls[place] = mistakes.wrong_call(calls[place], rng)
        code = writing.weak_suite(task, rng) if wrong == "weak_tests" else writing.suite(task, calls)
        if wrong == "broken_tests":
            code = mistakes.without_a_mark(code, rng)
        text = writing.block(code)
        if wrong == "refusal":
            text = rng.choice(mistakes.REFUSALS)
        elif wrong == "truncated":
            text = mistakes.cut(text, rng)
        return self._said(request, text, wrong)


def _unchanged(parent: Sample, known: Task, operation: str, rng: Random) -> Task:
    """Return the parent's task with words that ask for nothing more."""
    text = f"{parent.instruction.strip()} {rng.choice(mistakes.VACUOUS)}"
    if operation == "misleading-code":
        text = shown(parent.instruction.strip(), known.source)
    return replace(known, text=text)
