"""Whether a program keeps to a small, tame part of Python: a screen and a label, never a wall.

The reading is RestrictedPython's, under a policy extended by what ordinary solutions use:
augmented assignment, annotations, private names, `match`, `nonlocal`, common magic methods,
printing, and some thirty modules that neither open files nor start processes. A program outside
is not wrong, and a program inside is not safe: objects reachable through allowed modules have led
out of such subsets before. What keeps programs in is the sandbox; this label goes beside the verdict.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from evol.verifiers.code.source import parse


@dataclass(frozen=True, slots=True)
class Subset:
    """The label, and each construct that lies outside, in the order of the text."""

    label: Literal["in_subset", "out_of_subset", "no_program"]
    refused: tuple[str, ...] = ()


def subset(source: str) -> Subset:
    """Return whether a program keeps to the extended subset and, if not, which constructs do not."""
    from evol.verifiers.code._policy import ExtendedPolicy

    tree = parse(source)
    if tree is None:
        return Subset("no_program")
    policy = ExtendedPolicy()
    try:
        policy.visit(tree)
    except RecursionError:
        return Subset("out_of_subset", ("nested too deeply",))
    refused = tuple(dict.fromkeys(re.sub(r"^Line \w+: ", "", e) for e in policy.errors))
    return Subset("out_of_subset" if refused else "in_subset", refused)
