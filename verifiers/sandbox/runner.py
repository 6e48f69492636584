"""One program's process: takes its job, locks itself in, runs the program, answers in plain data.

Forked from the zygote for each job. Until the lock-down only our own code and the standard
library run here; after it the process is the program's, and nothing it says is taken for more
than that.
"""

from __future__ import annotations

import atexit
import builtins
import io
import marshal
import os
import sys
import threading
import types
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

from evol.verifiers.sandbox import judging, namespaces, rlimits, values, wire
from evol.verifiers.sandbox.offered import TESTS
from evol.verifiers.sandbox.peer import Peer
from evol.verifiers.sandbox.protocol import HEADER, LOCKED, Order
from evol.verifiers.sandbox.seccomp import Filter

CHUNK = 1 << 20
FIRST = 1 << 14
FILENAME = "<program>"
MODULE = "solution"
MESSAGE_LIMIT = 2000
PRINTED = 200_000
STREAMS = (
    ("stdin", "r", "surrogateescape"),
    ("stdout", "w", "backslashreplace"),
    ("stderr", "w", "backslashreplace"),
)
GENUINE = {
    c: c.__name__ for c in vars(builtins).values() if isinstance(c, type) and issubclass(c, BaseException)
}


@dataclass(frozen=True, slots=True)
class Wall:
    """What a child needs to lock itself in: the filter (None without one), `lock`, and the kit's names."""

    filter: Filter | None
    lock: Callable[[Order], None]
    namespace: types.CodeType | None


def locker(
    prepared: Filter | None, folder: str | None, *, root: bool, alone: bool, address_space: int, tasks: int
) -> Callable[[Order], None]:
    """Return what takes away all that a program may not have.

    It is told whether the child is still root and whether it ends with a process tree of its own,
    what its limits come on top of (bytes of address space, threads of the same user), and the folder
    of the `files` profile. All that is at hand in the child: each look-up there would cost it a page.
    """
    install = partial(os.setpgid, 0, 0) if prepared is None else prepared.install

    def lock(order: Order) -> None:
        rlimits.set_for_job(address_space, tasks, order)
        if folder is not None:
            os.chdir(folder)
            os.environ |= {"HOME": folder, "TMPDIR": folder}
        if root:
            namespaces.become_nobody()
        if not alone:
            namespaces.prctl(namespaces.SET_DEATH_SIGNAL, 9)
        install()

    return lock


class Channel:
    """Messages over a socket: four bytes of length, then JSON."""

    __slots__ = ("ahead", "descriptor")

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.ahead = b""

    def send(self, *messages: object) -> None:
        """Send messages, all at once; raises OSError where nobody listens."""
        data = b""
        for message in messages:
            written = wire.dump(message)
            data += HEADER.pack(len(written)) + written
        sent = os.write(self.descriptor, data)
        while sent < len(data):
            sent += os.write(self.descriptor, data[sent : sent + CHUNK])

    def task(self) -> dict[str, Any]:
        """Return the job's contents, which come from our own caller, before anything else does."""
        data = os.read(self.descriptor, FIRST)
        (size,) = HEADER.unpack_from(data)
        rest = size + HEADER.size - len(data)
        return marshal.loads(data[HEADER.size :] + self._exactly(rest) if rest else data[HEADER.size :])  # type: ignore[no-any-return]  # noqa: S302 - as said

    def receive(self) -> Any:
        """Return the next message; raises EOFError at the end, WireError for what is none."""
        data = self.ahead
        if len(data) < HEADER.size:
            data += os.read(self.descriptor, FIRST)
            if len(data) < HEADER.size:
                data += self._exactly(HEADER.size - len(data))
        end = HEADER.size + HEADER.unpack_from(data)[0]
        if len(data) < end:
            data += self._exactly(end - len(data))
        self.ahead = data[end:]
        return wire.load(data[HEADER.size : end])

    def _exactly(self, size: int) -> bytes:
        parts = []
        while size > 0:
            part = os.read(self.descriptor, min(size, CHUNK))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)


