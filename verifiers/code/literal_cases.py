"""Test scripts read as data: calls with literal arguments, and checks on what they return.

Most published suites are a list of asserts over such calls. Their calls go to the sandbox
without what is expected of them, and the checks are evaluated outside, on the data that comes
back: a program can lie about its results only by returning right ones. A script that does more
(loops, random arguments, expected exceptions, objects) is not literal and takes the judge route.
"""

from __future__ import annotations

import ast
import contextlib
import operator
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from evol.verifiers.code.evaluate import Beyond, evaluate, supported
from evol.verifiers.code.source import nodes, parse
from evol.verifiers.sandbox import Foreign, Invocation, Raised, Result, Returned, Value, WireError

MAX_DEPTH = 5
RESULT = "result {}"
BOUND = "bound {}"


class NotLiteral(Exception):
    """The script holds something that is not read as data."""


@dataclass(frozen=True, slots=True)
class Case:
    """One assertion as it was written, its check over names that stand for results, and its calls.

    The commonest, `f(literals) == literal`, has no check: the value that its one call must return
    stands in `expected`.
    """

    test: ast.expr
    check: ast.expr | None
    calls: tuple[int, ...]
    expected: object = None

    @property
    def source(self) -> str:
        """The assertion's text, without the message it would fail with."""
        try:
            return f"assert {ast.unparse(self.test)}"
        except RecursionError:
            return "assert …"


@dataclass(frozen=True, slots=True)
class LiteralTests:
    """The calls to make, in order, the cases over their results, and names bound to expressions."""

    calls: tuple[Invocation, ...]
    cases: tuple[Case, ...]
    bound: dict[str, ast.expr] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """Whether a case holds; otherwise what was got, what was expected, or what was raised."""

    passed: bool
    got: str = ""
    expected: str = ""
    raised: str = ""


def read_literal(script: str | ast.Module, entry_points: Collection[str]) -> LiteralTests | None:
    """Return a ready script's tests as data, or None where it does more than data can say."""
    tree = parse(script) if isinstance(script, str) else script
    if tree is None:
        return None
    reader = _Reader(frozenset(entry_points))
    try:
        reader.read(tree.body, _Scope({n: n for n in entry_points}))
    except (
        NotLiteral,
        Beyond,
        WireError,
        RecursionError,
        TypeError,
        ValueError,
        ArithmeticError,
        LookupError,
    ):
        return None
    return LiteralTests(tuple(reader.calls), tuple(reader.cases), reader.bound) if reader.cases else None


@dataclass(slots=True)
class _Scope:
    """What names mean: entry points under their aliases, bound expressions, modules and functions."""

    entries: dict[str, str]
    bound: dict[str, str] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    procedures: dict[str, ast.FunctionDef] = field(default_factory=dict)
    depth: int = 0


