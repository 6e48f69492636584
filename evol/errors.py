"""Every error that evol shows a person: one sentence with what to do, and an exit code.

Exit codes: 0 done, 1 a gate failed, 2 usage or configuration, 3 stopped by budget (run again to
go on), 130 Ctrl-C (run again to go on). A subclass of `EvolError` is shown without a traceback;
anything else is a defect of ours and keeps its traceback.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class EvolError(Exception):
    """A person's mistake or their machine's trouble: the message says what to do about it."""

    exit_code: ClassVar[int] = 2


class ConfigError(EvolError):
    """A wrong option, configuration file or run folder."""


class PackError(EvolError):
    """A domain pack that cannot be found or does not hold what it must; names file and field."""


class DataError(EvolError):
    """An input file that is missing, unreadable or not of the expected shape."""


class JournalError(EvolError):
    """A run's database that is locked, damaged, from a newer version, or cannot be written."""


class TeacherError(EvolError):
    """A teacher that cannot work at all: wrong key, unknown model, no server."""


class RequestFailed(EvolError):
    """One request that a teacher will not answer, however often it is asked; the row is at fault."""


class VerifierStopped(EvolError):
    """A verifier's worker died or ran out of time on one row, and was replaced."""


class SandboxUnavailable(EvolError):
    """The wall around untrusted code lacks a layer; names it, its cause and the opt-in."""


class BudgetSpent(EvolError):
    """The run reached its cap of calls, tokens or cost; running again with a higher cap goes on."""

    exit_code: ClassVar[int] = 3


class GateFailed(EvolError):
    """A threshold that the user set was not met."""

    exit_code: ClassVar[int] = 1


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the known word closest to `word`, or an empty string."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]!r}?" if close else ""
