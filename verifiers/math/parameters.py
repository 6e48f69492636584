r"""The domain of a parameter beside an answer: `\pi k, k \in \mathbb{Z}`, `2n + 1 where n is an integer`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from evol.verifiers.math.nodes import Mul, Node, Relation, Seq, Sym, symbols, walk

_TEXT = re.compile(r"\\(?:text|mbox|textrm|mathrm)\s*\{([^{}]*)\}")
_INTEGER = re.compile(
    r"(?P<answer>.*?\S)\s*[,;]?\s*\(?\s*(?:\b(?:where|for|with)\s+)?"
    r"(?:\$?(?P<before>[a-z])\$?\s+(?:is\s+|be\s+)?(?:an?\s+|any\s+)?(?:arbitrary\s+)?integer"
    r"|(?:(?:some|an|arbitrary)\s+)*integers?\s+\$?(?P<after>[a-z])\$?)\s*\)?\s*",
    re.DOTALL,
)
_CONSTANT = re.compile(r"[CcKk]")
_CONSTANT_REMARK = re.compile(
    r"[\s,;(]*(?:\\text\s*\{)?[\s,;(]*(?:where|with|for (?:some|any|every|an))[\s}]*"
    r"(?:(?:real|arbitrary|any|some|an?)\s+)*(?:constants?\s+)?(?:\\text\s*\{)?\s*\$?[A-Za-z](?:_\{?\d\}?)?\$?"
    r"\s*(?:\\text\s*\{)?\s*(?:(?:is|are|being|denotes)\s+"
    r"(?:(?:an?|any|some|arbitrary|real|the)\s+)*constants?(?:\s+of integration)?)?[\s.)}]*$"
)
_NUMBERED = re.compile(r"[CcKk]_\d")
_LETTERED = re.compile(r"[ABCDK]")
_MAX_CONSTANTS = 3
_WHOLE = frozenset(("set Z", "set N", "set N+", "set N*"))
_WORD_AT_END = re.compile(r"(?<!\\)(?<![a-z])[a-z]{3,}$", re.IGNORECASE)


def domain_in_notation(text: str) -> str:
    r"""Return an answer with words that make a parameter an integer written as `k \in \mathbb{Z}`."""
    if "constant" in text:
        text = _CONSTANT_REMARK.sub("", text)
    if "integer" not in text:
        return text
    match = _INTEGER.fullmatch(" ".join(_TEXT.sub(r" \1 ", text).split()))
    if match is None:
        return text
    answer = match["answer"].rstrip(",; ")
    if _WORD_AT_END.search(answer):
        return text
    name = match["before"] or match["after"]
    return f"{answer}{'$' if answer.count('$') % 2 else ''}, {name} \\in \\mathbb{{Z}}"


def constants_renamed(mine: frozenset[str], theirs: frozenset[str]) -> Iterator[dict[str, Node]]:
    """Yield the names of free constants in one answer as those in the other: `x^2 + C` and `x^2 + c`.

    Only where nothing else differs: one letter of C and K, or as many numbered ones as the other has.
    """
    old, new = sorted(theirs - mine), sorted(mine - theirs)
    if len(old) != len(new) or not 0 < len(old) <= _MAX_CONSTANTS or not mine & theirs:
        return
    if {name[0] for name in old} & {name[0] for name in new}:
        return
    single = len(old) == 1 and all(map(_CONSTANT.fullmatch, old + new))
    numbered = any(all(map(_NUMBERED.fullmatch, names)) for names in (old, new))
    if single or (numbered and all(_NUMBERED.fullmatch(n) or _LETTERED.fullmatch(n) for n in old + new)):
        for names in permutations(new):
            yield {name: Sym(other) for name, other in zip(old, names, strict=True)}


def domains(node: Node) -> frozenset[str]:
    """Return the sets of whole numbers that an answer takes its parameters from."""
    names = (part.operands[-1] for part in walk(node) if isinstance(part, Relation) and part.ops == ("in",))
    return frozenset(name.name for name in names if isinstance(name, Sym) and name.name in _WHOLE)


def without_domain(node: Node) -> Node:
    r"""Return an answer without the statement that its parameter is an integer, as one is by custom.

    Any other domain, or one of a name that the answer does not use, stays.
    """
    match node:
        case Seq((*items, last), "list" | "and" | "or") if items and _is_domain(last, items):
            return without_domain(items[0] if len(items) == 1 else Seq(tuple(items), node.kind))
        case Mul((*factors, last)) if factors and _is_domain(last, factors):
            return factors[0] if len(factors) == 1 else Mul(tuple(factors))
        case Relation((*operands, last), ops) if ops[-1] == "=":
            return Relation((*operands, without_domain(last)), ops)
        case _:
            return node


def _is_domain(node: Node, beside: list[Node]) -> bool:
    match node:
        case Relation((Sym(name), Sym(values)), ("in",)) if values in _WHOLE:
            return any(name in symbols(item) for item in beside)
        case _:
            return False
