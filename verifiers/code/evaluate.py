"""The checks of a test script, evaluated on data outside the sandbox.

A small part of Python's expressions, on values of built-in types only, with every size bounded
before it is computed. What lies outside raises `Beyond`, and the tests are run in the sandbox's
judge process instead. Ordinary exceptions (`None < 3`) go through: there the test itself raised.
"""

from __future__ import annotations

import ast
import math
import operator
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from fractions import Fraction
from types import EllipsisType
from typing import Any, TypeAlias

from evol.verifiers.code.source import nodes
from evol.verifiers.sandbox import Foreign

MAX_BITS = 100_000
MAX_ITEMS = 1_000_000
MAX_DIGITS = 400
MAX_WORK = 20_000_000
SIZED = frozenset((str, bytes, list, tuple, set, frozenset, dict, range))
SAME_HASHES = 64


PRODUCTS = (int, float, complex, Fraction, str, bytes, list, tuple)

Plain: TypeAlias = Any  # a value of built-in types; which, only the data says


class Beyond(Exception):
    """An expression, or a value in it, that is not evaluated here."""


def _sized(values: Plain) -> Plain:
    if isinstance(values, Foreign) or (isinstance(values, range) and len(values) > MAX_ITEMS):
        raise Beyond
    return values


def _hashed(kind: type) -> Callable[..., Plain]:
    def build(values: Iterable[Plain] = ()) -> Plain:
        items = list(_sized(values))
        if len(items) - len({hash(i) for i in items}) > SAME_HASHES:
            items = _without_repeats(items)
        return kind(items)

    return build


def _without_repeats(items: list[Plain]) -> list[Plain]:
    """Return the items without equal neighbours after sorting; colliding hashes beyond that are not built."""
    try:
        ordered = sorted(items)
    except TypeError:
        raise Beyond from None
    kept = [x for i, x in enumerate(ordered) if not i or x != ordered[i - 1]]
    if len(kept) - len({hash(i) for i in kept}) > SAME_HASHES:
        raise Beyond
    return kept


def _numbers(function: Callable[..., Plain]) -> Callable[..., Plain]:
    """Return a function that takes nothing but machine numbers, short integers and texts."""

    def guarded(*values: Plain, **options: Plain) -> Plain:
        for value in (*values, *options.values()):
            if isinstance(value, int) and value.bit_length() > MAX_BITS:
                raise Beyond
            if not isinstance(value, int | float | str | Fraction | None):
                raise Beyond
        return function(*values, **options)

    return guarded


def _over(function: Callable[..., Plain]) -> Callable[..., Plain]:
    """Return a function of one bounded collection, or of several plain values."""
    return lambda *values, **options: function(*map(_sized, values), **options)


def _round(value: Plain, digits: Plain = None) -> Plain:
    if isinstance(digits, int) and abs(digits) > MAX_DIGITS:
        raise Beyond
    return round(value, digits)


def _sum(values: Iterable[Plain], start: Plain = 0) -> Plain:
    items = list(_sized(values))
    if any(not isinstance(v, int | float) for v in (*items, start)):
        raise Beyond
    return sum(items, start)


def _truth(value: Plain) -> bool:
    if isinstance(value, Foreign):
        raise Beyond
    return bool(value)


FUNCTIONS: dict[str, Callable[..., Plain]] = {
    **{f.__name__: _numbers(f) for f in (int, float)},
    **{f.__name__: _over(f) for f in (len, list, tuple, sorted, min, max, any, all, abs, str, repr)},
    "sum": _sum,
    "round": _numbers(_round),
    "bool": _truth,
    "set": _hashed(set),
    "frozenset": _hashed(frozenset),
    "range": lambda *args: _sized(range(*args)),
    "isinstance": lambda value, kinds: isinstance(_known(value), kinds),
    "type": lambda value: type(_known(value)),
    **{
        f"math.{f.__name__}": _numbers(f)
        for f in (
            math.isclose,
            math.fabs,
            math.sqrt,
            math.floor,
            math.ceil,
            math.isnan,
            math.isinf,
            math.trunc,
        )
    },
    "copy.copy": lambda value: value,
    "copy.deepcopy": lambda value: value,
}
CONSTANTS: dict[str, object] = {
    **{t.__name__: t for t in (int, float, str, bool, list, tuple, dict, set, frozenset, complex, bytes)},
    "math.pi": math.pi,
    "math.e": math.e,
    "math.inf": math.inf,
    "math.nan": math.nan,
}


