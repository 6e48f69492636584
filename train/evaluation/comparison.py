"""Any number of evaluations of one benchmark side by side: scores, paired differences, one table.

Two evaluations are compared on the problems that both were asked, told by id and text. Where each
problem has one attempt, p is McNemar's exact test; where there are several, a sign-flip test of
the differences of pass@1. Differences carry a paired bootstrap interval. With several pairs, p is
also given as adjusted after Holm (1979).
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from evol.errors import ConfigError
from evol.train.evaluation.asking import written_to
from evol.train.evaluation.results import Answered, Evaluation, write_whole
from evol.train.evaluation.statistics import Estimate, holm, mcnemar, mean_over_problems, sign_flip

TABLE: Final = "comparison"
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more of the common problems the first gets right than the second."""

    first: str
    second: str
    problems: int
    only_first: float
    only_second: float
    difference: Estimate
    test: str
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Evaluations of one benchmark, best first, and every pair of them."""

    benchmark: str
    evaluations: tuple[Evaluation, ...]
    differences: tuple[Difference, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain JSON."""
        return {
            "benchmark": self.benchmark,
            "evaluations": [
                {
                    "name": e.name,
                    "scores": {name: estimate.to_json() for name, estimate in e.scores().items()},
                    "counts": e.counts(),
                    "groups": {
                        label: {value: estimate.to_json() for value, estimate in values.items()}
                        for label, values in e.groups().items()
                    },
                }
                for e in self.evaluations
            ],
            "differences": [asdict(difference) for difference in self.differences],
        }

    def write(self, folder: Path) -> list[Path]:
        """Write the table as Markdown and JSON, and the chart where matplotlib is; return the files."""
        from evol.train.evaluation.chart import draw

        table, data = folder / f"{TABLE}.md", folder / f"{TABLE}.json"
        with written_to(folder):
            write_whole(table, "\n".join(markdown(self)) + "\n")
            write_whole(data, json.dumps(self.to_json(), indent=2) + "\n")
            return [table, data, *draw(self.benchmark, self.evaluations, folder / TABLE)]


def compare(evaluations: Sequence[Evaluation]) -> Comparison:
    """Compare evaluations pair by pair. Raises ConfigError where two have no problem in common."""
    evaluations = _named_apart(evaluations)
    ordered = tuple(sorted(evaluations, key=lambda e: -e.accuracy.value))
    found = [_difference(a, b) for a, b in itertools.combinations(ordered, 2)]
    adjusted = holm([difference.p for difference in found])
    differences = tuple(replace(d, p_holm=p) for d, p in zip(found, adjusted, strict=True))
    return Comparison(str(ordered[0].pinned["benchmark"]["name"]), ordered, differences)


def _named_apart(evaluations: Sequence[Evaluation]) -> list[Evaluation]:
    """Number evaluations that go by the same name."""
    names = [evaluation.name for evaluation in evaluations]
    return [
        Evaluation(f"{e.name} ({names[: n + 1].count(e.name)})", e.pinned, e.problems)
        if names.count(e.name) > 1
        else e
        for n, e in enumerate(evaluations)
    ]


def _difference(first: Evaluation, second: Evaluation) -> Difference:
    other = {(p.id, p.instruction): p for p in second.problems}
    pairs = [(p, o) for p in first.problems if (o := other.get((p.id, p.instruction))) is not None]
    if not pairs:
        raise ConfigError(
            f"{first.name} and {second.name} have no problem in common: they were evaluated on different "
            "benchmarks."
        )
    gains = [a.share - b.share for a, b in pairs]
    if all(len(p.attempts) <= 1 for pair in pairs for p in pair):
        paired = mcnemar([a.right > 0 for a, _ in pairs], [b.right > 0 for _, b in pairs])
        test, p = "McNemar, exact", paired.p
    else:
        test, p = "sign flip", sign_flip(gains)
    return Difference(
        first=first.name,
        second=second.name,
        problems=len(pairs),
        only_first=sum(gain for gain in gains if gain > 0),
        only_second=-sum(gain for gain in gains if gain < 0),
        difference=mean_over_problems(gains),
        test=test,
        p=p,
        p_holm=p,
    )


def markdown(comparison: Comparison) -> Iterator[str]:
    """Yield the lines of the table: scores, paired differences, and pass@1 by each label."""
    evaluations = comparison.evaluations
    names = list(dict.fromkeys(name for e in evaluations for name in e.scores()))
    yield f"# {comparison.benchmark}\n"
    yield from _table(
        ["", *names, "problems", "cut off", "undecided", "unanswered"],
        ([e.name, *_cells(e, names), *_counts(e)] for e in evaluations),
    )
    yield "\nIn brackets: 95 % intervals (Wilson for one attempt a problem, else bootstrap over problems).\n"
    if comparison.differences:
        yield from _table(
            ["first", "second", "problems", "only first", "only second", "difference", "p", "p (Holm)"],
            (_pair(d) for d in comparison.differences),
        )
        yield f"\np: {', '.join(sorted({d.test for d in comparison.differences}))}, two-sided.\n"
    for label in dict.fromkeys(label for e in evaluations for label in e.groups()):
        values = sorted({value for e in evaluations for value in e.groups().get(label, {})})
        yield f"\n## pass@1 by {label}\n"
        yield from _table(["", *values], ([e.name, *_by(e, label, values)] for e in evaluations))


def _table(head: Sequence[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|---" * len(head) + "|"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def _cells(evaluation: Evaluation, names: Sequence[str]) -> list[str]:
    scores = evaluation.scores()
    return [str(scores[name]) if name in scores else "" for name in names]


def _counts(evaluation: Evaluation) -> list[str]:
    counts = evaluation.counts()
    return [str(counts[name]) for name in ("problems", "cut_off", "undecided", "unanswered")]


def _pair(d: Difference) -> list[str]:
    gain = d.difference
    points = f"{100 * gain.value:+.1f} [{100 * gain.low:+.1f}, {100 * gain.high:+.1f}]"
    return [d.first, d.second, str(d.problems), f"{d.only_first:g}", f"{d.only_second:g}", points,
            f"{d.p:.2g}", f"{d.p_holm:.2g}"]  # fmt: skip


def _by(evaluation: Evaluation, label: str, values: Sequence[str]) -> list[str]:
    group = evaluation.groups().get(label, {})
    return [f"{group[v]} ({group[v].problems})" if v in group else "" for v in values]


def unanswered(problems: Sequence[Answered]) -> str:
    """Return how many problems have no attempt and the first of them by name, as a sentence."""
    missing = [problem.id for problem in problems if not problem.attempts]
    if not missing:
        return ""
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return f"{len(missing)} problems have no output and count as failed: {', '.join(missing[:NAMED])}{more}."
