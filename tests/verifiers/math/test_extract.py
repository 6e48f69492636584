"""Where the final answer of a response is found, and by which rule."""

from __future__ import annotations

import pytest

from evol.verifiers.math import extract
from evol.verifiers.math.extract import gold_answer


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("so $x = \\boxed{\\frac{1}{2}}$.", "\\frac{1}{2}", "boxed"),
        ("first \\boxed{3}. But then \\boxed{4}", "4", "boxed"),
        ("\\boxed{\\{x : x > \\frac{1}{2}\\}}", "\\{x : x > \\frac{1}{2}\\}", "boxed"),
        ("\\\\boxed{840}", "840", "boxed"),
        ("\\boxed{12", "12", "boxed"),
        ("\\boxed{28}\\%", "28\\%", "boxed"),
        ("\\boxed{20} percent", "20\\%", "boxed"),
        ("\\boxed{1} and \\boxed{-2}", "1, -2", "boxed_group"),
        ("\\boxed{1}\\boxed{2}", "1, 2", "boxed_group"),
        ("\\boxed{1} papers and \\boxed{2} bins", "1, 2", "boxed_group"),
        ("\\boxed{5}, that is \\boxed{5}", "5", "boxed"),
        (
            "\\boxed{255} so Final Answer: The final answer is $10,455$. I hope it is correct.",
            "10,455",
            "answer_phrase",
        ),
        ("#### 72", "72", "hashes"),
        ("He has 3 * 4 = 12\n#### 12\n", "12", "hashes"),
        ("steps\nA: 26", "26", "answer_phrase"),
        ("The answer is 5.", "5", "answer_phrase"),
        ("**Answer:** 72", "72", "answer_phrase"),
        ("**Final Answer: 73**", "73", "answer_phrase"),
        (
            "The final answer is $\\left(1, 2\\right)$. I hope it is correct.",
            "\\left(1, 2\\right)",
            "answer_phrase",
        ),
        ("Answer \\( 9 \\)", "9", "answer_phrase"),
        ("The answer is 90 degrees.", "90 degrees", "answer_phrase"),
        ("答案是 42。", "42", "answer_phrase"),
        ("ناتج العملية هو **92**.", "92", "bold"),
        ("She makes **$18** every day.", "$18", "bold"),
        ("x = 5", "x = 5", "bare"),
        ("Paolo: 18, Qing: 14, Rayna: 7", "Paolo: 18, Qing: 14, Rayna: 7", "bare"),
        ("Therefore $x \\geq 5$ is the solution.", "x \\geq 5", "last_in_prose"),
        ("The roots of it are $3$ and $5$.", "$3$ and $5$", "stated"),
        ("so the number is 10 which is 1,000.99€", "1,000.99€", "stated"),
        ("因此，杰西开始慢跑前的体重是192公斤。", "192", "last_in_prose"),
        ("\\text{so the required area is }12\\sqrt{3}.", "12\\sqrt{3}", "bare"),
        ("\\boxed{The\\ length\\ of\\ AB\\ is\\ \\frac{5}{2}}", "\\frac{5}{2}", "boxed"),
        ("\\text{the area is }12\\text{ if }x>0", "\\text{the area is }12\\text{ if }x>0", "bare"),
        ("\\text{the area is not }12", "\\text{the area is not }12", "bare"),
        ("\\text{the sum is }\\text{odd}", "\\text{the sum is }\\text{odd}", "bare"),
        ("Answer: Ann still has $90 to pay in 6 months.", "$90", "answer_phrase"),
        ("Answer: Ann pays 3 * 30 = $90 in total.", "$90", "answer_phrase"),
        ("Réponse : Marie doit encore 90 € dans 3 ans.", "90", "answer_phrase"),
        ("Antwort: Er schuldet ihr noch 90 Euro nach 3 Wochen.", "90", "answer_phrase"),
        ("Odpowiedź: 90", "90", "answer_phrase"),
        ("उत्तर: ९० रुपये", "९० रुपये", "answer_phrase"),
        ("La respuesta es 8.", "8", "answer_phrase"),
        ("A resposta é 8.", "8", "answer_phrase"),
        ("答えは 8 です。", "8 です", "answer_phrase"),
        ("Weng earned $10.", "$10", "last_in_prose"),
        ("Thus, x equals 42.", "42", "stated"),
        ("The point is (1, 2).", "(1, 2)", "stated"),
        ("<think>The answer is 5</think>So 7", "7", "bare"),
        ("I think <answer>7</answer> holds.", "7", "bare"),
        ("Answer: She reads 3 books in 6 months.", "3", "answer_phrase"),
    ],
)
def test_the_last_place_that_says_what_the_answer_is(text: str, value: str, rule: str) -> None:
    found = extract(text)
    assert found is not None
    assert (found.value, found.rule) == (value, rule)
    assert 0 <= found.start < found.end <= len(text)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\\boxed{}"])