def lock_down(channel: Channel, wall: Wall, order: Order, modules: list[str]) -> None:
    """Import what the program names, then take away all that it may not have."""
    for name in modules:
        parent, _, part = name.rpartition(".")
        if name in sys.modules or (parent in sys.modules and hasattr(sys.modules[parent], part)):
            continue
        try:
            __import__(name)
        except ImportError:
            continue
    wall.lock(order)
    os.write(channel.descriptor, LOCKED)


def _line(error: BaseException) -> int | None:
    traceback, line = error.__traceback__, None
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == FILENAME:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return getattr(error, "lineno", None) if line is None and isinstance(error, SyntaxError) else line


def describe(error: BaseException) -> list[Any]:
    """Return an exception as [type, message, genuine built-in bases, line]."""
    genuine = [GENUINE[c] for c in type(error).__mro__ if c in GENUINE]
    try:
        message = str(error)[:MESSAGE_LIMIT]
        message = message if type(message) is str else ""
    except BaseException:
        message = ""
    return [str(type(error).__name__), message, genuine, _line(error)]


def program_module(wall: Wall, name: str) -> types.ModuleType:
    """Return the fresh module that a program executes in, known to `sys.modules` as an import would be."""
    module = types.ModuleType(name)
    sys.modules[name] = module
    if wall.namespace is not None:
        exec(wall.namespace, vars(module))  # noqa: S102 - the kit's own names
    return module


def load(channel: Channel, wall: Wall, source: str) -> dict[str, Any] | None:
    """Execute the program and return its namespace; None, and a report, where that fails."""
    namespace = vars(program_module(wall, MODULE))
    try:
        code = compile(source, FILENAME, "exec", dont_inherit=True)
    except BaseException as error:
        channel.send({"syntax": describe(error)})
        return None
    try:
        exec(code, namespace)  # noqa: S102 - this process exists to do so
    except SystemExit as exit_:
        channel.send({"exit": describe(exit_)})
        return None
    except BaseException as error:
        channel.send({"load": describe(error)})
        return None
    return namespace


def _name_of(value: object) -> list[Any]:
    return ["o", str(type(value).__name__)]


def _description_of(value: object) -> list[Any]:
    return ["o", str(type(value).__name__), str(value)[: MESSAGE_LIMIT * 10]]


def _invoke(namespace: dict[str, Any], call: list[Any], hook: wire.ForeignHook) -> dict[str, Any]:
    entry, args, kwargs = call
    try:
        function = namespace[entry]
    except KeyError:
        return {"raised": ["NameError", f"name {entry!r} is not defined", ["NameError", "Exception"], None]}
    try:
        result = function(*values.unpacked(args), **values.unpacked(kwargs))
    except BaseException as error:
        return {"raised": describe(error)}
    if wire.is_own_node(result):
        return {"value": result}
    try:
        return {"value": wire.Encoder(hook).node(result)}
    except (wire.TooMuch, MemoryError):
        raise
    except BaseException as error:
        return {"value": ["o", f"{type(result).__name__} ({error.__class__.__name__})"]}


def run_call(channel: Channel, wall: Wall, order: Order) -> None:
    """Serve a Call job."""
    task = channel.task()
    lock_down(channel, wall, order, task["modules"])
    serve_calls(channel, wall, task)


def serve_calls(channel: Channel, wall: Wall, task: dict[str, Any]) -> None:
    """Execute the program, make each call and send its result."""
    namespace = load(channel, wall, task["source"])
    if namespace is None:
        return
    hook = _description_of if task["describe"] else _name_of
    last: list[dict[str, Any]] = []
    for call in task["calls"]:
        if last:
            channel.send(*last)
        last = [_invoke(namespace, call, hook)]
    channel.send(*last, {"end": True})


