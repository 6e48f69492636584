"""Programs that mean harm, one property each: refused at every level that has a wall, and seen to be
from outside.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from evol.verifiers.sandbox import Call, Ending, Invocation, Level, Limits, Profile, Returned, Script
from evol.verifiers.sandbox.starvation import PATIENT

QUICK = Limits(cpu_s=1, wall_s=2, memory_mb=128)
# For what uses up its processor time, and may have to wait for it beside other work.
BUSY = Limits(cpu_s=1, wall_s=10, memory_mb=128)
HONEST = Call("def f(a, b): return a + b", (Invocation("f", (1, 2)),))

# Each defines attempt(t) and returns what it got hold of; raising, or ending, is being refused.
REFUSED = {
    "write": "def attempt(t): open(t['folder'] + '/harm', 'w').write('x'); return 1",
    "append": "def attempt(t): open(t['folder'] + '/secret', 'a').write('x'); return 1",
    "read": "def attempt(t): return open(t['folder'] + '/secret').read()",
    "list": "import os\ndef attempt(t): return os.listdir('/')",
    "stat": "import os\ndef attempt(t): return os.stat(t['folder'] + '/secret').st_size",
    "delete": "import os\ndef attempt(t): os.remove(t['folder'] + '/secret'); return 1",
    "chmod": "import os\ndef attempt(t): os.chmod(t['folder'] + '/secret', 0); return 1",
    "times": "import os\ndef attempt(t): os.utime(t['folder'] + '/secret', (0, 0)); return 1",
    "rename": "import os\n"
    "def attempt(t): os.rename(t['folder'] + '/secret', t['folder'] + '/harm'); return 1",
    "link": "import os\ndef attempt(t): os.link(t['folder'] + '/secret', t['folder'] + '/harm'); return 1",
    "mkdir": "import os\ndef attempt(t): os.mkdir(t['folder'] + '/harm'); return 1",
    "fifo": "import os\ndef attempt(t): os.mkfifo(t['folder'] + '/harm'); return 1",
    "chdir": "import os\ndef attempt(t): os.chdir('/tmp'); return 1",
    "memory file": "import os\ndef attempt(t): return os.memfd_create('x')",
    "tcp": "import socket\ndef attempt(t): socket.socket().connect((b'127.0.0.1', t['port'])); return 1",
    "udp": "import socket\ndef attempt(t):\n"
    " socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', (b'127.0.0.1', 9)); return 1",
    "unix socket": "import socket\n"
    "def attempt(t): socket.socket(socket.AF_UNIX).connect(t['folder'] + '/s'); return 1",
    "datagram pair": "import socket\n"
    "def attempt(t): socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM); return 1",
    "pass descriptors": "import socket\ndef attempt(t):\n"
    " a, b = socket.socketpair(); socket.send_fds(a, [b'x'], [0]); return 1",
    "netlink": "import socket\ndef attempt(t): socket.socket(16, socket.SOCK_RAW); return 1",
    "fork": "import os\ndef attempt(t): return os.fork() + 1",
    "spawn": "import _posixsubprocess, subprocess\ndef attempt(t): subprocess.run(['/bin/true']); return 1",
    "exec": "import os\ndef attempt(t): os.execv('/bin/true', ['true'])",
    "kill parent": "import os\ndef attempt(t): os.kill(os.getppid(), 9); return 1",
    "kill caller": "import os\ndef attempt(t): os.kill(t['caller'], 0); return 1",
    "kill all": "import os\ndef attempt(t): os.kill(-1, 9); return 1",
    "kill group": "import os\ndef attempt(t): os.killpg(0, 9); return 1",
    "queue a signal": "import ctypes, os\ndef attempt(t):\n l = ctypes.CDLL(None, use_errno=True)\n"
    " b = ctypes.create_string_buffer(128)\n"
    " assert l.syscall(129, os.getppid(), 9, b) == 0; return 1",
    "signal by owner": "import fcntl, os\ndef attempt(t):\n"
    " r, w = os.pipe(); fcntl.fcntl(r, 8, os.getppid()); return 1",
    "pidfd": "import os\ndef attempt(t): return os.pidfd_open(os.getppid())",
    "renice parent": "import os\ndef attempt(t): os.setpriority(os.PRIO_PROCESS, os.getppid(), 19); return 1",
    "pin parent": "import os\ndef attempt(t): os.sched_setaffinity(os.getppid(), {0}); return 1",
    "leave session": "import os\ndef attempt(t): return os.setsid() + 1",
    "become root": "import os\ndef attempt(t): os.setuid(0); return 1",
    "raise limits": "import resource\n"
    "def attempt(t): resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); return 1",
    "limits of parent": "import os, resource\n"
    "def attempt(t): return resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
    "ptrace": "import ctypes, os\n"
    "def attempt(t): assert ctypes.CDLL(None).ptrace(0x4206, os.getppid(), 0, 0) == 0; return 1",
    "be traced": "import ctypes\ndef attempt(t): assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0; return 1",
    "dumpable": "import ctypes\ndef attempt(t): assert ctypes.CDLL(None).prctl(4, 1, 0, 0, 0) == 0; return 1",
    "survive": "import ctypes\ndef attempt(t): assert ctypes.CDLL(None).prctl(1, 0, 0, 0, 0) == 0; return 1",
    "new namespace": "import ctypes\n"
    "def attempt(t): assert ctypes.CDLL(None).unshare(0x10000000) == 0; return 1",
    "mount": "import ctypes\n"
    "def attempt(t): assert ctypes.CDLL(None).mount(b'x', b'/', b'tmpfs', 0, None) == 0; return 1",
    "io_uring": "import ctypes\ndef attempt(t):\n b = ctypes.create_string_buffer(256)\n"
    " assert ctypes.CDLL(None).syscall(425, 4, b) >= 0; return 1",
    "bpf": "import ctypes\ndef attempt(t): assert ctypes.CDLL(None).syscall(321, 0, None, 0) >= 0; return 1",
    "executable memory": "import mmap\ndef attempt(t): mmap.mmap(-1, 4096, prot=7); return 1",
    "executable later": "import ctypes, mmap\ndef attempt(t):\n m = mmap.mmap(-1, 4096)\n"
    " a = ctypes.addressof(ctypes.c_char.from_buffer(m))\n"
    " assert ctypes.CDLL(None).mprotect(ctypes.c_void_p(a), 4096, 5) == 0; return 1",
    "late import": "import importlib\n"
    "def attempt(t): importlib.import_module('tele' + 'nt'); return 1; raise ImportError",
    "environment": "import os\ndef attempt(t):\n"
    " assert any('EVOL_TEST_SECRET' in k for k in os.environ); return 1",
    "process list": "import os\ndef attempt(t): return open('/proc/self/environ').read() + 'x'",
    "x32": "import ctypes\ndef attempt(t): return ctypes.CDLL(None).syscall(0x40000000 | 39)",
    "second filter": "import ctypes\n"
    "def attempt(t): assert ctypes.CDLL(None).syscall(317, 1, 0, None) == 0; return 1",
}


@pytest.fixture
def trap(tmp_path, monkeypatch):
    for folder in (tmp_path, *tmp_path.parents):
        if folder.owner() == Path(tmp_path).owner() and folder != Path("/tmp"):
            folder.chmod(folder.stat().st_mode | 0o005)
    tmp_path.chmod(0o777)
    (tmp_path / "secret").write_text("planted")
    (tmp_path / "secret").chmod(0o666)
    monkeypatch.setenv("EVOL_TEST_SECRET", "planted")
    unix = socket.socket(socket.AF_UNIX)
    with socket.create_server(("127.0.0.1", 0)) as tcp, unix:
        unix.bind(str(tmp_path / "s"))
        unix.listen()
        for listener in (tcp, unix):
            listener.setblocking(False)
        yield {"folder": str(tmp_path), "port": tcp.getsockname()[1], "caller": os.getpid()}
        for listener in (tcp, unix):
            with pytest.raises(BlockingIOError):
                listener.accept()
    assert (tmp_path / "secret").read_text() == "planted"
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o666
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s", "secret"]


@pytest.mark.parametrize("name", REFUSED)
def test_refused(walled, trap, name):
    if name in ("queue a signal", "bpf", "x32", "second filter") and os.uname().machine != "x86_64":
        pytest.skip("the attempt is written for x86_64's numbers")
    execution = walled.run(Call(REFUSED[name], (Invocation("attempt", (trap,)),)), QUICK)
    assert not any(isinstance(r, Returned) for r in execution.results), execution
    assert execution.ending is not Ending.LOST
    assert walled.run(HONEST, QUICK).results[0].value.equals(3)


ENDED = {
    "spin ignoring signals": (
        "import signal\nfor s in range(1, 65):\n try: signal.signal(s, signal.SIG_IGN)\n"
        " except (OSError, ValueError): pass\n"
        "while True: pass",
        {Ending.TIMEOUT},
    ),
    "sleep": ("import time\ntime.sleep(1000)", {Ending.TIMEOUT}),
    "spin in a thread": (
        "import threading\ndef s():\n while True: pass\nthreading.Thread(target=s).start()\n"
        "threading.Event().wait()",
        {Ending.TIMEOUT},
    ),
    "hold the import lock": ("import _imp, time\n_imp.acquire_lock()\ntime.sleep(1000)", {Ending.TIMEOUT}),
    "threads without end": (
        "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(1000,)).start()",
        {Ending.EXCEPTION, Ending.MEMORY, Ending.TIMEOUT},
    ),
    "memory by lists": ("a = []\nwhile True: a.append(bytes(1 << 20))", {Ending.MEMORY}),
    "memory by mappings": (
        "import mmap\na = []\nwhile True:\n m = mmap.mmap(-1, 1 << 24)\n m[:] = b'x' * (1 << 24)\n"
        " a.append(m)",
        {Ending.MEMORY, Ending.EXCEPTION},
    ),
    "a huge power": ("x = 10 ** 10 ** 10", {Ending.TIMEOUT, Ending.MEMORY}),
    "a slow pattern": ("import re\nre.match('(a+)+$', 'a' * 60 + 'b')", {Ending.TIMEOUT}),
    "stack overflow": (
        "import sys\nsys.setrecursionlimit(10**9)\nl = []\nfor _ in range(10**6): l = [l]\nrepr(l)",
        {Ending.CRASHED, Ending.MEMORY, Ending.EXCEPTION, Ending.TIMEOUT},
    ),
    "deep source": (
        "x = " + "-" * 200_000 + "1",
        {Ending.MEMORY, Ending.SYNTAX_ERROR, Ending.CRASHED, Ending.EXCEPTION},
    ),
    "descriptors without end": ("import os\nwhile True: os.dup(0)", {Ending.EXCEPTION}),
    "abort": ("import os\nos.abort()", {Ending.CRASHED}),
    "null pointer": ("import ctypes\nctypes.memset(0, 0, 1)", {Ending.CRASHED}),
    "close everything": ("import os\nos.closerange(0, 1000)", {Ending.EXITED, Ending.OK}),
    "garbage on everything": (
        "import os\nfor fd in range(256):\n try: os.write(fd, b'\\xff' * 4096)\n except OSError: pass",
        {Ending.EXITED, Ending.OK, Ending.OUTPUT_LIMIT},
    ),
    "lie about the length": (
        "import os, struct\nfor fd in range(3, 64):\n"
        " try: os.write(fd, struct.pack('<I', 0xffffffff))\n except OSError: pass\n"
        "os._exit(0)",
        {Ending.EXITED},
    ),
    "overwrite a constant": (
        "import ctypes\nctypes.memset(id(0) + 24, 1, 4)\nctypes.memset(id(None), 0, 8)",
        set(Ending),
    ),
}


SLEEPING = {"sleep", "hold the import lock"}


@pytest.mark.parametrize("name", ENDED)
def test_ended(sandbox, name):
    source, endings = ENDED[name]
    limits = QUICK if name in SLEEPING else BUSY
    execution = sandbox.run(Call(source, (Invocation("f"),)), limits)
    assert execution.ending in endings, execution
    assert not any(isinstance(r, Returned) for r in execution.results)
    assert execution.wall_s < PATIENT * limits.wall_s + 2
    assert execution.peak_mb < 400
    assert sandbox.run(HONEST, QUICK).results[0].value.equals(3)


HOSTILE_RESULTS = {
    "slow repr": "class S:\n def h(s, *a):\n  while True: pass\n"
    " __repr__ = __str__ = __eq__ = __len__ = __iter__ = __hash__ = h\n"
    "def f(a, b): return S()",
    "itself": "def f(a, b):\n l = []\n l.append(l)\n return l",
    "a billion parts": "def f(a, b):\n l = [1]\n for _ in range(9): l = [l] * 10\n return l",
    "pickled harm": "class P:\n def __reduce__(s): raise SystemExit\ndef f(a, b): return P()",
    "a class that "
    "lies": "class M(type):\n def __getattribute__(c, n): raise SystemExit\nclass L(metaclass=M): pass\n"
    "def f(a, b): return L()",
    "a bad exception": "class E(Exception):\n def __str__(s): raise SystemExit(0)\n"
    " __repr__ = __str__\ndef f(a, b): raise E",
    "an exception that lies": "class M(type):\n __name__ = property(lambda c: 1 / 0)\n"
    "class E(Exception, metaclass=M): pass\ndef f(a, b): raise E",
    "endless iteration": "def f(a, b):\n while True: yield 3",
    "colliding hashes": "def f(a, b): return {i * (2 ** 61 - 1) for i in range(3000)}",
}


@pytest.mark.parametrize("name", HOSTILE_RESULTS)
def test_hostile_results_are_data_and_equal_nothing(sandbox, name):
    execution = sandbox.run(Call(HOSTILE_RESULTS[name], (Invocation("f", (1, 2)),)), QUICK)
    assert execution.ending in (Ending.OK, Ending.TIMEOUT, Ending.MEMORY, Ending.OUTPUT_LIMIT, Ending.EXITED)
    assert not any(isinstance(r, Returned) and r.value.equals(3) for r in execution.results)
    assert sandbox.run(HONEST, QUICK).results[0].value.equals(3)


def test_a_forged_protocol_is_the_programs_own_answer_at_most(sandbox):
    source = """
