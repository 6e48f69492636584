"""The judge's side of a Judge job: runs trusted tests against a program it knows only by proxy.

Assertions are rewritten before they run, for three ends: to count them, so that tests which
check nothing are no pass; to keep both sides of a failed comparison; and to refuse an object of
the program's as the bare truth of an assertion.
"""

from __future__ import annotations

import ast
import builtins
import io
import sys
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evol.verifiers.sandbox import wire
from evol.verifiers.sandbox.imports import ALLOWED
from evol.verifiers.sandbox.peer import Gone, Peer
from evol.verifiers.sandbox.proxy import Remote
from evol.verifiers.sandbox.thrown import GENUINE, PROGRAM
from evol.verifiers.sandbox.values import Value

FILENAME = "<tests>"
SHOWN = 400
MESSAGE = 2000
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


class Unchecked(AssertionError):
    """An assertion about an object of the program's own, which is no evidence."""


class State:
    """What the rewritten assertions report to."""

    def __init__(self) -> None:
        self.checks = 0
        self.sources: list[ast.Assert] = []

    def count(self) -> None:
        """Note that an assertion is about to be checked."""
        self.checks += 1

    def failed(self, index: int, sides: tuple[Any, ...], message: tuple[Any, ...]) -> AssertionError:
        """Return the error for a failed assertion, its sides and source attached."""
        error = AssertionError(*message)
        source = ast.unparse(self.sources[index])[:SHOWN]
        error.evidence = (source, *map(show, sides))  # type: ignore[attr-defined]
        return error


def show(value: object) -> str:
    """Return a value as text without asking the program for it."""
    try:
        return Value(wire.Encoder(lambda v: ["o", type_name(v)]).node(value)).show(SHOWN)
    except (wire.WireError, RecursionError):
        return "<a value too large to show>"


def type_name(value: object) -> str:
    """Return the name of a value's class, the program's own where it is a proxy."""
    return type(value)._type_name if isinstance(value, Remote) else type(value).__name__


def truth(value: object) -> bool:
    """Return whether an asserted value is true; raises Unchecked for an object of a foreign class.

    An object of a class that the tests themselves made objects of answers for itself, and a match
    of a pattern is true: it says no more than True would.
    """
    if type(value) is not bool and isinstance(value, Remote) and value._class_id not in value._peer.made:
        if value._type_name == "Match":
            return True
        raise Unchecked(f"the program returned a {value._type_name} object where a plain value is asserted")
    return bool(value)


class Rewriter:
    """Turns each assert statement into statements that count, compare and report."""

    def __init__(self, state: State) -> None:
        self.state = state

    def rewrite(self, node: Any) -> None:
        """Rewrite the assertions below a node in place: only what holds statements is walked."""
        for block in BLOCKS:
            statements = getattr(node, block, None)
            if type(statements) is list:
                setattr(node, block, [each for s in statements for each in self._rewritten(s)])

    def _rewritten(self, node: ast.AST) -> Sequence[ast.AST]:
        if isinstance(node, ast.Assert):
            return self._assertion(node)
        self.rewrite(node)
        return (node,)

    def _assertion(self, node: ast.Assert) -> list[ast.stmt]:
        at = {name: getattr(node, name) for name in node._attributes}
        index = len(self.state.sources)
        self.state.sources.append(node)
        sides: list[ast.expr] = []
        made: list[ast.stmt] = [ast.Expr(_call(at, "__evol_count__"), **at)]
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            for name, side in (("__evol_l__", test.left), ("__evol_r__", test.comparators[0])):
                made.append(ast.Assign([ast.Name(name, ast.Store(), **at)], side, **at))
                sides.append(ast.Name(name, ast.Load(), **at))
            test = ast.Compare(sides[0], test.ops, [sides[1]], **at)
        shown = ast.Tuple(list(sides), ast.Load(), **at)
        message = ast.Tuple([node.msg] if node.msg else [], ast.Load(), **at)
        error = _call(at, "__evol_failed__", ast.Constant(index, **at), shown, message)
        fails = ast.UnaryOp(ast.Not(), _plain(at, test), **at)
        return [*made, ast.If(fails, [ast.Raise(error, **at)], [], **at)]


