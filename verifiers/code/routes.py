"""How a suite is tried on a program in the sandbox: each route returns a `Trial`, computed outside.

*io*: calls with literal arguments go in, plain data comes out, the checks are made here.
*stdio*: a sealed input goes in, the whole output is compared here. *doctest*: examples go in
without what they should print. *judge*: for tests that are programs themselves; they run in a
second sandboxed process and hold the untrusted program only by its results.
"""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from evol.verifiers.code.evaluate import Beyond, Work
from evol.verifiers.code.literal_cases import LiteralTests, Missing, judge_case
from evol.verifiers.code.scripts import called_names
from evol.verifiers.code.source import BUILTINS, defines, imported_modules, parse
from evol.verifiers.code.suite import Dialogue, Pair, Suite
from evol.verifiers.sandbox import (
    Call,
    Ending,
    Execution,
    Foreign,
    Invocation,
    Judge,
    Limits,
    Raised,
    Result,
    Sandbox,
    Script,
    WireError,
)

Route = Literal["io", "stdio", "doctest", "judge"]

UNFINISHED = frozenset((Ending.EXITED, Ending.CRASHED, Ending.EXCEPTION, Ending.SYNTAX_ERROR))
LENIENT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
EXAMPLES = """

def __run_examples__(sources):
    import builtins, contextlib, io, sys, traceback
    outcomes = builtins.list()
    for source in sources:
        printed = io.StringIO()
        raised = None
        with contextlib.redirect_stdout(printed):
            try:
                builtins.exec(builtins.compile(source, '<example>', 'single'), builtins.globals())
            except builtins.Exception as error:
                raised = traceback.format_exception_only(error)[-1]
        outcomes.append((printed.getvalue(), raised))
    return outcomes
"""
TRUTHS = ("True", "False")
STYLES: dict[str, Literal["script", "unittest", "doctest"]] = {"unittest": "unittest", "doctest": "doctest"}
ADAPTER = """

def {name}(*args, **kwargs):
    return Solution().{name}(*args, **kwargs)
"""


