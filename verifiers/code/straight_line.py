"""Straight-line arithmetic, evaluated exactly as Python would, without running anything.

Most programs of thought assign numbers to names one after another. Such a program is read as a
tree and computed here, in microseconds and behind no wall, because nothing of it is executed:
numbers, operators and a short list of functions are all there is, and each size is bounded before
it is computed. What lies outside (loops, definitions, other modules, texts that are computed
with, an exception) is left to the sandbox by returning None. `evaluate` beside this module reads
the checks of tests, over data of every built-in type; here values are numbers and nothing else.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final, TypeAlias

from evol.verifiers.code.evaluate import Beyond
from evol.verifiers.code.source import parse

MAX_SOURCE: Final = 20_000
MAX_STATEMENTS: Final = 400
MAX_ITEMS: Final = 200
MAX_BITS: Final = 2_000
MAX_PLACES: Final = 100
FRACTION_TEXT: Final = re.compile(r"\s*[+-]?\d{1,100}(?:/\d{1,100}|\.\d{1,100})?\s*")

Value: TypeAlias = Any  # a number, a text, a list of numbers, a function or a module of this file
Act: TypeAlias = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a program may call, with a guard in front that raises Beyond."""

    call: Act


def _number(value: Value) -> Value:
    """Return an int, a float or a Fraction within the caps; raises Beyond for all else."""
    kind = type(value)
    if kind is float:
        return value
    if kind is int:
        bits = value.bit_length()
    elif kind is Fraction:
        bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    else:
        raise Beyond
    if bits > MAX_BITS:
        raise Beyond
    return value


def _whole(value: Value) -> int:
    if type(value) is not int:
        raise Beyond
    return value


def _power(base: Value, exponent: Value) -> Value:
    """Return a power whose digits, if it has any, are counted beforehand."""
    whole = type(exponent) is not float and exponent == int(exponent)
    if whole and type(base) is not float:
        bits = max(Fraction(base).numerator.bit_length(), Fraction(base).denominator.bit_length())
        if bits * abs(int(exponent)) > MAX_BITS:
            raise Beyond
    return base**exponent


def _listed(values: Value) -> list[Value]:
    if not isinstance(values, tuple):
        raise Beyond
    return [_number(value) for value in values]


def _chosen(function: Act) -> Act:
    """Return `min` or `max` of one list or of several numbers."""
    return lambda *values: function(_listed(values[0] if len(values) == 1 else values))


def _sum(values: Value, start: Value = 0) -> Value:
    items, total = _listed(values), _number(start)
    if not any(isinstance(value, Fraction) for value in items):
        return sum(items, total)
    for value in items:
        total = _number(total + value)
    return total


def _product(values: Value) -> Value:
    result: Value = 1
    for value in _listed(values):
        result = _number(result * value)
    return result


def _round(value: Value, places: Value = None) -> Value:
    if places is not None and abs(_whole(places)) > MAX_PLACES:
        raise Beyond
    return round(_number(value), places)


def _fraction(*parts: Value) -> Value:
    if len(parts) == 1 and isinstance(parts[0], str) and FRACTION_TEXT.fullmatch(parts[0]):
        return Fraction(parts[0])
    return Fraction(*map(_number, parts))


def _bounded(function: Callable[..., int], digits: Callable[..., int]) -> Act:
    """Return a function of whole numbers whose result has at most so many binary digits."""

    def guarded(*values: Value) -> Value:
        if digits(*map(_whole, values)) > MAX_BITS:
            raise Beyond
        return function(*values)

    return guarded


def _plain(function: Act) -> Act:
    """Return a function of numbers within the caps."""
    return lambda *values: function(*map(_number, values))


BUILTINS: Final[Mapping[str, Value]] = {
    **{f.__name__: Function(_plain(f)) for f in (abs, int, float)},
    **{f.__name__: Function(_chosen(f)) for f in (min, max)},
    "pow": Function(lambda base, exponent: _power(_number(base), _number(exponent))),
    "round": Function(_round),
    "str": Function(lambda value: str(_number(value))),
    "sum": Function(_sum),
}
MATH: Final[Mapping[str, Value]] = {
    **{f.__name__: Function(_plain(f)) for f in (math.sqrt, math.floor, math.ceil, math.trunc)},
    **{f.__name__: Function(_bounded(f, lambda *n: 0)) for f in (math.gcd, math.lcm, math.isqrt)},
    "comb": Function(_bounded(math.comb, lambda n, k: n.bit_length() * min(k, max(0, n - k)))),
    "perm": Function(_bounded(math.perm, lambda n, k=None: n.bit_length() * (n if k is None else k))),
    "factorial": Function(_bounded(math.factorial, lambda n: n.bit_length() * n)),
    "prod": Function(_product),
    "pi": math.pi,
    "e": math.e,
}
MODULES: Final[Mapping[str, Mapping[str, Value]]] = {
    "math": MATH,
    "fractions": {"Fraction": Function(_fraction)},
}
PREPARED: Final[Mapping[str, Value]] = {**BUILTINS, **MODULES, **MODULES["fractions"]}
BINARY: Final[Mapping[type[ast.operator], Act]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: _power,
}
UNARY: Final[Mapping[type[ast.unaryop], Act]] = {ast.USub: operator.neg, ast.UAdd: operator.pos}


