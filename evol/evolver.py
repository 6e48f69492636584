"""The instruction evolver: choose an operation, render its prompt, read the reply.

Every choice is drawn from (run seed, seed id, generation, purpose), never from timing, so that
two runs answered alike are alike. WizardLM (arXiv 2304.12244, section 3.2) draws one operation
an instruction and round; a pack's weights say how often each comes up.
"""

from __future__ import annotations

import random
import re
from typing import Final

from evol.pack import Pack
from evol.types import ChatReply, ChatRequest, Message, Operation, Sample, Sampling, Verdict, content_key

EVOLVED: Final = re.compile(r"<evolved>(.*?)(?:</evolved>|\Z)", re.DOTALL | re.IGNORECASE)
THOUGHT: Final = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)
VERIFIER: Final = "evolver"

FINISH_REASONS: Final = {
    "length": ("truncated", "The evolved instruction was cut off at the token limit."),
    "content_filter": ("content_filter", "The server filtered the evolved instruction."),
    "refusal": ("refusal", "The teacher refused to evolve the instruction."),
}


def draw(*key: str | int) -> random.Random:
    """Return a generator of random numbers that depends on `key` alone."""
    return random.Random(content_key(list(key)))  # noqa: S311 - reproducible, not secret


class Evolver:
    """Turns a parent into a request for its child, and the reply into the child's instruction."""

    def __init__(self, pack: Pack, sampling: Sampling, seed: int) -> None:
        self._pack, self._sampling, self._seed = pack, sampling, seed
        self._weights = [operation.weight for operation in pack.operations]

    def choose(self, origin: str, generation: int) -> Operation:
        """Return the operation for this generation of the lineage that began at seed `origin`."""
        random_ = draw(self._seed, origin, generation, "operation")
        return random_.choices(self._pack.operations, self._weights)[0]

    def request(self, parent: Sample, operation: Operation, generation: int) -> ChatRequest:
        """Return what to ask the teacher so that it evolves `parent`.

        The generation numbers the draw: a parent that is evolved again after a failure gets a
        reply of its own, even by the same operation.
        """
        prompt = self._pack.prompts.render(
            operation.prompt, instruction=parent.instruction, settings=self._pack.settings
        )
        return ChatRequest(
            (Message("user", prompt),),
            self._sampling,
            sample=generation,
            purpose="evolve",
            operation=operation.name,
            about=parent,
        )


def read_evolved(reply: ChatReply) -> tuple[str, Verdict | None]:
    """Return the evolved instruction in a reply, and a verdict where there is none to be had.

    The prompts ask for it between `<evolved>` tags; a bare reply is taken whole, because small
    models forget the tags. A cut, filtered, refused or empty reply is never an instruction.
    """
    text = THOUGHT.sub("", reply.text)
    found = EVOLVED.findall(text)
    instruction = (found[-1] if found else text).strip()
    if reply.finish_reason in FINISH_REASONS:
        reason, message = FINISH_REASONS[reply.finish_reason]
        return instruction, Verdict.reject(VERIFIER, reason, message, finish_reason=reply.finish_reason)
    if not instruction:
        return "", Verdict.reject(VERIFIER, "empty", "The teacher returned no instruction.")
    return instruction, None


def child_of(parent: Sample, operation: Operation, generation: int, origin: str, reply: ChatReply) -> Sample:
    """Return the evolved row, not yet answered or judged.

    A `breadth` operation starts a new root: the child keeps its parent's id for provenance, and
    its own id is the root of what follows.
    """
    instruction, _ = read_evolved(reply)
    identity = content_key([parent.domain, origin, generation, operation.name, parent.id, instruction])[:20]
    return Sample(
        id=identity,
        domain=parent.domain,
        instruction=instruction,
        parent=parent.id,
        root=identity if operation.kind == "breadth" else parent.root,
        generation=generation,
        operation=operation.name,
        usage=reply.usage,
        truth=reply.truth,
    )
