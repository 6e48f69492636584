"""Caps are reached and not passed, at any number of calls in flight."""

from __future__ import annotations

import asyncio

import pytest

from evol.errors import BudgetSpent, ConfigError
from evol.teacher.budget import Budget, Prices, dollars, prompt_tokens, text_tokens
from evol.types import ChatRequest, Message, Sampling, Usage

PRICES = Prices(prompt=1.0, completion=2.0)


def ask(text: str = "What is two and two?", most: int = 100) -> ChatRequest:
    return ChatRequest((Message("user", text),), Sampling(max_tokens=most))


async def spend(budget: Budget, callers: int, taken: Usage, *, fail: bool = False) -> int:
    """Let callers call until the budget stops them; return how many were in flight at most."""
    flying = most = 0

    async def call() -> None:
        nonlocal flying, most
        while True:
            reservation = await budget.reserve(ask())
            flying += 1
            most = max(most, flying)
            await asyncio.sleep(0)
            flying -= 1
            if fail:
                budget.release(reservation)
                return
            budget.settle(reservation, taken)

    results = await asyncio.gather(*[call() for _ in range(callers)], return_exceptions=True)
    assert all(fail or isinstance(result, BudgetSpent) for result in results)
    return most


@pytest.mark.parametrize("callers", [1, 7, 64])
def test_calls_are_capped_exactly(callers):
    budget = Budget(max_calls=50, spent=Usage(calls=8))
    asyncio.run(spend(budget, callers, Usage(1, 10, 10)))
    assert budget.spent.calls == 50


@pytest.mark.parametrize("callers", [1, 7, 64])
def test_tokens_are_capped_below_by_less_than_one_call(callers):
    budget = Budget(max_tokens=10_000)
    most = asyncio.run(spend(budget, callers, Usage(1, 12, 40)))
    assert 10_000 - prompt_tokens(ask()) - 100 < budget.spent.tokens <= 10_000
    assert most == callers


@pytest.mark.parametrize("callers", [1, 7, 64])
def test_dollars_are_capped_below_by_less_than_one_call(callers):
    budget = Budget(max_cost=0.02, prices=PRICES)
    asyncio.run(spend(budget, callers, Usage(1, 12, 40)))
    assert 0.02 - PRICES.cost(Usage(1, prompt_tokens(ask()), 100)) < budget.cost <= 0.02


def test_a_call_larger_than_the_rest_waits_for_those_in_flight_and_no_longer():
    async def scene() -> Usage:
        budget = Budget(max_tokens=250)
        first = await budget.reserve(ask())
        second = asyncio.create_task(budget.reserve(ask(most=150)))
        await asyncio.sleep(0)
        assert not second.done()
        budget.settle(first, Usage(1, 10, 10))
        return await second

    assert asyncio.run(scene()).completion_tokens == 150


def test_calls_that_fail_are_given_back():
    async def scene() -> list[Usage]:
        budget = Budget(max_calls=5)
        await spend(budget, 20, Usage(), fail=True)
        failed = budget.spent
        await spend(budget, 3, Usage(1, 1, 1))
        return [failed, budget.spent]

    assert asyncio.run(scene()) == [Usage(), Usage(5, 5, 5)]


def test_the_message_names_the_cap():
    with pytest.raises(BudgetSpent, match="50 calls"):
        asyncio.run(Budget(max_calls=50, spent=Usage(calls=50)).reserve(ask()))
    with pytest.raises(BudgetSpent, match=r"\$1.00 \(\$1.00 used"):
        asyncio.run(Budget(max_cost=1, prices=PRICES, spent=Usage(9, 1_000_000, 0)).reserve(ask()))


def test_without_caps_nothing_waits_and_everything_is_counted():
    async def scene() -> Budget:
        budget = Budget(prices=PRICES)
        for reservation in [await budget.reserve(ask()) for _ in range(100)]:
            budget.settle(reservation, Usage(1, 1000, 500))
        return budget

    budget = asyncio.run(scene())
    assert budget.spent == Usage(100, 100_000, 50_000)
    assert budget.cost == pytest.approx(0.2)


def test_without_prices_there_is_no_cost_to_show_and_none_to_cap():
    assert Budget(spent=Usage(1, 1, 1)).cost is None
    with pytest.raises(ConfigError, match="prices"):
        Budget(max_cost=1.0)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("The quick brown fox jumps over the lazy dog.", 10, 16),
        ("12345 + 67890 = 80235", 7, 21),
        ("四加四等于八", 4, 12),
        ("\ud83d", 1, 3),
    ],
)
def test_tokens_are_estimated_rather_high(text, least, most):
    assert least <= text_tokens(text) <= most


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "$0.00"),
        (1234.5, "$1,234.50"),
        (1, "$1.00"),
        (0.5, "$0.50"),
        (0.004, "$0.0040"),
        (3.21e-6, "$0.0000032"),
    ],
)
def test_small_amounts_are_not_rounded_to_nothing(amount, text):
    assert dollars(amount) == text
