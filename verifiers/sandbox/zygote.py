"""The zygote: a process that has entered the wall and imported its kit, and forks a child a job.

It is started with `python -I -S -B` and an empty environment, holds no secret, sees no program
and no test (a job's contents travel on a socket that it hands on unread), and does nothing but
fork, wait and kill. When its caller goes, however abruptly, its control socket ends and so does
it, with everything below it.
"""

from __future__ import annotations

import builtins
import gc
import json
import marshal
import os
import sys
from _sitebuiltins import Quitter
from _socket import AF_UNIX, SOCK_SEQPACKET, socket
from typing import TYPE_CHECKING, Any, NoReturn

from evol.verifiers.sandbox import landlock, layout, namespaces, rlimits
from evol.verifiers.sandbox.protocol import NOBODY, READY
from evol.verifiers.sandbox.seccomp import Filter

if TYPE_CHECKING:
    from evol.verifiers.sandbox.runner import Wall

MESSAGE = 1 << 16


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


def _isolate(config: dict[str, Any], control: socket) -> None:
    """Leave the caller's surroundings: environment, limits, namespaces; raises Refused."""
    layout.one_arena()
    os.environ.clear()
    sys.argv[:] = ["program.py"]
    rlimits.set_common()
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError as error:
        raise Refused("pidfd", error) from error
    if config["level"] == "strong":
        _enter_namespaces(control)


def _wall(config: dict[str, Any]) -> Wall:
    """Enter the wall for good and return what a child needs of it; raises Refused."""
    from evol.verifiers.sandbox.runner import Wall, locker

    tasks = rlimits.tasks_of(NOBODY if os.geteuid() == 0 else os.geteuid())
    base = rlimits.address_space()
    _confine(config)
    root = os.geteuid() == 0
    alone = not root and namespaces.own_count_of_processes()
    text = config["kit"]["namespace"]
    names = compile(text, "<kit>", "exec") if text else None
    prepared = _tried_filter(config)
    lock = locker(
        prepared,
        config["folder"],
        root=root,
        alone=config["level"] == "strong",
        address_space=base,
        tasks=0 if alone else tasks,
    )
    return Wall(prepared, lock, names)


def main(descriptor: int) -> None:
    """Be a zygote on this control socket."""
    control = socket(AF_UNIX, SOCK_SEQPACKET, fileno=descriptor)
    config = marshal.loads(control.recv(MESSAGE))  # noqa: S302 - our caller's
    try:
        _isolate(config, control)
        _preload(config["kit"], config["paths"])
        layout.fill()
        from evol.verifiers.sandbox import serving, warming

        wall = _wall(config)
    except Refused as refused:
        control.send(json.dumps(refused.answer).encode())
        return
    warming.warm(wall)
    gc.collect()
    layout.fill()
    gc.freeze()
    control.send(READY)
    serving.serve(config, wall, control)
