"""What a training is asked to do, in one frozen record that the command, the loop and benches share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

Method: TypeAlias = str
"""`sft` or `grpo`: the module of `evol.train` that prepares and fits."""


@dataclass(frozen=True, slots=True)
class TrainPlan:
    """One training: rows, base model, recipe, and where the trained model goes.

    `dataset` is a run's folder, a data file or folder, or a Hub dataset's id; `model` a local
    folder or a Hub id. `recipe` holds keys of TRL's SFTConfig and ModelConfig and `chat_template`,
    as `evol.train.recipe.read_recipes` returns them. `columns` says which column holds which field,
    as `evol._columns.parse_map` reads `--map`. `evaluation` names files whose instructions no
    training row may repeat. `all_rows` takes rows that were rejected or left undecided, too. `domain`
    is the pack whose verifiers reward what GRPO samples, where the rows do not say it.
    """

    dataset: str
    model: str
    out: Path
    recipe: Mapping[str, Any] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    evaluation: tuple[str, ...] = ()
    all_rows: bool = False
    method: Method = "sft"
    domain: str | None = None


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training left behind: the model's folder and what was measured on the way.

    `steps` are optimizer steps, `loss` is the training loss last logged, `mean_loss` the mean over all
    steps, `seconds` the wall time of the training loop, each with the sessions that were interrupted;
    `rows` the rows trained on. `stopped` is (samples that ended by themselves, samples tried) after
    saving, or None where that would have been dear.
    """

    folder: Path
    steps: int
    loss: float
    mean_loss: float
    seconds: float
    rows: int
    stopped: tuple[int, int] | None = None
