"""Bare answers of every kind: what is equal under both profiles, under one, under none."""

from __future__ import annotations

import pytest

from evol.types import Outcome
from evol.verifiers.math import LENIENT, MEASURED, STRICT, compare

BOTH = [
    ("5", "5.0"),
    ("1/2", "0.5"),
    ("1000", "1,000"),
    ("\\$10", "10"),
    ("50\\%", "1/2"),
    ("62.5%", "\\dfrac{5}{8}"),
    ("5 cm", "50 mm"),
    ("60 mph", "60 miles per hour"),
    ("15\\mbox{ cm}^2", "15 square cm"),
    ("\\$0.50", "50 cents"),
    ("5 hours", "5"),
    ("90^\\circ", "90"),
    ("\\frac{\\pi}{6}", "30^\\circ"),
    ("x=5", "5"),
    ("f(x)=x+1", "x+1"),
    ("|AB|=1", "1"),
    ("\\frac{NO}{BO}=\\frac{1}{\\sqrt{6}}", "\\frac{\\sqrt6}{6}"),
    ("z = 1 + 1 = 2", "2"),
    ("\\frac{1+\\sqrt{97}}{8} \\approx 1.36", "\\frac{1+\\sqrt{97}}{8}"),
    ("x=3, y=4", "y=4, x=3"),
    ("p=5,q=2 \\text{ and } p=7,q=2", "p=7,q=2; p=5,q=2"),
    ("(x, y) = (3, 4)", "x=3, y=4"),
    ("2x+4y-3=0", "y=-\\frac{1}{2}x+\\frac{3}{4}"),
    ("34x+45y-20z+100=0", "-34x-45y+20z-100=0"),
    ("x < 1", "-x > -1"),
    ("x > 5", "(5, \\infty)"),
    ("-2 \\le x \\le 7", "[-2, 7]"),
    ("x \\in [0.5, \\infty)", "[1/2, \\infty)"),
    ("1\\leq|z|\\leq \\frac{3}{2}", "z \\in [-\\frac32, -1] \\cup [1, \\frac32]"),
    ("\\{x | x < \\frac{3}{2}\\} - \\{-6\\}", "(-\\infty, -6) \\cup (-6, \\frac32)"),
    ("a \\leq -2 \\text{ or } a = 1", "(-\\infty, -2] \\cup \\{1\\}"),
    ("x \\neq 3", "(-\\infty, 3) \\cup (3, \\infty)"),
    ("[k\\pi - \\frac{\\pi}{2}, k\\pi]", "[\\pi(k - \\frac12), \\pi k]"),
    ("\\{1, 2, 3\\}", "\\{3, 1, 2\\}"),
    ("\\{1, 1, 2\\}", "\\{1, 2\\}"),
    ("\\pm 3", "3, -3"),
    ("1 \\pm \\sqrt{19}", "1 - \\sqrt{19}, 1 + \\sqrt{19}"),
    ("x = 2 \\text{ or } x = -3", "x = -3 \\text{ or } x = 2"),
    ("(\\sqrt2, 0), (-\\sqrt2, 0)", "(\\pm\\sqrt2, 0)"),
    ("\\begin{pmatrix} 1/5 \\\\ -18/5 \\end{pmatrix}", "\\begin{bmatrix} 0.2 \\\\ -3.6 \\end{bmatrix}"),
    ("\\begin{cases} x & x>0 \\\\ -x & x \\le 0\\end{cases}",
     "\\begin{cases} x & \\text{if } x>0 \\\\ -x & \\text{if } x \\le 0\\end{cases}"),
    ("(C)", "C"),
    ("\\text{(C)}", "C."),
    ("(D) Alina", "D"),
    ("A and D", "D, A"),
    ("3:30 PM", "15:30"),
    ("March 5, 2020", "5 March 2020"),
    ("2:1", "4:2"),
    ("\\text{Even}", "even"),
    ("The result is odd", "result: odd"),
    ("4210_{7}", "4210_7"),
    ("1011_2", "11"),
    ("5.4 \\text{ square units}", "\\frac{27}{5}"),
    ("\\begin{matrix} 8 \\\\ \\\\ \\times \\\\ \\\\ \\sqrt{ \\\\ 10 \\\\ } \\end{matrix}", "8\\sqrt{10}"),
    ("0.111", ".111"),
    ("3 m/s", "3"),
    ("3 m/s", "10.8 km/h"),
    ("5\\,m/s^2", "5 \\text{ meters per second squared}"),
    ("12 \\frac{g}{mL}", "12000 g/L"),
    ("\\tan A = \\frac34", "0.75"),
    ("\\cos\\theta = \\frac12", "\\frac12"),
    ("\\sqrt{\\log_2 P} = 4\\sqrt3", "4\\sqrt3"),
    ("2 hours 30 minutes", "2.5 hours"),
    ("5 ft 6 in", "66 inches"),
    ("\\$4.50", "4 dollars and 50 cents"),
    ("3.5 km", "3500 m"),
    ("50¢", "\\$0.50"),
    ("3:4:5", "6:8:10"),
    ("x \\equiv 3 \\pmod 5", "3 \\bmod 5"),
    ("17 \\pmod{10}", "7 \\pmod{10}"),
    ("17 \\bmod 5", "2"),
    ("2 \\text{ to } 3", "2:3"),
    ("1.5 million", "1500000"),
    ("twenty-five", "25"),
    ("\\text{two thirds}", "\\frac23"),
    ("{10 \\choose 3}", "120"),
    ("1A_{16}", "26"),
    ("\\ge 3", "\\geq 3"),
    ("\\approx 3.14", "3.14"),
    ("\\frac73 \\text{ (about } 2.33)", "\\frac73"),
    ("\\sqrt2 (\\approx 1.414)", "\\sqrt2"),
    ("x=1, y=2 \\text{ or } x=2, y=1", "(2,1),(1,2)"),
    ("\\mathbb{R}", "all real numbers"),
    ("\\emptyset", "\\text{no solution}"),
    ("No solutions", "\\text{no solution}"),
    ("Yes", "\\text{Yes, it is possible}"),
    ("C", "Option C"),
    ("Monday", "\\text{on Monday}"),
    ("red", "\\text{Red}"),
    ("8 boys, 12 girls", "8 \\text{ boys}, 12 \\text{ girls}"),
    ("8 boys, 12 girls", "12 girls and 8 boys"),
    ("Tom: 5, Ann: 7", "5, 7"),
    ("1, 2, \\ldots, 10", "1, 2, ..., 10"),
    ("\\max = 7", "7"),
    ("\\frac{mg}{k}", "\\frac{m g}{k}"),
    ("\\{1, \\dots, n\\}", "\\{1, \\ldots, n\\}"),
]  # fmt: skip
LENIENT_ONLY = [
    ("1, 2", "2, 1"),
    ("7, 14, 18", "Paolo: 18, Qing: 14, Rayna: 7"),
    ("28\\%", "28"),
    ("\\frac{600}{7}", "85.71"),
    ("6.67", "20:3"),
    ("41.4\\%", "\\sqrt2 - 1"),
    ("40\\pi", "125.663"),
    ("2.653 \\ \\mathrm{m}", "2.65"),
    ("2^k", "2^n"),
    ("f(n) = 2n+1007", "f(m) = 2m+1007"),
    ("x = \\frac{\\pi}{6} + \\pi k", "\\frac{\\pi}{6} + n\\pi"),
    ("1000,99", "1000.99"),
    ("\\log 100", "2"),
    ("\\sqrt{xy}", "\\sqrt{x}\\sqrt{y}"),
    ("\\begin{pmatrix} -7 \\\\ 16 \\\\ 5 \\end{pmatrix}", "(-7, 16, 5)"),
    ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "[[1,2],[3,4]]"),
    ("(1, 3)", "1, 3"),
    ("\\{5\\}", "5"),
    ("5 apples", "5 fruits"),
    ("\\rho \\sin\\theta = \\sqrt{3}", "\\sqrt{3} \\csc\\theta"),
    ("Petya will receive the last token.", "Petya"),
    ("3F_{20} + 1", "3 \\cdot 6765 + 1"),
    ("C_{10}^{3}", "120"),
    ("C(10, 3) + 1", "121"),
    ("C_n^2", "\\frac{n(n-1)}{2}"),
    ("2k+1, k \\in \\mathbb{Z}", "2n+1"),
    ("x = \\pi k", "n\\pi, \\text{ where } n \\text{ is an integer}"),
    ("\\pi k \\ (k \\in \\mathbb{Z})", "\\pi k"),
    ("x \\ge 3", "\\ge 3"),
    ("\\{1, 1 + \\omega\\}", "1, \\frac{1 + i\\sqrt{3}}{2}"),
]
DIFFERENT = [
    ("5400", "540000"),
    ("0.076", "7.6"),
    ("7.2\\%", "7.3\\%"),
    ("7.2\\%", "720"),
    ("\\frac{1}{3}", "0.3"),
    ("3.15", "\\pi"),
    ("5 cm", "5 \\text{ m}"),
    ("5 cm", "5 m"),
    ("5 \\text{ cm}", "5 \\text{ cm}^2"),
    ("5 dollars", "5 cents"),
    ("\\frac{\\pi}{6}", "60^\\circ"),
    ("x=5", "6"),
    ("7 = 11a+c", "11a+c"),
    ("a + 3z = 0", "0"),
    ("x=3, y=4", "x=4, y=3"),
    ("x+y=1", "x+y=2"),
    ("x \\geq 5", "x \\leq 5"),
    ("x \\geq 5", "x > 5"),
    ("x \\geq 5", "(5, \\infty)"),
    ("(-5, \\sqrt{26}]", "[-5, \\sqrt{26}]"),
    ("(1, 4-\\sqrt3) \\cup (4+\\sqrt3, 7)", "(1, 4+\\sqrt3) \\cup (4+\\sqrt3, 7)"),
    ("(1, 2)", "(2, 1)"),
    ("(1, 2)", "[1, 2]"),
    ("[x, x + 1]", "[x + 1, x]"),
    ("1, -2", "1"),
    ("16, 3, 1, 1", "16, 3, 1"),
    ("4, -2+3i, -2-3i", "4, -2+3i, -2+3i"),
    ("\\pm 3", "3"),
    ("\\sqrt{67}, -\\sqrt{85}", "\\sqrt{67}"),
    ("(3, 1)", "{1, 3}"),
    ("\\begin{pmatrix}1 & 2 \\\\ 3 & 4\\end{pmatrix}", "\\begin{pmatrix}1 & 2 \\\\ 3 & 5\\end{pmatrix}"),
    ("12:00", "1:00"),
    ("1:03 PM", "1:04 PM"),
    ("March 5, 2020", "March 6, 2020"),
    ("2:1", "1"),
    ("A", "C"),
    ("(A) Cecile", "C"),
    ("A, C", "A, D"),
    ("odd", "oddd"),
    ("even", "odd"),
    ("385_9", "386_9"),
    ("f'", "f"),
    ("E", "2E"),
    ("a + b", "x + y"),
    ("\\frac{1+a+b}{c}", "\\frac{1+w+b}{c}"),
    ("x + 1 = y", "y + 1 = x"),
    ("15,000", "15"),
    ("1 1/2", "11/2"),
    ("70,110", "70,111"),
    ("-\\sqrt{x-2}+2", "-\\sqrt{x+2}+2"),
    ("②③", "1, 2"),
    ("x > 1 \\text{ and } y < 2", "(1, 2)"),
    ("3 m/s", "4"),
    ("3 m/s", "3 \\text{ kg}"),
    ("3 m/s", "3 km/h"),
    ("3 m/n", "3"),
    ("x m/s", "x"),
    ("F_{20}", "6766"),
    ("F_{3}", "2"),
    ("\\omega + 1", "1"),
    ("\\tan A = \\frac34", "\\frac43"),
    ("\\log x = 2", "2"),
    ("3:4:5", "6:2:20"),
    ("7 \\pmod{10}", "7 \\pmod{15}"),
    ("3 \\mod 5", "3 \\mod 55"),
    ("(3, 1)", "[3, 1)"),
    ("1.2 \\times 10^5", "1.2 \\times 10^5 + 1"),
    ("5 \\text{ square units}", "5 \\text{ cubic units}"),
    ("2 hours 30 minutes", "2.3 hours"),
    ("4 dollars and 50 cents", "4.05"),
    ("1 million", "1"),
    ("twenty-five", "20 - 5"),
    ("C_{10}^{3}", "121"),
    ("8 boys, 12 girls", "12 boys, 8 girls"),
    ("\\sqrt2 (1.414)", "\\sqrt2"),
    ("\\frac73 \\text{ (or } \\frac83)", "\\frac73"),
    ("Yes", "\\text{No, it is not possible}"),
    ("1A_{16}", "1A_{15}"),
    ("x=1, y=2 \\text{ or } x=2, y=1", "(1,2),(1,2)"),
    ("\\emptyset", "0"),
    ("3.5 km", "3500 s"),
    ("0.003", "0.002"),
]
OPEN = [
    ("\\log 2", "\\ln 2", STRICT),
    ("1011_2", "1011", LENIENT),
    ("5 apples", "5 oranges", STRICT),
    ("x > 1", "y > 1", STRICT),
    ("x = 5", "y = 5", STRICT),
    ("A stopped clock shows the right time more often", "stopped", LENIENT),
    ("No, the quotient stays but the remainder triples", "The remainder grows by a factor of three", LENIENT),
    ("f(n)=cn+d where c is any prime number", "cn+d", LENIENT),
    ("\\frac{1}{0}", "\\frac{2}{0}", LENIENT),
    ("3 - 2f(x)", "3 + 2f(x)", STRICT),
    ("\\max = 7", "\\min = 7", LENIENT),
    ("m_{\\max} = n^2", "m_{\\min} = n^2", LENIENT),
    ("f(x) = 2x", "f(x+1) = 2x", LENIENT),
    ("f(2) = 9", "f(3) = 9", LENIENT),
    ("T(2) = 9", "T(3) = 9", LENIENT),
    ("8 boys, 12 girls", "8 girls, 12 girls", LENIENT),
    ("3:4:5", "(3, 4, 5)", LENIENT),
    ("\\pi k, k \\in \\mathbb{Z}", "\\pi k", STRICT),
    ("the quotient is larger", "the remainder is larger", LENIENT),
    ("\\sin A = \\frac12", "\\cos A = \\frac12", STRICT),
    ("\\sin A = \\frac12", "\\cos A = \\frac12", LENIENT),
]
MEASURED_ONLY = [
    ("0.003", "0.002"),
    ("5.233", "5.2336"),
    ("7 \\times 10^{35}", "7.1 \\cdot 10^{35}"),
]


