"""Words before and behind a short answer, numbers of other countries, letters denied in other languages."""

from __future__ import annotations

import pytest

from evol.verifiers.math import LENIENT, verify


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("0.25", "it weighs exactly .25, so we get .25"),
        ("0.85", "it costs .85"),
        ("$y=4$", "so $y=4$"),
        ("$y=4$", "hence y = 4"),
        ("9", r"We get \begin{align*} 9 \end{align*}"),
        ("9", "The square is $3^2$"),
        ("18.99", "Prix : 18,99 €"),
        ("18.99", "Preis: 18,99 Euro"),
        ("18.99", "Prix : 18,99 $ a.."),
        ("45678.9", "45 678,9 €"),
        ("45678.9", "Insgesamt macht das 45.678,9 Euro."),
        ("45678.9", "The total that she paid was 45'678.9 francs."),
        (r"5\sqrt2", r"Area: 5\sqrt{2}"),
        ("A", "réponse est A non D"),
        ("A", "De juiste antwoord is A en niet D"),
        ("A", "La respuesta es A, no D"),
        ("A", "Správná odpověď: A, ne D"),
        ("A", "उत्तर A है"),
        ("A", "The answer is A because it is larger"),
        ("5", "It is $5$, not $4$."),
    ],
)
def test_the_value_behind_an_opening_is_found(gold: str, response: str) -> None:
    verdict = verify(gold, response, profile=LENIENT, last_resort=False)
    assert verdict.accepted, (verdict.reason, verdict.evidence)


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("4", "so not $4$"),
        ("18.99", "Prix : 19,89 €"),
        ("18.99", "Prix : 189,9 $ a.."),
        ("45678.9", "Insgesamt macht das 45.678,8 Euro."),
        ("45.678", "Insgesamt macht das 45.678,9 Euro."),
        (r"5\sqrt2", r"Area: 5\sqrt{3}"),
        ("D", "réponse est A non D"),
        ("D", "La respuesta es A, no D"),
        ("4", "It is $5$, not $4$."),
    ],
)
def test_a_denied_compared_or_other_value_is_not_accepted(gold: str, response: str) -> None:
    assert not verify(gold, response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("6", r"We count $\boxed{6}$ (not $\boxed{7}$ as above)."),
        ("(-3, 8)", "The coordinates are x = -3 and y = 8."),
        ("65", r"\textbf{Answer:} 65"),
        ("65", "Ans. 65"),
        ("65", "所以答案是：65。"),
        ("D", "I would go with D over A."),
        ("D", "Rule out A and B: it is D"),
        ("D", "Đáp án là D"),
        ("D", "Jibu ni D"),
        ("2500000", "$2.5$ million"),
        ("3/5", "La respuesta es 3/5 de litro."),
    ],
)
def test_more_ways_to_announce_an_answer(gold: str, response: str) -> None:
    verdict = verify(gold, response, profile=LENIENT, last_resort=False)
    assert verdict.accepted, (verdict.reason, verdict.evidence)


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("7", r"We count $\boxed{6}$ (not $\boxed{7}$ as above)."),
        ("(8, -3)", "The coordinates are x = -3 and y = 8."),
        ("A", "I would go with D over A."),
        ("A", "Rule out A and B: it is D"),
        ("3/4", "La respuesta es 3/5 de litro."),
    ],
)
def test_more_near_misses(gold: str, response: str) -> None:
    assert not verify(gold, response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("D", "A) is incorrect. B) is incorrect. D) is correct."),
        ("D", "The best choice is (D), because (A) forgets friction."),
        ("D", "因此D项正确，A项错误。"),
        ("D", "La respuesta es la opción D porque A no tiene sentido."),
        ("D", "Doğru cevap D'dir."),
        ("D", "Since A and B are too small, I pick D."),
        ("8", "8 सेब बचे हैं।"),
        ("(5,-2)", "The point $P(5,-2)$"),
    ],
)
def test_a_reason_is_no_choice(gold: str, response: str) -> None:
    verdict = verify(gold, response, profile=LENIENT, last_resort=False)
    assert verdict.accepted, (verdict.reason, verdict.evidence)
    assert not verify("A", response, profile=LENIENT, last_resort=False).accepted


