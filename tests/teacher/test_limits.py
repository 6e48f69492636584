"""How many requests are let in while a server pushes back, and how long a pause is."""

from __future__ import annotations

import asyncio
import random

import pytest

from evol.teacher.limits import AdaptiveLimit, Patience, retry_after


async def settle() -> None:
    """Let every task that can go on do so."""
    for _ in range(5):
        await asyncio.sleep(0)


async def rounds(gate: AdaptiveLimit, server, count: int) -> int:
    """Play rounds in which the gate is filled and `server(in flight)` refuses some; return refusals."""
    total = 0
    for _ in range(count):
        tickets = [await gate.enter() for _ in range(gate.limit)]
        refusals = server(len(tickets))
        total += sum(refusals)
        for ticket, refused in zip(tickets, refusals, strict=True):
            gate.leave(ticket, refused=refused)
    return total


def over(capacity: int):
    """Return a server that refuses what is over its capacity."""
    return lambda n: [i >= capacity for i in range(n)]


def test_all_places_are_given_while_nobody_pushes_back():
    gate = AdaptiveLimit(64)
    asyncio.run(rounds(gate, over(1000), 50))
    assert gate.limit == 64
    assert gate.in_flight == 0


@pytest.mark.parametrize("capacity", [1, 8, 30])
def test_the_limit_comes_down_to_what_the_server_takes(capacity):
    gate = AdaptiveLimit(64)
    asyncio.run(rounds(gate, over(capacity), 200))
    assert 1 <= gate.limit <= 1.6 * capacity + 1
    refused = asyncio.run(rounds(gate, over(capacity), 100))
    assert refused <= 0.5 * 100 * gate.limit


def test_the_limit_comes_back_when_the_server_does():
    gate = AdaptiveLimit(64)
    asyncio.run(rounds(gate, over(4), 100))
    asyncio.run(rounds(gate, over(1000), 500))
    assert gate.limit == 64


def test_refusals_at_random_hardly_lower_the_limit():
    dice, gate = random.Random(0), AdaptiveLimit(64)
    limits = []
    for _ in range(200):
        asyncio.run(rounds(gate, lambda n: [dice.random() < 0.05 for _ in range(n)], 1))
        limits.append(gate.limit)
    assert sum(limits) / len(limits) > 60


def test_refusals_of_requests_let_in_before_a_decrease_count_once():
    async def burst() -> int:
        gate = AdaptiveLimit(64)
        for ticket in [await gate.enter() for _ in range(64)]:
            gate.leave(ticket, refused=True)
        return gate.limit

    assert asyncio.run(burst()) == int(64 * 0.7)


def test_waiters_are_let_in_as_they_came():
    async def queue() -> list[int]:
        gate, order = AdaptiveLimit(1), []

        async def visit(number: int) -> None:
            ticket = await gate.enter()
            order.append(number)
            await asyncio.sleep(0)
            gate.leave(ticket, refused=False)

        await asyncio.gather(*[visit(number) for number in range(20)])
        return order

    assert asyncio.run(queue()) == list(range(20))


def test_a_waiter_that_is_cancelled_gives_its_place_away():
    async def queue() -> int:
        gate = AdaptiveLimit(1)
        ticket = await gate.enter()
        first, second, third = (asyncio.create_task(gate.enter()) for _ in range(3))
        await settle()
        first.cancel()
        await settle()
        gate.leave(ticket, refused=False)
        second.cancel()
        await settle()
        gate.leave(await third, refused=False)
        return gate.in_flight

    assert asyncio.run(queue()) == 0


def test_pauses_double_up_to_the_longest_and_are_drawn_from_zero():
    patience = Patience(dice=lambda: 1.0)
    assert [patience.pause(n, None) for n in (1, 2, 3, 7, 5000)] == [0.5, 1.0, 2.0, 30.0, 30.0]
    assert Patience(dice=lambda: 0.0).pause(9, None) == 0


def test_a_named_pause_is_never_cut_short():
    assert Patience(dice=lambda: 0.0).pause(3, 12.0) == 12.0
    assert Patience(dice=lambda: 1.0).pause(3, 12.0) == 12.5


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "3", "retry-after-ms": "250"}, 0.25),
        ({"retry-after": "0", "retry-after-ms": "x"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:10 GMT"}, 10.0),
        ({"retry-after": "Wed, 21 Oct 2015 07:27:00 GMT"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "next week"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(headers, seconds):
    assert retry_after(headers, now=lambda: 1445412480.0) == seconds