def _call(at: dict[str, Any], name: str, *args: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load(), **at), list(args), [], **at)


def _plain(at: dict[str, Any], test: ast.expr) -> ast.expr:
    """Return the test with `truth` around every part whose bare truth is asserted."""
    if isinstance(test, ast.BoolOp):
        return ast.BoolOp(test.op, [_plain(at, v) for v in test.values], **at)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return ast.UnaryOp(test.op, _plain(at, test.operand), **at)
    return _call(at, "__evol_truth__", test)


def _as_named(value: object, name: str) -> object:
    """Return what the program has under a name; a class in place of a function is no class to the tests.

    Whose operators may answer is settled by the tests making objects of a class. A function's
    name is written in lower case, and a class put there would make its results such objects.
    """
    if isinstance(value, Remote) and value._kind == "class" and not name.lstrip("_")[:1].isupper():
        object.__setattr__(value, "_kind", "function")
    return value


def bind(namespace: dict[str, Any], names: Iterable[str], extra: dict[str, str], peer: Peer) -> None:
    """Give the tests the program's names: proxies, and genuine modules where it has a module.

    No name of a built-in is taken from the program, except those asked for by `extra`.
    """
    wanted = {n for n in names if not hasattr(builtins, n) and not n.startswith("__")}
    offered = peer.ask("names", sorted(wanted | set(extra.values())))
    for name, (kind, value) in offered.items():
        if kind == "value":
            found = _as_named(value, name)
        elif str(value).partition(".")[0] in ALLOWED:
            try:
                __import__(value)
            except ImportError:
                continue
            found = sys.modules[value]
        else:
            continue
        if name in wanted:
            namespace[name] = found
        namespace.update({alias: found for alias, original in extra.items() if original == name})


def _all(values: Iterable[object]) -> bool:
    return all(truth(v) for v in values)


def _any(values: Iterable[object]) -> bool:
    return any(truth(v) for v in values)


def run_script(tree: ast.Module, task: dict[str, Any], namespace: dict[str, Any], state: State) -> None:
    """Execute the tests."""
    exec(compile(tree, FILENAME, "exec", dont_inherit=True), namespace)  # noqa: S102 - the tests


def run_unittest(tree: ast.Module, task: dict[str, Any], namespace: dict[str, Any], state: State) -> None:
    """Execute the tests and run the TestCase classes they define; raises the first failure."""
    import unittest

    def strict(original: Callable[..., None]) -> Callable[..., None]:
        return lambda self, expr, msg=None: original(self, truth(expr), msg)

    for name in ("assertTrue", "assertFalse"):
        setattr(unittest.TestCase, name, strict(getattr(unittest.TestCase, name)))
    run_script(tree, task, namespace, state)
    classes = [
        v for v in list(namespace.values()) if isinstance(v, type) and issubclass(v, unittest.TestCase)
    ]
    found: list[BaseException] = []

    class First(unittest.TestResult):
        def addError(self, test: Any, err: Any) -> None:  # noqa: N802 - unittest's own signature
            found.append(err[1])
            self.stop()

        addFailure = addError  # noqa: N815 - unittest's own name

        def addSubTest(self, test: Any, subtest: Any, err: Any) -> None:  # noqa: N802 - as above
            if err is not None:
                self.addError(test, err)

        def addUnexpectedSuccess(self, test: Any) -> None:  # noqa: N802 - as above
            found.append(AssertionError("a test that was expected to fail passed"))

    result = First()
    for cls in classes:
        unittest.defaultTestLoader.loadTestsFromTestCase(cls).run(result)
    state.checks += result.testsRun - len(result.skipped)
    if found:
        raise found[0]


