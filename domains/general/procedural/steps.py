"""What can be asked of a set of records: steps that are carried out one after another."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Final, TypeAlias

from evol.domains.general.procedural.scenes import Record, Theme
from evol.types import Json

# A step's name and its argument: ("above", 12), ("group", "clover"), ("sort", "down"), ("take", 3) …
Step: TypeAlias = tuple[str, Json]
LEAST: Final = 2
OFFERED: Final = {
    "deepen": ("sort", "odd", "initial"),
    "concretize": ("group", "above", "below"),
    "increase-reasoning": ("average", "take", "gap"),
}


def carried_out(steps: list[Step], records: list[Record]) -> list[Record]:
    """Return what is left of the records, in the order that the steps ask for."""
    left = sorted(records, key=lambda r: r.name)
    for name, value in steps:
        left = _carried_out(name, value, left, records)
    return left


def _carried_out(name: str, value: Json, left: list[Record], every: list[Record]) -> list[Record]:
    if name in ("sort", "take"):
        ordered = sorted(left, key=lambda r: r.number, reverse=value != "up")
        return ordered[:value] if isinstance(value, int) else ordered
    limit = value if isinstance(value, int) else 0
    keep: dict[str, Callable[[Record], bool]] = {
        "group": lambda r: r.group == value,
        "above": lambda r: r.number > limit,
        "below": lambda r: r.number < limit,
        "odd": lambda r: r.number % 2 == (value == "odd"),
        "initial": lambda r: r.name[:1] <= str(value),
        "average": lambda r: r.number * len(every) > sum(e.number for e in every),
        "gap": lambda r: 2 * r.number >= max(e.number for e in every),
    }
    return [r for r in left if keep[name](r)]


def worded(step: Step, theme: Theme) -> str:
    """Return a step as a sentence of an instruction."""
    name, value = step
    number = theme.number
    return {
        "group": f"Consider only those with {theme.group} {value}.",
        "above": f"Keep only those whose {number} is above {value}.",
        "below": f"Keep only those whose {number} is below {value}.",
        "odd": f"Pass over those whose {number} is an {'even' if value == 'odd' else 'odd'} number.",
        "initial": f"Leave out names that begin with a letter after {value}.",
        "average": f"Work out the average {number} of all {theme.things}, and keep only those above it.",
        "gap": f"Find the largest {number} of all {theme.things}, and keep those with at least half of it.",
        "sort": f"Order the names by {number}, {'the smallest' if value == 'up' else 'the largest'} first.",
        "take": f"Of these, take only the {value} with the largest {number}, the largest first.",
    }[name]


def further(
    operation: str, steps: list[Step], theme: Theme, records: list[Record], rng: Random
) -> Step | None:
    """Return a step to add for an operation that leaves two records at least, or None."""
    used = {name for name, _ in steps}
    names = [
        name for name in OFFERED[operation] if name not in used and not (name == "sort" and "take" in used)
    ]
    rng.shuffle(names)
    for name in names:
        before = carried_out(steps, records)
        step = (name, _argument(name, before, theme, rng))
        after = carried_out([*steps, step], records)
        if len(after) >= LEAST and after != before:
            return step
    return None


def _argument(name: str, left: list[Record], theme: Theme, rng: Random) -> Json:
    if name == "group":
        return rng.choice(sorted({r.group for r in left}))
    if name in ("above", "below"):
        return rng.choice(sorted(r.number for r in left)[1:-1] or [theme.low])
    if name == "take":
        return max(LEAST, len(left) - rng.randint(1, 2))
    if name == "initial":
        return rng.choice(sorted(r.name[0] for r in left)[1:])
    return rng.choice({"sort": ("up", "down"), "odd": ("odd", "even")}.get(name, ("all",)))
