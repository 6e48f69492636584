"""The asking of a comparison: answers of one model after the other, then the judge, all resumable.

What is in the journal is not asked again; a model or judge is not even greeted where nothing is
missing. Budget and Ctrl-C end it between calls, and what is left open is named.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from evol.errors import BudgetSpent, RequestFailed
from evol.folder import locked
from evol.journal import Journal
from evol.pack import PackPrompts
from evol.recorded import Interrupted, RecordedTeacher
from evol.teacher.budget import Budget
from evol.train.judging import (
    ANSWERING,
    DATABASE,
    JUDGING,
    JUDGING_AGAIN,
    PROMPTS,
    RESULT,
    TEMPLATE,
    TRIES,
    WINDOW,
    Judged,
    JudgePlan,
    Side,
    write_whole,
)  # fmt: skip
from evol.train.judging_data import Question
from evol.train.judging_scores import Comparison, Reading, read_scores
from evol.train.spending import budget_of
from evol.types import ChatReply, ChatRequest, Message, content_key

T = TypeVar("T")


class Session:
    """A comparison in progress, for whoever displays or stops it."""

    def __init__(self, plan: JudgePlan, journal: Journal, budget: Budget) -> None:
        teachers = [side.teacher for side in plan.sides] + [plan.judge]
        self.journal = journal
        self.budget = budget
        self.asked = [None if t is None else RecordedTeacher(t, journal, budget) for t in teachers]
        self.stage = "reading"
        self.done, self.total = 0, 0

    @property
    def stopped(self) -> BudgetSpent | Interrupted | None:
        """Why no further call is made, if so."""
        return next((t.stopped for t in self.asked if t is not None and t.stopped is not None), None)

    def interrupt(self) -> None:
        """Make no further call; what is in flight may end and is recorded."""
        for teacher in self.asked:
            if teacher is not None:
                teacher.interrupt()


Watch = Callable[[Session], AbstractAsyncContextManager[None]]


async def execute(plan: JudgePlan, watch: Watch) -> Judged:
    """Ask what is missing and return what was judged; `watch` surrounds the session.

    Raises TeacherError where a model or the judge cannot work, ConfigError where the folder is in
    use, JournalError where the disk fails. Nothing that was answered is lost.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    with locked(plan.folder), Journal(plan.folder / DATABASE) as journal:
        _claim(plan)
        budget = budget_of(plan.options, journal.spent())
        session = Session(plan, journal, budget)
        result = Judged(budget=budget)
        try:
            async with watch(session):
                await _compare(plan, session, result)
        finally:
            await _close(plan)
        result.stopped = session.stopped
    return result


def _claim(plan: JudgePlan) -> None:
    """Write whose folder this is before the first call is paid for."""
    path = plan.folder / RESULT
    if not path.exists():
        write_whole(path, json.dumps({"identity": plan.identity}))


async def _close(plan: JudgePlan) -> None:
    for side in plan.sides:
        if side.teacher is not None:
            await side.teacher.aclose()
    await plan.judge.aclose()


async def _compare(plan: JudgePlan, session: Session, result: Judged) -> None:
    asked_a, asked_b, judge = session.asked
    assert judge is not None
    missing = [_missing(plan, session, side) for side in plan.sides]
    if any(missing):
        await plan.judge.preflight()
    answers = []
    for side, asked, lacks in zip(plan.sides, (asked_a, asked_b), missing, strict=True):
        answers.append(await _answers(plan, session, side, asked, lacks, result))
    both = [q for q in plan.questions if all(q.id in held for held in answers)]
    if session.stopped is None:
        if both and not any(missing) and not _all_judged(session, plan, both, answers):
            await plan.judge.preflight()
        session.stage, session.done, session.total = "judging", 0, len(both)
        await _each(both, lambda q: _judge(session, judge, q, answers, result), plan.options.concurrency)
    _account(plan, answers, result)


def answer_request(question: Question) -> ChatRequest:
    """Return how a model is asked for its answer: the instruction as it stands, greedily."""
    return ChatRequest((Message("user", question.instruction),), ANSWERING, purpose="answer")


def judge_request(question: Question, first: str, second: str, attempt: int = 0) -> ChatRequest:
    """Return how the judge is asked; each further attempt is a draw of its own at temperature 1.

    The marks around the texts depend on them, so that no answer can close its own.
    """
    mark = content_key([question.instruction, first, second])[:8]
    prompt = PackPrompts(PROMPTS).render(
        TEMPLATE, instruction=question.instruction, first=first, second=second, mark=mark
    )
    sampling = JUDGING_AGAIN if attempt else JUDGING
    return ChatRequest((Message("user", prompt),), sampling, sample=attempt, purpose="judge")


