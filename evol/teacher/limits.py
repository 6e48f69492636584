"""How many requests may be in flight, and how long to wait before asking again.

`AdaptiveLimit` gives way to a server that pushes back (429, 503) and comes back by itself;
`Patience` is the exponential backoff with full jitter of Brooker (AWS Architecture Blog, 2015).
"""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

# Below this share of refusals a smaller limit would cost more than asking again does: a server
# that refuses at random keeps its throughput, one that is over its capacity is relieved.
TOLERATED: Final = 0.2
DECREASE: Final = 0.7
SMALLEST_WINDOW: Final = 20


class AdaptiveLimit:
    """A gate for at most `most` requests at once, fewer while the server pushes back.

    Additive increase, multiplicative decrease over windows of as many answers as the limit lets
    in flight: a window with more than `TOLERATED` refusals shrinks the limit, any other raises it
    by one. Requests that were let in before a decrease do not count for the next. First come,
    first served.
    """

    def __init__(self, most: int) -> None:
        self.most: Final = most
        self._limit = float(most)
        self._in_flight = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._epoch = 0
        self._answers = self._refusals = 0

    @property
    def limit(self) -> int:
        """How many requests may be in flight now."""
        return int(self._limit)

    @property
    def in_flight(self) -> int:
        """How many requests are in flight now."""
        return self._in_flight

    async def enter(self) -> int:
        """Wait for a place and return a ticket for `leave`."""
        if self._in_flight < self.limit and not self._waiting:
            self._in_flight += 1
            return self._epoch
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            await place
        except asyncio.CancelledError:
            self._give_up(place)
            raise
        return self._epoch

    def leave(self, ticket: int, *, refused: bool) -> None:
        """Free a place; `refused` says that the server pushed back."""
        self._in_flight -= 1
        if ticket == self._epoch:
            self._count(refused=refused)
        self._admit()

    def _count(self, *, refused: bool) -> None:
        self._answers += 1
        self._refusals += refused
        window = max(self.limit, SMALLEST_WINDOW)
        if self._refusals > TOLERATED * window:
            self._limit = max(1.0, self._limit * DECREASE)
            self._epoch += 1
        elif self._answers >= window:
            self._limit = min(float(self.most), self._limit + 1)
        else:
            return
        self._answers = self._refusals = 0

    def _admit(self) -> None:
        while self._waiting and self._in_flight < self.limit:
            place = self._waiting.popleft()
            if not place.done():
                self._in_flight += 1
                place.set_result(None)

    def _give_up(self, place: asyncio.Future[None]) -> None:
        """Pass on the place of a waiter that was cancelled, if it had just been given one."""
        if place.done() and not place.cancelled():
            self._in_flight -= 1
            self._admit()


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long a request is tried again.

    A fault counts against `attempts`; a refusal for now (429) only against `seconds`, which
    bounds both. The n-th pause is drawn from 0 to `first_s` · 2ⁿ, at most `longest_s`; where the
    server names a pause, that much is added to it. The clock and the dice can be replaced.
    """

    attempts: int = 8
    seconds: float = 600.0
    first_s: float = 0.5
    longest_s: float = 30.0
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    dice: Callable[[], float] = random.random

    def pause(self, tries: int, named_s: float | None) -> float:
        """Return the seconds to wait after the `tries`-th try (counted from 1)."""
        longest = self.first_s if named_s is not None else self.first_s * 2 ** min(tries - 1, 30)
        return (named_s or 0.0) + self.dice() * min(longest, self.longest_s)


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` of RFC 9110.

    The latter is seconds or a date, which is compared with `now` (seconds since 1970).
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        if 0 <= seconds < float("inf"):
            return seconds
    try:
        date = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        return max(0.0, date.timestamp() - now())
    except (ValueError, OverflowError):
        return None
