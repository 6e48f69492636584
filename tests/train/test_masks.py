"""The loss mask, the end token and the template, on real tokenizers, held against TRL's own."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("trl", reason="needs the [train] extra")

from evol.errors import ConfigError, DataError
from evol.train.masking import Tokens, tokenize
from evol.train.plan import TrainPlan
from evol.train.preflight import check, choose_pad, pieces, quantiles
from evol.train.recipe import for_this_machine, parse
from evol.train.rows import TrainingRow, TrainingRows
from evol.train.sft import make_trainer, prepare
from evol.train.templates import TEMPLATES, read_template

from .conftest import QUICK, chat_row, sums, write_rows

ENDS = {"chatml": "<|im_end|>", "llama3": "<|eot_id|>"}
SPECIAL = [
    "<|im_start|>",
    "<|im_end|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|eot_id|>",
    "<unk>",
    "<s>",
    "</s>",
]
PUBLISHED = {
    "chatml": "<|im_start|>user\nWhat is 3 + 4?<|im_end|>\n<|im_start|>assistant\n[[It is 7.<|im_end|>\n]]",
    "llama3": "<s><|start_header_id|>user<|end_header_id|>\n\nWhat is 3 + 4?<|eot_id|>"
    "<|start_header_id|>assistant<|end_header_id|>\n\n[[It is 7.<|eot_id|>]]",
    "llama2": "<s>[INST] What is 3 + 4? [/INST][[ It is 7. </s>]]",
    "vicuna": "<s>A chat between a curious user and an artificial intelligence assistant. The assistant "
    "gives helpful, detailed, and polite answers to the user's questions. USER: What is 3 + 4? ASSISTANT:"
    "[[ It is 7.</s>]]",
    "alpaca": "<s>Below is an instruction that describes a task. Write a response that appropriately "
    "completes the request.\n\n### Instruction:\nWhat is 3 + 4?\n\n### Response:[[It is 7.</s>]]",
    "wizardlm": "<s>What is 3 + 4?\n\n### Response:[[It is 7.</s>]]",
}
TALK = [
    {"role": "user", "content": "What is 3 + 4?"},
    {"role": "assistant", "content": "It is 7."},
    {"role": "user", "content": "And 2 + 2?"},
    {"role": "assistant", "content": "It is 4."},
]


def bpe(eos: str, *, metaspace: bool) -> Any:
    """Return a BPE tokenizer trained here: byte-level as Llama 3's and Qwen's, or metaspace as Llama 2's."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    corpus = [row["prompt"][0]["content"] + row["completion"][0]["content"] for row in sums(40)] + list(
        PUBLISHED.values()
    )
    if metaspace:
        made = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
        made.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
        )
        extra = [f"<0x{byte:02X}>" for byte in range(256)]
        made.train_from_iterator(
            corpus,
            trainers.BpeTrainer(vocab_size=700, special_tokens=[*SPECIAL, *extra], show_progress=False),
        )
    else:
        made = Tokenizer(models.BPE())
        made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        made.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        made.train_from_iterator(
            corpus,
            trainers.BpeTrainer(
                vocab_size=500, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
            ),
        )
    return PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token=eos, pad_token="<unk>")


@pytest.fixture(scope="module", params=[False, True], ids=["byte-level", "metaspace"])
def tokenizers(request: pytest.FixtureRequest) -> dict[str, Any]:
    found = {}
    for name in TEMPLATES:
        found[name] = bpe(ENDS.get(name, "</s>"), metaspace=request.param)
        found[name].chat_template = read_template(name)
    return found


def config(tmp_path: Path, **recipe: Any) -> Any:
    return parse(for_this_machine(recipe)[0], tmp_path)[0]


def rows_of(*columns: dict[str, Any], kind: Any = "prompt-completion") -> TrainingRows:
    return TrainingRows(kind, tuple(TrainingRow(f"row {n}", kind, c) for n, c in enumerate(columns, 1)))


def marked(tokens: Tokens, tokenizer: Any) -> str:
    return "".join(f"[[{text}]]" if loss else text for text, loss in pieces(tokens, tokenizer))


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_loss_falls_on_the_answer_and_its_end(
    name: str, tokenizers: dict[str, Any], tmp_path: Path
) -> None:
    tokenizer = tokenizers[name]
    rows = rows_of(chat_row("What is 3 + 4?", "It is 7."))
    (tokens,) = tokenize(rows.rows, tokenizer, config(tmp_path))
    assert marked(tokens, tokenizer) == PUBLISHED[name]
    assert tokens.prefix
    assert check(rows, tokenizer, config(tmp_path), frozenset({tokenizer.eos_token_id})).loss_tokens > 3


@pytest.mark.parametrize("name", TEMPLATES)
def test_whole_conversations_are_trained_on_each_answer(
    name: str, tokenizers: dict[str, Any], tmp_path: Path
) -> None:
    tokenizer = tokenizers[name]
    rows = rows_of({"messages": TALK}, kind="messages")
    (tokens,) = tokenize(rows.rows, tokenizer, config(tmp_path, assistant_only_loss=True))
    trained = [text for text, loss in pieces(tokens, tokenizer) if loss]
    end = tokenizer.eos_token
    assert [text.strip().replace(" </s>", "</s>") for text in trained] == [f"It is 7.{end}", f"It is 4.{end}"]


def test_a_system_message_is_rendered_by_every_template(tokenizers: dict[str, Any]) -> None:
    talk = [{"role": "system", "content": "Be brief."}, *TALK]
    for name, tokenizer in tokenizers.items():
        text = tokenizer.apply_chat_template(talk, tokenize=False)
        assert text.count("Be brief.") == 1, name
        assert text.count("What is 3 + 4?") == 1, name


