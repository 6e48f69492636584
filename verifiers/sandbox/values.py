"""Nodes read back: as Python values of exact built-in types, or as canonical texts to compare.

`plain` builds values for arguments, for showing, and for comparisons with a tolerance. `equal`
follows Python's `==` between plain values (1 == 1.0 == True, {1} == frozenset({1})) without
building a set or a dict from what a program sent.
"""

from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from evol.verifiers.sandbox.wire import (
    FACTORIES,
    FOREIGN,
    SAME_HASHES,
    Foreign,
    Node,
    WireError,
    check,
    encode,
)

MAX_EXPONENT = 2000
MUTABLE = (list, dict, set, deque, bytearray, Counter, OrderedDict, defaultdict)


def _hashable(values: list[Any]) -> list[Any]:
    """Return the values where a hash table may be built of them; raises WireError otherwise."""
    try:
        distinct = len({hash(v) for v in values})
    except TypeError as error:
        raise WireError("an unhashable element") from error
    if len(values) - distinct > SAME_HASHES:
        raise WireError("hashes that collide")
    return values


def _dict(parts: list[Any]) -> dict[Any, Any]:
    return dict(zip(_hashable(parts[::2]), parts[1::2], strict=True))


def _decimal(parts: list[Any]) -> Decimal:
    try:
        return Decimal(parts[0])
    except InvalidOperation as error:
        raise WireError("not a decimal number") from error


def _counter(parts: list[Any]) -> Counter[Any]:
    """Return a Counter of these pairs, whatever their values are: `Counter(pairs)` would count the pairs."""
    counter: Counter[Any] = Counter()
    dict.update(counter, _dict(parts))
    return counter


def _defaulted(parts: list[Any]) -> defaultdict[Any, Any]:
    return defaultdict(MADE_BY.get(parts[0]), _dict(parts[1:]))


def _moment(parts: list[Any]) -> Any:
    kind, text = parts
    if kind != "timedelta":
        return MOMENTS[kind].fromisoformat(text)
    days, seconds, microseconds = map(int, text.split())
    return timedelta(days, seconds, microseconds)


MADE_BY = {name: kind for kind, name in FACTORIES.items()}
MOMENTS: dict[str, Any] = {"date": date, "datetime": datetime, "time": time}
BUILD: dict[str, Callable[[list[Any]], Any]] = {
    "l": list,
    "t": tuple,
    "s": lambda parts: set(_hashable(parts)),
    "z": lambda parts: frozenset(_hashable(parts)),
    "k": deque,
    "d": _dict,
    "C": _counter,
    "O": lambda parts: OrderedDict(_dict(parts)),
    "F": _defaulted,
    "T": _moment,
    "S": lambda parts: slice(*parts),
    "r": lambda parts: range(*parts),
    "c": lambda parts: complex(*parts),
    "q": lambda parts: Fraction(*parts),
    "i": lambda parts: int(parts[0], 16),
    "f": lambda parts: float(parts[0]),
    "b": lambda parts: bytes.fromhex(parts[0]),
    "B": lambda parts: bytearray.fromhex(parts[0]),
    "D": _decimal,
    "e": lambda parts: ...,
}


def _stand_in(tag: str, parts: list[Any]) -> Foreign:
    if tag != "o":
        raise WireError("an object of the other side")
    return Foreign(*parts)


def plain(node: Node, foreign: Callable[[str, list[Any]], Any] = _stand_in) -> Any:
    """Return the Python value of a checked node; raises WireError where none can be built safely.

    `foreign` is given the tag and parts of what is no plain data.
    """
    if type(node) is not list:
        return node
    tag, parts = node[0], [plain(part, foreign) for part in node[1:]]
    if tag not in BUILD:
        return foreign(tag, parts)
    try:
        return BUILD[tag](parts)
    except (TypeError, ValueError, ArithmeticError, KeyError) as error:
        raise WireError("a node of impossible content") from error


def unpacked(arguments: Any) -> Any:
    """Return arguments that `wire.packed` made ready."""
    return plain(arguments) if type(arguments) is list else arguments


class _Unequal(Exception):
    """The node holds what equals nothing: a NaN or a foreign value."""


def _ratio(numerator: int, denominator: int) -> str:
    return f"n{numerator:x}" if denominator == 1 else f"n{numerator:x}/{denominator:x}"


