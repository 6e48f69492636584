"""Caps on what a run may spend, and what it has spent so far.

A call is reserved at the most it can take before it is made, and settled at what the server
counted. A call that might pass a cap waits until the calls in flight have settled, so a cap is
kept without stopping early: calls exactly, tokens and dollars as far as the prompt's estimate
holds and the server keeps to `max_tokens`.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Final

from evol.errors import BudgetSpent, ConfigError
from evol.types import ChatRequest, Usage

# Byte-level tokenizers make about 4 bytes of English a token, and fewer of digits and code.
BYTES_PER_TOKEN: Final = 3
TOKENS_PER_MESSAGE: Final = 8
NOTHING: Final = Usage()


def dollars(amount: float) -> str:
    """Return an amount to the cent, or to two digits where it is less than a dollar."""
    digits = 2 if amount >= 1 or not amount else 1 - math.floor(math.log10(amount))
    return f"${amount:,.{digits}f}"


def text_tokens(text: str) -> int:
    """Estimate, rather high than low, the tokens of a text."""
    return -(-len(text.encode("utf-8", "surrogatepass")) // BYTES_PER_TOKEN)


def prompt_tokens(request: ChatRequest) -> int:
    """Estimate, rather high than low, the tokens of a request's messages in their chat template."""
    return sum(text_tokens(message.content) + TOKENS_PER_MESSAGE for message in request.messages)


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars for a million prompt and completion tokens."""

    prompt: float = 0.0
    completion: float = 0.0

    def cost(self, usage: Usage) -> float:
        """Return dollars."""
        return (usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion) / 1e6


class Budget:
    """What a run may spend in all; `spent` starts at what its earlier sessions spent.

    Raises ConfigError where dollars are capped and no prices say what a token costs.
    """

    def __init__(
        self,
        *,
        max_calls: int | None = None,
        max_tokens: int | None = None,
        max_cost: float | None = None,
        prices: Prices | None = None,
        spent: Usage = NOTHING,
    ) -> None:
        if max_cost is not None and prices is None:
            raise ConfigError(
                "A cap on cost needs prices: give `prices: {prompt: …, completion: …}`, in dollars for a "
                "million tokens, in a recipe (--config)."
            )
        self._caps: Final = (max_calls, max_tokens, max_cost)
        self._prices: Final = prices
        self.spent = spent
        self._held = NOTHING
        self._turn = asyncio.Lock()
        self._freed = asyncio.Event()

    @property
    def cost(self) -> float | None:
        """Dollars spent, or None where no prices are known."""
        return self._prices.cost(self.spent) if self._prices else None

    async def reserve(self, request: ChatRequest) -> Usage:
        """Set aside and return the most that a request can take.

        Waits, first come first served, while only calls in flight stand in the way. Raises
        BudgetSpent where the call might pass a cap although nothing is in flight.
        """
        if self._caps == (None, None, None):
            return NOTHING
        most = Usage(1, prompt_tokens(request), request.sampling.max_tokens)
        async with self._turn:
            while (cap := self._passed_by(most)) is not None:
                if not self._held.calls:
                    raise BudgetSpent(f"The run has spent its {cap}; give it a higher cap to go further.")
                self._freed.clear()
                await self._freed.wait()
            self._held += most
            return most

    def settle(self, reservation: Usage, usage: Usage) -> None:
        """Replace a reservation by what the call took."""
        self.spent += usage
        self.release(reservation)

    def release(self, reservation: Usage) -> None:
        """Give back a reservation whose call was not answered."""
        held = self._held
        self._held = Usage(
            held.calls - reservation.calls,
            held.prompt_tokens - reservation.prompt_tokens,
            held.completion_tokens - reservation.completion_tokens,
        )
        self._freed.set()

    def _passed_by(self, most: Usage) -> str | None:
        """Return the cap, in words, that could be passed if this much were spent as well."""
        max_calls, max_tokens, max_cost = self._caps
        total = self.spent + self._held + most
        if max_calls is not None and total.calls > max_calls:
            return f"{max_calls:,} calls"
        if max_tokens is not None and total.tokens > max_tokens:
            return (
                f"{max_tokens:,} tokens ({self.spent.tokens:,} used, the next call may take {most.tokens:,})"
            )
        if max_cost is not None and self._prices is not None and self._prices.cost(total) > max_cost:
            used, next_call = self._prices.cost(self.spent), self._prices.cost(most)
            return f"{dollars(max_cost)} ({dollars(used)} used, the next call may take {dollars(next_call)})"
        return None
