"""What a ± stands for: every choice of signs, or both signs of all at once where ∓ occurs."""

from __future__ import annotations

from evol.verifiers.math.limits import MAX_BRANCHES, TooLarge
from evol.verifiers.math.naming import assigned
from evol.verifiers.math.nodes import Node, PlusMinus, Relation, Seq, contains, negate, rebuild, walk

_BARE = frozenset(("list", "or", "and", "brace"))


def spread(node: Node) -> Node:
    """Return the list of what a ± stands for; in a list, each item for itself; named values as tuples."""
    if not contains(node, PlusMinus):
        return node
    node = _excluded(node)
    if not contains(node, PlusMinus):
        return node
    if isinstance(node, Seq) and node.kind in _BARE | {"set"}:
        if named := _as_tuple(node):
            return Seq(tuple(branches(named)), "or")
        items = [part for item in node.items for part in branches(item)]
        return Seq(tuple(items), "set" if node.kind == "set" else "or")
    denied = isinstance(node, Relation) and node.ops == ("!=",)
    return Seq(tuple(branches(node)), "and" if denied else "or")


def _excluded(node: Node) -> Node:
    r"""Return a node with `x \ne \pm 1` as `x \ne 1` and `x \ne -1`: both are left out."""
    if isinstance(node, Relation) and node.ops == ("!=",) and contains(node, PlusMinus):
        return Seq(tuple(branches(node)), "and")
    return rebuild(node, _excluded) if contains(node, Relation) else node


def _as_tuple(node: Seq) -> Relation | None:
    """Return `a = 1, b = 2` as `(a, b) = (1, 2)`, None where a name comes twice or anything else stands."""
    names = [name for name, _ in assigned(node) or ()]
    if len(set(names)) != len(node.items) or len(names) != len(node.items):
        return None
    sides = [item.operands for item in node.items if isinstance(item, Relation) and item.ops == ("=",)]
    if len(sides) != len(names):
        return None
    return Relation((Seq(tuple(a for a, _ in sides), "()"), Seq(tuple(b for _, b in sides), "()")), ("=",))


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
