"""Several processes: each does its share of the same training, and one of them writes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("trl", reason="needs the [train] extra")

from .conftest import sums, write_rows

ROOT = Path(__file__).parents[2]
RECIPE = ["learning_rate=0.005", "max_steps=4", "logging_steps=2", "per_device_train_batch_size=4", "seed=3"]


def launch(launcher: list[str], base: Path, tmp_path: Path) -> Path:
    rows, out = write_rows(tmp_path / "rows.jsonl", sums(48)), tmp_path / "out"
    evol = str(Path(sys.executable).with_name("evol"))
    words = [evol, "train", str(rows), "--model", str(base), "--out", str(out)]
    words += [word for setting in RECIPE for word in ("--set", setting)]
    done = subprocess.run(
        [sys.executable, "-m", *launcher, *words],
        capture_output=True,
        text=True,
        timeout=560,
        check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "4 steps of 8 rows" in done.stdout
    assert done.stdout.count("One row as trained on") == 1
    return out


@pytest.mark.slow
@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_two_processes_train_one_model(way: str, base_model: Path, tmp_path: Path) -> None:
    launcher = ["torch.distributed.run", "--nproc_per_node=2"]
    if way == "fsdp":
        config = (ROOT / "configs" / "accelerate-fsdp.yaml").read_text()
        config = config.replace("mixed_precision: bf16", 'mixed_precision: "no"\nuse_cpu: true')
        (tmp_path / "fsdp.yaml").write_text(config.replace("num_processes: 8", "num_processes: 2"))
        launcher = ["accelerate.commands.launch", "--config_file", str(tmp_path / "fsdp.yaml")]
    out = launch(launcher, base_model, tmp_path)
    from evol.train.plan import TrainPlan
    from evol.train.sft import train

    recipe = dict(setting.split("=") for setting in RECIPE) | {"per_device_train_batch_size": 8}
    alone = TrainPlan(str(tmp_path / "rows.jsonl"), str(base_model), tmp_path / "alone", recipe)
    ours, theirs = train(alone), json.loads((out / "training" / "run.json").read_text())["finished"]
    assert theirs["steps"] == ours.steps == 4
    assert theirs["loss"] == pytest.approx(ours.loss, abs=0.02)
