"""What the teachers that need no model share: an identity, repeatable draws, replies with usage and truth.

Such a teacher answers through the same messages as any other and remembers nothing: a reply depends
only on the request, the error rate and the seed. What it knows of an evolved row it hands over as
`ChatReply.truth`, which comes back to it as `Sample.truth` and which no verifier reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Final, TypeAlias

from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Json, Usage

Truth: TypeAlias = Mapping[str, Json]
NOTHING: Final[Truth] = {}


class ProceduralTeacher:
    """The base of the packs' embedded teachers, which add `reply`.

    `error` is the probability that a reply errs, in the ways that the pack's `mistakes` lists; `seed`
    chooses other tasks and other mistakes for the same requests.
    """

    def __init__(self, context: PackContext, *, error: float = 0.0, seed: int = 0) -> None:
        self.error: Final = error
        self._identity = f"procedural:{context.domain}:error={error:g}:seed={seed}"

    @property
    def identity(self) -> str:
        """The teacher with all that decides its replies."""
        return self._identity

    async def preflight(self) -> None:
        """Do nothing: there is nothing that could be missing."""

    async def aclose(self) -> None:
        """Do nothing: there is nothing to release."""

    def draws(self, request: ChatRequest) -> Random:
        """Return the generator for one request: the same for the same request."""
        return Random(request.key(self._identity))  # noqa: S311 - repeatable draws, not secrets

    def said(
        self, request: ChatRequest, text: str, finish: str = "stop", truth: Truth = NOTHING
    ) -> ChatReply:
        """Return a reply with a plausible usage."""
        prompt = sum(_tokens(message.content) for message in request.messages)
        return ChatReply(text, finish, Usage(1, prompt, _tokens(text)), self._identity, truth)


def erring(kind: str) -> dict[str, Json]:
    """Return the truth of a reply that errs in this way; nothing for a right one."""
    return {"error": kind} if kind else {}


def _tokens(text: str) -> int:
    """Return a plausible count of tokens."""
    return int(len(text.split()) * 1.3) + 1
