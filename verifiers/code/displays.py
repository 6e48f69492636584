"""Displays of plain data in a test script: read as the values they state, and written for values."""

from __future__ import annotations

import ast
import operator
from typing import cast

LOAD = ast.Load()
SCALARS = frozenset((int, str, float, bool, type(None), complex, bytes))
IMMUTABLE = (ast.Constant, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator, ast.Tuple, ast.expr_context)


class NotLiteral(Exception):
    """The script holds something that is not read as data."""


def literal(node: ast.expr | None) -> object:
    """Return what a display of constants says; raises NotLiteral, and TypeError for what Python would."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return list(map(literal, node.elts))
    if isinstance(node, ast.Tuple):
        return tuple(map(literal, node.elts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        negated: object = operator.neg(cast("int", literal(node.operand)))
        return negated
    if isinstance(node, ast.Dict):
        return dict(zip(map(literal, node.keys), map(literal, node.values), strict=True))
    raise NotLiteral


def displayed(value: object) -> ast.expr:
    """Return a display of plain data, so that each evaluation makes it anew; raises NotLiteral."""
    if type(value) in SCALARS:
        return ast.Constant(cast("int", value))
    match value:
        case list():
            return ast.List([*map(displayed, value)], LOAD)
        case tuple():
            return ast.Tuple([*map(displayed, value)], LOAD)
        case set() if value:
            return ast.Set([*map(displayed, value)])
        case dict():
            return ast.Dict([*map(displayed, value)], [*map(displayed, value.values())])
        case set() | bytearray():
            raise NotLiteral
    return ast.Constant(cast("int", value))


def immutable(node: ast.expr) -> bool:
    """Whether nothing can change the value of an expression."""
    return all(isinstance(n, IMMUTABLE) for n in ast.walk(node))
