"""Recipes: the ones in configs/ load, and a key that TRL does not have is named with the nearest."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs the [train] extra")

from evol.errors import ConfigError
from evol.train.recipe import check_keys, for_this_machine, parse, read_recipes
from evol.train.templates import TEMPLATES, read_template

CONFIGS = Path(__file__).parents[2] / "configs"
RECIPES = sorted(path for path in CONFIGS.glob("sft-*.yaml"))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_loads_and_trl_takes_it(path: Path, tmp_path: Path) -> None:
    recipe = read_recipes(path)
    here, _ = for_this_machine({key: value for key, value in recipe.items() if key != "load_in_4bit"})
    config, _ = parse(here, tmp_path)
    assert config.learning_rate == recipe["learning_rate"]
    assert config.max_length == recipe["max_length"]
    if "chat_template" in recipe:
        assert read_template(recipe["chat_template"])


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("lerning_rate", "Did you mean 'learning_rate'"),
        ("lora_targets", "Did you mean 'lora_target_"),
        ("warmup_ratio", "use warmup_steps, where a number below 1 is a share"),
        ("max_seq_length", "use max_length"),
        ("evaluation_strategy", "use eval_strategy"),
        ("overwrite_output_dir", "another --out starts anew"),
        ("output_dir", "--out says it"),
        ("resume_from_checkpoint", "resumes by itself"),
        ("chat_template_path", "name it with chat_template"),
    ],
)
def test_a_key_that_is_not_trls_is_a_sentence(key: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        check_keys({key: 1})
    assert "\n" not in str(caught.value)


def test_no_replaced_key_is_still_trls() -> None:
    from evol.train.recipe import ON_COMMAND_LINE, REPLACED, known_keys

    assert not set(known_keys()) & (set(REPLACED) | set(ON_COMMAND_LINE))


def test_settings_override_the_recipe_and_are_yaml(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("learning_rate: 1e-4\nmax_steps: 10\n")
    recipe = read_recipes(path, ["max_steps=3", "use_peft=true", "lora_target_modules=[q_proj, v_proj]"])
    here, _ = for_this_machine(recipe)
    config, model = parse(here, tmp_path)
    assert (config.learning_rate, config.max_steps) == (1e-4, 3)
    assert (model.use_peft, model.lora_target_modules) == (True, ["q_proj", "v_proj"])


@pytest.mark.parametrize("text", ["max_steps", "=3", "max_steps=[1"])
def test_a_setting_of_another_form_is_a_sentence(text: str) -> None:
    with pytest.raises(ConfigError, match="--set"):
        read_recipes(None, [text])


@pytest.mark.parametrize(
    "recipe",
    [{"learning_rate": "fast"}, {"eval_strategy": "sometimes"}, {"max_steps": "many"}],
)
def test_a_value_that_trl_refuses_is_a_sentence(recipe: dict[str, object], tmp_path: Path) -> None:
    here, _ = for_this_machine(recipe)
    with pytest.raises(ConfigError, match="TRL will not take the recipe") as caught:
        parse(here, tmp_path)
    assert "\n" not in str(caught.value)


def test_without_a_gpu_its_defaults_are_changed_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    recipe, notes = for_this_machine({"bf16": True})
    assert recipe == {"bf16": True, "use_cpu": True, "activation_checkpointing": False}
    assert notes == ["No GPU here: use_cpu=True, activation_checkpointing=False."]
    kept = {"gradient_checkpointing": True, "bf16": False, "use_cpu": True}
    assert for_this_machine(kept) == (kept, [])
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    assert for_this_machine({"seed": 1}) == ({"seed": 1}, [])


def test_quantization_without_what_it_needs_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.accelerator, "is_available", lambda: False)
    with pytest.raises(ConfigError, match="need a GPU"):
        for_this_machine({"load_in_4bit": True})
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match="need bitsandbytes"):
        for_this_machine({"load_in_8bit": True})


def test_telemetry_is_off_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from evol.train.recipe import quiet_libraries

    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    quiet_libraries()
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "0")
    quiet_libraries()
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "0"


def test_templates_are_found_by_name_or_file(tmp_path: Path) -> None:
    own = tmp_path / "own.jinja"
    own.write_text("{{ messages }}")
    assert read_template(str(own)) == "{{ messages }}"
    assert {name: bool(read_template(name)) for name in TEMPLATES} == dict.fromkeys(TEMPLATES, True)
    with pytest.raises(ConfigError, match="Did you mean 'vicuna'"):
        read_template("vicunha")


def test_no_means_no(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("eval_strategy: no\nbf16: no\n")
    recipe = read_recipes(path, ["save_strategy=no"])
    assert recipe == {"eval_strategy": "no", "bf16": False, "save_strategy": "no"}
    config, _ = parse({**recipe, "use_cpu": True}, tmp_path)
    assert config.save_strategy == "no"
