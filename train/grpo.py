"""Reinforcement learning on verified answers: GRPO with the domain's verifiers as the reward.

WizardMath's second stage (arXiv 2308.09583) rewards answers by trained reward models; here the
reward is the verdict itself. TRL's GRPOTrainer does the training (Shao et al. 2024, arXiv
2402.03300); rows, folder, resuming, card and record are those of `evol.train.sft`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evol.errors import ConfigError, DataError
from evol.train import sft
from evol.train.curve import series
from evol.train.estimate import Estimate
from evol.train.outputs import FOLDER
from evol.train.plan import Trained, TrainPlan
from evol.train.preflight import LeftOut, Preflight, check_evaluation, quantiles
from evol.train.preparing import Prepared, Say, give_pad, load_tokenizer, loading, silent
from evol.train.prompting import read_prompts
from evol.train.recipe import check_keys, for_this_machine, parse, quiet_libraries
from evol.train.rewards import verified_reward
from evol.train.rows import TrainingRow, TrainingRows

REWARD: Final = f"{verified_reward.__module__}.{verified_reward.__name__}"
SHOWN: Final = 5


def train(plan: TrainPlan, say: Say = silent) -> Trained:
    """Train as planned (`method` is "grpo") and write model and record to `plan.out`; see `sft.train`."""
    return fit(prepare(plan, say), say)


def prepare(plan: TrainPlan, say: Say = silent) -> Prepared:
    """Read prompts, recipe and tokenizer, and check all that can be checked before a model is loaded.

    Raises ConfigError or DataError, one sentence: a key that GRPOConfig does not have, no gold, no
    chat template, a batch that the samples of a prompt do not divide, prompts longer than the context.
    """
    quiet_libraries()
    check_keys(plan.recipe, "grpo")
    recipe, notes = for_this_machine(plan.recipe)
    config, model_config = parse(recipe, plan.out, "grpo")
    tokenizer, architecture, _ = load_tokenizer(plan.model, recipe)
    if not tokenizer.chat_template:
        raise ConfigError(
            "The model has no chat template: start from a model that was fine-tuned, or name one."
        )
    if plan.out.exists() and not plan.out.is_dir():
        raise ConfigError(f"{plan.out} is a file: give another --out.")
    pad = give_pad(tokenizer)
    rows = read_prompts(plan)
    check_evaluation(rows, plan.evaluation)
    context = getattr(architecture.get_text_config(), "max_position_embeddings", None)
    checked = _check(rows, tokenizer, config, context)
    for note in notes:
        say(note)
    recipe = {**recipe, "reward_funcs": [REWARD]}
    return Prepared(
        plan, recipe, config, model_config, tokenizer, pad, checked, None, _expected(config, checked)
    )


def _check(rows: TrainingRows, tokenizer: Any, config: Any, context: int | None) -> Preflight:
    """Leave out prompts after which no whole completion fits into the model's context; they are not cut."""
    limit = None if context is None else context - (config.max_completion_length or 0)
    kept: list[TrainingRow] = []
    lengths: list[int] = []
    left_out: list[LeftOut] = []
    for row in rows.rows:
        tokens = len(_tokens(row, tokenizer))
        if limit is not None and tokens > limit:
            left_out.append(LeftOut(row.where, "no room for max_completion_length in the context", tokens))
            continue
        kept.append(row)
        lengths.append(tokens)
    if not kept:
        raise DataError(
            f"No prompt fits: the model's context is {context} tokens and max_completion_length "
            f"{config.max_completion_length}, so lower that (the shortest prompt has "
            f"{min(row.tokens for row in left_out)} tokens)."
        )
    shown = tokenizer.decode(_tokens(kept[0], tokenizer))
    taken = replace(rows, rows=tuple(kept))
    return Preflight(taken, tuple(left_out), sum(lengths), 0, quantiles(lengths), ((shown, False),))


