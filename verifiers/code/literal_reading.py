"""Test scripts read as data: calls with literal arguments, and checks on what they return.

Statements are walked in the order in which they would run: assertions, bindings, test functions
that are called, and loops over what the script itself states, each turn as a case of its own.
Arguments that a script draws at random are drawn here, the same each time. A script that does
more (expected exceptions, objects, functions of its own) is not literal and takes the judge route.
"""

from __future__ import annotations

import ast
import contextlib
import random
from collections.abc import Collection, Iterator, Sequence

from evol.verifiers.code.displays import LOAD, SCALARS, NotLiteral, displayed, immutable, literal
from evol.verifiers.code.evaluate import Beyond, Work, evaluate, supported
from evol.verifiers.code.literal_cases import Case, LiteralTests
from evol.verifiers.code.literal_resolving import Resolver
from evol.verifiers.code.literal_scope import Scope
from evol.verifiers.code.source import nodes, parse
from evol.verifiers.sandbox import Invocation, Value, WireError

MAX_DEPTH = 5
MAX_TURNS = 1000
MAX_DRAWN = 1000
MAX_LOOPED = 200_000
DISPLAYS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.UnaryOp)
RESULT = "result {}"
BOUND = "bound {}"


def read_literal(script: str | ast.Module, entry_points: Collection[str]) -> LiteralTests | None:
    """Return a ready script's tests as data, or None where it does more than data can say."""
    tree = parse(script) if isinstance(script, str) else script
    if tree is None:
        return None
    reader = Reader(frozenset(entry_points))
    try:
        reader.read(tree.body, Scope({n: n for n in entry_points}))
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


