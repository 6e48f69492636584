"""Exact arithmetic on small expressions: the ground on which the teacher's answers are right.

Scenes state their calculations as expressions over named numbers ("(v - b) / k"). They are
compiled once into closures over `Fraction`, so that nothing is rounded and nothing is executed
that is not arithmetic. Solution lines carry each calculation in GSM8K's notation,
`<<48/2=24>>24`, which can be recomputed, linked into a program, or made to slip.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial, gcd, lcm
from typing import TypeAlias

Env: TypeAlias = Mapping[str, object]
Evaluate: TypeAlias = Callable[[Env], Fraction]

MARK = re.compile(r"<<([^<>=]+)=([^<>=]+)>>")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?|(?<![\w.])\.\d+")
_CLAIM = re.compile(
    r"(?<![\w.^])(\(*-?\d[\d,]*(?:\.\d+)?(?:\s*[-+*/×]\s*\(*\d[\d,]*(?:\.\d+)?\)*)+)\s*=\s*"
    r"(\$?)(-?\d[\d,]*(?:\.\d+)?(?:/\d+)?)(?![\w^!])"
)

_BINARY: dict[type[ast.AST], Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: lambda a, b: Fraction(a // b),
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.AST], Callable[[Fraction, Fraction], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: dict[str, Callable[..., Fraction | int | bool]] = {
    "min": min,
    "max": max,
    "whole": lambda a: a.denominator == 1,
    "cents": lambda a: 100 % a.denominator == 0,
    "comb": lambda n, k: comb(int(n), int(k)),
    "fact": lambda n: factorial(int(n)),
    "gcd": lambda a, b: gcd(int(a), int(b)),
    "lcm": lambda a, b: lcm(int(a), int(b)),
    "power": lambda a, n: a ** int(n),
    "digits": lambda a: sum(int(d) for d in str(int(a))),
}


def _combine(node: ast.AST) -> Evaluate:
    """Return a closure for a node with operands: arithmetic, a call, a comparison, `and`."""
    if isinstance(node, ast.BinOp):
        act, left, right = _BINARY[type(node.op)], _build(node.left), _build(node.right)
        return lambda env: act(left(env), right(env))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        function, args = _FUNCTIONS[node.func.id], [_build(a) for a in node.args]
        return lambda env: Fraction(function(*(a(env) for a in args)))
    if isinstance(node, ast.BoolOp):
        parts = [_build(v) for v in node.values]
        every = isinstance(node.op, ast.And)
        return lambda env: Fraction((all if every else any)(p(env) for p in parts))
    if isinstance(node, ast.Compare):
        terms = [_build(n) for n in (node.left, *node.comparators)]
        tests = [_COMPARE[type(op)] for op in node.ops]
        return lambda env: Fraction(all(t(terms[i](env), terms[i + 1](env)) for i, t in enumerate(tests)))
    raise ValueError(f"not arithmetic: {ast.dump(node)}")


def _build(node: ast.AST) -> Evaluate:
    """Return a closure that evaluates a node over named numbers."""
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        value = Fraction(str(node.value))
        return lambda env: value
    if isinstance(node, ast.Name):
        name = node.id
        return lambda env: env[name]  # type: ignore[return-value]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        operand = _build(node.operand)
        return lambda env: -operand(env)
    return _combine(node)


@lru_cache(maxsize=4096)
def compiled(expression: str) -> Evaluate:
    """Return the expression as a function of named numbers; raises ValueError or SyntaxError."""
    return _build(ast.parse(expression.strip(), mode="eval").body)


def evaluate(expression: str, env: Env | None = None) -> Fraction:
    """Return the exact value of an arithmetic expression.

    Raises ValueError or SyntaxError for what is not arithmetic, KeyError for an unknown name,
    ZeroDivisionError as usual.
    """
    return compiled(expression)(env or {})


def terminates(value: Fraction) -> bool:
    """Whether a number has a finite decimal expansion of at most four places."""
    return 10_000 % value.denominator == 0


def plain(value: Fraction) -> str:
    """Return a number as digits ("72", "2.5"), or as a fraction ("1/3") where decimals never end."""
    if value.denominator == 1:
        return str(value.numerator)
    if terminates(value):
        return f"{value.numerator / value.denominator:.4f}".rstrip("0")
    return f"{value.numerator}/{value.denominator}"


def operand(value: Fraction) -> str:
    """Return a number as it may stand inside an expression, in parentheses where it needs them."""
    text = plain(value)
    return f"({text})" if "/" in text or value < 0 else text


@lru_cache(maxsize=4096)
def read_number(text: str) -> Fraction | None:
    """Return the number a final answer states ("1,200", "$3.50", "1/2", "12%"), or None."""
    bare = text.strip().strip("$").replace("\\$", "").replace(",", "").rstrip(".%").strip()
    bare = re.sub(r"^\\d?frac\{(\d+)\}\{(\d+)\}$", r"\1/\2", bare)
    try:
        return Fraction(bare) if re.fullmatch(r"-?\d*\.?\d+(/\d+)?", bare) else None
    except ZeroDivisionError:
        return None


def stated_number(answer: str) -> Fraction | None:
    """Return the number of an answer that may carry a unit ("29 cm", "42\\%", "1080^\\circ"), or None."""
    bare = re.sub(r"(?:\s+[A-Za-z]+(?:/[a-z]+)?|\s*\\?%|\^\\circ)$", "", answer.strip())
    return read_number(bare)


def _mark(match: re.Match[str]) -> str:
    """Return a claim with its calculation marked, if it is one and right."""
    left, dollar, right = match.groups()
    expression = left.replace("×", "*").replace(",", "")
    value = read_number(right)
    try:
        holds = value is not None and evaluate(expression) == value
    except (ValueError, SyntaxError, ArithmeticError):
        holds = False
    if not holds or value is None:
        return match.group()
    return f"{left} = {dollar}<<{expression.replace(' ', '')}={plain(value)}>>{right}"


def marked(line: str) -> str:
    """Return a solution line with every right "a + b = c" marked; one that has marks stays as it is."""
    return line if "<<" in line else _CLAIM.sub(_mark, line)


def unmarked(line: str) -> str:
    """Return a solution line as a person reads it, without the calculation marks."""
    return MARK.sub("", line)
