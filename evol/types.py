"""The data that every part of evol passes around: frozen, slotted, free of behaviour.

A `Sample` is a row on its way through evolution; an `Operation` is one way to evolve it; a
`Verdict` says whether a row may be kept and why; `ChatRequest` and `ChatReply` are what goes to
a teacher and what comes back. Nothing here imports anything else of ours.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Literal, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def content_key(value: object) -> str:
    """Return 32 hex digits that stand for a JSON value, equal across processes and versions.

    Lone surrogates, which JSON can carry and UTF-8 cannot, are hashed in their escaped form.
    """
    return hashlib.blake2b(_CANONICAL.encode(value).encode("ascii"), digest_size=16).hexdigest()


class Outcome(StrEnum):
    """What a verifier concluded. `UNDECIDED` is never kept and never counted as wrong."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One verifier's conclusion about one row, with what it rests on.

    `reason` is a stable snake_case code to count and filter by; `message` is one sentence for a
    person; `evidence` holds what was compared (values, votes, tests, seconds) as plain JSON.
    """

    outcome: Outcome
    verifier: str
    reason: str
    message: str
    evidence: Mapping[str, Json] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether the row may be kept as far as this verifier is concerned."""
        return self.outcome is Outcome.ACCEPT

    @classmethod
    def accept(cls, verifier: str, reason: str, message: str, **evidence: Json) -> Verdict:
        """Return a verdict that lets the row pass."""
        return cls(Outcome.ACCEPT, verifier, reason, message, evidence)

    @classmethod
    def reject(cls, verifier: str, reason: str, message: str, **evidence: Json) -> Verdict:
        """Return a verdict that eliminates the row."""
        return cls(Outcome.REJECT, verifier, reason, message, evidence)

    @classmethod
    def undecided(cls, verifier: str, reason: str, message: str, **evidence: Json) -> Verdict:
        """Return a verdict that says the verifier could not tell, and why."""
        return cls(Outcome.UNDECIDED, verifier, reason, message, evidence)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain JSON."""
        return {
            "outcome": str(self.outcome),
            "verifier": self.verifier,
            "reason": self.reason,
            "message": self.message,
            "evidence": dict(self.evidence),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Verdict:
        """Return the verdict that `to_json` wrote."""
        return cls(
            Outcome(data["outcome"]), data["verifier"], data["reason"], data["message"], data["evidence"]
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """Calls and tokens spent, as the server counted them."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def to_json(self) -> dict[str, int]:
        """Return the counts by their names."""
        return {
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
        }

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True, slots=True)
class Operation:
    """One way to evolve an instruction, as a pack's `domain.toml` names it.

    `kind` is the paper's in-depth or in-breadth; `direction` is WizardMath's upward or downward
    evolution; `prompt` is a template's path relative to the pack; `weight` is relative.
    """

    name: str
    kind: Literal["depth", "breadth"]
    direction: Literal["up", "down"]
    prompt: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One row: an instruction, its response, and where it came from.

    `answer` is the gold or agreed final answer, `tests` what a program is judged by; both may be
    None. `parent` is the id of the row it was evolved from, `root` the id its lineage starts at;
    generation 0 is a seed. `truth` is what a procedural teacher knows by construction: the
    journal keeps it for that teacher and for tests, no verifier sees it, no export carries it.
    """

    id: str
    domain: str
    instruction: str
    response: str = ""
    answer: str | None = None
    tests: Json = None
    parent: str | None = None
    root: str = ""
    generation: int = 0
    operation: str | None = None
    usage: Usage = Usage()
    meta: Mapping[str, Json] = field(default_factory=dict)
    truth: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the sample as plain JSON, `truth` included."""
        plain = {field_.name: getattr(self, field_.name) for field_ in fields(self)}
        return {**plain, "usage": self.usage.to_json(), "meta": dict(self.meta), "truth": dict(self.truth)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Sample:
        """Return the sample that `to_json` wrote."""
        return cls(**{**data, "usage": Usage(**data["usage"])})

    def with_(self, **changes: Any) -> Sample:
        """Return a copy with some fields changed."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a teacher is to sample: the paper's T = 1, top_p 0.95, at most 2,048 tokens."""

    temperature: float = 1.0
    top_p: float = 0.95
    max_tokens: int = 2048


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked of a teacher.

    `sample` numbers the draws of one prompt (0, 1, 2 …), so that each has a reply of its own.
    `purpose` says what the reply is for: `evolve`, `answer`, `judge`, `program`, `tests` …; with
    `operation` and `about` (the row being evolved or answered) it is for teachers that compute
    instead of sampling, and for accounts. These three never go over the wire and are not part of
    the key: what a model is sent decides what it may reply.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    sample: int = 0
    purpose: str = "answer"
    operation: str | None = None
    about: Sample | None = None

    def key(self, teacher: str) -> str:
        """Return the hash of all that decides the reply, for a teacher of this identity."""
        messages = [[m.role, m.content] for m in self.messages]
        sampling = [self.sampling.temperature, self.sampling.top_p, self.sampling.max_tokens]
        return content_key([teacher, messages, sampling, self.sample])


@dataclass(frozen=True, slots=True)
class ChatReply:
    """What a teacher answered. An empty, refused or cut reply is a reply, not an error.

    `finish_reason` is the server's: `stop`, `length`, `content_filter` or `refusal`.
    """

    text: str
    finish_reason: str = "stop"
    usage: Usage = Usage(calls=1)
    model: str = ""
    truth: Mapping[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the reply as plain JSON."""
        return {
            "text": self.text,
            "finish_reason": self.finish_reason,
            "usage": self.usage.to_json(),
            "model": self.model,
            "truth": dict(self.truth),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ChatReply:
        """Return the reply that `to_json` wrote."""
        return cls(**{**data, "usage": Usage(**data["usage"])})
