"""Which failed tests speak against the solutions that agree, and which are themselves outvoted.

A test is one reader's word on what one call comes to. Where a suite written apart asserts what the
agreeing solutions do for the same call, two readers and all those solutions stand against it, and
it is the test that is wrong. Suites that share an expected value count together: they are refuted
only by as many others.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Sequence

from evol.domains.code.cases import Case
from evol.verifiers.code.source import parse


def standing(
    cases: Sequence[Case], suites: Sequence[int], passed: Collection[int], names: Collection[str]
) -> set[int]:
    """Return the numbers of the failed cases that no other suites refute.

    `suites` has the suite of each case, `passed` the numbers of those that the agreeing solutions
    pass, and `names` what the cases use of the program.
    """
    failed = set(range(len(cases))) - set(passed)
    if not failed:
        return set()
    subjects = [_subject(case, names) for case in cases]
    support: dict[str, set[int]] = defaultdict(set)
    against: dict[str, set[int]] = defaultdict(set)
    for number in passed:
        support[subjects[number]].add(suites[number])
    for number in failed:
        against[cases[number].body].add(suites[number])
    return {
        number
        for number in failed
        if not subjects[number]
        or len(support[subjects[number]] - {suites[number]}) < len(against[cases[number].body])
    }


def _subject(case: Case, names: Collection[str]) -> str:
    """Return the one call that a case pins the outcome of, as text; empty where it does not."""
    if case.dialogue is not None:
        return case.dialogue[0]
    tree = parse(case.body)
    calls = [node for node in ast.walk(tree) if _is_call(node, names)] if tree else []
    if tree is None or len(calls) != 1 or not (_pins(tree, calls[0]) or _expects_to_raise(tree)):
        return ""
    return ast.unparse(calls[0])


def _is_call(node: ast.AST, names: Collection[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


def _pins(tree: ast.Module, call: ast.AST) -> bool:
    """Whether a case is one assertion that the call is equal, or close, to a literal."""
    only = tree.body[0] if len(tree.body) == 1 else None
    test = only.test if isinstance(only, ast.Assert) else None
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    left = test.left
    if isinstance(test.ops[0], ast.Lt | ast.LtE) and isinstance(left, ast.Call):
        difference = left.args[0] if ast.unparse(left.func) == "abs" and left.args else None
        return isinstance(difference, ast.BinOp) and call in (difference.left, difference.right)
    sides = (left, test.comparators[0])
    return isinstance(test.ops[0], ast.Eq | ast.Is) and call in sides


def _expects_to_raise(tree: ast.Module) -> bool:
    """Whether a case passes only where something is raised: it fails on the way past the call."""
    return any(
        isinstance(node, ast.Try) and any(isinstance(s, ast.Assert | ast.Raise) for s in ast.walk(tree))
        for node in ast.walk(tree)
    ) or any(
        "raises" in ast.unparse(item.context_expr).casefold()
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
    )
