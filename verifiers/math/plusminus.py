"""What a ± stands for: every choice of signs, or both signs of all at once where ∓ occurs."""

from __future__ import annotations

from evol.verifiers.math.limits import MAX_BRANCHES, TooLarge
from evol.verifiers.math.nodes import Node, PlusMinus, negate, rebuild, walk


def branches(node: Node) -> list[Node]:
    """Return what a node with ± stands for: both signs of each, or of all at once where ∓ occurs."""
    parts = [part for part in walk(node) if isinstance(part, PlusMinus)]
    if not parts:
        return [node]
    tied = any(part.sign < 0 for part in parts)
    count = 1 if tied else len(parts)
    if 2**count > MAX_BRANCHES:
        raise TooLarge("An answer has more ± than the cap.")
    return [
        _chosen(node, [choice >> (0 if tied else k) & 1 for k in range(len(parts))])
        for choice in range(2**count)
    ]


def _chosen(node: Node, minus: list[int]) -> Node:
    """Return the node with each ±, in the order of the walk, replaced by the sign chosen for it."""
    queue = iter(minus)

    def change(part: Node) -> Node:
        if isinstance(part, PlusMinus):
            negative = next(queue) == (1 if part.sign > 0 else 0)
            operand = change(part.operand)
            return negate(operand) if negative else operand
        return rebuild(part, change)

    return change(node)