def run_doctest(tree: ast.Module, task: dict[str, Any], namespace: dict[str, Any], state: State) -> None:
    """Run the examples in the text; raises AssertionError for the first one that fails."""
    import doctest

    class Checker(doctest.OutputChecker):
        def check_output(self, want: str, got: str, optionflags: int) -> bool:
            # A class of the program's is written with its module, and without it where that is `__main__`.
            given = (got, got.removeprefix(f"{PROGRAM}."))
            return any(super(Checker, self).check_output(want, each, optionflags) for each in given)

    def compiled(source: str, name: str, *options: Any) -> Any:
        statements = ast.parse(source, name, "single")
        Rewriter(state).rewrite(statements)
        return compile(statements, name, *options)

    vars(doctest)["compile"] = compiled
    module = sys.modules[PROGRAM] = types.ModuleType(PROGRAM)
    vars(module).update(namespace)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.FAIL_FAST
    examples = doctest.DocTestParser().get_doctest(task["tests"], namespace, "tests", None, 0)
    runner = doctest.DocTestRunner(Checker(), verbose=False, optionflags=flags)
    written = io.StringIO()
    runner.run(examples, out=written.write, clear_globs=False)
    state.checks += sum(1 for example in examples.examples if example.want)
    if runner.failures:
        raise AssertionError(written.getvalue()[-MESSAGE:])


STYLES = {"script": run_script, "unittest": run_unittest, "doctest": run_doctest}


def _failure(error: BaseException, tree: ast.AST) -> dict[str, Any]:
    traceback, line = error.__traceback__, None
    while traceback is not None:
        line = traceback.tb_lineno if traceback.tb_frame.f_code.co_filename == FILENAME else line
        traceback = traceback.tb_next
    evidence = list(getattr(error, "evidence", ()))
    genuine = [c.__name__ for c in type(error).__mro__ if GENUINE.get(c.__name__) is c]
    try:
        message = str(error)[:MESSAGE]
    except Exception:
        message = ""
    return {"raised": [type(error).__name__, message, genuine, line], "evidence": evidence}


def _always_fails(node: ast.AST) -> bool:
    """Whether a statement fails whenever it is reached, so that not to reach it is what is tested."""
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant) and not node.test.value
    return isinstance(node, ast.Raise)


def judge(task: dict[str, Any], namespace: dict[str, Any], peer: Peer) -> dict[str, Any]:
    """Run the tests and return the report: a judgement, or why there is none."""
    state = State()
    text = task["tests"] if task["style"] != "doctest" else _examples_source(task["tests"])
    try:
        tree = ast.parse(text, FILENAME)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return {
            "syntax": [
                type(error).__name__,
                str(error)[:MESSAGE],
                ["SyntaxError"],
                getattr(error, "lineno", None),
            ]
        }
    nodes = list(ast.walk(tree))
    names = sorted({n.id for n in nodes if isinstance(n, ast.Name)})
    fails = any(map(_always_fails, nodes))
    Rewriter(state).rewrite(tree)
    namespace |= {"__evol_count__": state.count, "__evol_failed__": state.failed, "__evol_truth__": truth}
    namespace |= {"all": _all, "any": _any}
    try:
        bind(namespace, names, task["names"], peer)
        STYLES[task["style"]](tree, task, namespace, state)
    except Gone:
        return {"gone": True}
    except wire.WireError as error:
        # Only our own encoder raises this very class here: the tests hand over what cannot cross.
        return {"load": [type(error).__name__, str(error), ["ValueError"], None]}
    except BaseException as error:
        return {"judgement": "failed", "checks": state.checks, **_failure(error, tree)}
    if peer.lost:
        return {"gone": True}
    checks = state.checks or (peer.calls if fails else 0)
    return {"judgement": "passed" if checks else "no_tests", "checks": checks}


def _examples_source(text: str) -> str:
    import doctest

    return "".join(example.source for example in doctest.DocTestParser().get_examples(text))
