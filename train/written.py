"""What a training writes beside its model before the first step: the rows as trained, and TRL's YAML.

`OUT/training/trl-sft.yaml` with `OUT/training/data/` is the same training without evol.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evol.rows import to_line
from evol.train.outputs import FOLDER
from evol.train.plan import TrainPlan
from evol.train.preflight import LeftOut
from evol.train.recipe import TEMPLATE_KEY
from evol.train.rows import TrainingRows

TEMPLATE: Final = "chat_template.jinja"


def write_inputs(
    plan: TrainPlan,
    recipe: Mapping[str, Any],
    splits: Mapping[str, TrainingRows],
    left_out: tuple[LeftOut, ...],
    tokenizer: Any,
    pad: str | None,
) -> None:
    """Write each split's rows, what was left out, the recipe as given, and the YAML for `trl`.

    `recipe` is the one for this machine; `pad` a pad token that the base model does not name.
    """
    folder = plan.out / FOLDER
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name, rows in splits.items():
        with (data / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(to_line(dict(row.columns)) + "\n" for row in rows.rows)
    with (folder / "left_out.jsonl").open("w", encoding="utf-8", newline="\n") as stream:
        for row in left_out:
            stream.write(json.dumps({"row": row.where, "reason": row.reason, "tokens": row.tokens}) + "\n")
    keys = {key: value for key, value in recipe.items() if key != TEMPLATE_KEY}
    if TEMPLATE_KEY in recipe:
        (folder / TEMPLATE).write_text(tokenizer.chat_template, encoding="utf-8")
    if plan.method == "sft":  # `trl grpo` takes both from the model's folder alone
        keys |= {"chat_template_path": str(folder / TEMPLATE)} if TEMPLATE_KEY in recipe else {}
        keys |= {"pad_token": pad} if pad is not None else {}
    trl = {
        "model_name_or_path": plan.model,
        "dataset_name": str(data),
        "output_dir": f"{plan.out}-trl",
        **keys,
    }
    _write_yaml(folder / f"trl-{plan.method}.yaml", trl)
    _write_yaml(folder / "recipe.yaml", plan.recipe)


def _write_yaml(path: Path, values: Mapping[str, Any]) -> None:
    import yaml

    path.write_text(yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True), encoding="utf-8")
