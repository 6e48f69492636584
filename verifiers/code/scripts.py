"""Test scripts made ready to run beside a program instead of after it.

In the usual harness tests follow the solution in one namespace. Here they run in a process of
their own, so a script must bring its own imports and helpers, must call its test functions, and
must say which names it takes from the program. What a script could take from Python itself it
never takes from the program: a solution that redefines `abs` or `math` bends no comparison.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from evol.verifiers.code.source import (
    BUILTINS,
    DEFINITIONS,
    MAX_SOURCE,
    defined,
    loaded_names,
    names_used,
    parse,
    top_level_names,
    unbound_names,
)

IMPLIED_MODULES = frozenset(
    (
        *("bisect", "collections", "copy", "datetime", "decimal", "fractions", "functools", "heapq"),
        *("itertools", "json", "math", "operator", "random", "re", "statistics", "string", "sys", "time"),
        *("typing", "unittest"),
    )
)
CANDIDATE_MODULES = frozenset(
    (
        *("solution", "main", "answer", "program", "candidate", "submission"),
        *("your_module", "module", "my_module", "code_module"),
    )
)
TEXT = re.compile(r"\s*[A-Za-z]{0,2}['\"]")


@dataclass(frozen=True, slots=True)
class ReadyScript:
    """A test script that stands on its own, as text and as a tree, and the names it takes from the program.

    `tree` is None where the text is no program.
    """

    text: str
    entry_points: tuple[str, ...]
    tree: ast.Module | None = field(default=None, compare=False)


def ready(script: str, prompt: str = "", entry_point: str | None = None) -> ReadyScript:
    """Return a test script made ready; text that is no program comes back as it is.

    Imports of the program under test are dropped (of `from x import f as g`, `g = f` is left),
    modules named but not imported are imported, helpers that `prompt` defines are put in front,
    and test functions (and a HumanEval `check`) are called at the end.
    """
    tree = parse(script)
    names = (entry_point,) if entry_point else ()
    if tree is None:
        return ReadyScript(script, names)
    loaded, bound = names_used(tree)
    own = [s for s in tree.body if _imports_candidate(s, names)]
    dropped = {id(s): _aliases(s) for s in own}
    missing = (loaded - bound - BUILTINS) | {a.name for s in own for a in s.names}
    missing -= {"*", *names}
    helpers = _helpers(prompt, missing, names)
    given = set().union(*map(defined, helpers))
    missing |= unbound_names(ast.Module(helpers, [])) if helpers else set()
    needed = (missing & IMPLIED_MODULES) - given
    future = [s for s in tree.body if isinstance(s, ast.ImportFrom) and s.module == "__future__"]
    dropped |= {id(s): [] for s in future}
    front = [*future, *(ast.Import([ast.alias(m)]) for m in sorted(needed)), *helpers]
    calls = _calls(tree, entry_point, loaded)
    written = [f"{name}({', '.join(given)})" for name, given in calls]
    text = "\n".join([*map(ast.unparse, front), _without(script, tree, dropped), *written])
    kept = [each for s in tree.body for each in dropped.get(id(s), [s])]
    made = [ast.Expr(ast.Call(_read(name), [*map(_read, given)], [])) for name, given in calls]
    whole = ast.Module([*front, *kept, *made], [])
    return ReadyScript(text, _entry_points(tree, names, missing - given - needed), whole)


def _entry_points(tree: ast.Module, given: tuple[str, ...], missing: set[str]) -> tuple[str, ...]:
    """Return the names that a script takes from the program, the one that was given first.

    A name of Python's own (`sum`, `max`) counts only where the script uses no other and calls it
    in every assertion.
    """
    names = (*given, *sorted(missing - IMPLIED_MODULES - {"candidate", "pytest"} - set(given)))
    if names:
        return names
    called = [_outermost(s) for s in tree.body if isinstance(s, ast.Assert)]
    first = called[0] if called else None
    return (first,) if first and set(called) == {first} else ()


def _without(script: str, tree: ast.Module, dropped: Mapping[int, Sequence[ast.stmt]]) -> str:
    """Return a script with some of its statements replaced by others, on a line of their own kind."""
    if not dropped:
        return script
    lines = [line.encode() for line in script.split("\n")]
    for statement in reversed(tree.body):
        if id(statement) in dropped:
            first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
            instead = "; ".join(map(ast.unparse, dropped[id(statement)])) or "pass"
            after = lines[last][statement.end_col_offset :]
            lines[first : last + 1] = [lines[first][: statement.col_offset] + instead.encode() + after]
    return b"\n".join(lines).decode()


def _outermost(statement: ast.Assert) -> str | None:
    test = statement.test.left if isinstance(statement.test, ast.Compare) else statement.test
    return test.func.id if isinstance(test, ast.Call) and isinstance(test.func, ast.Name) else None


def _aliases(statement: ast.ImportFrom) -> list[ast.stmt]:
    """Return what an import of the program under test leaves to do: to bind the names it renames."""
    renamed = [(a.asname, a.name) for a in statement.names if a.asname and a.asname != a.name]
    return [ast.Assign([ast.Name(new, ast.Store())], _read(old), lineno=0) for new, old in renamed]


def _imports_candidate(statement: ast.stmt, entry_points: tuple[str, ...]) -> TypeGuard[ast.ImportFrom]:
    if not isinstance(statement, ast.ImportFrom):
        return False
    names = {a.name for a in statement.names}
    return statement.level > 0 or statement.module in CANDIDATE_MODULES or bool(names & set(entry_points))


def _helpers(prompt: str, missing: set[str], entry_points: tuple[str, ...]) -> list[ast.stmt]:
    """Return what the prompt gives that the tests miss: they must not take it from the program."""
    before = preamble(prompt, entry_points)
    tree = parse(before) if before.strip() and missing - set(entry_points) else None
    if tree is None:
        return []
    given = [s for s in tree.body if not defined(s) & set(entry_points)]
    wanted, kept = set(missing), set[int]()
    for statement in reversed(given):
        if defined(statement) & wanted:
            kept.add(id(statement))
            wanted |= loaded_names(statement)
    return [s for s in given if id(s) in kept]


def preamble(prompt: str, entry_points: Iterable[str]) -> str:
    """Return the part of a prompt that stands before the definition it asks for."""
    lines = prompt.split("\n")
    starts = tuple(
        f"{kind} {name}{end}"
        for name in entry_points
        for kind in ("def", "class", "async def")
        for end in "(:"
    )
    found = [i for i, line in enumerate(lines) if line.startswith(starts)]
    return "\n".join(lines[: found[-1]]) if found else prompt


def _calls(
    tree: ast.Module, entry_point: str | None, called: Container[str]
) -> list[tuple[str, tuple[str, ...]]]:
    """Return calls of the functions that hold the tests, where nothing in the script calls them.

    Each is the function's name and those of its arguments.
    """
    functions = [s for s in tree.body if isinstance(s, ast.FunctionDef)]
    holders = [f for f in functions if f.name.startswith("test") and not (f.args.args or f.args.posonlyargs)]
    checks = [f for f in functions if entry_point and f.name == "check" and len(f.args.args) == 1]
    given = (entry_point,) if entry_point else ()
    wanted = [*((f.name, ()) for f in holders), *((f.name, given) for f in checks)]
    return [(name, arguments) for name, arguments in wanted if name not in called]


def _read(name: str) -> ast.Name:
    return ast.Name(name, ast.Load())


def assemble(solution: str, prompt: str, entry_points: Iterable[str]) -> str:
    """Return the program that a solution means: itself after a prompt's preamble, or the prompt completed."""
    names = tuple(entry_points)
    if not prompt:
        return solution
    tree = None if _starts_inside(solution) else parse(solution)
    if tree is not None and set(names) <= top_level_names(tree):
        whole = _after_future(preamble(prompt, names), solution)
        return whole if parse(whole) is not None else solution
    for body in (solution, _indented(solution)):
        whole = _completed(prompt, body)
        if (tree := parse(whole)) is not None and _completes(tree, names):
            return whole
    return solution


