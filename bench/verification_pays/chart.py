"""The chart: a panel for each experiment, a row for each arm, a dot for each seed and the mean over them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from bench.verification_pays.arms import ARMS
from bench.verification_pays.intervals import over_seeds

TITLES: Final = {
    "errors": "A teacher that errs in three replies of ten",
    "misconception": "A teacher with a misconception",
    "evolution": "What is evolved, verified rows, equally many",
}
# Okabe and Ito's colours, which most colour-blind readers can tell apart; the marks differ in height too.
SEED: Final = "#E69F00"
MEAN: Final = "#0072B2"


def draw(solved: Mapping[tuple[str, str], Mapping[int, float]], path: Path) -> None:
    """Write the chart as `path`.png and `path`.svg: the share solved, by (experiment, arm) and seed."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "verification-pays"
    import matplotlib.pyplot as plt

    shown = {e: [a for a in arms if solved.get((e, a))] for e, arms in ARMS.items()}
    shown = {experiment: arms for experiment, arms in shown.items() if arms}
    if not shown:
        return
    figure, axes = plt.subplots(
        len(shown), 1, sharex=True, squeeze=False, layout="constrained",
        figsize=(8, 0.9 + 0.45 * sum(len(arms) + 1 for arms in shown.values())),
        gridspec_kw={"height_ratios": [len(arms) for arms in shown.values()]},
    )  # fmt: skip
    for axis, (experiment, arms) in zip(axes[:, 0], shown.items(), strict=True):
        _panel(axis, experiment, {arm: solved[experiment, arm] for arm in arms})
    axes[-1, 0].set_xlabel("held-out problems solved, %")
    axes[-1, 0].set_xlim(0, 100)
    for kind in ("png", "svg"):
        figure.savefig(
            path.with_suffix(f".{kind}"), dpi=150, metadata={"Date": None} if kind == "svg" else None
        )
    plt.close(figure)


def _panel(axis: Any, experiment: str, arms: Mapping[str, Mapping[int, float]]) -> None:
    """Draw one experiment: dots for seeds, a bar mark for the mean with its 95 % interval."""
    for place, values in enumerate(arms.values()):
        shares = [100 * value for value in values.values()]
        found = over_seeds(shares)
        if not math.isnan(found.half):
            low, high = max(0.0, found.mean - found.half), min(100.0, found.mean + found.half)
            axis.plot([low, high], [place, place], color=MEAN, linewidth=5, alpha=0.3, solid_capstyle="butt")
        axis.plot([found.mean], [place], marker="|", markersize=15, markeredgewidth=3, color=MEAN)
        axis.plot(
            shares, [place] * len(shares), "o", markersize=5, color=SEED, markeredgecolor="black", zorder=3
        )
        axis.annotate(f"{found.mean:.1f}", (101, place), va="center", annotation_clip=False, fontsize=9)
    axis.set_yticks(range(len(arms)), [ARMS[experiment][name] for name in arms])
    axis.set_ylim(len(arms) - 0.4, -0.6)
    axis.set_title(TITLES[experiment], loc="left", fontsize=10)
    axis.grid(axis="x", color="0.9")
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", length=0)
