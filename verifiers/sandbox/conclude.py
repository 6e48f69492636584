"""From what a process left to how it ended: the reading of messages, statuses and measurements."""

from __future__ import annotations

import signal
from collections.abc import Iterable
from typing import Any, cast

from evol.verifiers.sandbox import wire
from evol.verifiers.sandbox.jobs import (
    Ending,
    Execution,
    Failure,
    Judgement,
    Level,
    Limits,
    Raised,
    Result,
    Returned,
)
from evol.verifiers.sandbox.starvation import Late
from evol.verifiers.sandbox.values import Value
from evol.verifiers.sandbox.worker import Raw

BY_SIGNAL = {
    signal.SIGXCPU: Ending.TIMEOUT,
    signal.SIGSYS: Ending.FORBIDDEN,
    signal.SIGXFSZ: Ending.OUTPUT_LIMIT,
    signal.SIGKILL: Ending.MEMORY,
}
SIGNALS = {int(each): each.name for each in signal.Signals}
BY_ERROR = {
    "MemoryError": Ending.MEMORY,
    "PermissionError": Ending.FORBIDDEN,
    "SyntaxError": Ending.SYNTAX_ERROR,
}
DETAILS = {
    Ending.OK: "The program ran through.",
    Ending.EXCEPTION: "The program raised {error}.",
    Ending.SYNTAX_ERROR: "The program does not compile: {error}.",
    Ending.EXITED: "The program ended itself with status {status} before its work was done.",
    Ending.TIMEOUT: "The program ran for {wall:.1f} s ({cpu:.1f} s of processor time) and was ended.",
    Ending.MEMORY: "The program ran out of memory.",
    Ending.CRASHED: "The program crashed ({signal}).",
    Ending.FORBIDDEN: "The program tried what the sandbox refuses ({error}).",
    Ending.OUTPUT_LIMIT: "The program wrote more than it may.",
    Ending.STARVED: "The program was kept waiting: it got {cpu:.1f} s of a processor in {wall:.1f} s.",
    Ending.LOST: "The sandbox failed twice; nothing is known about the program.",
}


def raised(parts: object) -> Raised:
    """Return what a process says it raised; raises WireError where that is malformed."""
    if type(parts) is not list or len(parts) != 4:
        raise wire.WireError("not an exception")
    name, message, genuine, line = parts
    good = type(name) is str and type(message) is str and type(genuine) is list
    if not good or not all(type(g) is str for g in genuine) or type(line) not in (int, type(None)):
        raise wire.WireError("not an exception")
    return Raised(name[:200], message, tuple(genuine), line)


def _result(message: dict[str, Any]) -> Result:
    if "value" in message:
        return Returned(Value.received(message["value"]))
    return raised(message.get("raised"))


def results(messages: Iterable[dict[str, Any]], most: int) -> tuple[Result, ...]:
    """Return the calls' results up to the first malformed one."""
    found: list[Result] = []
    for message in messages:
        if len(found) == most or not ("value" in message or "raised" in message):
            continue
        try:
            found.append(_result(message))
        except wire.WireError:
            break
    return tuple(found)


def _reported(messages: Iterable[dict[str, Any]]) -> tuple[str, Raised] | None:
    for message in messages:
        for kind in ("syntax", "load", "exit"):
            if kind in message:
                try:
                    return kind, raised(message[kind])
                except wire.WireError:
                    return None
    return None


def _of_error(kind: str, error: Raised) -> Ending:
    for name in error.builtins:
        if name in BY_ERROR and (name != "SyntaxError" or kind == "syntax"):
            return BY_ERROR[name]
    if kind == "syntax":
        return Ending.SYNTAX_ERROR
    return Ending.EXITED if kind == "exit" else Ending.EXCEPTION


def ending(raw: Raw, limits: Limits, *, complete: bool) -> tuple[Ending, Raised | None]:
    """Return how a process ended and the exception that ended it; `complete` is whether its work was done."""
    if raw.overflowed or {"overflow": True} in raw.messages:
        return Ending.OUTPUT_LIMIT, None
    reported = _reported(raw.messages)
    if raw.answer.why == "folder":
        return Ending.OUTPUT_LIMIT, None
    if raw.answer.why == "stopped" and raw.late is not None:
        return (Ending.STARVED if raw.late is Late.STARVED else Ending.TIMEOUT), None
    if raw.answer.why == "stopped":
        return (Ending.OK if complete else Ending.TIMEOUT), None
    if raw.answer.why == "wall" or (raw.answer.status < 0 and raw.answer.cpu_s >= limits.cpu_ceiling_s):
        return Ending.TIMEOUT, None
    if raw.answer.status < 0:
        return BY_SIGNAL.get(cast("signal.Signals", -raw.answer.status), Ending.CRASHED), None
    if reported is not None:
        return _of_error(*reported), reported[1]
    return (Ending.OK if complete and raw.answer.status == 0 else Ending.EXITED), None


def judgement_of(messages: Iterable[dict[str, Any]]) -> Judgement | None:
    """Return what the judge concluded, if it came to a conclusion."""
    for message in messages:
        if "judgement" in message:
            failure = None
            if "raised" in message:
                source, left, right = [*message["evidence"], None, None, None][:3]
                failure = Failure(raised(message["raised"]), source or "", left, right)
            return Judgement(message["judgement"], message["checks"], failure)
    return None


def execution(end: Ending, error: Raised | None, raw: Raw, level: Level, **more: Any) -> Execution:
    """Return the Execution of a process, with a sentence about its end."""
    answer = raw.answer
    number = -answer.status if answer.status < 0 else None
    name = SIGNALS.get(number or 0, str(number))
    figures = {"status": answer.status, "wall": answer.wall_s, "cpu": answer.cpu_s, "signal": name}
    detail = DETAILS[end].format(error=error or name, **figures)
    return Execution(
        ending=end,
        level=level,
        detail=detail,
        error=error,
        exit_status=answer.status if number is None else None,
        signal=number,
        cpu_s=answer.cpu_s,
        wall_s=answer.wall_s,
        peak_mb=answer.peak_kb / 1024,
        **more,
    )
