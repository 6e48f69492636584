"""From a plan to all that a training needs before its first step, checked; the model is not loaded.

`evol train --dry-run` ends after this, and GRPO starts from the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evol.errors import ConfigError
from evol.train.estimate import Estimate, estimate
from evol.train.plan import TrainPlan
from evol.train.preflight import Preflight, check, check_evaluation, choose_pad
from evol.train.recipe import TEMPLATE_KEY, check_keys, for_this_machine, parse, quiet_libraries
from evol.train.rows import TrainingRows, read_training_rows
from evol.train.templates import read_template

Say = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that a training needs before its first step.

    `recipe` is the plan's for this machine; `config` and `model_config` are TRL's, made of it;
    `pad` is a pad token that was chosen because the base model names none but its end token.
    """

    plan: TrainPlan
    recipe: Mapping[str, Any]
    config: Any
    model_config: Any
    tokenizer: Any
    pad: str | None
    checked: Preflight
    held_out: TrainingRows | None
    expected: Estimate


def prepare(plan: TrainPlan, say: Say = silent) -> Prepared:
    """Read rows, recipe and tokenizer, and check all that can be checked before a model is loaded.

    Raises ConfigError or DataError, one sentence, for whatever in the plan cannot be trained.
    """
    quiet_libraries()
    check_keys(plan.recipe, plan.method)
    recipe, notes = for_this_machine(plan.recipe)
    config, model_config = parse(recipe, plan.out, plan.method)
    tokenizer, architecture, stops = load_tokenizer(plan.model, recipe)
    pad = give_pad(tokenizer)
    rows = _read(plan.dataset, plan, recipe)
    check_evaluation(rows, plan.evaluation)
    checked = check(rows, tokenizer, config, stops)
    held_out = _held_out(plan, recipe, config, tokenizer, stops)
    longest = max(checked.quantiles.values())
    expected = estimate(config, model_config, architecture, len(checked.rows.rows), checked.tokens, longest)
    for note in (*notes, *_notes(plan, tokenizer, pad, architecture, longest), *checked.notes):
        say(note)
    return Prepared(plan, recipe, config, model_config, tokenizer, pad, checked, held_out, expected)


def _read(source: str, plan: TrainPlan, recipe: Mapping[str, Any], *, all_rows: bool = False) -> TrainingRows:
    return read_training_rows(
        source,
        plan.columns,
        all_rows=all_rows or plan.all_rows,
        whole_conversations=bool(recipe.get("assistant_only_loss")),
        chat=TEMPLATE_KEY in recipe,
    )


def _held_out(
    plan: TrainPlan, recipe: Mapping[str, Any], config: Any, tokenizer: Any, stops: frozenset[int]
) -> TrainingRows | None:
    """Return the rows whose loss is measured on the way, where the recipe asks for that."""
    if str(getattr(config.eval_strategy, "value", config.eval_strategy)) == "no":
        return None
    if not plan.evaluation:
        raise ConfigError("eval_strategy measures the loss on an evaluation set: name one with --eval FILE.")
    rows = _read(plan.evaluation[0], plan, recipe, all_rows=True)
    return check(rows, tokenizer, config, stops).rows


def load_tokenizer(model: str, recipe: Mapping[str, Any]) -> tuple[Any, Any, frozenset[int]]:
    """Return a model's tokenizer under the recipe, its configuration, and the tokens it stops at.

    Raises ConfigError where there is no such model or template.
    """
    from transformers import AutoConfig, AutoTokenizer

    wanted = {"revision": recipe.get("model_revision"), "trust_remote_code": recipe.get("trust_remote_code")}
    options = {key: value for key, value in wanted.items() if value}
    try:
        architecture = AutoConfig.from_pretrained(model, **options)
        tokenizer = AutoTokenizer.from_pretrained(model, **options)
    except (OSError, ValueError, KeyError) as error:
        raise ConfigError(_no_model(model, error)) from error
    if TEMPLATE_KEY in recipe:
        tokenizer.chat_template = read_template(str(recipe[TEMPLATE_KEY]))
    if end := recipe.get("eos_token"):
        if end not in tokenizer.get_vocab():
            raise ConfigError(f"The model's vocabulary has no token {end!r} to be the eos_token.")
        tokenizer.eos_token = end
    return tokenizer, architecture, _stops(model, options, tokenizer)


def _stops(model: str, options: Mapping[str, Any], tokenizer: Any) -> frozenset[int]:
    """Return the tokens at which generation stops: the tokenizer's end and the generation config's."""
    from transformers import GenerationConfig

    try:
        named = GenerationConfig.from_pretrained(model, **options).eos_token_id
    except (OSError, ValueError):
        named = None
    ends = named if isinstance(named, list) else [named]
    return frozenset(end for end in (*ends, tokenizer.eos_token_id) if end is not None)


def _no_model(model: str, error: Exception) -> str:
    if Path(model).expanduser().is_dir():
        said = str(error).strip().partition("\n")[0].rstrip(".")
        return f"{model} is no model that transformers can load: {said}."
    if Path(model).is_absolute() or model.startswith((".", "~")):
        return f"There is no model folder {model}."
    return f"There is no model {model}: it is no folder here, and the Hugging Face Hub does not give it."


def loading(prepared: Prepared, **more: Any) -> dict[str, Any]:
    """Return the keywords that a trainer loads the base model with; the recipe's own stand."""
    model = prepared.model_config
    return {
        "revision": model.model_revision,
        "attn_implementation": model.attn_implementation,
        "dtype": model.dtype,
        **more,
        **(prepared.config.model_init_kwargs or {}),
    }


def give_pad(tokenizer: Any) -> str | None:
    """Set a pad token apart from the end token; return it where it is not the tokenizer's own."""
    before, chosen = tokenizer.pad_token, choose_pad(tokenizer)
    if chosen is None or chosen == before:
        return None
    tokenizer.pad_token = chosen
    return chosen


def _notes(plan: TrainPlan, tokenizer: Any, pad: str | None, architecture: Any, longest: int) -> list[str]:
    notes = []
    if pad is not None:
        notes.append(f"The model names no pad token apart from its end token: {pad!r} is taken.")
    elif tokenizer.pad_token in (None, tokenizer.eos_token):
        notes.append(
            "The vocabulary has no token to pad with but the end token: TRL masks padding by its place, so "
            "the model learns to stop; tools that mask by token would not."
        )
    context = getattr(architecture.get_text_config(), "max_position_embeddings", None)
    if context and longest > context:
        raise ConfigError(
            f"The longest row has {longest} tokens, the model's context {context}: "
            f"set max_length: {context} in the recipe."
        )
    if plan.out.exists() and not plan.out.is_dir():
        raise ConfigError(f"{plan.out} is a file: give another --out.")
    return notes
