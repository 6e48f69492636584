"""The teacher against llama.cpp: a real server's answers, lengths, errors and keys."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from evol.errors import RequestFailed, TeacherError
from evol.teacher.openai_api import OpenAITeacher
from evol.types import ChatRequest, Message, Sampling

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def ask(text="How many apples are in 3 boxes of 4?", **sampling) -> ChatRequest:
    return ChatRequest((Message("system", "Think."), Message("user", text)), Sampling(**sampling))


def talk(server, conversation, *, api_key=None):
    async def held():
        teacher = OpenAITeacher(
            server.model, concurrency=8, timeout_s=30, base_url=server.base_url, api_key=api_key
        )
        try:
            return await conversation(teacher)
        finally:
            await teacher.aclose()

    return asyncio.run(held())


def test_preflight_passes_and_leaves_a_teacher_that_answers(tiny_server):
    async def begin(teacher):
        await teacher.preflight()
        return await teacher.reply(ask(max_tokens=200))

    assert talk(tiny_server, begin).text.split()


def test_a_reply_has_text_and_counted_usage(tiny_server):
    reply = talk(tiny_server, lambda teacher: teacher.reply(ask(max_tokens=200)))
    assert reply.text.split()
    assert reply.model == "tiny"
    assert reply.usage.prompt_tokens > 40
    assert 0 < reply.usage.completion_tokens <= 200


def test_replies_that_stop_and_replies_that_are_cut_are_told_apart(tiny_server):
    async def many(teacher):
        return await asyncio.gather(*[teacher.reply(ask(f"{i} apples", max_tokens=12)) for i in range(60)])

    replies = talk(tiny_server, many)
    assert Counter(reply.finish_reason for reply in replies).keys() == {"stop", "length"}
    assert all(reply.usage.completion_tokens == 12 for reply in replies if reply.finish_reason == "length")


def test_a_prompt_over_the_context_is_the_rows_verdict(tiny_server):
    with pytest.raises(RequestFailed, match=r"400: .*context size"):
        talk(tiny_server, lambda teacher: teacher.reply(ask("apple " * 20_000)))


def test_a_prompt_that_is_no_unicode_is_the_rows_verdict(tiny_server):
    with pytest.raises(RequestFailed, match=r"400: .*surrogate"):
        talk(tiny_server, lambda teacher: teacher.reply(ask("caf\ud83d")))


def test_emoji_and_control_characters_pass(tiny_server):
    assert talk(tiny_server, lambda teacher: teacher.reply(ask("🍎 \x00\x1b\r\n ５ 個", max_tokens=9))).model


def test_a_server_with_a_key_says_who_may_ask(start_server):
    server = start_server(api_keys=["sk-right"])
    talk(server, lambda teacher: teacher.preflight(), api_key="sk-right")
    for wrong in ("sk-wrong", None):
        with pytest.raises(TeacherError, match="set OPENAI_API_KEY"):
            talk(server, lambda teacher: teacher.preflight(), api_key=wrong)


def test_an_address_without_its_last_part_says_so(tiny_server, start_server):
    server = type(tiny_server)(tiny_server.base_url + "/v2", "tiny", tiny_server.handle)
    with pytest.raises(TeacherError, match="ends in /v1"):
        talk(server, lambda teacher: teacher.preflight())