class Reader:
    """Walks statements in the order in which they would run."""

    def __init__(self, entry_points: frozenset[str]) -> None:
        self.entry_points = entry_points
        self.calls: list[Invocation] = []
        self.cases: list[Case] = []
        self.bound: dict[str, ast.expr] = {}
        self.constants: dict[str, ast.Constant] = {}
        self.spent: set[str] = set()
        self.known: set[str] = set()
        self.turn: list[str] = []
        self.turns = 0
        self.looping = 0
        self.work = Work(MAX_LOOPED)
        self.random = random.Random(0)  # noqa: S311 - arguments of tests

    def read(self, body: Sequence[ast.stmt], scope: Scope) -> None:
        """Take in statements; raises NotLiteral."""
        for statement in body:
            match statement:
                case ast.Assert(test=test):
                    self._assertion(test, scope)
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=old)) if old in scope.entries:
                    scope.entries[name] = scope.entries[old]
                    scope.bound.pop(name, None)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    self._bind([name], [value], scope)
                case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=given)):
                    self._bind([_name_of(target) for target in targets], given, scope)
                case ast.FunctionDef(name=name) if not statement.decorator_list:
                    scope.procedures[name] = statement
                case ast.Import() | ast.ImportFrom():
                    self._imports(statement, scope)
                case ast.Expr(value=value):
                    self._bare(value, scope)
                case ast.If(test=test, body=inner) if ast.unparse(test) == "__name__ == '__main__'":
                    self.read(inner, scope)
                case ast.For(target=target, iter=iterable, body=inner, orelse=[]):
                    self._loop(target, iterable, inner, scope)
                case ast.Pass():
                    continue
                case _:
                    raise NotLiteral

    def _assertion(self, test: ast.expr, scope: Scope) -> None:
        first = len(self.calls)
        case = self._plain_comparison(test, scope)
        if case is None:
            check = self._resolved(test, scope)
            case = Case(test, check, tuple(range(first, len(self.calls))), turn=", ".join(self.turn))
        self.cases.append(case)

    def _plain_comparison(self, test: ast.expr, scope: Scope) -> Case | None:
        """Read the commonest assertion, `f(literals) == literal`, without the general machinery."""
        if not isinstance(test, ast.Compare) or [*map(type, test.ops)] != [ast.Eq]:
            return None
        call = test.left
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
            return None
        entry = scope.entries.get(call.func.id)
        if entry is None or not all(type(part) in DISPLAYS for part in call.args):
            return None
        try:
            values = tuple(map(literal, call.args))
            expected = literal(test.comparators[0])
        except (NotLiteral, TypeError):
            return None
        self.calls.append(Invocation(entry, values))
        return Case(test, None, (len(self.calls) - 1,), expected)

    def _bind(self, names: list[str], given: list[ast.expr], scope: Scope) -> None:
        """Bind names to the values of as many expressions, all read before the first name is bound."""
        for name, key in zip(names, [self._key(value, scope) for value in given], strict=True):
            scope.bound[name] = key
            scope.entries.pop(name, None)
            if self.looping:
                with contextlib.suppress(NotLiteral):
                    self.turn.append(f"{name} = {self.stated(key)!r}")

    def _key(self, value: ast.expr, scope: Scope) -> str:
        """Return the key that stands for an expression from here on."""
        resolved = value if isinstance(value, ast.Constant) else self._bindable(value, scope)
        key = BOUND.format(len(self.bound))
        if isinstance(resolved, ast.Constant):
            self.constants[key] = resolved
        self.bound[key] = resolved
        self.known.add(key)
        return key

    def _bindable(self, value: ast.expr, scope: Scope) -> ast.expr:
        """Return an expression that means the same whenever it is evaluated."""
        shared = any(not self.fixed(scope.bound[n.id]) for n in self.bindings_in([value], scope))
        resolved = self._resolved(value, scope)
        if shared:
            # Only what is made of it can be told from the thing itself, which a call may change.
            resolved = displayed(self.argument(resolved))
            if not immutable(resolved):
                raise NotLiteral
        return resolved

    def bindings_in(self, parts: Sequence[ast.AST], scope: Scope) -> list[ast.Name]:
        """Return the bound names that these read, where any stands for more than a constant."""
        if len(self.constants) == len(self.bound):
            return []
        names = [n for part in parts for n in nodes(part) if isinstance(n, ast.Name)]
        return [n for n in names if n.id in scope.bound]

    def fixed(self, key: str) -> bool:
        """Whether what a name is bound to cannot be changed by a call that it is passed to."""
        return key in self.constants or immutable(self.bound[key])

    def _loop(self, target: ast.expr, iterable: ast.expr, body: list[ast.stmt], scope: Scope) -> None:
        """Read a loop's body once for each item of what the script itself states."""
        for item in self._turns(iterable, scope):
            self._take(target, item, scope)
            self.read(body, scope)

    def _turns(self, iterable: ast.expr, scope: Scope) -> Iterator[object]:
        """Yield what a loop runs over, item by item; what is bound in a turn is told of none after it."""
        over = {scope.bound[n.id] for n in self.bindings_in([iterable], scope)}
        items = self.items(iterable, scope)
        self.turns += len(items)
        if over & self.spent or self.turns > MAX_TURNS:
            raise NotLiteral
        if not SCALARS.issuperset(map(type, items)):
            # What a turn passes to a call may be changed by it, and is part of what is looped over.
            self.spent |= {key for key in over if not self.fixed(key)}
        outer = len(self.turn)
        self.looping += 1
        for item in items:
            yield item
            del self.turn[outer:]
        self.looping -= 1

    def turns_of(self, generators: list[ast.comprehension], scope: Scope) -> Iterator[Scope]:
        """Yield a scope for each turn of a comprehension."""
        if not generators:
            yield scope
            return
        first, *rest = generators
        if first.is_async:
            raise NotLiteral
        for item in self._turns(first.iter, scope):
            inner = scope.copied()
            self._take(first.target, item, inner)
            if all(self.argument(Resolver(self, inner).resolved(test)) for test in first.ifs):
                yield from self.turns_of(rest, inner)

    def computed(
        self, element: ast.expr, name: str, over: ast.comprehension, scope: Scope
    ) -> Iterator[ast.expr]:
        """Yield what a comprehension of stated values comes to, item by item; raises NotLiteral."""
        key = self._key(ast.List([], LOAD), scope)
        inner = scope.copied()
        inner.bound[name] = key
        inner.entries.pop(name, None)
        resolver = Resolver(self, inner)
        tests, value = [*map(resolver.resolved, over.ifs)], resolver.resolved(element)
        if over.is_async or not all(supported(part, self.bound) for part in (*tests, value)):
            raise NotLiteral
        for item in self._turns(over.iter, scope):
            self.bound[key] = displayed(item)
            if all(self.evaluated(test) for test in tests):
                yield displayed(self.evaluated(value))

    def items(self, iterable: ast.expr, scope: Scope) -> Collection[object]:
        """Return what a loop runs over, where that is stated."""
        match iterable:
            case ast.Call(func=ast.Name(id="zip"), args=args, keywords=[]):
                return [*zip(*(self.items(arg, scope) for arg in args), strict=False)]
            case ast.Call(func=ast.Name(id="enumerate"), args=[arg], keywords=[]):
                return [*enumerate(self.items(arg, scope))]
            case ast.Call(func=ast.Attribute(value=inner, attr="items"), args=[], keywords=[]):
                table = self.items(inner, scope)
                if not isinstance(table, dict):
                    raise NotLiteral
                return [*table.items()]
        items = self.argument(Resolver(self, scope).resolved(iterable))
        if not isinstance(items, list | tuple | range | dict | str):
            raise NotLiteral
        return items

    def _take(self, target: ast.expr, value: object, scope: Scope) -> None:
        """Bind what a loop has in one turn to its names."""
        match target:
            case ast.Name(id=name):
                self._bind([name], [displayed(self.work.spend(value))], scope)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) if isinstance(value, tuple | list):
                for part, each in zip(parts, value, strict=True):
                    self._take(part, each, scope)
            case _:
                raise NotLiteral

    def _imports(self, statement: ast.Import | ast.ImportFrom, scope: Scope) -> None:
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                scope.functions[alias.asname or alias.name] = f"{statement.module}.{alias.name}"
            else:
                scope.functions[alias.asname or alias.name] = alias.name

    def _bare(self, value: ast.expr, scope: Scope) -> None:
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
            case ast.Call(func=function, args=[seed], keywords=[]) if scope.meant(function) == "random.seed":
                self.random.seed(repr(literal(seed)))
            case _:
                raise NotLiteral

    def _procedure(self, function: ast.FunctionDef, args: list[ast.expr], scope: Scope) -> None:
        """Read a test function's body in the place of its call; its arguments must be entry points."""
        spec = function.args
        given = [scope.entries[a.id] for a in args if isinstance(a, ast.Name) and a.id in scope.entries]
        named = [a.arg for a in spec.args]
        if len(given) != len(args) or len(named) != len(given) or scope.depth >= MAX_DEPTH:
            raise NotLiteral
        if spec.vararg or spec.kwarg or spec.posonlyargs or spec.kwonlyargs or spec.defaults:
            raise NotLiteral
        inner = scope.copied()
        inner.entries |= zip(named, given, strict=True)
        inner.depth += 1
        self.read(function.body, inner)

    def _resolved(self, expression: ast.expr, scope: Scope) -> ast.expr:
        """Return an expression with names for results, bindings and library functions; notes its calls."""
        if type(expression) in DISPLAYS:
            with contextlib.suppress(NotLiteral, TypeError):
                literal(expression)
                return expression
        resolver = Resolver(self, scope)
        resolved = resolver.resolved(expression)
        if isinstance(resolved, ast.Constant):
            return resolved
        if self.spent or resolver.passed:
            self._spend(expression, resolver.passed, scope)
        if not supported(resolved, self.known):
            raise NotLiteral
        return resolved

    def _spend(self, expression: ast.expr, passed: set[str], scope: Scope) -> None:
        """Note what was passed to a call, which may have changed it; raises NotLiteral for a later use."""
        loads = [n.id for n in self.bindings_in([expression], scope)]
        if any(loads.count(n) > 1 for n in passed) or self.spent & {scope.bound[n] for n in loads}:
            raise NotLiteral
        self.spent |= {scope.bound[n] for n in passed}

    def invocation(self, entry: str, args: list[ast.expr], keywords: list[ast.keyword]) -> str:
        """Note a call and return the name that stands for its result."""
        if any(k.arg is None for k in keywords) or ast.Starred in map(type, args):
            raise NotLiteral
        values = tuple(map(self.argument, args))
        options = {k.arg: self.argument(k.value) for k in keywords if k.arg}
        self.calls.append(Invocation(entry, values, options))
        name = RESULT.format(len(self.calls) - 1)
        self.known.add(name)
        return name

    def argument(self, expression: ast.expr) -> object:
        """Return what an expression states; raises NotLiteral where that is the program's to say."""
        if isinstance(expression, ast.Constant):
            return expression.value
        if not supported(expression, self.bound):
            raise NotLiteral
        value = self.evaluated(expression)
        Value.of(value)
        return value

    def drawn(self, name: str, args: list[ast.expr]) -> ast.expr:
        """Return what a script draws at random, drawn once; raises NotLiteral where it is not bounded."""
        values = [self.argument(arg) for arg in args]
        if name == "random.sample" and not (isinstance(values[-1], int) and values[-1] <= MAX_DRAWN):
            raise NotLiteral
        return displayed(getattr(self.random, name.removeprefix("random."))(*values))

    def stated(self, name: str) -> object:
        """Return what a name is bound to, made anew; raises NotLiteral for what a call returned."""
        if name in self.constants:
            return self.constants[name].value
        if name not in self.bound:
            raise NotLiteral
        return self.evaluated(self.bound[name])

    def evaluated(self, expression: ast.expr) -> object:
        """Return a stated value; all turns of all loops together may make so many items, and no more."""
        return evaluate(expression, self.stated, self.work if self.looping else None)


def _name_of(target: ast.expr) -> str:
    if not isinstance(target, ast.Name):
        raise NotLiteral
    return target.id
