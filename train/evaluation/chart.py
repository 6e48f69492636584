"""The chart of a comparison: each score with its interval, and pass@1 by level, type and the like."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from evol.train.evaluation.results import Evaluation
from evol.train.evaluation.statistics import Estimate

COLOURS: Final = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#4d4d4d", "#a61c00")
MARKS: Final = (("o", "#111111"), ("s", "#00796b"), ("D", "#8e5a00"))
"""Scores differ by mark, models by colour."""
WIDTH_IN: Final = 8.0
ROW_IN: Final = 0.36
PANELS: Final = 2
MOST_VALUES: Final = 12


def draw(benchmark: str, evaluations: Sequence[Evaluation], path: Path) -> list[Path]:
    """Write the chart beside `path` as PNG and SVG and return both; nothing where matplotlib is not."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return []
    labels = _labels(evaluations)
    names = list(dict.fromkeys(name for e in evaluations for name in _shown(e)))
    heights = [0.9 + ROW_IN * len(evaluations) * max(1, 0.6 * len(names)), *(2.6 for _ in labels)]
    figure = Figure(figsize=(WIDTH_IN, sum(heights) + 0.3), layout="constrained")
    axes = figure.subplots(len(heights), squeeze=False, height_ratios=heights)[:, 0]
    _scores(axes[0], benchmark, evaluations, names)
    for axis, label in zip(axes[1:], labels, strict=True):
        _groups(axis, label, evaluations)
    files = [path.with_name(f"{path.name}.{kind}") for kind in ("png", "svg")]
    for file in files:
        figure.savefig(file, dpi=150)
    return files


def _shown(evaluation: Evaluation) -> dict[str, Estimate]:
    """Return the scores worth a mark: pass@1, the largest k, and the majority vote."""
    scores = evaluation.scores()
    ks = [name for name in scores if name.startswith("pass@")]
    votes = [name for name in scores if name.startswith("maj@")]
    return {name: scores[name] for name in dict.fromkeys([ks[0], *votes, ks[-1]])}


def _labels(evaluations: Sequence[Evaluation]) -> list[str]:
    """Return the labels to break down by: those whose values fit on an axis, at most two."""
    found: dict[str, int] = {}
    for evaluation in evaluations:
        for label, values in evaluation.groups().items():
            found[label] = max(found.get(label, 0), len(values))
    return [label for label, count in found.items() if count <= MOST_VALUES][:PANELS]


def _scores(axis: Any, benchmark: str, evaluations: Sequence[Evaluation], names: Sequence[str]) -> None:
    for place, name in enumerate(names):
        rows = [(row, s[name]) for row, e in enumerate(evaluations) if name in (s := _shown(e))]
        offset = (place - (len(names) - 1) / 2) * 0.24
        _marks(axis, [row + offset for row, _ in rows], [estimate for _, estimate in rows], place, name)
    axis.set_yticks(range(len(evaluations)), [_short(e.name) for e in evaluations])
    axis.set_ylim(len(evaluations) - 0.5, -0.5)
    axis.set_xlim(0, 1.09)
    axis.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"])
    axis.set_title(f"{benchmark}: share of problems, with 95 % intervals", fontsize=11, loc="left")
    axis.grid(axis="x", color="#dddddd", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(left=False)
    if len(names) > 1:
        axis.legend(loc="upper left", bbox_to_anchor=(0, -0.14), ncols=len(names), frameon=False, fontsize=9)


def _marks(axis: Any, rows: Sequence[float], estimates: Sequence[Estimate], place: int, name: str) -> None:
    values = [e.value for e in estimates]
    whiskers = [[e.value - e.low for e in estimates], [e.high - e.value for e in estimates]]
    mark, colour = MARKS[place % len(MARKS)]
    axis.errorbar(
        values,
        rows,
        xerr=whiskers,
        fmt=mark,
        color=colour,
        ecolor=colour,
        capsize=3,
        markersize=5,
        label=name,
    )
    for row, estimate in zip(rows, estimates, strict=True):
        axis.annotate(
            f"{100 * estimate.value:.1f}", (estimate.high, row), (6, 0), textcoords="offset points",
            va="center", fontsize=8.5, color=colour,
        )  # fmt: skip


def _groups(axis: Any, label: str, evaluations: Sequence[Evaluation]) -> None:
    values = sorted({value for e in evaluations for value in e.groups().get(label, {})})
    width = 0.8 / len(evaluations)
    for place, evaluation in enumerate(evaluations):
        group = evaluation.groups().get(label, {})
        spots = [(n + (place + 0.5) * width - 0.4, group[v]) for n, v in enumerate(values) if v in group]
        estimates = [estimate for _, estimate in spots]
        axis.bar(
            [spot for spot, _ in spots],
            [e.value for e in estimates],
            width * 0.92,
            yerr=[[e.value - e.low for e in estimates], [e.high - e.value for e in estimates]],
            color=COLOURS[place % len(COLOURS)],
            ecolor="#333333",
            capsize=1.5,
            error_kw={"linewidth": 0.8},
            label=_short(evaluation.name),
        )
    axis.set_xticks(range(len(values)), [fill(value, 18) for value in values], fontsize=8.5)
    if len(values) > 6:
        axis.tick_params(axis="x", rotation=20)
    axis.set_ylim(0, 1.02)
    axis.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axis.set_title(f"pass@1 by {label}", fontsize=10, loc="left")
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8.5)


def _short(name: str, most: int = 34) -> str:
    return name if len(name) <= most else f"{name[: most // 2 - 1]}…{name[-most // 2 :]}"
