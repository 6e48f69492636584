"""What crosses a Judge job's socket by its name, and what the judge's end lets the program do.

Of the judge's own objects the program may call what is callable, iterate, and use the public
attributes of instances of the tests' own classes. It gets no further: no underscore but a
function's name, no frame, no globals.
"""

from __future__ import annotations

import builtins
import functools
import io
from types import CoroutineType, SimpleNamespace

from evol.verifiers.sandbox.proxy import ASKED

TESTS = "tests"
# Of what the tests pass, the program may use these beside objects of the tests' own classes.
OPEN = (SimpleNamespace, io.StringIO, io.BytesIO)
NAMED = ("__name__", "__qualname__", "__doc__", "__module__")
TYPES = {c.__name__: c for c in vars(builtins).values() if isinstance(c, type)}


@functools.cache
def named_types() -> dict[int, str]:
    """Return the built-in types by identity."""
    return {id(t): n for n, t in TYPES.items()}


@functools.cache
def named_builtins() -> dict[int, str]:
    """Return the built-in functions, types and their methods by identity: they cross as their names."""
    found = {}
    for name, value in vars(builtins).items():
        if callable(value) and not name.startswith("_"):
            found[id(value)] = name
            if isinstance(value, type):
                methods = {m: v for m, v in vars(value).items() if callable(v) and not m.startswith("_")}
                found |= {id(v): f"{name}.{m}" for m, v in methods.items()}
    return found


def permitted(target: object, name: str) -> bool:
    """Whether the program may ask for this of an object of the tests'."""
    kind = type(target)
    if (kind.__module__ == TESTS and not hasattr(kind, "assertEqual")) or kind in OPEN:
        return name in ASKED or not name.startswith("_")
    if kind is CoroutineType:
        return name == "__await__"
    if callable(target):
        return name == "__call__" or (name in NAMED and hasattr(target, "__code__"))
    return name in ("__iter__", "__next__", "__len__")