@dataclass(frozen=True, slots=True)
class Miss:
    """The first test that did not hold: its source, both values, or what was raised."""

    test: str
    got: str = ""
    expected: str = ""
    raised: str = ""
    kind: str = ""

    @property
    def sentence(self) -> str:
        """What went wrong, for a person."""
        if self.raised:
            return f"{self.test} raised {self.raised}"
        return (
            f"{self.test}: got {self.got}, expected {self.expected}"
            if self.got or self.expected
            else self.test
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """What one route found: how many tests held, the first that did not, and how the program ended.

    `ended` is set where the program did not live to the last test (or lived to it, and then
    ended otherwise than it should). `broken` says that the tests themselves do not work.
    """

    route: Route
    tests: int
    passed: int
    executions: tuple[Execution, ...]
    miss: Miss | None = None
    ended: Ending | None = None
    broken: str = ""


def try_calls(sandbox: Sandbox, program: str, tests: LiteralTests, limits: Limits) -> Trial:
    """Make the calls and check each case; raises Beyond where plain data does not decide."""
    try:
        execution = sandbox.run(Call(program, tests.calls), limits)
    except WireError as error:
        raise Beyond from error
    passed, miss, ended = 0, None, None if execution.ok else execution.ending
    work = Work()
    for case in tests.cases:
        try:
            outcome = judge_case(tests, case, execution.results, work)
        except Missing:
            ended = Ending.CRASHED if execution.ok else execution.ending
            break
        except Beyond:
            if miss is None:
                raise
            continue
        passed += outcome.passed
        if not outcome.passed and miss is None:
            kind = _kind(execution.results, case.calls)
            miss = Miss(case.source, outcome.got, outcome.expected, outcome.raised, kind)
    return Trial("io", len(tests.cases), passed, (execution,), miss, ended)


def _kind(results: Sequence[Result], calls: Iterable[int]) -> str:
    """Return the built-in class of the exception that one of these calls raised, if any."""
    raised = (results[i] for i in calls if i < len(results))
    return next((r.builtins[0] for r in raised if isinstance(r, Raised) and r.builtins), "")


def try_pairs(sandbox: Sandbox, program: str, entry: str, pairs: Sequence[Pair], limits: Limits) -> Trial:
    """Call the function with each pair's arguments; a tuple equals the list that JSON has for it."""
    if not defines(program, {entry}) and defines(program, {"Solution"}):
        program += ADAPTER.format(name=entry)
    try:
        execution = sandbox.run(Call(program, tuple(Invocation(entry, p.args) for p in pairs)), limits)
    except WireError as error:
        return Trial("io", len(pairs), 0, (), broken=str(error))
    passed, miss = 0, None
    for pair, result in zip(pairs, execution.results, strict=False):
        test = _shortened(f"{entry}({', '.join(map(repr, pair.args))})")
        if isinstance(result, Raised):
            found = Miss(test, raised=str(result), kind=result.builtins[0] if result.builtins else "")
        else:
            found = Miss(test, result.value.show(), _shortened(repr(pair.expected)))
            if _as_json(result.value.plain) == pair.expected:
                passed += 1
                continue
        miss = miss or found
    ended = None if execution.ok else execution.ending
    return Trial("io", len(pairs), passed, (execution,), miss, ended)


def _as_json(plain: object) -> object:
    try:
        value = plain() if callable(plain) else plain
    except WireError:
        return Foreign("value")
    if isinstance(value, list | tuple):
        return [_as_json(v) for v in value]
    return {k: _as_json(v) for k, v in value.items()} if isinstance(value, dict) else value


def try_dialogues(sandbox: Sandbox, program: str, dialogues: Sequence[Dialogue], limits: Limits) -> Trial:
    """Run the program on each input up to the first whose whole output is not the expected one."""
    executions: list[Execution] = []
    for i, dialogue in enumerate(dialogues):
        execution = sandbox.run(Script(program, dialogue.stdin.encode("utf-8", "replace")), limits)
        executions.append(execution)
        if not execution.ok:
            raised = str(execution.error) if execution.error else ""
            miss = Miss(f"input {_shortened(repr(dialogue.stdin))}", raised=raised) if raised else None
            return Trial("stdio", len(dialogues), i, tuple(executions), miss, execution.ending)
        got = execution.stdout.decode("utf-8", "replace")
        if _lines(got) != _lines(dialogue.stdout):
            sides = _shortened(repr(got)), _shortened(repr(dialogue.stdout))
            miss = Miss(f"input {_shortened(repr(dialogue.stdin))}", *sides)
            return Trial("stdio", len(dialogues), i, tuple(executions), miss)
    return Trial("stdio", len(dialogues), len(dialogues), tuple(executions))


def _lines(text: str) -> list[str]:
    """Return the lines of an output without white space at their ends or empty lines at its end."""
    return [line.rstrip() for line in text.rstrip().splitlines()]


def try_examples(sandbox: Sandbox, program: str, suite: Suite, limits: Limits) -> Trial:
    """Run a text's `>>>` examples in the program's own process and compare what they print here.

    Examples that say in their own source what they expect (`f(1) == 3`) are checked by a judge as
    well: what such an example prints is the program's own word.
    """
    try:
        examples = doctest.DocTestParser().get_examples(suite.examples)
    except ValueError as error:
        return Trial("doctest", 0, 0, (), broken=str(error))
    if not examples:
        return Trial("doctest", 0, 0, ())
    call = Invocation("__run_examples__", ([e.source for e in examples],))
    execution = sandbox.run(Call(program + EXAMPLES, (call,)), limits)
    outcomes = _outcomes(execution, len(examples))
    if outcomes is None:
        ended = Ending.CRASHED if execution.ok else execution.ending
        return Trial("doctest", len(examples), 0, (execution,), None, ended)
    held = [_holds(e, *o) for e, o in zip(examples, outcomes, strict=True)]
    if all(held) and any(map(_states, examples)):
        judged = try_script(sandbox, program, suite, limits)
        return replace(judged, executions=(execution, *judged.executions))
    miss = None
    if not all(held):
        at = held.index(False)
        got, raised = outcomes[at]
        shown = _shortened(repr(got)), _shortened(repr(examples[at].want))
        kind = (raised or "").partition(":")[0].strip()
        miss = Miss(f">>> {examples[at].source.strip()}", *shown, (raised or "").strip(), kind)
    checks = sum(1 for e in examples if e.want)
    passed = sum(h for h, e in zip(held, examples, strict=True) if e.want)
    return Trial("doctest", checks, passed, (execution,), miss)


def _states(example: doctest.Example) -> bool:
    """Whether an example says in its source what it expects: it compares, asserts, or asks about a type."""
    tree = parse(example.source)
    if tree is None:
        return False
    if any(isinstance(n, ast.Compare | ast.BoolOp | ast.Not | ast.Assert) for n in ast.walk(tree)):
        return True
    called = tree.body[0].value if len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr) else None
    asks = isinstance(called, ast.Call) and isinstance(called.func, ast.Name) and called.func.id in BUILTINS
    return asks and example.want.strip() in TRUTHS


