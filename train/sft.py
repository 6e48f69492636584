"""Supervised fine-tuning: rows and a base model in, a trained model with its record out.

TRL's SFTTrainer does the training; nothing of it is replaced. What stands around it is what a
trainer leaves to its user: which rows, checks before the first step, a folder that resumes, and
files that say what was done. `trl sft --config OUT/training/trl-sft.yaml` trains the same.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import Any, Final

from evol.errors import ConfigError, EvolError
from evol.folder import locked
from evol.train.card import card, versions
from evol.train.curve import draw_loss
from evol.train.outputs import FOLDER, Found, identity, look_into, remove_cut, write_record
from evol.train.plan import Trained, TrainPlan
from evol.train.preparing import Prepared, Say, loading, prepare, silent
from evol.train.rows import TrainingRows
from evol.train.troubles import told_in_a_sentence
from evol.train.watching import Interruption, make_callback, mean_loss, trained_before
from evol.train.written import write_inputs

__all__ = ["MakeTrainer", "Prepared", "fit", "make_trainer", "prepare", "silent", "train"]

MakeTrainer = Callable[[Prepared, Any], Any]
SAMPLES: Final = 3
SUMMED: Final = ("train_loss", "train_runtime")
"""What the trainer's closing log entry says of one session and ours of the whole training."""
CHEAP_HERE: Final = 200_000_000
"""Parameters up to which a sample is generated after saving on a CPU; twenty times that on a GPU."""


def train(plan: TrainPlan, say: Say = silent) -> Trained:
    """Train a model as planned and write it, with its record, to `plan.out`.

    Running it again after an interruption goes on from the last checkpoint; after the end it
    returns what was recorded. `say` is given each sentence that a person should read. Raises
    ConfigError or DataError, one sentence, for whatever in the plan cannot be trained, and
    KeyboardInterrupt after Ctrl-C, when the checkpoint is saved.
    """
    return fit(prepare(plan, say), say)


def fit(prepared: Prepared, say: Say = silent, make: MakeTrainer | None = None) -> Trained:
    """Train what was prepared; `make` builds the trainer (SFTTrainer by default)."""
    plan, processes = prepared.plan, prepared.config.distributed_state
    if not processes.is_main_process:
        say = silent
    wanted = _identity(prepared)
    found = look_into(plan.out, wanted)
    processes.wait_for_everyone()
    if found.finished is not None:
        say(f"{plan.out} holds this training, finished: nothing to do.")
        return _recorded(plan, found.finished)
    with ExitStack() as held, told_in_a_sentence(plan.out, prepared.config, prepared.model_config):
        if processes.is_main_process:
            plan.out.mkdir(parents=True, exist_ok=True)
            held.enter_context(locked(plan.out))
            remove_cut(plan.out)
            _write_before(prepared, wanted)
        processes.wait_for_everyone()
        trainer, output = _run(prepared, found, say, make or make_trainer)
        trained = _measured(prepared, found, trainer, output)
        if is_spoilt(trainer.state.log_history):
            say("The gradients overflowed, so the weights are not numbers: lower learning_rate.")
        processes.wait_for_everyone()
        if processes.is_main_process:
            return _write_after(prepared, wanted, trainer, trained)
    return trained


def _identity(prepared: Prepared) -> dict[str, Any]:
    plan = prepared.plan
    return {
        "method": plan.method,
        **identity(plan.model, prepared.checked.rows.digest, prepared.tokenizer.chat_template, plan.recipe),
    }


def _recorded(plan: TrainPlan, finished: Mapping[str, Any]) -> Trained:
    stopped = finished["stopped"]
    return Trained(
        plan.out,
        finished["steps"],
        finished["loss"],
        finished.get("mean_loss", finished["loss"]),  # early records hold the last loss alone
        finished["seconds"],
        finished["rows"],
        None if stopped is None else (stopped[0], stopped[1]),
    )


def _write_before(prepared: Prepared, wanted: Mapping[str, Any]) -> None:
    splits = {"train": prepared.checked.rows}
    if prepared.held_out is not None:
        splits["test"] = prepared.held_out
    write_inputs(
        prepared.plan, prepared.recipe, splits, prepared.checked.left_out, prepared.tokenizer, prepared.pad
    )
    write_record(prepared.plan.out, {"identity": wanted, "versions": versions()})


def make_trainer(prepared: Prepared, callbacks: list[Any]) -> Any:
    """Build TRL's SFTTrainer as `trl sft` does, from the same keys."""
    from trl import SFTTrainer, get_peft_config, get_quantization_config

    config, model = prepared.config, prepared.model_config
    config.model_init_kwargs = loading(prepared, trust_remote_code=config.trust_remote_code)
    return SFTTrainer(
        model=prepared.plan.model,
        args=config,
        train_dataset=as_dataset(prepared.checked.rows),
        eval_dataset=None if prepared.held_out is None else as_dataset(prepared.held_out),
        processing_class=prepared.tokenizer,
        quantization_config=get_quantization_config(model),
        peft_config=get_peft_config(model),
        callbacks=callbacks,
    )


