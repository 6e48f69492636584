r"""The domain of a parameter beside an answer: `\pi k, k \in \mathbb{Z}`, `2n + 1 where n is an integer`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

from evol.verifiers.math.nodes import (
    Builder,
    Const,
    Mul,
    Node,
    Num,
    Relation,
    Seq,
    Sym,
    substitute,
    symbols,
    walk,
)

_TEXT = re.compile(r"\\(?:text|mbox|textrm|mathrm)\s*\{([^{}]*)\}")
_KIND = (
    r"(?P<{}>(?:(?:non-?negative|positive)\s+)?(?:integer|whole\s+number)"
    r"|real(?:\s+number)?|natural\s+number)s?"
)
_NAMES = r"(?P<before>[a-z](?:\$?\s*(?:,|and)\s*\$?[a-z]){0,2})"
_INTEGER = re.compile(
    r"(?P<answer>.*?\S)\s*[,;]?\s*\(?\s*(?:\b(?:where|for|with)\s+)?"
    r"(?:\$?(?<![A-Za-z\\])" + _NAMES + r"\$?\s+(?:is\s+|are\s+|be\s+)?(?:an?\s+|any\s+)?(?:arbitrary\s+)?"
    rf"{_KIND.format('said')}"
    r"|(?:(?:some|an?|any|arbitrary|every|each|all)\s+)*"
    rf"{_KIND.format('kind')}\s+\$?(?P<after>[a-z])\$?)\s*\)?\s*",
    re.DOTALL,
)
_KINDS = {
    "int": "\\mathbb{Z}", "who": "\\mathbb{N}", "rea": "\\mathbb{R}", "nat": "\\mathbb{N}",
    "pos": "\\mathbb{Z}^+", "non": "\\mathbb{N}_0",
}  # fmt: skip
_CONSTANT = re.compile(r"[CcKk]")
_CONSTANT_REMARK = re.compile(
    r"(?<![\s,;(])[\s,;(]*(?:\\text\s*\{[\s,;(]*)?(?:where|with|for (?:some|any|every|an))[\s}]*"
    r"(?:(?:real|arbitrary|any|some|an?)\s+)*(?:constants?\s+)?(?:\\text\s*\{)?[\s}]*\$?[A-Za-z](?:_\{?\d\}?)?\$?"
    r"\s*(?:\\text\s*\{)?\s*(?:(?:is|are|being|denotes)\s+"
    r"(?:(?:an?|any|some|arbitrary|real|the)\s+)*constants?(?:\s+of integration)?)?[\s.)}]*$"
)
_ARBITRARY = re.compile(
    r"(?<=[ZNRQ}\s$])\s*(?:\\text\s*\{\s*)?(?:is|are)\s+(?:an?\s+)?arbitrary\s*\}?[\s.]*$"
)
_NUMBERED = re.compile(r"[CcKk]_\d")
_LETTERED = re.compile(r"[ABCDK]")
_MAX_CONSTANTS = 3
_DOMAINS = frozenset(("set Z", "set N", "set N+", "set N*", "set N_0", "set R"))
_SAME_SETS = {"set N*": "set N+"}
# Whether the natural numbers begin with 0 or 1 is a habit of the writer.
_NATURAL = frozenset(("set N", "set N+", "set N_0"))
_TRIGGERS = ("constant", "arbitrary", "integer", "real", "natural", "whole")
_LONGEST = 600
_GAP = re.compile(r"\s+")
_COUNTING = frozenset("kmn")
_PARAMETERS = frozenset("klmnpqr")
_WORD_AT_END = re.compile(r"(?<!\\)(?<![a-z])[a-z]{3,}$", re.IGNORECASE)


def domain_in_notation(text: str) -> str:
    r"""Return an answer with words that make a parameter a number of a kind written as `k \in \mathbb{Z}`."""
    for word in _TRIGGERS:
        if word in text:
            break
    else:
        return text
    if len(text) > _LONGEST:
        return text
    text = _GAP.sub(" ", text)
    if "constant" in text:
        text = _CONSTANT_REMARK.sub("", text)
    if "arbitrary" in text:
        text = re.sub(r",?\s*\bwhere\s+(?=\$?[a-z]\s*\\in)", ", ", _ARBITRARY.sub("", text))
    if not any(word in text for word in _TRIGGERS[2:]):
        return text
    match = _INTEGER.fullmatch(" ".join(_TEXT.sub(r" \1 ", text).split()))
    if match is None:
        return text
    answer = match["answer"].rstrip(",; ")
    if _WORD_AT_END.search(answer):
        return text
    names = re.findall(r"\b[a-z]\b", match["before"] or match["after"])
    domain = _KINDS[(match["said"] or match["kind"])[:3]]
    stated = "".join(f", {name} \\in {domain}" for name in names)
    return f"{answer}{'$' if answer.count('$') % 2 else ''}{stated}"


def constants_renamed(
    mine: frozenset[str], theirs: frozenset[str], written: tuple[Node, Node]
) -> Iterator[dict[str, Node]]:
    """Yield the names of free constants in one answer as those in the other: `x^2 + C` and `x^2 + c`.

    Only where nothing else differs: one letter of C and K, one that either answer as `written` calls a
    parameter, or as many numbered ones as the other has.
    """
    old, new = sorted(theirs - mine), sorted(mine - theirs)
    if len(old) != len(new) or not 0 < len(old) <= _MAX_CONSTANTS or not mine & theirs:
        return
    if {name[0] for name in old} & {name[0] for name in new}:
        return
    single = len(old) == 1 and (
        all(map(_CONSTANT.fullmatch, old + new)) or any(with_domain(node) & {*old, *new} for node in written)
    )
    numbered = any(all(map(_NUMBERED.fullmatch, names)) for names in (old, new))
    if single or (numbered and all(_NUMBERED.fullmatch(n) or _LETTERED.fullmatch(n) for n in old + new)):
        for names in permutations(new):
            yield {name: Sym(other) for name, other in zip(old, names, strict=True)}


def domains(node: Node) -> frozenset[str]:
    """Return the sets of numbers that an answer takes its parameters from."""
    found = (_stated_domain(part)[1] for part in walk(node) if isinstance(part, Relation))
    return frozenset(filter(None, found))


def _stated_domain(relation: Relation) -> tuple[str, str]:
    r"""Return the parameter and the set in `k \in \mathbb{Z}`, and in `n \ge 1`; else two blanks."""
    match relation:
        case Relation((Sym(name), Sym(values)), ("in",)) if values in _DOMAINS:
            return name, _SAME_SETS.get(values, values)
        case Relation((Sym(name), Num(value)), (">=" | ">" as op,)) if name in ("n", "k"):
            least = value + (op == ">")
            return (name, "set N_0" if least == 0 else "set N+") if least in (0, 1) else ("", "")
        case _:
            return "", ""


def one_parameter(node: Node) -> Node:
    r"""Return a list of angles, `2\pi n, \pi/2 + 2\pi k`, with one name for the parameter of each.

    Each family has a parameter of its own, whatever its name. Any other node is returned as it is.
    """
    if not isinstance(node, Seq) or node.kind not in ("list", "or", "and", "set"):
        return node
    items = tuple(_family(item) for item in node.items)
    return node if None in items else Seq(tuple(item for item in items if item is not None), node.kind)


def _family(item: Node) -> Node | None:
    value = item.operands[-1] if isinstance(item, Relation) and item.ops == ("=",) else item
    names = symbols(value)
    if len(names) != 1 or not names <= _PARAMETERS or not any(part == Const("pi") for part in walk(value)):
        return None
    return substitute(item, {next(iter(names)): Sym("n")})


def with_domain(node: Node) -> frozenset[str]:
    r"""Return the free parameters of an answer: names taken from a set of numbers or kept from 0."""
    found: set[str] = set()
    for part in walk(node):
        match part:
            case Relation((Sym(name), Num(value)), ("!=",)) if value == 0:
                found.add(name)
            case Relation():
                found.add(_stated_domain(part)[0])
    return frozenset(filter(None, found))


def one_domain(a: Node, b: Node) -> bool:
    """Whether two answers do not state different domains; what one says must suit the other's letters."""
    mine, theirs = domains(a), domains(b)
    if mine and theirs:
        return mine == theirs or (mine | theirs <= _NATURAL and "set N" in mine | theirs)
    silent = symbols(a if theirs else b)
    return "set R" not in mine | theirs or silent == symbols(b if theirs else a) or not silent & _COUNTING


def without_domain(node: Node) -> Node:
    r"""Return an answer without the statement that its parameter is an integer or real, as one is by custom.

    Any other domain, or one of a name that the answer does not use, stays. The set `\{x \mid x = 2k\}` is
    the statement that builds it, `\{(t, t) \mid t \in \mathbb{R}\}` its element.
    """
    match node:
        case Builder(element, condition) if _is_domain(condition, [element]):
            return element
        case Builder(Sym(name), condition) if name in symbols(condition):
            return without_domain(condition)
        case Seq((*items, last), "list" | "and" | "or") if items and _is_domain(last, items):
            return without_domain(items[0] if len(items) == 1 else Seq(tuple(items), node.kind))
        case Mul((*factors, last)) if factors and _is_domain(last, factors):
            return factors[0] if len(factors) == 1 else Mul(tuple(factors))
        case Relation((*operands, last), ops) if ops[-1] == "=":
            return Relation((*operands, without_domain(last)), ops)
        case _:
            return node


def _is_domain(node: Node, beside: list[Node]) -> bool:
    name = _stated_domain(node)[0] if isinstance(node, Relation) else ""
    return bool(name) and any(name in symbols(item) for item in beside)
