"""Plain data as tagged JSON: the only form in which anything crosses the wall.

Both sides of the wall use this file. Encoding looks at exact built-in types and at the built-in
base of their subclasses, and calls no method that a program could have overridden. Decoding
builds nothing but built-in types, checks every shape, and caps size, depth and digits. Equality
is decided on canonical texts, sorted, because a set or a dict whose hashes all collide would
stall whoever rebuilt it.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias, cast

Node: TypeAlias = "bool | int | float | str | list[Any] | None"

MAX_DEPTH = 150
MAX_NODES = 1_000_000
SAME_HASHES = 64
SMALL = 1 << 63
FOREIGN = frozenset("ohnxEm")


class WireError(ValueError):
    """Data that is not plain, or bytes that are not what `encode` writes."""


class TooMuch(WireError):
    """A value with more parts than may cross."""


class Foreign:
    """Stands for a value that is no plain data: its type's name, and its `str()` where that was asked for."""

    __slots__ = ("text", "type_name")

    def __init__(self, type_name: str, text: str | None = None) -> None:
        self.type_name = type_name
        self.text = text

    def __repr__(self) -> str:
        return f"<{self.type_name} object>" if self.text is None else self.text


ForeignHook: TypeAlias = Callable[[Any], "list[Any]"]


class Encoder:
    """Turns values into nodes.

    `foreign` says what becomes of a value that is no plain data, `whole` which classes derived
    from built-in ones are to be taken for such, instead of for their base.
    """

    def __init__(self, foreign: ForeignHook, *, whole: Callable[[type], bool] = lambda kind: False) -> None:
        self.foreign = foreign
        self.whole = whole
        self.nodes = 0

    def node(self, value: Any, depth: int = 0) -> Node:
        """Return the node for a value; raises WireError where it is too deep or too large."""
        kind = type(value)
        if value is None or kind is bool or kind is str:
            return value  # type: ignore[no-any-return]
        if kind is int:
            return value if -SMALL < value < SMALL else ["i", format(value, "x")]
        if kind is float:
            return value if math.isfinite(value) else ["f", repr(value)]
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise WireError("nested too deeply")
        if self.nodes > MAX_NODES:
            raise TooMuch("too many parts")
        write = WRITERS.get(kind)
        if write is not None:
            return write(self, value, depth + 1)
        return self._derived(value, kind, depth)

    def _derived(self, value: Any, kind: type, depth: int) -> Node:
        return self.foreign(value) if self.whole(kind) else self.base(value, kind, depth)

    def base(self, value: Any, kind: type, depth: int = 0) -> Node:
        """Return the node of what a value is as an instance of its built-in base class."""
        for base, plain in BASES:
            if base in kind.__mro__:
                return self.node(plain(value), depth)
        return self.foreign(value)

    def nodes_of(self, values: Iterable[Any], depth: int) -> list[Node]:
        """Return the nodes of several values."""
        parts = [v if type(v) is str or v is None else self.node(v, depth) for v in values]
        self.nodes += len(parts)
        if self.nodes > MAX_NODES:
            raise TooMuch("too many parts")
        return parts


def _sequence(tag: str, each: Callable[[Any], Iterable[Any]]) -> Callable[[Encoder, Any, int], list[Any]]:
    return lambda encoder, value, depth: [tag, *encoder.nodes_of(each(value), depth)]


def _pairs(encoder: Encoder, value: dict[Any, Any], depth: int) -> list[Any]:
    return ["d", *encoder.nodes_of([part for pair in dict.items(value) for part in pair], depth)]


def _decimal(encoder: Encoder, value: Decimal, depth: int) -> list[Any]:
    return ["D", Decimal.__str__(value)]


def _fraction(encoder: Encoder, value: Fraction, depth: int) -> list[Any]:
    return ["q", *encoder.nodes_of((value.numerator, value.denominator), depth)]


def _counter(encoder: Encoder, value: dict[Any, Any], depth: int) -> list[Any]:
    return ["C", *_pairs(encoder, value, depth)[1:]]


def _ordered(encoder: Encoder, value: Any, depth: int) -> list[Any]:
    """Return the node of an OrderedDict, whose order `dict.items` does not know."""
    return ["O", *_pairs(encoder, dict(OrderedDict.items(value)), depth)[1:]]


