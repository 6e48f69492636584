"""The table and the chart of what was trained so far."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, Final, TypeAlias

from bench.verification_pays.arms import ARMS, TEST_SET
from bench.verification_pays.chart import draw
from bench.verification_pays.intervals import difference, over_seeds

PAGE: Final = "verification-pays.md"
MISREAD_WORD: Final = "younger"
_PLACE: Final = "<!-- {} of results -->"

Results: TypeAlias = dict[tuple[str, str], dict[int, dict[str, Any]]]
"""The results of one arm by seed, by (experiment, arm)."""


def read_results(work: Path) -> Results:
    """Return every result in the folder."""
    found: Results = defaultdict(dict)
    for path in sorted((work / "models").glob("*/bench.json")):
        result = json.loads(path.read_text())
        found[result["experiment"], result["arm"]][result["seed"]] = result
    return found


def accuracies(runs: dict[int, dict[str, Any]]) -> dict[int, float]:
    """Return the share of held-out problems solved, by seed."""
    return {seed: run["solved"] / run["problems"] for seed, run in runs.items()}


def write_report(work: Path, docs: Path) -> str:
    """Write the chart, and the tables into the page where there is one; returns the tables."""
    results = read_results(work)
    text = "\n".join(_tables(work, results))
    draw({key: accuracies(runs) for key, runs in results.items()}, docs / "verification-pays")
    page = docs / PAGE
    if page.exists():
        begin, end = _PLACE.format("begin"), _PLACE.format("end")
        inside = re.compile(f"(?<={re.escape(begin)}\n).*?(?={re.escape(end)})", re.DOTALL)
        page.write_text(inside.sub(lambda _: text, page.read_text(encoding="utf-8")), encoding="utf-8")
    return text


def _tables(work: Path, results: Results) -> Iterator[str]:
    for experiment, arms in ARMS.items():
        trained = [name for name in arms if results.get((experiment, name))]
        if not trained:
            continue
        yield from _table(
            [
                "arm",
                "rows",
                "right",
                "sound problems kept right",
                "solved, %",
                "by seed",
                "more than the first arm",
            ],
            [_line(results, experiment, name, trained[0]) for name in trained],
        )
        yield ""
        if experiment == "misconception":
            yield from _by_word(work, results, experiment, trained)
            yield ""
        if TEST_SET[experiment] == "by-generation":
            yield from _by_group(results, experiment, trained)
            yield ""


def _line(results: Results, experiment: str, name: str, first: str) -> list[str]:
    runs = results[experiment, name]
    solved = accuracies(runs)
    rows, right = (mean(run[key] for run in runs.values()) for key in ("rows", "right"))
    recalls = [run["right"] / run["sound"] for run in runs.values() if "sound" in run]
    ahead = None if name == first else difference(solved, accuracies(results[experiment, first]))
    return [
        ARMS[experiment][name],
        f"{rows:,.0f}",
        f"{right / rows:.1%}" if rows else "",
        f"{mean(recalls):.1%}" if recalls else "",
        over_seeds(list(solved.values())).points(),
        ", ".join(f"{100 * share:.1f}" for _, share in sorted(solved.items())),
        f"{ahead.points()}" if ahead else "",
    ]


def _by_word(work: Path, results: Results, experiment: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what each arm solves of the problems with the misread word and of those without it."""
    lines = []
    for name in names:
        shares: dict[bool, list[float]] = {True: [], False: []}
        for seed in results[experiment, name]:
            [path] = (work / "models" / f"{experiment}-{name}-{seed}" / "eval").glob("*/problems.jsonl")
            problems = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
            for has in shares:
                asked = [p["right"] for p in problems if (MISREAD_WORD in p["instruction"]) is has]
                shares[has].append(mean(asked) if asked else 0.0)
        lines.append([ARMS[experiment][name], *(over_seeds(shares[has]).points() for has in shares)])
    head = ["solved, % of", f'problems with "{MISREAD_WORD}"', "problems without"]
    yield from _table(head, lines)


def _by_group(results: Results, experiment: str, names: Sequence[str]) -> Iterator[str]:
    """Yield what each arm solves of each part of a test set that has parts."""
    groups = {
        name: [run["groups"]["difficulty"] for run in results[experiment, name].values()] for name in names
    }
    labels = sorted(groups[names[0]][0], key=lambda label: (not label.startswith("generation"), label))
    lines = [
        [
            ARMS[experiment][name],
            *(over_seeds([g[label]["value"] for g in groups[name]]).points() for label in labels),
        ]
        for name in names
    ]
    yield from _table(["solved, % of", *labels], lines)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for line in lines:
        yield f"| {' | '.join(line)} |"
