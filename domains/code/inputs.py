"""Arguments to try a program on: those that are given, and variations that stay within their kind.

A variation must not leave what the task is about: a list that was ascending stays so, a number stays
between those that were seen. So lists and texts only lose items, and numbers only lie between.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any, Final

VARIED: Final = 14


def varied(arguments: Sequence[tuple[Any, ...]], rng: Random) -> list[tuple[Any, ...]]:
    """Return the given arguments and further ones like them, each once."""
    pools = [list(column) for column in zip(*arguments, strict=True)]
    found = {repr(args): args for args in arguments}
    for _ in range(VARIED):
        base = rng.choice(arguments)
        place = rng.randrange(len(base))
        changed = list(copy.deepcopy(base))
        changed[place] = _variant(changed[place], pools[place], rng)
        found.setdefault(repr(tuple(changed)), tuple(changed))
    return list(found.values())


def _variant(value: Any, pool: Sequence[Any], rng: Random) -> Any:
    if type(value) is int:
        whole = [other for other in pool if type(other) is int]
        return rng.randint(min(whole), max(whole))
    if isinstance(value, str | list) and len(value) > 1:
        cut = rng.randrange(1, len(value))
        without = [*value[: cut - 1], *value[cut:]]
        shorter = "".join(without) if isinstance(value, str) else without
        return rng.choice([value[:cut], value[cut:], shorter])
    return copy.deepcopy(rng.choice(list(pool)))
