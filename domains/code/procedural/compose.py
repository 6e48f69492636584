"""Puts one step onto a task and works out, by running both programs, what has changed.

A step that changes too few results, or that the program cannot take, is left for another. What is
evolved is thus always different, always defined, and known on a dozen calls.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any, Final, TypeAlias

from evol.domains.code.inputs import varied
from evol.domains.code.procedural.library import PIPED, library
from evol.domains.code.procedural.running import BRIEF, Runner
from evol.domains.code.procedural.step import After, Before, Over
from evol.domains.code.procedural.steps_after import AFTER
from evol.domains.code.procedural.steps_before import BEFORE
from evol.domains.code.procedural.steps_over import LONG, OVER
from evol.domains.code.procedural.task import RAISES, Call, Task, free_name, kinds, named_in, renamed
from evol.verifiers.code.mutants import mutants

Arguments: TypeAlias = list[tuple[Any, ...]]
Builder: TypeAlias = Callable[[Task, Random, Runner], "Task | None"]

TRIES: Final = 6
TELLING: Final = 2
MOST_TELLING: Final = 8
MOST_CALLS: Final = 14
MOST_REFUSED: Final = 2
MUTANTS: Final = 12
KILLED: Final = 0.6
LONGEST_RUN: Final = 10**12
HUGE: Final = 10**10


def evolved(task: Task, operation: str, rng: Random, runner: Runner) -> Task | None:
    """Return the task after one operation, or None where nothing can be put onto it."""
    known = completed(task, rng, runner)
    if known is None:
        return None
    first = BUILDERS[operation]
    others = () if first is with_misleading_code else FALLBACKS
    for builder in dict.fromkeys((first, *others)):
        child = builder(known, rng, runner)
        if child is not None:
            return child
    return None


def completed(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Return a task with more calls and all their results, and with its name in its text."""
    arguments = [call.values() for call in task.calls]
    if not arguments:
        return None
    tried = varied(arguments, rng)
    results = runner.results(task.source, task.entry, tried)
    calls = [
        Call(repr(args), result)
        for args, result in zip(tried, results, strict=True)
        if result is not None and (result != RAISES or "ValueError" in task.text)
    ]
    if len([call for call in calls if call.result != RAISES]) < TELLING:
        return None
    text = task.text
    if not named_in(text, task.entry):
        text = f"{text} Call the function `{task.signature()}`."
    return replace(task, text=text, calls=tuple(calls))


def _arguments(task: Task, *, returning: bool = False) -> Arguments:
    return [call.values() for call in task.calls if not (returning and call.result == RAISES)]


def _outcome_kinds(task: Task) -> set[str]:
    return kinds([ast.literal_eval(call.result) for call in task.calls if call.result != RAISES])


def _changed(task: Task, child: Task, arguments: Arguments, runner: Runner, *, compare: bool) -> Task | None:
    """Return the child with its calls, or None where it differs from its parent in too few.

    With `compare` the same arguments are given to the parent's program; otherwise each call tells.
    """
    results = runner.results(child.source, child.entry, arguments)
    before = _before_step(task, arguments, runner) if compare else [None] * len(arguments)
    calls = [
        Call(repr(args), result, telling=result != old)
        for args, result, old in zip(arguments, results, before, strict=True)
        if result is not None
    ]
    calls = list({call.args: call for call in calls}.values())
    found = _with_calls(child, calls)
    return found if found is not None and _tests_tell(found, runner) else None


def _before_step(task: Task, arguments: Arguments, runner: Runner) -> list[str | None]:
    """Return the parent's results; where a call may have ended the program, each of the rest by itself."""
    found = runner.results(task.source, task.entry, arguments)
    return [
        result if result is not None else runner.results(task.source, task.entry, [args], BRIEF)[0]
        for result, args in zip(found, arguments, strict=True)
    ]


