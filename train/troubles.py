"""Troubles of a machine as sentences: too little memory, a full disk, weights that cannot be read."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evol.errors import ConfigError
from evol.train.outputs import last_checkpoint, remove_cut

NO_MEMORY: Final = ("out of memory", "can't allocate memory", "cannot allocate memory", "not enough memory")
NO_SPACE: Final = (
    "no space left",
    "disk quota exceeded",
    "pytorchstreamwriter failed",
    "inline_container.cc",
)


def lacks_memory(error: BaseException) -> bool:
    """Whether an error of torch or Python says that memory ran out, on a GPU or a CPU."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(sign in said for sign in NO_MEMORY)
    )


def lacks_space(error: BaseException) -> bool:
    """Whether an error says that a disk is full: Python's, torch's and safetensors' say so differently."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if any(sign in str(error).lower() for sign in NO_SPACE):
        return True
    return error.__context__ is not None and lacks_space(error.__context__)


def memory_advice(config: Any, model: Any) -> str:
    """Return the settings to change, in the order of what they cost, leaving out those already set."""
    advice = []
    if not config.activation_checkpointing:
        advice.append("activation_checkpointing: true")
    if (batch := config.per_device_train_batch_size) > 1:
        half = max(1, batch // 2)
        steps = config.gradient_accumulation_steps * batch // half
        advice.append(f"per_device_train_batch_size: {half} with gradient_accumulation_steps: {steps}")
    if config.max_length is None or config.max_length > 512:
        advice.append("a smaller max_length")
    if not model.use_peft:
        advice.append("use_peft: true (LoRA)")
    if model.dtype == "float32":
        advice.append("dtype: bfloat16")
    return ", ".join(advice) or "a smaller model"


@contextmanager
def told_in_a_sentence(out: Path, config: Any, model: Any) -> Iterator[None]:
    """Turn a lack of memory or disk into a ConfigError; what is no trouble of the machine passes."""
    try:
        yield
    except Exception as error:
        if lacks_memory(error):
            advice = memory_advice(config, model)
            raise ConfigError(f"Memory ran out. Set, one after the other: {advice}.") from error
        if lacks_space(error):
            raise ConfigError(_full(out)) from error
        raise


def _full(out: Path) -> str:
    """Remove what was cut off, which also makes room, and say what is left."""
    remove_cut(out)
    kept = last_checkpoint(out)
    left = f"training goes on from {kept.name}, which is whole" if kept else "no checkpoint was whole yet"
    return f"The disk of {out} is full: make room and run the same command again; {left}."
