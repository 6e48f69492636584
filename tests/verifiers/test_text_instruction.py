"""Evolved instructions that quote their prompt, give their answer or add nothing are found."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import (
    answer_in_instruction,
    copied_prompt,
    no_information_gain,
    read_equal_judgement,
    refused_to_evolve,
)


@pytest.mark.parametrize(
    "text",
    [
        "#Rewritten Prompt#: How many apples?",
        "Here is the rewritten prompt. How many?",
        "Like the #Given Prompt#, but harder",
        "**Created Prompt** Name a river.",
        "<evolved>How many?</evolved>",
        "</instruction> How many?",
        "#New Test# write a loop",
        "The given_prompt asks for a sum.",
    ],
)
def test_words_of_the_evolving_prompt_are_seen(text):
    assert copied_prompt(text).reason == "copied_prompt"


@pytest.mark.parametrize(
    "text",
    [
        "Write a program that prompts the user for a number.",
        "Given a list, follow the given instructions promptly.",
        "## Problem\nHow many apples are there?",
        "#include <iostream>\n# a comment about the original file",
        "Complete the XML <item>new</item>.",
    ],
)
def test_honest_uses_are_left_alone(text):
    assert copied_prompt(text).accepted


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("How many? The answer is 42.", "42"),
        ("How many? The final answer is $1,250.", "1250"),
        ("How many?\n#### 42", "42"),
        (r"Find x. \boxed{\frac{1}{2}}", r"\frac{1}{2}"),
        ("What is the capital? Answer: Paris", "Paris"),
        ("How many? Answer: 3.5", None),
        ("How many? The correct answer is 12.", None),
    ],
)
def test_a_stated_answer_is_given_away(text, answer):
    assert answer_in_instruction(text, answer).reason == "answer_in_instruction"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Tom has 42 apples and gives away 0. How many are left?", "42"),
        ("If the answer is 42, what was the question?", None),
        ("I double a number; the result is 100. What was it?", None),
        ("Tom says the answer is 42. Is he right?", None),
        ("Give the answer as a decimal, and state your answer: in metres.", "4"),
        (r"Write your final answer as \boxed{answer}.", "42"),
        ("#### Task\nAdd 3 and 4.", "7"),
        ("The answer is 5 more than twice a number. The number is 3. Find it.", "13"),
        ("The answer is 13.", "3"),
        ("The answer is 1.35.", "1"),
    ],
)
def test_a_number_that_merely_occurs_is_not(text, answer):
    assert answer_in_instruction(text, answer).accepted


def test_a_response_copied_whole_counts_from_eight_words_on():
    response = "def f(n): return n if n < 2 else f(n - 1) + f(n - 2)"
    assert (
        answer_in_instruction(f"Mend this: {response} please", response=response).reason
        == "answer_in_instruction"
    )
    assert answer_in_instruction("Say yes or no: is it yes?", response="yes").accepted


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ("Tom has 3 apples.", "tom has 3 apple"),
        ("How many apples does Tom have?", "Apples: how many does Tom have, please?"),
        ("Add 2 + 3", "Please add 2+3."),
        ("List the primes.", "List primes"),
    ],
)
def test_the_same_words_are_no_gain(parent, child):
    assert no_information_gain(parent, child).reason == "no_information_gain"


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        ("Tom has 3 apples.", "Tom has 4 apples."),
        ("Tom has 3 apples.", "Tom has 3.5 apples."),
        ("Pay 3 then 5.", "Pay 5 then 3."),
        ("Compute 7 + 2.", "Compute 7 - 2."),
        ("Sort ascending.", "Sort descending."),
        ("Which are even?", "Which are not even?"),
        ("Find an integer.", "Find a positive integer."),
        ("word " * 300, "word " * 300 + "in linear time"),
    ],
)
def test_one_changed_number_or_word_is_a_change(parent, child):
    assert no_information_gain(parent, child).accepted


@given(
    st.lists(st.sampled_from(["Anna", "buys", "red", "pens", "before", "noon", "cash"]), min_size=1),
    st.randoms(),
)
def test_word_order_and_case_never_matter(words, random_source: random.Random):
    shuffled = words[:]
    random_source.shuffle(shuffled)
    assert not no_information_gain(" ".join(words), " ".join(shuffled).upper() + "!").accepted


@given(st.text(max_size=80), st.integers(0, 999), st.integers(1, 999))
def test_a_changed_number_always_matters(text, number, step):
    assert no_information_gain(f"{text} {number}", f"{text} {number + step}").accepted


@given(st.text(max_size=120))
def test_a_text_is_no_gain_over_itself(text):
    assert not no_information_gain(text, text).accepted


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        ("Equal", "equal"),
        ("Not Equal", "not_equal"),
        ("**Not Equal**", "not_equal"),
        ("NOT_EQUAL.", "not_equal"),
        ("Judgement: Not Equal\nThe second adds a condition.", "not_equal"),
        ("Equal. Both ask for the sum and have no limits.", "equal"),
        ("Not Equal - the depth differs.", "not_equal"),
        ("They differ in scope.\n\nThe final verdict is: not equal", "not_equal"),
        ('{"judgement": "Equal"}', "equal"),
        ("Equal or Not Equal", None),
        ("Equal, or rather not equal", None),
        ("Equal\nNot Equal", None),
        ("They do not seem to be equal", None),
        ("Equal in depth but not in breadth", None),
        ("Equally deep", None),
        ("Unequal", None),
        ("Equal: no", None),
        ("", None),
    ],
)
def test_a_judgement_is_read_strictly(reply, read):
    assert read_equal_judgement(reply) == read


@given(st.text(max_size=60))
def test_not_equal_never_reads_as_equal(noise):
    assert read_equal_judgement(f"Not Equal{noise}") != "equal" or "\n" in noise.replace("\r", "\n")


@pytest.mark.parametrize(
    "text",
    ["Sorry, I can't help with that.", "I'm sorry, but no.", "I am very sorry: this cannot be rewritten.",
     "Sorry, as an AI language model I cannot do this.", "As an AI language model, I do not write problems."],
)  # fmt: skip
def test_a_refusal_is_no_instruction(text):
    assert refused_to_evolve(text).reason == "refusal"


@pytest.mark.parametrize(
    "text",
    ["Write a letter that says sorry.", "Tom says sorry 3 times an hour. How often is that a day?", ""],
)
def test_an_apology_further_on_belongs_to_what_is_asked(text):
    assert refused_to_evolve(text).accepted


def test_an_answer_stated_after_another_result_is_found():
    problem = "The first result is 88. What is half of it, plus 16? The correct answer is 60."
    verdict = answer_in_instruction(problem, "60")
    assert verdict.evidence["phrase"] == "The correct answer is 60."
    assert not answer_in_instruction(problem).accepted


def test_a_supposition_ends_with_its_sentence():
    assert not answer_in_instruction("If it rains, what does the gauge show? Answer: 12", "12").accepted
    assert answer_in_instruction("What must it show if the answer is 12?", "12").accepted


def test_a_result_may_be_a_condition_as_long_as_the_answer_is_not_known():
    problem = "A number is doubled and 4 is added. The result is 10. What is the number?"
    assert answer_in_instruction(problem).accepted
    assert answer_in_instruction(problem, "3").accepted
    assert not answer_in_instruction("Double 5. The result is 10. What is it?", "10").accepted


@given(st.text(max_size=200), st.text(max_size=200))
def test_no_rule_raises(text, other):
    assert copied_prompt(text).reason
    assert answer_in_instruction(text, other, other).reason
    assert no_information_gain(text, other).reason


@pytest.mark.parametrize(
    "piece", ["if the answer is 3. ", "\n", "```\n", "#### ", "the answer is ", "\\boxed{"]
)
def test_long_repetitive_text_is_judged_at_once(piece):
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    for verdict in (copied_prompt(text), answer_in_instruction(text), no_information_gain(text, text)):
        assert verdict.reason
    assert time.process_time() - start < 5
