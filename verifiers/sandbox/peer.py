"""The two ends of a Judge job's socket: how tests hold a program that they share no memory with.

Plain data crosses as itself; anything else is exported under a number, and the other end gets a
proxy (`proxy.py`) that asks back for every operation. Both ends may ask: a program calls back
what the tests gave it. What the judge's end serves is narrow, so that no program walks from an
argument to the tests around it.
"""

from __future__ import annotations

import builtins
import contextlib
import copy
import sys
from collections import deque
from collections.abc import Callable
from types import ModuleType
from typing import Any, Protocol, cast

from evol.verifiers.sandbox import offered, thrown, values, wire
from evol.verifiers.sandbox.proxy import ASKED, AWAITED, METHODS, NATURES, Fields, Remote, step_by_step, whole
from evol.verifiers.sandbox.shared import Shared
from evol.verifiers.sandbox.thrown import PROGRAM, Thrown

DATA = (int, float, str, bytes, bytearray, list, tuple, dict, set, frozenset, deque)
NESTED = frozenset((list, dict))
NO_KWARGS: wire.Node = ["d"]


class Gone(BaseException):
    """The other process ended, or said what is no message: there is nothing more to learn from it."""


BROKEN = (OSError, EOFError, ValueError, TypeError, LookupError, AttributeError, StopIteration)


class Messages(Protocol):
    """What a Peer speaks through."""

    def send(self, message: object) -> None:
        """Send one message."""

    def receive(self) -> Any:
        """Return the next message."""


def _nothing(value: object) -> list[Any]:
    return ["o", type(value).__name__]


