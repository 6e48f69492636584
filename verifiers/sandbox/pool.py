"""`Sandbox`: a pool of zygotes behind one wall, for any thread and for asyncio.

The caller is never forked and never gets a signal. Each slot of the pool has a zygote for
untrusted programs and, once a `Judge` job needs it, a second one for tests. A zygote that dies or
falls silent is replaced, and its job tried once more.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import fcntl
import os
import queue
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from evol.verifiers.sandbox import wire
from evol.verifiers.sandbox.conclude import DETAILS, ending, execution, judgement_of, results
from evol.verifiers.sandbox.imports import named
from evol.verifiers.sandbox.jobs import (
    Call,
    Ending,
    Execution,
    Job,
    Judge,
    Level,
    Limits,
    Profile,
    Raised,
    Script,
)
from evol.verifiers.sandbox.kits import PYTHON, Kit
from evol.verifiers.sandbox.levels import Wall, build_wall
from evol.verifiers.sandbox.protocol import Order
from evol.verifiers.sandbox.worker import Lost, Raw, Worker, finish

DEFAULTS = Limits()


class Sandbox:
    """Runs untrusted programs; made once, used from anywhere, closed at the end.

    `level` asks for one level of the wall and nothing else; without it the strongest that this
    machine offers is taken, and none below `floor` (by default `seccomp`, or what the variable
    EVOL_SANDBOX_FLOOR says). Raises SandboxUnavailable where the floor cannot be had, naming the
    missing layer, its cause and the opt-in.
    """

    def __init__(
        self,
        workers: int | None = None,
        *,
        kit: Kit = PYTHON,
        profile: Profile = Profile.PURE,
        level: Level | None = None,
        floor: Level | None = None,
    ) -> None:
        self._wall: Wall = build_wall(kit, profile, level, floor)
        self.workers = workers or len(os.sched_getaffinity(0))
        self.level = self._wall.level
        self._closed = False
        self._lock = threading.Lock()
        self._fill(first=self._wall.first)

    def _fill_after_fork(self) -> None:
        """Let go of the parent's zygotes, so that they end with it, and start anew."""
        while not self._slots.empty():
            self._slots.get().abandon()
        self._fill()

    def _fill(self, first: Worker | None = None) -> None:
        self._pid = os.getpid()
        self._slots: queue.LifoQueue[_Slot] = queue.LifoQueue()
        slots = [_Slot(self._wall) for _ in range(self.workers)]
        slots[-1].program = first
        for slot in slots:
            self._slots.put(slot)
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="evol-sandbox")
        atexit.register(self.close)

    def run(self, job: Job, limits: Limits = DEFAULTS) -> Execution:
        """Run one job to its end and say how it went; never raises for what a program does.

        Blocks the calling thread; waits for a free slot where all are at work. Raises WireError
        where a call's arguments are no plain data.
        """
        if self._pid != os.getpid():
            self._fill_after_fork()
        slot = self._slots.get()
        try:
            return self._run_twice(slot, job, limits)
        except BaseException:
            slot.close()
            raise
        finally:
            self._slots.put(slot)

    def _run_twice(self, slot: _Slot, job: Job, limits: Limits) -> Execution:
        for _ in range(2):
            try:
                return RUN[type(job)](slot, job, limits)
            except Lost:
                slot.close()
        return Execution(Ending.LOST, self.level, DETAILS[Ending.LOST])

    async def arun(self, job: Job, limits: Limits = DEFAULTS) -> Execution:
        """Do what `run` does without blocking the event loop."""
        if self._pid != os.getpid():
            self._fill_after_fork()
        return await asyncio.get_running_loop().run_in_executor(self._threads, self.run, job, limits)

    def close(self) -> None:
        """End every process of the pool; it cannot be used afterwards."""
        with self._lock:
            if self._closed or self._pid != os.getpid():
                return
            self._closed = True
        atexit.unregister(self.close)
        self._threads.shutdown(wait=True)
        for _ in range(self.workers):
            self._slots.get().close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


class _Slot:
    """One place in the pool: a zygote for programs and, where needed, one for tests."""

    def __init__(self, wall: Wall) -> None:
        self.wall = wall
        self.program: Worker | None = None
        self.tests: Worker | None = None

    def for_program(self) -> Worker:
        """Return the zygote for untrusted programs, started if need be."""
        if self.program is None:
            self.program = self.wall.start()
        return self.program

    def for_tests(self) -> Worker:
        """Return the zygote for tests, started if need be."""
        if self.tests is None:
            self.tests = self.wall.start()
        return self.tests

    def abandon(self) -> None:
        """Close this process's copies of the control sockets, and leave the zygotes alone."""
        for worker in (self.program, self.tests):
            if worker is not None:
                worker.control.close()

    def close(self) -> None:
        """End both zygotes; the next job starts fresh ones."""
        for worker in (self.program, self.tests):
            if worker is not None:
                worker.close()
        self.program = self.tests = None