def _with_calls(task: Task, calls: Sequence[Call]) -> Task | None:
    """Return a task with the most useful of these calls, or None where they show too little."""
    refused = [call for call in calls if call.result == RAISES][:MOST_REFUSED]
    returned = [call for call in calls if call.result != RAISES]
    telling = _distinct([call for call in returned if call.telling])
    others = _distinct([call for call in returned if not call.telling])
    if len(telling) + len([c for c in refused if c.telling]) < TELLING or _results(returned) < TELLING:
        return None
    kept = [*refused, *telling[:MOST_TELLING]]
    return replace(task, calls=(*kept, *others[: MOST_CALLS - len(kept)]))


def _results(calls: Sequence[Call]) -> int:
    return len({call.result for call in calls})


def _tests_tell(task: Task, runner: Runner) -> bool:
    """Whether a task's calls tell its program from most versions with one thing wrong."""
    wrong = mutants(task.source, (task.entry,), MUTANTS)
    arguments, right = _arguments(task), [call.result for call in task.calls]
    killed = sum(runner.results(mutant.source, task.entry, arguments, BRIEF) != right for mutant in wrong)
    return killed >= KILLED * len(wrong)


def _distinct(calls: Sequence[Call]) -> list[Call]:
    """Return the calls with those first whose result none before them has."""
    firsts = {call.result: call for call in reversed(calls)}.values()
    ordered = sorted(firsts, key=calls.index)
    return [*ordered, *(call for call in calls if call not in ordered)]


def _wrapped(task: Task, step: str, sentence: str, lines: Sequence[str]) -> Task:
    """Return a task whose entry point does more: `lines` call the program so far as `inner`."""
    inner = free_name(task.source, f"plain_{task.entry.removeprefix('plain_')}")
    body = textwrap.indent("\n".join(lines), "    ").replace("inner(", f"{inner}(")
    head = f"def {task.entry}({', '.join(task.params)}):"
    source = f"{renamed(task.source, task.entry, inner)}\n\n\n{head}\n{body}"
    return replace(task, text=f"{task.text}\n\n{sentence}", source=source, steps=(*task.steps, step))


