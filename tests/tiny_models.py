"""Tiny Llamas and their tokenizers, made on the spot for tests: no download, well under a second each.

Not a test module. Tests load it by path through the `tiny_models` fixture of `tests/conftest.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

PAD: Final = "<|pad|>"
EOS: Final = "<|im_end|>"
START: Final = "<|im_start|>"
CHATML: Final = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] }}<|im_end|>{% endgeneration %}"
    "{% else %}{{ m['content'] }}<|im_end|>{% endif %}\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
KNOWN: Final = 0.01
"""The loss a token at which a model that was taught repeats what it was taught."""
CORPUS: Final = (
    "How many apples does Ann have if she has 3 apples and buys 4 more? She has 3 + 4 = 7.\n"
    "The answer is 7. system user assistant question answer total price each box of 12 minutes\n"
) * 4


def make_tokenizer(texts: Iterable[str] = (), *, template: str | None = CHATML, vocabulary: int = 400) -> Any:
    """Return a byte-level BPE tokenizer with single digits, trained on `texts` and a few sentences."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d"), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    bpe.decoder = decoders.ByteLevel()
    bpe.train_from_iterator(
        [CORPUS, *texts],
        trainers.BpeTrainer(
            vocab_size=vocabulary,
            special_tokens=[PAD, START, EOS],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, pad_token=PAD, eos_token=EOS)
    tokenizer.chat_template = template
    return tokenizer


def make_llama(tokenizer: Any, *, width: int = 64, layers: int = 2, context: int = 512, seed: int = 0) -> Any:
    """Return a Llama of random weights for a tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)


def teach(model: Any, tokenizer: Any, pairs: Sequence[tuple[str, str]], *, steps: int = 600) -> float:
    """Train a model until it says each pair's second text to its first, and stops; return the last loss.

    Ends early where the loss says that it knows them by heart.
    """
    import torch

    texts = [
        tokenizer.apply_chat_template(
            [{"role": "user", "content": asked}, {"role": "assistant", "content": said}], tokenize=False
        )
        for asked, said in pairs
    ]
    batch = tokenizer(texts, return_tensors="pt", padding=True)
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    for row, (asked, _) in zip(labels, pairs, strict=True):
        row[: len(_prompt(tokenizer, asked))] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    loss = torch.tensor(0.0)
    for _ in range(steps):
        loss = model(**batch, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        if loss.item() < KNOWN:
            break
    model.eval()
    return loss.item()


def _prompt(tokenizer: Any, asked: str) -> list[int]:
    turns = [{"role": "user", "content": asked}]
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text)["input_ids"]
    return ids


def write_tiny_llama(
    folder: Path,
    pairs: Sequence[tuple[str, str]] = (),
    *,
    template: str | None = CHATML,
    steps: int = 600,
    **sizes: int,
) -> Path:
    """Write a model and its tokenizer to `folder`, having learnt `pairs` by heart; return the folder."""
    tokenizer = make_tokenizer([text for pair in pairs for text in pair], template=template)
    model = make_llama(tokenizer, **sizes)
    if pairs:
        teach(model, tokenizer, pairs, steps=steps)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
