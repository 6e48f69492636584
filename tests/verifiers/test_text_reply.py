"""Replies that refuse, speak of themselves, ask back or say nothing are told from answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import asks_back, assistant_boilerplate, only_stop_words, refusal


def test_sorry_counts_only_in_fewer_than_eighty_words():
    assert refusal("I'm sorry, I cannot do that.").reason == "refusal"
    assert refusal("Sorry! " + "word " * 78).reason == "refusal"
    assert refusal("Sorry! " + "word " * 79).accepted


@pytest.mark.parametrize("text", ["", "The sorrybird flies.", "There are 42 apples."])
def test_without_the_word_sorry_nothing_is_refused(text):
    assert refusal(text).accepted


@pytest.mark.parametrize(
    "text",
    [
        "As an AI language model, I have no opinion.",
        "Well, as an artificial intelligence I cannot feel.",
        "I'm just an AI and cannot browse.",
        "I cannot assist with that request.",
        "I can’t help with this.",
        "Unfortunately, I am unable to open the file.",
        "I apologize, but I cannot provide that.",
        "I'm not able to see images.",
        "I won't write this.",
    ],
)
def test_an_assistants_phrases_are_boilerplate(text):
    assert assistant_boilerplate(text).reason == "assistant_boilerplate"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I can't help but admire the proof.",
        "I will add the numbers: 2 + 3 = 5.",
        "An AI company earns $5 a day.",
        "The boy said he cannot help. He has 3 apples.",
        "I cannot be negative, so x = 3.",
        "Unfortunately, the train is late, so it takes 5 hours.",
    ],
)
def test_an_answer_that_uses_the_same_words_is_none(text):
    assert assistant_boilerplate(text).accepted


@pytest.mark.parametrize(
    "text",
    [
        "Sure, would you like me to begin?",
        "Understood! What is the problem?",
        "There is no list. Please provide the list so that I can sort it.",
        "Could you please share the code?",
    ],
)
def test_a_short_reply_that_asks_for_input_is_asking_back(text):
    assert asks_back(text).reason == "asks_back"


@pytest.mark.parametrize(
    "text",
    [
        "Sure! 2 + 2 = 4.",
        'raise ValueError("Please provide a positive number")',
        "```python\ninput('please provide a number')\n```",
        "Is it raining?",
        "Please provide details. " + "word " * 80,
    ],
)
def test_an_answer_is_not_asking_back(text):
    assert asks_back(text).accepted


@pytest.mark.parametrize("text", ["", "...", "And so, it is the.", "it's there", "---\n***", "$ + ="])
def test_punctuation_and_stop_words_say_nothing(text):
    assert only_stop_words(text).reason == "only_stop_words"


@pytest.mark.parametrize("text", ["No.", "Yes", "7", "x", "∞", "A", "(B)", "It is Paris.", "👍", "是"])
def test_a_short_answer_says_something(text):
    assert only_stop_words(text).accepted


@given(st.text(max_size=200))
def test_no_rule_raises(text):
    for rule in (refusal, assistant_boilerplate, asks_back, only_stop_words):
        assert rule(text).reason


@given(st.text(max_size=100), st.integers(0, 10**6))
def test_a_number_is_content(text, number):
    assert only_stop_words(f"{text} {number}").accepted
