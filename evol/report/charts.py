"""Charts as inline SVG, drawn here so that the page needs no library and no script to be read.

Bars stand in tables whose cells say the same in numbers, so they are hidden from screen readers; a
chart that stands alone has a title, a description and a table beside it. Colours come from classes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

from evol.report.model import Difficulty, Quartiles, Tally
from evol.report.words import excerpt, number, visible

WIDTH: Final = 320
HEIGHT: Final = 168
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 26
STEPS: Final = (1, 2, 2.5, 5, 10)


def bar(parts: Iterable[tuple[str, float]], whole: float) -> Markup:
    """Return one bar, its parts (a class and an amount each) laid end to end; `whole` fills it."""
    drawn, at = [], 0.0
    for kind, amount in parts:
        width = 100 * amount / whole if whole else 0.0
        if width:
            drawn.append(f'<rect class="{escape(kind)}" x="{at:.3f}" y="0" width="{width:.3f}" height="1"/>')
        at += width
    return Markup(  # noqa: S704 - numbers and escaped class names
        '<svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" '
        f'focusable="false"><rect class="track" width="100" height="1"/>{"".join(drawn)}</svg>'
    )


def outcomes(tally: Tally, whole: int | None = None) -> Markup:
    """Return a bar of accepted, undecided and rejected rows, in this order."""
    parts = (("accept", tally.accept), ("undecided", tally.undecided), ("reject", tally.reject))
    return bar(parts, tally.rows if whole is None else whole)


def quartiles(difficulty: Difficulty, name: str) -> Markup:
    """Return a chart of medians by generation within the band of the middle half; `name` makes ids."""
    found = difficulty.generations
    top, ticks = _scale(max((q.high for q in found), default=1))
    title = escape(excerpt(visible(f"{difficulty.measure}, {difficulty.unit}, by generation")))
    medians = ", ".join(f"generation {q.generation}: {number(q.median)}" for q in found)
    parts = [_grid(tick, top) for tick in ticks]
    places = [(_x(n, len(found)), q) for n, q in enumerate(found)]
    parts += [_band(places, top), _line(places, top)]
    parts += [
        f'<circle class="dot" cx="{x:.1f}" cy="{_y(q.median, top):.1f}" r="3.5"/>'
        f'<text class="tick" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="middle">{q.generation}</text>'
        for x, q in places
    ]
    return Markup(  # noqa: S704 - numbers, and texts escaped above
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="{escape(name)}-t {escape(name)}-d"><title id="{escape(name)}-t">{title}</title>'
        f'<desc id="{escape(name)}-d">Medians: {medians}.</desc>{"".join(parts)}</svg>'
    )


def _scale(highest: float) -> tuple[float, list[float]]:
    """Return a round number that is not below the highest value, and the ticks up to it."""
    power = 1.0
    while highest > 10 * power:
        power *= 10
    step = next(s * power / 2 for s in STEPS if s * power * 2 >= highest)
    count = max(1, -(-int(highest) // max(1, int(step))))
    return step * count, [step * n for n in range(count + 1)]


def _x(place: int, count: int) -> float:
    inner = WIDTH - LEFT - RIGHT - 20
    return LEFT + 10 + (inner * place / (count - 1) if count > 1 else inner / 2)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / top


def _grid(tick: float, top: float) -> str:
    y = _y(tick, top)
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(tick)}</text>'
    )


def _band(places: Sequence[tuple[float, Quartiles]], top: float) -> str:
    above = [f"{x:.1f},{_y(q.high, top):.1f}" for x, q in places]
    below = [f"{x:.1f},{_y(q.low, top):.1f}" for x, q in reversed(places)]
    return f'<polygon class="band" points="{" ".join(above + below)}"/>'


def _line(places: Sequence[tuple[float, Quartiles]], top: float) -> str:
    points = " ".join(f"{x:.1f},{_y(q.median, top):.1f}" for x, q in places)
    return f'<polyline class="median" points="{points}"/>'
