"""What a training will take: optimizer steps, tokens and memory, told before a model is loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

GIB: Final = 2**30
BYTES: Final = {"float32": 4.0, "bfloat16": 2.0, "float16": 2.0, "auto": 2.0}
ACTIVATION_BYTES: Final = 34
"""Bytes of activations for a token, layer and unit of width at 16 bits (Korthikanti et al. 2022,
arXiv 2205.05198, equation 1, the part without the attention matrix, which is not stored today)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Steps of the optimizer, tokens processed, parameters, and bytes of memory on one device.

    `memory` is weights, gradients, Adam's moments and activations of the longest batch; not the
    allocator's slack nor the logits. None where the model's sizes are not known.
    """

    steps: int
    rows_per_step: int
    tokens: int
    parameters: int | None
    trainable: int | None
    memory: int | None


def estimate(config: Any, model: Any, architecture: Any, rows: int, tokens: int, longest: int) -> Estimate:
    """Estimate a training of `rows` rows with `tokens` tokens, the longest row of `longest` tokens.

    `config` is an SFTConfig, `model` TRL's ModelConfig, `architecture` the model's own config.
    """
    per_step = config.per_device_train_batch_size * config.gradient_accumulation_steps * config.world_size
    items = max(1, math.ceil(tokens / config.max_length)) if config.packing else rows
    batches = math.ceil(items / (config.per_device_train_batch_size * config.world_size))
    epoch = max(1, math.ceil(batches / config.gradient_accumulation_steps))
    steps = config.max_steps if config.max_steps > 0 else math.ceil(config.num_train_epochs * epoch)
    parameters, trainable = _parameters(architecture, model)
    memory = None
    if parameters is not None and trainable is not None:
        row = config.max_length if config.packing else longest
        memory = _memory(config, model, architecture, parameters, trainable, row)
    return Estimate(steps, per_step, round(tokens * steps / epoch), parameters, trainable, memory)


def _parameters(architecture: Any, model: Any) -> tuple[int | None, int | None]:
    """Count a model's parameters, and those trained, on a device that holds no data."""
    import torch
    from transformers import AutoModelForCausalLM
    from trl import get_peft_config

    try:
        with torch.device("meta"):
            skeleton = AutoModelForCausalLM.from_config(architecture)
            total = sum(weight.numel() for weight in skeleton.parameters())
            if (adapter := get_peft_config(model)) is None:
                return total, total
            from peft import get_peft_model

            adapted = get_peft_model(skeleton, adapter)
            return total, sum(weight.numel() for weight in adapted.parameters() if weight.requires_grad)
    except (ValueError, ImportError, RuntimeError):
        # An architecture that needs code, packages or data that are not here has no size to tell yet.
        return None, None


def _memory(config: Any, model: Any, architecture: Any, parameters: int, trainable: int, row: int) -> int:
    of_weight = 0.6 if model.load_in_4bit else 1.1 if model.load_in_8bit else BYTES[model.dtype or "float32"]
    of_trained = of_weight if trainable == parameters else 4.0
    states = parameters * of_weight + trainable * of_trained * 3
    text = architecture.get_text_config()
    width, layers = text.hidden_size, text.num_hidden_layers
    tokens = config.per_device_train_batch_size * row
    half = 1.0 if (config.bf16 or config.fp16 or model.dtype == "bfloat16") else 2.0
    layer = ACTIVATION_BYTES * half * width * tokens
    kept = layers * 2 * half * width * tokens + layer if config.activation_checkpointing else layers * layer
    return int(states + kept)
