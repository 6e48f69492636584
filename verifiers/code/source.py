"""Untrusted Python text, read as a tree without being run and without hurting the reader.

Every part of the code verifier looks at programs through `parse`: text that no parser can take
(null bytes, lone surrogates, nesting without end, five thousand digits) is simply not a program.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator
from typing import Any

MAX_SOURCE = 1_000_000
BUILTINS = frozenset(dir(builtins))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LEAVES = frozenset(
    (
        *(type(None), bool, int, float, complex, str, bytes, type(...), ast.Constant),
        *(
            k
            for base in (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
            for k in base.__subclasses__()
        ),
    )
)
BINDERS = (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs, ast.MatchStar)
NAMING = frozenset((*BINDERS, ast.arg, ast.Import, ast.ImportFrom))


def parse(source: str) -> ast.Module | None:
    """Return the tree of a program, or None where the text is no program."""
    if len(source) > MAX_SOURCE:
        return None
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def defined(statement: ast.stmt) -> set[str]:
    """Return the names that one statement binds in its own scope."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(a.asname or a.name).split(".")[0] for a in statement.names}
    return {
        n.id for n in _same_scope(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)
    } | {name for n in _same_scope(statement) if isinstance(n, DEFINITIONS) for name in (n.name,)}


def _same_scope(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the nodes of a statement that belong to the scope it stands in."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        yield node
        if not isinstance(node, (*DEFINITIONS, ast.Lambda)):
            pending.extend(ast.iter_child_nodes(node))


def top_level_names(tree: ast.Module) -> set[str]:
    """Return the names that a program binds at its top level, imports included."""
    return set().union(*map(defined, tree.body))


def defines(source: str, names: Iterable[str]) -> bool:
    """Whether the text is a program that binds all these names at its top level."""
    tree = parse(source)
    return tree is not None and set(names) <= top_level_names(tree)


def nodes(tree: ast.AST) -> list[ast.AST]:
    """Return a tree's nodes but its constants, operators and contexts; in a third of `ast.walk`'s time."""
    found = [tree]
    for node in found:
        if type(node) is ast.Name:
            continue
        for name in node._fields:
            value: Any = getattr(node, name, None)
            kind = type(value)
            if kind is list:
                found += [v for v in value if type(v) not in LEAVES]
            elif kind not in LEAVES:
                found.append(value)
    return found


def loaded_names(tree: ast.AST) -> set[str]:
    """Return the names that a tree reads, wherever they stand."""
    return {n.id for n in nodes(tree) if type(n) is ast.Name and type(n.ctx) is ast.Load}


def displayed_depth(tree: ast.AST) -> int:
    """Return how deep the tree's lists, tuples, sets and dicts stand in one another."""
    deepest, pending = 0, [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        depth += isinstance(node, ast.List | ast.Tuple | ast.Set | ast.Dict)
        deepest = max(deepest, depth)
        pending += [(child, depth) for child in ast.iter_child_nodes(node)]
    return deepest


def imported_modules(tree: ast.AST) -> set[str]:
    """Return the modules that a tree imports, by their full names."""
    found: set[str] = set()
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def names_used(tree: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that a program reads, and those that something in it binds, in whatever scope."""
    loaded: set[str] = set()
    bound: set[str] = set()
    for node in nodes(tree):
        kind = type(node)
        if type(node) is ast.Name:
            (loaded if type(node.ctx) is ast.Load else bound).add(node.id)
        elif kind not in NAMING:
            continue
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, BINDERS):
            bound |= {node.name} if node.name else set()
        elif isinstance(node, ast.Import | ast.ImportFrom):
            bound |= defined(node)
    return loaded, bound


def unbound_names(tree: ast.AST) -> set[str]:
    """Return the names that a program reads and nothing in it, nor Python itself, binds.

    Scopes are not told apart: a name bound anywhere counts as bound, so the set errs on the small side.
    """
    loaded, bound = names_used(tree)
    return loaded - bound - BUILTINS
