"""What an audit says of one row: findings with a severity, and the outcome they come to.

A finding is a verdict that does not accept, or a note that decides nothing. The first finding
that rejects decides; without one the first that leaves the row undecided; without either the
pack's own verdict. All findings stay with the row as evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from evol.types import Json, Outcome, Verdict

VERIFIER: Final = "audit"
BY_TEXT: Final = "contaminated"
BY_EXECUTION: Final = "solves_benchmark"
MEASURED: Final = ("_s", "_mb")


class Severity(StrEnum):
    """How much a finding weighs: it drops the row, leaves it open, or is only worth knowing."""

    REJECT = "reject"
    UNDECIDED = "undecided"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a row; `part` says where: instruction, response, row, or among rows."""

    severity: Severity
    reason: str
    message: str
    part: str = "row"
    verifier: str = VERIFIER
    evidence: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def of(cls, verdict: Verdict, part: str, severity: Severity | None = None) -> Finding:
        """Return what a verdict that does not accept says, as a finding about a part of the row."""
        weight = severity or Severity(str(verdict.outcome))
        return cls(weight, verdict.reason, verdict.message, part, verdict.verifier, verdict.evidence)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return {
            "severity": str(self.severity),
            "reason": self.reason,
            "message": self.message,
            "part": self.part,
            "verifier": self.verifier,
            "evidence": steady(self.evidence),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Finding:
        """Return the finding that `to_json` wrote."""
        return cls(**{**data, "severity": Severity(data["severity"])})


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What all findings about a row come to."""

    outcome: Outcome
    reason: str
    message: str


def conclude(findings: Iterable[Finding], own: Conclusion) -> Conclusion:
    """Return the outcome of a row: the gravest finding's, or `own`, the pack's, where none decides."""
    deciding = [finding for finding in findings if finding.severity is not Severity.NOTE]
    gravest = next((f for f in deciding if f.severity is Severity.REJECT), next(iter(deciding), None))
    if gravest is None:
        return own
    return Conclusion(Outcome(str(gravest.severity)), gravest.reason, gravest.message)


def steady(evidence: Mapping[str, Json]) -> dict[str, Json]:
    """Return evidence without measured seconds and megabytes, so that equal input gives equal bytes."""
    return {
        key: steady(value) if isinstance(value, dict) else value
        for key, value in evidence.items()
        if not key.endswith(MEASURED)
    }
