"""What may be asked of the sandbox and what it answers: frozen data, no behaviour.

A `Call` runs functions of an untrusted program and brings back what they returned; a `Script`
runs it as a whole with standard input; a `Judge` runs a trusted test program in a second
process, against a proxy of the untrusted one. The answer is an `Execution`: measured by the
operating system and by us, never claimed by the program.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from evol.verifiers.sandbox.values import Value


class Level(StrEnum):
    """How strong the wall is, strongest first; SECURITY.md says what each promises.

    `STRONG`: namespaces, an empty file system and a seccomp filter (and Landlock where the kernel
    has it). `LANDLOCK`: Landlock and seccomp. `SECCOMP`: the filter alone. `NONE`: a separate
    process with resource limits, which keeps nothing from a program that means harm.
    """

    STRONG = "strong"
    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    NONE = "none"

    @property
    def rank(self) -> int:
        """0 for `NONE`, 3 for `STRONG`."""
        return len(Level) - 1 - list(Level).index(self)


class Profile(StrEnum):
    """What a program may touch: `PURE` has no files at all, `FILES` a private folder that dies with it."""

    PURE = "pure"
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use; all of it enforced by the kernel or by the parent.

    `cpu_s` counts processor time, `wall_s` the time on the clock, which is put off by what the
    program waited for a processor that others used, up to twice (`starvation.py`).
    `memory_mb` comes on top of the interpreter. `output_bytes` caps each of stdout, stderr and
    any file; `result_bytes` what the program may return in all.
    """

    cpu_s: float = 5.0
    wall_s: float = 20.0
    memory_mb: int = 512
    output_bytes: int = 4 << 20
    result_bytes: int = 8 << 20
    threads: int = 32

    @property
    def cpu_ceiling_s(self) -> int:
        """The whole seconds of processor time that the kernel enforces."""
        return max(1, math.ceil(self.cpu_s))


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call: a top-level name of the program and plain arguments (what `wire.encode` takes)."""

    entry: str
    args: tuple[object, ...] = ()
    kwargs: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """Execute `source`, then make each call in order in that one process (state is shared).

    With `describe`, a result that is no plain data comes with its `str()`: what a
    program-of-thought needs for symbolic answers.
    """

    source: str
    calls: tuple[Invocation, ...]
    describe: bool = False


@dataclass(frozen=True, slots=True)
class Script:
    """Execute `source` as `__main__` with `stdin`, sealed against change, as its standard input."""

    source: str
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Judge:
    """Execute `source` in one process and the trusted `tests` in another, joined by a socket.

    In the tests' namespace every top-level name of the program is a proxy, and `names` maps
    further names onto those (HumanEval: `{"candidate": entry_point}`). Arguments and results
    cross as plain data; anything else stays behind as a proxy, which never equals plain data.
    `style` says how the tests run: `script` executes them, `unittest` runs their TestCase classes,
    `doctest` runs the examples in their text.
    """

    source: str
    tests: str
    style: Literal["script", "unittest", "doctest"] = "script"
    names: Mapping[str, str] = field(default_factory=dict)


Job: TypeAlias = Call | Script | Judge


class Ending(StrEnum):
    """How a program ended, as the parent saw it.

    `OK`: it ran through (single calls may still have raised). `EXCEPTION`: executing the source
    raised. `SYNTAX_ERROR`: it does not compile. `EXITED`: it ended itself before its work was
    done, or a script returned a status other than 0. `FORBIDDEN`: it was killed for, or gave up
    after, something the wall refuses. `STARVED`: it was kept waiting for a processor for so long
    that it was ended before it had its time. `LOST`: the sandbox itself failed twice. After these
    two nothing is known about the program.
    """

    OK = "ok"
    EXCEPTION = "exception"
    SYNTAX_ERROR = "syntax_error"
    EXITED = "exited"
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"
    FORBIDDEN = "forbidden"
    OUTPUT_LIMIT = "output_limit"
    STARVED = "starved"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Raised:
    """An exception as data: the name of its class, its message, and where it came from.

    `builtins` names the genuine built-in classes it derives from, nearest first: a class that
    merely calls itself ValueError has none of that name here. `line` is the last line of the
    program's source in the traceback.
    """

    type: str
    message: str
    builtins: tuple[str, ...] = ()
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.type}: {self.message}" if self.message else self.type


@dataclass(frozen=True, slots=True)
class Returned:
    """What a call returned."""

    value: Value


Result: TypeAlias = Returned | Raised


@dataclass(frozen=True, slots=True)
class Failure:
    """The first test that failed: what was raised, the test's source, and both sides of its comparison."""

    raised: Raised
    source: str = ""
    left: str | None = None
    right: str | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the judge process concluded, over a socket that only it holds.

    `passed` needs at least one check that ran: an assertion, a TestCase method or an example.
    """

    outcome: Literal["passed", "failed", "no_tests"]
    checks: int = 0
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """How one job went.

    `results` are the calls' results in order; where the program ended early, the first missing
    one is the call that ended it. `judgement` is set by a `Judge` job whose judge came to a
    conclusion; `judge` then says how the judge process ended. `ending`, `error`, `signal` and
    the figures speak of the untrusted program. `peak_mb` is its resident memory at its highest,
    the interpreter included.
    """

    ending: Ending
    level: Level
    detail: str = ""
    results: tuple[Result, ...] = ()
    error: Raised | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    exit_status: int | None = None
    signal: int | None = None
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_mb: float = 0.0
    judgement: Judgement | None = None
    judge: Ending | None = None

    @property
    def ok(self) -> bool:
        """Whether the program ran through."""
        return self.ending is Ending.OK
