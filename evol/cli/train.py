"""`evol train DATASET --model MODEL`: fine-tune a model on verified rows with TRL."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evol.cli._options import json_option


@click.command()
@click.argument("dataset")
@click.option("--model", required=True, metavar="PATH_OR_ID", help="The base model: a folder or a Hub id.")
@click.option("--config", "recipe", type=click.Path(path_type=Path), help="A recipe (YAML): "
              "the keys of TRL's SFTConfig and ModelConfig, and chat_template.")  # fmt: skip
@click.option(
    "--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key; may be repeated."
)
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the trained model goes.")
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds which field."
)
@click.option("--all-rows", is_flag=True, help="Take rows that were rejected or left undecided, too.")
@json_option
def train(
    dataset: str,
    model: str,
    recipe: Path | None,
    settings: tuple[str, ...],
    out: Path,
    maps: tuple[str, ...],
    all_rows: bool,
    as_json: bool,
) -> None:
    """Fine-tune MODEL on DATASET: a run's folder, a data file or folder, or a Hub dataset's id."""
    from evol._columns import parse_map
    from evol.train.plan import TrainPlan
    from evol.train.recipe import read_recipes
    from evol.train.sft import silent, train

    plan = TrainPlan(dataset, model, out, read_recipes(recipe, settings), parse_map(maps), (), all_rows)
    trained = train(plan, silent if as_json else click.echo)
    if as_json:
        click.echo(json.dumps({"folder": str(out), "steps": trained.steps, "loss": trained.loss}))
    else:
        click.echo(f"{trained.steps} steps in {trained.seconds:.0f} s, mean loss {trained.loss:.3f}: {out}")
