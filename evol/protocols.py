"""What the engine, a domain pack and a teacher expect of each other.

A pack's `Eliminator` judges one evolved row. It is lent an `Inquiry`: through it the eliminator
asks the teacher for evidence (solutions, a program, tests) and has pure verifiers judge that
evidence in worker processes. A `Teacher` is whatever answers chat messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ParamSpec, Protocol, TypeVar, runtime_checkable

from evol.types import ChatReply, ChatRequest, Json, Sample, Sampling, Verdict

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judgement:
    """A row as it stands after elimination, with every verdict reached, in order; the last decides.

    `sample` is the candidate with what elimination found out filled in: response, answer, tests.
    """

    sample: Sample
    verdicts: tuple[Verdict, ...]

    @property
    def verdict(self) -> Verdict:
        """The verdict that decided."""
        return self.verdicts[-1]


class Inquiry(Protocol):
    """What the engine lends an eliminator while it judges one row."""

    async def ask(self, request: ChatRequest) -> ChatReply:
        """Return the teacher's reply, from the journal where the same was asked before.

        Raises RequestFailed where the teacher will not answer this request. The engine turns it
        into an undecided verdict, so an eliminator need not catch it.
        """
        ...

    async def verify(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a module-level verifier function in a worker process that can be killed.

        Raises VerifierStopped where it ran out of time or memory, which the engine turns into an
        undecided verdict.
        """
        ...


class Prompts(Protocol):
    """A pack's templates: Jinja2, sandboxed, a missing variable is an error."""

    def render(self, path: str, **variables: object) -> str:
        """Return the template at `path`, relative to the pack, filled in."""
        ...


@dataclass(frozen=True, slots=True)
class PackContext:
    """What a pack's eliminator is built with: its templates, settings and how to sample."""

    domain: str
    prompts: Prompts
    settings: Mapping[str, Json]
    sampling: Sampling


class Eliminator(Protocol):
    """Decides which evolved rows may live. Built once a run as `Eliminator(context)`."""

    async def judge(self, candidate: Sample, parent: Sample | None, inquiry: Inquiry) -> Judgement:
        """Judge an evolved row against its parent; `parent` is None for a seed.

        A seed may bring a response, an answer and tests of its own. Checks go from cheap to dear
        and stop at the first that does not accept.
        """
        ...


@runtime_checkable
class Teacher(Protocol):
    """Whatever answers chat messages."""

    @property
    def identity(self) -> str:
        """The teacher and model as one string; it is part of every request's key."""
        ...

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Answer one request.

        Raises RequestFailed for a request it will never answer and TeacherError where it cannot
        work at all. Retries of transient faults are the teacher's own business.
        """
        ...

    async def preflight(self) -> None:
        """Raise TeacherError at once where the teacher cannot work: key, model, server."""
        ...

    async def aclose(self) -> None:
        """Release connections and processes."""
        ...
