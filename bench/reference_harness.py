"""The published harness's way of judging HumanEval, written from its description, to measure against.

An evaluator that has numpy and tqdm loaded hands each program to a thread of a pool. The thread
starts a `multiprocessing.Manager` with a list for the result and a process of its own, which sets
several dozen functions to None, throws the program's output away and executes program and tests
in a temporary folder under a timer. Reads programs as JSON from the first line of standard input, then
a line at a time what to do: a number of threads to judge them all with, or `tests` to execute them
here. Answers each with a line of JSON: the processor time that it took, and how many passed.
"""

from __future__ import annotations

import builtins
import contextlib
import importlib.util
import io
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

EVALUATOR_IMPORTS = ("numpy", "tqdm")
TIMEOUT_S = 5.0
SILENCED = ("stdout", "stderr", "stdin")
FORBIDDEN_MODULES = ("ipdb", "joblib", "resource", "psutil", "tkinter")
FORBIDDEN = {
    "builtins": ("exit", "quit"),
    "os": (
        *("kill", "killpg", "system", "putenv", "setuid", "fork", "forkpty", "chroot", "chdir", "fchdir"),
        *("getcwd", "remove", "removedirs", "rmdir", "rename", "renames", "replace", "truncate", "unlink"),
        *("chmod", "fchmod", "lchmod", "chown", "fchown", "lchown", "chflags", "lchflags"),
    ),
    "shutil": ("rmtree", "move", "chown"),
    "subprocess": ("Popen",),
}


class Unreadable(io.StringIO):
    """A stream that keeps what is written and refuses to give it back."""

    def read(self, *_: object) -> str:
        """Refuse."""
        raise OSError

    readline = readlines = read  # type: ignore[assignment]

    def readable(self) -> bool:
        """Say so beforehand."""
        return False


def judge(program: str) -> str:
    """Return `passed`, `failed: …` or `timed out`."""
    manager = multiprocessing.Manager()
    results = manager.list()
    process = multiprocessing.Process(target=execute, args=(program, results))
    process.start()
    process.join(TIMEOUT_S + 1)
    if process.is_alive():
        process.kill()
    return results[0] if results else "timed out"


def execute(program: str, results: list[str]) -> None:
    """Be the process of one program."""
    with temporary_folder():
        saved = shutil.rmtree, os.rmdir, os.chdir
        guard()
        try:
            with silence(), timer(TIMEOUT_S):
                exec(program, {})
            results.append("passed")
        except BaseException as error:
            results.append(f"failed: {error}")
        shutil.rmtree, os.rmdir, os.chdir = saved


def guard() -> None:
    """Set what a program could do harm with to None, in this process."""
    import faulthandler
    import subprocess

    faulthandler.disable()
    os.environ["OMP_NUM_THREADS"] = "1"
    modules: dict[str, ModuleType] = {m.__name__: m for m in (builtins, os, shutil, subprocess)}
    for module, names in FORBIDDEN.items():
        for name in names:
            setattr(modules[module], name, None)
    sys.modules.update(dict.fromkeys(FORBIDDEN_MODULES))  # type: ignore[arg-type]


@contextlib.contextmanager
def temporary_folder() -> Iterator[None]:
    """Stand in a folder that goes afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        before = Path.cwd()
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Throw output away and offer no input."""
    stream, before = Unreadable(), {name: getattr(sys, name) for name in SILENCED}
    for name in SILENCED:
        setattr(sys, name, stream)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(sys, name, value)


@contextlib.contextmanager
def timer(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where the body takes longer than this."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.signal(signal.SIGALRM, late)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def judge_all(programs: list[str], workers: int) -> tuple[float, int]:
    """Return the processor seconds of judging programs with so many threads, and how many passed."""
    verdicts: list[str] = []
    with ThreadPoolExecutor(workers) as pool:
        spent = cpu_of(lambda: verdicts.extend(pool.map(judge, programs)))
    return spent, verdicts.count("passed")


def cpu_of(work: Callable[[], object]) -> float:
    """Return the processor time of this process and its ended children for some work."""
    before = _cpu()
    work()
    return _cpu() - before


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def tests_alone(programs: list[str]) -> tuple[float, int]:
    """Return the processor seconds of executing the programs in this process, and how many there are."""
    return cpu_of(lambda: [exec(p, {}) for p in programs]), len(programs)


def main() -> None:
    for name in EVALUATOR_IMPORTS:
        if importlib.util.find_spec(name):
            __import__(name)
    programs = json.loads(sys.stdin.readline())
    for line in sys.stdin:
        wanted = line.strip()
        found = tests_alone(programs) if wanted == "tests" else judge_all(programs, int(wanted))
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
