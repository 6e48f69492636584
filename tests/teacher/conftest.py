"""A server that answers chat completions from a script: each request takes the next step of it.

It speaks just enough HTTP/1.1 on the loopback, in the test's own event loop. Nothing in it waits
for time to pass: a step that stalls does so until the client goes away.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from evol.teacher.limits import Patience
from evol.teacher.openai_api import OpenAITeacher
from evol.types import ChatReply, ChatRequest, Message


def completion(content: Any = "Four.", **changes: Any) -> bytes:
    """Return the body of a chat completion, with parts of it replaced."""
    message = {"role": "assistant", "content": content, **changes.pop("message", {})}
    choice = {"index": 0, "message": message, "finish_reason": changes.pop("finish_reason", "stop")}
    usage = {"prompt_tokens": 11, "completion_tokens": 3, "total_tokens": 14}
    return json.dumps({"model": "tiny", "choices": [choice], "usage": usage, **changes}).encode()


def failure(message: str, **fields: Any) -> bytes:
    """Return the body of an error as OpenAI sends it."""
    return json.dumps({"error": {"message": message, **fields}}).encode()


@dataclass(frozen=True)
class Step:
    """One answer. `cut` drops the connection after that many bytes of it, `stall` keeps it open."""

    status: int = 200
    body: bytes = completion()
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    stall: bool = False

    def encode(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} X", f"Content-Length: {len(self.body)}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


OK = Step()


@dataclass
class FaultyServer:
    """`script` is used up step by step and its last step goes on for ever.

    A callable in its place decides from the request's body. `models` is what /models answers.
    """

    script: list[Step] | Callable[[dict[str, Any]], Step] = field(default_factory=lambda: [OK])
    models: Step = Step(404, b"{}")
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        step = self.models
        if "/chat/completions" in head.partition("\r\n")[0]:
            sizes = [line for line in head.splitlines() if line.lower().startswith("content-length:")]
            body = json.loads(await reader.readexactly(int(sizes[0].partition(":")[2])))
            self.requests.append(body)
            self.headers.append(head)
            step = self._next(body)
        raw = step.encode()
        writer.write(raw if step.cut is None else raw[: step.cut])
        await writer.drain()
        if step.stall:
            await reader.read()
        return step.cut is None

    def _next(self, body: dict[str, Any]) -> Step:
        if callable(self.script):
            return self.script(body)
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


def ask(text: str = "What is two and two?", **fields: Any) -> ChatRequest:
    """Return a request with one message."""
    return ChatRequest((Message("user", text),), **fields)


class FakeTime:
    """A clock that only pauses move, and dice that always show the most."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def patience(self, **changes: Any) -> Patience:
        return Patience(**{"now": lambda: self.now, "sleep": self.sleep, "dice": lambda: 1.0, **changes})


Talk = Callable[[OpenAITeacher], Coroutine[Any, Any, Any]]


@dataclass
class Scene:
    """A scripted server, a clock, and a teacher to put between them.

    Its static parts are how a test, which cannot import from here, writes steps and requests.
    """

    server: FaultyServer = field(default_factory=FaultyServer)
    time: FakeTime = field(default_factory=FakeTime)
    settings: dict[str, Any] = field(default_factory=dict)

    step = staticmethod(Step)
    completion = staticmethod(completion)
    failure = staticmethod(failure)
    ask = staticmethod(ask)

    def script(self, *steps: Step) -> None:
        self.server.script = list(steps)

    def reply(self, **fields: Any) -> ChatReply:
        """Ask one question and return the reply to it."""
        reply: ChatReply = self.play(lambda teacher: teacher.reply(ask(**fields)))
        return reply

    def play(self, talk: Talk) -> Any:
        """Run `talk(teacher)` against the server in a loop of its own and return its result."""
        return asyncio.run(self._play(talk))

    async def _play(self, talk: Talk) -> Any:
        listening = await asyncio.start_server(self.server.serve, "127.0.0.1", 0)
        self.server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
        defaults = {"base_url": self.server.url, "api_key": "sk-secret", "patience": self.time.patience()}
        teacher = OpenAITeacher("tiny", **{"concurrency": 4, "timeout_s": 20.0, **defaults, **self.settings})
        try:
            return await talk(teacher)
        finally:
            await teacher.aclose()
            listening.close()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    return Scene()
