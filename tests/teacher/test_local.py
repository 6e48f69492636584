"""The teacher in this process: requests in flight together are one batch."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import ModuleType

import pytest

from evol.errors import ConfigError, RequestFailed
from evol.generation import ChatModel
from evol.teacher import make_teacher
from evol.teacher.local import LocalTeacher
from evol.types import ChatReply, ChatRequest, Message, Sampling

PAIRS = [(f"What is {a} + {b}?", f"{a} + {b} = {a + b}.") for a in (2, 3) for b in (4, 5)]


@pytest.fixture(scope="module")
def folder(tiny_models: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tiny_models.write_tiny_llama(tmp_path_factory.mktemp("models") / "adder", PAIRS))


def ask(text: str, tokens: int = 16) -> ChatRequest:
    return ChatRequest((Message("user", text),), Sampling(0.0, 1.0, tokens))


async def talk(teacher: LocalTeacher, requests: list[ChatRequest]) -> list[ChatReply | BaseException]:
    try:
        await teacher.preflight()
        return await asyncio.gather(*map(teacher.reply, requests), return_exceptions=True)
    finally:
        await teacher.aclose()


def test_requests_in_flight_together_make_batches(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    whole = ChatModel._batch

    def counted(self: ChatModel, requests: list[ChatRequest], prompts: list[list[int]]) -> list[ChatReply]:
        sizes.append(len(requests))
        return whole(self, requests, prompts)

    monkeypatch.setattr(ChatModel, "_batch", counted)
    asked = [ask(question) for question, _ in PAIRS] + [ask(question, 17) for question, _ in PAIRS]
    replies = asyncio.run(talk(LocalTeacher(str(folder), concurrency=3), asked))
    assert [reply.text for reply in replies if isinstance(reply, ChatReply)] == [
        said for _, said in PAIRS
    ] * 2
    assert sizes == [3, 1, 3, 1]


def test_one_request_that_fails_leaves_the_others_alone(folder: Path) -> None:
    replies = asyncio.run(
        talk(LocalTeacher(str(folder), concurrency=8), [ask("many " * 600), ask(PAIRS[0][0])])
    )
    assert isinstance(replies[0], RequestFailed)
    assert isinstance(replies[1], ChatReply)


def test_its_identity_names_the_model_and_its_weights(folder: Path) -> None:
    identity = LocalTeacher(str(folder), concurrency=1).identity
    assert identity.startswith("local:adder@")
    assert identity == LocalTeacher(f"{folder}/", concurrency=9, seed=4).identity


def test_local_is_a_teacher_that_a_run_can_name(folder: Path, tmp_path: Path) -> None:
    def no_pack(error: float, seed: int) -> LocalTeacher:
        raise AssertionError

    made = make_teacher(f"local:{folder}", procedural=no_pack, seed=0, concurrency=2, timeout_s=1)
    assert isinstance(made, LocalTeacher)
    with pytest.raises(ConfigError, match="There is no folder"):
        make_teacher(f"local:{tmp_path}/none", procedural=no_pack, seed=0, concurrency=2, timeout_s=1)