def _standard_streams() -> None:
    for descriptor, (name, mode, errors) in enumerate(STREAMS):
        raw: Any = io.FileIO(descriptor, mode)
        raw.name = f"<{name}>"
        buffered = io.BufferedReader(raw) if mode == "r" else io.BufferedWriter(raw)
        stream: Any = io.TextIOWrapper(buffered, encoding="utf-8", errors=errors)
        stream.mode = mode
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _exit_status(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return (error.code or 0) & 0xFF
    print(error.code, file=sys.stderr)
    return 1


def _wind_up(namespace: dict[str, Any]) -> None:
    """Do what the interpreter's own end would: join threads, run exit handlers, flush, let go."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    namespace.clear()
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed:
            stream.flush()


def run_script(channel: Channel, wall: Wall, order: Order) -> int:
    """Serve a Script job and return the exit status."""
    task = channel.task()
    _standard_streams()
    lock_down(channel, wall, order, task["modules"])
    namespace = vars(program_module(wall, "__main__"))
    status = 0
    try:
        code = compile(task["source"], FILENAME, "exec", dont_inherit=True)
    except BaseException as error:
        channel.send({"syntax": describe(error)})
        return 1
    try:
        exec(code, namespace)  # noqa: S102 - this process exists to do so
    except SystemExit as exit_:
        status = _exit_status(exit_)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        channel.send({"load": describe(error)})
        status = 1
    _wind_up(namespace)
    return status


class _Kept(io.BytesIO):
    """Bytes of which more than can be shown are not kept."""

    def write(self, data: Any) -> int:
        """Take in bytes while there is room."""
        return super().write(data) if self.tell() < PRINTED else len(data)


class _Printed(io.TextIOWrapper):
    """The program's standard output, taken along with each answer to the judge."""

    def __init__(self) -> None:
        self._bytes = _Kept()
        super().__init__(self._bytes, encoding="utf-8", errors="backslashreplace", write_through=True)

    def close(self) -> None:
        """Stay open: what is printed until then is still to be taken."""

    def take(self) -> str:
        """Return what was printed since the last time, shortened."""
        if not self._bytes.tell():
            return ""
        self._bytes.seek(0)
        text = self._bytes.read(PRINTED).decode("utf-8", "replace")
        self._bytes.seek(0)
        self._bytes.truncate()
        return text


class _Asked(io.TextIOBase):
    """Standard input, read where the tests are: they may have put something in its place."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer

    def readable(self) -> bool:
        """Say that there may be something to read."""
        return True

    def read(self, size: int | None = -1) -> str:
        """Return the rest, or so many characters of it."""
        return str(self._peer.ask("stdin", "read", size))

    def readline(self, size: int = -1) -> str:  # type: ignore[override]
        """Return the next line."""
        return str(self._peer.ask("stdin", "readline", size))


def run_candidate(channel: Channel, wall: Wall, order: Order, judge: int) -> None:
    """Serve a Judge job's program: execute it, then answer its judge until that has done."""
    task = channel.task()
    lock_down(channel, wall, order, task["modules"])
    sys.stdout = printed = _Printed()
    namespace = load(channel, wall, task["source"])
    if namespace is None:
        return
    channel.send({"loaded": True})
    peer = Peer(Channel(judge), strict=False)
    peer.namespace, peer.printed = namespace, printed.take
    sys.stdin = _Asked(peer)
    builtins.input = lambda prompt="": peer.ask("stdin", "input", str(prompt))
    peer.serve_until_end()


def run_judge(channel: Channel, wall: Wall, order: Order, program: int) -> None:
    """Serve a Judge job's tests, and report over a socket that nobody else holds."""
    task = channel.task()
    lock_down(channel, wall, order, task["modules"])
    module = program_module(wall, TESTS)
    channel.send(judging.judge(task, vars(module), Peer(Channel(program), strict=True)))


def run(wall: Wall, order: Order, descriptors: list[int]) -> NoReturn:
    """Be the process of one job and end."""
    status, channel = 1, Channel(descriptors[0])
    try:
        more = descriptors[1:] if order[0] in ("candidate", "judge") else []
        if order[0] == "script":
            for target, source in enumerate(descriptors[1:]):
                os.dup2(source, target)
                os.close(source)
        status = ROLES[order[0]](channel, wall, order, *more) or 0
    except EOFError:
        status = 0
    except wire.TooMuch:
        channel.send({"overflow": True})
    except MemoryError as error:
        channel.send({"load": describe(error)})
    finally:
        os._exit(status)


ROLES: dict[str, Any] = {
    "call": run_call,
    "script": run_script,
    "candidate": run_candidate,
    "judge": run_judge,
}
