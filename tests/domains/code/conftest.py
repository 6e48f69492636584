"""What the tests of the code pack share: a pool of workers, a teacher that replays, and one task."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from evol.domains.code.eliminator import CodeEliminator
from evol.pack import load_pack
from evol.protocols import Judgement, PackContext
from evol.types import ChatReply, ChatRequest, Json, Sample
from evol.verifiers.workers import WorkerPool


@pytest.fixture(scope="session")
def workers() -> Iterator[WorkerPool]:
    """One pool for all tests: each worker starts its sandbox only once."""
    with WorkerPool(2, preload=["evol.domains.code.eliminator"]) as pool:
        yield pool


PACK = load_pack("code")

REFUSED = "I cannot help with that."
PARENT = "Write a function `total(numbers)` that returns the sum of the numbers in a list."
CHILD = f"{PARENT} Negative numbers count as 0."
OLD = "def total(numbers):\n    return sum(numbers)"
NEW = "def total(numbers):\n    return sum(number for number in numbers if number > 0)"
TESTS = (
    "assert total([1, 2]) == 3\nassert total([-1, 4]) == 4\nassert total([]) == 0\nassert total([-5]) == 0"
)


def fenced(code: str) -> str:
    return f"The rules in turn.\n\n```python\n{code}\n```"


@dataclass
class Teacher:
    """Replays replies by purpose and counts what it was asked; judges in the pool's workers."""

    workers: WorkerPool
    replies: Mapping[str, Sequence[str]]
    asked: list[ChatRequest] = field(default_factory=list)

    async def ask(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        replies = self.replies[request.purpose]
        return ChatReply(replies[request.sample % len(replies)])

    async def verify(self, function: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        return await self.workers.arun(function, *args, **kwargs)

    @property
    def calls(self) -> Counter[str]:
        return Counter(request.purpose for request in self.asked)


def judge(teacher: Teacher, candidate: Sample, parent: Sample | None, **settings: Json) -> Judgement:
    context = PackContext("code", PACK.prompts, {**PACK.settings, **settings}, PACK.sampling)
    return asyncio.run(CodeEliminator(context).judge(candidate, parent, teacher))


def child(instruction: str = CHILD) -> Sample:
    return Sample("c", "code", instruction, parent="p", root="p", generation=1, operation="new-constraints")


def parent(**fields: Any) -> Sample:
    return Sample("p", "code", PARENT, root="p", **fields)
