"""Exceptions across a Judge job's socket: each arrives as a real class below its genuine built-in base.

What the program raised reaches the tests as the built-in class where it is one, as the standard
library's own class where the tests have that module, and else as a class of that name; its further
attributes are asked for. A class that merely calls itself ValueError is none.
"""

from __future__ import annotations

import builtins
import contextlib
import json
import sys
from collections.abc import Callable
from typing import Any

from evol.verifiers.sandbox import wire
from evol.verifiers.sandbox.imports import ALLOWED

PROGRAM = "solution"
GENUINE = {
    c.__name__: c for c in vars(builtins).values() if isinstance(c, type) and issubclass(c, BaseException)
}
# Whose exceptions end or skip tests: a program cannot raise those.
TESTING = frozenset(("unittest", "doctest"))


class Thrown:
    """An exception that the other end answered with, told apart from one in reading the answer."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


def lineage(cls: type[BaseException], number: Callable[[object], int]) -> str:
    """Return a class as text: those above it that are its own, with numbers, and its genuine base's name."""
    own = [
        [number(c), c.__name__, _home(c)]
        for c in cls.__mro__
        if c.__name__ not in GENUINE or c is not GENUINE[c.__name__]
    ]
    genuine = next(c.__name__ for c in cls.__mro__ if GENUINE.get(c.__name__) is c)
    return json.dumps([own[:-1], genuine])


def _home(cls: type) -> str:
    """Return the module that really has a class under its name, else the program's own."""
    module = vars(cls).get("__module__")
    found = getattr(sys.modules.get(module), cls.__name__, None) if type(module) is str else None
    return module if found is cls else PROGRAM  # type: ignore[return-value]


def class_of(text: str, made: dict[int, type]) -> type[BaseException]:
    """Return a real class for a lineage; `made` keeps those of the other side by their numbers."""
    own, genuine = json.loads(text)
    cls: type[BaseException] = GENUINE[genuine]
    for number, name, module in reversed(own):
        found = made.get(-1 - number)
        if found is None:
            body = {"__module__": PROGRAM, "__getattr__": _attribute, "__str__": _as_text}
            found = _standard(module, name, cls) or type(str(name), (cls,), body)
            made[-1 - number] = found
        cls = found
    return cls


def _standard(module: str, name: str, base: type) -> type | None:
    """Return the standard library's own class of this name, where this process has its module."""
    if module.partition(".")[0] not in ALLOWED - TESTING:
        return None
    found = getattr(sys.modules.get(module), name, None)
    return found if isinstance(found, type) and issubclass(found, base) else None


def made(
    cls: type[BaseException], args: tuple[Any, ...], text: Any = None, remote: Any = None
) -> BaseException:
    """Return an exception of a class, with the other side's text and the proxy that has its attributes."""
    try:
        error = cls(*args)
    except TypeError:
        error = cls.__new__(cls, *args)
    if remote is not None:
        with contextlib.suppress(AttributeError):
            error._evol = (text, remote)  # type: ignore[attr-defined]
    return error


def remote_of(error: BaseException) -> Any:
    """Return the proxy of an exception of the other side's, None for one of this side's own."""
    return error.__dict__.get("_evol", (None, None))[1]


def _as_text(self: BaseException) -> str:
    text = self.__dict__.get("_evol", (None,))[0]
    return text if type(text) is str else BaseException.__str__(self)


def _attribute(self: BaseException, name: str) -> Any:
    remote = remote_of(self)
    if remote is None or name.startswith("__"):
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
    return getattr(remote, name)


def told(
    error: BaseException, number: Callable[[object], int], export: Callable[[Any], list[Any]]
) -> list[Any]:
    """Return an exception as [arguments, lineage], and text and proxy too where its class is its own."""
    cls = type(error)
    parts = [_arguments(error), lineage(cls, number)]
    if cls.__name__ in GENUINE and GENUINE[cls.__name__] is cls:
        return parts
    try:
        text = str(error)
    except Exception:
        text = None
    return [*parts, text if type(text) is str else None, export(error)]


def _arguments(error: BaseException) -> wire.Node:
    try:
        return wire.encode(tuple(error.args))
    except wire.WireError:
        return ["t"]
