"""The card of a trained model: what it was made of, how, and what is not known about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from evol.train.plan import Trained, TrainPlan
from evol.train.preflight import Preflight

LIBRARIES: Final = ("evol", "trl", "transformers", "torch", "peft", "accelerate", "datasets")


def versions() -> dict[str, str]:
    """Return the versions that the weights depend on, of what is installed."""
    from importlib.metadata import PackageNotFoundError, version
    from platform import python_version

    found = {"python": python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def command(plan: TrainPlan, recipe: Path) -> str:
    """Return the command that trains this again, from the recipe written beside the model."""
    words = ["evol", "train", plan.dataset, "--model", plan.model, "--config", str(recipe)]
    for field, column in sorted(plan.columns.items()):
        words += ["--map", f"{field}={column}"]
    for source in plan.evaluation:
        words += ["--eval", source]
    words += ["--all-rows"] if plan.all_rows else []
    words += ["--method", plan.method] if plan.method != "sft" else []
    words += ["--domain", plan.domain] if plan.domain else []
    return shlex.join([*words, "--out", str(plan.out)])


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _front_matter(plan: TrainPlan, peft: bool) -> str:
    local = Path(plan.model).expanduser().is_dir()
    base = [] if local else [f"base_model: {plan.model}"]
    library = "peft" if peft else "transformers"
    lines = [*base, f"library_name: {library}", "pipeline_tag: text-generation", "license: other"]
    return "\n".join(["---", *lines, "tags:", "- evol", "- trl", f"- {plan.method}", "---"])


def _data(plan: TrainPlan, checked: Preflight) -> str:
    rows = checked.rows
    told = [f"{len(rows.rows):,} rows of `{plan.dataset}` as {rows.kind}, blake2b `{rows.digest}`;",
            f"{checked.tokens:,} tokens an epoch, {checked.loss_tokens:,} of them in the loss. The rows as",
            "trained are in `training/data/train.jsonl`."]  # fmt: skip
    if plan.all_rows:
        told.append("**Rows that were rejected or undecided were trained on, too** (`--all-rows`).")
    elif "verdict" in rows.provenance:
        told.append("Every row carries a verifier's accepting verdict.")
    else:
        told.append("The rows carry no verdicts: nothing verified them before this training.")
    return "\n".join(told)


def _provenance(checked: Preflight) -> str:
    parts = [
        _table((name, "rows"), counts.items()) for name, counts in checked.rows.provenance.items() if counts
    ]
    left = {**checked.rows.left_out}
    for row in checked.left_out:
        left[row.reason] = left.get(row.reason, 0) + 1
    parts.append(_table(("left out", "rows"), left.items()) if left else "No row was left out.")
    return "\n\n".join(parts)


def _contamination(plan: TrainPlan) -> str:
    if not plan.evaluation:
        return "No evaluation set was named, so none was compared with the rows."
    named = ", ".join(f"`{source}`" for source in plan.evaluation)
    return (
        f"No row has the instruction of a problem in {named} (case and white space aside; the training "
        "refuses one that does). Near copies are told by `evol audit --against`."
    )


def _outcome(trained: Trained) -> str:
    told = [
        f"{trained.steps:,} steps in {trained.seconds:,.0f} s; last logged training loss {trained.loss:.4f}, "
        f"mean over all steps {trained.mean_loss:.4f}."
    ]
    if trained.stopped is not None:
        ended, tried = trained.stopped
        told.append(f"After saving, {ended} of {tried} sampled answers ended by themselves.")
    told.append("No score was measured here: `evol eval` measures one with the verifiers.")
    return " ".join(told)


def card(
    plan: TrainPlan, checked: Preflight, recipe: Mapping[str, Any], trained: Trained, facts: Mapping[str, Any]
) -> str:
    """Return README.md for a trained model's folder.

    `facts` holds the base model's fingerprint, the parameters (all and trained), the versions and
    whether a loss curve was drawn.
    """
    curve = "\n![Training loss](training/loss.png)\n" if facts["curve"] else ""
    name = plan.out.resolve().name
    adapted = "LoRA adapter for" if recipe.get("use_peft") else "Fine-tuned from"
    sized = f"{facts['parameters']:,} parameters, {facts['trainable']:,} of them trained."
    return f"""{_front_matter(plan, bool(recipe.get("use_peft")))}

# {name}

{adapted} `{plan.model}` (fingerprint `{facts["model"]}`) by {plan.method.upper()} with evol and TRL.
{sized} The base model's licence and the data's apply.

## Data

{_data(plan, checked)}

{_provenance(checked)}

## Contamination

{_contamination(plan)}

## Training

{_outcome(trained)}
{curve}
{_table(("recipe key", "value"), ((f"`{key}`", f"`{value}`") for key, value in sorted(recipe.items())))}

What is not named is TRL's default.

{_table(("library", "version"), facts["versions"].items())}

## Reproduce

```sh
{command(plan, plan.out / "training" / "recipe.yaml")}
```

Without evol: `trl {plan.method} --config {plan.out}/training/trl-{plan.method}.yaml`.
"""
