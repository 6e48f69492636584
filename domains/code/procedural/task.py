"""A task with known truth: its words, a program that solves it, and calls with what they return.

What a seed brings is read here: the program in its response and the literal calls in its tests.
Arguments and results are kept as Python literals in text, so that a task is plain JSON.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from evol.domains.code.replies import own_program
from evol.domains.code.trying import suite_for
from evol.types import Json, Sample
from evol.verifiers.code.literal_reading import read_literal
from evol.verifiers.code.source import parse
from evol.verifiers.code.suite import Suite

RAISES: Final = "!ValueError"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the entry point: its arguments as a literal tuple, and its result as a literal.

    `RAISES` stands for the result of a call that must raise ValueError. `telling` says that it
    shows what the last step changed.
    """

    args: str
    result: str
    telling: bool = False

    def values(self) -> tuple[Any, ...]:
        """Return the arguments."""
        return tuple(ast.literal_eval(self.args))


@dataclass(frozen=True, slots=True)
class Task:
    """A task: `text` is the instruction, `source` a right program, `entry` what it defines.

    `steps` names what was put onto it, so that nothing is asked twice.
    """

    text: str
    source: str
    entry: str
    params: tuple[str, ...]
    calls: tuple[Call, ...]
    steps: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Json]:
        """Return the task as plain JSON."""
        plain: dict[str, Json] = asdict(self)
        return plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Task:
        """Return the task that `to_json` wrote."""
        calls = tuple(Call(**call) for call in data["calls"])
        return cls(
            data["text"], data["source"], data["entry"], tuple(data["params"]), calls, tuple(data["steps"])
        )

    def signature(self) -> str:
        """Return the entry point as it is written in a sentence."""
        return f"{self.entry}({', '.join(self.params)})"


def task_of(row: Sample) -> Task | None:
    """Return what is known of a row: by its truth, or by the program and the tests that it brings."""
    if isinstance(known := row.truth.get("task"), Mapping):
        return Task.from_json(known)
    if not row.response or row.tests is None:
        return None
    suite = suite_for(row.tests, row.instruction)
    source = own_program(row.response).replace("\r\n", "\n")
    return _from_suite(row.instruction, source, suite) if suite and suite.script else None


def _from_suite(text: str, source: str, suite: Suite) -> Task | None:
    literal = read_literal(suite.script, suite.entry_points)
    tree = parse(source)
    if literal is None or tree is None or any(call.kwargs for call in literal.calls):
        return None
    names = {call.entry for call in literal.calls}
    params = _params(tree, next(iter(names), ""))
    args = list(dict.fromkeys(repr(tuple(call.args)) for call in literal.calls))
    if len(names) != 1 or not params or not all(_is_literal(a) for a in args):
        return None
    calls = tuple(Call(a, "") for a in args if len(ast.literal_eval(a)) == len(params))
    return Task(text.strip(), source.strip("\n"), names.pop(), params, calls) if calls else None


def _params(tree: ast.Module, name: str) -> tuple[str, ...]:
    """Return the parameters of a function, where all of them are plain; otherwise nothing."""
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            args = statement.args
            if args.vararg or args.kwarg or args.kwonlyargs or args.posonlyargs or statement.decorator_list:
                return ()
            return tuple(arg.arg for arg in args.args)
    return ()


def _is_literal(text: str) -> bool:
    try:
        return isinstance(ast.literal_eval(text), tuple)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def renamed(source: str, old: str, new: str) -> str:
    """Return a program in which a top-level function has another name, wherever it is used."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == old:
            node.name = new
        elif isinstance(node, ast.Name) and node.id == old:
            node.id = new
    return ast.unparse(tree)


def free_name(source: str, wanted: str) -> str:
    """Return a name like the one wanted that does not occur in a program."""
    name, number = wanted, 2
    while name in source:
        name, number = f"{wanted}_{number}", number + 1
    return name


def named_in(text: str, entry: str) -> bool:
    """Whether an instruction says how its function is called."""
    return any(form in text for form in (f"`{entry}`", f"`{entry}(", f"{entry}(", f"def {entry}"))


def kinds(values: Sequence[Any]) -> set[str]:
    """Return the kinds of values that occur; an empty list is of the kind of the others."""
    found = {kind(value) for value in values}
    lists = found & {"ints", "strs", "list"}
    return found - {"empty"} if lists else {"list" if k == "empty" else k for k in found}


def kind(value: Any) -> str:
    """Return what a value is, as far as steps care."""
    if isinstance(value, list):
        if not value:
            return "empty"
        if all(type(item) is int for item in value):
            return "ints"
        return "strs" if all(isinstance(item, str) for item in value) else "list"
    return type(value).__name__
