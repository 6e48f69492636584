"""What a training writes beside its model before the first step: the rows as trained, and TRL's YAML.

`OUT/training/trl-sft.yaml` with `OUT/training/data/train.jsonl` is the same training without evol.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol.rows import to_line
from evol.train.plan import TrainPlan
from evol.train.recipe import TEMPLATE_KEY
from evol.train.rows import TrainingRows

FOLDER: Final = "training"
TEMPLATE: Final = "chat_template.jinja"


@dataclass(frozen=True, slots=True)
class Written:
    """Where the inputs were written, and the keys that SFTConfig and ModelConfig are made of."""

    folder: Path
    trainer_keys: Mapping[str, Any]


def write_inputs(plan: TrainPlan, recipe: Mapping[str, Any], rows: TrainingRows, tokenizer: Any) -> Written:
    """Write the rows, the chat template where the recipe names one, and the YAML for `trl sft`."""
    import yaml

    folder = plan.out / FOLDER
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    keys = {key: value for key, value in recipe.items() if key != TEMPLATE_KEY}
    if TEMPLATE_KEY in recipe:
        (folder / TEMPLATE).write_text(tokenizer.chat_template, encoding="utf-8")
        keys["chat_template_path"] = str(folder / TEMPLATE)
    with (data / "train.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(to_line(dict(row.columns)) + "\n" for row in rows.rows)
    trl = {
        "model_name_or_path": plan.model,
        "dataset_name": str(data),
        "output_dir": f"{plan.out}-trl",
        **keys,
    }
    (folder / f"trl-{plan.method}.yaml").write_text(yaml.safe_dump(trl, sort_keys=False), encoding="utf-8")
    return Written(folder, keys)
