"""The caller's end of one zygote: starts it, hands it jobs, reads what comes back, ends it.

Used by one thread at a time. Nothing here trusts the program: every read has a cap and every
wait an end.
"""

from __future__ import annotations

import contextlib
import json
import marshal
import math
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evol.verifiers.sandbox import starvation, wire
from evol.verifiers.sandbox.protocol import ANSWER, HEADER, LOCKED, NOBODY, READY, STOP, WHY, Order
from evol.verifiers.sandbox.starvation import Late

START_S = 60.0
GRACE_S = 10.0
PARTING_S = 0.5
LAST_S = 1.0
# Most programs end sooner than this, and what they said is then read at once: to be woken for each
# of a suite's results costs the caller more than the rest of the job.
PATIENCE_S = 0.02
CHUNK = 1 << 16
# The newest format in which an object that is named twice arrives as two: what one call does to
# its argument must not show in another's.
WITHOUT_SHARING = 2
PACKET = 1 << 12
# The whole environment of a zygote. One hash seed for all, so that the order of a set of texts, and
# with it a verdict, does not depend on the zygote that a program happens to meet. Symbols are bound
# at the start, or each child would look up again whatever its zygote has not called yet.
ENVIRONMENT = {"PYTHONHASHSEED": "0", "LD_BIND_NOW": "1"}

# The zygote imports its own modules by their full names without running the packages'
# `__init__`, which would load what the caller needs and each fork would carry. What modules would
# do after each fork (threading: new locks, random: a new seed) takes a third of a child's time
# and is for processes of several threads: the zygote has one.
BOOT = """
import os, sys, types
os.register_at_fork = lambda **hooks: None
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
class Answer:
    """The zygote's own measurements of a process that has ended.

    `status` is the exit status, or minus the signal; `why` says that and why the zygote ended it.
    """

    status: int
    why: str | None
    cpu_s: float
    wall_s: float
    peak_kb: int

    @classmethod
    def from_bytes(cls, data: bytes) -> Answer:
        """Return what a zygote packed; raises Lost."""
        try:
            status, why, cpu_s, wall_s, peak_kb = ANSWER.unpack(data)
        except struct.error as error:
            raise Lost from error
        return cls(status, WHY[why], cpu_s, wall_s, peak_kb)


@dataclass(frozen=True, slots=True)
class Raw:
    """What one process left: its messages, and what was measured.

    `locked` is whether it got as far as being locked in: before that nothing of the program ran.
    `late` says why it was ended at its wall limit, where it was.
    """

    locked: bool
    messages: list[Any]
    overflowed: bool
    answer: Answer
    late: Late | None = None


class Worker:
    """One zygote and its control socket."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        if config["folder"] is not None and config["level"] != "strong":
            self._folder = tempfile.TemporaryDirectory(prefix="evol-sandbox-")
            if os.geteuid() == 0:
                os.chown(self._folder.name, NOBODY, NOBODY)
            config = {**config, "folder": self._folder.name}
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listening = select.poll()
        self.listening.register(self.control, select.POLLIN)
        # A zygote with a process tree of its own is the child of the process that was started.
        self.depth = 2 if config["level"] == "strong" else 1
        here = Path(__file__).resolve().parent
        paths = [str(p) for p in (here.parents[1], here.parent, here)]
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-S", "-B", "-c", BOOT, str(theirs.fileno()), *paths],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT,
                cwd="/",
                start_new_session=True,
            )
        try:
            self.control.send(marshal.dumps(config))
            answer = self._receive(time.monotonic() + START_S)
        except (Lost, OSError) as error:
            self.close()
            raise LayerRefused("interpreter", None, "the zygote died while it started") from error
        if answer != READY:
            self.close()
            raise LayerRefused(*json.loads(answer))

    def _receive(self, deadline: float) -> bytes:
        self.control.settimeout(max(0.01, deadline - time.monotonic()))
        try:
            data = self.control.recv(PACKET)
        except OSError as error:
            raise Lost from error
        if not data:
            raise Lost
        return data

    def speaks_within(self, seconds: float) -> bool:
        """Return whether the zygote has something to say by then."""
        return bool(self.listening.poll(seconds * 1000))

    def answer(self, deadline: float) -> Answer:
        """Return what the zygote says of the job that has ended; raises Lost."""
        return Answer.from_bytes(self._receive(deadline))

    def begin(self, order: Order, task: dict[str, Any], most: int, more: tuple[int, ...] = ()) -> Running:
        """Start a job's process: the order goes to the zygote, the task past it, straight to the process.

        `most` is how many bytes of answers are read; `more` are descriptors that the process gets.
        """
        data = marshal.dumps(task, WITHOUT_SHARING)
        mine, theirs = socket.socketpair()
        role, wall_s, cpu_s, memory, size, threads = order
        # The limit is kept here, where it can be seen who waits; the zygote keeps the last one.
        patient = (role, starvation.PATIENT * wall_s + LAST_S, cpu_s, memory, size, threads)
        with theirs:
            running = Running(self, mine, wall_s, most, HEADER.pack(len(data)) + data)
            running.write()
            try:
                socket.send_fds(self.control, [marshal.dumps(patient)], [theirs.fileno(), *more])
            except OSError as error:
                mine.close()
                raise Lost from error
        return running

    def close(self) -> None:
        """End the zygote and all below it."""
        self.control.close()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self._folder is not None:
            self._folder.cleanup()


