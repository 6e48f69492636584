"""Calls: what an honest program returns comes back exactly, and each way of ending is told apart."""

from __future__ import annotations

import pytest

from evol.verifiers.sandbox import Call, Ending, Invocation, Limits, Raised, Returned, WireError

QUICK = Limits(cpu_s=1, wall_s=3, memory_mb=128)


def run(sandbox, source, *calls, limits=QUICK, **more):
    return sandbox.run(Call(source, calls or (Invocation("f"),), **more), limits)


def values(execution):
    return [r.value.plain() if isinstance(r, Returned) else r.type for r in execution.results]


def test_results_come_back_in_order_at_every_level(walled):
    execution = run(
        walled,
        "def f(a, b=1, *c, **d): return [a, b, c, d]",
        Invocation("f", (1,)),
        Invocation("f", ({"x": {1, 2}}, (3.5, None), b"z"), {"k": [True]}),
        Invocation("f"),
    )
    assert execution.ending is Ending.OK
    assert execution.level is walled.level
    assert values(execution) == [
        [1, 1, (), {}],
        [{"x": {1, 2}}, (3.5, None), (b"z",), {"k": [True]}],
        "TypeError",
    ]
    assert 0 < execution.cpu_s < 1
    assert execution.peak_mb > 1


def test_state_is_shared_between_calls_and_not_between_programs(sandbox):
    source = "seen = []\ndef f(x):\n seen.append(x)\n return seen"
    for _ in range(2):
        assert values(run(sandbox, source, Invocation("f", (1,)), Invocation("f", (2,)))) == [[1], [1, 2]]


def test_an_argument_that_several_calls_share_is_each_ones_own(sandbox):
    shared: list[int] = []
    source = "def f(x, y):\n x.append(1)\n return x, y"
    calls = (Invocation("f", (shared, shared)), Invocation("f", (shared,), {"y": shared}))
    assert values(run(sandbox, source, *calls)) == [([1], []), ([1], [])]


def test_an_exception_says_what_it_really_is(sandbox):
    source = "class ValueError(Exception): pass\ndef f(): raise ValueError('no')\ndef g():\n return [][3]"
    fake, real = run(sandbox, source, Invocation("f"), Invocation("g")).results
    assert fake == Raised("ValueError", "no", ("Exception", "BaseException"), 2)
    assert real.builtins[:2] == ("IndexError", "LookupError")
    assert real.line == 4


@pytest.mark.parametrize(
    ("source", "ending"),
    [
        ("def f(: pass", Ending.SYNTAX_ERROR),
        ("x = 1/0", Ending.EXCEPTION),
        ("import sys; sys.exit(0)", Ending.EXITED),
        ("quit()", Ending.EXITED),
        ("import os; os._exit(0)", Ending.EXITED),
        ("def f():\n while True: pass", Ending.TIMEOUT),
        ("import time\ndef f(): time.sleep(60)", Ending.TIMEOUT),
        ("def f(): return bytearray(1 << 30)", Ending.MEMORY),
        ("x = [0] * (1 << 30)", Ending.MEMORY),
        ("import ctypes; ctypes.string_at(0)", Ending.CRASHED),
        ("open('/etc/passwd')", Ending.FORBIDDEN),
        ("def f(): return 'x' * (9 << 20)", Ending.OUTPUT_LIMIT),
        ("(" * 100_000, Ending.MEMORY),
        ("import numpy_is_not_here", Ending.EXCEPTION),
    ],
)
def test_endings(sandbox, source, ending):
    execution = run(sandbox, source)
    assert execution.ending in ((ending, Ending.SYNTAX_ERROR) if source.startswith("((") else (ending,))
    assert execution.detail.endswith(".")
    assert run(sandbox, "def f(): return 1").ok


def test_what_came_before_a_timeout_is_kept(sandbox):
    source = "def f(n):\n while n > 1: pass\n return n"
    execution = run(sandbox, source, *(Invocation("f", (n,)) for n in (0, 1, 2, 3)))
    assert execution.ending is Ending.TIMEOUT
    assert values(execution) == [0, 1]


def test_unplain_results_stay_behind_and_are_described_on_demand(sandbox):
    source = "class P:\n def __str__(self): return 'p!'\ndef f(): return [P(), lambda: 0]"
    (result,) = run(sandbox, source).results
    assert [v.text for v in result.value.plain()] == [None, None]
    (result,) = run(sandbox, source, describe=True).results
    assert result.value.plain()[0].text == "p!"
    assert not result.value.equals(["p!"])


def test_unplain_arguments_are_the_callers_mistake(sandbox):
    with pytest.raises(WireError):
        run(sandbox, "def f(x): pass", Invocation("f", (object(),)))


def test_modules_beyond_the_preloaded_ones_are_imported_before_the_lock_down(walled):
    source = (
        "import textwrap, difflib, uuid, csv, graphlib\nfrom unittest import mock\ndef f():\n"
        " import colorsys\n return 1"
    )
    assert values(run(walled, source)) == [1]


def test_threads_event_loops_and_large_arguments_work(walled):
    source = """
import asyncio, concurrent.futures, threading
def f(xs):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        doubled = list(pool.map(lambda x: 2 * x, xs[:100]))
    async def later(x):
        await asyncio.sleep(0)
        return x
    return sum(doubled), asyncio.run(later(len(xs)))
"""
    assert values(run(walled, source, Invocation("f", (list(range(200_000)),)), limits=Limits())) == [
        (9900, 200_000)
    ]


def test_deep_recursion_of_an_honest_program(sandbox):
    source = "import sys\nsys.setrecursionlimit(10**6)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)"
    assert values(run(sandbox, source, Invocation("f", (20_000,)))) == [20_000]


def test_non_ascii_source_and_classes_with_annotations(sandbox):
    source = (
        "from __future__ import annotations\nimport dataclasses\n@dataclasses.dataclass\nclass Maß:\n"
        " größe: int = 2\n"
        "def f(): return Maß().größe, 'é\\N{BULLET}'"
    )
    assert values(run(sandbox, source)) == [(2, "é•")]
