"""The zygote at work: one job after another, each in a process forked for it.

Imported last of all, with `runner`: what every job touches then lies together (`layout.py`).
"""

from __future__ import annotations

import contextlib
import os
import signal
from _socket import socket
from marshal import loads
from os import P_ALL, WEXITED, WNOHANG, WNOWAIT, close, fork, pidfd_open, wait4, waitid
from select import POLLIN, poll
from time import monotonic
from typing import Any

from evol.verifiers.sandbox.protocol import ANSWER, STOP, WHY
from evol.verifiers.sandbox.runner import Wall, run

MESSAGE = 1 << 16
ORDER = 4096
PASSED = 256
BLOCK = 4096
WATCH_S = 0.05
WALL, STOPPED, FOLDER = map(WHY.index, ("wall", "stopped", "folder"))
AT_ONCE = WEXITED | WNOHANG | WNOWAIT


def _usage(folder: str) -> int:
    """Return the bytes below a folder, each entry counted as at least a block."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            total += max(BLOCK, entry.stat(follow_symlinks=False).st_size)
            if entry.is_dir(follow_symlinks=False):
                total += _usage(entry.path)
    return total


def _over(config: dict[str, Any]) -> bool:
    """Return whether a folder that no file system limits has grown past its limit."""
    try:
        return _usage(config["folder"]) > int(config["folder_mb"]) << 20
    except OSError:
        return False


def _await(config: dict[str, Any], child: int, control: socket, listening: poll, wall_s: float) -> int:
    """Wait for the child to end, and end it where it must; return why, as a place in WHY."""
    descriptor = pidfd_open(child)
    listening.register(descriptor, POLLIN)
    watched = config["folder"] is not None and config["level"] != "strong"
    deadline, left, why = monotonic() + wall_s, wall_s, 0
    while not why:
        ready = listening.poll(1000 * (min(left, WATCH_S) if watched else left))
        # Registered last, it stands last.
        if ready and ready[-1][0] == descriptor:
            break
        left = deadline - monotonic()
        if ready:
            why = STOPPED
        elif watched and _over(config):
            why = FOLDER
        elif left <= 0:
            why = WALL
    listening.unregister(descriptor)
    close(descriptor)
    if why:
        os.kill(child, signal.SIGKILL)
        if why == STOPPED and not control.recv(MESSAGE):
            os._exit(0)
    return why


def _empty(folder: int) -> None:
    """Remove all that is in an open folder, following no link."""
    with os.scandir(folder) as entries:
        names = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in names:
        if is_folder:
            inner = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            try:
                os.fchmod(inner, 0o700)
                _empty(inner)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=folder)
        else:
            os.unlink(name, dir_fd=folder)


def _end_all() -> None:
    """End our children: process 1 inherits whatever a process of its tree leaves behind."""
    try:
        waitid(P_ALL, 0, AT_ONCE)
        os.kill(-1, signal.SIGKILL)
        while os.waitpid(-1, 0)[0]:
            pass
    except (ChildProcessError, ProcessLookupError):
        return


def _clear_out(config: dict[str, Any], child: int) -> None:
    """End whatever else is alive in our process tree, and empty the folder.

    Only without a filter can there be anything else; then its process group is ended, which a
    program that means to can leave.
    """
    if config["level"] == "none":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    if config["level"] == "strong":
        _end_all()
    if config["folder"] is not None:
        folder = os.open(config["folder"], os.O_RDONLY | os.O_DIRECTORY)
        try:
            _empty(folder)
        finally:
            os.close(folder)


def serve(config: dict[str, Any], wall: Wall, control: socket) -> None:
    """Run one job after another until the caller goes."""
    mine = control.fileno()
    listening = poll()
    listening.register(mine, POLLIN)
    while True:
        data, ancillary, _, _ = control.recvmsg(ORDER, PASSED)
        if not data:
            return
        # A stop that crossed the answer to the job it meant.
        if data == STOP:
            continue
        order = loads(data)  # noqa: S302 - our caller's
        descriptors = memoryview(ancillary[0][2]).cast("i").tolist()
        started = monotonic()
        child = fork()
        if not child:
            close(mine)
            run(wall, order, descriptors)
        for descriptor in descriptors:
            close(descriptor)
        why = _await(config, child, control, listening, order[1])
        _, status, usage = wait4(child, 0)
        _clear_out(config, child)
        ended = os.waitstatus_to_exitcode(status), why, usage.ru_utime + usage.ru_stime
        control.send(ANSWER.pack(*ended, monotonic() - started, usage.ru_maxrss))