class _Reader:
    """Walks statements in the order in which they would run."""

    def __init__(self, entry_points: frozenset[str]) -> None:
        self.entry_points = entry_points
        self.calls: list[Invocation] = []
        self.cases: list[Case] = []
        self.bound: dict[str, ast.expr] = {}
        self.spent: set[str] = set()
        self.known: set[str] = set()

    def read(self, body: Sequence[ast.stmt], scope: _Scope) -> None:
        """Take in statements; raises NotLiteral."""
        for statement in body:
            match statement:
                case ast.Assert(test=test):
                    self._assertion(test, scope)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=old)) if old in scope.entries:
                    scope.entries[name] = scope.entries[old]
                    scope.bound.pop(name, None)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._binding(name, value, scope)
                case ast.FunctionDef(name=name) if not statement.decorator_list:
                    scope.procedures[name] = statement
                case ast.Import() | ast.ImportFrom():
                    self._imports(statement, scope)
                case ast.Expr(value=value):
                    self._bare(value, scope)
                case ast.If(test=test, body=inner) if ast.unparse(test) == "__name__ == '__main__'":
                    self.read(inner, scope)
                case ast.Pass():
                    continue
                case _:
                    raise NotLiteral

    def _assertion(self, test: ast.expr, scope: _Scope) -> None:
        first = len(self.calls)
        case = self._plain_comparison(test, scope)
        if case is None:
            check = self._resolved(test, scope)
            case = Case(test, check, tuple(range(first, len(self.calls))))
        self.cases.append(case)

    def _plain_comparison(self, test: ast.expr, scope: _Scope) -> Case | None:
        """Read the commonest assertion, `f(literals) == literal`, without the general machinery."""
        if not isinstance(test, ast.Compare) or [*map(type, test.ops)] != [ast.Eq]:
            return None
        call = test.left
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
            return None
        entry = scope.entries.get(call.func.id)
        if entry is None:
            return None
        try:
            values = tuple(map(_literal, call.args))
            expected = _literal(test.comparators[0])
        except (NotLiteral, TypeError):
            return None
        self.calls.append(Invocation(entry, values))
        return Case(test, None, (len(self.calls) - 1,), expected)

    def _binding(self, name: str, value: ast.expr, scope: _Scope) -> None:
        names = {n.id for n in ast.walk(value) if isinstance(n, ast.Name)}
        if any(not self._fixed(scope.bound[n]) for n in names & scope.bound.keys()):
            raise NotLiteral
        key = BOUND.format(len(self.bound))
        self.bound[key] = self._resolved(value, scope)
        self.known.add(key)
        scope.bound[name] = key
        scope.entries.pop(name, None)

    def _fixed(self, key: str) -> bool:
        """Whether what a name is bound to cannot be changed by a call that it is passed to."""
        return all(isinstance(n, IMMUTABLE) for n in ast.walk(self.bound[key]))

    def _imports(self, statement: ast.Import | ast.ImportFrom, scope: _Scope) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                scope.functions[alias.asname or alias.name] = f"{statement.module}.{alias.name}"
            else:
                scope.functions[alias.asname or alias.name] = alias.name

    def _bare(self, value: ast.expr, scope: _Scope) -> None:
        """Take in an expression that stands alone: a text, a call of a test function, or of the program."""
        match value:
            case ast.Constant() | ast.Name():
                return
            case ast.Call(func=ast.Name(id=name), args=args) if (
                name in scope.procedures and not value.keywords
            ):
                self._procedure(scope.procedures[name], args, scope)
            case ast.Call(func=ast.Name(id="print"), args=args):
                for arg in args:
                    self._resolved(arg, scope)
            case ast.Call(func=ast.Name(id=name)) if name in scope.entries:
                self._resolved(value, scope)
            case _:
                raise NotLiteral

    def _procedure(self, function: ast.FunctionDef, args: list[ast.expr], scope: _Scope) -> None:
        """Read a test function's body in the place of its call; its arguments must be entry points."""
        spec = function.args
        given = [scope.entries[a.id] for a in args if isinstance(a, ast.Name) and a.id in scope.entries]
        named = [a.arg for a in spec.args]
        if len(given) != len(args) or len(named) != len(given) or scope.depth >= MAX_DEPTH:
            raise NotLiteral
        if spec.vararg or spec.kwarg or spec.posonlyargs or spec.kwonlyargs or spec.defaults:
            raise NotLiteral
        entries = {**scope.entries, **dict(zip(named, given, strict=True))}
        inner = _Scope(
            entries, dict(scope.bound), dict(scope.functions), dict(scope.procedures), scope.depth + 1
        )
        self.read(function.body, inner)

    def _resolved(self, expression: ast.expr, scope: _Scope) -> ast.expr:
        """Return an expression with names for results, bindings and library functions; notes its calls."""
        with contextlib.suppress(NotLiteral, TypeError):
            _literal(expression)
            return expression
        resolver = _Resolver(self, scope)
        resolved = resolver.resolved(expression)
        if scope.bound:
            self._spend(expression, resolver.passed, scope)
        if not supported(resolved, self.known):
            raise NotLiteral
        return resolved

    def _spend(self, expression: ast.expr, passed: set[str], scope: _Scope) -> None:
        """Note what was passed to a call, which may have changed it; raises NotLiteral for a later use."""
        loads = [n.id for n in nodes(expression) if isinstance(n, ast.Name) and n.id in scope.bound]
        if any(loads.count(n) > 1 for n in passed) or self.spent & {scope.bound[n] for n in loads}:
            raise NotLiteral
        self.spent |= {scope.bound[n] for n in passed}

    def invocation(self, entry: str, args: list[ast.expr], keywords: list[ast.keyword]) -> str:
        """Note a call and return the name that stands for its result."""
        if any(k.arg is None for k in keywords) or any(isinstance(a, ast.Starred) for a in args):
            raise NotLiteral
        values = tuple(self._argument(a) for a in args)
        options = {k.arg: self._argument(k.value) for k in keywords if k.arg}
        self.calls.append(Invocation(entry, values, options))
        name = RESULT.format(len(self.calls) - 1)
        self.known.add(name)
        return name

    def _argument(self, expression: ast.expr) -> object:
        if not supported(expression, self.bound):
            raise NotLiteral
        value: object = evaluate(expression, lambda name: evaluate(self.bound[name], _no_results))
        Value.of(value)
        return value


