"""The pool: any thread, any loop, whatever dies; nothing grows and nothing stays behind."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evol.verifiers.sandbox import MATH, Call, Ending, Invocation, Judge, Level, Limits, Sandbox, Script

ADD = Call("def f(a, b): return a + b", (Invocation("f", (1, 2)),))
QUICK = Limits(cpu_s=1, wall_s=2, memory_mb=128)


def three(execution) -> bool:
    return execution.ok and execution.results[0].value.equals(3)


def below(pid: int) -> set[int]:
    """Return the processes below one, however deep."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def test_many_threads_share_a_few_slots(sandbox):
    jobs = [
        ADD,
        Script("print(3)"),
        Judge("def f(): return 3", "assert f() == 3"),
        Call("while True: pass", ()),
    ] * 6
    with ThreadPoolExecutor(12) as pool:
        executions = list(pool.map(lambda job: sandbox.run(job, Limits(cpu_s=1, wall_s=10)), jobs))
    for start in range(0, len(jobs), 4):
        call, script, judged, spun = executions[start : start + 4]
        assert three(call)
        assert script.stdout == b"3\n"
        assert judged.judgement.outcome == "passed"
        assert spun.ending is Ending.TIMEOUT


def test_an_event_loop_is_not_blocked(sandbox):
    async def both():
        ticks = 0
        job = asyncio.ensure_future(sandbox.arun(Call("import time\ntime.sleep(9)", ()), Limits(wall_s=0.4)))
        while not job.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, await job, await asyncio.gather(*(sandbox.arun(ADD) for _ in range(8)))

    ticks, slept, added = asyncio.run(both())
    assert ticks > 5
    assert slept.ending is Ending.TIMEOUT
    assert all(map(three, added))


def test_the_caller_gets_no_signal_and_keeps_its_handlers(sandbox):
    before = {s: signal.getsignal(s) for s in signal.valid_signals()}
    found = []
    thread = threading.Thread(
        target=lambda: found.append(sandbox.run(Call("import os\nos.abort()", ()), QUICK))
    )
    thread.start()
    thread.join()
    assert found[0].ending is Ending.CRASHED
    assert before == {s: signal.getsignal(s) for s in signal.valid_signals()}


def test_a_zygote_that_dies_is_replaced(sandbox):
    with Sandbox(1, level=sandbox.level) as one:
        assert three(one.run(ADD))
        for pid in _zygotes(one):
            os.kill(pid, signal.SIGKILL)
        assert three(one.run(ADD))


def _zygotes(one: Sandbox) -> set[int]:
    own = set()
    for slot in list(one._slots.queue):
        for worker in (slot.program, slot.tests):
            if worker is not None:
                own |= {worker.process.pid, *below(worker.process.pid)}
    return own


def test_a_zygote_that_dies_twice_means_nothing_is_known(sandbox, monkeypatch):
    from evol.verifiers.sandbox import pool

    def lost(*args):
        raise pool.Lost

    monkeypatch.setitem(pool.RUN, Call, lost)
    execution = sandbox.run(ADD)
    assert execution.ending is Ending.LOST
    monkeypatch.undo()
    assert three(sandbox.run(ADD))


def test_closing_leaves_no_process_and_no_descriptor(sandbox):
    before = len([*Path("/proc/self/fd").iterdir()])
    with Sandbox(2, level=sandbox.level) as two:
        two.run(Judge("def f(): return 3", "assert f() == 3"))
        two.run(ADD)
        pids = _zygotes(two)
        assert pids
    assert not pids & below(os.getpid())
    assert len([*Path("/proc/self/fd").iterdir()]) == before


@pytest.mark.parametrize("level", [Level.STRONG, Level.SECCOMP], ids=str)
def test_killing_the_caller_leaves_no_process_behind(sandbox_at, level):
    sandbox_at(level)
    code = (
        "import sys, threading\nfrom evol.verifiers.sandbox import *\n"
        f"s = Sandbox(2, level=Level({str(level)!r}))\n"
        "spin = Call('import time\\nwhile True: time.sleep(1)', ())\n"
        "threading.Thread(target=s.run, args=(spin, Limits(cpu_s=60, wall_s=60)), daemon=True).start()\n"
        "s.run(Call('', ()))\nprint('up', flush=True)\ns.run(spin, Limits(cpu_s=60, wall_s=60))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as caller:
        assert caller.stdout.readline() == b"up\n"
        pids = below(caller.pid)
        assert pids
        descriptors = [os.pidfd_open(pid) for pid in pids]
        caller.kill()
    for descriptor in descriptors:
        poll = select.poll()
        poll.register(descriptor)
        assert poll.poll(10_000), "a process outlived its caller"
        os.close(descriptor)


def test_hundreds_of_programs_grow_nothing(sandbox):
    with Sandbox(1, level=sandbox.level) as one:
        jobs = [
            ADD,
            Script("print(1)"),
            Call("import os\nos._exit(3)", ()),
            Judge("def f(): return 3", "assert f() == 3"),
        ]

        def figures():
            pids = [os.getpid(), *_zygotes(one)]
            held = sum(len([*Path(f"/proc/{pid}/fd").iterdir()]) for pid in pids)
            pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
            return len(pids), held, pages

        for job in jobs * 10:
            one.run(job, QUICK)
        processes, descriptors, pages = figures()
        for job in jobs * 60:
            one.run(job, QUICK)
        after = figures()
    assert after[:2] == (processes, descriptors)
    assert after[2] < pages + 300


def test_a_forked_caller_gets_zygotes_of_its_own(sandbox):
    sandbox.run(ADD)
    child = os.fork()
    if not child:
        os._exit(0 if three(sandbox.run(ADD)) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert three(sandbox.run(ADD))


def test_the_math_kit_has_sympy_at_hand(sandbox_at):
    with Sandbox(1, kit=MATH) as math:
        source = (
            "x = sympy.symbols('x')\ndef solve():\n return sorted(map(str, sympy.solve(x**2 - 5*x + 6, x)))\n"
            "def value(): return sympy.Rational(1, 2) + Fraction(1, 3)\n"
            "def loops(): return sum(itertools.accumulate([1, 2]))"
        )
        calls = tuple(Invocation(name) for name in ("solve", "value", "loops"))
        execution = math.run(Call(source, calls, describe=True))
        assert execution.ok, execution
        solved, value, loops = (r.value.plain() for r in execution.results)
        assert (solved, value.text, loops) == (["2", "3"], "5/6", 4)
