"""Worker processes that verifiers run in, so that no input can hang or kill the caller.

Each worker is a fresh Python process spoken to over pipes: no fork of the caller, no signal in
it, no import of its `__main__`, so any thread, event loop or notebook may use a pool. A task that
overruns its limit, eats its memory or crashes costs one worker, which is replaced.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from evol.errors import VerifierStopped

P = ParamSpec("P")
T = TypeVar("T")

HEADER = struct.Struct("<I")
SECRETS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "CREDENTIAL")


def _environment() -> dict[str, str]:
    """Return the caller's environment without what looks like a secret.

    There is a worker for each core, and numpy's threads would take address space for all cores in each.
    """
    kept = {k: v for k, v in os.environ.items() if not any(s in k.upper() for s in SECRETS)}
    return {"OPENBLAS_NUM_THREADS": "1", **kept, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}


class _Worker:
    """One worker process and its two pipes; used by one thread at a time."""

    def __init__(self, memory_mb: int, preload: tuple[str, ...]) -> None:
        command = [sys.executable, "-m", "evol.verifiers._worker", str(memory_mb), *preload]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
            start_new_session=True,
            bufsize=0,
        )

    def call(self, task: bytes, limit_s: float) -> Any:
        """Send one task and return its result; raises VerifierStopped where none comes in time."""
        deadline = time.monotonic() + limit_s
        try:
            self._write(HEADER.pack(len(task)) + task, deadline)
            (size,) = HEADER.unpack(self._read(HEADER.size, deadline))
            ok, value = pickle.loads(self._read(size, deadline))  # noqa: S301 - written by our own worker
        except (OSError, EOFError) as error:
            raise VerifierStopped("A verifier's worker died on this row (memory or a crash).") from error
        if not ok:
            raise value
        return value

    def _write(self, data: bytes, deadline: float) -> None:
        assert self.process.stdin is not None
        fd, view = self.process.stdin.fileno(), memoryview(data)
        os.set_blocking(fd, False)
        while view:
            self._wait(fd, select.POLLOUT, deadline)
            view = view[os.write(fd, view) :]

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None
        fd, parts, missing = self.process.stdout.fileno(), [], size
        while missing:
            self._wait(fd, select.POLLIN, deadline)
            part = os.read(fd, missing)
            if not part:
                raise EOFError
            parts.append(part)
            missing -= len(part)
        return b"".join(parts)

    @staticmethod
    def _wait(fd: int, event: int, deadline: float) -> None:
        poll = select.poll()
        poll.register(fd, event)
        if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
            raise VerifierStopped("A verifier ran out of time on this row.")

    def kill(self) -> None:
        """End the process and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


class WorkerPool:
    """A fixed number of worker processes, started on first use.

    `memory_mb` caps each worker's address space; `preload` names modules imported at its start.
    A function to run must be importable by name (not defined in `__main__` or inside another).
    """

    def __init__(
        self, workers: int | None = None, *, memory_mb: int = 2048, preload: Iterable[str] = ()
    ) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))
        self._memory_mb = memory_mb
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._start()

    def _start(self) -> None:
        self._pid = os.getpid()
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        for _ in range(self.workers):
            self._idle.put(None)
        self._threads = ThreadPoolExecutor(self.workers, thread_name_prefix="evol-verify")
        self._closed = False
        atexit.register(self.close)

    def run(self, function: Callable[..., T], *args: Any, limit_s: float = 10.0, **kwargs: Any) -> T:
        """Run `function(*args, **kwargs)` in a worker and return its result; callable from any thread.

        Raises VerifierStopped after `limit_s` seconds or where the worker died, and what the
        function raised where it raised.
        """
        if self._pid != os.getpid():
            self._start()
        task = pickle.dumps((limit_s, function, args, kwargs))
        worker = self._idle.get()
        try:
            worker = worker or _Worker(self._memory_mb, self._preload)
            return worker.call(task, limit_s)  # type: ignore[no-any-return]
        except (VerifierStopped, KeyboardInterrupt):
            if worker is not None:
                worker.kill()
            worker = None
            raise
        finally:
            self._idle.put(worker)

    async def arun(self, function: Callable[..., T], *args: Any, limit_s: float = 10.0, **kwargs: Any) -> T:
        """Do what `run` does without blocking the event loop."""
        if self._pid != os.getpid():
            self._start()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._threads, lambda: self.run(function, *args, limit_s=limit_s, **kwargs)
        )

    def map(
        self, function: Callable[[Any], T], items: Iterable[Any], *, limit_s: float = 10.0
    ) -> Iterator[T]:
        """Yield `function(item)` for each item, in order, with at most a few in flight per worker."""
        pending: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for item in items:
            pending.put(self._threads.submit(self.run, function, item, limit_s=limit_s))
            if pending.qsize() >= 4 * self.workers:
                yield pending.get().result()
        while pending.qsize():
            yield pending.get().result()

    def close(self) -> None:
        """End the workers; the pool cannot be used afterwards."""
        if self._closed or self._pid != os.getpid():
            return
        self._closed = True
        atexit.unregister(self.close)
        self._threads.shutdown(wait=True)
        with self._lock:
            while not self._idle.empty():
                worker = self._idle.get_nowait()
                if worker is not None:
                    worker.kill()

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