def _known(value: Plain) -> Plain:
    if isinstance(value, Foreign):
        raise Beyond
    return value


def _equal(a: Plain, b: Plain) -> Plain:
    """Compare as `==` does; of two objects of the program's only the program can say."""
    if isinstance(a, Foreign) and isinstance(b, Foreign):
        raise Beyond
    return a == b


def _plus(a: Plain, b: Plain) -> Plain:
    if isinstance(a, str | bytes | list | tuple) and isinstance(b, type(a)) and len(a) + len(b) > MAX_ITEMS:
        raise Beyond
    return a + b


def _power(a: Plain, b: Plain) -> Plain:
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        raise Beyond
    if isinstance(a, int) and isinstance(b, int) and a.bit_length() * abs(b) > MAX_BITS:
        raise Beyond
    return a**b


def _times(a: Plain, b: Plain) -> Plain:
    if not isinstance(a, PRODUCTS) or not isinstance(b, PRODUCTS):
        raise Beyond
    for x, y in ((a, b), (b, a)):
        if isinstance(x, int) and isinstance(y, str | bytes | list | tuple) and x * len(y) > MAX_ITEMS:
            raise Beyond
    if isinstance(a, int) and isinstance(b, int) and a.bit_length() + b.bit_length() > MAX_BITS:
        raise Beyond
    return operator.mul(a, b)


def _shift(a: Plain, b: Plain) -> Plain:
    if isinstance(b, int) and b > MAX_BITS:
        raise Beyond
    return a << b


def _modulo(a: Plain, b: Plain) -> Plain:
    if isinstance(a, str | bytes):
        raise Beyond
    return a % b


