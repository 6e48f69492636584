"""A training recipe: TRL's own keys, checked by name, and what this machine changes about them.

The keys are those of SFTConfig (or GRPOConfig) and of TRL's ModelConfig, which holds LoRA and
quantization, plus `chat_template`. There is no layer of ours between: what a recipe says is handed
to TRL's own parser, the one that `trl sft --config` uses, so that both read a value alike.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from evol.config import read_recipe
from evol.errors import ConfigError, nearest
from evol.train.plan import Method

TEMPLATE_KEY: Final = "chat_template"
CONFIGS: Final[dict[Method, str]] = {"sft": "SFTConfig", "grpo": "GRPOConfig"}
WITHOUT_EXTRA: Final = "Training needs TRL and PyTorch, which are not installed: pip install 'evol[train]'."
ON_COMMAND_LINE: Final = {
    "output_dir": "--out says it",
    "model_name_or_path": "--model says it",
    "dataset_name": "DATASET says it",
    "resume_from_checkpoint": "running the same command again resumes by itself",
    "chat_template_path": "name it with chat_template",
    "pad_token": "a pad token that is not the end token is chosen from the tokenizer",
    "do_train": "evol train trains; --dry-run does not",
}
REPLACED: Final = {
    "warmup_ratio": "warmup_steps, where a number below 1 is a share of all steps",
    "max_seq_length": "max_length",
    "evaluation_strategy": "eval_strategy",
    "group_by_length": "train_sampling_strategy: group_by_length",
    "torch_dtype": "dtype",
    "no_cuda": "use_cpu",
    "tokenizer": "nothing: the tokenizer is the model's",
    "overwrite_output_dir": "nothing: an unfinished training is resumed, another --out starts anew",
    "num_of_sequences": "nothing: packing needs max_length alone",
    "dataset_batch_size": "nothing",
    "max_prompt_length": "nothing: max_length bounds the whole row",
    "per_gpu_train_batch_size": "per_device_train_batch_size",
    "logging_dir": "the TENSORBOARD_LOGGING_DIR environment variable",
    "lora_task": "lora_task_type",
}
NEW_NAMES: Final = {"gradient_checkpointing": "activation_checkpointing"}
"""Old names that TRL still takes, by their new ones."""


def quiet_libraries() -> None:
    """Set what torch and TRL read from the environment when imported, where a person has not.

    TRL pings the Hugging Face Hub for each trainer made: no telemetry, unless
    HF_HUB_DISABLE_TELEMETRY=0. OpenMP's threads spin while they wait, which on a busy machine costs
    ten times the steps: they sleep, unless OMP_WAIT_POLICY says otherwise.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


def read_recipes(path: Path | None, settings: Iterable[str] = (), method: Method = "sft") -> dict[str, Any]:
    """Return a recipe file's keys overridden by `KEY=VALUE` settings, each checked by name.

    Values are YAML. Raises ConfigError, one sentence, for a key that TRL does not have.
    """
    recipe = {} if path is None else read_recipe(path)
    recipe.update(_setting(text) for text in settings)
    check_keys(recipe, method)
    # YAML reads a bare `no` as false, and transformers wants the word.
    return {k: "no" if v is False and k.endswith("_strategy") else v for k, v in recipe.items()}


def _setting(text: str) -> tuple[str, Any]:
    import yaml

    key, equals, value = text.partition("=")
    if not (equals and key.strip()):
        raise ConfigError(f"--set {text!r} does not read as KEY=VALUE.")
    try:
        return key.strip(), yaml.safe_load(value)
    except yaml.YAMLError as error:
        raise ConfigError(
            f"--set {text!r}: the value is not YAML ({' '.join(str(error).split())})."
        ) from error


def _configs(method: Method) -> tuple[Any, Any]:
    quiet_libraries()
    try:
        import trl
    except ImportError:
        raise ConfigError(WITHOUT_EXTRA) from None

    return getattr(trl, CONFIGS[method]), trl.ModelConfig


def known_keys(method: Method = "sft") -> list[str]:
    """Return every key that a recipe may hold."""
    names = [field.name for config in _configs(method) for field in dataclasses.fields(config) if field.init]
    return [TEMPLATE_KEY, *(name for name in names if name not in ON_COMMAND_LINE)]


def check_keys(recipe: Mapping[str, Any], method: Method = "sft") -> None:
    """Raise ConfigError for a key that TRL does not have, has no longer, or that an option says."""
    known = known_keys(method)
    for key in recipe:
        if key in known:
            continue
        if key in ON_COMMAND_LINE:
            raise ConfigError(f"The recipe key {key!r} is not for a recipe: {ON_COMMAND_LINE[key]}.")
        if key in REPLACED:
            raise ConfigError(f"The recipe key {key!r} is gone from TRL; use {REPLACED[key]}.")
        raise ConfigError(
            f"Unknown recipe key {key!r}.{nearest(str(key), known)} The keys are those of TRL's "
            f"{CONFIGS[method]} and ModelConfig, and {TEMPLATE_KEY}."
        )


def for_this_machine(recipe: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the recipe with TRL's defaults for a GPU replaced where there is none, and what was said.

    What the recipe itself says stands. Raises ConfigError for quantization that cannot run here.
    """
    import torch

    accelerated = torch.accelerator.is_available() and not recipe.get("use_cpu")
    if recipe.get("load_in_4bit") or recipe.get("load_in_8bit"):
        _check_quantization(accelerated)
    if accelerated:
        return dict(recipe), []
    changed = {"use_cpu": True, "bf16": False, "activation_checkpointing": False}
    given = {NEW_NAMES.get(key, key) for key in recipe}
    added = {key: value for key, value in changed.items() if key not in given}
    notes = [f"No GPU here: {', '.join(f'{key}={value}' for key, value in added.items())}."] if added else []
    return {**recipe, **added}, notes


def _check_quantization(accelerated: bool) -> None:
    if not accelerated:
        raise ConfigError(
            "load_in_4bit and load_in_8bit need a GPU: leave them out to train LoRA without them."
        )
    if importlib.util.find_spec("bitsandbytes") is None:
        raise ConfigError("load_in_4bit and load_in_8bit need bitsandbytes: pip install bitsandbytes.")


def parse(recipe: Mapping[str, Any], output: Path, method: Method = "sft") -> tuple[Any, Any]:
    """Return (SFTConfig, ModelConfig) as `trl sft --config` would read these keys.

    Raises ConfigError, one sentence, where TRL refuses a value.
    """
    config, model_config = _configs(method)
    from trl import TrlParser

    parser = TrlParser((config, model_config))
    values = {key: value for key, value in recipe.items() if key != TEMPLATE_KEY}
    parser.set_defaults_with_config(output_dir=str(output), **values)
    complaint = io.StringIO()
    try:
        with contextlib.redirect_stderr(complaint):
            parsed = parser.parse_args_into_dataclasses(args=[])
    except SystemExit as error:
        said = complaint.getvalue().strip().rpartition("error: ")[2]
        raise ConfigError(f"TRL will not take the recipe: {said.rstrip('.')}.") from error
    except (ValueError, TypeError, ImportError, RuntimeError) as error:
        raise ConfigError(
            f"TRL will not take the recipe: {' '.join(str(error).split()).rstrip('.')}."
        ) from error
    return parsed[0], parsed[1]