def test_numbered_steps_are_no_labelled_values() -> None:
    response = "Step 1: 3+3=6\nStep 2: 6+5=11\nFinal: 11"
    assert verify("11", response, profile=LENIENT, last_resort=False).accepted
    assert not verify("6", response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response", "accepted"),
    [
        (
            r"\begin{pmatrix}6\\1\end{pmatrix}",
            r"The vector is $\begin{pmatrix}6\\1\end{pmatrix}$, which has 2 rows.",
            True,
        ),
        (r"\begin{pmatrix}6\\3\end{pmatrix}", r"Scaling by 3: $3\begin{pmatrix}2\\1\end{pmatrix}$", True),
        ("x^2-9", r"We expand: \begin{align*}(x+3)(x-3)&=x^2-3x+3x-9\\&=x^2-9.\end{align*}", True),
        ("58", r"\boxed{the answer is 58}", True),
        ("58", r"\boxed{the answer is 85}", False),
        (r"\max = 3", "Minimum value: $3$", False),
        ("2", r"The vector is $\begin{pmatrix}6\\1\end{pmatrix}$, which has 2 rows.", False),
    ],
)
def test_a_worded_label_is_no_part_of_the_answer(gold: str, response: str, accepted: bool) -> None:
    assert verify(gold, response, profile=LENIENT, last_resort=False).accepted is accepted


@pytest.mark.parametrize(
    "response",
    [
        r"*The answer is $\frac{2}{9}$.*",
        "```\n2/9\n```",
        r"The answer is 2 over 9, i.e., $\frac{2}{9}$.",
    ],
)
def test_italics_fences_and_restatements(response: str) -> None:
    assert verify("2/9", response, profile=LENIENT, last_resort=False).accepted
    assert not verify("2", response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("A", "Between C and A, A is better supported."),
        ("A", "A ist richtig."),
        ("A", "A est la bonne réponse."),
        ("A", "Es la A."),
        ("A", "C'est la réponse A qui est correcte."),
        ("38", "Hay 38 estudiantes en total (20 + 18)."),
        ("38", "Donc il y a 20 + 18 = 38 élèves."),
        ("38", "Итого: 20 + 18 = 38 учеников."),
        ("38", "कुल 20 + 18 = 38 छात्र हैं।"),
        ("38", "Jumla ni 38."),
        ("-6", "温度是-6度。"),
        ("1250.5", "El costo es de 1.250,50 €."),
    ],
)
def test_short_prose_is_searched(gold: str, response: str) -> None:
    verdict = verify(gold, response, profile=LENIENT, last_resort=False)
    assert verdict.accepted, (verdict.reason, verdict.evidence)
    assert not verify("C" if gold == "A" else "18", response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize("text", ["7 red balls and 5 blue balls", "Anna: 18, Ben: 20", "May 5", "base 2"])
def test_labelled_values_are_no_short_prose(text: str) -> None:
    assert not verify("5", text, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response", "accepted"),
    [
        ("9", "The correct answer should be 9, not 12.", True),
        ("12", "The correct answer should be 9, not 12.", False),
        ("9", "So the answer is actually 9 and not 12.", True),
        ("9", "the answer is at most 12 and at least 9; checking, it is 9.", True),
        ("12", "the answer is at most 12 and at least 9; checking, it is 9.", False),
    ],
)
def test_a_contrast_or_a_bound_is_no_answer(gold: str, response: str, accepted: bool) -> None:
    assert verify(gold, response, profile=LENIENT, last_resort=False).accepted is accepted


@pytest.mark.parametrize(
    ("gold", "response"),
    [
        ("D", "✅ D"),
        ("D", "> D"),
        ("D", "The answer isn't A. It's D."),
        ("D", "D'yi seçiyorum."),
        ("96", "答案：总共96颗。"),
        ("5/8", "La réponse est 5/8, soit 0,625."),
        ("70%", "La respuesta es del 70 %."),
        ("96", "✅ 96"),
    ],
)
def test_marks_and_articles_before_an_answer(gold: str, response: str) -> None:
    verdict = verify(gold, response, profile=LENIENT, last_resort=False)
    assert verdict.accepted, (verdict.reason, verdict.evidence)
    assert not verify("A" if gold == "D" else "97", response, profile=LENIENT, last_resort=False).accepted


@pytest.mark.parametrize(
    ("gold", "response", "accepted"),
    [
        ("$3^n-2$", "By induction, $a_n = 3^n-2$.", True),
        ("[3,8)", r"$x\ge3$ and $x<8$, i.e. $[3,8)$", True),
        ("0", "The sum is zero.", True),
        ("-2", "The value is negative two.", True),
        ("2", "The value is negative two.", False),
        ("-7", "minus 7", True),
        ("7", "it is minus 7.", False),
        ("-1", "5 minus 1", False),
        ("64", "64 es la respuesta.", True),
        ("46", "64 es la respuesta.", False),
    ],
)
def test_signs_and_numbers_in_words(gold: str, response: str, accepted: bool) -> None:
    assert verify(gold, response, profile=LENIENT, last_resort=False).accepted is accepted
