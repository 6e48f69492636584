"""The process behind `WorkerPool`: reads tasks from stdin, writes results to what was stdout.

Run as `python -m evol.verifiers._worker MEMORY_MB [MODULE ...]`. The alarm ends the process where
a task overruns and the parent is no longer there to kill it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import resource
import signal
import sys
from typing import BinaryIO

from evol.verifiers.workers import HEADER


def _answer(task: bytes) -> bytes:
    limit_s, function, args, kwargs = pickle.loads(task)  # noqa: S301 - written by our own parent
    signal.setitimer(signal.ITIMER_REAL, limit_s + 5)
    try:
        return pickle.dumps((True, function(*args, **kwargs)))
    except Exception as error:
        try:
            return pickle.dumps((False, error))
        except Exception:
            return pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer tasks until the parent closes its end."""
    with contextlib.suppress(BrokenPipeError):
        while header := source.read(HEADER.size):
            result = _answer(source.read(HEADER.unpack(header)[0]))
            sink.write(HEADER.pack(len(result)) + result)
            sink.flush()


def main(memory_mb: int, modules: list[str]) -> None:
    """Cap memory, import what tasks will need, keep stray prints off the pipe, and serve."""
    limit = memory_mb * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(2, 1)
    for module in modules:
        importlib.import_module(module)
    serve(source, sink)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
