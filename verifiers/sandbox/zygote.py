"""The zygote: a process that has entered the wall and imported its kit, and forks a child a job.

It is started with `python -I -S -B` and an empty environment, holds no secret, sees no program
and no test (a job's contents travel on a socket that it hands on unread), and does nothing but
fork, wait and kill. When its caller goes, however abruptly, its control socket ends and so does
it, with everything below it.
"""

from __future__ import annotations

import builtins
import contextlib
import ctypes
import gc
import json
import marshal
import os
import select
import signal
import sys
import time
from _sitebuiltins import Quitter
from array import array
from socket import AF_UNIX, SOCK_SEQPACKET, socket
from typing import Any, NoReturn

from evol.verifiers.sandbox import landlock, namespaces, rlimits, runner, warming
from evol.verifiers.sandbox.protocol import ANSWER, NOBODY, READY, STOP, WHY
from evol.verifiers.sandbox.seccomp import Filter

MESSAGE = 1 << 16
ORDER = 4096
PASSED = 256
BLOCK = 4096
WATCH_S = 0.05
ARENAS_OPTION = -8


class Refused(Exception):
    """A layer of the wall that this machine does not offer: its name and the system's error."""

    def __init__(self, layer: str, error: OSError) -> None:
        super().__init__(layer)
        self.answer = [layer, error.errno, str(error)]


def _stay_behind(child: int, control: socket) -> NoReturn:
    """Be the outer process of a zygote that has a process tree of its own: end when it ends."""
    control.close()
    os.waitpid(child, 0)
    os._exit(0)


def _enter_namespaces(control: socket) -> None:
    try:
        namespaces.enter()
        child = os.fork()
    except OSError as error:
        raise Refused("namespaces", error) from error
    if child:
        _stay_behind(child, control)


def _preload(kit: dict[str, Any], paths: list[str]) -> None:
    sys.path.extend(paths)
    for name in kit["modules"]:
        __import__(name)
    # What `site` would define: scripts end themselves with exit().
    for name in ("exit", "quit"):
        setattr(builtins, name, Quitter(name, "Ctrl-D"))
    exec(kit["warm"], {"__name__": "warm"})  # noqa: S102 - the kit's own text


def _confine(config: dict[str, Any]) -> None:
    """Put the file system out of reach, as far as the level goes; raises Refused."""
    strong, folder = config["level"] == "strong", config["folder"]
    if strong:
        try:
            namespaces.new_root(config["readable"], config["hidden"], folder, config["folder_mb"])
        except OSError as error:
            raise Refused("mounts", error) from error
        namespaces.drop_capabilities()
    namespaces.prctl(namespaces.SET_NO_NEW_PRIVS, 1)
    if config["level"] in ("strong", "landlock"):
        try:
            landlock.restrict(config["readable"], folder)
        except OSError as error:
            if not strong:
                raise Refused("landlock", error) from error


def _tried_filter(config: dict[str, Any]) -> Filter | None:
    """Return the filter, installed once in a child to see that the kernel takes it; raises Refused."""
    if config["level"] == "none":
        return None
    prepared = Filter(files=config["folder"] is not None)
    child = os.fork()
    if not child:
        try:
            prepared.install()
            os._exit(0)
        except OSError as error:
            os._exit(error.errno or 255)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise Refused("seccomp", OSError(abs(status), os.strerror(abs(status))))
    return prepared


def prepare(config: dict[str, Any], control: socket) -> runner.Wall:
    """Enter the wall and import the kit; raises Refused where a layer is missing."""
    ctypes.CDLL(None).mallopt(ARENAS_OPTION, 1)
    os.environ.clear()
    sys.argv[:] = ["program.py"]
    rlimits.set_common()
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        raise Refused("pidfd", error) from error
    if config["level"] == "strong":
        _enter_namespaces(control)
    _preload(config["kit"], config["paths"])
    tasks = rlimits.tasks_of(NOBODY if os.geteuid() == 0 else os.geteuid())
    base = rlimits.address_space()
    _confine(config)
    root = os.geteuid() == 0
    alone = not root and namespaces.own_count_of_processes()
    text = config["kit"]["namespace"]
    names = compile(text, "<kit>", "exec") if text else None
    return runner.Wall(
        _tried_filter(config),
        root,
        config["level"] == "strong",
        base,
        0 if alone else tasks,
        names,
        config["folder"],
    )


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


def _await(config: dict[str, Any], child: int, control: socket, wall_s: float) -> str | None:
    """Wait for the child to end, and end it where it must; return why it was ended, if it was."""
    descriptor = os.pidfd_open(child)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    poll.register(control, select.POLLIN)
    watched = config["folder"] is not None and config["level"] != "strong"
    deadline, why = time.monotonic() + wall_s, None
    while why is None:
        left = max(0.0, deadline - time.monotonic())
        ready = [fd for fd, _ in poll.poll(1000 * (min(left, WATCH_S) if watched else left))]
        if descriptor in ready:
            break
        if ready:
            why = "stopped"
        elif watched and _over(config):
            why = "folder"
        elif time.monotonic() >= deadline:
            why = "wall"
    os.close(descriptor)
    if why is not None:
        os.kill(child, signal.SIGKILL)
        if why == "stopped" and not control.recv(MESSAGE):
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


def _clear_out(config: dict[str, Any], child: int) -> None:
    """End whatever else is alive in our process tree, and empty the folder.

    Only without a filter can there be anything else; then its process group is ended, which a
    program that means to can leave.
    """
    if config["level"] == "none":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
    if config["level"] == "strong":
        try:
            os.kill(-1, signal.SIGKILL)
            while os.waitpid(-1, 0)[0]:
                pass
        except (ProcessLookupError, ChildProcessError):
            pass
    if config["folder"] is not None:
        folder = os.open(config["folder"], os.O_RDONLY | os.O_DIRECTORY)
        try:
            _empty(folder)
        finally:
            os.close(folder)


def serve(config: dict[str, Any], wall: runner.Wall, control: socket) -> None:
    """Run one job after another until the caller goes."""
    while True:
        data, ancillary, _, _ = control.recvmsg(ORDER, PASSED)
        if not data:
            return
        # A stop that crossed the answer to the job it meant.
        if data == STOP:
            continue
        job, descriptors = marshal.loads(data), array("i", ancillary[0][2])  # noqa: S302 - our caller's
        started = time.monotonic()
        child = os.fork()
        if not child:
            control.close()
            runner.run(wall, job, descriptors.tolist())
        for descriptor in descriptors:
            os.close(descriptor)
        why = _await(config, child, control, job["limits"]["wall_s"])
        _, status, usage = os.wait4(child, 0)
        _clear_out(config, child)
        cpu_s = usage.ru_utime + usage.ru_stime
        ended = os.waitstatus_to_exitcode(status), WHY.index(why), cpu_s
        control.send(ANSWER.pack(*ended, time.monotonic() - started, usage.ru_maxrss))


def main(descriptor: int) -> None:
    """Be a zygote on this control socket."""
    control = socket(AF_UNIX, SOCK_SEQPACKET, fileno=descriptor)
    config = marshal.loads(control.recv(MESSAGE))  # noqa: S302 - our caller's
    try:
        wall = prepare(config, control)
    except Refused as refused:
        control.send(json.dumps(refused.answer).encode())
        return
    warming.warm(wall)
    gc.collect()
    gc.freeze()
    control.send(READY)
    serve(config, wall, control)
