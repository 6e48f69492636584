"""Whether two expressions are equal, and which method was able to tell."""

from __future__ import annotations

import pytest

from evol.verifiers.math import equal_expressions, parse


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("1/2", "0.5", "exact_rational"),
        (
            "\\frac{1}{46}\\binom{2024}{990}+\\frac{1}{2}",
            "\\frac{\\binom{2024}{990}+23}{46}",
            "exact_rational",
        ),
        ("(x+1)^2", "x^2+2x+1", "rational_identity"),
        ("\\frac{x^2-1}{x-1}", "x+1", "rational_identity"),
        ("\\sqrt{8}", "2\\sqrt2", "numeric_equal"),
        ("\\sqrt{2}+\\sqrt{3}", "\\sqrt{5+2\\sqrt6}", "numeric_equal"),
        ("5 \\sqrt[3]{4}", "5 \\cdot 2^{2/3}", "numeric_equal"),
        ("e^{i\\pi}", "-1", "numeric_equal"),
        ("\\frac{\\log 2}{\\log 2-\\log 3}", "-\\frac{\\ln 2}{\\ln 3-\\ln 2}", "numeric_equal"),
        ("\\sin^2 x + \\cos^2 x", "1", "numeric_identity"),
        ("2 \\cdot 3^{n-1}", "\\frac{2}{3} 3^n", "numeric_identity"),
        ("n!", "n (n-1)!", "numeric_identity"),
        ("1.5 + 5.5(-1)^n", "\\frac{3+11(-1)^n}{2}", "rational_identity"),
    ],
)
def test_equal(one: str, other: str, reason: str) -> None:
    finding = equal_expressions(parse(one), parse(other))
    assert (finding.equal, finding.reason) == (True, reason)
    assert equal_expressions(parse(other), parse(one)) == finding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1/2^{2012}", "1/2^{2013}"),
        ("2^{2022}-1", "2^{2022}+1"),
        ("2^{2012}", "2^{2139}"),
        ("2^{10^{10}}", "2^{10^{10}}+1"),
        ("\\frac{2^{100}}{\\binom{100}{50}}-1", "\\binom{110}{50}"),
        ("(x+y+z+w+1)^{60}", "(x+y+z+w+1)^{60}+1"),
        ("x^{9900}", "x^{9901}"),
        ("\\sqrt{2}", "\\sqrt{2}+10^{-300}"),
        ("\\sqrt2", "1.4142135623730950488016887242096980785696718753769"),
        ("\\sqrt{x^2}", "x"),
        ("5+3i", "5-3i"),
        ("\\lfloor n/2 \\rfloor", "\\lfloor (n-1)/2 \\rfloor"),
        ("k!(k+1)!", "k!(k-1)!"),
        ("141_{13}", "141_{14}"),
        ("(ab)^2", "ab^2"),
    ],
)
def test_different(one: str, other: str) -> None:
    assert equal_expressions(parse(one), parse(other)).equal is False


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("\\frac{1}{0}", "\\frac{2}{0}", "undefined_value"),
        ("\\sqrt{xy}", "\\sqrt{x}\\sqrt{y}", "domain_differs"),
        ("\\log 2", "\\ln 2", "log_base"),
        ("\\int_0^1 e^x dx", "1/2", "not_evaluable"),
        ("9^{9^{9^{9}}}+x", "9^{9^{9^{9}}}", "too_large"),
        ("\\sum_{a=1}^{400}\\sum_{b=1}^{400} ab\\sqrt{a}", "5", "too_large"),
    ],
)
def test_what_cannot_be_told_stays_open(one: str, other: str, reason: str) -> None:
    finding = equal_expressions(parse(one), parse(other))
    assert (finding.equal, finding.reason) == (None, reason)


def test_no_constant_hides_a_difference_from_the_modular_test() -> None:
    # A grader with a published prime p would take x + p for x.
    for prime in (2**61 - 1, 2**127 - 1, 10**9 + 7, 998244353):
        assert equal_expressions(parse("x"), parse(f"x+{prime}")).equal is False
        assert equal_expressions(parse("2^n x"), parse(f"2^n x+{prime}x")).equal is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"|x - 90|", "90 - x"),
        (r"\sqrt{(x - 90)^2}", "90 - x"),
        (r"\lfloor mn/2000 \rfloor", r"\lfloor mn/2001 \rfloor"),
        (r"\max(x, -400)", "x"),
        (r"\min(x, 300)", "x"),
    ],
)
def test_functions_with_corners_are_told_apart_far_from_zero(one: str, other: str) -> None:
    assert not equal_expressions(parse(one), parse(other)).equal
