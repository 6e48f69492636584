"""Properties that hold for all texts: values kept or changed, symmetry, no exception, bounded work."""

from __future__ import annotations

import string
import time
from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evol.types import Outcome
from evol.verifiers.math import LENIENT, STRICT, compare, equal_expressions, extract, parse, verify
from evol.verifiers.math.notation import one_spelling

FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)
PROFILES = st.sampled_from([STRICT, LENIENT])
PIECES = st.sampled_from(
    [
        "\\frac", "{", "}", "(", ")", "[", "]", "\\sqrt", "^", "_", "\\pi", "\\infty", "x", "y",
        "n", "i", "e", "f(x)", "1", "2", "0", "17", "3.5", "1,000", "-", "+", "\\cdot ", "/", "=",
        "<", "\\le ", "\\in ", "\\cup ", "\\pm ", ",", ";", " ", "%", "^\\circ", "\\text{", " cm",
        "and", "or", "|", "\\{", "\\}", "!", "\\log", "\\sin", "\\binom", "\\sum_{k=1}^{",
        "\\boxed{", "$", "\\begin{pmatrix}", "\\end{pmatrix}", "\\\\", "&", "½", "²", "√", "∞", "①",
        ":", "'", "\\int", "\\lfloor", "\\mod", "#### ", "The answer is ", "**", "\n",
        "\\overline{", "×", "≤",
    ]
)  # fmt: skip
NOTATION = st.lists(PIECES, max_size=30).map("".join)
ANY_TEXT = st.one_of(st.text(max_size=200), NOTATION, st.text(alphabet=string.printable, max_size=120))


@st.composite
def polynomials(draw: st.DrawFn) -> str:
    """Draw an expression in x and y as text."""
    terms = draw(
        st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=5)
    )
    return "+".join(f"({c})x^{{{a}}}y^{{{b}}}" for c, a, b in terms)


def spellings(value: Fraction) -> list[str]:
    """Return ways to write a rational number."""
    top, bottom = value.numerator, value.denominator
    ways = [
        f"{top}/{bottom}",
        f"\\frac{{{top}}}{{{bottom}}}",
        f"\\dfrac{{{3 * top}}}{{{3 * bottom}}}",
        f"${top} / {bottom}$",
    ]
    whole, rest = divmod(abs(top), bottom)
    if whole and rest:
        ways.append(f"{'-' if top < 0 else ''}{whole}\\frac{{{rest}}}{{{bottom}}}")
    if bottom in (1, 2, 4, 5, 10, 20, 25, 50):
        ways.append(f"{top / bottom:.4f}")
        ways.append(f"{100 * top / bottom:.4f}\\%")
    return [
        *ways,
        f"\\boxed{{{ways[0]}}}",
        f"x = {ways[0]}",
        f"\\sqrt{{{top * top}}}/{bottom}" if top >= 0 else ways[0],
    ]


@given(FRACTIONS, st.data(), PROFILES)
@settings(deadline=None)
def test_every_spelling_of_a_number_is_equal(value: Fraction, data: st.DataObject, profile) -> None:
    one, other = (data.draw(st.sampled_from(spellings(value))) for _ in range(2))
    assert verify(one, other, profile=profile, last_resort=False).accepted


@given(FRACTIONS, FRACTIONS, st.data())
@settings(deadline=None)
def test_two_numbers_are_different_however_they_are_written(
    a: Fraction, b: Fraction, data: st.DataObject
) -> None:
    assume(a != b)
    one, other = data.draw(st.sampled_from(spellings(a))), data.draw(st.sampled_from(spellings(b)))
    assert verify(one, other, last_resort=False).outcome is Outcome.REJECT


@given(polynomials(), polynomials(), st.integers(2, 9))
@settings(deadline=None, max_examples=60)
def test_rewriting_keeps_a_polynomial_equal(p: str, q: str, k: int) -> None:
    rewrites = [(f"({p})({q})", f"({q})({p})"), (f"{p}+{q}", f"{q}+{p}"), (f"({p})-({q})", f"-({q})+{p}"),
                (f"{k}({p})", "+".join([f"({p})"] * k)), (f"({p})^2", f"({p})({p})")]  # fmt: skip
    for one, other in rewrites:
        assert equal_expressions(parse(one), parse(other)).equal


@given(polynomials(), st.integers(1, 10**40))
@settings(deadline=None, max_examples=60)
def test_adding_something_to_a_polynomial_changes_it(p: str, extra: int) -> None:
    for changed in (f"{p}+{extra}", f"{p}-{extra}x", f"({p})+{extra}x^{{7}}"):
        assert equal_expressions(parse(p), parse(changed)).equal is False


