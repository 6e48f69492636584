"""Proxies: what stands in one process for an object of the other (`peer.py` says how they meet).

In the judge's process they are guarded. A proxy never equals plain data, nor compares or
calculates with it unless the tests themselves made objects of its class, so that no operator of
the program's can answer a test in place of a value. What derives from a built-in class is
compared and calculated with as the data that it holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

UNARY = (
    *("__len__", "__str__", "__repr__", "__bool__", "__int__", "__float__", "__index__", "__complex__"),
    *("__abs__", "__neg__", "__pos__", "__invert__", "__round__", "__reversed__", "__format__"),
    *("__enter__", "__exit__", "__call__", "__getitem__", "__setitem__", "__delitem__"),
)
ARITHMETIC_NAMES = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod"
ARITHMETIC = tuple(f"__{side}{name}__" for name in ARITHMETIC_NAMES.split() for side in ("", "r"))
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
ASKED = (*UNARY, *ARITHMETIC, *ORDER, "__iter__", "__next__", "__contains__")
BATCH = 128


class Asked(Protocol):
    """What a proxy needs of the Peer that made it."""

    strict: bool
    made: set[int]
    ahead: dict[int, tuple[deque[Any], int]]

    def ask(self, what: str, *parts: object, **kwargs: object) -> Any:
        """Ask the other end for something."""

    def special(self, remote: Remote, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have the other end apply a special method."""


class Remote:
    """A proxy; its class is made per class of the other side, with the operations that one has."""

    __slots__ = ("_id", "_kind", "_peer")
    _class_id = 0
    _type_name = "object"

    def __init__(self, peer: Asked, number: int, kind: str) -> None:
        for name, value in (("_peer", peer), ("_id", number), ("_kind", kind)):
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        return self._peer.ask("get", self._id, name)

    def __setattr__(self, name: str, value: object) -> None:
        self._peer.ask("set", self._id, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Remote):
            return self._kind == "data" and bool(self._peer.ask("data", self._id) == other)
        return self._id == other._id or self._peer.ask("special", self._id, "__eq__", other) is True

    def __hash__(self) -> int:
        return hash((self._class_id, self._id))

    def __repr__(self) -> str:
        return f"<{self._type_name} object>"

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError(f"{self._type_name} objects stay in the program's process")

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Remote) and self._peer.ask("isinstance", instance, self) is True


def _forward(name: str) -> Callable[..., Any]:
    def method(self: Remote, *args: object, **kwargs: object) -> Any:
        return self._peer.special(self, name, args, kwargs)

    return method


def _guarded(name: str) -> Callable[..., Any]:
    """Return an operator that takes plain operands only for classes that the tests themselves use.

    What derives from a built-in class is calculated with here, as the data that it holds.
    """

    def method(self: Remote, other: object, *more: object) -> Any:
        if self._peer.strict and not isinstance(other, Remote):
            if self._kind == "data":
                operator = getattr(type(data := self._peer.ask("data", self._id)), name, None)
                return NotImplemented if operator is None else operator(data, other, *more)
            if self._class_id not in self._peer.made:
                return NotImplemented
        return self._peer.special(self, name, (other, *more), {})

    return method


def _next(self: Remote) -> Any:
    """Take elements in growing batches, so that a long answer is no message per element."""
    ahead, size = self._peer.ahead.setdefault(self._id, (deque(), 1))
    if not ahead:
        ahead.extend(self._peer.ask("batch", self._id, size))
        self._peer.ahead[self._id] = (ahead, min(2 * size, BATCH))
    if not ahead:
        raise StopIteration
    return ahead.popleft()


def _contains(self: Remote, item: object) -> bool:
    if self._peer.strict and self._class_id not in self._peer.made:
        return any(item is each or item == each for each in iter(self))
    return self._peer.special(self, "__contains__", (item,), {}) is True


METHODS: dict[str, Callable[..., Any]] = {
    **{name: _forward(name) for name in UNARY},
    **{name: _guarded(name) for name in (*ARITHMETIC, *ORDER)},
    "__iter__": _forward("__iter__"),
    "__next__": _next,
    "__contains__": _contains,
}
