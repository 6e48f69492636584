"""Test suites taken apart into independent cases, and put together again from those that hold.

Solutions and tests judge each other case by case (CodeT, arXiv 2207.10397): one wrong expected
value must not cost the other tests their voice. A suite whose statements build on each other
stays whole.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from evol.types import Json
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.source import BUILTINS, loaded_names, parse, top_level_names

MOST: Final = 40
JSON_BLOCK = re.compile(r"^```(?:json)?[ \t]*\n(?P<body>\s*[\[{].*?)^```", re.DOTALL | re.MULTILINE)
NEUTRAL = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Pass)
CHECKS = (ast.Assert, ast.For, ast.Try, ast.With)


@dataclass(frozen=True, slots=True)
class Case:
    """One independent test: Python with what it needs in front, or one dialogue of a program."""

    body: str = ""
    setup: str = ""
    dialogue: tuple[str, str] | None = None

    @property
    def tests(self) -> Json:
        """The case as a test suite of its own."""
        if self.dialogue is not None:
            return [_pair(self.dialogue)]
        return "\n".join(part for part in (self.setup, self.body) if part)


def _pair(dialogue: tuple[str, str]) -> Json:
    return {"input": dialogue[0], "output": dialogue[1]}


def cases_in(reply: str) -> list[Case]:
    """Return the cases in a teacher's reply; none where it holds no tests that can be read."""
    if dialogues := _dialogues(reply):
        return [Case(dialogue=dialogue) for dialogue in dialogues][:MOST]
    script = extract_code(reply).code
    return split(script)[:MOST] if script else []


def _dialogues(reply: str) -> list[tuple[str, str]]:
    found = JSON_BLOCK.search(reply)
    try:
        rows = json.loads(found["body"] if found else reply)
    except (ValueError, RecursionError):
        return []
    rows = rows if isinstance(rows, list) else [rows]
    if not all(isinstance(row, dict) and {"input", "output"} <= row.keys() for row in rows):
        return []
    pairs = [(row["input"], row["output"]) for row in rows]
    return [pair for pair in pairs if all(isinstance(text, str) for text in pair)]


def split(script: str) -> list[Case]:
    """Return a script's checks, each with the imports, helpers and constants of the script."""
    tree = parse(script)
    if tree is None or not any(isinstance(node, ast.Assert) for node in ast.walk(tree)):
        return [Case(script)] if tree is not None and _has_test_class(tree) else []
    body = _without_main(tree.body)
    functions = {s.name for s in body if isinstance(s, ast.FunctionDef) and _is_test(s)}
    kept = [s for s in body if not _calls_one_of(s, functions) and not _is_text(s)]
    checks = [s for s in kept if isinstance(s, CHECKS) or getattr(s, "name", "") in functions]
    shared = [s for s in kept if s not in checks]
    if not checks or _has_test_class(tree) or not all(map(_is_neutral, shared)):
        return [Case(script)]
    setup = ast.unparse(ast.Module(shared, []))
    return [Case(ast.unparse(check), setup) for check in checks]


def _has_test_class(tree: ast.Module) -> bool:
    bases = (ast.unparse(b) for s in tree.body if isinstance(s, ast.ClassDef) for b in s.bases)
    return any("TestCase" in base for base in bases)


def _without_main(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return the statements with those under `if __name__ == "__main__":` in their place."""
    flat: list[ast.stmt] = []
    for statement in body:
        is_main = isinstance(statement, ast.If) and "__name__" in loaded_names(statement.test)
        flat += statement.body if is_main and isinstance(statement, ast.If) else [statement]
    return flat


def _is_test(function: ast.FunctionDef) -> bool:
    return function.name.startswith("test") and not (function.args.args or function.args.posonlyargs)


def _calls_one_of(statement: ast.stmt, functions: set[str]) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in functions


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement only says something: a docstring, a line that is printed."""
    value = statement.value if isinstance(statement, ast.Expr) else None
    is_print = isinstance(value, ast.Call) and ast.unparse(value.func) == "print"
    return isinstance(value, ast.Constant) or is_print


def _is_neutral(statement: ast.stmt) -> bool:
    """Whether a statement leaves nothing behind that one check could change for another."""
    if isinstance(statement, ast.Assign):
        return loaded_names(statement.value) <= BUILTINS
    return isinstance(statement, NEUTRAL)


def join(cases: Sequence[Case]) -> Json:
    """Return cases as one suite, each once; a test function takes another name where two share one.

    The cases must be `consistent`.
    """
    dialogues = [case.dialogue for case in cases if case.dialogue is not None]
    if dialogues:
        return [_pair(dialogue) for dialogue in dict.fromkeys(dialogues)]
    bodies: dict[str, str] = {}
    for case in cases:
        taken = set().union(*map(_names, bodies.values()))
        bodies.setdefault(_named(case.body, "test"), _renamed(case.body, taken))
    setups = dict.fromkeys(case.setup for case in cases if case.setup)
    return "\n".join([*setups, *bodies.values()])


def consistent(cases: Sequence[Case]) -> list[int]:
    """Return the positions of the cases that can stand in one script.

    A case whose helpers or test classes bear the names of an earlier one's, and differ, cannot.
    """
    given: dict[str, str] = {}
    kept = []
    for place, case in enumerate(cases):
        parts = [case.setup] if _is_function(case.body) else [case.setup, case.body]
        named = {name: part for part in parts for name in _names(part)}
        if all(given.get(name, part) == part for name, part in named.items()):
            given |= named
            kept.append(place)
    return kept


def _names(script: str) -> set[str]:
    """Return the functions, classes and constants that a script defines; imports cannot clash."""
    tree = parse(script)
    kept = [s for s in tree.body if not isinstance(s, ast.Import | ast.ImportFrom)] if tree else []
    return top_level_names(ast.Module(kept, [])) if kept else set()


def _is_function(body: str) -> bool:
    tree = parse(body)
    return tree is not None and len(tree.body) == 1 and isinstance(tree.body[0], ast.FunctionDef)


def _renamed(body: str, taken: set[str]) -> str:
    tree = parse(body)
    first = tree.body[0] if tree and tree.body else None
    if not isinstance(first, ast.FunctionDef) or first.name not in taken:
        return body
    number = 2
    while f"{first.name}_{number}" in taken:
        number += 1
    return _named(body, f"{first.name}_{number}")


def _named(body: str, name: str) -> str:
    """Return a test function under another name; other checks have none."""
    tree = parse(body)
    if tree is None or len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
        return body
    tree.body[0].name = name
    return ast.unparse(tree)
