"""Small wrong versions of a right program, and programs that do nothing, to try tests on.

A test suite is worth what it refuses. `mutants` changes one thing at a time in what the entry
points reach: an operator, a comparison, a constant, a bound, a condition, a returned value, a
statement (the classic operators of mutation testing: DeMillo, Lipton & Sayward 1978; Offutt et
al. 1996). `stubs` keeps the signatures and returns one fixed thing. Both are deterministic.

Some mutants behave like the original (`x < n` for `x != n` in a counting loop): no suite can tell
these apart and no program can list them, so a share killed below one proves no weakness by itself.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from evol.verifiers.code.source import DEFINITIONS, defined, loaded_names, parse

T = TypeVar("T")

OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.LShift: (ast.RShift,),
    ast.RShift: (ast.LShift,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
KEPT = (*DEFINITIONS, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
STUB_VALUES = ("None", "True", "False", "0", "''", "[]")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A program with one change, and the change in words."""

    source: str
    change: str


@dataclass(frozen=True, slots=True)
class _Change:
    """One field of one node, and what to put there."""

    node: ast.AST
    field: str
    value: object
    words: str


def mutants(source: str, entry_points: Collection[str] = (), limit: int = 30) -> list[Mutant]:
    """Return at most `limit` distinct mutants of a program, spread evenly over its text.

    With `entry_points` only what they reach is changed. A text that is no program has none.
    """
    tree = parse(source)
    if tree is None or not _writable(tree):
        return []
    changes = [c for part in _reached(tree, entry_points) for node in _nodes(part) for c in _changes(node)]
    found: dict[str, Mutant] = {}
    original = ast.unparse(tree)
    for change in _spread(changes, 2 * limit):
        text = _apply(tree, change)
        if text != original:
            found.setdefault(text, Mutant(text, change.words))
    return _spread(list(found.values()), limit)


def stubs(source: str, entry_points: Collection[str] = ()) -> list[Mutant]:
    """Return programs with the same names that do nothing but return one fixed value.

    A program that defines nothing (one that reads and prints) has the empty program for a stub.
    """
    tree = parse(source)
    if tree is None or not _writable(tree):
        return []
    functions = {s.name for s in tree.body if isinstance(s, DEFINITIONS)}
    values = sorted(set(entry_points) - functions)
    if not functions and not values:
        return [Mutant("", "empty")]
    return [Mutant(_stub(tree, values, value), f"returns {value}") for value in STUB_VALUES]


def _writable(tree: ast.Module) -> bool:
    """Whether a tree is shallow enough to be written back as text."""
    try:
        ast.unparse(tree)
    except RecursionError:
        return False
    return True


def _stub(tree: ast.Module, values: list[str], result: str) -> str:
    """Return the program's definitions hollowed out; `values` are entry points bound in other ways."""
    kept: list[ast.stmt] = [s for s in tree.body if isinstance(s, KEPT) and not defined(s) & set(values)]
    hollow = ast.parse(ast.unparse(ast.Module(kept, [])))
    body = ast.parse(f"return {result}").body
    for node in ast.walk(hollow):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = [ast.Pass()] if node.name == "__init__" else body
            node.decorator_list = [d for d in node.decorator_list if isinstance(d, ast.Name)]
    named = (f"def {n}(*args, **kwargs):\n    return {result}" for n in values)
    return "\n".join([ast.unparse(hollow), *named])


def _reached(tree: ast.Module, entry_points: Collection[str]) -> list[ast.stmt]:
    """Return the top-level statements that the entry points depend on; all of them without entry points."""
    if not entry_points:
        return list(tree.body)
    by_name = {name: s for s in tree.body for name in defined(s)}
    pending, seen = [n for n in entry_points if n in by_name], set(entry_points)
    reached: set[int] = set()
    while pending:
        statement = by_name[pending.pop()]
        reached.add(id(statement))
        for name in (loaded_names(statement) & by_name.keys()) - seen:
            seen.add(name)
            pending.append(name)
    return [s for s in tree.body if id(s) in reached]


