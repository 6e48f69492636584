"""What is read out of a server's answer, and what is not trusted in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.teacher.chat import (
    Unreadable,
    after_thinking,
    complaint,
    error_field,
    model_names,
    read_reply,
)
from evol.types import ChatReply, ChatRequest, Message

REQUEST = ChatRequest((Message("user", "What is two and two?"),))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["choices", "message", "content"]), inner)
    ),
)


def read(message, *, finish="stop", **fields) -> ChatReply:
    body = {"choices": [{"message": message, "finish_reason": finish}], **fields}
    return read_reply(json.dumps(body).encode(), REQUEST, "tiny")


@pytest.mark.parametrize(
    ("message", "finish", "text", "reason"),
    [
        ({"content": ""}, "stop", "", "stop"),
        ({"content": None}, "stop", "", "stop"),
        ({}, None, "", "stop"),
        ({"content": "cut of"}, "length", "cut of", "length"),
        ({"content": "half"}, "content_filter", "half", "content_filter"),
        ({"content": None, "refusal": "I cannot."}, "stop", "I cannot.", "refusal"),
        ({"content": "Four.", "refusal": None}, "stop", "Four.", "stop"),
        ({"content": "Four."}, "eos_token", "Four.", "stop"),
        (
            {"content": [{"type": "text", "text": "Fo"}, {"type": "text", "text": "ur."}]},
            "stop",
            "Four.",
            "stop",
        ),
        ({"content": "<think>\nhm\n</think>\n\nFour.", "reasoning_content": "hm"}, "stop", "Four.", "stop"),
        ({"content": None, "reasoning_content": "hm"}, "length", "", "length"),
    ],
)
def test_empty_cut_and_refused_replies_are_replies(message, finish, text, reason):
    reply = read(message, finish=finish)
    assert (reply.text, reply.finish_reason) == (text, reason)


@pytest.mark.parametrize("finish", ["error", "abort"])
def test_an_answer_that_the_server_broke_off_is_none(finish):
    with pytest.raises(Unreadable, match=finish):
        read({"content": "Fo"}, finish=finish)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<think>a</think>b", "b"),
        ("\n<think>\na\n</think>\n\n  b\n", "b\n"),
        ("reasoning whose start stood in the prompt</think>b", "b"),
        ("<think>never ends", ""),
        ("plain", "plain"),
        ("Close the tag: <think>x</think> is one.", "Close the tag: <think>x</think> is one."),
    ],
)
def test_reasoning_is_left_out(text, rest):
    assert after_thinking(text) == rest


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        "many",
        {"prompt_tokens": None},
        {"prompt_tokens": -1, "completion_tokens": True},
        {"prompt_tokens": 1e3},
    ],
)
def test_usage_that_is_not_counted_is_estimated(usage):
    spent = read({"content": "four " * 30}, usage=usage).usage
    assert spent.calls == 1
    assert 5 <= spent.prompt_tokens <= 30
    assert 30 <= spent.completion_tokens <= 60


def test_the_model_that_answered_is_the_servers_word_or_ours():
    assert read({"content": "x"}, model="tiny-2025").model == "tiny-2025"
    assert read({"content": "x"}, model=None).model == "tiny"


@given(JSON | st.builds(lambda x: {"choices": [x]}, JSON))
def test_any_json_is_a_reply_or_unreadable(data):
    try:
        reply = read_reply(json.dumps(data).encode(), REQUEST, "tiny")
    except Unreadable:
        return
    assert isinstance(reply.text, str)


@given(st.binary())
def test_any_bytes_make_a_short_complaint_on_one_line(raw):
    said = complaint(raw, "")
    assert len(said) <= 302
    assert "\n" not in said
    assert model_names(raw) == []
    assert error_field(raw, "code") == ""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "too long"}}, "too long"),
        ({"error": "too long"}, "too long"),
        ({"detail": "too long"}, "too long"),
        ({"object": "error", "message": "too long"}, "too long"),
        ({"detail": [{"msg": "too long"}]}, "too long"),
    ],
)
def test_complaints_are_found_where_servers_put_them(body, said):
    assert said in complaint(json.dumps(body).encode(), "")


def test_a_page_of_html_is_no_complaint():
    assert complaint(b"<html><h1>Bad Gateway</h1></html>", "") == ""
