"""The caller's end of one zygote: starts it, hands it jobs, reads what comes back, ends it.

Used by one thread at a time. Nothing here trusts the program: every read has a cap and every
wait an end.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evol.verifiers.sandbox import wire

START_S = 60.0
GRACE_S = 10.0
HEADER = struct.Struct("<I")
CHUNK = 1 << 18

# The zygote imports its own modules by their full names without running the packages'
# `__init__`, which would load what the caller needs and each fork would carry.
BOOT = """
import sys, types
for name, path in zip(('evol', 'evol.verifiers', 'evol.verifiers.sandbox'), sys.argv[2:]):
    package = types.ModuleType(name); package.__path__ = [path]; sys.modules[name] = package
from evol.verifiers.sandbox import zygote
zygote.main(int(sys.argv[1]))
"""


class Lost(Exception):
    """The zygote died or fell silent: nothing is known about the program it was running."""


class LayerRefused(Exception):
    """A zygote could not be set up: `layer` and the system's `error` say what is missing."""

    def __init__(self, layer: str, errno: int | None, error: str) -> None:
        super().__init__(f"{layer}: {error}")
        self.layer, self.errno, self.error = layer, errno, error


@dataclass(frozen=True, slots=True)
class Raw:
    """What one process left: its messages, and the zygote's measurements of it."""

    messages: list[Any]
    status: int
    why: str | None
    cpu_s: float
    wall_s: float
    peak_kb: int
    overflowed: bool = field(default=False)


class Worker:
    """One zygote and its control socket."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here = Path(__file__).resolve().parent
        paths = [str(p) for p in (here.parents[1], here.parent, here)]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", BOOT, str(theirs.fileno()), *paths],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={},
                cwd="/",
                start_new_session=True,
            )
        try:
            self.control.send(json.dumps(config).encode())
            answer = self._answer(time.monotonic() + START_S)
        except (Lost, OSError) as error:
            self.close()
            raise LayerRefused("interpreter", None, "the zygote died while it started") from error
        if "refused" in answer:
            self.close()
            raise LayerRefused(answer["refused"], answer["errno"], answer["error"])

    def _answer(self, deadline: float) -> dict[str, Any]:
        self.control.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = self.control.recv(CHUNK)
        except OSError as error:
            raise Lost from error
        if not data:
            raise Lost
        return json.loads(data)  # type: ignore[no-any-return]

    def begin(self, order: dict[str, Any], task: bytes, more: tuple[int, ...] = ()) -> Running:
        """Start a job's process: the order goes to the zygote, the task past it, straight to the process."""
        mine, theirs = socket.socketpair()
        with theirs:
            try:
                data = json.dumps(order).encode()
                socket.send_fds(self.control, [data], [theirs.fileno(), *more])
            except OSError as error:
                mine.close()
                raise Lost from error
        return Running(self, mine, order["limits"], HEADER.pack(len(task)) + task)

    def close(self) -> None:
        """End the zygote and all below it."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


class Running:
    """One process at work: its messages are gathered while it runs."""

    def __init__(self, worker: Worker, job: socket.socket, limits: dict[str, Any], task: bytes) -> None:
        self.worker, self.job, self.limits = worker, job, limits
        self.unsent = memoryview(task)
        self.received = bytearray()
        self.stopped = False
        self.deadline = time.monotonic() + limits["wall_s"] + GRACE_S
        job.setblocking(False)

    def stop(self) -> None:
        """Ask the zygote to end the process now."""
        if not self.stopped:
            self.stopped = True
            with contextlib.suppress(OSError):
                self.worker.control.send(b"stop")

    def finish(self) -> Raw:
        """Exchange bytes until the process has ended and return what it left; raises Lost."""
        with self.job:
            poll = select.poll()
            poll.register(self.job, select.POLLIN | select.POLLOUT)
            poll.register(self.worker.control, select.POLLIN)
            control = self.worker.control.fileno()
            while True:
                events = dict(poll.poll(max(0.0, self.deadline - time.monotonic()) * 1000))
                if not events:
                    raise Lost
                if control in events:
                    break
                self._exchange(poll, events[self.job.fileno()])
            answer = self.worker._answer(self.deadline)
            while self._read() > 0:
                pass
        return self._raw(answer)

    def _exchange(self, poll: Any, event: int) -> None:
        if event & select.POLLOUT:
            self._write()
            if not self.unsent:
                poll.modify(self.job, select.POLLIN)
        if event & (select.POLLIN | select.POLLHUP | select.POLLERR) and self._read() == 0:
            poll.unregister(self.job)

    def _write(self) -> None:
        try:
            self.unsent = self.unsent[self.job.send(self.unsent) :]
        except BlockingIOError:
            return
        except OSError:
            self.unsent = self.unsent[:0]

    def _read(self) -> int:
        """Take in what has arrived and return how much; 0 at the end, -1 where nothing is there yet."""
        try:
            part = self.job.recv(CHUNK)
        except BlockingIOError:
            return -1
        except OSError:
            return 0
        if len(self.received) + len(part) > self.limits["result_bytes"]:
            self.stop()
        else:
            self.received += part
        return len(part)

    def _raw(self, answer: dict[str, Any]) -> Raw:
        return Raw(
            list(_messages(bytes(self.received))),
            answer["status"],
            answer["why"],
            answer["cpu_s"],
            answer["wall_s"],
            answer["peak_kb"],
            self.stopped,
        )


def _messages(data: bytes) -> Any:
    """Yield the whole messages in what was received; the first malformed one ends them."""
    view, at = memoryview(data), 0
    while at + HEADER.size <= len(view):
        (size,) = HEADER.unpack_from(view, at)
        at += HEADER.size
        if at + size > len(view):
            return
        try:
            message = wire.load(bytes(view[at : at + size]))
        except wire.WireError:
            return
        if type(message) is not dict:
            return
        yield message
        at += size