def _nodes(statement: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes whose change can show when the program runs: no annotations, no docstrings."""
    yield statement
    for field, value in ast.iter_fields(statement):
        if field in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_text(child):
                yield from _nodes(child)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _changes(node: ast.AST) -> Iterator[_Change]:
    """Yield what may be changed at one node."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op):
            for other in OPERATORS.get(type(op), ()):
                yield _Change(node, "op", other(), f"{_name(op)} to {other.__name__}{_at(node)}")
        case ast.BoolOp(op=joined):
            flipped = ast.Or() if isinstance(joined, ast.And) else ast.And()
            yield _Change(node, "op", flipped, f"{_name(joined)} to {_name(flipped)}{_at(node)}")
        case ast.Compare():
            yield from _comparisons(node)
        case ast.Constant():
            yield from _constants(node)
        case ast.If(test=test) | ast.IfExp(test=test):
            yield _Change(node, "test", ast.UnaryOp(ast.Not(), test), f"condition negated{_at(node)}")
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield _Change(node, "value", ast.Constant(None), f"returns None{_at(node)}")
        case ast.Call(func=ast.Name("range")) if node.args:
            yield from _bounds(node)
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from _empty_answers(node)
    yield from _deletions(node)


def _comparisons(node: ast.Compare) -> Iterator[_Change]:
    for i, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            ops = [*node.ops[:i], other(), *node.ops[i + 1 :]]
            yield _Change(node, "ops", ops, f"{_name(op)} to {other.__name__}{_at(node)}")


def _constants(node: ast.Constant) -> Iterator[_Change]:
    value = node.value
    others: tuple[object, ...] = ()
    if isinstance(value, bool):
        others = (not value,)
    elif isinstance(value, int):
        others = (value + 1, value - 1)
    elif isinstance(value, float):
        others = (value + 1.0,)
    elif isinstance(value, str):
        others = ("",) if value else ("x",)
    for other in others:
        yield _Change(node, "value", other, f"{value!r:.20} to {other!r:.20}{_at(node)}")


def _bounds(node: ast.Call) -> Iterator[_Change]:
    """Move a range's end by one."""
    i = min(1, len(node.args) - 1)
    for op in (ast.Add(), ast.Sub()):
        moved = ast.BinOp(node.args[i], op, ast.Constant(1))
        args = [*node.args[:i], moved, *node.args[i + 1 :]]
        yield _Change(node, "args", args, f"range end {'+' if isinstance(op, ast.Add) else '-'} 1{_at(node)}")


def _empty_answers(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[_Change]:
    """Return 0 for None where None is one answer among others; elsewhere None says nothing."""
    returns = list(_own_returns(function))
    empty = [r for r in returns if r.value is None or _is_none(r.value)]
    if len(empty) < len(returns):
        for found in empty:
            yield _Change(found, "value", ast.Constant(0), f"returns 0 for None{_at(found)}")


def _own_returns(node: ast.AST) -> Iterator[ast.Return]:
    """Yield the returns in a function, without those of functions in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        elif not isinstance(child, (*DEFINITIONS, ast.Lambda)):
            yield from _own_returns(child)


def _deletions(node: ast.AST) -> Iterator[_Change]:
    """Drop one statement that has an effect and binds nothing new."""
    for field in ("body", "orelse"):
        block: object = getattr(node, field, None)
        statements: list[ast.stmt] = block if isinstance(block, list) else []
        for i, s in enumerate(statements):
            if isinstance(s, ast.AugAssign) or (isinstance(s, ast.Expr) and not _is_text(s)):
                rest = [*statements[:i], ast.Pass(), *statements[i + 1 :]]
                yield _Change(node, field, rest, f"statement dropped{_at(s)}")


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _name(node: ast.AST) -> str:
    return type(node).__name__


def _at(node: ast.AST) -> str:
    return f" (line {getattr(node, 'lineno', 0)})"


def _apply(tree: ast.Module, change: _Change) -> str:
    """Return the text of the tree with one change, and leave the tree as it was."""
    before = getattr(change.node, change.field)
    setattr(change.node, change.field, change.value)
    try:
        return ast.unparse(tree)
    finally:
        setattr(change.node, change.field, before)


def _spread(items: list[T], limit: int) -> list[T]:
    """Return at most `limit` of the items, evenly spaced."""
    if len(items) <= limit:
        return items
    return [items[i * len(items) // limit] for i in range(limit)]