BINARY: dict[type[ast.operator], Callable[[Plain, Plain], Plain]] = {
    ast.Add: _plus,
    ast.Sub: operator.sub,
    ast.Mult: _times,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: _modulo,
    ast.Pow: _power,
    ast.LShift: _shift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
}
UNARY: dict[type[ast.unaryop], Callable[[Plain], Plain]] = {
    ast.Not: lambda value: not _truth(value),
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Invert: operator.invert,
}
COMPARE: dict[type[ast.cmpop], Callable[[Plain, Plain], Plain]] = {
    ast.Eq: _equal,
    ast.NotEq: lambda a, b: not _equal(a, b),
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in _known(b),
    ast.NotIn: lambda a, b: a not in _known(b),
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
SINGLETONS = (type(None), bool, type, EllipsisType)
PARTS = frozenset(
    (
        *(ast.Name, ast.List, ast.Tuple, ast.Set, ast.Dict, ast.BinOp, ast.UnaryOp, ast.BoolOp),
        *(ast.Compare, ast.Call, ast.Constant, ast.Subscript, ast.Slice, ast.keyword),
    )
)
KNOWN = frozenset((*FUNCTIONS, *CONSTANTS))


def supported(expression: ast.expr, names: Container[str]) -> bool:
    """Whether `evaluate` knows every part of an expression in which these names have values."""
    return all(type(node) in PARTS and _known_part(node, names) for node in nodes(expression))


def _known_part(node: ast.AST, names: Container[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in KNOWN or name in names
        case ast.Call(func=function):
            return isinstance(function, ast.Name) and function.id in FUNCTIONS
        case ast.Compare():
            return _identity_of_singletons(node)
        case ast.BinOp(op=operation):
            return not isinstance(operation, ast.MatMult)
        case ast.keyword(arg=name):
            return name is not None
        case ast.Dict(keys=keys):
            return None not in keys
    return True


def _identity_of_singletons(node: ast.Compare) -> bool:
    """Whether `is` compares with something of which there is only one."""
    for op, right in zip(node.ops, node.comparators, strict=True):
        if isinstance(op, ast.Is | ast.IsNot):
            constant = isinstance(right, ast.Constant) and isinstance(right.value, SINGLETONS)
            if not constant and not (isinstance(right, ast.Name) and right.id in CONSTANTS):
                return False
    return True


class Work:
    """How many items and characters may still come about in evaluating; a short loop can ask for many."""

    __slots__ = ("left",)

    def __init__(self, most: int = MAX_WORK) -> None:
        self.left = most

    def spend(self, value: Plain) -> Plain:
        """Take off a value's items and return it; raises Beyond where too little is left."""
        if type(value) in SIZED:
            self.left -= len(value)
            if self.left < 0:
                raise Beyond
        return value


def evaluate(node: ast.expr, value_of: Callable[[str], object], work: Work | None = None) -> Plain:
    """Return the value of a supported expression; `value_of` gives names their values.

    Raises Beyond for what is not evaluated here, or takes more `work` than is left, and whatever the
    operations themselves raise.
    """
    return _Evaluation(value_of, work or Work()).of(node)


class _Evaluation:
    def __init__(self, value_of: Callable[[str], object], work: Work) -> None:
        self.value_of, self.work = value_of, work

    def of(self, node: ast.expr) -> Plain:
        return self.work.spend(KINDS[type(node)](self, node))

    def constant(self, node: ast.Constant) -> Plain:
        return node.value

    def name(self, node: ast.Name) -> Plain:
        if node.id in FUNCTIONS and node.id not in CONSTANTS:
            raise Beyond
        return CONSTANTS[node.id] if node.id in CONSTANTS else self.value_of(node.id)

    def items(self, nodes: list[ast.expr]) -> list[Plain]:
        return [self.of(n) for n in nodes]

    def mapping(self, node: ast.Dict) -> Plain:
        keys = self.items([k for k in node.keys if k is not None])
        return dict(zip(keys, self.items(node.values), strict=True))

    def binary(self, node: ast.BinOp) -> Plain:
        return BINARY[type(node.op)](_known(self.of(node.left)), _known(self.of(node.right)))

    def unary(self, node: ast.UnaryOp) -> Plain:
        return UNARY[type(node.op)](_known(self.of(node.operand)))

    def boolean(self, node: ast.BoolOp) -> Plain:
        stop, value = isinstance(node.op, ast.Or), None
        for part in node.values:
            value = self.of(part)
            if _truth(value) is stop:
                break
        return value

    def compare(self, node: ast.Compare) -> Plain:
        left = self.of(node.left)
        for op, part in zip(node.ops, node.comparators, strict=True):
            right = self.of(part)
            if not COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def call(self, node: ast.Call) -> Plain:
        assert isinstance(node.func, ast.Name)
        options = {k.arg: self.of(k.value) for k in node.keywords if k.arg}
        return FUNCTIONS[node.func.id](*self.items(node.args), **options)

    def subscript(self, node: ast.Subscript) -> Plain:
        value = _known(self.of(node.value))
        if isinstance(value, defaultdict):
            raise Beyond
        return value[self.of(node.slice)]

    def slice(self, node: ast.Slice) -> Plain:
        return slice(*(self.of(part) if part else None for part in (node.lower, node.upper, node.step)))


KINDS: Mapping[type[ast.expr], Callable[[_Evaluation, Plain], Plain]] = {
    ast.Constant: _Evaluation.constant,
    ast.Name: _Evaluation.name,
    ast.List: lambda e, node: e.items(node.elts),
    ast.Tuple: lambda e, node: tuple(e.items(node.elts)),
    ast.Set: lambda e, node: FUNCTIONS["set"](e.items(node.elts)),
    ast.Dict: _Evaluation.mapping,
    ast.BinOp: _Evaluation.binary,
    ast.UnaryOp: _Evaluation.unary,
    ast.BoolOp: _Evaluation.boolean,
    ast.Compare: _Evaluation.compare,
    ast.Call: _Evaluation.call,
    ast.Subscript: _Evaluation.subscript,
    ast.Slice: _Evaluation.slice,
}
