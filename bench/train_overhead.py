"""Steps a CPU second of `evol train` and of the same SFTTrainer by hand: `python bench/train_overhead.py`.

Both train the laptop-size Llama of docs/training.md (width 128, 2 layers) on the same rows under the
same SFTConfig, in turns in one process, measured by the process's CPU time, so that other load on
the machine matters little. What `evol train` does before and after the steps is shown beside it.
Exit 1 where the median of the ratios is below 0.97.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
ROUNDS, STEPS, ROWS = 5, 20, 640
ALLOWED = 0.97


def make_model(folder: Path) -> Path:
    path = Path(__file__).parents[1] / "tests" / "tiny_models.py"
    spec = importlib.util.spec_from_file_location("tiny_models", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Path = module.write_tiny_llama(folder / "base", width=128)
    return made


def make_rows(folder: Path) -> Path:
    dice, path = random.Random(0), folder / "rows.jsonl"
    with path.open("w") as stream:
        for _ in range(ROWS):
            a, b, c = (dice.randint(2, 60) for _ in range(3))
            asked = (
                f"Ann has {a} apples, buys {b} more and shares them out among {c} friends. How many has she?"
            )
            said = (
                f"She has {a} + {b} = {a + b}. For {c} friends that is {a + b} / {c}. The answer is {a + b}."
            )
            row = {
                "prompt": [{"role": "user", "content": asked}],
                "completion": [{"role": "assistant", "content": said}],
            }
            stream.write(json.dumps(row) + "\n")
    return path


def by_hand(model: Path, rows: Path, out: Path, recipe: dict[str, Any]) -> Any:
    from datasets import Dataset
    from transformers import AutoTokenizer
    from trl import SFTConfig, SFTTrainer

    config = SFTConfig(
        output_dir=str(out), use_cpu=True, bf16=False, activation_checkpointing=False, **recipe
    )
    lines = [json.loads(line) for line in rows.read_text().splitlines()]
    tokenizer = AutoTokenizer.from_pretrained(model)
    return SFTTrainer(
        str(model), args=config, train_dataset=Dataset.from_list(lines), processing_class=tokenizer
    )


def by_evol(model: Path, rows: Path, out: Path, recipe: dict[str, Any]) -> tuple[Any, float]:
    from evol.train.plan import TrainPlan
    from evol.train.sft import make_trainer, prepare
    from evol.train.watching import Interruption, make_callback

    before = time.process_time()
    prepared = prepare(TrainPlan(str(rows), str(model), out, recipe))
    spent = time.process_time() - before
    said: list[str] = []
    return make_trainer(prepared, [make_callback(Interruption(said.append), said.append)]), spent


def rate(trainer: Any) -> float:
    before = time.process_time()
    trainer.train()
    return STEPS / (time.process_time() - before)


def main() -> int:
    recipe = {
        "learning_rate": 3e-3, "per_device_train_batch_size": 32, "max_steps": STEPS, "save_strategy": "no",
        "logging_steps": 10, "disable_tqdm": True, "seed": 0,
    }  # fmt: skip
    ratios, preparations = [], []
    print(f"{'round':>5}{'by hand':>10}{'evol':>10}{'ratio':>8}   (steps a CPU second)")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model, rows = make_model(folder), make_rows(folder)
        rate(by_hand(model, rows, folder / "warm", recipe))
        for number in range(ROUNDS):
            ours, spent = by_evol(model, rows, folder / f"evol-{number}", recipe)
            theirs = by_hand(model, rows, folder / f"hand-{number}", recipe)
            pair = [rate(ours), rate(theirs)] if number % 2 else [rate(theirs), rate(ours)][::-1]
            ratios.append(pair[0] / pair[1])
            preparations.append(spent)
            print(f"{number:5}{pair[1]:10.2f}{pair[0]:10.2f}{ratios[-1]:8.3f}", flush=True)
    found = statistics.median(ratios)
    checked = ROWS / statistics.median(preparations)
    print(f"median ratio {found:.3f}; checked before the first step: {checked:,.0f} rows a CPU second")
    return int(found < ALLOWED)


if __name__ == "__main__":
    sys.exit(main())