def own(base_model: Path, path: Path, **recipe: Any) -> TrainPlan:
    return TrainPlan(str(path), str(base_model), path.parent / "out", {**QUICK, **recipe})


FORMS = {
    "chat": (sums(5), {}),
    "template": (sums(5), {"chat_template": "alpaca"}),
    "everything": (sums(5), {"completion_only_loss": False}),
    "plain": ([{"prompt": "3 + 4 =", "completion": " 7"}, {"prompt": "2 + 2 =", "completion": " 4"}], {}),
    "text": ([{"text": "3 + 4 = 7"}, {"text": "2 + 2 = 4"}], {}),
    "messages": ([{"messages": TALK}, {"messages": TALK[:2]}], {"assistant_only_loss": True}),
}


@pytest.mark.parametrize("form", FORMS)
def test_trl_masks_the_same_tokens(form: str, base_model: Path, tmp_path: Path) -> None:
    rows, recipe = FORMS[form]
    prepared = prepare(own(base_model, write_rows(tmp_path / "rows.jsonl", rows), **recipe))
    theirs = make_trainer(prepared, []).train_dataset
    for tokens, row in zip(
        tokenize(prepared.checked.rows.rows, prepared.tokenizer, prepared.config), theirs, strict=True
    ):
        assert list(tokens.ids) == row["input_ids"]
        assert [token if on else -100 for token, on in zip(tokens.ids, tokens.loss, strict=True)] == row[
            "labels"
        ]


def test_an_end_token_outside_the_loss_is_refused(tokenizers: dict[str, Any], tmp_path: Path) -> None:
    tokenizer, rows = tokenizers["chatml"], rows_of(chat_row("What is 3 + 4?", "It is 7."))
    end = frozenset({tokenizer.convert_tokens_to_ids("</s>")})
    with pytest.raises(ConfigError, match=r"set eos_token: '<\|im_end\|>'"):
        check(rows, tokenizer, config(tmp_path), end)
    endless = read_template("alpaca").replace("+ eos_token", "")
    tokenizer = bpe("</s>", metaspace=False)
    tokenizer.chat_template = endless
    with pytest.raises(ConfigError, match=r"'</s>' is not in the loss \(row 1\)"):
        check(rows, tokenizer, config(tmp_path), end)


def test_a_template_that_renders_the_prompt_in_two_ways_is_refused(tmp_path: Path) -> None:
    tokenizer = bpe("</s>", metaspace=False)
    tokenizer.chat_template = (
        "{% for m in messages %}{{ m['content'] }}{% endfor %}"
        "{% if add_generation_prompt %} Think first:{% else %}</s>{% endif %}"
    )
    rows = rows_of(chat_row("What is 3 + 4?", "It is 7."))
    with pytest.raises(ConfigError, match="prompt alone is tokenized differently"):
        check(rows, tokenizer, config(tmp_path), frozenset({tokenizer.eos_token_id}))


def test_a_template_that_cannot_render_a_row_is_a_sentence(tmp_path: Path) -> None:
    tokenizer = bpe("</s>", metaspace=False)
    tokenizer.chat_template = "{{ raise_exception('no system messages') }}"
    with pytest.raises(ConfigError, match=r"cannot render a row near row 1 \(no system messages\)"):
        check(rows_of(chat_row("a", "b")), tokenizer, config(tmp_path), frozenset({0}))


def test_a_template_without_marks_is_refused_for_assistant_only_loss(tmp_path: Path) -> None:
    tokenizer = bpe("</s>", metaspace=False)
    tokenizer.chat_template = "{% for m in messages %}{{ m['content'] }}</s>{% endfor %}"
    with pytest.raises(ConfigError, match="marks the answers"):
        check(
            rows_of({"messages": TALK}, kind="messages"),
            tokenizer,
            config(tmp_path, assistant_only_loss=True),
            frozenset({tokenizer.eos_token_id}),
        )


def test_rows_that_are_too_long_are_left_out_whole(tokenizers: dict[str, Any], tmp_path: Path) -> None:
    tokenizer = tokenizers["alpaca"]
    rows = rows_of(chat_row("a?", "b."), chat_row("a?", "b. " * 200), chat_row("c?", "d."))
    ends = frozenset({tokenizer.eos_token_id})
    found = check(rows, tokenizer, config(tmp_path, max_length=200), ends)
    assert [row.where for row in found.rows.rows] == ["row 1", "row 3"]
    assert [(row.where, row.reason) for row in found.left_out] == [("row 2", "longer than max_length")]
    assert found.left_out[0].tokens > 200
    packed = config(tmp_path, max_length=200, packing=True, packing_strategy="bfd_split")
    assert len(check(rows, tokenizer, packed, ends).rows.rows) == 3
    with pytest.raises(DataError, match=r"all 3 are longer than max_length 5 \(the shortest has"):
        check(rows, tokenizer, config(tmp_path, max_length=5), ends)


def test_quantiles_are_lengths_of_rows() -> None:
    assert quantiles([5, 1, 3, 2, 4]) == {0.0: 1, 0.25: 2, 0.5: 3, 0.75: 4, 0.95: 5, 1.0: 5}
    assert set(quantiles([7]).values()) == {7}


def test_the_pad_token_is_not_the_end_token(tiny_models: ModuleType) -> None:
    tokenizer = tiny_models.make_tokenizer()
    assert choose_pad(tokenizer) == tiny_models.PAD
    tokenizer.pad_token = tokenizer.eos_token
    assert choose_pad(tokenizer) == tiny_models.PAD
    bare = bpe("</s>", metaspace=False)
    bare.pad_token = None
    assert choose_pad(bare) == "<unk>"
