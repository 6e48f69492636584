"""`evol loop`: evolve, verify, train and measure, round after round, while the dev set says it helps."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evol.cli._options import budget_options, json_option
from evol.errors import BudgetSpent

if TYPE_CHECKING:
    from evol.train.loop import LoopPlan

INTERRUPTED: Final = 130


@click.command()
@click.option("--domain", help="A domain pack: math, code, general, an installed one, or ./folder.")
@click.option("--model", required=True, metavar="PATH_OR_ID", help="The base model that each round trains.")
@click.option("--dev", required=True, help="Problems that decide whether another round is worth it.")
@click.option(
    "--rounds",
    type=click.IntRange(1, 100),
    required=True,
    help="Rounds of evolution at most, after the seeds.",
)
@click.option("--test", help="Problems to score once, in the end, with the best round's model.")
@click.option("--seeds", help="What to evolve, as for `evol run`; the pack's own otherwise.")
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN", help="Which column holds a field.")
@click.option("--teacher", help="openai:MODEL, local:PATH, or procedural[:error=SHARE], the default.")
@click.option("--limit", type=click.IntRange(min=1), help="Evolve the first N seeds only.")
@click.option("--seed", type=int, help="Seed of every random choice of evolution.  [default: 0]")
@click.option("--concurrency", type=click.IntRange(1, 4096), help="Calls in flight at once.  [default: 64]")
@budget_options
@click.option(
    "--config",
    "recipe",
    type=click.Path(path_type=Path),
    help="A YAML recipe of `evol run`; flags override it.",
)
@click.option(
    "--training",
    type=click.Path(path_type=Path),
    help="A YAML recipe of `evol train`, such as configs/sft-*.",
)
@click.option("--set", "settings", multiple=True, metavar="KEY=VALUE", help="Override one key of --training.")
@click.option(
    "--max-new-tokens",
    type=click.IntRange(min=1),
    default=1024,
    show_default=True,
    help="Longest dev answer.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The loop's folder.  [default: loops/DOMAIN]")
@click.option("--dry-run", is_flag=True, help="Say the plan and estimate the calls; write nothing.")
@click.option("--quiet", is_flag=True, help="Show no progress.")
@json_option
def loop(
    model: str,
    dev: str,
    rounds: int,
    test: str | None,
    columns: tuple[str, ...],
    recipe: Path | None,
    training: Path | None,
    settings: tuple[str, ...],
    max_new_tokens: int,
    out: Path | None,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Evolve a round, verify, train, measure on the dev set, and go on only if the score rose.

    Running the same command again goes on where the last one stopped; more --rounds go further.
    """
    from evol.config import read_recipe, resolve
    from evol.seeds import parse_map
    from evol.train.loop import LoopOptions, plan
    from evol.train.recipe import read_recipes

    run = resolve(read_recipe(recipe) if recipe else {}, {**flags, "map": parse_map(columns)})
    folder = out or Path("loops") / Path(run.domain).name
    keys = read_recipes(training, settings)
    planned = plan(LoopOptions(run, model, dev, rounds, folder, test, keys, max_new_tokens))
    if dry_run:
        _print_plan(planned)
        return
    _perform(planned, quiet=quiet, as_json=as_json)


def _perform(planned: LoopPlan, *, quiet: bool, as_json: bool) -> None:
    from evol.cli._progress import watching
    from evol.recorded import Interrupted
    from evol.train.loop import Loop
    from evol.train.loop_results import chart, table

    begun = Loop(planned, watching(quiet), lambda text: None if quiet else click.echo(text, err=True))
    try:
        record = begun.run()
    except (BudgetSpent, Interrupted) as stopped:
        click.echo(f"{stopped} Run the same command again to go on.", err=True)
        sys.exit(getattr(stopped, "exit_code", INTERRUPTED))
    folder = planned.options.out
    chart(folder, record)
    if as_json:
        click.echo(json.dumps({**record, "folder": str(folder)}))
        return
    for line in table(record):
        click.echo(line)
    click.echo(f"Written to {folder}: loop.json, rounds.png, rounds.svg, and a folder for each round.")


def _print_plan(planned: LoopPlan) -> None:
    from evol.estimate import estimate
    from evol.teacher.budget import dollars

    options, guess = planned.options, estimate(planned.evolving)
    click.echo(
        f"Round 0: verify {planned.evolving.lineages:,} seeds and train {options.model} on what is kept."
    )
    click.echo(
        f"Rounds 1 to {options.rounds}: evolve one generation further, train {options.model} anew on all "
        f"rows so far, and stop after the first round that does not raise the score on "
        f"{len(planned.dev.problems)} problems of {planned.dev.name}."
    )
    if planned.test is not None:
        click.echo(f"Then: score {len(planned.test.problems)} problems of {planned.test.name} once.")
    cost = "unknown" if guess.cost is None else dollars(guess.cost)
    click.echo(
        f"All rounds together: about {guess.calls:,} calls, {guess.completion_tokens:,} tokens, {cost}."
    )
    click.echo(f"Nothing was written; it would be to {options.out}.")
