"""What a batch replies is what each request alone replies; decoding is what the request says."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from evol.errors import ConfigError, RequestFailed
from evol.generation import ChatModel, Stopped, find_model, fingerprint
from evol.types import ChatReply, ChatRequest, Message, Sampling

PAIRS = [
    (f"What is {a} + {b}?", f"{a} + {b} = {a + b}. The answer is {a + b}.") for a in (2, 3) for b in (4, 5)
]


@pytest.fixture(scope="module")
def folder(tiny_models: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(tiny_models.write_tiny_llama(tmp_path_factory.mktemp("models") / "adder", PAIRS))


@pytest.fixture(scope="module")
def chat(folder: Path) -> ChatModel:
    return ChatModel(folder)


def ask(text: str, temperature: float = 0.0, tokens: int = 24, sample: int = 0) -> ChatRequest:
    return ChatRequest((Message("user", text),), Sampling(temperature, 0.9, tokens), sample)


def replies(chat: ChatModel, requests: list[ChatRequest], batch: int) -> list[ChatReply | RequestFailed]:
    found = dict(chat.generate(requests, batch=batch))
    return [found[place] for place in range(len(requests))]


def mixed() -> list[ChatRequest]:
    """Requests of many lengths, greedy and sampled, some cut off."""
    return [
        ask(f"{question}{' now' * length}", temperature, tokens, sample)
        for length, (question, _) in enumerate(PAIRS)
        for temperature, tokens, sample in ((0.0, 24, 0), (1.3, 24, 0), (1.3, 24, 1), (0.0, 3, 0))
    ]


def test_a_batch_replies_as_each_request_alone_does(chat: ChatModel) -> None:
    assert replies(chat, mixed(), batch=64) == replies(chat, mixed(), batch=1)


def test_what_was_learnt_is_said_and_stops(chat: ChatModel) -> None:
    for (asked, said), reply in zip(PAIRS, replies(chat, [ask(q) for q, _ in PAIRS], batch=3), strict=True):
        assert isinstance(reply, ChatReply)
        assert (reply.text, reply.finish_reason) == (said, "stop")
        assert reply.usage.completion_tokens > 5
        assert reply.usage.prompt_tokens > len(asked) / 4


def test_a_reply_that_does_not_stop_is_cut_and_says_so(chat: ChatModel) -> None:
    (reply,) = replies(chat, [ask(PAIRS[0][0], tokens=3)], batch=1)
    assert isinstance(reply, ChatReply)
    assert (reply.finish_reason, reply.usage.completion_tokens) == ("length", 3)


def test_draws_differ_by_number_and_seed_and_are_the_same_again(folder: Path, chat: ChatModel) -> None:
    requests = [ask("Say anything.", 2.0, 16, sample) for sample in range(8)]
    drawn = replies(chat, requests, batch=8)
    assert len({reply.text for reply in drawn if isinstance(reply, ChatReply)}) > 4
    assert replies(ChatModel(folder), requests, batch=8) == drawn
    assert replies(ChatModel(folder, seed=1), requests, batch=8) != drawn


def test_draws_follow_the_models_probabilities(folder: Path, chat: ChatModel) -> None:
    """The first token of 400 draws against the softmax itself."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    requests = [ChatRequest((Message("user", "What is"),), Sampling(1.0, 1.0, 1), n) for n in range(400)]
    texts = [reply.text for reply in replies(chat, requests, batch=100) if isinstance(reply, ChatReply)]
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModelForCausalLM.from_pretrained(folder)
    turns = [{"role": "user", "content": "What is"}]
    prompt = tokenizer.apply_chat_template(
        turns, add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    with torch.inference_mode():
        likely = model(**prompt).logits[0, -1].softmax(-1)
    top = int(likely.argmax())
    share = texts.count(tokenizer.decode([top])) / len(texts)
    assert share == pytest.approx(float(likely[top]), abs=0.08)


def test_defaults_that_a_model_brings_along_are_left_out(
    folder: Path, tmp_path: Path, chat: ChatModel
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    settings = json.loads((copy / "generation_config.json").read_text())
    odd = {**settings, "repetition_penalty": 5.0, "do_sample": True, "temperature": 9.0}
    (copy / "generation_config.json").write_text(json.dumps(odd))
    requests = [ask(question) for question, _ in PAIRS]
    texts = [
        [r.text for r in replies(c, requests, 4) if isinstance(r, ChatReply)] for c in (chat, ChatModel(copy))
    ]
    assert texts[0] == texts[1]


def test_a_prompt_longer_than_the_context_fails_alone(chat: ChatModel) -> None:
    long, short = replies(chat, [ask("many " * 600), ask(PAIRS[0][0])], batch=2)
    assert isinstance(long, RequestFailed)
    assert "the model's context holds 512" in str(long)
    assert isinstance(short, ChatReply)


def test_a_batch_that_does_not_fit_is_halved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    whole = ChatModel._batch

    def scarce(self: ChatModel, requests: list[ChatRequest], prompts: list[list[int]]) -> list[ChatReply]:
        sizes.append(len(requests))
        if len(requests) > 2:
            raise MemoryError
        return whole(self, requests, prompts)

    monkeypatch.setattr(ChatModel, "_batch", scarce)
    found = replies(ChatModel(folder), [ask(question) for question, _ in PAIRS] * 2, batch=8)
    assert all(isinstance(reply, ChatReply) for reply in found)
    assert sizes == [8, 4, 2, 2, 2, 2]


def test_stop_ends_generation(folder: Path) -> None:
    chat = ChatModel(folder)
    chat.stop()
    with pytest.raises(Stopped):
        replies(chat, [ask("What is 2 + 4?")], batch=1)


def test_other_weights_have_another_fingerprint(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    assert fingerprint(copy) == fingerprint(folder)
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x01")
    assert fingerprint(copy) != fingerprint(folder)


def test_what_is_no_model_is_said_in_a_sentence(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="There is no folder"):
        find_model(str(tmp_path / "none"))
    with pytest.raises(ConfigError, match="holds no model"):
        find_model(str(tmp_path))
    untold = tmp_path / "untold"
    shutil.copytree(folder, untold)
    (untold / "chat_template.jinja").unlink()
    with pytest.raises(ConfigError, match="has no chat template"):
        ChatModel(untold)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ConfigError, match=r"pip install 'evol\[train\]'"):
        ChatModel(folder)


def plain_model(tiny_models: ModuleType, folder: Path, text: str, *, drops: bool = False) -> Path:
    """Write a base model, without a chat template, that goes on with `text` behind "Q:".

    Its tokenizer `drops` the first space of whatever it decodes, as that of Llama 2 does.
    """
    import torch
    from tokenizers import decoders

    tokenizer = tiny_models.make_tokenizer([text], template=None)
    if drops:
        tokenizer.backend_tokenizer.decoder = decoders.Sequence(
            [decoders.ByteLevel(), decoders.Strip(" ", 1, 0)]
        )
    model = tiny_models.make_llama(tokenizer)
    ids = torch.tensor([tokenizer(f"Q:{text}")["input_ids"]])
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    for _ in range(200):
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if loss.item() < tiny_models.KNOWN:
            break
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def test_a_base_model_goes_on_with_the_text_up_to_a_stop(tiny_models: ModuleType, tmp_path: Path) -> None:
    base = plain_model(tiny_models, tmp_path / "base", "\n    return 7\n\ndef other(): pass")
    free = ChatModel(base, plain=True)
    (on,) = replies(free, [ask("Q:", tokens=14)], batch=1)
    assert isinstance(on, ChatReply)
    assert on.text.startswith("\n    return 7\n\nd")
    stopping = ChatModel(base, plain=True, until=("\ndef", "\nclass"))
    short, cut = replies(stopping, [ask("Q:", tokens=60), ask("Q:", tokens=2)], batch=2)
    assert isinstance(short, ChatReply)
    assert (short.text, short.finish_reason) == ("\n    return 7\n", "stop")
    assert short.usage.completion_tokens < 30, "the rest was not generated"
    assert isinstance(cut, ChatReply)
    assert cut.finish_reason == "length"
    alone = replies(stopping, [ask("Q:", tokens=60)], batch=1)
    beside = replies(stopping, [ask("Q:", tokens=60), ask("Something else", tokens=60)], batch=2)
    assert beside[0] == alone[0]


def test_a_leading_space_of_a_continuation_is_kept(tiny_models: ModuleType, tmp_path: Path) -> None:
    base = plain_model(tiny_models, tmp_path / "base", " x = 1", drops=True)
    (reply,) = replies(ChatModel(base, plain=True), [ask("Q:", tokens=4)], batch=1)
    assert isinstance(reply, ChatReply)
    assert reply.text.startswith(" x")
