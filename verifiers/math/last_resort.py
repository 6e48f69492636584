"""The last resort: sympy, in a worker process that is killed when its time is up.

Only notation that this package parses but cannot evaluate (integrals, limits, sums without end)
gets here. Math-Verify's LaTeX reader turns it into sympy expressions; what decides is sympy's exact
simplification, or values at 40 digits that clearly differ. No text reaches `eval` or `sympify`.

The worker starts on first use and again, in the background, after it was killed. Nobody waits
longer than `LIMIT_S` in all, for the start, for other threads and for the work together; a worker of
a pool that gets here has a worker of its own, so that its time is limited in the same way.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from functools import cache
from typing import Any

from evol.errors import VerifierStopped
from evol.verifiers.math.equality import Finding
from evol.verifiers.workers import WorkerPool

LIMIT_S = 1.5
_START_S = 60.0
_FIRST = ("\\int_0^1 x^2 dx", "\\sum_{k=0}^{\\infty} \\frac{1}{2^k}")


def ask(a: str, b: str, finding: Finding) -> Finding:
    """Return what sympy finds about two bare answers, or the finding at hand where it cannot tell."""
    if finding.reason != "not_evaluable" or "dots" in a + b:
        return finding
    try:
        decided, reason = _sympy(os.getpid()).judge(a, b)
    except VerifierStopped:
        return Finding(None, "timeout")
    except Exception:
        # Whatever sympy raises on odd input leaves the pair as it was.
        return finding
    return finding if decided is None else Finding(decided, reason)


@cache
def _sympy(pid: int) -> _Sympy:
    """Return the process's one sympy worker; a forked child gets its own."""
    return _Sympy()


class _Sympy:
    """One worker with sympy loaded, used by one thread at a time, ready or being started."""

    def __init__(self) -> None:
        self._pool = WorkerPool(1, memory_mb=2048, preload=("sympy", "math_verify"))
        self._turn = threading.Lock()
        self._ready = threading.Event()
        self._start()

    def _start(self) -> None:
        self._ready.clear()
        threading.Thread(target=self._warm, name="evol-sympy", daemon=True).start()

    def _warm(self) -> None:
        try:
            # What sympy and the LaTeX reader set up on first use takes longer than most questions.
            self._pool.run(judge, *_FIRST, limit_s=_START_S)
            self._ready.set()
        except (VerifierStopped, OSError, RuntimeError):
            # A worker that cannot start leaves every question undecided.
            return

    def judge(self, a: str, b: str) -> tuple[bool | None, str]:
        """Run `judge` in the worker; raises VerifierStopped where there is no time left for it."""
        deadline = time.monotonic() + LIMIT_S
        if not self._ready.wait(LIMIT_S) or not self._turn.acquire(timeout=_left(deadline)):
            raise VerifierStopped("The last resort was not free in time.")
        try:
            return self._pool.run(judge, a, b, limit_s=_left(deadline))
        except VerifierStopped:
            self._start()
            raise
        finally:
            self._turn.release()


def _left(deadline: float) -> float:
    return max(0.01, deadline - time.monotonic())


def judge(a: str, b: str) -> tuple[bool | None, str]:
    """Run inside a worker: whether two answers are equal as sympy expressions, and how it was seen."""
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    left, right = _expression(a), _expression(b)
    if left is None or right is None:
        return None, "not_evaluable"
    import sympy

    difference = left - right
    if difference == 0 or sympy.simplify(difference) == 0:
        return True, "sympy_equal"
    sides = [sympy.N(side, 40) for side in (difference, left, right)]
    if all(side.is_number and side.is_finite for side in sides):
        value, *scale = map(abs, sides)
        if value > max(*scale, sympy.Integer(1)) * sympy.Float("1e-15"):
            return False, "sympy_different"
    return None, "not_evaluable"


def _expression(text: str) -> Any:
    import sympy
    from math_verify import LatexExtractionConfig, parse

    found = parse(f"${text}$", [LatexExtractionConfig()], parsing_timeout=None, fallback_mode="no_fallback")
    return found[0] if found and isinstance(found[0], sympy.Expr) else None
