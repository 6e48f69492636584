"""What notation means: each kind of text against the value or form it stands for."""

from __future__ import annotations

from fractions import Fraction

import pytest

from evol.verifiers.math import MathError, evaluate, parse
from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.nodes import Builder, Matrix, Quantity, Relation, Seq, SetOp


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 1/2", Fraction(3, 2)),
        ("-3\\frac12", Fraction(-7, 2)),
        ("3 \\frac{3}{8}", Fraction(27, 8)),
        ("\\frac12", Fraction(1, 2)),
        ("\\frac 59", Fraction(5, 9)),
        ("\\frac1{10}", Fraction(1, 10)),
        ("1,000.5", Fraction(2001, 2)),
        ("11,\\! 111,\\! 100", Fraction(11111100)),
        ("1 000 000", Fraction(1000000)),
        ("1{,}000", Fraction(1000)),
        ("0.1\\overline{6}", Fraction(1, 6)),
        (".5", Fraction(1, 2)),
        ("1.5e3", Fraction(1500)),
        ("1.5 × 10³", Fraction(1500)),
        ("2^3^2", Fraction(512)),
        ("-2^2", Fraction(-4)),
        ("2 \\cdot 3 + 4", Fraction(10)),
        ("8 / 2 / 2", Fraction(2)),
        ("3:4", Fraction(3, 4)),
        ("5!", Fraction(120)),
        ("7!!", Fraction(105)),
        ("\\binom{5}{2}", Fraction(10)),
        ("17 \\bmod 5", Fraction(2)),
        ("\\gcd(12, 18)", Fraction(6)),
        ("\\sum_{k=1}^{10} k", Fraction(55)),
        ("\\prod_{k=1}^{4} k", Fraction(24)),
        ("\\lfloor 3.7 \\rfloor", Fraction(3)),
        ("\\left|-5\\right|", Fraction(5)),
        ("4210_{7}", Fraction(1477)),
        ("50\\%", Fraction(1, 2)),
        ("½", Fraction(1, 2)),
        ("3½", Fraction(7, 2)),
        ("１２", Fraction(12)),
        ("\\text{13}", Fraction(13)),
        ("\\sqrt{16}", Fraction(4)),
        ("\\sqrt[3]{-8}", Fraction(-2)),
        ("\\frac{5055}{2^{15}", Fraction(5055, 2**15)),
        ("seven", Fraction(7)),
    ],
)
def test_a_number_in_any_notation_has_its_value(text: str, value: Fraction) -> None:
    assert evaluate(parse(text)) == value


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2x", "x*2"),
        ("2x", "x \\cdot 2"),
        ("x²", "x^{2}"),
        ("2√3", "2\\sqrt{3}"),
        ("\\sin^2 x", "(\\sin x)^2"),
        ("\\sin^{-1} x", "\\arcsin x"),
        ("2 \\sin b \\cos a", "2 \\sin(b) \\cdot \\cos(a)"),
        ("\\log_2 8", "\\log_{2}(8)"),
        ("v^2_0", "v_0^2"),
        ("x_1", "x_{1}"),
        ("n 2^{n-2}", "n \\cdot 2^{n-2}"),
        ("x \\leq 5", "x ≤ 5"),
        ("x ** 2", "x^2"),
        ("\\pi r", "π r"),
        ("\\sum_{k=0}^{n} F_k F_{n-k}", "\\sum_{k=0}^{n} F_{n-k} F_k"),
    ],
)
def test_two_spellings_have_one_normal_form(one: str, other: str) -> None:
    assert canonical(parse(one)) == canonical(parse(other))


@pytest.mark.parametrize(
    ("one", "other"), [("(ab)^2", "ab^2"), ("2^{xy}", "2^x y"), ("a-(b-c)", "a-b-c"), ("x_1", "x_{12}")]
)
def test_different_expressions_never_share_a_normal_form(one: str, other: str) -> None:
    assert canonical(parse(one)) != canonical(parse(other))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("[1, 2)", Seq),
        ("1, 2", Seq),
        ("\\{1, 2\\}", Seq),
        ("A and D", Seq),
        ("(-\\infty, 1] \\cup [10, \\infty)", SetOp),
        ("\\{x \\mid x > 2\\}", Builder),
        ("\\{x : x > 2\\}", Builder),
        ("-2 \\le x \\le 7", Relation),
        ("Paolo: 18", Relation),
        ("\\begin{pmatrix}1 & 0 \\\\ 0 & 1\\end{pmatrix}", Matrix),
        ("8\\sqrt3 \\text{ square inches}", Quantity),
        ("9 \\pmod{11}", Quantity),
        ("\\$12.55", Quantity),
    ],
)
def test_structures_are_recognised(text: str, kind: type) -> None:
    assert isinstance(parse(text), kind)


@pytest.mark.parametrize(
    "text", ["", "}}}{{{", "1 2", "(1", "\\frac{1}", "x where x > 0", "\\left(1", "\x01"]
)
def test_what_is_no_notation_is_refused(text: str) -> None:
    with pytest.raises(MathError):
        parse(text)


def test_universal_clauses_say_nothing_more_and_are_dropped() -> None:
    assert canonical(parse("n^2 \\text{ for all positive integers } n")) == canonical(parse("n^2"))


@pytest.mark.parametrize("text", ["(" * 500 + "1" + ")" * 500, "9" * 3_000, "x+" * 1_500, "1e99999999"])
def test_sizes_are_capped_before_anything_is_computed(text: str) -> None:
    with pytest.raises(MathError) as refused:
        parse(text)
    assert refused.value.reason == "too_large"