@pytest.mark.parametrize("profile", [STRICT, LENIENT], ids=lambda profile: profile.name)
@pytest.mark.parametrize(("one", "other"), BOTH)
def test_equal_under_both_profiles(one: str, other: str, profile) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=profile, last_resort=False)
        assert verdict.outcome is Outcome.ACCEPT, verdict


@pytest.mark.parametrize(("one", "other"), LENIENT_ONLY)
def test_equal_only_where_the_profile_says_so(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=LENIENT, last_resort=False).accepted
        assert not compare(a, b, profile=STRICT, last_resort=False).accepted


@pytest.mark.parametrize(("one", "other"), MEASURED_ONLY)
def test_a_measured_decimal_is_known_to_one_in_its_last_digit(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=MEASURED, last_resort=False).accepted


@pytest.mark.parametrize(
    ("one", "other"), [("0.003", "0.005"), ("5.233", "5.235"), ("3", "4"), ("1/3", "0.5"), ("x = 1", "x = 2")]
)
def test_whole_numbers_and_farther_decimals_differ_though_measured(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=MEASURED, last_resort=False).outcome is Outcome.REJECT


@pytest.mark.parametrize("profile", [STRICT, LENIENT], ids=lambda profile: profile.name)
@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_under_both_profiles(one: str, other: str, profile) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=profile, last_resort=False)
        assert verdict.outcome is Outcome.REJECT, verdict


@pytest.mark.parametrize(("one", "other", "profile"), OPEN)
def test_what_conventions_leave_open_is_undecided(one: str, other: str, profile) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=profile, last_resort=False)
        assert verdict.outcome is Outcome.UNDECIDED, verdict
