"""One arm and seed: `evol train` on its rows, `evol eval` on the held-out problems, one result file.

Both are called as the commands call them, in this process, because importing TRL takes longer than
a small training. What is done stays done: running again skips whatever has its result.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.verification_pays.arms import TEST_SET, Size

if TYPE_CHECKING:
    from evol.train.evaluation import Evaluation
    from evol.train.plan import Trained

RESULT: Final = "bench.json"
REINFORCED: Final = "reinforced"
"""The arm that goes on from the model trained on all rows, with the verified rows' answers as its golds."""


def recipe(size: Size, seed: int) -> dict[str, Any]:
    """Return the recipe of every supervised training: keys of TRL's SFTConfig."""
    return {
        "learning_rate": 3e-3,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.1,
        "adam_beta2": 0.95,
        "weight_decay": 0.1,
        "per_device_train_batch_size": size.batch,
        "max_steps": size.steps,
        "max_length": 512,
        "save_strategy": "no",
        "logging_steps": max(1, size.steps // 20),
        "disable_tqdm": True,
        "seed": seed,
    }


def reinforcement(size: Size, seed: int) -> dict[str, Any]:
    """Return the recipe of reinforcement: `configs/grpo-cpu.yaml`, without checkpoints."""
    return {
        "learning_rate": 5e-5,
        "lr_scheduler_type": "constant",
        "num_generations": 8,
        "per_device_train_batch_size": 32,
        "max_completion_length": 128,
        "max_steps": max(1, size.steps // 12),
        "save_strategy": "no",
        "logging_steps": 1,
        "disable_tqdm": True,
        "seed": seed,
    }


def cpu_seconds() -> float:
    """Return the processor time of this process and of all its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def train_and_evaluate(work: Path, size: Size, experiment: str, arm: str, seed: int) -> dict[str, Any]:
    """Train one model and evaluate it, unless that was done; returns the result."""
    folder = work / "models" / f"{experiment}-{arm}-{seed}"
    if (folder / RESULT).exists():
        known: dict[str, Any] = json.loads((folder / RESULT).read_text())
        return known
    rows = work / "rows" / f"{experiment}-{seed}" / f"{'verified' if arm == REINFORCED else arm}.jsonl"
    started, began = cpu_seconds(), time.time()
    if arm == REINFORCED:
        base = work / "models" / f"{experiment}-all-{seed}" / "model"
        trained = _reinforce(rows, base, folder / "model", reinforcement(size, seed))
    else:
        trained = _train(rows, work / "base" / str(seed), folder / "model", size, seed)
    spent = cpu_seconds() - started
    evaluation = _evaluate(folder, work / "heldout" / f"{TEST_SET[experiment]}.jsonl")
    result = {
        "experiment": experiment,
        "arm": arm,
        "seed": seed,
        **json.loads(rows.with_suffix(".json").read_text()),
        "steps": trained.steps,
        "loss": trained.loss,
        "train_cpu_s": spent,
        "eval_cpu_s": cpu_seconds() - started - spent,
        "wall_s": time.time() - began,
        "problems": len(evaluation.problems),
        "solved": sum(problem.right for problem in evaluation.problems),
        "groups": {
            label: {value: estimate.to_json() for value, estimate in values.items()}
            for label, values in evaluation.groups().items()
        },
    }
    (folder / RESULT).write_text(json.dumps(result, indent=1))
    return result


def _train(rows: Path, base: Path, out: Path, size: Size, seed: int) -> Trained:
    from bench.verification_pays.model import write_base
    from evol.train.plan import TrainPlan
    from evol.train.sft import train

    write_base(base, size.corpus, seed)
    return train(TrainPlan(str(rows), str(base), out, recipe(size, seed)))


def _reinforce(rows: Path, base: Path, out: Path, keys: dict[str, Any]) -> Trained:
    from evol.train.grpo import train
    from evol.train.plan import TrainPlan

    return train(TrainPlan(str(rows), str(base), out, keys, method="grpo"))


def _evaluate(folder: Path, problems: Path) -> Evaluation:
    from evol.train.evaluation import Decoding, EvaluationPlan, evaluate, read_benchmark

    benchmark = read_benchmark(str(problems), domain="math")
    decoding = Decoding(max_tokens=256)
    model = str(folder / "model")
    return evaluate(EvaluationPlan(model, benchmark, folder / "eval", decoding=decoding, concurrency=128))
