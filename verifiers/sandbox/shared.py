"""Lists, sets and dicts that both ends of a Judge job's socket hold, as copies that keep up with each other.

What the tests pass and the program keeps, and what they take from its objects, would be one
object in one process: a log handed to a decorator, a list that tests append to. Each end tells
the other, with its next message, what became of its copies.
"""

from __future__ import annotations

from collections.abc import Callable, Sized
from typing import Any, cast

from evol.verifiers.sandbox import values

MOST = 16
LARGEST = 1000


class Shared:
    """The copies of one end by their keys, each with the node that it had when both were alike."""

    __slots__ = ("_held", "_keys")

    def __init__(self) -> None:
        self._held: dict[int, tuple[Any, Any]] = {}
        self._keys: dict[int, int] = {}

    def __bool__(self) -> bool:
        return bool(self._held)

    def key_of(self, value: object) -> int | None:
        """Return the key of a copy held here, None for any other value."""
        return self._keys.get(id(value))

    def held(self, key: int) -> Any:
        """Return the copy of this key; raises KeyError."""
        return self._held[key][0]

    def hold(self, value: object, write: Callable[[Any], Any], key: int | None = None) -> int | None:
        """Keep up a copy from now on and return its key; None where that is one too many, or too large."""
        if type(value) not in values.MUTABLE:
            return None
        if key is None:
            if len(self._held) >= MOST or len(cast("Sized", value)) > LARGEST:
                return None
            key = len(self._held)
        self._held[key], self._keys[id(value)] = (value, write(value)), key
        return key

    def changes(self, write: Callable[[Any], Any]) -> list[list[Any]]:
        """Return [key, node] of each copy that has changed since the other end last knew it."""
        found = []
        for key, (value, known) in self._held.items():
            node = write(value)
            if node != known:
                found.append([key, node])
                self._held[key] = (value, node)
        return found

    def apply(
        self, changes: list[list[Any]], read: Callable[[Any], Any], write: Callable[[Any], Any]
    ) -> None:
        """Bring copies up to what the other end told of; raises KeyError for one that is not held."""
        for key, node in changes:
            value, _ = self._held[key]
            values.update(value, read(node))
            self._held[key] = (value, write(value))
