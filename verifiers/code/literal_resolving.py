"""Expressions of a test script with stand-ins for what is evaluated elsewhere.

Calls of the program become names of their results, names what they are bound to, comprehensions
displays of their turns, and draws at random what was drawn.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, cast

from evol.verifiers.code.displays import LOAD, NotLiteral
from evol.verifiers.code.literal_scope import Scope
from evol.verifiers.code.source import LEAVES, nodes

if TYPE_CHECKING:
    from evol.verifiers.code.literal_reading import Reader

DRAWN = ("choice", "randint", "random", "randrange", "sample", "uniform")
DRAWS = frozenset(f"random.{name}" for name in DRAWN)
NESTING = (ast.ListComp, ast.GeneratorExp)
CONSUMING = frozenset(("all", "any", "frozenset", "list", "max", "min", "set", "sorted", "sum", "tuple"))


class Resolver:
    """Puts stand-ins into a copy of an expression, in Python's order of evaluation."""

    def __init__(self, reader: Reader, scope: Scope) -> None:
        self.reader, self.scope = reader, scope
        self.passed: set[str] = set()

    def resolved(self, node: ast.expr) -> ast.expr:
        """Return the expression with names that `evaluate` is given values for; raises NotLiteral."""
        kind = type(node)
        if kind is ast.Constant:
            return node
        if kind is ast.Name:
            meaning = self._meaning(cast("ast.Name", node).id)
            return self.reader.constants.get(meaning) or ast.Name(meaning, LOAD)
        if kind in (ast.Call, ast.ListComp, ast.Attribute) and (special := self._special(node)):
            return special
        return kind(**{name: self._part(value) for name, value in vars(node).items() if name in kind._fields})

    def _special(self, node: ast.expr) -> ast.expr | None:
        """Return what stands for a call of the program, a draw, a library's name, or a comprehension."""
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in self.scope.entries:
                return self._program_call(node, self.scope.entries[name])
            case ast.Call(func=function, args=args, keywords=[]) if self.scope.meant(function) in DRAWS:
                return self.reader.drawn(self.scope.meant(function), [*map(self.resolved, args)])
            case ast.ListComp(elt=each, generators=generators):
                return ast.List(self._each(each, generators), LOAD)
            case ast.Call(func=ast.Name(id=name), args=[ast.GeneratorExp() as each], keywords=[]) if (
                name in CONSUMING
            ):
                return self._consumed(node.func, name, each)
            case ast.Attribute(value=ast.Name(id=module), attr=attr) if module in self.scope.functions:
                return ast.Name(f"{self.scope.functions[module]}.{attr}", LOAD)
        return None

    def _each(self, element: ast.expr, over: list[ast.comprehension]) -> list[ast.expr]:
        """Return the element of a comprehension in each of its turns."""
        first = over[0]
        if len(over) == 1 and isinstance(first.target, ast.Name) and self._is_stated(element, *first.ifs):
            return [*self.reader.computed(element, first.target.id, first, self.scope)]
        found = []
        for scope in self.reader.turns_of(over, self.scope):
            inner = Resolver(self.reader, scope)
            found.append(inner.resolved(element))
            self.passed |= {n for n in inner.passed if scope.bound[n] == self.scope.bound.get(n)}
        return found

    def _is_stated(self, *parts: ast.expr) -> bool:
        """Whether these hold nothing of the program's, nothing drawn and no comprehension of their own."""
        inside = [n for part in parts for n in nodes(part)]
        names = {n.id for n in inside if isinstance(n, ast.Name)}
        drawn = any(f"{self.scope.functions.get(name)}.".startswith("random.") for name in names)
        return not (drawn or names & self.scope.entries.keys() or any(isinstance(n, NESTING) for n in inside))

    def _consumed(self, function: ast.expr, name: str, over: ast.GeneratorExp) -> ast.expr:
        """Return a call over a generator as one over a list; raises NotLiteral where that asks more.

        `any` ends with the first that is true, and what the program would do after it must not
        count. `all` ends with the first that is false, and the test has failed then.
        """
        before = len(self.reader.calls)
        each = self._each(over.elt, over.generators)
        if name == "any" and len(self.reader.calls) > before:
            raise NotLiteral
        return ast.Call(self.resolved(function), [ast.List(each, LOAD)], [])

    def _part(self, value: Any) -> Any:
        """Return a field's value with the expressions in it resolved."""
        kind = type(value)
        if kind is list:
            return [*map(self._part, value)]
        if kind is ast.keyword:
            return ast.keyword(value.arg, self.resolved(value.value))
        return self.resolved(value) if kind not in LEAVES and isinstance(value, ast.expr) else value

    def _meaning(self, name: str) -> str:
        if name in self.scope.procedures or name in self.scope.entries:
            raise NotLiteral
        return self.scope.bound.get(name) or self.scope.functions.get(name, name)

    def _program_call(self, node: ast.Call, entry: str) -> ast.expr:
        loose = self.reader.bindings_in([*node.args, *node.keywords], self.scope)
        self.passed |= {n.id for n in loose if not self.reader.fixed(self.scope.bound[n.id])}
        args = [*map(self.resolved, node.args)]
        keywords = [*map(self._part, node.keywords)]
        return ast.Name(self.reader.invocation(entry, args, keywords), LOAD)
