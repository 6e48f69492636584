"""What a step is: something that a task can be asked in addition, in words and as code.

A step wraps the program so far. `before` changes an argument on its way in, `after` the result on
its way out, `over` makes a new function that calls the program for many arguments. The words say
what comes first, so that three generations of steps still have one meaning.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """A change of one argument: `words` and `code` speak of it as `{arg}`, and of a drawn number as `{k}`.

    `special` makes an argument on which the step shows out of one on which it does not. Without
    `code` the step is a condition, `refuses`, on which ValueError must be raised.
    """

    name: str
    kinds: frozenset[str]
    words: str
    code: str
    special: Callable[[Any, Random], Any]
    refuses: str = ""


@dataclass(frozen=True, slots=True)
class After:
    """A change of the result, which `code` calls `result`."""

    name: str
    kinds: frozenset[str]
    words: str
    code: str


@dataclass(frozen=True, slots=True)
class Over:
    """A new function over a list of values for the first parameter, all others alike.

    `words` says what it returns; `code` has the results in the list `results`, and the values in
    `values`. `suffix` names the new function.
    """

    name: str
    kinds: frozenset[str]
    suffix: str
    words: str
    code: str


def of(*names: str) -> frozenset[str]:
    """Return kinds of values as a set."""
    return frozenset(names)
