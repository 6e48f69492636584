"""A real OpenAI-compatible server: llama.cpp, serving a model made on the spot.

The model is a one-layer Llama of random weights that talks nonsense in English words, stops by
itself after a few, and knows every byte by its tokenizer. It takes milliseconds to make and serve.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

CONTEXT: Final = 8192
SLOTS: Final = 4
WIDTH: Final = 32
WORDS: Final = (
    "the a of to and is in that for it are how many each has what if more than with was apple apples box "
    "boxes dollars price total hours minutes train number sum answer first then so we find"
)
CHARACTERS: Final = (
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,?!+-*/=()'\"$%:;<>#\\{}[]_^&|~`@▁"
)
TEMPLATE: Final = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}assistant:"

# Piece types of a sentencepiece vocabulary, and how likely a random model is made to say each.
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6


def pieces() -> list[tuple[str, int, float]]:
    """Return the vocabulary: piece, type, and its logit before the random part."""
    special = [("<unk>", UNKNOWN, -4.0), ("<s>", CONTROL, -4.0), ("</s>", CONTROL, 2.0)]
    every_byte = [(f"<0x{byte:02X}>", BYTE, -4.0) for byte in range(256)]
    words = [(f"▁{word}", NORMAL, 1.5) for word in WORDS.split()]
    return special + every_byte + words + [(character, NORMAL, 0.0) for character in CHARACTERS]


def write_tiny_model(path: Path) -> None:
    """Write the model as GGUF.

    All embeddings share a component that survives to the last layer, where each piece's output
    row turns it into that piece's logit.
    """
    gguf = pytest.importorskip("gguf", reason="the tiny model is written with the gguf package")
    import numpy as np

    vocabulary, dice = pieces(), np.random.default_rng(0)

    def noise(*shape: int) -> Any:
        return dice.normal(0, 0.05, shape).astype(np.float32)

    file = gguf.GGUFWriter(path, "llama")
    file.add_context_length(CONTEXT)
    file.add_embedding_length(WIDTH)
    file.add_block_count(1)
    file.add_feed_forward_length(2 * WIDTH)
    file.add_head_count(2)
    file.add_layer_norm_rms_eps(1e-5)
    file.add_tokenizer_model("llama")
    file.add_token_list([piece for piece, _, _ in vocabulary])
    file.add_token_types([kind for _, kind, _ in vocabulary])
    file.add_token_scores([-float(rank) for rank in range(len(vocabulary))])
    file.add_chat_template(TEMPLATE)
    logits = np.array([[logit / WIDTH] for _, _, logit in vocabulary], np.float32)
    file.add_tensor("token_embd.weight", noise(len(vocabulary), WIDTH) + 1)
    file.add_tensor("output.weight", noise(len(vocabulary), WIDTH) + logits)
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        file.add_tensor(f"blk.0.{name}.weight", noise(WIDTH, WIDTH))
    for name, shape in {"gate": (2, 1), "up": (2, 1), "down": (1, 2)}.items():
        file.add_tensor(f"blk.0.ffn_{name}.weight", noise(shape[0] * WIDTH, shape[1] * WIDTH))
    for name in ("blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"):
        file.add_tensor(f"{name}.weight", np.ones(WIDTH, np.float32))
    file.write_header_to_file()
    file.write_kv_data_to_file()
    file.write_tensors_to_file()
    file.close()


@dataclass(frozen=True)
class TinyServer:
    """Where a server is and what it serves; `handle` keeps it running."""

    base_url: str
    model: str
    handle: Any


@pytest.fixture(scope="session")
def start_server(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., TinyServer]:
    """Return what starts a server on a free port; it ends when nothing holds it any more."""
    llama = pytest.importorskip("xllamacpp", reason="the real server is llama.cpp inside xllamacpp")
    path = tmp_path_factory.mktemp("model") / "tiny.gguf"
    write_tiny_model(path)

    def start(**settings: Any) -> TinyServer:
        params = llama.CommonParams()
        params.model.path = str(path)
        params.model_alias = {"tiny"}
        params.port = 0
        params.n_parallel, params.n_ctx = SLOTS, SLOTS * CONTEXT
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.warmup = False
        params.verbosity = -1
        for name, value in settings.items():
            setattr(params, name, value)
        server = llama.Server(params)
        return TinyServer(f"{server.listening_address}/v1", "tiny", server)

    return start


@pytest.fixture(scope="session")
def tiny_server(start_server: Callable[..., TinyServer]) -> TinyServer:
    """A running server that wants no key: `base_url` and `model`."""
    return start_server()
