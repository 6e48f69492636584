"""The counts of an audit and audit.json, which holds them: versioned, and equal for equal input."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evol.audit.findings import BY_EXECUTION, BY_TEXT
from evol.audit.sampling import wilson
from evol.errors import DataError
from evol.types import Outcome

if TYPE_CHECKING:
    from evol.audit.writing import Told

SCHEMA_VERSION: Final = 1
SUMMARY: Final = "audit.json"
EXAMPLES: Final = 5
SHAPES: Final = 20


@dataclass
class Tally:
    """What is counted while rows are written; memory grows with the kinds of things, not with rows."""

    outcomes: Counter[str] = field(default_factory=lambda: Counter({str(outcome): 0 for outcome in Outcome}))
    decisive: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    severities: dict[str, Counter[str]] = field(default_factory=dict)
    parts: dict[int, Counter[str]] = field(default_factory=dict)
    shapes: Counter[str] = field(default_factory=Counter)
    origins: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    examples: dict[str, list[int]] = field(default_factory=dict)
    unreadable: int = 0
    given_away: int = 0

    def count(self, told: Told) -> None:
        """Count one row."""
        outcome = str(told.end.outcome)
        self.outcomes[outcome] += 1
        self.decisive[outcome, told.end.reason] += 1
        self.parts.setdefault(told.part, Counter())[outcome] += 1
        self.unreadable += not told.readable
        if told.shape is not None and (told.shape in self.shapes or len(self.shapes) < SHAPES):
            self.shapes[told.shape] += 1
        generation = told.origin.get("generation")
        if isinstance(generation, int):
            self.origins[generation, str(told.origin.get("operation") or "seed"), outcome] += 1
        if not told.findings:
            return
        for reason, severity in dict.fromkeys((f.reason, str(f.severity)) for f in told.findings):
            self.severities.setdefault(reason, Counter())[severity] += 1
        reasons = dict.fromkeys(f.reason for f in told.findings)
        self.given_away += BY_TEXT in reasons or BY_EXECUTION in reasons
        for reason in reasons:
            self.findings[reason] += 1
            shown = self.examples.setdefault(reason, [])
            if len(shown) < EXAMPLES:
                shown.append(told.number)

    def against(self) -> dict[str, int]:
        """Return how many rows give a reference away: by its text, by passing its tests, in either way."""
        text, execution = self.findings[BY_TEXT], self.findings[BY_EXECUTION]
        return {"by_text": text, "by_execution": execution, "either": self.given_away}

    @property
    def rows(self) -> int:
        """All rows that were judged."""
        return self.outcomes.total()

    def to_json(self, parts: list[str]) -> dict[str, Any]:
        """Return the counts as plain JSON, each share with its 95 % interval."""
        return {
            "rows": self.rows,
            "unreadable": self.unreadable,
            "outcomes": {name: self._share(count) for name, count in self.outcomes.items()},
            "decided_by": [
                {"outcome": outcome, "reason": reason, "rows": count}
                for (outcome, reason), count in sorted(self.decisive.items(), key=lambda i: (-i[1], i[0]))
            ],
            "findings": {
                reason: {
                    **self._share(count),
                    "severities": dict(sorted(self.severities[reason].items())),
                    "examples": self.examples[reason],
                }
                for reason, count in sorted(self.findings.items(), key=lambda i: (-i[1], i[0]))
            },
            "files": [
                {"name": name, **{str(o): self.parts.get(n, Counter())[str(o)] for o in Outcome}}
                for n, name in enumerate(parts)
            ],
            "columns": [
                {"columns": json.loads(shape), "rows": count} for shape, count in self.shapes.most_common()
            ],
            "origins": [
                {"generation": generation, "operation": operation, "outcome": outcome, "rows": count}
                for (generation, operation, outcome), count in sorted(self.origins.items())
            ],
        }

    def _share(self, count: int) -> dict[str, Any]:
        return {"rows": count, **asdict(wilson(count, self.rows))}


def write_summary(folder: Path, summary: Mapping[str, Any]) -> None:
    """Write audit.json, whole or not at all."""
    part = folder / f".{SUMMARY}.part"
    part.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(folder / SUMMARY)


def read_summary(place: Path) -> dict[str, Any]:
    """Return what audit.json says, named itself or by its folder. Raises DataError with what to do."""
    path = place / SUMMARY if place.is_dir() else place
    try:
        summary = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            f"{place} is no audit (there is no {path}): give the folder that --out named."
        ) from None
    except (OSError, ValueError) as error:
        raise DataError(f"{path} cannot be read ({error}): audit the data again.") from error
    if not isinstance(summary, dict) or "schema_version" not in summary:
        raise DataError(f"{path} is not what evol audit wrote: give the folder that --out named.")
    if summary["schema_version"] != SCHEMA_VERSION:
        raise DataError(
            f"{path} has schema version {summary['schema_version']}, this evol reads {SCHEMA_VERSION}: "
            "audit the data again."
        )
    return summary
