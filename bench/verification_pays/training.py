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

from bench.verification_pays.arms import TEST_SET, Size, write_arms

if TYPE_CHECKING:
    from evol.train.evaluation import Evaluation
    from evol.train.plan import Trained, TrainPlan

RESULT: Final = "bench.json"
REINFORCED: Final = "reinforced"
"""The arm that is reinforced on the verified rows' answers."""
LONGER: Final = "longer"
TIMES: Final = 4
"""The arm that sees the seeds so many times as often: then it takes about the time of the evolved rows."""
BEFORE: Final = "before"
"""The arm that is evaluated as it starts."""
ROWS_OF: Final = {REINFORCED: "verified", LONGER: "seeds"}
"""Whose rows an arm takes that has none of its own."""
GOES_ON: Final = {
    REINFORCED: "all",
    "seeds": "clean",
    LONGER: "clean",
    "evolved": "clean",
    "downward": "clean",
    BEFORE: "clean",
}
"""The arms that start from a trained model, and from which of the first experiment.

What is evolved is compared on a model that computes already: one of random weights learns to add, or
does not, within these steps, and that would hide what the rows teach.
"""


def recipe(size: Size, arm: str, seed: int) -> dict[str, Any]:
    """Return the recipe of every supervised training: keys of TRL's SFTConfig.

    Going on from a trained model takes fewer steps at a third of the learning rate.
    """
    further = size.further * (TIMES if arm == LONGER else 1)
    steps = further if arm in GOES_ON else size.steps
    return {
        "learning_rate": 1e-3 if arm in GOES_ON else 3e-3,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.1,
        "adam_beta2": 0.95,
        "weight_decay": 0.1,
        "per_device_train_batch_size": size.batch,
        "max_steps": steps,
        "max_length": 512,
        "save_strategy": "no",
        "logging_steps": max(1, steps // 20),
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
    rows = work / "rows" / f"{experiment}-{seed}" / f"{ROWS_OF.get(arm, arm)}.jsonl"
    base = _start(work, size, arm, seed)
    started, began = cpu_seconds(), time.time()
    trained = None if arm == BEFORE else train(plan_of(rows, base, folder / "model", size, arm, seed))
    spent = cpu_seconds() - started
    model = base if trained is None else folder / "model"
    evaluation = _evaluate(model, folder / "eval", work / "heldout" / f"{TEST_SET[experiment]}.jsonl")
    result = {
        "experiment": experiment,
        "arm": arm,
        "seed": seed,
        **({"rows": 0, "right": 0} if trained is None else json.loads(rows.with_suffix(".json").read_text())),
        "steps": trained.steps if trained else 0,
        "loss": trained.loss if trained else None,
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


def _start(work: Path, size: Size, arm: str, seed: int) -> Path:
    """Return the model that an arm starts from; one that is trained first, if it is not there."""
    from bench.verification_pays.model import write_base

    base = write_base(work / "base" / str(seed), size.corpus, seed)
    if arm not in GOES_ON:
        return base
    write_arms(work, size, "errors", seed)
    train_and_evaluate(work, size, "errors", GOES_ON[arm], seed)
    return work / "models" / f"errors-{GOES_ON[arm]}-{seed}" / "model"


def plan_of(rows: Path, base: Path, out: Path, size: Size, arm: str, seed: int) -> TrainPlan:
    """Return what `evol train` would be asked for an arm."""
    from evol.train.plan import TrainPlan

    if arm == REINFORCED:
        return TrainPlan(str(rows), str(base), out, reinforcement(size, seed), method="grpo")
    return TrainPlan(str(rows), str(base), out, recipe(size, arm, seed))


def train(plan: TrainPlan) -> Trained:
    """Train by the plan's method."""
    from evol.train import grpo, sft

    return (grpo if plan.method == "grpo" else sft).train(plan)


def _evaluate(model: Path, out: Path, problems: Path) -> Evaluation:
    from evol.train.evaluation import Decoding, EvaluationPlan, evaluate, read_benchmark

    benchmark = read_benchmark(str(problems), domain="math")
    decoding = Decoding(max_tokens=256)
    return evaluate(EvaluationPlan(str(model), benchmark, out, decoding=decoding, concurrency=128))