def _tokens(row: TrainingRow, tokenizer: Any) -> list[int]:
    text = tokenizer.apply_chat_template(row.columns["prompt"], tokenize=False, add_generation_prompt=True)
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _expected(config: Any, checked: Preflight) -> Estimate:
    """Estimate steps: a step's batch counts completions, and each prompt has `num_generations` of them."""
    batch = config.per_device_train_batch_size * config.gradient_accumulation_steps * config.world_size
    prompts = max(1, batch // config.num_generations)
    epoch = math.ceil(len(checked.rows.rows) / prompts) * config.num_iterations
    steps = config.max_steps if config.max_steps > 0 else math.ceil(config.num_train_epochs * epoch)
    completions = steps * batch * (config.max_completion_length or 0)
    tokens = round(checked.tokens * config.num_generations * steps / epoch) + completions
    return Estimate(steps, prompts, tokens, None, None, None)


def fit(prepared: Prepared, say: Say = silent) -> Trained:
    """Train what was prepared, and add the rewards to its card and as a chart."""
    trained = sft.fit(prepared, say, make_trainer)
    if prepared.config.distributed_state.is_main_process:
        _write_rewards(prepared.plan.out)
    return trained


def make_trainer(prepared: Prepared, callbacks: list[Any]) -> Any:
    """Build TRL's GRPOTrainer as `trl grpo` does, with the verdicts as its reward."""
    from trl import GRPOTrainer, get_peft_config, get_quantization_config

    logging.getLogger(GRPOTrainer.__module__).addFilter(_is_news)
    config, model = prepared.config, prepared.model_config
    config.model_init_kwargs = loading(prepared)
    return GRPOTrainer(
        model=prepared.plan.model,
        reward_funcs=[verified_reward],
        args=config,
        train_dataset=sft.as_dataset(prepared.checked.rows),
        processing_class=prepared.tokenizer,
        quantization_config=get_quantization_config(model),
        peft_config=get_peft_config(model),
        callbacks=callbacks,
    )


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a warning of TRL's tells more than our log, which counts what was undecided at each step."""
    return "All reward functions returned None" not in record.getMessage()


def _write_rewards(out: Path) -> None:
    """Draw the mean reward by step and say its first and last values in the card, once."""
    history = json.loads((out / FOLDER / "log.json").read_text(encoding="utf-8"))
    card = out / "README.md"
    steps, rewards = series(history, "reward")
    text = card.read_text(encoding="utf-8")
    if "## Rewards" in text:
        return
    told = f"""## Rewards

The reward is the verdict of the domain's verifiers (`{REWARD}`): 1 accepted, 0 rejected, none where
undecided. {_told(rewards)}

"""
    if rewards:
        _draw(steps, rewards, out / FOLDER)
        told += "![Rewards](training/rewards.png)\n\n"
    card.write_text(text.replace("## Reproduce", f"{told}## Reproduce", 1), encoding="utf-8")


def _told(rewards: list[float]) -> str:
    if not rewards:
        return "No reward was logged: of the completions that were sampled, none could be judged."
    first, last = _mean(rewards[:SHOWN]), _mean(rewards[-SHOWN:])
    return (
        f"Mean over the first {len(rewards[:SHOWN])} logged steps {first:.3f}, over the last {last:.3f}, on\n"
        "sampled completions. What it is worth on held-out problems, `evol eval` measures."
    )


def _mean(values: Iterable[float]) -> float:
    held = list(values)
    return sum(held) / len(held)


def _draw(steps: list[int], rewards: list[float], folder: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(steps, rewards, color="#1f4e79", marker="o" if len(steps) < 30 else None, markersize=3)
    axes.set(xlabel="optimizer step", ylabel="mean reward of the sampled completions", ylim=(-0.02, 1.02))
    axes.grid(color="#d9d9d9", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    for suffix in ("png", "svg"):
        figure.savefig(folder / f"rewards.{suffix}", dpi=150)
