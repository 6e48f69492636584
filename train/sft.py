"""Supervised fine-tuning: rows and a base model in, a trained model with its record out.

TRL's SFTTrainer does the training; nothing of it is replaced. What stands around it is what a
trainer leaves to its user: which rows, checks before the first step, a folder that resumes, and
files that say what was done. `trl sft --config OUT/training/trl-sft.yaml` trains the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evol.errors import ConfigError
from evol.train.plan import Trained, TrainPlan
from evol.train.recipe import TEMPLATE_KEY, check_keys, for_this_machine, parse, quiet_libraries
from evol.train.rows import TrainingRows, read_training_rows
from evol.train.templates import read_template
from evol.train.written import Written, write_inputs

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a training needs before its first step."""

    plan: TrainPlan
    recipe: dict[str, Any]
    rows: TrainingRows
    tokenizer: Any


def train(plan: TrainPlan, say: Say = silent) -> Trained:
    """Train a model as planned and write it, with its record, to `plan.out`.

    `say` is given each sentence that a person should read. Raises ConfigError or DataError, one
    sentence, for whatever in the plan cannot be trained.
    """
    prepared = prepare(plan, say)
    written = write_inputs(plan, prepared.recipe, prepared.rows, prepared.tokenizer)
    trainer = make_trainer(prepared, written)
    output = trainer.train()
    trainer.save_model()
    trainer.save_state()
    return Trained(
        plan.out,
        trainer.state.global_step,
        float(output.training_loss),
        float(output.metrics["train_runtime"]),
        len(prepared.rows.rows),
    )


def prepare(plan: TrainPlan, say: Say = silent) -> Prepared:
    """Read rows, recipe and tokenizer, and check what can be checked before a model is loaded."""
    quiet_libraries()
    check_keys(plan.recipe, plan.method)
    recipe, notes = for_this_machine(plan.recipe)
    for note in notes:
        say(note)
    tokenizer = load_tokenizer(plan.model, recipe)
    rows = read_training_rows(
        plan.dataset,
        plan.columns,
        all_rows=plan.all_rows,
        whole_conversations=bool(recipe.get("assistant_only_loss")),
        chat=TEMPLATE_KEY in recipe,
    )
    return Prepared(plan, recipe, rows, tokenizer)


def load_tokenizer(model: str, recipe: dict[str, Any]) -> Any:
    """Load a model's tokenizer with the recipe's chat template and end token.

    Raises ConfigError where there is no such model or template.
    """
    from transformers import AutoTokenizer

    options = {"revision": recipe.get("model_revision"), "trust_remote_code": recipe.get("trust_remote_code")}
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, **{k: v for k, v in options.items() if v})
    except (OSError, ValueError) as error:
        raise ConfigError(no_model(model, error)) from error
    if TEMPLATE_KEY in recipe:
        tokenizer.chat_template = read_template(recipe[TEMPLATE_KEY])
    if end := recipe.get("eos_token"):
        tokenizer.eos_token = end
    return tokenizer


def no_model(model: str, error: Exception) -> str:
    """Return the sentence for a model that cannot be loaded."""
    if Path(model).is_dir():
        return f"{model} is no model that transformers can load: {str(error).strip().partition(chr(10))[0].rstrip('.')}."
    if Path(model).is_absolute() or model.startswith("."):
        return f"There is no model folder {model}."
    return f"There is no model {model}: it is no folder here, and the Hugging Face Hub does not give it."


def make_trainer(prepared: Prepared, written: Written, callbacks: tuple[Any, ...] = ()) -> Any:
    """Build TRL's SFTTrainer as `trl sft` does, from the same keys."""
    from datasets import Dataset
    from trl import SFTTrainer, get_peft_config, get_quantization_config

    config, model = parse(written.trainer_keys, prepared.plan.out)
    config.model_init_kwargs = {
        "revision": model.model_revision,
        "trust_remote_code": config.trust_remote_code,
        "attn_implementation": model.attn_implementation,
        "dtype": model.dtype,
        **(config.model_init_kwargs or {}),
    }
    return SFTTrainer(
        model=prepared.plan.model,
        args=config,
        train_dataset=Dataset.from_list([dict(row.columns) for row in prepared.rows.rows]),
        processing_class=prepared.tokenizer,
        quantization_config=get_quantization_config(model),
        peft_config=get_peft_config(model),
        callbacks=list(callbacks),
    )
