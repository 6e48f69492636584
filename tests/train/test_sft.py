"""A training from end to end: saved, reloaded, resumed, refused, and told as a card."""

from __future__ import annotations

import json
import re
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("trl", reason="needs the [train] extra")

from evol.errors import ConfigError, DataError
from evol.train.outputs import last_checkpoint
from evol.train.plan import Trained, TrainPlan
from evol.train.sft import prepare, train

from .conftest import QUICK, chat_row, sums, write_rows


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def log(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "training" / "log.json").read_text())
    return found


@pytest.fixture(scope="module")
def plan(base_model: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainPlan:
    folder = tmp_path_factory.mktemp("sft")
    rows = [row | {"generation": n % 3, "operation": "deepen"} for n, row in enumerate(sums(48))]
    return TrainPlan(
        str(write_rows(folder / "rows.jsonl", rows)), str(base_model), folder / "out", dict(QUICK)
    )


@pytest.fixture(scope="module")
def done(plan: TrainPlan) -> Trained:
    return train(plan)


@pytest.mark.usefixtures("done")
def test_the_trained_model_loads_and_has_learnt(plan: TrainPlan, base_model: Path) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    losses = [entry["loss"] for entry in log(plan.out) if "loss" in entry]
    assert losses[-1] < losses[0]
    tokenizer = AutoTokenizer.from_pretrained(plan.out)
    model = AutoModelForCausalLM.from_pretrained(plan.out)
    assert weights(plan.out) != weights(base_model)
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert model.generation_config.eos_token_id == tokenizer.eos_token_id
    text = tokenizer.apply_chat_template(
        sums(1)[0]["prompt"], add_generation_prompt=True, return_tensors="pt"
    )
    assert model.generate(**text, max_new_tokens=2).shape[0] == 1


def test_what_was_measured_is_recorded(plan: TrainPlan, done: Trained) -> None:
    assert (done.steps, done.rows) == (6, 48)
    assert done.loss == [entry["loss"] for entry in log(plan.out) if "loss" in entry][-1]
    assert done.stopped is not None
    assert done.stopped[1] == 3


def test_running_a_finished_training_again_does_nothing(plan: TrainPlan, done: Trained) -> None:
    before, said = weights(plan.out), list[str]()
    assert train(plan, said.append) == done
    assert f"{plan.out} holds this training, finished: nothing to do." in said
    assert weights(plan.out) == before


@pytest.mark.usefixtures("done")
def test_the_card_says_what_the_model_was_made_of(plan: TrainPlan) -> None:
    text = (plan.out / "README.md").read_text()
    assert "None" not in text
    assert f"Fine-tuned from `{plan.model}`" in text
    assert "48 rows of" in text
    assert "nothing verified them" in text
    assert "| deepen | 48 |" in text
    assert "No evaluation set was named" in text
    assert "| `learning_rate` | `0.005` |" in text
    assert re.search(r"\| trl \| \d+\.\d+", text)
    assert f"evol train {plan.dataset} --model {plan.model} --config {plan.out}/training/recipe.yaml" in text


@pytest.mark.usefixtures("done")
def test_the_card_names_a_base_of_the_hub_and_verdicts(plan: TrainPlan, done: Trained) -> None:
    from evol.train.card import card

    prepared = prepare(plan)
    facts = {"model": "x", "parameters": 1, "trainable": 1, "versions": {}, "curve": False}
    rows = tuple(replace(row, provenance={"verdict": "accept: agreed"}) for row in prepared.checked.rows.rows)
    checked = replace(
        prepared.checked, rows=replace(prepared.checked.rows, rows=rows, left_out={"reject: r": 3})
    )
    named = replace(plan, model="org/base", evaluation=("gsm8k.jsonl",))
    text = card(named, checked, {"use_peft": True}, done, facts)
    assert "base_model: org/base\nlibrary_name: peft" in text
    assert "Every row carries a verifier's accepting verdict." in text
    assert "| reject: r | 3 |" in text
    assert "No row has the instruction of a problem in `gsm8k.jsonl`" in text
    assert "were trained on, too" in card(replace(named, all_rows=True), checked, {}, done, facts)


@pytest.mark.usefixtures("done")
def test_the_loss_curve_is_drawn(plan: TrainPlan) -> None:
    assert (plan.out / "training" / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert (
        "optimizer step" in (plan.out / "training" / "loss.svg").read_text()
        or "<svg" in (plan.out / "training" / "loss.svg").read_text()
    )


def test_trl_sft_trains_the_same_from_the_yaml(plan: TrainPlan, done: Trained, tmp_path: Path) -> None:
    from trl.scripts.sft import main, make_parser

    theirs = tmp_path / "theirs"
    yaml = plan.out / "training" / "trl-sft.yaml"
    parsed = make_parser().parse_args_and_config(["--config", str(yaml), "--output_dir", str(theirs)])
    main(*parsed)
    state = json.loads((theirs / "checkpoint-6" / "trainer_state.json").read_text())
    ours = [entry["loss"] for entry in log(plan.out) if "loss" in entry]
    assert [entry["loss"] for entry in state["log_history"] if "loss" in entry] == ours
    assert weights(theirs) == weights(done.folder)


def press_at(step: int) -> Callable[[str], None]:
    def say(text: str) -> None:
        if text.startswith(f"step {step}/"):
            signal.raise_signal(signal.SIGINT)

    return say


def test_ctrl_c_saves_and_running_again_ends_as_if_undisturbed(
    plan: TrainPlan, done: Trained, tmp_path: Path
) -> None:
    stopped = replace(plan, out=tmp_path / "stopped")
    with pytest.raises(KeyboardInterrupt):
        train(stopped, press_at(2))
    checkpoint = last_checkpoint(stopped.out)
    assert checkpoint is not None
    assert checkpoint.name == "checkpoint-3"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    cut = stopped.out / "checkpoint-5"
    shutil.copytree(checkpoint, cut)
    (cut / "trainer_state.json").write_text("{")
    said: list[str] = []
    assert train(stopped, said.append).steps == done.steps
    assert "Going on from checkpoint-3." in said
    assert weights(stopped.out) == weights(plan.out)
    for out in (plan.out, stopped.out):
        assert [entry["step"] for entry in log(out) if "train_loss" in entry] == [6]
    whole, resumed = log(plan.out)[-1], log(stopped.out)[-1]
    assert resumed["train_loss"] == pytest.approx(whole["train_loss"]), "over all steps, not since step 3"
    recorded = json.loads((stopped.out / "training" / "run.json").read_text())["finished"]
    assert recorded["mean_loss"] == pytest.approx(done.mean_loss)
    first = next(entry for entry in log(stopped.out) if entry["step"] == 3)
    assert recorded["seconds"] > first["seconds"] > 0


def test_a_killed_training_knows_the_loss_before_its_checkpoint(
    plan: TrainPlan, done: Trained, tmp_path: Path
) -> None:
    killed = replace(plan, out=tmp_path / "killed", recipe={**QUICK, "save_steps": 3})

    def die(text: str) -> None:
        if text.startswith("step 4/"):
            raise SystemExit("killed")

    with pytest.raises(SystemExit):
        train(killed, die)
    resumed = train(killed)
    assert resumed.mean_loss == pytest.approx(done.mean_loss)
    assert weights(killed.out) == weights(plan.out)


def test_a_second_ctrl_c_stops_at_once() -> None:
    from evol.train.watching import Interruption

    interruption = Interruption(lambda _: None)
    with interruption.listening():
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("changed", "difference"),
    [
        ({"recipe": {**QUICK, "learning_rate": 1e-4}}, "recipe.learning_rate: 0.005 there, 0.0001 now"),
        ({"model": "other"}, "model: "),
        ({"dataset": "fewer"}, "rows: "),
    ],
)
@pytest.mark.usefixtures("done")
def test_another_training_in_the_folder_is_refused(
    changed: dict[str, Any],
    difference: str,
    plan: TrainPlan,
    tmp_path: Path,
    tiny_models: ModuleType,
) -> None:
    if "model" in changed:
        changed = {"model": str(tiny_models.write_tiny_llama(tmp_path / "other", width=32, seed=1))}
    if "dataset" in changed:
        changed = {"dataset": str(write_rows(tmp_path / "fewer.jsonl", sums(8)))}
    with pytest.raises(ConfigError, match=f"holds another training .*{re.escape(difference)}"):
        train(replace(plan, **changed))


@pytest.mark.usefixtures("done")
def test_what_does_not_decide_the_weights_may_change(plan: TrainPlan) -> None:
    assert train(replace(plan, recipe={**QUICK, "logging_steps": 1, "save_steps": 3})).steps == 6


def test_a_folder_of_something_else_is_refused(plan: TrainPlan, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ConfigError, match="is not empty and holds no training of evol"):
        train(replace(plan, out=tmp_path))
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_full_disk_at_a_checkpoint_loses_nothing(plan: TrainPlan, tmp_path: Path) -> None:
    full = replace(plan, out=tmp_path / "full", recipe={**QUICK, "save_strategy": "steps", "save_steps": 2})

    def fill(text: str) -> None:
        if text.startswith("step 4/"):
            (full.out / "checkpoint-4").mkdir()
            (full.out / "checkpoint-4" / "optimizer.pt").symlink_to("/dev/full")

    with pytest.raises(ConfigError, match=r"is full: make room .* goes on from checkpoint-2, which is whole"):
        train(full, fill)
    assert [path.name for path in full.out.glob("checkpoint-*")] == ["checkpoint-2"]
    assert train(full).steps == 6
    assert weights(full.out) == weights(train(plan).folder)


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:118] . DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    ],
)
def test_too_little_memory_is_a_sentence_with_settings(
    error: Exception, plan: TrainPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(SFTTrainer, "training_step", fail)
    with pytest.raises(ConfigError) as caught:
        train(replace(plan, out=tmp_path / "out"))
    assert str(caught.value) == (
        "Memory ran out. Set, one after the other: activation_checkpointing: true, "
        "per_device_train_batch_size: 4 with gradient_accumulation_steps: 2, use_peft: true (LoRA), "
        "dtype: bfloat16."
    )


def test_other_errors_stay_what_they_are(
    plan: TrainPlan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trl import SFTTrainer

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(SFTTrainer, "training_step", fail)
    with pytest.raises(RuntimeError, match="a defect"):
        train(replace(plan, out=tmp_path / "out"))


def test_a_loss_that_is_no_number_is_said(plan: TrainPlan, tmp_path: Path) -> None:
    said: list[str] = []
    spoilt = {**QUICK, "max_steps": 4, "learning_rate": 1e30, "lr_scheduler_type": "constant"}
    train(replace(plan, out=tmp_path / "out", recipe=spoilt), said.append)
    assert any("lower learning_rate" in line for line in said)


@pytest.mark.usefixtures("done")
def test_lora_trains_an_adapter(plan: TrainPlan, tmp_path: Path) -> None:
    recipe = {**QUICK, "max_steps": 2, "use_peft": True, "lora_r": 4, "lora_target_modules": "all-linear"}
    lora = replace(plan, out=tmp_path / "lora", recipe=recipe)
    expected = prepare(lora).expected
    assert expected.parameters is not None
    assert expected.trainable is not None
    assert 0 < expected.trainable < expected.parameters
    trained = train(lora)
    assert (lora.out / "adapter_model.safetensors").is_file()
    assert trained.stopped is not None
    text = (lora.out / "README.md").read_text()
    assert "LoRA adapter for" in text
    assert f"{expected.trainable:,} of them trained" in text


def test_packing_trains(plan: TrainPlan, tmp_path: Path) -> None:
    recipe = {**QUICK, "max_steps": 2, "packing": True, "packing_strategy": "wrapped", "max_length": 64}
    assert train(replace(plan, out=tmp_path / "packed", recipe=recipe)).steps == 2


def test_the_estimate_of_steps_is_the_trainers(plan: TrainPlan, tmp_path: Path) -> None:
    recipe = {key: value for key, value in QUICK.items() if key != "max_steps"}
    recipe |= {"num_train_epochs": 1, "gradient_accumulation_steps": 4, "per_device_train_batch_size": 5}
    epochs = replace(plan, out=tmp_path / "epochs", recipe=recipe)
    assert prepare(epochs).expected.steps == train(epochs).steps == 3


def test_the_loss_on_an_evaluation_set_is_measured(plan: TrainPlan, tmp_path: Path) -> None:
    held = write_rows(tmp_path / "held.jsonl", [chat_row("What is 70 less 3?", "It is 67.")])
    recipe = {**QUICK, "eval_strategy": "steps", "eval_steps": 3}
    said: list[str] = []
    train(replace(plan, out=tmp_path / "out", recipe=recipe, evaluation=(str(held),)), said.append)
    assert any("evaluation loss" in line for line in said)
    with pytest.raises(ConfigError, match="--eval FILE"):
        prepare(replace(plan, recipe=recipe))


def test_rows_of_the_evaluation_set_are_refused(plan: TrainPlan, tmp_path: Path) -> None:
    held = write_rows(tmp_path / "held.jsonl", [{"question": "how many is  4 PLUS 4?", "answer": "8"}])
    with pytest.raises(DataError, match=r"1 training rows are problems of .*held.jsonl \(line 5 is line 1\)"):
        prepare(replace(plan, evaluation=(str(held),)))


def test_a_model_that_cannot_be_trained_is_a_sentence(
    plan: TrainPlan, tmp_path: Path, tiny_models: ModuleType
) -> None:
    with pytest.raises(ConfigError, match="There is no model folder /nowhere"):
        prepare(replace(plan, model="/nowhere"))
    with pytest.raises(ConfigError, match="There is no model org/unheard-of"):
        prepare(replace(plan, model="org/unheard-of"))
    bare = tiny_models.write_tiny_llama(tmp_path / "bare", template=None, width=32)
    with pytest.raises(ConfigError, match="no chat template: name one in the recipe"):
        prepare(replace(plan, model=str(bare)))
    with pytest.raises(ConfigError, match="no token '<stop>'"):
        prepare(replace(plan, recipe={"eos_token": "<stop>"}))
    torn = tiny_models.write_tiny_llama(tmp_path / "torn", width=32)
    (torn / "model.safetensors").write_bytes(weights(torn)[:5000])
    with pytest.raises(ConfigError, match="TRL will not train this"):
        train(replace(plan, model=str(torn), out=tmp_path / "out"))
    recipe = {**QUICK, "use_peft": True, "lora_target_modules": ["query"]}
    with pytest.raises(ConfigError, match=r"TRL will not train this: Target modules .* not found"):
        train(replace(plan, recipe=recipe, out=tmp_path / "out"))
    short = tiny_models.write_tiny_llama(tmp_path / "short", width=32, context=16)
    with pytest.raises(ConfigError, match="set max_length: 16"):
        prepare(replace(plan, model=str(short)))
