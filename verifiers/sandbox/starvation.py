"""Whether a program that is over its wall limit slept its time away or was kept waiting for a processor.

Read from outside, in /proc: the kernel counts for each thread how long it stood ready to run while
others ran (`schedstat`, proc(5) and the kernel's Documentation/scheduler/sched-stats.rst). That time
is not the program's fault, so its limit is put off by it, up to `PATIENT` times the limit: whoever
waits for verdicts has planned for the limit, and more would keep others waiting in turn.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PATIENT = 2
LOOK_S = 0.05
PROC = Path("/proc")
STARTED = 19  # the field of /proc/PID/stat that says when, counted from the one after the name


class Late(StrEnum):
    """Why a program was ended at its wall limit: it had its time, or it was never given it."""

    SPENT = "spent"
    STARVED = "starved"


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a process has been there, in seconds, and how much of that its most kept thread waited.

    The most kept thread, and not all together: a program whose threads keep one another waiting
    gains no more than the time that passed.
    """

    age_s: float
    waited_s: float


def stay_of(zygote: int, depth: int, proc: Path = PROC) -> Stay | None:
    """Return the stay of the job's process, so many generations below the process that was started.

    A job that is not there yet, or no longer, has a stay of nothing. None where this system does not tell.
    """
    pid = zygote
    try:
        for _ in range(depth):
            children = (proc / f"{pid}/task/{pid}/children").read_text().split()
            if not children:
                return Stay(0.0, 0.0)
            pid = int(children[0])
    except OSError:
        return None
    try:
        fields = (proc / f"{pid}/stat").read_text().rpartition(")")[2].split()
        waits = [int(each.read_text().split()[1]) for each in (proc / f"{pid}/task").glob("*/schedstat")]
    except (OSError, IndexError, ValueError):
        return Stay(0.0, 0.0) if not (proc / str(pid)).exists() else None
    started = int(fields[STARTED]) / os.sysconf("SC_CLK_TCK")
    age = max(0.0, time.clock_gettime(time.CLOCK_BOOTTIME) - started)
    return Stay(age, max(waits, default=0) / 1e9)


def verdict(wall_s: float, passed_s: float, stays: Sequence[Stay | None]) -> Late | float:
    """Return why a job must end now, or in how many seconds to look again.

    `wall_s` is its limit and `passed_s` what has passed since it was asked for. `stays` are those of
    its processes, of which one waits for the other: what each waited adds up.
    """
    known = [stay for stay in stays if stay is not None]
    if not known:
        return Late.SPENT
    had = max(stay.age_s for stay in known) - sum(stay.waited_s for stay in known)
    if had >= wall_s:
        return Late.SPENT
    if passed_s >= PATIENT * wall_s:
        return Late.STARVED
    return max(LOOK_S, min(wall_s - had, PATIENT * wall_s - passed_s))