def as_dataset(rows: TrainingRows) -> Any:
    """Return rows as the datasets.Dataset that TRL takes."""
    from datasets import Dataset

    return Dataset.from_list([dict(row.columns) for row in rows.rows])


def _run(prepared: Prepared, found: Found, say: Say, make: MakeTrainer) -> tuple[Any, Any]:
    """Train to the end, from the last checkpoint where there is one."""
    from safetensors import SafetensorError

    interruption = Interruption(say)
    try:
        trainer = make(prepared, [make_callback(interruption, say)])
    except (ValueError, ImportError, OSError, SafetensorError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        said = " ".join(str(error).split()).rstrip(".")
        raise ConfigError(f"TRL will not train this: {said}.") from error
    _speak_once(trainer)
    if found.checkpoint is not None:
        say(f"Going on from {found.checkpoint.name}.")
    with interruption.listening():
        output = trainer.train(resume_from_checkpoint=found.checkpoint and str(found.checkpoint))
    if interruption.asked and trainer.state.global_step < trainer.state.max_steps:
        say(f"Stopped at step {trainer.state.global_step}; run the same command again to go on.")
        raise KeyboardInterrupt
    trainer.save_model()
    return trainer, output


def _speak_once(trainer: Any) -> None:
    """Take out the trainer's own printing: each log is said by ours."""
    from transformers import PrinterCallback, ProgressCallback

    trainer.remove_callback(PrinterCallback)
    trainer.remove_callback(ProgressCallback)


def is_spoilt(history: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a loss or a gradient in a log was no number; the trainer hides such losses in its means."""
    values = (entry[name] for entry in history for name in ("loss", "grad_norm") if name in entry)
    return not all(math.isfinite(float(value)) for value in values)


def _measured(prepared: Prepared, found: Found, trainer: Any, output: Any) -> Trained:
    """Return what was measured over the whole training; its trainer knows this session's share only.

    The trainer's closing entry in the log is made to say the same.
    """
    history, steps = trainer.state.log_history, trainer.state.global_step
    mean = mean_loss(history, found.step, float(output.training_loss), steps)
    before = trained_before(entry for entry in history if entry["step"] <= found.step)
    seconds = before + float(output.metrics["train_runtime"])
    for entry in history[-1:]:  # the closing one
        entry.update(zip(SUMMED, (mean, seconds), strict=True))
    losses = [entry["loss"] for entry in history if "loss" in entry]
    rows = len(prepared.checked.rows.rows)
    return Trained(prepared.plan.out, steps, float(losses[-1] if losses else mean), mean, seconds, rows)


def _write_after(prepared: Prepared, wanted: Mapping[str, Any], trainer: Any, trained: Trained) -> Trained:
    """Write log, loss curve, card and the finished record; returns what was measured with the samples."""
    plan, folder = prepared.plan, prepared.plan.out / FOLDER
    history = trainer.state.log_history
    trained = replace(trained, stopped=_try_stopping(prepared))
    (folder / "log.json").write_text(json.dumps(history, indent=1) + "\n", encoding="utf-8")
    curve = draw_loss(history, folder, f"{plan.out.resolve().name}: training loss")
    facts = {
        "model": wanted["model"],
        "parameters": trainer.model.num_parameters(),
        "trainable": trainer.model.num_parameters(only_trainable=True),
        "versions": versions(),
        "curve": bool(curve),
    }
    text = card(plan, prepared.checked, plan.recipe, trained, facts)
    (plan.out / "README.md").write_text(text, encoding="utf-8")
    finished = {**asdict(trained), "folder": str(plan.out)}
    write_record(plan.out, {"identity": wanted, "versions": versions(), "finished": finished})
    return trained


def _try_stopping(prepared: Prepared) -> tuple[int, int] | None:
    """Load what was saved and ask it a few training prompts; count the answers that end by themselves."""
    import torch

    rows = prepared.checked.rows
    most = CHEAP_HERE * (20 if torch.accelerator.is_available() else 1)
    if rows.kind != "prompt-completion" or (prepared.expected.parameters or most) >= most:
        return None
    from evol.generation import ChatModel
    from evol.types import ChatReply, ChatRequest, Message, Sampling

    longest = min(512, max(prepared.checked.quantiles.values()))
    asked = [
        ChatRequest(tuple(Message(**turn) for turn in row.columns["prompt"]), Sampling(0.0, 1.0, longest))
        for row in rows.rows[:SAMPLES]
    ]
    try:
        replies = [reply for _, reply in ChatModel(prepared.plan.out).generate(asked, batch=SAMPLES)]
    except EvolError:
        return None
    ended = [reply for reply in replies if isinstance(reply, ChatReply) and reply.finish_reason == "stop"]
    return len(ended), len(replies)
