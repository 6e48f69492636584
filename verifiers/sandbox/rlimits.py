"""Resource limits: the part of the wall that every level has.

What is the same for every program is set once in the zygote; what depends on the job in each
child. Hard limits can only be lowered: a process without privilege cannot undo them.
"""

from __future__ import annotations

import os
import resource
from resource import RLIMIT_AS, RLIMIT_CPU, RLIMIT_FSIZE, RLIMIT_NPROC, setrlimit

from evol.verifiers.sandbox.protocol import Order

STACK = 64 << 20
DESCRIPTORS = 64
MARGIN = 2048


def set_common() -> None:
    """Set what holds for every program: no core dumps, few descriptors, no priorities, a deep stack."""
    for name in ("CORE", "MEMLOCK", "MSGQUEUE", "NICE", "RTPRIO"):
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    _, hard = resource.getrlimit(resource.RLIMIT_STACK)
    stack = STACK if hard == resource.RLIM_INFINITY else min(STACK, hard)
    resource.setrlimit(resource.RLIMIT_STACK, (stack, stack))


def address_space() -> int:
    """Return the bytes of address space that this process has mapped; 0 where /proc is not there."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123 - pathlib is not loaded in here
            return int(statm.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def tasks_of(uid: int) -> int:
    """Return how many threads a user runs now, and a margin for what it may start meanwhile."""
    count = MARGIN
    for entry in os.listdir("/proc"):  # noqa: PTH208 - pathlib is not loaded in here
        try:
            if entry.isdigit() and os.stat(f"/proc/{entry}").st_uid == uid:  # noqa: PTH116 - as above
                count += len(os.listdir(f"/proc/{entry}/task"))  # noqa: PTH208 - as above
        except OSError:
            continue
    return count


def set_for_job(base: int, other_tasks: int, order: Order) -> None:
    """Set one job's limits, on top of the interpreter's own address space and the user's other threads."""
    _, _, cpu_s, memory, size, threads = order
    memory += base
    threads += other_tasks
    setrlimit(RLIMIT_AS, (memory, memory))
    setrlimit(RLIMIT_CPU, (cpu_s, cpu_s + 1))
    setrlimit(RLIMIT_FSIZE, (size, size))
    setrlimit(RLIMIT_NPROC, (threads, threads))
