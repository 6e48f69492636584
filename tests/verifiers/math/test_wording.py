r"""Words around values: labels, parts, ordinals, domains of parameters; what they qualify is never lost."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, MEASURED, compare, verify

EQUAL = [
    ("on the 21st day", "21"),
    (r"9^{\text{th}}", "9"),
    ("There are 14 stamps", "14"),
    ("at 4:15 p.m.", "4:15 pm"),
    (r"\text{Lena has } 6, \text{ Omar has } 10", r"\text{Omar: } 10, \text{Lena: } 6"),
    (r"maximum value $\frac{5}{2}$, minimum value $-3$", r"\max = 2.5, \min = -3"),
    ("The largest value is 7 and the smallest value is 2", "maximum: 7, minimum: 2"),
    ("(a) 4 (b) 9", "4, 9"),
    (r"\text{(i) } 4; \text{ (ii) } \sqrt{2}", r"(1) 4 (2) \sqrt2"),
    ("Case 1: 3, 5 and Case 2: 8", "3, 5, 8"),
    ("(2)(3)", "②③"),
    ("PQ : QR = 2 : 7", r"\frac{2}{7}"),
    (
        r"b_1 = 4, b_n = 3n + 2 \text{ for } n \ge 2",
        r"b_n = \begin{cases} 4 & n = 1 \\ 3n + 2 & n \ge 2 \end{cases}",
    ),
    ("p < r < q", "p, r, q"),
    (r"\{(4, 5)\}", "(4, 5)"),
    (r"\frac13 < e < \frac12", r"(\frac13, \frac12)"),
    (r"A \cup B = (0, 3]", "(0, 3]"),
    (r"\complement_U B = \{2\}", r"\{2\}"),
    (r"2\vec{p} - \vec{q}", r"2\mathbf{p} - \mathbf{q}"),
    ("A_6^2", "30"),
    ("P_{6}^{2}", "30"),
    (r"[1, \sqrt{3}.)", r"[1, \sqrt{3})"),
    ("∀x∈R, x^2 ≥ x - 1", r"\forall x \in \mathbb{R}, x^2 \ge x - 1"),
    ("2<sup>x</sup> ≥ x<sub>0</sub> + x<sup>3</sup>", r"2^x \ge x_0 + x^3"),
    (r"\{x \mid x \ne 3k, k \in Z\}", r"x \ne 3k, k \in \mathbb{Z}"),
    (r"\{x \mid x = \pi + 2k\pi, k \in \mathbb{Z}\}", r"\pi + 2n\pi"),
    (r"\{(s, -s) : s \in \mathbb{R}\}", r"(a, -a) \text{ for any real } a"),
    ("$(m, m + 1)$ for every integer $m$", r"(k, k+1), k \in \mathbb{Z}"),
    (r"Q(x) = c(x + 2)", r"Q(x) = a(x+2), a \in \mathbb{R}"),
    ("a right triangle", r"\text{right-angled triangle}"),
    (r"$x^2 = 4y$ $(y \neq 0)$", r"x^2 = 4y, y \ne 0"),
    ("The only solution is $n = 4$", "4"),
    (r"$(2, 5)$ is the only pair", "(2,5)"),
    (r"(\pm 2, \pm 3) \text{ (all sign combinations)}", "(2,3), (2,-3), (-2,3), (-2,-3)"),
    (r"$a = \pm 4, c = 1$", "(a, c) = (4, 1), (-4, 1)"),
    ("$(1, 4, 6)$ and all permutations", "(1,4,6),(1,6,4),(4,1,6),(4,6,1),(6,1,4),(6,4,1)"),
    ("(1, 4, 6) and its cyclic permutations", r"\text{all cyclic permutations of } (1,4,6)"),
    (
        "$g(x) = ax + b$, where $a$ and $b$ are real numbers",
        r"g(x) = ax + b \text{ for } a, b \in \mathbb{R}",
    ),
    (r"2^n, n \in \mathbb{N}", r"2^k, k \ge 0"),
    (r"135^\circ - \beta", r"\frac{3\pi}{4} - \beta"),
    (r"\lceil (n-1)/2 \rceil", r"\lfloor n/2 \rfloor"),
    (r"f(n) = \lfloor (n+1)^2/4 \rfloor", r"\lceil n/2 \rceil \cdot \lfloor (n+2)/2 \rfloor"),
    ("It is possible.", "yes"),
    ("impossible", "No"),
    (r"\neg q: \exists x < 0, x^3 > 1", r"\exists x < 0, x^3 > 1"),
    (r"214_{10}", "214"),
    (r"\text{60 (sixty)}", "60"),
    (r"\mu m g", r"m g \mu"),
    (r"p \land q", r"q \land p"),
    (r"$y_{\max} = 8, y_{\min} = 3$", r"\max = 8, \min = 3"),
    ("exactly three", "3"),
    (r"$\approx 2{,}24$", r"\sqrt{5}"),
    ("x:y:z = 3:4:5", "6:8:10"),
    ("the point (3, 4)", "(3, 4)"),
    ("point $Q(3, 4)$", "(3, 4)"),
    (r"\text{the line } y = 2x", "y = 2x"),
    ("the circle $x^2 + y^2 = 7$", "x^2 + y^2 = 7"),
    ("Method 3", "3"),
    ("plan C", r"\text{Plan C}"),
    (r"5\mathbf{i} - 2\mathbf{j}", "(5, -2)"),
    ("$(x, y, z) = (1, 2, 4)$ and permutations", r"\text{all permutations of } (1, 2, 4)"),
    ("$3^{n}$, $n$ a positive integer", "3^k"),
    (r"n \cdot 3^{n-1}", "n3^{n-1}"),
    (r"\cos\theta\sqrt{3gh}", r"\sqrt{3gh} \cos\theta"),
    (r"\sum_{d \mid n} \mu(d)", r"\sum_{d|n}\mu(d)"),
    ("Not necessarily.", "no"),
    (r"90^\circ - \frac{\beta}{2}", r"\frac{180^\circ - \beta}{2}"),
    (r"3\pi k < x < \pi + 3\pi k, k \in \mathbb{Z}", r"(3k\pi, (3k + 1)\pi), k \in \mathbb{Z}"),
    (r"x \in (\frac{\pi}{4} + k\pi, \frac{\pi}{2} + k\pi)", r"\frac\pi4 + \pi n < x < \frac\pi2 + \pi n"),
    (r"x = 2\pi n; x = \frac{\pi}{3} + 2\pi k", r"2\pi k, \frac{\pi}{3} + 2\pi k"),
    ("every positive real number", r"(0, \infty)"),
    ("all nonzero reals", r"\mathbb{R} \setminus \{0\}"),
    ("all rational numbers", r"\mathbb{Q}"),
    ("there are none", r"\text{no solutions}"),
    ("either 3 or 8", "3, 8"),
    ("at $(2, 7)$", "(2, 7)"),
    (r"9 \mid n", r"n \equiv 0 \pmod 9"),
    ("the second player wins", "second"),
    (r"\alpha \in (0, \frac{\pi}{3})", r"0 < \alpha < 60^\circ"),
    (r"\mathbf{R} \backslash \{2\}", r"\mathbb{R} \setminus \{2\}"),
    (r"\{x \in \mathbb{R} : x \neq \pm 3\}", r"(-\infty,-3)\cup(-3,3)\cup(3,\infty)"),
    ("Domain: $x \\ge 4$", r"[4, \infty)"),
    (r"\bar{x} = 8, s^2 = 3", "8, 3"),
    ("①③", r"\text{(1)(3)}"),
    ("statement III", r"\text{III}"),
    (r"\frac{2\pi}{3}", r"\theta = \frac{2\pi}{3} \ (120^\circ)"),
    ("17", r"k = 17 \text{ is the answer}"),
    ("$n = 2$ and $n = 5$ only", r"n \in \{2, 5\}"),
    ("The maximum is $\\frac{1}{6}$, attained when $x = y = z$", r"\frac16"),
    (r"$C = \frac{1}{6}$, with equality when $x_1 = x_2$", r"\frac16"),
    ("11 (when $n = 4$)", "11"),
    (r"$N = 3^{50}$ is the smallest such number", "3^{50}"),
    (r"All functions of the form $g(x) = cx$, $c \in \mathbb{R}$", "g(x) = cx"),
    (r"$P(x) = a(x + 3)$ with $a \neq 0$", r"P(x) = c(x + 3), c \ne 0"),
    ("all constant functions", "f(x) = c"),
    ("{0, 1, 2, ..., n}", r"\{0, 1, \dots, n\}"),
    ("all integers from 3 to 6", "3, 4, 5, 6"),
    (r"$4 \leq n \leq 6$", "n = 4, 5, 6"),
    (r"\measuredangle PQR = 35^\circ", r"35^\circ"),
    (r"\frac{5}{6} \text{ of the tank}", r"\frac56"),
    (r"by $30\%$", r"30\%"),
    ("a factor of 9", "9"),
    ("18 years old", "18"),
    ("Omar is 14 years old and Lena is 9 years old", r"\text{Omar: } 14, \text{Lena: } 9"),
    ("Width 5, height 12", r"\text{Height} = 12, \text{Width} = 5"),
    ("{x|x≥4或x≤-2}", r"(-\infty, -2] \cup [4, \infty)"),
    ("6或7", "6, 7"),
    (r"$b_n = 3n + 1\left(n \in \mathbf{N}^{*}\right)$", "b_n = 3n + 1"),
    (r"\begin{cases} 5 & n = 1 \\ 5n & n \ge 2 \end{cases}", "5n"),
    (r"$\sqrt{x} - 2 (x \ge 0)$", r"\sqrt{x} - 2, x \ge 0"),
    (r"$\frac{2}{x}$ for $x \neq 0$", r"\frac2x, x \ne 0"),
    ("obtuse or acute triangle", r"\text{acute triangle or obtuse triangle}"),
    ("necessary but not sufficient", r"\text{necessary but not sufficient condition}"),
    ("none", r"\text{no solutions}"),
    ("numbers of the form $3k + 2$", r"n \equiv 2 \pmod 3"),
    ("$n = 3^k + 1$ for $k \\ge 2$", r"n = 3^k + 1, k \ge 2"),
    ("$n$ is a power of $3$", r"n = 3^k, k = 0, 1, 2, \dots"),
    ("n > 6", r"\text{all integers } n \ge 7"),
    ("all real $x$", r"\mathbb{R}"),
    ("any integer", r"\mathbb{Z}"),
    ("all positive integers", r"\mathbb{Z}^+"),
    ("$h(x)=kx$ where $k$ is any real number", r"h(x) = cx \text{ for some constant } c"),
    (r"$h(x)=cx$ for all $x \in \mathbb{R}$, where $c \in \mathbb{R}$ is arbitrary", "h(x) = cx"),
    ("3 h 20 min", r"200 \text{ min}"),
    (r"9{:}45", "9:45"),
    (r"$15\%$ decrease", r"15\%"),
    ("increased by 6%", r"6\% \text{ increase}"),
    (r"$x^2 + 9y^2 = 9 (x \neq \pm 3)$", r"x^2 + 9y^2 = 9 \ (x \ne \pm 3)"),
    ("4, 11", r"\{4\} \cup \{11\}"),
    ("4 und 11", "4, 11"),
    ("$y = 1$ or $2x + y = 7$", r"2x + y = 7 \text{ or } y = 1"),
    (r"\frac{1 + \sqrt{7}}{2}", r"\frac{1+\sqrt7}{2} \ (\text{where } \sqrt{7} \approx 2.6458)"),
]
DIFFERENT = [
    ("on the 21st day", "20"),
    ("There are 14 stamps", "13"),
    (r"\text{Lena has } 6, \text{ Omar has } 10", r"\text{Omar: } 6, \text{Lena: } 10"),
    ("maximum value 5, minimum value -3", r"\max = -3, \min = 5"),
    ("(a) 4 (b) 9", "9, 4"),
    ("(a) 4 (b) 9", "4"),
    ("Case 1: 3, 5 and Case 2: 8", "3, 5"),
    ("(2)(3)", "①③"),
    ("PQ : QR = 2 : 7", r"\frac{7}{2}"),
    (
        r"b_1 = 4, b_n = 3n + 2 \text{ for } n \ge 2",
        r"b_n = \begin{cases} 5 & n = 1 \\ 3n + 2 & n \ge 2 \end{cases}",
    ),
    (r"b_1 = 4, b_n = 3n + 2 \text{ for } n \ge 2", "3n + 2"),
    ("p < r < q", "p, q, r"),
    ("p < r < q", "q, r, p"),
    (r"\{(4, 5)\}", "[4, 5]"),
    (r"\frac13 < e < \frac12", r"(\frac13, \frac12]"),
    (r"A \cup B = (0, 3]", "(0, 3)"),
    (r"2\vec{p} - \vec{q}", r"2\mathbf{q} - \mathbf{p}"),
    ("A_6^2", "15"),
    ("P_{6}^{2}", "36"),
    (r"[1, \sqrt{3}.)", r"[1, \sqrt{3}]"),
    ("∀x∈R, x^2 ≥ x - 1", r"\exists x \in \mathbb{R}, x^2 \ge x - 1"),
    (r"\{(s, -s) : s \in \mathbb{R}\}", r"(a, a) \text{ for any real } a"),
    ("$(m, m + 1)$ for every integer $m$", r"(k, k+1), k \in \mathbb{R}"),
    ("(k, k + 1)", r"(t, t+1), t \in \mathbb{R}"),
    (r"Q(x) = c(x + 2)", r"Q(x) = a(x-2), a \in \mathbb{R}"),
    (r"Q(x) = cx + d", r"Q(x) = ax + b, a \in \mathbb{R}"),
    ("a right triangle", r"\text{obtuse-angled triangle}"),
    (r"$x^2 = 4y$ $(y \neq 0)$", r"x^2 = 4y, x \ne 1"),
    ("The only solution is $n = 4$", "5"),
    (r"(\pm 2, \pm 3) \text{ (all sign combinations)}", "(2,3), (-2,-3)"),
    (r"$a = \pm 4, c = 1$", "(a, c) = (1, 4), (1, -4)"),
    ("$(1, 4, 6)$ and all permutations", "(1,4,6),(4,6,1),(6,1,4)"),
    ("(1, 4, 6) and its cyclic permutations", "(1,4,6),(1,6,4),(4,1,6),(4,6,1),(6,1,4),(6,4,1)"),
    (r"2^n, n \ge 1", r"2^k, k \ge 0"),
    (r"2^n, n \ge 5", "2^n"),
    (r"135^\circ - \beta", r"\frac{\pi}{4} - \beta"),
    (r"\lceil (n-1)/3 \rceil", r"\lfloor n/3 \rfloor"),
    (r"\lfloor mn/1000 \rfloor", r"\lfloor mn/1001 \rfloor"),
    (r"\lfloor x/2 \rfloor", r"\lceil (x-1)/2 \rceil"),
    ("It is not possible.", "yes"),
    ("impossible", "Yes"),
    (r"214_{10}", "213"),
    (r"p \land q", r"p \lor q"),
    (r"$y_{\max} = 8, y_{\min} = 3$", r"\max = 3, \min = 8"),
    (r"x_{\max} = 8, y_{\max} = 3", r"x_{\max} = 3, y_{\max} = 8"),
    ("x:y:z = 3:4:5", "5:4:3"),
    ("the point (3, 4)", "(4, 3)"),
    ("the line y = 2", "x = 2"),
    ("Method 3", "2"),
    ("plan C", r"\text{Plan D}"),
    (r"5\mathbf{i} - 2\mathbf{j}", "(-2, 5)"),
    (r"n \cdot 3^{n-1}", "n3^{n+1}"),
    (r"\cos 2\sqrt{3}", r"\sqrt{3} \cos 2"),
    ("Not necessarily.", "yes"),
    ("true, false, true", "true"),
    ("yes; no", "yes"),
    (r"90^\circ - \frac{\beta}{2}", r"\frac{90^\circ - \beta}{2}"),
    (r"3\pi k < x < \pi + 3\pi k, k \in \mathbb{Z}", r"(3k\pi, (3k + 2)\pi), k \in \mathbb{Z}"),
    (r"3\pi k < x < \pi + 3\pi k, k \in \mathbb{Z}", r"[3k\pi, (3k + 1)\pi], k \in \mathbb{Z}"),
    (r"x = 2\pi n; x = \frac{\pi}{3} + 2\pi k", r"\pi k, \frac{\pi}{3} + 2\pi k"),
    ("n, k + 1", "n, n + 1"),
    ("every positive real number", r"[0, \infty)"),
    ("all rational numbers", r"\mathbb{R}"),
    ("30% profit", r"30\% \text{ loss}"),
    (r"9 \mid n", r"n \equiv 0 \pmod 3"),
    ("the second player wins", "first"),
    (r"\alpha \in (0, \frac{\pi}{3})", r"0 < \alpha < 30^\circ"),
    (r"\{x : x \neq \pm 3\}", r"\mathbb{R}"),
    (r"x \ne \pm 3", r"x \ne 3"),
    (r"x \ne \pm 3", r"\mathbb{R}"),
    ("x^2 = 9", "9"),
    ("|x| = 9", "9"),
    (r"\frac{2\pi}{3}", r"\theta = \frac{\pi}{3} \ (120^\circ)"),
    (r"3\beta_1", r"3\beta_2"),
    ("$n = 2$ and $n = 5$ only", r"n \in \{2, 3\}"),
    ("The maximum is $\\frac{1}{6}$, attained when $x = y = z$", r"\frac17"),
    ("11 when n is odd", "11"),
    ("11 (when $n = 4$)", "4"),
    (r"$P(x) = a(x + 3)$ with $a \neq 0$", r"P(x) = c(x + 3)"),
    ("{0, 1, 2, ..., n}", r"\{0, 1, \dots, n + 1\}"),
    ("{1, 2, 4, ..., n}", r"\{1, 2, \dots, n\}"),
    ("all integers from 3 to 6", "3, 4, 5"),
    (r"$4 \leq n \leq 6$", "n = 4, 5, 6, 7"),
    (r"$4 < n \leq 6$", "n = 4, 5, 6"),
    (r"$4 \leq x \leq 6$", "x = 4, 5, 6"),
    ("$n$ is a power of $3$", r"n = 3^k, k = 0, 1, 3, \dots"),
    ("Omar is 14 years old and Lena is 9 years old", r"\text{Omar: } 9, \text{Lena: } 14"),
    ("Width 5, height 12", r"\text{Height} = 5, \text{Width} = 12"),
    ("6或7", "6, 8"),
    (r"\begin{cases} 4 & n = 1 \\ 5n & n \ge 2 \end{cases}", "5n"),
    (r"\begin{cases} 5n & n \ge 3 \end{cases}", "5n"),
    (r"$\sqrt{x} - 2 (x \ge 0)$", r"\sqrt{x} - 2, x \le 0"),
    ("neither odd nor even", r"\text{either odd or even}"),
    ("necessary but not sufficient", r"\text{sufficient but not necessary condition}"),
    ("numbers of the form $3k + 2$", r"n \equiv 1 \pmod 3"),
    ("$n = 3^k + 1$ for $k \\ge 2$", r"n = 3^k + 1, k \ge 1"),
    ("x > 6", r"\text{all integers } x \ge 7"),
    ("all positive integers", r"\mathbb{Z}"),
    ("3 h 20 min", r"320 \text{ min}"),
    (r"$15\%$ decrease", r"15\% \text{ increase}"),
    ("$n = 3^k + 1$ for $k \\ge 2$", r"n = 3^k + 1, n \ge 2"),
    ("4, 11", r"\{4\} \cup \{12\}"),
    ("$y = 1$ or $2x + y = 7$", r"2x + y = 7 \text{ or } x = 1"),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_one_answer_in_other_words_is_equal(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        verdict = compare(a, b, profile=LENIENT, last_resort=False)
        assert verdict.accepted, (verdict.reason, verdict.evidence)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_answer_is_not(one: str, other: str) -> None:
    for a, b in ((one, other), (other, one)):
        assert not compare(a, b, profile=LENIENT, last_resort=False).accepted


def test_the_subject_of_a_sentence_is_its_answer() -> None:
    gold = "A heavy wheel reaches the bottom of the slope later."
    for answer in (r"\text{the heavy wheel}", "heavy wheel"):
        assert compare(gold, answer, profile=LENIENT).reason == "subject_named"
    for answer in ("sliding wheel", "the slope", "later", "wheel"):
        assert not compare(gold, answer, profile=LENIENT).accepted
    for other in (
        "The heavy wheel is not faster at the bottom",
        "The heavy wheel is slower than the other",
        "Rolling the wheel makes it slower there",
    ):
        for answer in ("heavy", "rolling"):
            assert not compare(other, answer, profile=LENIENT).accepted


def test_variables_are_positive_for_measured_quantities_only() -> None:
    one, other = r"\sqrt{\frac{3mk}{r^2}}", r"\frac{\sqrt{3mk}}{r}"
    assert compare(one, other, profile=MEASURED).reason == "positive_variables"
    assert not compare(one, other, profile=LENIENT).accepted
    assert not compare(one, r"\frac{\sqrt{3mk}}{r^2}", profile=MEASURED).accepted


@pytest.mark.parametrize(
    ("gold", "answer", "right"),
    [
        ("It takes 9 days", "9", True),
        ("It takes 9 days", "8", False),
        ("It takes 9 days", r"9 \text{ hours}", False),
        ("Lena read 45 pages.", "45", True),
        ("She has 7 more stamps.", "7", False),
        ("The price falls by 7 dollars", "7", False),
        ("The lengths are 6, 8 and 10", "6, 8, 10", True),
        ("The lengths are 6, 8 and 10", "6, 8", False),
        ("June 7", "7", False),
    ],
)
def test_a_gold_of_one_plain_sentence_is_its_number(gold: str, answer: str, right: bool) -> None:
    assert verify(gold, answer, profile=LENIENT).accepted == right


def test_boxes_behind_names_are_one_answer() -> None:
    response = r"The roots are $x_1 = \boxed{4}$, $x_2 = \boxed{-9}$."
    assert verify("4, -9", response, profile=LENIENT).accepted
    assert not verify("-9", response, profile=LENIENT).accepted
    assert verify("5", r"First $a = \boxed{4}$. Then $b = \boxed{5}$.", profile=LENIENT).accepted


@pytest.mark.parametrize(
    ("one", "other", "right"),
    [
        ("n!", r"n(n-1)(n-2)\cdots 1", True),
        ("n!", r"n(n-1)(n-2)\cdots 3", False),
        (r"\frac{(n+1)!}{(n-k)!}", r"(n+1)n\cdots(n-k+1)", True),
        (r"\frac{(n+1)!}{(n-k)!}", r"(n+1)n\cdots(n-k)", False),
        (r"2 \cdot 4 \cdot 6 \cdots (2n)", r"2^n n!", True),
        (r"2 \cdot 4 \cdot 6 \cdots (2n)", r"2^n (n+1)!", False),
        (r"\frac13 + \frac15 + \cdots + \frac1{2n+1}", r"\sum_{k=1}^n \frac{1}{2k+1}", True),
        (r"\frac13 + \frac15 + \cdots + \frac1{2n+1}", r"\sum_{k=1}^n \frac{1}{2k-1}", False),
        (
            r"(1 + c_1t)(1 + c_2t)\cdots(1 + c_nt)",
            r"t^n(\frac1t + c_1)(\frac1t + c_2)\cdots(\frac1t + c_n)",
            True,
        ),
        (
            r"(1 + c_1t)(1 + c_2t)\cdots(1 + c_nt)",
            r"t^n(\frac1t + c_1)(\frac1t - c_2)\cdots(\frac1t + c_n)",
            False,
        ),
        (r"c_1 c_2 \cdots c_n", r"c_1 c_2 \cdots c_{n-1}", False),
    ],
)
def test_dots_in_letters_are_written_out(one: str, other: str, right: bool) -> None:
    for a, b in ((one, other), (other, one)):
        assert compare(a, b, profile=LENIENT, last_resort=False).accepted == right


def test_values_with_labels_are_taken_whole_from_prose() -> None:
    response = "We complete the square. The answer is: the maximum is 9 and the minimum is 4."
    assert verify("max 9, min 4", response, profile=LENIENT).accepted
    assert not verify("4", response, profile=LENIENT).accepted
    assert verify("34", "Final Answer: The largest $n$ is 34.", profile=LENIENT).accepted
