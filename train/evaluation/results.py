"""What an evaluation found: every attempt with its verdict, the scores, and how they were reached.

A result's folder holds `result.json`, with all that decides the figures pinned, and
`problems.jsonl`, one line a problem with each response as it was given.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol.errors import DataError
from evol.train.evaluation.statistics import Estimate, pass_at_k, share_of_problems, wilson
from evol.types import Outcome, Verdict

RESULT: Final = "result.json"
PROBLEMS: Final = "problems.jsonl"
SCHEMA: Final = 1
KS: Final = (1, 2, 4, 5, 8, 10, 16, 20, 25, 32, 50, 64, 100, 128, 200, 256)
TOP_LABELS: Final = 40


@dataclass(frozen=True, slots=True)
class Attempt:
    """One response and what it was judged. `finish_reason` is `length` where it was cut off."""

    text: str
    finish_reason: str
    verdict: Verdict

    def to_json(self) -> dict[str, Any]:
        """Return the attempt as plain JSON."""
        return {"text": self.text, "finish_reason": self.finish_reason, "verdict": self.verdict.to_json()}


@dataclass(frozen=True, slots=True)
class Answered:
    """A problem with its attempts; `voted` is the attempt that a majority vote chose, if one was held."""

    id: str
    instruction: str
    labels: Mapping[str, str]
    attempts: tuple[Attempt, ...]
    voted: int | None = None

    @property
    def right(self) -> int:
        """How many attempts were accepted."""
        return sum(attempt.verdict.accepted for attempt in self.attempts)

    @property
    def share(self) -> float:
        """The share of accepted attempts: pass@1 of this problem."""
        return self.right / len(self.attempts) if self.attempts else 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the line of `problems.jsonl`."""
        return {
            "id": self.id,
            "instruction": self.instruction,
            **({"labels": dict(self.labels)} if self.labels else {}),
            "right": self.right,
            "voted": self.voted,
            "attempts": [attempt.to_json() for attempt in self.attempts],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Answered:
        """Return the problem that `to_json` wrote."""
        attempts = tuple(
            Attempt(a["text"], a["finish_reason"], Verdict.from_json(a["verdict"])) for a in data["attempts"]
        )
        return cls(data["id"], data["instruction"], data.get("labels", {}), attempts, data["voted"])


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model, or one file of outputs, on one benchmark. `pinned` is all that decided the figures."""

    name: str
    pinned: Mapping[str, Any]
    problems: tuple[Answered, ...]

    @property
    def accuracy(self) -> Estimate:
        """pass@1, a problem without attempts counting as failed."""
        return share_of_problems([problem.share for problem in self.problems])

    @property
    def samples(self) -> int:
        """The fewest attempts that a problem has, problems without any left out."""
        return min((len(p.attempts) for p in self.problems if p.attempts), default=0)

    def pass_at(self, k: int) -> Estimate:
        """pass@k by the unbiased estimator; a problem without attempts counts as failed."""
        return share_of_problems(
            [pass_at_k(len(p.attempts), p.right, k) if p.attempts else 0.0 for p in self.problems]
        )

    @property
    def majority(self) -> Estimate | None:
        """Accuracy of the most frequent answer, or None where no vote was held."""
        if self.samples < 2 or not self.pinned.get("votes"):
            return None
        right = [p.voted is not None and p.attempts[p.voted].verdict.accepted for p in self.problems]
        return wilson(sum(right), len(right))

    def scores(self) -> dict[str, Estimate]:
        """Return every score by its name: pass@1, then pass@k and maj@n where there are several samples."""
        found = {"pass@1": self.accuracy}
        found |= {f"pass@{k}": self.pass_at(k) for k in KS if 1 < k <= self.samples}
        if (majority := self.majority) is not None:
            found[f"maj@{self.samples}"] = majority
        return found

    def attempts(self) -> Iterator[Attempt]:
        """Yield every attempt."""
        return (attempt for problem in self.problems for attempt in problem.attempts)

    def counts(self) -> dict[str, int]:
        """Return how many problems and samples there are, and how the samples ended."""
        outcomes = Counter(attempt.verdict.outcome for attempt in self.attempts())
        return {
            "problems": len(self.problems),
            "unanswered": sum(not problem.attempts for problem in self.problems),
            "samples": sum(outcomes.values()),
            "right": outcomes[Outcome.ACCEPT],
            "wrong": outcomes[Outcome.REJECT],
            "undecided": outcomes[Outcome.UNDECIDED],
            "cut_off": sum(attempt.finish_reason == "length" for attempt in self.attempts()),
        }

    def groups(self) -> dict[str, dict[str, Estimate]]:
        """Return pass@1 by each label that the benchmark has (level, type …) and its values."""
        found: dict[str, dict[str, Estimate]] = {}
        for label in dict.fromkeys(name for problem in self.problems for name in problem.labels):
            parts: dict[str, list[Answered]] = {}
            for problem in self.problems:
                parts.setdefault(problem.labels.get(label, "none"), []).append(problem)
            if 1 < len(parts) <= TOP_LABELS:
                found[label] = {
                    value: share_of_problems([p.share for p in parts[value]]) for value in sorted(parts)
                }
        return found

    def to_json(self) -> dict[str, Any]:
        """Return what `result.json` holds."""
        reasons = Counter(
            f"{attempt.verdict.outcome}.{attempt.verdict.reason}" for attempt in self.attempts()
        )
        return {
            "schema": SCHEMA,
            "name": self.name,
            "scores": {name: estimate.to_json() for name, estimate in self.scores().items()},
            "counts": self.counts(),
            "reasons": dict(reasons.most_common()),
            "groups": {
                label: {value: estimate.to_json() for value, estimate in values.items()}
                for label, values in self.groups().items()
            },
            **self.pinned,
        }

    def write(self, folder: Path) -> None:
        """Write `result.json` and `problems.jsonl`, each whole or not at all."""
        folder.mkdir(parents=True, exist_ok=True)
        lines = "".join(json.dumps(problem.to_json()) + "\n" for problem in self.problems)
        write_whole(folder / PROBLEMS, lines)
        write_whole(folder / RESULT, json.dumps(self.to_json(), indent=2) + "\n")


def write_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def read_evaluation(folder: Path) -> Evaluation:
    """Return the evaluation in a folder that `write` made. Raises DataError where it is none."""
    try:
        result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
        with (folder / PROBLEMS).open(encoding="utf-8") as lines:
            problems = tuple(Answered.from_json(json.loads(line)) for line in lines)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder} holds no evaluation that can be read: {error}.") from error
    derived = ("schema", "name", "scores", "counts", "reasons", "groups")
    pinned = {key: value for key, value in result.items() if key not in derived}
    return Evaluation(result["name"], pinned, problems)
