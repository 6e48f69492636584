"""The worker pool: nothing a task does reaches the caller, from any thread or loop."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from evol.errors import VerifierStopped
from evol.verifiers.workers import WorkerPool


@pytest.fixture(scope="module")
def pool():
    with WorkerPool(2, memory_mb=512) as workers:
        yield workers


def test_a_result_comes_back_and_so_does_an_exception(pool):
    assert pool.run(math.factorial, 20) == math.factorial(20)
    with pytest.raises(ValueError, match="negative"):
        pool.run(math.factorial, -1)


def test_a_task_that_overruns_is_stopped_and_the_pool_goes_on(pool):
    with pytest.raises(VerifierStopped, match="ran out of time"):
        pool.run(time.sleep, 60, limit_s=0.2)
    assert pool.run(math.sqrt, 4) == 2


def test_a_task_that_kills_its_worker_costs_that_worker_only(pool):
    with pytest.raises(VerifierStopped, match="died"):
        pool.run(os._exit, 3)
    assert list(pool.map(math.sqrt, [1, 4, 9, 16])) == [1, 2, 3, 4]


def test_a_worker_killed_from_outside_is_replaced(pool):
    victim = pool.run(os.getpid)
    os.kill(victim, signal.SIGKILL)
    results = []
    for _ in range(6):
        try:
            results.append(pool.run(math.sqrt, 9))
        except VerifierStopped:
            results.append(None)
    assert results.count(None) <= 1
    assert results[-1] == 3


def test_memory_is_capped(pool):
    with pytest.raises((MemoryError, VerifierStopped)):
        pool.run(bytes, 10**10)
    assert pool.run(math.sqrt, 4) == 2


def test_what_a_task_prints_does_not_disturb_the_pipe(pool):
    assert pool.run(print, "\x00\x00 stray output") is None
    assert pool.run(math.sqrt, 4) == 2


def test_large_arguments_and_results_pass(pool):
    text = "x" * 5_000_000
    assert pool.run(str.upper, text) == text.upper()


def test_threads_and_loops_may_share_a_pool(pool):
    results: list[float] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(pool.run(math.sqrt, n * n))) for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(20))

    async def ask() -> list[float]:
        return await asyncio.gather(*(pool.arun(math.sqrt, n * n) for n in range(20)))

    assert asyncio.run(ask()) == list(range(20))


def test_secrets_stay_with_the_caller(pool, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with WorkerPool(1) as fresh:
        assert fresh.run(os.getenv, "OPENAI_API_KEY") is None


ORPHANS = """
import os, signal, sys
from evol.verifiers.workers import WorkerPool
pool = WorkerPool(1)
print(pool.run(os.getpid), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_ends_with_a_parent_that_was_killed():
    ended = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, check=False)
    worker = int(ended.stdout)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and _alive(worker):
        os.sched_yield()
    assert not _alive(worker)


def _alive(pid: int) -> bool:
    try:
        with Path(f"/proc/{pid}/stat").open(encoding="ascii") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


ABANDONED = """
import os, signal, subprocess, sys, threading, time
from evol.verifiers.workers import WorkerPool
pool = WorkerPool(1)
print(pool.run(os.getpid), flush=True)
threading.Thread(target=pool.run, args=(time.sleep, 0.5), daemon=True).start()
while pool._idle.qsize():
    os.sched_yield()
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_whose_parent_is_gone_ends_without_a_word():
    ended = subprocess.run([sys.executable, "-c", ABANDONED], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert not ended.stderr
