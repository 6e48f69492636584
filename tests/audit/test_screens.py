"""A screen never hides what its rule objects to, whatever the text."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from evol.audit.quiet import Marks, look, may_be_personal, only_english
from evol.audit.screens import Screened, may_echo, may_give_away
from evol.types import Verdict
from evol.verifiers import text
from evol.verifiers.row_ending import cut_off
from evol.verifiers.row_language import row_language
from evol.verifiers.row_leak import leaked_prompt
from evol.verifiers.row_template import chat_template
from evol.verifiers.text_personal import KEY_STARTS

PIECES = (
    "#Rewritten Prompt#",
    "the given prompt",
    "<evolved>",
    "Evolved question:",
    "act as a Prompt Rewriter",
    "increase the difficulty of the given",
    "famous AI systems",
    "Here's a harder version of the problem:",
    "here is my new question:",
    "\ufffd",
    "\x07",
    "Ã©",
    "â€™",
    "\times",
    "\right",
    "```",
    "~~~",
    "\\boxed{4",
    "\\fbox",
    "the answer is 42",
    "Solution: 7",
    "#### 42",
    "\\boxed{42}",
    "<|im_end|>",
    "[INST]",
    "<<SYS>>",
    "</s>",
    "<s>",
    "### Response:",
    "## Human:",
    "Assistant: yes",
    "\nUser: and",
    "Human : what",
    "AI : no",
    "I'm sorry",
    "SORRY",
    "As an AI language model",
    "I’m just an AI",
    "Unfortunately, I cannot help",
    "I cannot",
    "My apologies, I can't do",
    "please provide",
    "Could you",
    "I need more details",
    "Sure, what?",
    "Okay. Which?",
    "and the",
    "because",
    "x =",
    "<<48/2",
    "a,",
    "(",
    "over and over again",
    "Say it again. ",
    "the",
    "of",
    "is it so?",
    "tea",
    "\n",
    "  ",
    ".",
    "!",
    "Write a story about the sea and the wind that blows over it",
    "ſorry",
    "der die und das ist 'nicht' ein eine auch werden aus er hat",
    "de la que el en y los para",
    "İ",
    "A",
    "per la non over con i men y o",
    "we all are here and this is the man who has the plan for it",
    "`x`",
    '"quoted"',
    "\n\n",
    "<b>",
    "ada@mail.net",
    "+49 30 1234 5678 90",
    "sk-abcdefghijklmnopqrstuvwx",
    "GB33BUKB20201555555555",
    "4929 4212 3460 0821",
    "user: no",
    "I'm unable to help",
    "Below is an instruction that describes a task",
    "# Core Instructions #",
)
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES), st.text(max_size=6), st.sampled_from(PIECES).map(lambda p: f"{p} " * 45)
    ),
    max_size=6,
).map(" ".join)

OF_ONE: list[tuple[Callable[[Screened], bool], Callable[[str], Verdict]]] = [
    (Screened.copies_prompt, text.copied_prompt),
    (lambda s: s.leaks(instruction=True), lambda t: leaked_prompt(t, instruction=True)),
    (lambda s: s.leaks(instruction=False), leaked_prompt),
    (Screened.damaged, text.encoding_damage),
    (Screened.truncates, text.truncated),
    (Screened.loops, text.repetition),
    (lambda s: s.templated(reply=False), chat_template),
    (lambda s: s.templated(reply=True), lambda t: chat_template(t, "What?", reply=True)),
    (Screened.dangles, cut_off),
    (lambda s: "sorry" in s.low, text.refusal),
    (Screened.speaks_as_assistant, text.assistant_boilerplate),
    (lambda s: not s.has_content(), text.only_stop_words),
    (Screened.asks, text.asks_back),
    (lambda s: may_be_personal(s.raw), text.personal_data),
]
MARKED: list[Callable[[str, str], Verdict]] = [
    lambda asked, said: text.copied_prompt(asked),
    lambda asked, said: leaked_prompt(asked, instruction=True),
    lambda asked, said: leaked_prompt(said),
    lambda asked, said: chat_template(asked),
    lambda asked, said: chat_template(said, asked, reply=True),
    lambda asked, said: text.refusal(said),
    lambda asked, said: text.assistant_boilerplate(said),
]


@given(TEXTS)
def test_what_a_rule_rejects_its_screen_lets_through(sample: str) -> None:
    for number, (screen, rule) in enumerate(OF_ONE):
        assert screen(Screened(sample)) or rule(sample).accepted, (number, rule(sample))


@given(TEXTS, TEXTS)
def test_rules_about_two_texts_are_screened_alike(asked: str, said: str) -> None:
    for first, second in (
        (asked, said),
        (asked, asked),
        (f"{asked} {said}", said),
        (asked, f"{asked} {said}"),
    ):
        one, other = Screened(first), Screened(second)
        english = first.isascii() and second.isascii() and only_english(first) and only_english(second)
        assert not english or row_language(first, second).accepted
        assert may_echo(one, other) or text.echo(first, second).accepted
        assert may_give_away(one, other) or text.answer_in_instruction(first, None, second).accepted


@given(TEXTS, TEXTS)
def test_a_row_without_marks_passes_every_rule_that_looks_for_some(asked: str, said: str) -> None:
    marks = look(Screened(asked), Screened(said))
    for number, rule in enumerate(MARKED):
        assert marks.words or rule(asked, said).accepted, (number, rule(asked, said))
    assert marks.personal or text.personal_data(asked).accepted
    assert marks.personal or text.personal_data(said, asked).accepted
    assert marks.foreign or row_language(asked, said).accepted


def test_usual_rows_have_no_marks() -> None:
    asked = "Ada has 12 boxes, each with 8 pencils. How many pencils does she have per box of 4 if x < y?"
    said = "She has 12 * 8 = <<12*8=96>>96 pencils.\n# per box\n#### 24"
    assert look(Screened(asked), Screened(said)) == Marks(words=False, personal=False, foreign=False)


def test_the_start_of_every_key_is_seen() -> None:
    for start in KEY_STARTS:
        for key in (f"{start}abc", f"{start}-", f"A {start}p-4f3e2d1c0b9a"):
            assert may_be_personal(key) or text.personal_data(key).accepted
    for key in (
        "AKIAQ3EGWT7EZ4TB5NPL",
        "xoxb-4f3e2d1c0b9a8",
        "hf_" + "aBcD3fGh1JkLmN0pQrStUvWxYz12345",
        "AIza" + "b7" * 17 + "c",
    ):
        assert may_be_personal(key), key
        assert not text.personal_data(key).accepted, key
