"""Intervals, pass@k and paired tests, held to published values and to enumeration."""

from __future__ import annotations

import itertools
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.train.evaluation.statistics import (
    holm,
    mcnemar,
    mean_over_problems,
    pass_at_k,
    share_of_problems,
    sign_flip,
    wilson,
)


def test_wilson_gives_the_published_interval() -> None:
    # Newcombe 1998, table I, method 3 (score without continuity correction).
    for successes, trials, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
    ):
        found = wilson(successes, trials)
        assert found.low == pytest.approx(low, abs=5e-5)
        assert found.high == pytest.approx(high, abs=5e-5)


@given(st.integers(1, 9), st.data())
def test_pass_at_k_is_the_share_of_draws_with_a_right_one(samples: int, data: st.DataObject) -> None:
    right, k = data.draw(st.integers(0, samples)), data.draw(st.integers(1, samples))
    draws = list(itertools.combinations(range(samples), k))
    hit = sum(any(member < right for member in draw) for draw in draws)
    assert pass_at_k(samples, right, k) == pytest.approx(hit / len(draws))


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_mcnemar_is_the_two_sided_binomial_test(pairs: list[tuple[bool, bool]]) -> None:
    found = mcnemar([a for a, _ in pairs], [b for _, b in pairs])
    n, smaller = found.only_first + found.only_second, min(found.only_first, found.only_second)
    expected = min(1.0, 2 * sum(comb(n, i) for i in range(smaller + 1)) / 2**n)
    assert found.p == pytest.approx(expected)
    mirrored = mcnemar([b for _, b in pairs], [a for a, _ in pairs])
    assert (mirrored.only_first, mirrored.only_second, mirrored.p) == (
        found.only_second,
        found.only_first,
        found.p,
    )


def test_an_interval_over_problems_holds_its_mean_and_is_the_same_again() -> None:
    values = [0.0, 0.25, 0.5, 1.0] * 10
    found = mean_over_problems(values)
    assert found.value == pytest.approx(0.4375)
    assert found.low < found.value < found.high
    assert mean_over_problems(values) == found


def test_a_share_of_problems_that_all_passed_has_an_interval_with_width() -> None:
    assert share_of_problems([1.0] * 20) == wilson(20, 20)
    assert share_of_problems([1.0] * 20).low < 0.9


def test_signs_flipped_tell_a_gain_from_none() -> None:
    assert sign_flip([0.5] * 20) < 0.001
    assert sign_flip([0.5, -0.5] * 10) > 0.5
    assert sign_flip([0.0] * 20) == 1.0


def test_holm_adjusts_as_in_its_paper() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
