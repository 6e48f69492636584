r"""Rows that only lead up to the last: `3x &= 60 \\ x &= 20` is `x = 20`, as is `2x = 40 \Rightarrow x = 20`.

A row is workings where the value in the last row satisfies it, so that nothing is lost: the roots
`x = 1, x = 2` and the system `x = 1, y = 2` stay lists.
"""

from __future__ import annotations

import re
from itertools import pairwise

from evol.verifiers.math.equality import equal_expressions
from evol.verifiers.math.limits import Steps
from evol.verifiers.math.nodes import Node, Relation, Seq, Sym, substitute, symbols

_ARROW = re.compile(
    r"\\(?:Rightarrow|implies|Longrightarrow|therefore)(?![a-zA-Z])|[⇒⟹∴]|,\s+(?:so|hence|thus|therefore)\s"
)
_LEADING = re.compile(rf"(?:(?:{_ARROW.pattern})\s*)+")
_VALUE = re.compile(r"(?:[\s$,]*(?:(?:and|or)[\s$]+)?[a-zA-Z](?:_\{?\w\}?)?\s*=[^=<>,]+){1,8}")


def without_steps(node: Node) -> Node:
    """Return the last equation of a list where the value it gives satisfies all before it, else the node."""
    if not isinstance(node, Seq) or node.kind not in ("list", "and") or len(node.items) < 2:
        return node
    match node.items[-1]:
        case Relation((Sym(name), value), ("=",)) if not symbols(value):
            steps = Steps()
            rest = node.items[:-1]
            return node.items[-1] if all(_holds(row, name, value, steps) for row in rest) else node
        case _:
            return node


def _holds(row: Node, name: str, value: Node, steps: Steps) -> bool:
    """Whether an equation in one name is true, and more than its repetition, for a value of the name."""
    if not isinstance(row, Relation) or set(row.ops) != {"="} or symbols(row) != {name}:
        return False
    sides = [substitute(side, {name: value}) for side in row.operands]
    return all(equal_expressions(x, y, steps).equal is True for x, y in pairwise(sides))


def last_step(text: str) -> str:
    r"""Return what the last arrow leads to in `2x = 40 \Rightarrow x = 20`, and drop an arrow in front."""
    if not ("row" in text or "implies" in text or "therefore" in text or ", " in text or not text.isascii()):
        return text
    text = text[match.end() :] if (match := _LEADING.match(text)) else text
    parts = _ARROW.split(text)
    solved = len(parts) > 1 and all("=" in part for part in parts[:-1]) and _VALUE.fullmatch(parts[-1])
    return parts[-1].strip() if solved else text