def _order(role: str, limits: Limits) -> Order:
    memory = limits.memory_mb << 20
    return (role, limits.wall_s, limits.cpu_ceiling_s, memory, limits.output_bytes, limits.threads)


def _locked(raw: Raw) -> Raw:
    """Return what a process left, if it got as far as the program; raises Lost."""
    if not raw.locked and raw.answer.why != "wall" and raw.late is None:
        raise Lost
    return raw


def _run_call(slot: _Slot, job: Call, limits: Limits) -> Execution:
    calls = [[c.entry, wire.packed(tuple(c.args)), wire.packed(dict(c.kwargs))] for c in job.calls]
    task = {"source": job.source, "modules": named(job.source), "calls": calls, "describe": job.describe}
    running = slot.for_program().begin(_order("call", limits), task, limits.result_bytes)
    raw = _locked(*finish(running))
    found = results(raw.messages, len(calls))
    complete = {"end": True} in raw.messages and len(found) == len(calls)
    end, error = ending(raw, limits, complete=complete)
    if end is Ending.OK and any(type(r) is Raised and "MemoryError" in r.builtins for r in found):
        end = Ending.MEMORY
    return execution(end, error, raw, slot.wall.level, results=found)


def _memory_file(name: str, content: bytes | None = None) -> int:
    """Return a file in memory: sealed with its content, or empty and open."""
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    if content is not None:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(content)
        os.lseek(descriptor, 0, os.SEEK_SET)
        seals = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, seals)
    return descriptor


def _content(descriptor: int, most: int) -> bytes:
    return os.pread(descriptor, most, 0)


def _run_script(slot: _Slot, job: Script, limits: Limits) -> Execution:
    task = {"source": job.source, "modules": named(job.source)}
    with contextlib.ExitStack() as files:
        opened = (_memory_file("stdin", job.stdin), _memory_file("stdout"), _memory_file("stderr"))
        for descriptor in opened:
            files.callback(os.close, descriptor)
        running = slot.for_program().begin(_order("script", limits), task, limits.result_bytes, opened)
        raw = _locked(*finish(running))
        out, err = (_content(d, limits.output_bytes) for d in opened[1:])
    end, error = ending(raw, limits, complete=True)
    if max(len(out), len(err)) >= limits.output_bytes:
        end = Ending.OUTPUT_LIMIT
    return execution(end, error, raw, slot.wall.level, stdout=out, stderr=err)


def _both(slot: _Slot, job: Judge, limits: Limits) -> tuple[Raw, Raw]:
    """Run the program and the judge side by side, joined by a socket, and return what each left."""
    named_in_both = named(job.source + "\n" + job.tests) + STYLE_MODULES[job.style]
    program_task = {"source": job.source, "modules": named(job.source)}
    judge_task = {"tests": job.tests, "style": job.style, "names": dict(job.names), "modules": named_in_both}
    # Both are there before either has work: the first to begin would be waiting for the other's start.
    for_program, for_tests = slot.for_program(), slot.for_tests()
    one, other = socket.socketpair()
    with one, other:
        most = limits.result_bytes
        program = for_program.begin(_order("candidate", limits), program_task, most, (one.fileno(),))
        judge = for_tests.begin(_order("judge", limits), judge_task, most, (other.fileno(),))
    raw, judged = finish(program, judge)
    return raw, judged


def _run_judge(slot: _Slot, job: Judge, limits: Limits) -> Execution:
    raw, judged = (_locked(r) for r in _both(slot, job, limits))
    judgement = judgement_of(judged.messages)
    judge, _ = ending(judged, limits, complete=True)
    end, error = ending(raw, limits, complete={"loaded": True} in raw.messages)
    if judgement is None and end is Ending.OK and judge is not Ending.OK:
        end = judge
    return execution(end, error, raw, slot.wall.level, judgement=judgement, judge=judge)


STYLE_MODULES = {"script": (), "unittest": ("unittest",), "doctest": ("doctest",)}

RUN: dict[type, Callable[[_Slot, Any, Limits], Execution]] = {
    Call: _run_call,
    Script: _run_script,
    Judge: _run_judge,
}
