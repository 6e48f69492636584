"""From a judge's replies to a result: scores of one pair, both orders combined, groups with intervals.

A judge favours places (Zheng et al. 2023, arXiv 2306.05685, section 3.3), so each pair is shown in
both orders and a win is what both orders call one; where they disagree it is a tie, counted as
inconsistent. The share of the reference's score is WizardLM's figure (arXiv 2304.12244, section
4.3): the sum of one model's scores by the sum of the other's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from evol.audit.sampling import wilson
from evol.train.judging_data import Question

Winner = Literal["a", "b", "tie"]
RESAMPLES: Final = 2000
FEWEST: Final = 5
LOWEST, HIGHEST = 1.0, 10.0
SCORE_LINE: Final = re.compile(
    r"^\W*answer\s*(?P<place>[12])\W*(?:score\W*)?(?P<score>\d{1,2}(?:\.\d+)?)(?:\s*/\s*10)?\W*$",
    re.IGNORECASE | re.MULTILINE,
)


def read_scores(reply: str) -> tuple[float, float] | None:
    """Return the scores of the answers shown first and second, or None unless each has exactly one.

    A line that repeats a score is no contradiction; two different ones are.
    """
    found: dict[str, set[float]] = {"1": set(), "2": set()}
    for match in SCORE_LINE.finditer(reply):
        found[match["place"]].add(float(match["score"]))
    scores = [values.pop() for values in found.values() if len(values) == 1]
    if len(scores) < 2 or not all(LOWEST <= score <= HIGHEST for score in scores):
        return None
    return scores[0], scores[1]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a judge made of a pair in one order; scores are A's and B's, None where none could be read.

    `problem` says why there are none; `unreadable` is how many replies had to be asked for again.
    """

    a: float | None = None
    b: float | None = None
    text: str = ""
    unreadable: int = 0
    problem: str | None = None

    @property
    def winner(self) -> Winner | None:
        """The answer with the higher score."""
        if self.a is None or self.b is None:
            return None
        return "tie" if self.a == self.b else "a" if self.a > self.b else "b"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question with both answers and both readings: A shown first, then B shown first."""

    question: Question
    answers: tuple[str, str]
    readings: tuple[Reading, Reading]

    @property
    def judged(self) -> bool:
        """Whether both orders brought scores."""
        return all(reading.winner for reading in self.readings)

    @property
    def winner(self) -> Winner | None:
        """Who won in both orders; a tie where the orders disagree."""
        if not self.judged:
            return None
        first, second = (reading.winner for reading in self.readings)
        return first if first == second else "tie"

    @property
    def consistent(self) -> bool:
        """Whether both orders say the same."""
        return self.readings[0].winner == self.readings[1].winner

    @property
    def flipped(self) -> bool:
        """Whether the judge preferred the other model once the order was turned."""
        return {reading.winner for reading in self.readings} == {"a", "b"}

    @property
    def scores(self) -> tuple[float, float]:
        """A's and B's scores summed over both orders."""
        return sum(r.a or 0.0 for r in self.readings), sum(r.b or 0.0 for r in self.readings)

    def to_json(self) -> dict[str, Any]:
        """Return the row of rows.jsonl."""
        first, second = self.readings
        return {
            **asdict(self.question),
            "band": self.question.band,
            "winner": self.winner,
            "consistent": self.consistent if self.judged else None,
            "answer_a": self.answers[0],
            "answer_b": self.answers[1],
            "a_first": asdict(first),
            "b_first": asdict(second),
        }


def summarise(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return wins, ties, losses and scores of some comparisons; what was not judged is counted apart.

    `win_rate` counts a tie as half a win; its interval, and that of the score's share, are 95 % by
    bootstrap over questions; `won` has Wilson's.
    """
    judged = [c for c in comparisons if c.judged]
    winners = Counter(c.winner for c in judged)
    pairs = [c.scores for c in judged]
    points = [(1.0 if c.winner == "a" else 0.5 if c.winner == "tie" else 0.0, 1.0) for c in judged]
    return {
        "questions": len(comparisons),
        "judged": len(judged),
        "win": winners["a"],
        "tie": winners["tie"],
        "loss": winners["b"],
        "inconsistent": sum(not c.consistent for c in judged),
        "won": asdict(wilson(winners["a"], len(judged))),
        "win_rate": _ratio(points),
        "score_a": _mean([a / 2 for a, _ in pairs]),
        "score_b": _mean([b / 2 for _, b in pairs]),
        "share": _ratio(pairs),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _ratio(pairs: Sequence[tuple[float, float]]) -> dict[str, float | None]:
    """Return the ratio of the sums with its 95 % percentile interval; none under five questions."""
    if not pairs:
        return {"share": None, "low": None, "high": None}
    share = round(sum(a for a, _ in pairs) / sum(b for _, b in pairs), 4)
    if len(pairs) < FEWEST:
        return {"share": share, "low": None, "high": None}
    import numpy as np

    values = np.asarray(pairs)
    drawn = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
    sums = values[drawn].sum(axis=1)
    low, high = np.percentile(sums[:, 0] / sums[:, 1], [2.5, 97.5])
    return {"share": share, "low": round(float(low), 4), "high": round(float(high), 4)}


def position_bias(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return how often the answer shown first won, of the readings with a winner, and how often it flips.

    A judge without preference for a place is at one half.
    """
    judged = [c for c in comparisons if c.judged]
    first = sum((c.readings[0].winner == "a") + (c.readings[1].winner == "b") for c in judged)
    second = sum((c.readings[0].winner == "b") + (c.readings[1].winner == "a") for c in judged)
    flipped = sum(c.flipped for c in judged)
    return {
        "first_wins": asdict(wilson(first, first + second)),
        "readings_with_a_winner": first + second,
        "flipped": asdict(wilson(flipped, len(judged))),
        "flips": flipped,
        "inconsistent": sum(not c.consistent for c in judged),
    }


def group(comparisons: Sequence[Comparison]) -> dict[str, Any]:
    """Return the summary of all, of each skill (by name) and of each difficulty band (easy first)."""
    skills = sorted({c.question.skill for c in comparisons} - {None}, key=str)
    bands = [band for band in ("easy", "medium", "hard") if any(c.question.band == band for c in comparisons)]
    return {
        "overall": summarise(comparisons),
        "skills": {str(s): summarise([c for c in comparisons if c.question.skill == s]) for s in skills},
        "difficulty": {b: summarise([c for c in comparisons if c.question.band == b]) for b in bands},
        "position": position_bias(comparisons),
    }
