"""A toy domain and a teacher that answers from the request alone, for tests of the engine."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from evol.engine import Engine
from evol.errors import RequestFailed
from evol.evolver import Evolver
from evol.journal import Journal
from evol.pack import Pack, load_pack
from evol.recorded import RecordedTeacher
from evol.teacher.budget import Budget
from evol.types import ChatReply, ChatRequest, Sample, Usage
from evol.verifiers.workers import WorkerPool

MANIFEST = """
name = "toy"
title = "Toy"
description = "Words."
eliminator = "rules:Toy"
[[operation]]
name = "more"
kind = "depth"
direction = "up"
prompt = "more.md"
weight = 3
[[operation]]
name = "other"
kind = "breadth"
direction = "up"
prompt = "other.md"
"""
RULES = '''
"""The toy domain keeps rows whose answer has an even number of letters."""

from evol.protocols import Judgement
from evol.types import ChatRequest, Message, Verdict


def even(text):
    return len(text) % 2 == 0


class Toy:
    def __init__(self, context):
        self.context = context

    async def judge(self, candidate, parent, inquiry):
        if "CRASH" in candidate.instruction:
            raise ZeroDivisionError("a defect")
        request = ChatRequest((Message("user", "Answer: " + candidate.instruction),), about=candidate)
        reply = await inquiry.ask(request)
        answered = candidate.with_(response=reply.text)
        if await inquiry.verify(even, reply.text):
            return Judgement(answered, (Verdict.accept("toy", "even", "Even.", letters=len(reply.text)),))
        return Judgement(answered, (Verdict.reject("toy", "odd", "Odd."),))
'''


class EchoTeacher:
    """Evolves by adding a word and answers with words, decided by the request's key alone."""

    identity = "echo"

    def __init__(self, *, poison: str = "", jitter: random.Random | None = None) -> None:
        self.asked: Counter[str] = Counter()
        self.poison, self.jitter = poison, jitter

    async def reply(self, request: ChatRequest) -> ChatReply:
        key = request.key(self.identity)
        self.asked[key] += 1
        for _ in range(self.jitter.randrange(20) if self.jitter else 0):
            await asyncio.sleep(0)
        if self.poison and self.poison in request.messages[0].content:
            raise RequestFailed("The server will not answer this.")
        number = int(key, 16)
        if request.purpose != "evolve":
            return ChatReply("a" * (number % 7), usage=Usage(1, 10, number % 7))
        text = request.messages[0].content.split("<instruction>")[1].split("</instruction>")[0]
        return ChatReply(f"<evolved>{text} w{number % 50}</evolved>", usage=Usage(1, 10, 5))

    async def preflight(self) -> None: ...

    async def aclose(self) -> None: ...


class InlineWorkers:
    """Runs verifiers in the caller."""

    async def arun(self, function: Callable[..., object], *args: object, **kwargs: object) -> object:
        return function(*args, **kwargs)


@pytest.fixture
def toy(tmp_path: Path) -> Pack:
    folder = tmp_path / "toy"
    folder.mkdir()
    (folder / "domain.toml").write_text(MANIFEST)
    (folder / "rules.py").write_text(RULES)
    for name in ("more", "other"):
        (folder / f"{name}.md").write_text(f"{name}: <instruction>{{{{ instruction }}}}</instruction>")
    return load_pack(str(folder))


@pytest.fixture
def echo() -> type[EchoTeacher]:
    return EchoTeacher


@pytest.fixture
def evolve(toy: Pack) -> Callable[..., RecordedTeacher]:
    """Run the toy domain over seeds into a journal; returns the recorded teacher and the tally."""

    def run(
        path: Path, seeds: list[str], teacher: EchoTeacher, *, window: int = 4, generations: int = 3,
        judged_by: str = "1", budget: Budget | None = None, workers: object = None,
    ) -> tuple[RecordedTeacher, Engine]:  # fmt: skip
        samples = [Sample(f"s{i}", "toy", text, root=f"s{i}") for i, text in enumerate(seeds)]

        async def go() -> tuple[RecordedTeacher, Engine]:
            with Journal(path) as journal:
                recorded = RecordedTeacher(teacher, journal, budget or Budget())
                engine = Engine(
                    evolver=Evolver(toy, toy.sampling, 0),
                    eliminator=toy.eliminator(),
                    teacher=recorded,
                    journal=journal,
                    workers=workers or InlineWorkers(),
                    generations=generations,
                    window=window,
                    judged_by=judged_by,
                )
                await engine.run(samples)
            return recorded, engine

        return asyncio.run(go())

    return run


@pytest.fixture
def pool() -> WorkerPool:
    with WorkerPool(1) as workers:
        yield workers