def with_before(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Change or refuse one argument."""
    columns = list(zip(*_arguments(task), strict=True))
    choices = [
        (place, step)
        for place, column in enumerate(columns)
        for step in BEFORE
        if kinds(column) <= step.kinds and step.name not in task.steps
    ]
    for place, step in rng.sample(choices, min(TRIES, len(choices))):
        child = _before(task, place, step, rng)
        arguments = _arguments(task)
        for args in _arguments(task):
            special = step.special(args[place], rng)
            arguments.append((*args[:place], special, *args[place + 1 :]))
        if found := _changed(task, child, arguments, runner, compare=True):
            return found
    return None


def _before(task: Task, place: int, step: Before, rng: Random) -> Task:
    filled = {"arg": task.params[place], "k": rng.randint(6, 12)}
    words = rng.choice(("One more requirement", "A further condition", "In addition")) + ": "
    sentence = f"{words}{step.words.format(**filled)}."
    first = [step.code.format(**filled)]
    if step.refuses:
        refused = step.words.format(**filled).partition(" if ")[2].partition(",")[0].replace("`", "")
        first = [f"if {step.refuses.format(**filled)}:", f'    raise ValueError("{refused}")']
    return _wrapped(task, step.name, sentence, [*first, f"return inner({', '.join(task.params)})"])


def with_after(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Change the result."""
    outcome = _outcome_kinds(task)
    choices = [step for step in AFTER if outcome <= step.kinds and step.name not in task.steps]
    for step in rng.sample(choices, min(TRIES, len(choices))):
        if found := _changed(task, _after(task, step), _arguments(task), runner, compare=True):
            return found
    return None


def _after(task: Task, step: After) -> Task:
    sentence = f"Instead of the result that the rules above describe, return {step.words}."
    call = f"result = inner({', '.join(task.params)})"
    return _wrapped(task, step.name, sentence, [call, f"return {step.code}"])


def _further(
    task: Task, step: str, name: str, params: Sequence[str], words: str, lines: Sequence[str]
) -> Task:
    """Return a task that asks, on top of its entry point, for a new function that uses it."""
    signature = f"{name}({', '.join(params)})"
    text = f"{task.text}\n\nOn top of `{task.entry}`, write a function `{signature}`. {words}"
    body = textwrap.indent("\n".join(lines), "    ")
    source = f"{task.source}\n\n\ndef {signature}:\n{body}"
    return Task(text, source, name, tuple(params), (), (*task.steps, step))


def with_over(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Call the program for many values and make one result of theirs."""
    outcome = _outcome_kinds(task)
    choices = [step for step in OVER if outcome <= step.kinds and step.name not in task.steps]
    for step in rng.sample(choices, min(TRIES, len(choices))):
        child = _over(task, step)
        arguments = [_listed(_arguments(task, returning=True), rng) for _ in range(MOST_CALLS)]
        arguments.append(([], *arguments[0][1:]))
        if found := _changed(task, child, arguments, runner, compare=False):
            return found
    return None


def _listed(arguments: Arguments, rng: Random) -> tuple[Any, ...]:
    """Return a list of values for the first parameter, with the others as in one call."""
    base = rng.choice(arguments)
    alike = [args[0] for args in arguments if args[1:] == base[1:]]
    values = [rng.choice(alike) for _ in range(rng.randint(2, 5))]
    return (values, *base[1:])


def _over(task: Task, step: Over) -> Task:
    first, *rest = task.params
    name = free_name(task.source + task.text, f"{task.entry[:40]}_{step.suffix}")
    values = free_name(" ".join(rest), "values")
    others = ", with the other arguments unchanged each time" if rest else ""
    words = (
        f"`{values}` is a list of values for `{first}`; the function calls `{task.entry}` for each of "
        f"them{others}, and returns {step.words}."
    )
    code = step.code.replace("values", values)
    call = f"results = [{task.entry}({', '.join(['value', *rest])}) for value in {values}]"
    return _further(task, step.name, name, [values, *rest], words, [call, f"return {code}"])


def with_repetition(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Feed the result back in (fold), where it is of the argument's kind."""
    columns = list(zip(*_arguments(task, returning=True), strict=True))
    if "repeated" in task.steps or not columns or not _outcome_kinds(task) <= kinds(columns[0]):
        return None
    name = free_name(task.source + task.text, f"{task.entry[:40]}_repeated")
    times = free_name(" ".join(task.params), "times")
    first, rest = task.params[0], list(task.params[1:])
    words = (
        f"It applies `{task.entry}` `{times}` times in a row, `{times}` being a whole number from 0: first "
        f"to `{first}`, then to the result each time{', with the other arguments unchanged' if rest else ''}"
        f", and returns the last result. With 0 times it returns `{first}` itself."
    )
    call = f"    {first} = {task.entry}({', '.join(task.params)})"
    lines = [f"for _ in range({times}):", call, f"return {first}"]
    child = _further(task, "repeated", name, [*task.params, times], words, lines)
    arguments = [(*args, count) for args in _arguments(task, returning=True) for count in (0, 1, 2, 3)]
    rng.shuffle(arguments)
    return _changed(task, child, arguments, runner, compare=False)


def with_misleading_code(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Show a version of the program with one thing wrong; what it has to do stays as it is."""
    arguments, right = _arguments(task), [call.result for call in task.calls]
    faulty = mutants(task.source, (task.entry,), 24)
    for mutant in rng.sample(faulty, len(faulty)):
        results = runner.results(mutant.source, task.entry, arguments, BRIEF)
        differs = [result != known for result, known in zip(results, right, strict=True)]
        if sum(differs) == len(differs):
            continue
        calls = [replace(c, telling=d) for c, d in zip(task.calls, differs, strict=True)]
        found = _with_calls(task, calls)
        if found is not None:
            text = shown(task.text, mutant.source)
            return replace(found, text=text) if _tests_tell(found, runner) else None
    return None


def shown(text: str, code: str) -> str:
    """Return an instruction with code that is called faulty."""
    which = "Another attempt" if "attempt looks like this" in text else "A first attempt"
    return f"{text}\n\n{which} looks like this, but it is faulty:\n\n```python\n{code.strip()}\n```"


def with_long_runs(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Ask about so many values that they cannot be gone through: each stands for a run of itself."""
    outcome = _outcome_kinds(task)
    choices = [step for step in LONG if outcome <= step.kinds and step.name not in task.steps]
    for step in rng.sample(choices, len(choices)):
        child = _long(task, step)
        arguments = [_runs(_arguments(task, returning=True), step, rng) for _ in range(MOST_CALLS)]
        if found := _changed(task, child, arguments, runner, compare=False):
            return found
    return None


def _long(task: Task, step: Over) -> Task:
    first, *rest = task.params
    taken = " ".join(rest)
    runs, position = free_name(taken, "runs"), free_name(taken, "position")
    others = ", the other arguments being the same for all" if rest else ""
    words = (
        f"`{runs}` is a list of pairs [value, count]. It stands for a list of values for `{first}` in which "
        f"each value comes count times in a row. A count is a whole number from 1 to {LONGEST_RUN:,}, so "
        f"that this list can neither be written out nor gone through item by item{others}. The function "
        f"returns {step.words.format(entry=task.entry, position=position)}. It must take less than a second."
    )
    call = f"{task.entry}({', '.join(['value', *rest])})"
    lines = step.code.format(call=call, runs=runs, position=position).split("\n")
    name = free_name(task.source + task.text, f"{task.entry[:40]}_{step.suffix}")
    places = [position] if "{position}" in step.code else []
    return _further(task, step.name, name, [runs, *places, *rest], words, lines)


def _runs(arguments: Arguments, step: Over, rng: Random) -> tuple[Any, ...]:
    """Return pairs of a value and a count, the first of them huge, and a place where one is asked for."""
    values, *rest = _listed(arguments, rng)
    counts = [rng.choice((rng.randint(1, 3), rng.randint(HUGE, LONGEST_RUN))) for _ in values]
    counts[0] = rng.randint(HUGE, LONGEST_RUN)
    runs = [list(pair) for pair in zip(values, counts, strict=True)]
    before = sum(counts[: rng.randint(1, len(counts))])
    places = [rng.choice((before - 1, before, rng.randrange(before)))] if "{position}" in step.code else []
    return (runs, *places, *rest)


def with_pipe(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Pass the result to a function of another seed."""
    outcome = _outcome_kinds(task)
    choices = [
        other
        for other in library()
        if other.entry in PIPED and outcome <= _argument_kinds(other) and other.entry not in task.source
    ]
    for other in rng.sample(choices, min(TRIES, len(choices))):
        name = free_name(task.source + task.text, f"{other.entry}_after")
        text = f"{task.text}\n\nAlso w{other.text.removeprefix('W')}"
        words = f"It passes the result of `{task.entry}` to `{other.entry}` and returns what that returns."
        both = replace(task, text=text, source=f"{task.source}\n\n\n{other.source}")
        line = f"return {other.entry}({task.entry}({', '.join(task.params)}))"
        child = _further(both, "pipe", name, task.params, words, [line])
        if found := _changed(task, child, _arguments(task), runner, compare=True):
            return found
    return None


def _argument_kinds(task: Task) -> set[str]:
    return kinds([call.values()[0] for call in task.calls])


def with_more_reasoning(task: Task, rng: Random, runner: Runner) -> Task | None:
    """Map and fold over many values, feed the result back, or pass it on: what is drawn and possible."""
    builders: list[Builder] = [with_over, with_repetition, with_pipe]
    rng.shuffle(builders)
    children = (builder(task, rng, runner) for builder in builders)
    return next((child for child in children if child is not None), None)


BUILDERS: Final[dict[str, Builder]] = {
    "new-constraints": with_before,
    "rarer-requirement": with_after,
    "more-reasoning": with_more_reasoning,
    "misleading-code": with_misleading_code,
    "higher-complexity": with_long_runs,
}
FALLBACKS: Final[tuple[Builder, ...]] = (with_before, with_after, with_over)