def _outcomes(execution: Execution, count: int) -> list[tuple[str, str | None]] | None:
    """Return each example's output and exception, or None where the program sent something else."""
    try:
        result = execution.results[0]
        found = None if isinstance(result, Raised) else result.value.plain()
    except (IndexError, WireError):
        return None
    if not isinstance(found, list) or len(found) != count:
        return None
    if not all(isinstance(o, tuple) and len(o) == 2 and isinstance(o[0], str) for o in found):
        return None
    return [(o[0], o[1] if isinstance(o[1], str) else None) for o in found]


def _holds(example: doctest.Example, got: str, raised: str | None) -> bool:
    flags = LENIENT | sum(flag for flag, on in example.options.items() if on)
    check = doctest.OutputChecker().check_output
    if raised is None:
        return example.exc_msg is None and (check(example.want, got, flags) or not example.want)
    # The doctest module names a class of the program's with its module, and leaves `__main__` out.
    given = (raised, raised.removeprefix("solution."))
    return example.exc_msg is not None and any(check(example.exc_msg, each, flags) for each in given)


def try_script(sandbox: Sandbox, program: str, suite: Suite, limits: Limits) -> Trial:
    """Run the tests in a process of their own, on a proxy of the program."""
    style = STYLES.get(suite.format, "script")
    names = {name: name for name in suite.entry_points}
    execution = sandbox.run(Judge(program, suite.examples or suite.script, style, names), limits)
    judgement = execution.judgement
    if judgement is None and execution.judge in UNFINISHED:
        return Trial("judge", 1, 0, (execution,), broken="they ended before they came to a conclusion")
    if judgement is None:
        ended = execution.judge if execution.ok else execution.ending
        return Trial("judge", 1, 0, (execution,), None, ended or Ending.LOST)
    if judgement.outcome == "no_tests":
        return Trial("judge", 0, 0, (execution,))
    failure = judgement.failure
    if judgement.outcome == "passed" or failure is None:
        return Trial("judge", judgement.checks, judgement.checks, (execution,))
    kind = failure.raised.builtins[0] if failure.raised.builtins else ""
    broken = str(failure.raised) if _is_broken(failure.raised, suite) else ""
    raised = (
        ""
        if kind == "AssertionError" and (failure.source or not failure.raised.message)
        else str(failure.raised)
    )
    miss = Miss(failure.source, failure.left or "", failure.right or "", raised, kind)
    return Trial("judge", judgement.checks, judgement.checks - 1, (execution,), miss, broken=broken)


def _is_broken(raised: Raised, suite: Suite) -> bool:
    """Whether the tests themselves miss a name or a module, rather than the program."""
    quoted = re.search(r"'(\w+)", raised.message)
    name = quoted[1] if quoted else ""
    if "NameError" in raised.builtins:
        return name in called_names(suite.script) - set(suite.entry_points)
    tree = parse(suite.script)
    imported = {n.split(".")[0] for n in imported_modules(tree)} if tree else set()
    return "ImportError" in raised.builtins and name in imported


def _shortened(text: str, limit: int = 300) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
