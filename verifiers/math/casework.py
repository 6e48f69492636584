r"""Answers by cases in words: `n if n is odd, n - 1 if n is even`, `\begin{cases} n & n \text{ odd} ...`.

The cases are sets of whole numbers in words (`wholenumbers`). Two answers are one where their cases
cover the same numbers and the values of two cases that meet are equal, at the one number where they
meet in one, else as expressions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from evol.verifiers.math.equality import Finding, evaluate
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Matrix, Node, Num, Relation, Seq, substitute, symbols
from evol.verifiers.math.wholenumbers import EVERY, Members, members

_MAX_TEXT = 400
_POINTS = 60
_WHOLE = frozenset("nkmp")
_TRIGGER = re.compile(r"\b(?:if|when|whenever|otherwise|odd|even)\b")
_TEXT = re.compile(r"\\(?:text|mbox|textrm|textbf|mathrm)\s*\{([^{}]*)\}")
_LAYOUT = re.compile(r"\\(?:left|right|quad|qquad|displaystyle)(?![a-z])|(?<!\\)\\[,;:! ()\[\]]|[$~]")
_NAME = re.compile(r"[a-zA-Z](?:_\{?[a-z]\}?)?(?:\([a-z]\))?\s*=\s*(?!.*=\s*\\begin)")
_CASES = re.compile(r"\\begin\{(?:cases|array)\}(?:\{[lcr| ]*\})?(?P<rows>.*?)\\end\{(?:cases|array)\}")
_INTRODUCED = re.compile(r"^[\s,]*(?:if|when|for|whenever|where)?\s*")
_OTHERWISE = re.compile(r"\b(?:otherwise|else|in (?:all )?other cases?)\b")
_WHEN = r"(?:if|when|for|whenever)\s+"
_BEHIND = re.compile(
    rf"[\s,;]*(?:and\s+)?(?P<value>[^,;]+?)\s*,?\s*(?:\(\s*{_WHEN}(?P<a>[^,;()]+?)\s*\)|{_WHEN}(?P<b>[^,;()]+?)"
    r"|\((?P<c>[^,;()]*\b(?:odd|even)\b[^,;()]*)\)|(?P<rest>otherwise|else))\s*(?=[,;.]|and\b|$)"
)
_BEFORE = re.compile(
    rf"[\s,;.]*(?:and\s+)?(?:{_WHEN}(?P<case>[^,;:]+?)|(?P<rest>otherwise|else))\s*[,:]\s*(?P<value>[^,;]+?)\s*"
    rf"(?=[;,]|\.\s|\.?$|and\s+{_WHEN})",
    re.IGNORECASE,
)
Match = Callable[[Node, Node], Finding]


class Case(NamedTuple):
    """A value and the numbers for which it is the answer."""

    value: Node
    where: Members


def match_casework(a: str, b: str, match: Match) -> Finding | None:
    """Compare two answers by cases of which one says them in words; None where not both can be read."""
    if max(len(a), len(b)) > _MAX_TEXT or not (_TRIGGER.search(a) or _TRIGGER.search(b)):
        return None
    left, right = _cases(a), _cases(b)
    if not left or not right:
        left, right = left or _for_all(a, right), right or _for_all(b, left)
    if not left or not right:
        return None
    if _covered(left) != _covered(right):
        return Finding(False, "different_set")
    unsure: Finding | None = None
    for one in left:
        for other in right:
            shared = one.where & other.where
            finding = _compared(one.value, other.value, shared, match) if shared else None
            if finding and finding.equal is False:
                return finding
            unsure = unsure or (finding if finding and finding.equal is None else None)
    return unsure or Finding(True, "same_items")


def is_casework(text: str) -> bool:
    """Whether a text is an answer by cases in words and nothing else."""
    return len(text) <= _MAX_TEXT and _TRIGGER.search(text) is not None and bool(_cases(text))


def _compared(a: Node, b: Node, shared: Members, match: Match) -> Finding:
    names = symbols(a) | symbols(b)
    if len(shared) == 1 and len(names) == 1:
        at = {next(iter(names)): Num(Fraction(next(iter(shared))))}
        a, b = substitute(a, at), substitute(b, at)
    finding = match(a, b)
    return finding if finding.equal or len(names) != 1 else _at_members(a, b, next(iter(names)), shared)


def _at_members(a: Node, b: Node, name: str, shared: Members) -> Finding:
    """Compare two values at the first numbers that both are for, as a formula with floor has to be."""
    for n in sorted(shared)[:_POINTS]:
        try:
            x, y = (evaluate(node, {name: Fraction(n)}) for node in (a, b))
        except MathError as error:
            return Finding(None, error.reason)
        if not isinstance(x, Fraction) or x != y:
            return Finding(False, "different_function")
    return Finding(True, "same_items") if len(shared) >= _POINTS else Finding(None, "not_evaluable")


def _for_all(text: str, cases: list[Case]) -> list[Case]:
    """Return an expression in one whole variable as one case for all numbers, beside an answer by cases."""
    try:
        node = parse(_NAME.sub("", text, count=1)) if cases else None
    except (MathError, RecursionError):
        return []
    whole = node is not None and not isinstance(node, Seq | Relation | Matrix) and symbols(node) <= _WHOLE
    return [Case(node, EVERY)] if node is not None and whole and len(symbols(node)) == 1 else []


def _covered(cases: list[Case]) -> Members:
    return Members().union(*(case.where for case in cases))


def _cases(text: str) -> list[Case]:
    """Return the cases of an answer; none where a part of it is not read."""
    plain = " ".join(_LAYOUT.sub(" ", _TEXT.sub(r" \1 ", text)).split()).rstrip(" .")
    plain = _NAME.sub("", plain, count=1) if _NAME.match(plain) else plain
    rows = _CASES.fullmatch(plain)
    parts = _rows(rows["rows"]) if rows else _sentence(plain, _BEHIND) or _sentence(plain, _BEFORE)
    found: list[Case] = []
    for value, condition in parts:
        where = _where(condition) if condition else EVERY - _covered(found)
        if not where:
            return []
        try:
            found.append(Case(parse(value), where))
        except (MathError, RecursionError):
            return []
    return found if len(found) > 1 else []


def _where(condition: str) -> Members | None:
    return members(_INTRODUCED.sub("", condition))


def _rows(body: str) -> list[tuple[str, str]]:
    r"""Return (value, condition) of the rows of `cases`; the condition is empty for `otherwise`."""
    found: list[tuple[str, str]] = []
    for row in filter(str.strip, re.split(r"\\\\(?:\[[^\]]*\])?", body)):
        value, mark, condition = row.partition("&")
        if not mark:
            value, mark, condition = row.rpartition(",")
        if not mark:
            return []
        found.append((value.strip(" ,"), "" if _OTHERWISE.search(condition) else condition.strip(" ,.")))
    return found


def _sentence(text: str, pattern: re.Pattern[str]) -> list[tuple[str, str]]:
    """Return (value, condition) of the clauses of a sentence that consists of nothing else."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text) and (match := pattern.match(text, at)):
        groups = match.groupdict()
        condition = (
            "" if groups["rest"] else next(groups[key] for key in ("a", "b", "c", "case") if groups.get(key))
        )
        found.append((match["value"], condition))
        at = match.end()
    return found if at >= len(text) - 1 else []