def test_no_answer(text: str) -> None:
    assert extract(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("I think the correct answer is C", "C"),
        ("It's not A because it makes no sense, therefore I think it's B", "B"),
        ("B。 不是 A", "B"),
        ("The answer is (B) 12", "(B)"),
        ("The right options here are A and D", "A and D"),
        ("C, D", "C, D"),
        ("Let me think about the two of them.\n**D**\nbecause A fails", "D"),
        ("We choose among these here.\nA. 3\nB. 4\nso it must be the first, A", "A"),
        ("(C)^2", "(C)^2"),
    ],
)
def test_choice_letters_in_prose(text: str, value: str) -> None:
    found = extract(text, choice=True)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text",
    [
        "The rent for each A room is 240 yuan, and for each B room is 210 yuan",
        "f(n)=cn+d where c is a positive integer with all prime factors at most 10",
    ],
)
def test_a_gold_in_words_is_never_cut_down_to_one_number(text: str) -> None:
    found = gold_answer(text)
    assert found is not None
    assert found.value == text


def test_a_gold_that_is_a_solution_gives_what_its_mark_gives() -> None:
    found = gold_answer("Then $x=1/5$, or $\\boxed{20}$ percent.")
    assert found is not None
    assert found.value == "20\\%"


def test_damaged_escapes_are_mended_before_searching() -> None:
    found = extract("so \boxed{\frac{1}{2}}")
    assert found is not None
    assert found.value == "\\frac{1}{2}"


@pytest.mark.parametrize(
    ("gold", "value", "rule"),
    [
        ("The minimum value is $-3$.", "-3", "statement"),
        ("The area is 20 cm.", "20 cm", "statement"),
        ("The area is not 20.", "The area is not 20", "whole"),
        ("The area is 20 if x is 3.", "The area is 20 if x is 3", "whole"),
        ("The radius of circle 2 is 20", "The radius of circle 2 is 20", "whole"),
        ("The sum is less than zero.", "The sum is less than zero", "whole"),
    ],
)
def test_a_gold_that_is_one_plain_statement_is_its_value(gold: str, value: str, rule: str) -> None:
    found = gold_answer(gold)
    assert found is not None
    assert (found.value, found.rule) == (value, rule)


UNACCENTED = """Reponse Respuesta Antwort Antwoord Risposta Resposta Raspuns Odpowiedz Odpoved Odgovor Svar
Vastaus Vastus Valasz Cevap Jawaban Javob Jibu Sagot Tubag Erantzuna ANSWER Answer"""


@pytest.mark.parametrize("word", UNACCENTED.split())
def test_the_word_for_answer_counts_without_accents(word: str) -> None:
    found = extract(
        f"We have 12 and 30 of them, then we add what was left over. {word}: 42 in all of these 7 days"
    )
    assert found is not None
    assert (found.value, found.rule) == ("42", "answer_phrase")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("The answer is 3**12.", "3**12"),
        ("Final answer: (a+2)**(n-1)", "(a+2)**(n-1)"),
        ("The answer is **47**.", "47"),
        ("**Answer:** 9 + 4", "9 + 4"),
    ],
)
def test_bold_marks_go_and_power_signs_stay(text: str, value: str) -> None:
    found = extract(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Angle C measures [35^\\circ].", "35^\\circ"),
        ("We draw the height first. The base has length [ $3\\sqrt{7}$ ].", "3\\sqrt{7}"),
        ("The slope of the line is [-4]", "-4"),
    ],
)
def test_a_value_in_brackets_may_end_a_sentence(text: str, value: str) -> None:
    found = extract(text)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize("text", ["The sum is 31 [2].", "The domain is [1, 4].", "y = [6]"])
def test_what_is_no_value_in_brackets_is_not_cut_out(text: str) -> None:
    found = extract(text)
    assert found is not None
    assert found.rule != "bracketed"
