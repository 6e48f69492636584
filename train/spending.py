"""The caps of commands without a recipe (`evol eval`, `evol judge`): dollars need a price beside them."""

from __future__ import annotations

from typing import Protocol

from evol.errors import ConfigError
from evol.teacher.budget import NOTHING, Budget, Prices
from evol.types import Usage


class Capped(Protocol):
    """What a person may spend, in all sessions together; None is without a cap."""

    @property
    def max_calls(self) -> int | None:
        """Calls at most."""

    @property
    def max_tokens(self) -> int | None:
        """Tokens at most, prompts included."""

    @property
    def max_cost(self) -> float | None:
        """Dollars at most."""

    @property
    def prices(self) -> tuple[float, float] | None:
        """Dollars for a million prompt and completion tokens."""


def budget_of(capped: Capped, spent: Usage = NOTHING) -> Budget:
    """Return the budget of all calls together; raises ConfigError where a cap on cost lacks prices."""
    if capped.max_cost is not None and capped.prices is None:
        raise ConfigError("A cap on cost needs prices: give --price PROMPT COMPLETION.")
    return Budget(
        max_calls=capped.max_calls,
        max_tokens=capped.max_tokens,
        max_cost=capped.max_cost,
        prices=Prices(*capped.prices) if capped.prices else None,
        spent=spent,
    )