def _literal(node: ast.expr | None) -> object:
    """Return what a display of constants says; raises NotLiteral, and TypeError for what Python would."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.List):
        return list(map(_literal, node.elts))
    if isinstance(node, ast.Tuple):
        return tuple(map(_literal, node.elts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        negated: object = operator.neg(cast("int", _literal(node.operand)))
        return negated
    if isinstance(node, ast.Dict):
        return dict(zip(map(_literal, node.keys), map(_literal, node.values), strict=True))
    raise NotLiteral


LOAD = ast.Load()
IMMUTABLE = (ast.Constant, ast.UnaryOp, ast.unaryop, ast.BinOp, ast.operator, ast.Tuple, ast.expr_context)


def _no_results(name: str) -> object:
    raise NotLiteral


class _Resolver:
    """Puts stand-ins into a copy of an expression, in Python's order of evaluation."""

    def __init__(self, reader: _Reader, scope: _Scope) -> None:
        self.reader, self.scope = reader, scope
        self.passed: set[str] = set()

    def resolved(self, node: ast.expr) -> ast.expr:
        """Return the expression with names that `evaluate` is given values for; raises NotLiteral."""
        match node:
            case ast.Constant():
                return node
            case ast.Call(func=ast.Name(id=name)) if name in self.scope.entries:
                return self._program_call(node, self.scope.entries[name])
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if module in self.scope.functions:
                return ast.Name(f"{self.scope.functions[module]}.{attr}", LOAD)
            case ast.Name(id=name):
                return ast.Name(self._meaning(name), LOAD)
        return type(node)(**{name: self._part(value) for name, value in ast.iter_fields(node)})

    def _part(self, value: Any) -> Any:
        """Return a field's value with the expressions in it resolved."""
        if isinstance(value, list):
            return [*map(self._part, value)]
        if isinstance(value, ast.keyword):
            return ast.keyword(value.arg, self.resolved(value.value))
        return self.resolved(value) if isinstance(value, ast.expr) else value

    def _meaning(self, name: str) -> str:
        if name in self.scope.procedures or name in self.scope.entries:
            raise NotLiteral
        return self.scope.bound.get(name) or self.scope.functions.get(name, name)

    def _program_call(self, node: ast.Call, entry: str) -> ast.expr:
        if self.scope.bound:
            parts = (*node.args, *node.keywords)
            inside = {n.id for part in parts for n in nodes(part) if isinstance(n, ast.Name)}
            inside &= self.scope.bound.keys()
            self.passed |= {n for n in inside if not self.reader._fixed(self.scope.bound[n])}
        args = [*map(self.resolved, node.args)]
        keywords = [*map(self._part, node.keywords)]
        return ast.Name(self.reader.invocation(entry, args, keywords), LOAD)


class _CallRaised(Exception):
    """The result asked for is an exception that the program raised."""


class Missing(Exception):
    """The result asked for never came: the program ended before."""


def judge_case(tests: LiteralTests, case: Case, results: Sequence[Result]) -> CaseOutcome:
    """Check one case on the results that came back.

    Raises Beyond where the check is not decided by plain data, and Missing where a result is not there.
    """
    try:
        if case.check is None:
            return _compared(_returned(results, case.calls[0]), case.expected)
        return _checked(tests, case.check, results)
    except _CallRaised as error:
        return CaseOutcome(False, raised=str(error))
    except (WireError, RecursionError) as error:
        raise Beyond from error
    except (Beyond, Missing):
        raise
    except Exception as error:
        if any(isinstance(r, Returned) and not r.value.is_plain for r in results):
            raise Beyond from error
        return CaseOutcome(False, raised=f"{type(error).__name__}: {error}")


def _returned(results: Sequence[Result], index: int) -> object:
    if index >= len(results):
        raise Missing
    result = results[index]
    if isinstance(result, Raised):
        raise _CallRaised(str(result))
    return result.value.plain()


def _compared(got: object, expected: object) -> CaseOutcome:
    return CaseOutcome(True) if got == expected else CaseOutcome(False, _shown(got), _shown(expected))


def _checked(tests: LiteralTests, check: ast.expr, results: Sequence[Result]) -> CaseOutcome:
    values: dict[str, object] = {}

    def value_of(name: str) -> object:
        if name in tests.bound:
            if name not in values:
                values[name] = evaluate(tests.bound[name], value_of)
            return values[name]
        return _returned(results, int(name.rsplit(" ", 1)[1]))

    holds = evaluate(check, value_of)
    if isinstance(holds, Foreign):
        raise Beyond
    if holds:
        return CaseOutcome(True)
    sides = (check.left, check.comparators[0]) if isinstance(check, ast.Compare) else (check,)
    shown = [_shown(evaluate(side, value_of)) for side in sides]
    return CaseOutcome(False, shown[0], shown[1] if len(shown) > 1 else "a true value")


def _shown(value: object, limit: int = 300) -> str:
    try:
        text = repr(value)
    except ValueError:
        text = f"<a {type(value).__name__} of too many digits>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
