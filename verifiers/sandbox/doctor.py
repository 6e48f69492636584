"""What `evol doctor` shows: which layers this machine offers, and a real attempt to get through them.

Plain data functions; the command line prints them. `probe` tries each layer by setting it up,
`prove` runs programs that mean harm and looks from outside at whether any was done.
"""

from __future__ import annotations

import os
import secrets
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evol.verifiers.sandbox.jobs import Call, Execution, Invocation, Level, Limits, Profile, Returned
from evol.verifiers.sandbox.kits import PYTHON
from evol.verifiers.sandbox.levels import CAUSES, config_for, unsupported
from evol.verifiers.sandbox.pool import Sandbox
from evol.verifiers.sandbox.worker import LayerRefused, Worker

LIMITS = Limits(cpu_s=5, wall_s=15, memory_mb=256)
SECRET_VARIABLE = "EVOL_PROBE_SECRET"  # noqa: S105 - the name of a variable


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One level of the wall: whether it can be had here, and if not, which layer refuses and why."""

    level: Level
    available: bool
    missing: str | None = None
    error: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to get through the wall: what was tried, whether it was contained, and what was seen."""

    kind: str
    tries: str
    contained: bool
    seen: str


def probe() -> list[LayerReport]:
    """Return, strongest first, which levels can be had here, each found by setting it up."""
    reason = unsupported()
    if reason is not None:
        return [LayerReport(level, False, "linux", reason, reason) for level in Level]
    return [_tried(level) for level in Level]


def _tried(level: Level) -> LayerReport:
    try:
        Worker(config_for(PYTHON, Profile.PURE, level)).close()
    except LayerRefused as refused:
        return LayerReport(level, False, refused.layer, refused.error, CAUSES[refused.layer])
    return LayerReport(level, True)


@dataclass(frozen=True, slots=True)
class _Trap:
    """What is planted outside for the attempts, and how each one's harm would be seen."""

    folder: Path
    token: str
    listener: socket.socket

    def texts(self) -> dict[str, object]:
        return {
            "folder": str(self.folder),
            "port": self.listener.getsockname()[1],
            "caller": os.getpid(),
            "variable": SECRET_VARIABLE,
        }

    def written(self) -> bool:
        return (self.folder / "written").exists()

    def connected(self) -> bool:
        try:
            self.listener.accept()[0].close()
        except BlockingIOError:
            return False
        return True


def _never(trap: _Trap) -> bool:
    return False


# Each program defines `attempt(trap)` and returns what it got hold of; raising means it was refused.
ATTEMPTS: tuple[tuple[str, str, str, Callable[[_Trap], bool]], ...] = (
    (
        "write",
        "write a file outside",
        "def attempt(t):\n open(t['folder'] + '/written', 'w').write('x')\n return 'wrote'",
        _Trap.written,
    ),
    (
        "read",
        "read a planted secret",
        "def attempt(t):\n return open(t['folder'] + '/secret').read()",
        _never,
    ),
    (
        "connect",
        "connect to a listener of this machine",
        "import socket\ndef attempt(t):\n"
        " socket.socket().connect((b'127.0.0.1', t['port']))\n return 'connected'",
        _Trap.connected,
    ),
    (
        "fork",
        "start a second process",
        "import os\ndef attempt(t):\n return 'forked' if os.fork() else ''",
        _never,
    ),
    (
        "exec",
        "become another program",
        "import os\ndef attempt(t):\n"
        " os.execv('/bin/sh', ['sh', '-c', 'echo x > ' + t['folder'] + '/written; exit 7'])",
        _Trap.written,
    ),
    (
        "kill",
        "signal its parent and its caller",
        "import os\ndef attempt(t):\n got = []\n for pid in (os.getppid(), t['caller']):\n"
        "  try: os.kill(pid, 0); got.append(pid)\n  except OSError: pass\n"
        " if not got: raise PermissionError('no process could be signalled')\n return f'could signal {got}'",
        _never,
    ),
    (
        "ptrace",
        "read its parent's memory",
        "import ctypes, os\ndef attempt(t):\n libc = ctypes.CDLL(None, use_errno=True)\n"
        " if libc.ptrace(0x4206, os.getppid(), 0, 0) == 0: return 'attached'\n"
        " raise OSError(ctypes.get_errno(), 'ptrace')",
        _never,
    ),
    (
        "environment",
        "find the caller's secrets in the environment",
        "import os\ndef attempt(t):\n found = os.environ.get(t['variable'])\n"
        " if not found: found = open('/proc/%d/environ' % os.getppid()).read()\n"
        " if t['variable'] not in found + str(dict(os.environ)): raise PermissionError('nothing there')\n"
        " return found",
        _never,
    ),
    (
        "limits",
        "raise its own limits",
        "import resource\ndef attempt(t):\n s, h = resource.getrlimit(resource.RLIMIT_CPU)\n"
        " resource.setrlimit(resource.RLIMIT_CPU, (h + 10, h + 10))\n return 'raised'",
        _never,
    ),
    (
        "executable memory",
        "make memory executable",
        "import mmap\ndef attempt(t):\n"
        " mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)\n return 'mapped'",
        _never,
    ),
)


def prove(level: Level) -> list[Attempt]:
    """Make a real attempt of each kind at this level and return how each went.

    Raises SandboxUnavailable where the level cannot be had. At `none` most attempts succeed, and
    are reported so.
    """
    token = secrets.token_hex(16)
    before = os.environ.get(SECRET_VARIABLE)
    with (
        tempfile.TemporaryDirectory(prefix="evol-doctor-") as name,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "secret").write_text(token)
        listener.setblocking(False)
        os.environ[SECRET_VARIABLE] = token
        try:
            with Sandbox(1, level=level) as sandbox:
                return [_attempted(sandbox, _Trap(folder, token, listener), *each) for each in ATTEMPTS]
        finally:
            os.environ.pop(SECRET_VARIABLE)
            if before is not None:
                os.environ[SECRET_VARIABLE] = before


def _attempted(
    sandbox: Sandbox, trap: _Trap, kind: str, tries: str, source: str, harmed: Callable[[_Trap], bool]
) -> Attempt:
    execution = sandbox.run(Call(source, (Invocation("attempt", (trap.texts(),)),)), LIMITS)
    got = execution.results[0] if execution.results else None
    harm = harmed(trap)
    (trap.folder / "written").unlink(missing_ok=True)
    contained = not harm and not isinstance(got, Returned) and not _replaced(execution)
    return Attempt(kind, tries, contained, _seen(execution, harm=harm))


def _replaced(execution: Execution) -> bool:
    return execution.exit_status == 7


def _seen(execution: Execution, *, harm: bool) -> str:
    if harm:
        return "the harm was seen from outside"
    if not execution.results:
        return execution.detail
    result = execution.results[0]
    return f"it got {result.value.show(80)}" if isinstance(result, Returned) else f"refused: {result}"
