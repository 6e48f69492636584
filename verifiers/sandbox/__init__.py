"""The sandbox: untrusted Python run behind a wall of the operating system, and answered in plain data.

    with Sandbox(workers=2) as sandbox:
        execution = sandbox.run(Call(source, (Invocation("add", (1, 2)),)), Limits(cpu_s=3))

The verdict is never the program's own: it is computed outside from what comes back. What each
level of the wall promises is in SECURITY.md; how it works in docs/sandbox.md.
"""

from __future__ import annotations

from evol.verifiers.sandbox.jobs import (
    Call,
    Ending,
    Execution,
    Failure,
    Invocation,
    Job,
    Judge,
    Judgement,
    Level,
    Limits,
    Profile,
    Raised,
    Result,
    Returned,
    Script,
)
from evol.verifiers.sandbox.kits import MATH, PYTHON, Kit
from evol.verifiers.sandbox.pool import Sandbox
from evol.verifiers.sandbox.values import Value
from evol.verifiers.sandbox.wire import Foreign, WireError

__all__ = [
    "MATH",
    "PYTHON",
    "Call",
    "Ending",
    "Execution",
    "Failure",
    "Foreign",
    "Invocation",
    "Job",
    "Judge",
    "Judgement",
    "Kit",
    "Level",
    "Limits",
    "Profile",
    "Raised",
    "Result",
    "Returned",
    "Sandbox",
    "Script",
    "Value",
    "WireError",
]
