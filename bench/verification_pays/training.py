"""One arm and seed: `evol train` on its rows, `evol eval` on the held-out problems, one result file.

Both are called as the commands call them, in this process, because importing TRL takes longer than
a small training. What is done stays done: running again skips whatever has its result.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

from bench.verification_pays.arms import TEST_SET, Size


def recipe(size: Size, seed: int) -> dict[str, Any]:
    """Return the recipe of every training: keys of TRL's SFTConfig."""
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


def cpu_seconds() -> float:
    """Return the processor time of this process and of all its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def train_and_evaluate(work: Path, size: Size, experiment: str, arm: str, seed: int) -> dict[str, Any]:
    """Train one model and evaluate it, unless that was done; returns the result."""
    from bench.verification_pays.model import write_base
    from evol.train.evaluation import Decoding, EvaluationPlan, evaluate, read_benchmark
    from evol.train.plan import TrainPlan
    from evol.train.sft import train

    folder = work / "models" / f"{experiment}-{arm}-{seed}"
    done = folder / "bench.json"
    if done.exists():
        result: dict[str, Any] = json.loads(done.read_text())
        return result
    rows = work / "rows" / f"{experiment}-{seed}" / f"{arm}.jsonl"
    base = write_base(work / "base" / str(seed), size.corpus, seed)
    started, began = cpu_seconds(), time.time()
    trained = train(TrainPlan(str(rows), str(base), folder / "model", recipe(size, seed)))
    spent = cpu_seconds() - started
    test_set = work / "heldout" / f"{TEST_SET[experiment]}.jsonl"
    benchmark = read_benchmark(str(test_set), domain="math")
    decoding = Decoding(max_tokens=256)
    asked = EvaluationPlan(
        str(folder / "model"), benchmark, folder / "eval", decoding=decoding, concurrency=128
    )
    evaluation = evaluate(asked)
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
        "problems": len(benchmark.problems),
        "solved": sum(problem.right for problem in evaluation.problems),
        "groups": {
            label: {value: estimate.to_json() for value, estimate in values.items()}
            for label, values in evaluation.groups().items()
        },
    }
    done.write_text(json.dumps(result, indent=1))
    return result
