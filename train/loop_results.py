"""What a loop shows in the end: its rounds as a table and as a chart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

CHART: Final = "rounds"


def scored(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rounds that were scored and compared."""
    return [entry for entry in record["rounds"] if "improved" in entry]


def table(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table by round, then what was concluded."""
    yield f"{'round':>5}{'rows':>8}{'leaks':>7}{'trained':>9}{'calls':>8}{'steps':>7}{'loss':>8}   dev [95 %]"
    for entry in scored(record):
        data, training = entry["data"], entry["training"]
        yield (
            f"{entry['round']:5}{data['rows']:8,}{len(data['left_out']):7,}{training['rows']:9,}"
            f"{data['calls']:8,}{training['steps']:7,}{training['loss']:8.3f}   "
            f"{estimate(entry['dev'])}{_change(entry)}"
        )
    if best := record.get("best"):
        yield f"Best: round {best['round']}, {best['model']} ({record['ended']})."
    if found := record.get("test"):
        yield f"Test, once, with round {found['round']}: {estimate(found)} on {found['problems']} problems."


def estimate(found: Mapping[str, Any]) -> str:
    """Return a score with its interval in per cent."""
    return f"{found['value']:.1%} [{found['low']:.1%}, {found['high']:.1%}]"


def _change(entry: Mapping[str, Any]) -> str:
    against = entry.get("against")
    if against is None:
        return ""
    changed = f"+{against['gained']} -{against['lost']}"
    return f"   {changed} against round {against['round']} (p = {against['p']:.3f})"


def chart(folder: Path, record: Mapping[str, Any]) -> None:
    """Draw the dev score by round with its intervals, the best round marked, as PNG and SVG."""
    from matplotlib.figure import Figure

    rounds = scored(record)
    numbers = [entry["round"] for entry in rounds]
    values = [100 * entry["dev"]["value"] for entry in rounds]
    low = [v - 100 * e["dev"]["low"] for v, e in zip(values, rounds, strict=True)]
    high = [100 * e["dev"]["high"] - v for v, e in zip(values, rounds, strict=True)]
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.subplots()
    axes.errorbar(numbers, values, yerr=[low, high], marker="o", color="#4c78a8", capsize=3, label="dev set")
    best = record["best"]["round"]
    axes.plot(
        [best], [values[best]], "o", markersize=11, fillstyle="none", color="#d65f00", label="best round"
    )
    if found := record.get("test"):
        axes.plot(
            [found["round"]], [100 * found["value"]], "s", color="#222222", label="test set, scored once"
        )
    axes.set_xticks(numbers, [f"{e['round']}\n{e['data']['rows']:,} rows" for e in rounds])
    axes.set_xlabel("round (0: the verified seeds)")
    axes.set_ylabel("right, %")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.margins(x=0.12)
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=8)
    figure.savefig(folder / f"{CHART}.png", dpi=150)
    figure.savefig(folder / f"{CHART}.svg", metadata={"Date": None})
