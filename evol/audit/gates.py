"""Thresholds that an audit must meet: `accept=0.98,contaminated=0`.

`accept` is the least share of rows that must be accepted; any other name, an outcome or a finding's
reason, is the greatest share of rows that may have it. `contaminated` counts the rows that give a
benchmark away by its text or by passing its tests.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from evol.errors import ConfigError

LEAST: Final = "accept"
KNOWN: Final = (
    "accept", "reject", "undecided", "contaminated", "solves_benchmark", "near_duplicate", "duplicate_pair",
    "duplicate_instruction", "similar_instruction", "conflicting_answers", "unreadable_row",
    "empty_instruction", "empty_response", "truncated", "refusal", "assistant_boilerplate",
    "copied_prompt", "prompt_leak", "answer_in_instruction", "encoding_damage", "wrong_language",
    "mixed_language", "repetition", "length_outlier", "personal_data", "chat_template",
    "same_template", "asks_back", "echoes_instruction", "only_stop_words", "no_instruction",
    "no_response", "weak_tests", "no_tests",
)  # fmt: skip
NEEDS_REFERENCES: Final = ("contaminated", "solves_benchmark", "same_template")


@dataclass(frozen=True, slots=True)
class Gate:
    """One threshold: a name and the share that must be reached (`accept`) or not be passed."""

    name: str
    limit: float


@dataclass(frozen=True, slots=True)
class Passage:
    """How an audit stood before a gate."""

    gate: Gate
    rows: int
    total: int
    passed: bool

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        share = self.rows / self.total if self.total else 0.0
        bound = "at least" if self.gate.name == LEAST else "at most"
        counted = f"{self.gate.name}: {self.rows} of {self.total} rows ({share:.2%})"
        return f"{counted}, {bound} {self.gate.limit:.2%} asked"

    def to_json(self) -> dict[str, Any]:
        """Return the passage as plain JSON."""
        return {
            "name": self.gate.name,
            "limit": self.gate.limit,
            "rows": self.rows,
            "total": self.total,
            "passed": self.passed,
        }


def parse_gates(texts: Iterable[str]) -> tuple[Gate, ...]:
    """Parse `NAME=SHARE,NAME=SHARE`. Raises ConfigError for another form or a likely slip in a name."""
    gates = []
    for part in (part for text in texts for part in text.split(",")):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        try:
            limit = float(number)
        except ValueError:
            limit = -1.0
        if not (name and equals) or not 0 <= limit <= 1:
            raise ConfigError(f"--fail-under {part!r} does not read as NAME=SHARE with a share from 0 to 1.")
        near = difflib.get_close_matches(name, KNOWN, n=1, cutoff=0.85)
        if name not in KNOWN and near:
            raise ConfigError(f"--fail-under knows no {name!r}. Did you mean {near[0]!r}?")
        gates.append(Gate(name, limit))
    return tuple(gates)


def pass_gates(
    gates: Iterable[Gate], outcomes: Mapping[str, int], findings: Mapping[str, int]
) -> list[Passage]:
    """Return how the counts stand before each gate: rows by outcome, and rows by finding's reason."""
    total = sum(outcomes.values())
    passages = []
    for gate in gates:
        rows = outcomes[gate.name] if gate.name in outcomes else findings.get(gate.name, 0)
        share = rows / total if total else 0.0
        passed = share >= gate.limit if gate.name == LEAST else share <= gate.limit
        passages.append(Passage(gate, rows, total, passed))
    return passages