def _free(name: str) -> str:
    """Return a name that a program may bind; `print` is not looked up among them."""
    if name == "print":
        raise Beyond
    return name


@dataclass(slots=True)
class _Program:
    """The names that a program has bound so far, and what it has printed."""

    names: dict[str, Value] = field(default_factory=lambda: dict(PREPARED))
    printed: list[str] = field(default_factory=list)

    def run(self, tree: ast.Module) -> None:
        if len(tree.body) > MAX_STATEMENTS:
            raise Beyond
        for statement in tree.body:
            self.statement(statement)

    def statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value):
                found = self.value(value)
                for target in targets:
                    self.bind(target, found)
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=value):
                self.bind(target, self.combined(op, self.named(name), self.value(value)))
            case ast.Import(names=modules):
                for module in modules:
                    self.names[_free(module.asname or module.name)] = MODULES[module.name]
            case ast.ImportFrom(module=str() as module, names=functions, level=0):
                for function in functions:
                    self.names[_free(function.asname or function.name)] = MODULES[module][function.name]
            case ast.Expr(value=ast.Constant(value=str())):
                pass
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=parts, keywords=[])):
                self.printed.append(" ".join(map(self.text, parts)))
            case _:
                raise Beyond

    def bind(self, target: ast.expr, value: Value) -> None:
        if not isinstance(target, ast.Name) or isinstance(value, Function | Mapping):
            raise Beyond
        self.names[_free(target.id)] = value

    def named(self, name: str) -> Value:
        if name not in self.names:
            raise Beyond
        return self.names[name]

    def text(self, node: ast.expr) -> str:
        value = self.value(node)
        return value if isinstance(value, str) else str(_number(value))

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=str() as text):
                text.encode()
                return text
            case ast.Constant(value=number):
                return _number(number)
            case ast.Name(id=name):
                return self.named(name)
            case ast.BinOp(left=left, op=op, right=right):
                return self.combined(op, self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=inner) if type(op) in UNARY:
                return UNARY[type(op)](_number(self.value(inner)))
            case ast.Call(func=called, args=parts, keywords=[]) if len(parts) <= MAX_ITEMS:
                return self.called(called, parts)
            case ast.Attribute(value=ast.Name(id=name), attr=part) if isinstance(self.named(name), Mapping):
                return self.named(name)[part]
            case ast.List(elts=parts) | ast.Tuple(elts=parts) if len(parts) <= MAX_ITEMS:
                return tuple(_number(self.value(part)) for part in parts)
            case _:
                raise Beyond

    def combined(self, op: ast.operator, left: Value, right: Value) -> Value:
        if type(op) not in BINARY:
            raise Beyond
        return _number(BINARY[type(op)](_number(left), _number(right)))

    def called(self, node: ast.expr, parts: list[ast.expr]) -> Value:
        function = self.value(node)
        if not isinstance(function, Function):
            raise Beyond
        result = function.call(*map(self.value, parts))
        return result if isinstance(result, str) else _number(result)


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer's text, and whether it stood in the `variable` or was the last line to `print`."""

    text: str
    where: str


def straight_line(source: str) -> Answered | None:
    """Return what a program of straight-line arithmetic answers; None for any other program.

    The answer is the variable `answer`, or else the last line printed. `math`, `fractions` and
    `Fraction` are at hand without an import, as in the sandbox's kit for mathematics. A program
    that raises, answers nothing or passes a cap has None too: what becomes of it is the sandbox's
    to say. Never raises.
    """
    tree = parse(source) if len(source) <= MAX_SOURCE else None
    if tree is None:
        return None
    program = _Program()
    try:
        program.run(tree)
        if "answer" in program.names:
            answer = program.names["answer"]
            text, where = answer if isinstance(answer, str) else str(_number(answer)), "variable"
        else:
            text, where = "\n".join(program.printed).strip().splitlines()[-1], "print"
    except (Beyond, ArithmeticError, LookupError, TypeError, ValueError, RecursionError):
        return None
    return Answered(text.strip(), where) if text.strip() else None
