"""The teacher in this process: a model run by transformers, `--teacher local:PATH`.

Requests in flight at the same time are answered together: they are gathered for a moment, at most
`concurrency` make a batch, and one thread generates. Nothing is imported or read before the first
request, and nothing is sent anywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Final

from evol.errors import TeacherError
from evol.generation import ChatModel, Outcome, Stopped, find_model, fingerprint
from evol.types import ChatReply, ChatRequest, content_key

GATHERED_S: Final = 0.02
"""How long a batch that is not full waits for more requests since the last one came."""


class LocalTeacher:
    """Answers with the model in a folder (or of a Hub id), up to `concurrency` requests a batch.

    Raises ConfigError where there is no such model. `seed` changes what is sampled; a greedy reply
    does not depend on it. A reply depends on its request and the model alone, as far as sums in
    floating point do not depend on the batch's shape. With `plain`, a base model: see ChatModel.
    """

    def __init__(
        self, name: str, *, concurrency: int, seed: int = 0, plain: bool = False, until: Sequence[str] = ()
    ) -> None:
        self.folder: Final = find_model(name)
        self._name: Final = name
        self._batch: Final = concurrency
        self._seed: Final = seed
        self._plain: Final = plain
        self._until: Final = tuple(until)
        self._thread: Final = ThreadPoolExecutor(1, thread_name_prefix="evol-generation")
        self._waiting: list[tuple[ChatRequest, asyncio.Future[ChatReply]]] = []
        self._pump: asyncio.Task[None] | None = None
        self._chat: ChatModel | None = None

    @cached_property
    def identity(self) -> str:
        """The model's name and a digest of its files: retrained weights are another teacher."""
        asked = f"+plain-{content_key(self._until)[:6]}" if self._plain else ""
        return f"local:{Path(self._name).name}@{fingerprint(self.folder)}{asked}"

    async def preflight(self) -> None:
        """Load the tokenizer. Raises ConfigError: the extra, the tokenizer or its template is missing."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._opened)

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Answer one request, together with others that wait.

        Raises RequestFailed where the template or the model's context does not take it, TeacherError
        where the model cannot work at all.
        """
        future: asyncio.Future[ChatReply] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._work())
        return await future

    async def aclose(self) -> None:
        """Stop generating; replies that were not finished are dropped."""
        if self._chat is not None:
            self._chat.stop()
            self._chat = None  # its weights must not stay in memory beside the next model's
        if self._pump is not None:
            self._pump.cancel()
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _opened(self) -> ChatModel:
        if self._chat is None:
            self._chat = ChatModel(self.folder, seed=self._seed, plain=self._plain, until=self._until)
        return self._chat

    async def _work(self) -> None:
        """Answer what waits, a batch at a time, until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            await self._gather()
            taken = self._take()
            try:
                outcomes = await loop.run_in_executor(
                    self._thread, self._generate, [request for request, _ in taken]
                )
            except (Exception, asyncio.CancelledError) as error:
                _fail([future for _, future in taken], error)
                if isinstance(error, asyncio.CancelledError):
                    raise
                continue
            for place, outcome in outcomes:
                _settle(taken[place][1], outcome)

    async def _gather(self) -> None:
        """Wait while requests still come in and the batch is not full."""
        seen = 0
        while seen < len(self._waiting) < self._batch:
            seen = len(self._waiting)
            await asyncio.sleep(GATHERED_S)

    def _take(self) -> list[tuple[ChatRequest, asyncio.Future[ChatReply]]]:
        """Take a batch of those that sample as the oldest does, of similar length where there is a choice."""
        self._waiting = [(r, future) for r, future in self._waiting if not future.done()]
        if not self._waiting:
            return []
        oldest = self._waiting[0][0]
        alike = [item for item in self._waiting if item[0].sampling == oldest.sampling]
        alike.sort(key=lambda item: abs(_length(item[0]) - _length(oldest)))
        taken = alike[: self._batch]
        ids = {id(future) for _, future in taken}
        self._waiting = [item for item in self._waiting if id(item[1]) not in ids]
        return taken

    def _generate(self, requests: Sequence[ChatRequest]) -> list[tuple[int, Outcome]]:
        try:
            return list(self._opened().generate(requests, batch=self._batch))
        except Stopped:
            raise TeacherError("Generation was stopped; the same command goes on from here.") from None


def _length(request: ChatRequest) -> int:
    return sum(len(message.content) for message in request.messages)


def _settle(future: asyncio.Future[ChatReply], outcome: Outcome) -> None:
    if future.done():
        return
    if isinstance(outcome, ChatReply):
        future.set_result(outcome)
    else:
        future.set_exception(outcome)


def _fail(futures: Sequence[asyncio.Future[ChatReply]], error: BaseException) -> None:
    for future in futures:
        if future.done():
            continue
        if isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)