def _default(encoder: Encoder, value: Any, depth: int) -> list[Any]:
    """Return the node of a defaultdict; of what makes its values only a built-in class's name crosses."""
    factory = value.default_factory
    made_by = FACTORIES.get(factory, "") if type(factory) is type else ""
    return ["F", made_by, *_pairs(encoder, value, depth)[1:]]


def _moment(encoder: Encoder, value: Any, depth: int) -> Node:
    if getattr(value, "tzinfo", None) is not None and type(value.tzinfo) is not timezone:
        return encoder.foreign(value)
    return ["T", type(value).__name__, value.isoformat()]


def _duration(encoder: Encoder, value: timedelta, depth: int) -> list[Any]:
    return ["T", "timedelta", f"{value.days} {value.seconds} {value.microseconds}"]


def _complex(encoder: Encoder, value: complex, depth: int) -> list[Any]:
    return ["c", *encoder.nodes_of((value.real, value.imag), depth)]


FACTORIES: dict[Any, str] = {t: t.__name__ for t in (int, float, str, bool, list, dict, set, tuple)}

WRITERS: dict[type, Callable[[Encoder, Any, int], Node]] = {
    list: _sequence("l", list.__iter__),
    tuple: _sequence("t", tuple.__iter__),
    set: _sequence("s", set.__iter__),
    frozenset: _sequence("z", frozenset.__iter__),
    deque: _sequence("k", deque.__iter__),
    dict: _pairs,
    slice: lambda e, v, d: ["S", *e.nodes_of((v.start, v.stop, v.step), d)],
    range: lambda e, v, d: ["r", *e.nodes_of((v.start, v.stop, v.step), d)],
    bytes: lambda e, v, d: ["b", v.hex()],
    bytearray: lambda e, v, d: ["B", v.hex()],
    complex: _complex,
    Fraction: _fraction,
    Decimal: _decimal,
    Counter: _counter,
    OrderedDict: _ordered,
    defaultdict: _default,
    **dict.fromkeys((date, datetime, time), _moment),
    timedelta: _duration,
    type(...): lambda e, v, d: ["e"],
}

BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, lambda v: int.__add__(v, 0)),
    (float, float.__float__),
    (str, str.__str__),
    (tuple, lambda v: tuple.__getitem__(v, slice(None))),
    (list, lambda v: list.__getitem__(v, slice(None))),
    (OrderedDict, lambda v: OrderedDict(OrderedDict.items(v))),
    (dict, lambda v: dict(dict.items(v))),
    (set, lambda v: set(set.__iter__(v))),
    (frozenset, lambda v: frozenset(frozenset.__iter__(v))),
    (deque, lambda v: deque(deque.__iter__(v))),
    (bytes, lambda v: bytes.__getitem__(v, slice(None))),
    (bytearray, lambda v: bytearray.__getitem__(v, slice(None))),
)


def _refuse(value: object) -> list[Any]:
    raise WireError(f"{type(value).__name__} is not plain data")


def is_own_node(value: object) -> bool:
    """Whether a value is its own node, as most arguments and results are."""
    if type(value) is int:
        return -SMALL < value < SMALL
    if type(value) is float:
        return math.isfinite(value)
    return value is None or type(value) is str or type(value) is bool


def encode(value: object) -> Node:
    """Return the node for plain data; raises WireError for anything else."""
    if is_own_node(value):
        return cast("Node", value)
    try:
        return Encoder(_refuse).node(value)
    except RecursionError as error:
        raise WireError("nested too deeply") from error


SIMPLE = frozenset((int, str, float, bool, type(None), complex, bytes))
HOLDING = frozenset((list, tuple, set, frozenset, dict))


def _exact(value: Any, depth: int) -> bool:
    """Whether a value is made of exact built-in types that marshal carries as they are."""
    kind = type(value)
    if kind in SIMPLE:
        return True
    if kind not in HOLDING or depth == MAX_DEPTH:
        return False
    parts = [*value, *value.values()] if kind is dict else value
    # Looked at as one where all are simple, which most are.
    return SIMPLE.issuperset(map(type, parts)) or all(_exact(part, depth + 1) for part in parts)


