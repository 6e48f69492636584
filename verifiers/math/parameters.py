r"""The domain of a parameter beside an answer: `\pi k, k \in \mathbb{Z}`, `2n + 1 where n is an integer`."""

from __future__ import annotations

import re

from evol.verifiers.math.nodes import Mul, Node, Relation, Seq, Sym, symbols

_TEXT = re.compile(r"\\(?:text|mbox|textrm|mathrm)\s*\{([^{}]*)\}")
_INTEGER = re.compile(
    r"(?P<answer>.*?\S)\s*[,;]?\s*\(?\s*(?:\b(?:where|for|with)\s+)?"
    r"(?:\$?(?P<before>[a-z])\$?\s+(?:is\s+|be\s+)?(?:an?\s+|any\s+)?(?:arbitrary\s+)?integer"
    r"|(?:(?:some|an|arbitrary)\s+)*integers?\s+\$?(?P<after>[a-z])\$?)\s*\)?\s*",
    re.DOTALL,
)
_WORD_AT_END = re.compile(r"(?<!\\)(?<![a-z])[a-z]{3,}$", re.IGNORECASE)


def domain_in_notation(text: str) -> str:
    r"""Return an answer with words that make a parameter an integer written as `k \in \mathbb{Z}`."""
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


def without_domain(node: Node) -> Node:
    r"""Return an answer without the statement that its parameter is an integer, as one is by custom.

    Any other domain, or one of a name that the answer does not use, stays.
    """
    match node:
        case Seq((*items, last), "list" | "and" | "or") if items and _is_domain(last, items):
            return items[0] if len(items) == 1 else Seq(tuple(items), node.kind)
        case Mul((*factors, last)) if factors and _is_domain(last, factors):
            return factors[0] if len(factors) == 1 else Mul(tuple(factors))
        case Relation((*operands, last), ops) if ops[-1] == "=":
            return Relation((*operands, without_domain(last)), ops)
        case _:
            return node


def _is_domain(node: Node, beside: list[Node]) -> bool:
    match node:
        case Relation((Sym(name), Sym("set Z")), ("in",)):
            return any(name in symbols(item) for item in beside)
        case _:
            return False
