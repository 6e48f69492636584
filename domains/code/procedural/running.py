"""Programs of the procedural teacher run on given arguments, in a sandbox of its own.

The programs are composed around those that seeds bring, and a person's seeds are as foreign as
any reply. The sandbox starts with the first program and ends with the teacher.
"""

from __future__ import annotations

import ast
import threading
from collections.abc import Sequence
from typing import Any, Final

from evol.domains.code.procedural.task import RAISES
from evol.verifiers.sandbox import Call, Invocation, Limits, Raised, Result, Sandbox, WireError

LIMITS: Final = Limits(cpu_s=1.0, wall_s=8.0)
BRIEF: Final = Limits(cpu_s=1.0, wall_s=0.5)
LONGEST: Final = 400
PLAIN: Final = (bool, int, float, str, type(None))


class Runner:
    """Runs programs; may be used by several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sandbox: Sandbox | None = None

    def results(
        self, source: str, entry: str, arguments: Sequence[tuple[Any, ...]], limits: Limits = LIMITS
    ) -> list[str | None]:
        """Return what each call returns, as a literal; `RAISES` for ValueError, None for what has no literal.

        Calls after one that ended the program have None too.
        """
        calls = tuple(Invocation(entry, args) for args in arguments)
        try:
            found = self._started().run(Call(source, calls), limits).results
        except WireError:
            return [None] * len(arguments)
        literals = [_literal(result) for result in found]
        return literals + [None] * (len(arguments) - len(literals))

    def _started(self) -> Sandbox:
        with self._lock:
            if self._sandbox is None:
                self._sandbox = Sandbox(workers=1)
            return self._sandbox

    def close(self) -> None:
        """End the sandbox; another begins with the next program."""
        with self._lock:
            if self._sandbox is not None:
                self._sandbox.close()
                self._sandbox = None


def _literal(result: Result) -> str | None:
    if isinstance(result, Raised):
        return RAISES if result.builtins[:1] == ("ValueError",) else None
    try:
        value = result.value.plain()
    except WireError:
        return None
    text = repr(value) if _is_plain(value) else ""
    return text if 0 < len(text) <= LONGEST and _reads_back(text) else None


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(_is_plain(part) for pair in value.items() for part in pair)
    return isinstance(value, PLAIN)


def _reads_back(text: str) -> bool:
    """Whether a literal stands for itself: not so for infinity, NaN and the empty set."""
    try:
        return repr(ast.literal_eval(text)) == text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False
