r"""The parameters of a name: `n` in `a_n`, `x` in `f(x)`, and one name for another in all of an answer.

`a_n = 2n - 1` and `a_k = 2k - 1` say the same, `a_{n+1} = 2n - 1` and `a_k = 2n - 1` do not.
"""

from __future__ import annotations

import re

from evol.verifiers.math.nodes import Call, Node, Sym, rebuild, symbols, walk

_APPLIED = re.compile(r"apply (\S+?)\((.*)\)")
_LETTER = r"(?<![a-zA-Z\\]){}(?![a-zA-Z])"
_LETTERS = re.compile(_LETTER.format("[a-zA-Z]"))
_INDEX = "\\index"
_Named = tuple[str, Node]


def parameters_differ(a: _Named, b: _Named) -> bool:
    """Whether two named values are told apart by the parameters of their names, which the values use.

    A name applied to itself, `f(f)`, names nothing.
    """
    (name_a, value_a), (name_b, value_b) = a, b
    (head_a, at_a), (head_b, at_b) = _split(name_a), _split(name_b)
    if name_a == name_b or not (at_a or at_b):
        return False
    if head_a in _LETTERS.findall(at_a) or head_b in _LETTERS.findall(at_b):
        return True
    used = symbols(value_a) | symbols(value_b)
    if head_a != head_b and used & {head_a, head_b}:
        return True
    return bool(at_a and at_b and at_a != at_b and used.intersection(_LETTERS.findall(f"{at_a} {at_b}")))


def _split(name: str) -> tuple[str, str]:
    """Return the head of a name in normal form and what is written below or in brackets."""
    applied = _APPLIED.fullmatch(name)
    if applied:
        return applied[1], applied[2]
    head, _, index = name.partition("_")
    return head, index


def renamed(node: Node, old: str, new: str) -> Node | None:
    """Return an answer with one variable renamed, in indices as well; None where the new name is taken."""
    taken = (f"apply {old}", f"apply {new}")
    for part in walk(node):
        if part == Sym(new) or (isinstance(part, Call) and (part.name in taken or _binds(part, old))):
            return None
    return _renamed(node, old, new, _letter(old))


def indexed(body: Node, index: str) -> Node | None:
    r"""Return the body of `\sum_k a_k` with one name for an index that names in it bear, else None."""
    letter = _letter(index)
    below = (part.name.partition("_")[2] for part in walk(body) if isinstance(part, Sym))
    return _renamed(body, index, _INDEX, letter) if any(map(letter.search, below)) else None


def _letter(name: str) -> re.Pattern[str]:
    return re.compile(_LETTER.format(re.escape(name)))


def _binds(call: Call, name: str) -> bool:
    return call.name in ("sum", "prod") and call.args[0] == Sym(name)


def _renamed(node: Node, old: str, new: str, index: re.Pattern[str]) -> Node:
    if not isinstance(node, Sym):
        return rebuild(node, lambda child: _renamed(child, old, new, index))
    if node.name == old:
        return Sym(new)
    head, mark, below = node.name.partition("_")
    return Sym(f"{head}_{index.sub(lambda _: new, below)}") if mark else node
