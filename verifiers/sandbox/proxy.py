"""Proxies: what stands in one process for an object of the other (`peer.py` says how they meet).

In the judge's process they are guarded. A proxy never equals plain data, nor compares or
calculates with it unless the tests themselves made objects of its class, so that no operator of
the program's can answer a test in place of a value. What derives from a built-in class is
compared and calculated with as the data that it holds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator
from types import CoroutineType, FunctionType, GeneratorType
from typing import Any, NoReturn, Protocol

UNARY = (
    *("__len__", "__str__", "__repr__", "__bool__", "__int__", "__float__", "__index__", "__complex__"),
    *("__abs__", "__neg__", "__pos__", "__invert__", "__round__", "__reversed__", "__format__"),
    *("__enter__", "__exit__", "__call__", "__getitem__", "__setitem__", "__delitem__"),
    *("__bytes__", "__floor__", "__ceil__", "__trunc__", "__aiter__"),
)
ARITHMETIC_NAMES = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift divmod"
ARITHMETIC = tuple(f"__{side}{name}__" for name in ARITHMETIC_NAMES.split() for side in ("", "r"))
ORDER = ("__lt__", "__le__", "__gt__", "__ge__")
IN_PLACE = tuple(f"__i{name}__" for name in ARITHMETIC_NAMES.split() if name != "divmod")
AWAITED = ("__await__", "__anext__", "__aenter__", "__aexit__")
MORE = ("__iter__", "__next__", "__contains__", "__hash__", "__dataclass_fields__")
ASKED = (*UNARY, *ARITHMETIC, *IN_PLACE, *ORDER, *AWAITED, *MORE)
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

    def __delattr__(self, name: str) -> None:
        self._peer.ask("del", self._id, name)

    @property
    def __doc__(self) -> Any:  # type: ignore[override]
        return self._peer.ask("get", self._id, "__doc__")

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        return type(self._peer.ask("data", self._id)) if self._kind == "data" else type(self)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, type) and issubclass(other, Remote):
            return bool(self._kind == "class" and self._id == other._class_id)
        if not isinstance(other, Remote):
            return self._kind == "data" and bool(self._peer.ask("data", self._id) == other)
        return self._id == other._id or self._peer.ask("special", self._id, "__eq__", other) is True

    def __hash__(self) -> int:
        return hash((self._class_id, self._id))

    def __copy__(self) -> Any:
        return self._peer.ask("copy", self._id, False)

    def __deepcopy__(self, memo: object) -> Any:
        return self._peer.ask("copy", self._id, True)

    def __repr__(self) -> str:
        return f"<{self._type_name} object>"

    def __reduce_ex__(self, protocol: object) -> Any:
        raise TypeError(f"{self._type_name} objects stay in the program's process")

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(instance, Remote) and self._peer.ask("isinstance", instance, self) is True

    def __subclasscheck__(self, cls: object) -> bool:
        return isinstance(cls, Remote) and self._peer.ask("issubclass", cls, self) is True


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


def _hash(self: Remote) -> int:
    """Return the hash that the other side gives an object, as equal ones must have the same."""
    if self._kind != "object":
        return hash((self._class_id, self._id))
    return hash(self._peer.special(self, "__hash__", (), {}))


def _in_place(name: str) -> Callable[..., Any]:
    def method(self: Remote, other: object) -> Any:
        if self._peer.strict and self._kind != "data" and self._class_id not in self._peer.made:
            return NotImplemented
        return self._peer.special(self, name, (other,), {})

    return method


def _await(self: Remote) -> Generator[None, None, Any]:
    yield from ()
    return self._peer.ask("await", self._id)


def _ended(name: str) -> Callable[..., Any]:
    async def method(self: Remote) -> Any:
        return self._peer.ask("await", self._id, name)

    return method


async def _leave(self: Remote, kind: object, error: object, traceback: object) -> Any:
    return self._peer.ask("leave", self._id, kind, None, None)


def _send(self: Remote, value: object) -> NoReturn:
    raise StopIteration(self._peer.ask("await", self._id))


def _throw(self: Remote, error: BaseException) -> NoReturn:
    raise error


async def whole(awaitable: Any) -> object:
    """Return what an awaitable comes to."""
    return await awaitable


def step_by_step(awaitable: Any) -> object:
    """Run an awaitable without an event loop; raises RuntimeError where it waits for one."""
    steps = whole(awaitable)
    try:
        while steps.send(None) is None:
            pass
    except StopIteration as end:
        return end.value
    raise RuntimeError("what is awaited waits for an event loop that is not there")


class Fields:
    """What `dataclasses` looks for in a class: fields of the names that the other side's class has."""

    def __init__(self, peer: Asked, number: int) -> None:
        self._peer, self._number = peer, number

    def __get__(self, instance: object, owner: type) -> Any:
        import dataclasses

        names = list(self._peer.ask("get", self._number, "__match_args__"))
        return vars(dataclasses.make_dataclass("Fields", names))["__dataclass_fields__"]


def _of(kind: type) -> dict[str, Any]:
    """Return what makes a proxy pass for one of Python's own callables and iterators."""
    return {"__class__": property(lambda self: kind)}


# What only Python itself makes, by the name of its class.
NATURES: dict[str, dict[str, Any]] = {
    "function": _of(FunctionType),
    "generator": _of(GeneratorType),
    "coroutine": {**_of(CoroutineType), "send": _send, "throw": _throw, "close": lambda self: None},
}
METHODS: dict[str, Callable[..., Any]] = {
    **{name: _forward(name) for name in UNARY},
    **{name: _guarded(name) for name in (*ARITHMETIC, *ORDER)},
    **{name: _in_place(name) for name in IN_PLACE},
    **{name: _ended(name) for name in ("__anext__", "__aenter__")},
    "__aexit__": _leave,
    "__await__": _await,
    "__hash__": _hash,
    "__iter__": _forward("__iter__"),
    "__next__": _next,
    "__contains__": _contains,
}
