"""Marks around a value that say nothing, and sets whose values a builder lists."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, compare


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"14\ \checkmark", "14"),
        (r"14 \quad \blacksquare", "14"),
        ("14 ✓", "14"),
        (r"2\hat{i}-7\hat{j}", r"2\mathbf{i}-7\mathbf{j}"),
        (r"\vec{i}+\vec{j}+\vec{k}", r"\hat{\imath}+\hat{\jmath}+\hat{k}"),
        (r"12 \frac{\text{km}}{\text{h}}", "12 km/h"),
        (r"{}^{3}/_{8}", r"\frac38"),
        (r"12~500", "12500"),
        (r"3 \uppi", r"3\pi"),
        (r"$4.5\cdot 10^{2}$ m", "450 m"),
        (r"\{3n : n = 1, 2, 3\}", r"\{3, 6, 9\}"),
        (r"\{3n \mid n \in \{1, 2, 3\}\}", r"\{3, 6, 9\}"),
        (r"\{n^2 : n\in\mathbb{Z}, 0 \le n < 4\}", r"\{0, 1, 4, 9\}"),
        (r"\{x\in\mathbb{Z} : -2 < x < 2\}", r"\{-1, 0, 1\}"),
    ],
)
def test_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=LENIENT, last_resort=False)
        assert verdict.accepted, verdict.reason


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"2\hat{i}-7\hat{j}", r"7\mathbf{i}-2\mathbf{j}"),
        (r"2\hat{x}", "2x"),
        (r"12 \frac{\text{km}}{\text{h}}", "12 m/h"),
        (r"{}^{3}/_{8}", r"\frac83"),
        (r"1~25", "125"),
        (r"\{3n : n = 1, 2, 3\}", r"\{1, 2, 3\}"),
        (r"\{x\in\mathbb{Z} : -2 < x < 2\}", "(-2, 2)"),
        (r"\{x\in\mathbb{Z} : -2 < x < 2\}", r"\{-2, -1, 0, 1, 2\}"),
        (r"\{x : -2 < x < 2\}", r"\{-1, 0, 1\}"),
    ],
)
def test_not_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert not compare(a, b, profile=LENIENT, last_resort=False).accepted