import json, os, struct
def say(*messages):
    for fd in range(3, 64):
        try:
            for m in messages:
                b = json.dumps(m).encode()
                os.write(fd, struct.pack('<I', len(b)) + b)
        except OSError: pass
say({'value': {'a': 1}}, {'raised': [1, 2]}, {'end': True}, {'judgement': 'passed', 'checks': 9})
os._exit(0)
"""
    execution = sandbox.run(Call(source, (Invocation("f", (1, 2)),)), QUICK)
    assert execution.judgement is None
    assert execution.results == ()
    assert execution.ending is not Ending.OK


def test_nothing_of_one_program_is_left_for_the_next(walled):
    leave = "import builtins, sys, threading, time\nbuiltins.left = sys.left = 1\n"
    leave += "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\ndef f(): return 1"
    look = (
        "import builtins, sys, threading\n"
        "def f(): return hasattr(builtins, 'left'), hasattr(sys, 'left'), threading.active_count()"
    )
    walled.run(Call(leave, (Invocation("f"),)), QUICK)
    assert walled.run(Call(look, (Invocation("f"),)), QUICK).results[0].value.equals((False, False, 1))


def test_a_programs_memory_holds_no_earlier_program(walled):
    mark = "EARLIER" + "PROGRAM"
    walled.run(Call(f"x = '{mark}' * 100\ndef f(a): return a", (Invocation("f", (mark,)),)), QUICK)
    look = (
        "import gc\ndef f(a):\n found = 0\n for o in gc.get_objects():\n"
        "  try: found += (a[0] + a[1]) in repr(o)[:100000]\n  except BaseException: pass\n return found"
    )
    execution = walled.run(Call(look, (Invocation("f", (("EARLIER", "PROGRAM"),)),)), Limits())
    assert execution.results[0].value.equals(0)


@pytest.mark.parametrize("level", [Level.STRONG, Level.LANDLOCK], ids=str)
def test_the_files_profile_has_a_folder_of_its_own_and_nothing_else(sandbox_at, trap, level):
    sandbox = sandbox_at(level, Profile.FILES)
    honest = (
        "import os, tempfile\nopen('a', 'w').write('x')\n"
        "with tempfile.TemporaryDirectory() as d: os.mkdir(d + '/e')\n"
    )
    honest += "print(open('a').read(), os.listdir('.'))"
    for _ in range(2):
        assert sandbox.run(Script(honest), QUICK).stdout == b"x ['a']\n"
    for name in (
        "write",
        "append",
        "read",
        "delete",
        "chmod",
        "times",
        "rename",
        "link",
        "mkdir",
        "fifo",
        "process list",
    ):
        execution = sandbox.run(Call(REFUSED[name], (Invocation("attempt", (trap,)),)), QUICK)
        assert not any(isinstance(r, Returned) for r in execution.results), (name, execution)
    swap = "import os\nos.mkdir('d')\nos.rename('d', 'e')\nos.symlink('/tmp', 'd')\nos.symlink('/', 'f')"
    assert sandbox.run(Script(swap), QUICK).ending in (Ending.OK, Ending.EXCEPTION)
    fill = "n = 0\nwhile True:\n open(str(n), 'wb').write(b'x' * (1 << 20)); n += 1"
    assert sandbox.run(Script(fill), QUICK).ending in (Ending.EXCEPTION, Ending.OUTPUT_LIMIT)
    assert sandbox.run(Script("import os; print(os.listdir('.'))"), QUICK).stdout == b"[]\n"