def _missing(plan: JudgePlan, session: Session, side: Side) -> bool:
    """Whether a side's model has to be asked for anything."""
    if side.teacher is None:
        return False
    keys = (answer_request(q).key(side.teacher.identity) for q in plan.questions)
    return any(session.journal.reply(key) is None for key in keys)


def _all_judged(
    session: Session, plan: JudgePlan, questions: Sequence[Question], answers: list[dict[str, str]]
) -> bool:
    a, b = answers
    requests = (
        judge_request(q, *pair)
        for q in questions
        for pair in ((a[q.id], b[q.id]), (b[q.id], a[q.id]))
    )  # fmt: skip
    return all(session.journal.reply(r.key(plan.judge.identity)) is not None for r in requests)


async def _answers(
    plan: JudgePlan,
    session: Session,
    side: Side,
    asked: RecordedTeacher | None,
    lacks: bool,
    result: Judged,
) -> dict[str, str]:
    """Return a side's answers by question; asks its model for those that are not in the journal."""
    if asked is None or side.teacher is None:
        return side.answers or {}
    if lacks and session.stopped is None:
        await side.teacher.preflight()
    session.stage, session.done, session.total = f"answers of {side.name}", 0, len(plan.questions)
    replies: dict[str, ChatReply] = {}

    async def ask(question: Question) -> None:
        try:
            replies[question.id] = await asked.reply(answer_request(question))
        except RequestFailed as error:
            result.problems[question.id] = f"{side.name} did not answer: {error}"
        session.done += 1

    await _each(plan.questions, ask, plan.options.concurrency)
    result.notes[side.name] = {
        "cut": sum(reply.finish_reason == "length" for reply in replies.values()),
        "empty": sum(not reply.text.strip() for reply in replies.values()),
    }
    await side.teacher.aclose()
    return {name: reply.text for name, reply in replies.items()}


async def _each(items: Iterable[T], work: Callable[[T], Awaitable[None]], concurrency: int) -> None:
    """Work on all items side by side until they are done or a stop refuses the next call."""
    waiting = iter(items)

    async def worker() -> None:
        for item in waiting:
            try:
                await work(item)
            except (BudgetSpent, Interrupted):
                return

    try:
        async with asyncio.TaskGroup() as tasks:
            for _ in range(concurrency * WINDOW):
                tasks.create_task(worker())
    except BaseExceptionGroup as errors:
        error: BaseException = errors
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        raise error from errors


async def _judge(
    session: Session,
    judge: RecordedTeacher,
    question: Question,
    answers: list[dict[str, str]],
    result: Judged,
) -> None:
    a, b = (held[question.id] for held in answers)
    first, turned = await asyncio.gather(_read(judge, question, a, b), _read(judge, question, b, a))
    swapped = Reading(turned.b, turned.a, turned.text, turned.unreadable, turned.problem)
    result.comparisons.append(Comparison(question, (a, b), (first, swapped)))
    session.done += 1


async def _read(judge: RecordedTeacher, question: Question, first: str, second: str) -> Reading:
    """Return the judge's scores of two texts in this order, asking again where none can be read."""
    text = ""
    for attempt in range(TRIES):
        try:
            reply = await judge.reply(judge_request(question, first, second, attempt))
        except RequestFailed as error:
            return Reading(text=text, unreadable=attempt, problem=f"request_failed: {error}")
        text = reply.text
        scores = read_scores(text) if reply.finish_reason == "stop" else None
        if scores is not None:
            return Reading(*scores, text, attempt)
    return Reading(text=text, unreadable=TRIES, problem="unreadable")


def _account(plan: JudgePlan, answers: list[dict[str, str]], result: Judged) -> None:
    """Put the comparisons in the test set's order and say of each question why it has none."""
    order = {question.id: place for place, question in enumerate(plan.questions)}
    result.comparisons.sort(key=lambda c: order[c.question.id])
    judged = {c.question.id for c in result.comparisons}
    for question in plan.questions:
        if question.id in judged:
            continue
        waits = "the judge" if all(question.id in held for held in answers) else "an answer"
        result.problems.setdefault(question.id, f"waits for {waits}")
