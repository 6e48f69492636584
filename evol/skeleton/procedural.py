"""A teacher without a model: it knows the words and the steps of its tasks, so it knows the answer.

It lets the pack run and be tested without a key. A pack may do without one.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Sample, content_key

STEPS: dict[str, Callable[[list[str]], list[str]]] = {
    "Then put the words in the opposite order.": lambda words: words[::-1],
    "Then write every word in capital letters.": lambda words: [word.upper() for word in words],
    "Then move the first word to the end of the list.": lambda words: words[1:] + words[:1],
    "Then leave out the last word of the list.": lambda words: words[:-1] or words,
    "Then spell each word backwards.": lambda words: [word[::-1] for word in words],
}
WORDS = ("amber", "basalt", "cedar", "delta", "ember", "fjord", "glacier", "heron", "iris", "juniper")


class ListTeacher:
    """Adds steps to tasks and solves them; a share `error` of its solutions is wrong."""

    def __init__(self, context: PackContext, *, error: float = 0.0, seed: int = 0) -> None:
        self._domain, self._error, self._seed = context.domain, error, seed

    @property
    def identity(self) -> str:
        """What it is, as part of every request's key."""
        return f"procedural:{self._domain}:error={self._error}:seed={self._seed}"

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Evolve or solve the row that the request is about."""
        dice = random.Random(content_key([self._seed, request.key(self.identity)]))  # noqa: S311 - not secret
        row = request.about
        if row is None:
            return ChatReply("")
        if request.purpose == "evolve":
            return _invent(dice) if request.operation == "breadth" else _harder(row, dice)
        words = _known(row)
        if dice.random() < self._error:
            words = [*words[1:], dice.choice(WORDS)]
        return ChatReply(f"Each step is done in turn.\nAnswer: {', '.join(words)}", model="procedural")

    async def preflight(self) -> None:
        """It needs nothing."""

    async def aclose(self) -> None:
        """It holds nothing."""


def _known(row: Sample) -> list[str]:
    answer = row.truth.get("answer", row.answer)
    return re.split(r"\s*,\s*", str(answer or ""))


def _harder(row: Sample, dice: random.Random) -> ChatReply:
    step = dice.choice(list(STEPS))
    return _task(f"{row.instruction.strip()} {step}", STEPS[step](_known(row)))


def _invent(dice: random.Random) -> ChatReply:
    words = dice.sample(WORDS, 4)
    return _task(f"Put these words in alphabetical order: {', '.join(words)}.", sorted(words))


def _task(text: str, words: list[str]) -> ChatReply:
    truth = {"answer": ", ".join(words)}
    return ChatReply(f"<evolved>\n{text}\n</evolved>", model="procedural", truth={**truth})
