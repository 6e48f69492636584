"""The rules about rows of finished sets: template marks, leaked prompts, language, broken endings."""

from __future__ import annotations

import pytest

from evol.verifiers.row_ending import cut_off
from evol.verifiers.row_language import row_language
from evol.verifiers.row_leak import leaked_prompt
from evol.verifiers.row_template import chat_template

ENGLISH = "We add up what there was at the start and then take away what was sold in the week."
GERMAN = (
    "Zuerst rechnen wir aus, wie viele es am Anfang waren, und dann ziehen wir ab, was verkauft wurde. "
    "Damit ist klar, dass am Ende noch der Rest für die anderen bleibt."
)


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("It is four.<|im_end|>", True),
        ("### Response:\nIt is four.", True),
        ("It is four.</s>", True),
        ("Assistant: It is four.", True),
        ("It is four.\n\nHuman: And five?", True),
        ("The total is <<48/2=24>>24 clips.\n#### 24", False),
        ("Use <b>bold</b> and a list [1, 2].", False),
        ("## Response time\nIt is short.", False),
    ],
)
def test_template_marks(text: str, *, rejected: bool) -> None:
    assert chat_template(text, "What is two and two?", reply=True).accepted is not rejected


def test_a_row_about_templates_may_hold_their_marks() -> None:
    assert chat_template("It ends with <|im_end|>.", "Explain the ChatML chat template.").accepted


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("I want you to act as a Prompt Rewriter.", True),
        ("Sure! Here is a slightly more complex version of the question:\nAdd 2 and 2.", True),
        ("Increase the difficulty of the given programming test question by a constraint.", True),
        ("Rewrite the given sentence in the passive voice.", False),
        ("Act as a travel guide and plan a day in Rome.", False),
        ("Here is a list of numbers: 1, 2, 3. Add them.", False),
    ],
)
def test_leaks_of_the_evolving_prompt(text: str, *, rejected: bool) -> None:
    assert leaked_prompt(text, instruction=True).accepted is not rejected


@pytest.mark.parametrize(
    ("asked", "said", "reason"),
    [
        (ENGLISH, GERMAN, "wrong_language"),
        (f"{ENGLISH} Answer in German.", GERMAN, "language_fits"),
        (f"{ENGLISH} What would a German word for it be?", GERMAN, "language_open"),
        (ENGLISH, f"{ENGLISH} 我们这样计算。", "mixed_language"),
        (f"{ENGLISH} 苹果", f"{ENGLISH} 苹果", "language_fits"),
        (ENGLISH, f"{ENGLISH}\n\n{ENGLISH}\n\n{ENGLISH}\n\n{GERMAN}", "mixed_language"),
        (ENGLISH, "def f(a, y, e):\n    y = a ^ (y >> e)\n    return y\nprint(f(y, e), y)", "language_fits"),
    ],
)  # fmt: skip
def test_languages(asked: str, said: str, reason: str) -> None:
    assert row_language(asked, said).reason == reason


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("First we count all of the apples and the", True),
        ("So he spends 240/60=<<240/60", True),
        ("The total comes to 48 + 24 =", True),
        ("We need apples, pears and plums.", False),
        ("Red, green,\nblue", False),
        ("What is it made of?", False),
        ("for x in items: total = total +\\\n x", False),
        ("```\nwe want all of the\n```", False),
    ],
)
def test_endings(text: str, *, rejected: bool) -> None:
    assert cut_off(text).accepted is not rejected
