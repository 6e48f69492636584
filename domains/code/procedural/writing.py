"""Replies in words: a program in prose, a suite of tests in code."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from random import Random
from typing import Final

from evol.domains.code.procedural.task import RAISES, Call, Task

OPENINGS: Final = (
    "The rules are applied one after another, each in a function of its own.",
    "Each rule of the task becomes one step of the program.",
    "The program follows the task from its innermost rule to its outermost.",
    "The last rule wraps the ones before it.",
)
SUITE: Final = 10
EXACT: Final = 12


def solution(source: str, rng: Random) -> str:
    """Return a reply with a program."""
    return f"{rng.choice(OPENINGS)}\n\n{block(source)}"


def block(code: str) -> str:
    """Return code in a fence."""
    return f"```python\n{code.strip()}\n```"


def chosen(task: Task, rng: Random) -> list[Call]:
    """Return calls for one suite: two with different results, those that tell, and others."""
    apart = {call.result: call for call in rng.sample(task.calls, len(task.calls))}
    kept = list(apart.values())[:2]
    telling = [call for call in task.calls if call.telling and call not in kept]
    others = [call for call in task.calls if not call.telling and call not in kept]
    kept += rng.sample(telling, min(6, len(telling)))
    return kept + rng.sample(others, min(max(0, SUITE - len(kept)), len(others)))


def suite(task: Task, calls: Sequence[Call]) -> str:
    """Return a suite of one assertion for each call."""
    lines = [assertion(task.entry, call) for call in calls if call.result != RAISES]
    refused = [call for call in calls if call.result == RAISES]
    for number, call in enumerate(refused, 1):
        lines += [
            f"\ndef test_refuses_{number}():",
            "    try:",
            f"        {task.entry}({written(call)})",
            "    except ValueError:",
            "        return",
            "    assert False",
        ]
    return "\n".join(lines)


def assertion(entry: str, call: Call) -> str:
    """Return the assertion that a call has its result; floats may differ in their last digits."""
    value = ast.literal_eval(call.result)
    if isinstance(value, float) and len(call.result) > EXACT:
        return f"assert abs({entry}({written(call)}) - {call.result}) < 1e-6"
    return f"assert {entry}({written(call)}) == {call.result}"


def written(call: Call) -> str:
    """Return a call's arguments as they are written between its brackets."""
    return ", ".join(repr(value) for value in call.values())


def weak_suite(task: Task, rng: Random) -> str:
    """Return a suite that says next to nothing about the program."""
    call = next(call for call in task.calls if call.result != RAISES)
    made = f"{task.entry}({written(call)})"
    kind = type(ast.literal_eval(call.result)).__name__
    choices = (
        f"assert callable({task.entry})",
        f"assert {made} == {made}",
        f"result = {made}\nassert result is None or isinstance(result, {kind})",
        f"assert {made} != 'no such result'",
    )
    return rng.choice(choices)