def _number(value: Any) -> str:
    if isinstance(value, complex):
        return _number(value.real) if not value.imag else f"c{_number(value.real)},{_number(value.imag)}"
    if isinstance(value, float | Decimal):
        if value != value:
            raise _Unequal
        if (
            isinstance(value, Decimal)
            and value
            and value.is_finite()
            and abs(value.adjusted()) > MAX_EXPONENT
        ):
            return f"D{value.normalize()}"
        if not math.isfinite(value):
            return "+inf" if value > 0 else "-inf"
    return _ratio(*value.as_integer_ratio())


def _range(value: range) -> str:
    if not len(value):
        return "r"
    return f"r{value[0]}" if len(value) == 1 else f"r{value[0]},{value[-1]},{len(value)}"


def _joined(texts: Iterable[str]) -> str:
    return ",".join(texts)


def _text(node: Node) -> str:
    if type(node) is not list:
        return json.dumps(node) if node is None or type(node) is str else _number(node)
    tag, parts = node[0], node[1:]
    if tag in FOREIGN:
        raise _Unequal
    if tag in ("b", "B"):
        return "b" + str(parts[0]).lower()
    if tag in ("s", "z"):
        return "{" + _joined(sorted({_text(p) for p in parts})) + "}"
    if tag in ("d", "C", "O", "F"):
        parts = parts[tag == "F" :]
        pairs = zip(map(_text, parts[::2]), map(_text, parts[1::2]), strict=True)
        return "d{" + _joined(sorted(f"{key}:{value}" for key, value in pairs)) + "}"
    if tag in ("l", "t", "k", "S"):
        return f"{tag}[" + _joined(map(_text, parts)) + "]"
    value = plain(node)
    if tag == "r":
        return _range(value)
    if tag == "T":
        aware = isinstance(value, datetime) and value.tzinfo is not None
        return f"T{value.astimezone(UTC) if aware else value!r}"
    return "..." if tag == "e" else _number(value)


def canonical(node: Node) -> str | None:
    """Return a text that two nodes share exactly where their values are equal in Python's sense.

    None where the node holds a NaN, a foreign value or something that cannot be built: such a
    value equals nothing.
    """
    try:
        return _text(node)
    except (_Unequal, WireError, OverflowError):
        return None


def update(old: Any, new: Any) -> None:
    """Make a list, set, dict, deque or bytearray hold what a changed copy of it holds, in place."""
    if isinstance(old, list | deque) and len(old) == len(new):
        for index, (mine, theirs) in enumerate(zip(old, new, strict=True)):
            if type(mine) is type(theirs) and isinstance(mine, MUTABLE):
                update(mine, theirs)
            elif mine is not theirs:
                old[index] = theirs
        return
    if isinstance(old, bytearray):
        old[:] = new
        return
    old.clear()
    (old.extend if isinstance(old, list | deque) else old.update)(new)


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a program returned, still as checked tagged data."""

    node: Node

    @classmethod
    def of(cls, value: object) -> Value:
        """Return plain data as a Value; raises WireError where it is not plain."""
        return cls(encode(value))

    @classmethod
    def received(cls, node: object) -> Value:
        """Return what came over the wall as a Value; raises WireError for a malformed node."""
        return cls(check(node))

    def plain(self) -> Any:
        """Return it as a Python value of exact built-in types, `Foreign` standing for anything else.

        Raises WireError where it cannot be built safely (a set or dict whose hashes collide).
        """
        return plain(self.node)

    @property
    def is_plain(self) -> bool:
        """Whether it is plain data through and through."""
        return not FOREIGN & _tags(self.node)

    def equals(self, expected: object) -> bool:
        """Whether it equals a plain Python value as `==` would have it; a foreign value never does."""
        mine, other = canonical(self.node), canonical(encode(expected))
        return mine is not None and mine == other

    def show(self, limit: int = 400) -> str:
        """Return it as Python would write it, shortened for a person."""
        try:
            text = repr(self.plain())
        except (WireError, ValueError):
            text = canonical(self.node) or "<a value that cannot be shown>"
        return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _tags(node: Node) -> set[str]:
    if type(node) is not list:
        return set()
    return {node[0]}.union(*map(_tags, node[1:]))