def guess(solution: str, prompt: str, entry_points: Iterable[str]) -> str | None:
    """Return what `assemble` most likely makes of a solution, told from how its lines begin, or None.

    Nothing is parsed: where a program guessed so is not accepted, ask `assemble` what was meant.
    """
    names = tuple(entry_points)
    if not prompt or not names or len(prompt) + len(solution) >= MAX_SOURCE:
        return None
    first = _first_line(solution)
    if first[:1] in (" ", "\t"):
        # A text alone would be a docstring: a function without a body, which nobody wrote.
        return None if TEXT.match(first) else _completed(prompt, solution)
    if all(f"\ndef {name}(" in f"\n{solution}" for name in names):
        return _after_future(preamble(prompt, names), solution)
    return None


def _first_line(solution: str) -> str:
    """Return the first line with more than a comment on it."""
    return next((line for line in solution.split("\n") if line.strip() and line.strip()[0] != "#"), "")


def _starts_inside(solution: str) -> bool:
    """Whether a text begins with an indented statement, so that it is no program by itself."""
    return _first_line(solution)[:1] in (" ", "\t")


def _completed(prompt: str, body: str) -> str:
    return prompt.rstrip("\n") + "\n" + body


def _after_future(before: str, solution: str) -> str:
    """Join two programs; `from __future__` must come first in the whole."""
    lines = solution.split("\n")
    future = [line for line in lines if line.startswith("from __future__ ")]
    return "\n".join([*future, before, *(line for line in lines if line not in future)])


def _indented(body: str) -> str:
    return "\n".join(f"    {line}" if line.strip() else line for line in body.split("\n"))


def _completes(tree: ast.Module, names: tuple[str, ...]) -> bool:
    """Whether the definitions asked for have got more than a docstring."""
    asked = [s for s in tree.body if isinstance(s, DEFINITIONS) and s.name in names]
    return bool(asked) and not any(len(s.body) == 1 and ast.get_docstring(s) is not None for s in asked)


def called_names(script: str) -> frozenset[str]:
    """Return the names a script reads that are neither its own nor Python's."""
    tree = parse(script)
    return frozenset() if tree is None else frozenset(unbound_names(tree))
