"""A teacher with a memory and a purse: the journal first, then the budget, then the call.

The same request in flight twice is one call, and a reply is committed before anybody uses it.
"""

from __future__ import annotations

import asyncio

from evol.errors import BudgetSpent
from evol.journal import Journal
from evol.protocols import Teacher
from evol.teacher.budget import Budget
from evol.types import ChatReply, ChatRequest, Usage


class Interrupted(Exception):
    """The person asked to stop (Ctrl-C): no further call is made, those in flight may end."""

    def __str__(self) -> str:
        return "Interrupted."


class RecordedTeacher:
    """Answers from the journal where it can; asks, pays and records where it must."""

    def __init__(self, teacher: Teacher, journal: Journal, budget: Budget) -> None:
        self._teacher = teacher
        self._journal = journal
        self._budget = budget
        self._flights: dict[str, asyncio.Future[ChatReply]] = {}
        self.stopped: BudgetSpent | Interrupted | None = None
        self.called = 0
        self.replayed = 0

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Return the reply to a request, asking the teacher only if it was never asked before.

        Raises RequestFailed and TeacherError as the teacher does, BudgetSpent where the next call
        would pass a cap, and Interrupted after `interrupt`.
        """
        key = request.key(self._teacher.identity)
        if (known := self._journal.reply(key)) is not None:
            self.replayed += 1
            return known
        if (flight := self._flights.get(key)) is not None:
            return await asyncio.shield(flight)
        flight = asyncio.get_running_loop().create_future()
        self._flights[key] = flight
        try:
            answer = await self._call(key, request)
            flight.set_result(answer)
            return answer
        except BaseException as error:
            flight.set_exception(error if isinstance(error, Exception) else Interrupted())
            flight.exception()
            raise
        finally:
            del self._flights[key]

    async def _call(self, key: str, request: ChatRequest) -> ChatReply:
        reservation = await self._reserve(request)
        try:
            answer = await self._teacher.reply(request)
        except BaseException:
            self._budget.release(reservation)
            raise
        self._budget.settle(reservation, answer.usage)
        self.called += 1
        await self._journal.add_reply(key, request, answer)
        return answer

    async def _reserve(self, request: ChatRequest) -> Usage:
        """Set aside what the call may cost; the person may stop the run while this waits."""
        if self.stopped is None:
            try:
                reservation = await self._budget.reserve(request)
            except BudgetSpent as error:
                self.stopped = self.stopped or error
                raise
            if self.stopped is None:
                return reservation
            self._budget.release(reservation)
        raise self.stopped

    def interrupt(self) -> None:
        """Make no further call; what is in flight may end and is recorded."""
        self.stopped = self.stopped or Interrupted()
