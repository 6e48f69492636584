"""Damaged text is named for what it is, and sound text passes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import empty, encoding_damage, repetition, truncated


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u2060\ufeff", "\u3164", "\u2800\ufe0f", "\x00\x1f"])
def test_text_that_shows_nothing_is_empty(text):
    assert empty(text).reason == "empty"


@pytest.mark.parametrize("text", ["0", ".", " a ", "\u200b∞", "😀"])
def test_one_visible_character_is_not_empty(text):
    assert empty(text).accepted


@given(st.text())
def test_empty_agrees_with_itself_under_invisible_padding(text):
    assert empty(f"\u200b {text}\n").outcome == empty(text).outcome


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("half a pair \ud83d here", "lone_surrogate"),
        ("caf\ufffd", "replacement_character"),
        ("bell\x07", "control_character"),
        ("$\x0crac{1}{2}$", "control_character"),
        ("$3 \times 4$", "eaten_escape"),
        ("$\\left(3\right)$", "eaten_escape"),
        ("cafÃ©", "mojibake"),
        ("itâ€™s", "mojibake"),
        ("5 Ã— 3", "mojibake"),
        ("Â£20", "mojibake"),
    ],
)
def test_damage_is_named(text, kind):
    verdict = encoding_damage(text)
    assert (verdict.reason, verdict.evidence["kind"]) == ("encoding_damage", kind)
    json.dumps(verdict.to_json()).encode("utf-8")


@pytest.mark.parametrize(
    "text",
    [
        "naïve café, « LE CAFÉ », NÃO, Ångström",
        "a\tb\r\nc",
        "\tindented\n\ttext\n",
        "π ≈ 3.14 × 2, ½, €5, “quoted” — 日本語 😀👨‍👩‍👧",
        r"\frac{1}{2} \times \right)",
    ],
)
def test_sound_text_of_any_script_passes(text):
    assert encoding_damage(text).accepted


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_printable_ascii_is_never_damaged(text):
    assert encoding_damage(text).accepted


@given(st.text(alphabet="àâçéèêëîïôûùüÿñæœäöß", min_size=1, max_size=6))
def test_misreading_utf8_is_always_seen(word):
    misread = word.encode("utf-8").decode("latin-1")
    assert encoding_damage(f"a {misread} b").reason == "encoding_damage"
    assert encoding_damage(f"a {word} b").accepted


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Here it is:\n```python\ndef f():\n    return", "open_fence"),
        ("~~~\nx = 1\n", "open_fence"),
        ("````\n```\n", "open_fence"),
        (r"So the answer is \boxed{\frac{1}{2", "open_box"),
        (r"\boxed{3} and then \boxed{4", "open_box"),
    ],
)
def test_an_open_fence_or_box_is_a_cut(text, kind):
    verdict = truncated(text)
    assert (verdict.reason, verdict.evidence["kind"]) == ("truncated", kind)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No full stop here",
        "```\ncode\n```",
        "````\n```\n````\n",
        r"\boxed{\{1, 2\}}",
        "use ``` in a line",
        "42",
    ],
)
def test_a_whole_text_is_not_cut_without_the_servers_word(text):
    assert truncated(text).accepted
    assert truncated(text, "length").reason == "truncated"


@pytest.mark.parametrize(
    "text",
    [
        "First we add. " + "and then we add " * 20,
        "the " * 60,
        "ha" * 150,
        "Step 1: compute.\n" + "The answer is 4 apples.\n" * 12,
    ],
)
def test_a_loop_is_seen(text):
    assert repetition(text).reason == "repetition"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0 0 0 0 " * 40,
        "-" * 400,
        "no no no no no",
        "\n".join(f"line {i} of the list" for i in range(200)),
    ],
)
def test_data_and_short_echoes_are_no_loop(text):
    assert repetition(text).accepted


@given(st.text(max_size=300))
def test_no_rule_raises(text):
    for rule in (empty, encoding_damage, truncated, repetition):
        json.dumps(rule(text).to_json())