class Peer:
    """One end: exports what is no plain data, asks the other end, and serves it while it waits.

    `strict` is the judge's end: its proxies are guarded, and `offered.py` says what it serves.
    """

    def __init__(self, messages: Messages, *, strict: bool) -> None:
        self.messages = messages
        self.strict = strict
        self.made: set[int] = set()
        self.ahead: dict[int, tuple[deque[Any], int]] = {}
        self.calls = 0
        self.lost = False
        self.namespace: dict[str, Any] = {}
        self.printed: Callable[[], str] = str
        self._exported: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._described: set[int] = set()
        self._built: set[type] = set()
        self._failing: dict[int, BaseException] = {}
        self._classes: dict[int, type] = {}
        self._proxies: dict[int, Remote] = {}
        self._shared = Shared()
        self._loop: Any = None
        self._builtins = offered.named_builtins() if strict else offered.named_types()

    # What crosses

    def node(self, value: object) -> wire.Node:
        """Return the node of any value: plain data as such, the rest exported."""
        if wire.is_own_node(value):
            return cast("wire.Node", value)
        return wire.Encoder(self._export, whole=self._whole).node(value)

    def _whole(self, kind: type) -> bool:
        """Return whether objects of a class derived from a built-in one cross as proxies.

        Classes that the tests make objects of do, and the program's own containers: tests use
        their further methods.
        """
        own = kind.__module__ == PROGRAM and issubclass(kind, (list, tuple, dict, set, deque))
        return not self.strict and (own or kind in self._built)

    def value(self, node: object) -> Any:
        """Return the value of a received node; raises WireError."""
        if type(node) is not list and type(node) is not dict:
            return node
        if type(node) is list and node[:1] == ["l"] and NESTED.isdisjoint(map(type, node)):
            return node[1:]
        return values.plain(wire.check(node), self._import)

    def _number(self, value: object) -> int:
        if id(value) not in self._numbers:
            self._numbers[id(value)] = len(self._exported)
            self._exported.append(value)
        return self._numbers[id(value)]

    def _export(self, value: Any) -> list[Any]:
        if value is NotImplemented:
            return ["n", "NotImplemented"]
        if isinstance(value, Remote):
            return ["h", object.__getattribute__(value, "_id")]
        if id(value) in self._builtins:
            return ["n", self._builtins[id(value)]]
        if isinstance(value, BaseException):
            theirs = thrown.remote_of(value)
            return ["h", theirs._id] if theirs is not None else ["E", *self._told(value)]
        return self._proxied(value)

    def _told(self, error: BaseException) -> list[Any]:
        return thrown.told(error, self._number, self._proxied)

    def _proxied(self, value: Any) -> list[Any]:
        kind, origin = type(value), ""
        if issubclass(kind, type):
            origin = thrown.lineage(value, self._number) if issubclass(value, BaseException) else ""
            kind_name = "exception" if origin else "class"
        else:
            kind_name = "data" if issubclass(kind, DATA) else "object"
        number, asked = self._number(kind), ""
        if number not in self._described and not origin:
            self._described.add(number)
            asked = " ".join(name for name in ASKED if getattr(kind, name, None) is not None)
        return ["x", self._number(value), number, kind.__name__, asked, kind_name, origin]

    def _import(self, tag: str, parts: list[Any]) -> Any:
        if tag == "h":
            return self._mine(parts[0])
        if tag == "n":
            return self._named(parts[0])
        if tag == "m":
            return self._shared.held(parts[0])
        if tag == "E":
            args, lineage, *more = parts
            return thrown.made(thrown.class_of(lineage, self._classes), args, *more)
        if tag != "x":
            return wire.Foreign(*parts)
        number, class_id, name, asked, kind, origin = parts
        if kind == "exception":
            return thrown.class_of(origin, self._classes)
        if number not in self._proxies:
            cls = self._classes.get(class_id) or self._class(class_id, name, asked)
            self._proxies[number] = cls(self, number, kind)
        return self._proxies[number]

    def _class(self, class_id: int, name: str, asked: str) -> type:
        """Return a class of proxies for a class of the other side, with the operations that one has."""
        offered = set(asked.split())
        body: dict[str, Any] = {n: m for n, m in METHODS.items() if n in offered}
        body |= {"__slots__": (), "__module__": PROGRAM, "__doc__": vars(Remote)["__doc__"]}
        body |= {"_class_id": class_id, "_type_name": name}
        body |= NATURES.get(name, {})
        if "__dataclass_fields__" in offered:
            body["__dataclass_fields__"] = Fields(self, class_id)
        made = type(name if name.isidentifier() else "Remote", (Remote,), body)
        self._classes[class_id] = made
        return made

    def _mine(self, number: object) -> Any:
        if type(number) is not int or not 0 <= number < len(self._exported):
            raise wire.WireError("a number that was never given out")
        return self._exported[number]

    def _named(self, name: str) -> Any:
        if name == "NotImplemented":
            return NotImplemented
        if self.strict:
            if name not in offered.TYPES:
                raise wire.WireError("a built-in that does not cross this way")
            return offered.TYPES[name]
        owner, _, method = name.partition(".")
        found = vars(builtins)[owner]
        return getattr(found, method) if method else found

    def offer(self, names: list[str]) -> dict[str, Any]:
        """Return what this end has under some names; a module is only named, to be imported anew."""
        found = {}
        for name in names:
            if name in self.namespace and not self.strict:
                value = self.namespace[name]
                is_module = isinstance(value, ModuleType)
                found[name] = ["module", value.__name__] if is_module else ["value", value]
        return found

    # Asking

    def special(self, remote: Remote, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Have the other end apply a special method; lists and the like among `args` change as theirs did."""
        number, kind = remote._id, remote._kind
        if name == "__call__":
            self.calls += 1
            if kind == "class":
                self.made.add(number)
        return self.ask("special", number, name, *args, **kwargs)

    def ask(self, what: str, *parts: object, **kwargs: object) -> Any:
        """Ask the other end for something, serving it meanwhile; raises what it raised, or Gone."""
        args = ["l", *parts] if all(map(wire.is_own_node, parts)) else self._parts(parts)
        request = {"do": what, "args": args, "kwargs": self.node(kwargs) if kwargs else NO_KWARGS}
        if self._shared and (grown := self._shared.changes(self.node)):
            request["grown"] = grown
        try:
            self.messages.send(request)
            while "do" in (message := self.messages.receive()):
                self.serve(message)
            answer = self._read(message, parts)
        except BROKEN as error:
            self.lost = True
            raise Gone(f"{type(error).__name__}: {error}") from error
        if isinstance(answer, Thrown):
            raise answer.error
        return answer

    def _parts(self, parts: tuple[object, ...]) -> wire.Node:
        """Return the node of a request's parts, a copy that both ends hold by its key."""
        if not self._shared:
            return self.node(list(parts))
        keys = map(self._shared.key_of, parts)
        return ["l", *(self.node(p) if k is None else ["m", k] for p, k in zip(parts, keys, strict=True))]

    def _read(self, message: dict[str, Any], parts: tuple[object, ...]) -> Any:
        if message.get("out"):
            sys.stdout.write(str(message["out"]))
        for index, node in message.get("changed", ()):
            values.update(parts[index], self.value(node))
        for index, key in message.get("kept", ()):
            self._shared.hold(parts[index], self.node, key)
        if "raised" in message:
            result: Any = Thrown(self.value(["E", *message["raised"]]))
        else:
            result = parts[message["same"]] if "same" in message else self.value(message["is"])
        if "given" in message:
            self._shared.hold(result, self.node, message["given"])
        self._shared.apply(message.get("grown", []), self.value, self.node)
        return result

    # Serving

    def serve_until_end(self) -> None:
        """Answer requests until the other end closes, be it in the middle of an answer."""
        with contextlib.suppress(OSError, EOFError):
            while True:
                self.serve(self.messages.receive())

    def serve(self, message: dict[str, Any]) -> None:
        """Answer one request."""
        try:
            answer = self._perform(message)
        except Gone:
            raise
        except BaseException as error:
            if isinstance(error, wire.TooMuch) and not self.strict:
                raise
            self._described.clear()  # An answer that failed may have held what described a class.
            answer = {"raised": self._told(error)}
        if self._shared and (grown := self._shared.changes(self.node)):
            answer["grown"] = grown
        if printed := self.printed():
            answer["out"] = printed
        self.messages.send(answer)

    def _perform(self, message: dict[str, Any]) -> dict[str, Any]:
        self._shared.apply(message.get("grown", []), self.value, self.node)
        args = self.value(message["args"])
        kwargs = {} if message["kwargs"] == NO_KWARGS else self.value(message["kwargs"])
        result = SERVED[message["do"]](self, *args, **kwargs)
        answer: dict[str, Any] = {}
        for index in range(len(args)):
            if type(args[index]) in values.MUTABLE and self._shared.key_of(args[index]) is None:
                node = self.node(args[index])
                if node != message["args"][index + 1]:
                    answer.setdefault("changed", []).append([index, node])
                # One reference is the arguments', one the counting's: who else has one has kept it.
                others = sys.getrefcount(args[index]) - 2 - (args[index] is result)
                if (
                    others
                    and not self.strict
                    and (key := self._shared.hold(args[index], self.node)) is not None
                ):
                    answer.setdefault("kept", []).append([index, key])
            if type(args[index]) in values.MUTABLE and args[index] is result:
                answer["same"] = index
        return answer if "same" in answer else {**answer, **self._result(result, message["do"])}

    def _result(self, result: object, asked: str) -> dict[str, Any]:
        """Return what an answer says of a result; a list of an object's is held by both ends from now on."""
        if asked != "get" or self.strict or type(result) not in values.MUTABLE:
            return {"is": self.node(result)}
        if (key := self._shared.key_of(result)) is not None:
            return {"is": ["m", key]}
        node = self.node(result)
        key = self._shared.hold(result, self.node)
        return {"is": node} if key is None else {"is": node, "given": key}

    def _special(self, number: int, name: str, *args: object, **kwargs: object) -> object:
        target = self._mine(number)
        self._permit(target, name)
        if name == "__call__" and isinstance(target, type):
            self._built.add(target)
        return getattr(type(target), name)(target, *args, **kwargs)

    def _awaited(self, number: int, name: str = "") -> object:
        """Run an awaitable, or what a special method of that name returns, to its end."""
        target = self._mine(number)
        self._permit(target, name or "__await__")
        return self._run(getattr(type(target), name)(target) if name in AWAITED else target)

    def _left(self, number: int, *error: object) -> object:
        """Leave an asynchronous context manager; the error, if any, stays where it was raised."""
        target = self._mine(number)
        self._permit(target, "__aexit__")
        return self._run(type(target).__aexit__(target, *error))

    def _run(self, awaitable: Any) -> object:
        """Run an awaitable to its end, in a loop of this process's where asyncio is there."""
        if self.strict or "asyncio" not in sys.modules:
            return step_by_step(awaitable)
        self._loop = self._loop or sys.modules["asyncio"].new_event_loop()
        return self._loop.run_until_complete(whole(awaitable))

    def _del(self, number: int, name: str) -> None:
        target = self._mine(number)
        self._permit(target, name)
        delattr(target, name)

    def _copied(self, number: int, deep: bool) -> object:
        target = self._mine(number)
        self._permit(target, "__reduce_ex__")
        return copy.deepcopy(target) if deep else copy.copy(target)

    def _read_in(self, what: str, *args: object) -> object:
        """Give the program what the tests put in the place of standard input."""
        if not self.strict or what not in ("input", "read", "readline"):
            raise AttributeError(what)
        return input(*args) if what == "input" else getattr(sys.stdin, what)(*args)

    def _data(self, number: int) -> Any:
        target = self._mine(number)
        return values.plain(wire.Encoder(_nothing).base(target, type(target)))

    def _get(self, number: int, name: str) -> object:
        target = self._mine(number)
        self._permit(target, name)
        return getattr(target, name)

    def _set(self, number: int, name: str, value: object) -> None:
        target = self._mine(number)
        self._permit(target, name)
        setattr(target, name, value)

    def _batch(self, number: int, size: int) -> list[object]:
        if number in self._failing:
            raise self._failing.pop(number)
        target = self._mine(number)
        found: list[object] = []
        self._permit(target, "__next__")
        try:
            while len(found) < size:
                found.append(next(target))
        except StopIteration:
            pass
        except BaseException as error:
            if not found:
                raise
            self._failing[number] = error
        return found

    def _permit(self, target: object, name: str) -> None:
        """Raise AttributeError where the judge's end does not let the other one do this."""
        if self.strict and not offered.permitted(target, name):
            raise AttributeError(f"{type(target).__name__} object has no attribute {name!r}")


SERVED: dict[str, Callable[..., Any]] = {
    "special": Peer._special,
    "get": Peer._get,
    "set": Peer._set,
    "batch": Peer._batch,
    "data": Peer._data,
    "await": Peer._awaited,
    "leave": Peer._left,
    "del": Peer._del,
    "copy": Peer._copied,
    "stdin": Peer._read_in,
    "isinstance": lambda peer, value, cls: not peer.strict and isinstance(value, cls),
    "issubclass": lambda peer, cls, other: not peer.strict and issubclass(cls, other),
    "names": lambda peer, names: peer.offer(names),
}
