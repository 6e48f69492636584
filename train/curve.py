"""The loss of a training as a chart: PNG for a model card, SVG for print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

INK, SECOND, PALE = "#1f4e79", "#b3541e", "#d9d9d9"


def series(history: Iterable[Mapping[str, Any]], name: str) -> tuple[list[int], list[float]]:
    """Return the steps and the values of one name in a trainer's log history, where it is a number.

    A trainer logs None for the mean of nothing: the reward of a step in which none was decided.
    """
    found = [(int(entry["step"]), float(entry[name])) for entry in history if entry.get(name) is not None]
    return [step for step, _ in found], [value for _, value in found]


def draw_loss(history: list[Mapping[str, Any]], folder: Path, title: str) -> list[Path]:
    """Write loss.png and loss.svg; an empty list where nothing was logged."""
    steps, losses = series(history, "loss")
    if not steps:
        return []
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(
        steps, losses, color=INK, marker="o" if len(steps) < 30 else None, markersize=3, label="training"
    )
    held_steps, held = series(history, "eval_loss")
    if held_steps:
        axes.plot(held_steps, held, color=SECOND, marker="s", markersize=4, label="evaluation")
        axes.legend(frameon=False)
    axes.set(xlabel="optimizer step", ylabel="loss (nats a token)", title=title, ylim=(0, None))
    axes.grid(color=PALE, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    paths = [folder / "loss.png", folder / "loss.svg"]
    for path in paths:
        figure.savefig(path, dpi=150)
    return paths