@given(st.integers(2, 60), st.integers(2, 60), st.integers(-20, 20))
@settings(deadline=None, max_examples=60)
def test_surds(a: int, b: int, c: int) -> None:
    assert compare(f"\\sqrt{{{a}}}\\sqrt{{{b}}}+{c}", f"{c}+\\sqrt{{{a * b}}}").accepted
    assert compare(f"\\frac{{{c}}}{{\\sqrt{{{a}}}}}", f"\\frac{{{c}\\sqrt{{{a}}}}}{{{a}}}").accepted
    assert not compare(f"\\sqrt{{{a}}}+{c}", f"\\sqrt{{{a + 1}}}+{c}").accepted


@given(st.lists(FRACTIONS, min_size=2, max_size=5, unique=True), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=60)
def test_order_matters_only_where_the_profile_says(values: list[Fraction], random) -> None:
    shuffled = random.sample(values, len(values))
    one, other = ("; ".join(map(str, items)) for items in (values, shuffled))
    assert compare(one, other, profile=LENIENT).accepted
    assert compare(one, other, profile=STRICT).accepted == (values == shuffled)
    assert compare(f"\\{{{one}\\}}", f"\\{{{other}\\}}", profile=STRICT).accepted


@given(ANY_TEXT, ANY_TEXT, PROFILES)
@settings(deadline=None, max_examples=400)
def test_no_text_raises_hangs_or_depends_on_the_order(a: str, b: str, profile) -> None:
    start = time.process_time()
    one, other = (compare(*pair, profile=profile, last_resort=False) for pair in ((a, b), (b, a)))
    assert one.outcome is other.outcome
    assert not one.reason.startswith("internal_error")
    assert not verify(a, b, profile=profile, last_resort=False).reason.startswith("internal_error")
    assert time.process_time() - start < 2


@given(ANY_TEXT, PROFILES)
@settings(deadline=None, max_examples=200)
def test_every_text_that_holds_an_answer_equals_itself(text: str, profile) -> None:
    if text.strip():
        assert verify(text, text, profile=profile, last_resort=False).accepted


@given(ANY_TEXT)
@settings(deadline=None, max_examples=200)
def test_an_extraction_is_never_empty(text: str) -> None:
    found = extract(text)
    assert found is None or (found.value and found.rule and 0 <= found.start <= found.end)


@given(
    st.integers(0, 99),
    st.from_regex(r"[0-9]{0,2}", fullmatch=True),
    st.from_regex(r"[0-9]{1,3}", fullmatch=True),
)
@settings(deadline=None, max_examples=60)
def test_a_repeating_decimal_is_its_fraction_however_its_period_is_marked(
    whole: int, fixed: str, period: str
) -> None:
    printed = f"{whole}.{fixed}"
    value = Fraction(f"{printed}0") + Fraction(int(period), 10 ** len(fixed) * (10 ** len(period) - 1))
    dots = (
        f"\\dot{{{period[0]}}}{period[1:-1]}\\dot{{{period[-1]}}}"
        if len(period) > 1
        else f"\\dot{{{period}}}"
    )
    for written in (f"{printed}\\overline{{{period}}}", f"{printed}({period})", f"{printed}{dots}"):
        assert compare(written, str(value)).accepted
        assert not compare(written, str(value + 1)).accepted


@given(st.integers(-9, 9), st.integers(1, 9), st.integers(3, 30))
@settings(deadline=None, max_examples=60)
def test_a_series_with_dots_is_the_sum_of_its_terms(first: int, step: int, count: int) -> None:
    terms = [first + step * k for k in range(count + 1)]
    written = f"({terms[0]})+({terms[1]})+({terms[2]})+\\cdots+({terms[-1]})"
    assert compare(written, str(sum(terms))).accepted
    assert not compare(written, str(sum(terms) + 1)).accepted


@given(st.integers(2, 30), st.integers(-40, 40), st.integers(-5, 5))
@settings(deadline=None, max_examples=60)
def test_a_congruence_is_the_numbers_that_satisfy_it(modulus: int, residue: int, turns: int) -> None:
    congruence = f"n \\equiv {residue} \\pmod{{{modulus}}}"
    assert compare(congruence, f"n = {modulus}k + ({residue + turns * modulus})", profile=LENIENT).accepted
    assert not compare(congruence, f"n = {modulus}k + ({residue + 1})", profile=LENIENT).accepted


@given(st.integers(0, 359), st.integers(0, 59))
@settings(deadline=None, max_examples=60)
def test_minutes_are_sixtieths_of_a_degree(degrees: int, minutes: int) -> None:
    written = f"{degrees}^\\circ {minutes}'"
    assert compare(written, f"\\left({degrees}+\\frac{{{minutes}}}{{60}}\\right)^\\circ").accepted
    assert not compare(written, f"{degrees}^\\circ {(minutes + 1) % 60}'").accepted


@given(NOTATION)
@settings(deadline=None, max_examples=200)
def test_one_spelling_is_settled_and_not_much_longer(text: str) -> None:
    once = one_spelling(text)
    assert len(once) <= 4 * len(text) + 40
    assert one_spelling(once) == one_spelling(one_spelling(once))