class Running:
    """One process at work: its messages are gathered while it runs."""

    def __init__(self, worker: Worker, job: socket.socket, wall_s: float, most: int, task: bytes) -> None:
        self.worker, self.job, self.most = worker, job, most
        self.unsent = memoryview(task)
        self.received = bytearray()
        self.overflowed = False
        self.stopped = False
        self.raw: Raw | None = None
        self.late: Late | None = None
        self.wall_s = wall_s
        self.began = time.monotonic()
        self.due = self.began + wall_s
        self.deadline = self.began + starvation.PATIENT * wall_s + LAST_S + GRACE_S
        job.setblocking(False)

    def stop(self) -> None:
        """Ask the zygote to end the process now."""
        if not self.stopped:
            self.stopped = True
            with contextlib.suppress(OSError):
                self.worker.control.send(STOP)

    def settle(self, found: Late | float) -> None:
        """End the process, or let it be for so many seconds more."""
        if isinstance(found, Late):
            self.late, self.due = found, math.inf
            self.stop()
            self.deadline = time.monotonic() + GRACE_S
        else:
            self.due = time.monotonic() + found

    def register(self, poll: select.poll) -> dict[int, Running]:
        """Enter what is waited for at first, and return whom the sockets belong to."""
        if self.unsent:
            poll.register(self.job, select.POLLOUT)
        poll.register(self.worker.control, select.POLLIN)
        return {self.job.fileno(): self, self.worker.control.fileno(): self}

    def listen(self, poll: select.poll) -> None:
        """Wait for what the process says, too: one that says much stops until it is read."""
        if self.raw is None:
            poll.register(self.job, select.POLLIN | (select.POLLOUT if self.unsent else 0))

    def attend(self, poll: select.poll, descriptor: int, event: int) -> None:
        """Do what one socket is ready for; raises Lost."""
        if self.raw is not None:
            return
        if descriptor == self.job.fileno():
            self._exchange(poll, event)
            return
        self._conclude(self.worker.answer(self.deadline))
        poll.unregister(self.worker.control)
        with contextlib.suppress(KeyError):
            poll.unregister(self.job)

    def at_once(self) -> Raw | None:
        """Return what the process left if it ends within the patience one has; raises Lost."""
        if self.unsent or not self.worker.speaks_within(PATIENCE_S):
            return None
        self._conclude(self.worker.answer(self.deadline))
        return self.raw

    def _conclude(self, answer: Answer) -> None:
        """Take in the rest of what the process said before it ended: a full part means that there is more."""
        while self._read() == CHUNK:
            pass
        data = bytes(self.received)
        self.raw = Raw(data[:1] == LOCKED, list(_messages(data, 1)), self.overflowed, answer, self.late)

    def _exchange(self, poll: select.poll, event: int) -> None:
        if event & select.POLLOUT:
            self.write()
            if not self.unsent:
                poll.modify(self.job, select.POLLIN)
        if event & (select.POLLIN | select.POLLHUP | select.POLLERR) and self._read() == 0:
            poll.unregister(self.job)

    def write(self) -> None:
        """Send as much of the task as the socket takes."""
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
        if len(self.received) + len(part) > self.most:
            self.overflowed = True
            self.stop()
        else:
            self.received += part
        return len(part)


def finish(*all_running: Running) -> list[Raw]:
    """Exchange bytes with processes that belong together until all have ended; raises Lost.

    Once the last named has ended, the others have a moment to follow.
    """
    with contextlib.ExitStack() as sockets:
        for running in all_running:
            sockets.enter_context(running.job)
        if len(all_running) == 1 and (raw := all_running[0].at_once()):
            return [raw]
        return _attend(all_running)


def _attend(all_running: tuple[Running, ...]) -> list[Raw]:
    """Serve whichever socket is ready until all have ended; raises Lost."""
    poll, owners, patience = select.poll(), dict[int, Running](), PATIENCE_S
    for running in all_running:
        owners |= running.register(poll)
    while pending := [running for running in all_running if running.raw is None]:
        first = min(min(r.deadline, r.due) for r in pending)
        ready = poll.poll(min(patience, max(0.0, first - time.monotonic())) * 1000)
        if not ready and patience < math.inf:
            patience = math.inf
            for running in all_running:
                running.listen(poll)
            continue
        if not ready and _settled(pending):
            continue
        if not ready and all_running[-1].raw is None:
            raise Lost
        for descriptor, event in ready:
            owners[descriptor].attend(poll, descriptor, event)
        if all_running[-1].raw is not None:
            _hurry(all_running[:-1], waited=not ready)
    return [running.raw for running in all_running if running.raw is not None]


def _settled(pending: list[Running]) -> bool:
    """Decide on processes whose wall limit has passed; return whether there were any."""
    now = time.monotonic()
    if all(running.due > now for running in pending):
        return False
    stays = [starvation.stay_of(r.worker.process.pid, r.worker.depth) for r in pending]
    found = starvation.verdict(pending[0].wall_s, now - pending[0].began, stays)
    for running in pending:
        running.settle(found)
    return True


def _hurry(others: tuple[Running, ...], *, waited: bool) -> None:
    """Give whoever is left a moment, then end it; raises Lost where that has been tried for long enough."""
    for running in others:
        if running.raw is not None or (running.stopped and not waited):
            continue
        if running.stopped:
            raise Lost
        if waited:
            running.stop()
            running.deadline = time.monotonic() + GRACE_S
        else:
            running.deadline = min(running.deadline, time.monotonic() + PARTING_S)


def _messages(data: bytes, at: int) -> Iterator[dict[str, Any]]:
    """Yield the whole messages in what was received from a place on; the first malformed one ends them."""
    last = len(data) - HEADER.size
    while at <= last:
        start = at + HEADER.size
        at = start + HEADER.unpack_from(data, at)[0]
        if at > len(data):
            return
        try:
            message = wire.load(data[start:at])
        except wire.WireError:
            return
        if type(message) is not dict:
            return
        yield message