def packed(arguments: tuple[Any, ...] | dict[str, Any]) -> tuple[Any, ...] | dict[str, Any] | Node:
    """Return our own arguments for the way in: as they are where they can be, else as a node (a list).

    Raises WireError for what is no plain data.
    """
    return arguments if not arguments or _exact(arguments, 0) else encode(arguments)


def dump(message: object) -> bytes:
    """Return a message, built of nodes, as JSON bytes."""
    return _write(message).encode("ascii")


def _integer(text: str) -> int:
    if len(text) > 20:
        raise WireError("an integer of too many digits")
    return int(text)


def _constant(text: str) -> float:
    raise WireError(f"{text} is not JSON")


def _writer() -> Callable[[object], str]:
    """Return what writes JSON; `JSONEncoder.encode` would make its inner encoder anew for each message."""
    encoder = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return encoder.encode
    quoted = json.encoder.encode_basestring_ascii
    chunks = make(None, encoder.default, quoted, None, ":", ",", False, False, False)
    return lambda message: "".join(chunks(message, 0))


# Made once: `json.loads` and `json.dumps` with options build theirs anew for each call.
_write = _writer()
Scan: TypeAlias = Callable[[str, int], "tuple[Any, int]"]
_decoder: Any = json.JSONDecoder(parse_constant=_constant)
_counting: Any = json.JSONDecoder(parse_int=_integer, parse_constant=_constant)
_scan: Scan = _decoder.scan_once
# Asked for each integer, which is only worth it where one may be too long.
_scan_counting: Scan = _counting.scan_once
_long = re.compile(r"\d{20}").search


def load(data: bytes) -> Any:
    """Return the message in these bytes, its shape still unchecked; raises WireError."""
    if data.count(b",") > 2 * MAX_NODES:
        raise WireError("too many parts")
    try:
        text = data.decode("ascii")
        message, end = (_scan_counting if _long(text) else _scan)(text, 0)
    except (ValueError, RecursionError, StopIteration) as error:
        raise WireError("not JSON") from error
    if end != len(text):
        raise WireError("not JSON")
    return message


def _strings(count: int, *more: int) -> Callable[[list[Any]], bool]:
    return lambda parts: len(parts) in (count, *more) and all(type(p) is str for p in parts)


def _numbers(*counts: int) -> Callable[[list[Any]], bool]:
    return lambda parts: len(parts) in counts and all(type(p) is not str and p is not None for p in parts)


def _never(parts: list[Any]) -> bool:
    return False


SHAPES: dict[str, Callable[[list[Any]], bool]] = {
    **dict.fromkeys(("l", "t", "s", "z", "k"), lambda parts: True),
    **dict.fromkeys(("d", "C", "O"), lambda parts: len(parts) % 2 == 0),
    "F": lambda parts: len(parts) % 2 == 1 and type(parts[0]) is str,
    "T": _strings(2),
    "S": lambda parts: len(parts) == 3,
    "r": _numbers(3),
    "c": _numbers(2),
    "q": _numbers(2),
    "i": _strings(1),
    "f": lambda parts: len(parts) == 1 and parts[0] in ("nan", "inf", "-inf"),
    "b": _strings(1),
    "B": _strings(1),
    "D": _strings(1),
    "e": lambda parts: not parts,
    "E": lambda parts: len(parts) in (2, 4) and type(parts[1]) is str,
    **dict.fromkeys(("h", "m"), _numbers(1)),
    "n": _strings(1),
    "x": lambda parts: len(parts) == 6 and _numbers(2)(parts[:2]) and _strings(4)(parts[2:]),
    "o": lambda parts: _strings(1)(parts[:1]) and (len(parts) == 1 or _strings(1)(parts[1:])),
}


def check(node: Any, depth: int = 0) -> Node:
    """Return a node whose tags and shapes are as `encode` writes them; raises WireError otherwise."""
    if type(node) is not list:
        if type(node) is dict:
            raise WireError("a JSON object is no node")
        return node  # type: ignore[no-any-return]
    if depth > MAX_DEPTH:
        raise WireError("nested too deeply")
    if not node or type(node[0]) is not str or not SHAPES.get(node[0], _never)(node[1:]):
        raise WireError("a node of unknown shape")
    for part in node[1:]:
        if type(part) is list or type(part) is dict:
            check(part, depth + 1)
    return node
