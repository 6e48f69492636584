"""The tiny Llama and its tokenizer, made on the spot.

Half a million parameters: width 128, two layers of four heads. The tokenizer is a byte-level BPE
whose merges may run across spaces, so that a stock phrase is one token and a row is half as long;
digits stand alone, and so do capitalised words, which are mostly names. It is trained on sound
problems only, the same for every arm.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any, Final

from bench.verification_pays.problems import UP, sound_problem
from evol.domains.math.procedural.solutions import written

PAD: Final = "<|pad|>"
USER: Final = "<|user|>"
ASSISTANT: Final = "<|assistant|>"
END: Final = "<|end|>"
TEMPLATE: Final = (
    "{% for m in messages %}{% if m['role'] == 'assistant' %}<|assistant|>{{ m['content'] }}<|end|>"
    "{% else %}<|user|>{{ m['content'] }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
VOCABULARY: Final = 900


def corpus(count: int) -> list[str]:
    """Return sound problems with solutions: mostly evolved once, and easy ones on other topics."""
    rng = Random("corpus")
    texts = []
    for n in range(count):
        length = (0, 1, 1, 1, 1, 1, 2, 3)[n % 8]
        way = [rng.choice(UP) for _ in range(length)] if n % 10 else ["easier-new-topic"]
        story = sound_problem(way, rng)
        solution = written(story.marked(), story.last.number, story.last, rng)
        texts.append(f"{story.instruction()}\n{solution}")
    return texts


def make_tokenizer(texts: list[str]) -> Any:
    """Return the tokenizer, trained on texts."""
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    apart = pre_tokenizers.Split(Regex(r"\d|[A-Z][a-z]+"), "isolated")
    bytes_ = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([apart, bytes_])
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, USER, ASSISTANT, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(texts, trainer)
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=bpe, pad_token=PAD, eos_token=END)
    tokenizer.chat_template = TEMPLATE
    return tokenizer


def write_base(folder: Path, texts: int, seed: int) -> Path:
    """Write a model of random weights and its tokenizer, unless they are there; returns the folder."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    if (folder / "config.json").exists():
        return folder
    tokenizer = make_tokenizer(corpus(texts))
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        initializer_range=0.05,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    tokenizer.save_pretrained(folder)
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder
