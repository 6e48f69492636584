"""`evol train DATASET --model MODEL`: fine-tune a model on verified rows with TRL."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evol.cli._options import json_option
from evol.cli._text import printable

if TYPE_CHECKING:
    from evol.train.plan import Trained, TrainPlan
    from evol.train.preparing import Prepared, Say

SHOWN = 4000
ASKED = "One prompt as the model is asked it; the loss falls on the answers that it samples:"


@click.command()
@click.argument("dataset")
@click.option("--model", required=True, metavar="PATH_OR_ID", help="The base model: a folder or a Hub id.")
@click.option("--config", "recipe", type=click.Path(path_type=Path), help="A recipe (YAML): "
              "the keys of TRL's SFTConfig and ModelConfig, and chat_template.")  # fmt: skip
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key; may be repeated."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where the trained model goes.  [default: models/NAME]"
)
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds which field."
)
@click.option(
    "--eval", "evaluation", multiple=True, metavar="FILE", help="An evaluation set: no training row may be "
    "one of its problems, and eval_strategy measures the loss on the first."
)  # fmt: skip
@click.option("--all-rows", is_flag=True, help="Take rows that were rejected or left undecided, too.")
@click.option("--method", type=click.Choice(["sft", "grpo"]), default="sft", show_default=True,
              help="Supervised fine-tuning, or reinforcement by the verifiers.")  # fmt: skip
@click.option("--domain", help="GRPO: the pack whose verifiers reward, where the rows do not say it.")
@click.option("--dry-run", is_flag=True, help="Check rows, template, masks and recipe, and stop there.")
@json_option
def train(
    dataset: str,
    model: str,
    recipe: Path | None,
    settings: tuple[str, ...],
    out: Path | None,
    maps: tuple[str, ...],
    evaluation: tuple[str, ...],
    all_rows: bool,
    method: str,
    domain: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Fine-tune MODEL on DATASET: a run's folder, a data file or folder, or a Hub dataset's id.

    Checks everything first, writes a model card after. Ctrl-C saves; running again resumes.
    """
    from evol._columns import parse_map
    from evol.train.plan import TrainPlan
    from evol.train.recipe import read_recipes

    given = read_recipes(recipe, settings, method)
    target = out or Path("models") / (Path(dataset).resolve().stem or "model")
    columns = parse_map(maps)
    plan = TrainPlan(dataset, model, target, given, columns, evaluation, all_rows, method, domain)
    trained = _train(plan, dry_run, as_json)
    if trained is not None:
        _tell(trained, as_json)


def _train(plan: TrainPlan, dry_run: bool, as_json: bool) -> Trained | None:
    """Check and show, then train; `train/METHOD.py` holds both steps of each method."""
    method = import_module(f"evol.train.{plan.method}")
    say: Say = _silent if as_json or not _first_process() else _say
    _quiet_bars()
    prepared = method.prepare(plan, say)
    if say is _say:
        _show(prepared)
    if not dry_run:
        return method.fit(prepared, say)  # type: ignore[no-any-return]
    if as_json:
        click.echo(json.dumps(_facts(prepared)))
    return None


def _first_process() -> bool:
    """Whether this is the process that speaks, of those that `accelerate launch` started."""
    return os.environ.get("RANK", "0") == "0"


def _silent(_: str) -> None:
    pass


def _say(text: str) -> None:
    click.echo(printable(text))


def _quiet_bars() -> None:
    """Leave out the libraries' progress bars where no person looks on."""
    if sys.stderr.isatty():
        return
    import datasets
    from transformers.utils import logging

    datasets.disable_progress_bars()
    logging.disable_progress_bar()


def _facts(prepared: Prepared) -> dict[str, Any]:
    checked, expected = prepared.checked, prepared.expected
    return {
        "rows": len(checked.rows.rows),
        "kind": checked.rows.kind,
        "left_out": _left_out(prepared),
        "tokens": checked.tokens,
        "loss_tokens": checked.loss_tokens,
        "quantiles": {f"{share:g}": length for share, length in checked.quantiles.items()},
        **asdict(expected),
    }


def _left_out(prepared: Prepared) -> dict[str, int]:
    too_long = Counter(row.reason for row in prepared.checked.left_out)
    return {**prepared.checked.rows.left_out, **too_long}


def _show(prepared: Prepared) -> None:
    """Show what was checked: one row with its mask, what was left out, lengths and the estimate."""
    checked = prepared.checked
    asked = checked.rows.kind == "prompt"
    dim = sys.stdout.isatty()
    click.echo(f"\n{ASKED if asked else 'One row as trained on; ' + _legend(dim)}")
    click.echo("".join(_piece(text, counts, dim) for text, counts in checked.shown) + "\n")
    rows, left = len(checked.rows.rows), _left_out(prepared)
    click.echo(f"{rows:,} rows ({checked.rows.kind}), {sum(left.values()):,} left out")
    for reason, count in left.items():
        click.echo(f"{count:10,}  {printable(reason)}")
    for note, count in checked.rows.notes.items():
        click.echo(f"{count:10,}  rows: {note}")
    spread = ", ".join(f"{share:.0%} {length:,}" for share, length in checked.quantiles.items())
    click.echo(f"Tokens a {'prompt' if asked else 'row'}, by share of rows: {spread}")
    if not asked:
        click.echo(
            f"{checked.tokens:,} tokens an epoch, {checked.loss_tokens / checked.tokens:.0%} in the loss"
        )
    click.echo(_expectation(prepared) + "\n")


def _legend(dim: bool) -> str:
    return "the loss falls on what is bright:" if dim else "the loss falls on what stands in [[ ]]:"


def _piece(text: str, counts: bool, dim: bool) -> str:
    text = printable(text if len(text) <= SHOWN else f"{text[: SHOWN // 2]} ... {text[-SHOWN // 2 :]}")
    if dim:
        return click.style(text, dim=not counts, bold=counts)
    return f"[[{text}]]" if counts else text


def _expectation(prepared: Prepared) -> str:
    expected = prepared.expected
    told = [f"{expected.steps:,} steps of {expected.rows_per_step} rows, about {expected.tokens:,} tokens"]
    if expected.parameters is not None and expected.trainable is not None:
        told.append(f"{expected.trainable:,} of {expected.parameters:,} parameters trained")
    memory = expected.memory
    told.append("memory not estimated" if memory is None else f"about {memory / 2**30:.2g} GiB a device")
    return "; ".join(told)


def _tell(trained: Trained, as_json: bool) -> None:
    if not _first_process():
        return
    if as_json:
        click.echo(json.dumps({**asdict(trained), "folder": str(trained.folder)}))
        return
    from evol.train.watching import duration

    click.echo(f"{trained.steps:,} steps in {duration(trained.seconds)}, loss {trained.loss:.4f}")
    if trained.stopped is not None and trained.stopped[0] < trained.stopped[1]:
        ended, tried = trained.stopped
        click.echo(f"Only {ended} of {tried} sampled answers ended by themselves: train longer.")
    click.echo(f"The model and its card are in {trained.folder}")
