"""The reference way of judging HumanEval, written from its description, to measure against.

For each program a `multiprocessing.Manager` with a list for the result and a process of its own,
which executes program and tests in a temporary folder under a timer, its output thrown away.
Standard library only, so that a fork copies as little as it can. Reads programs as JSON on
standard input; prints the processor time of judging them so, and of executing them here.
"""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable


def judge(program: str, timeout_s: float) -> str:
    """Return `passed`, `failed: …` or `timed out`."""
    with multiprocessing.Manager() as manager:
        results = manager.list()
        process = multiprocessing.Process(target=execute, args=(program, timeout_s, results))
        process.start()
        process.join(timeout_s + 1)
        if process.is_alive():
            process.kill()
        return results[0] if results else "timed out"


def execute(program: str, timeout_s: float, results: list) -> None:
    """Be the process of one program."""

    def late(*_: object) -> None:
        raise TimeoutError

    folder = tempfile.mkdtemp()
    os.chdir(folder)
    signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, timeout_s)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            exec(program, {})
        results.append("passed")
    except BaseException as error:
        results.append(f"failed: {error}")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        os.chdir("/")
        shutil.rmtree(folder, ignore_errors=True)


def cpu_of(work: Callable[[], object]) -> float:
    """Return the processor time of this process and its ended children for some work."""
    before = _cpu()
    work()
    return _cpu() - before


def _cpu() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def main() -> None:
    programs = json.load(sys.stdin)
    verdicts: list[str] = []
    judged = cpu_of(lambda: verdicts.extend(judge(p, 5.0) for p in programs))
    alone = cpu_of(lambda: [exec(p, {}) for p in programs])
    print(json.dumps({"judged_s": judged, "tests_s": alone, "passed": verdicts.count("passed")}))


if __name__ == "__main__":
    main()
