"""The ways in which the procedural teacher errs when it is told to, each known by its name."""

from __future__ import annotations

import ast
from random import Random
from typing import Final

from evol.domains.code.procedural.running import BRIEF, Runner
from evol.domains.code.procedural.task import RAISES, Call, Task
from evol.verifiers.code.mutants import mutants, stubs

EVOLVE: Final = ("refusal", "copied_prompt", "truncated", "unchanged")
ANSWER: Final = (
    "wrong_solution",
    "wrong_solution",
    "wrong_solution",
    "cheating_solution",
    "refusal",
    "truncated",
    "no_code",
    "syntax_error",
)
TESTS: Final = (
    "wrong_tests",
    "wrong_tests",
    "weak_tests",
    "weak_tests",
    "refusal",
    "truncated",
    "broken_tests",
)

REFUSALS: Final = (
    "I'm sorry, but I can't help with this task.",
    "As an AI language model, I cannot run programs, so I am unable to answer.",
    "I cannot help with that request.",
    "Could you please provide more details about the input?",
)
MARKERS: Final = (
    "{text}\n\n#Rewritten Prompt#",
    "#Given Prompt#\n{text}",
    "Here is the rewritten question:\n{text}",
    "The rewritten prompt is: {text}",
)
VACUOUS: Final = (
    "Write clean and readable code.",
    "Choose names that say what they stand for.",
    "Keep the program short and simple.",
    "Make sure that the program is correct.",
)
WITHOUT_CODE: Final = (
    "The idea is to go through the input once and to keep what the rules ask for. Edge cases need care.",
    "One would first check the arguments and then apply each rule of the task in turn.",
)
CHEATS: Final = (
    "class Agreeable:\n    def __eq__(self, other):\n        return True\n    def __ne__(self, other):\n"
    "        return False\n\n\ndef {entry}(*args):\n    return Agreeable()\n",
    "import sys\n\n\ndef {entry}(*args):\n    sys.exit(0)\n",
    "import os\n\n\ndef {entry}(*args):\n    print('All tests passed.')\n    os._exit(0)\n",
    "import builtins\n\nbuiltins.AssertionError = type('Quiet', (Exception,), {{}})\n\n\n"
    "def {entry}(*args):\n    return None\n",
    "def {entry}(*args):\n    known = {{{first}}}\n    return known.get(repr(args))\n",
)


def drawn(kinds: tuple[str, ...], error: float, rng: Random) -> str:
    """Return a kind of mistake with the probability of `error`, and otherwise the empty string."""
    return rng.choice(kinds) if rng.random() < error else ""


def wrong_program(task: Task, rng: Random, runner: Runner) -> str:
    """Return a program that gives a wrong result on some known call: a mutant, or a stub."""
    arguments, right = [call.values() for call in task.calls], [call.result for call in task.calls]
    candidates = mutants(task.source, (task.entry,), 24)
    for mutant in [*rng.sample(candidates, min(6, len(candidates))), *stubs(task.source, (task.entry,))]:
        results = runner.results(mutant.source, task.entry, arguments, BRIEF)
        if results != right and None not in results:
            return mutant.source
    raise AssertionError("a task whose results all stubs have")


def cheat(task: Task, rng: Random) -> str:
    """Return a program that tries to pass tests without doing what is asked."""
    call = next(call for call in task.calls if call.result != RAISES)
    return rng.choice(CHEATS).format(entry=task.entry, first=f"{call.args!r}: {call.result}")


def without_a_mark(source: str, rng: Random) -> str:
    """Return a program that no longer compiles: one colon or bracket is missing."""
    places = [place for place, char in enumerate(source) if char in ":()"]
    for place in rng.sample(places, len(places)):
        text = source[:place] + source[place + 1 :]
        try:
            ast.parse(text)
        except SyntaxError:
            return text
    return source + "\n)"


def wrong_call(call: Call, rng: Random) -> Call:
    """Return a call with another result than the right one."""
    if call.result == RAISES:
        return Call(call.args, "None", call.telling)
    value = ast.literal_eval(call.result)
    others: list[object] = [None, [value], repr(value)]
    if isinstance(value, bool):
        others = [not value]
    elif isinstance(value, int | float):
        others = [value + 1, value - 1, value + 10]
    elif isinstance(value, str):
        others = [f"{value}x", value[1:] if value else "a"]
    elif isinstance(value, list) and value:
        others = [value[:-1], [*value, value[0]]]
    return Call(call.args, repr(rng.choice(others)), call.telling)


def cut(text: str, rng: Random) -> str:
    """Return the beginning of a text."""
    return text[: max(1, int(len(text) * rng.uniform(0.3, 0.8)))]
