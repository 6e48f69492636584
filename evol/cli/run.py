"""`evol run`: evolve seeds through a domain pack and write the verified dataset."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evol.cli._options import FORMAT_CHOICE, budget_options

if TYPE_CHECKING:
    from evol.config import RunConfig
    from evol.run import Finished, Plan

INTERRUPTED: Final = 130


@click.command()
@click.option("--domain", help="A domain pack: math, code, general, an installed one, or ./folder.")
@click.option(
    "--seeds",
    help="JSONL, JSON, CSV or Parquet (also .gz), a saved dataset or a Hub id; the pack's own otherwise.",
)
@click.option(
    "--map",
    "columns",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Which column holds a field; may be repeated.",
)
@click.option(
    "--teacher", help="openai:MODEL, local:PATH, or procedural[:error=SHARE], the embedded default."
)
@click.option(
    "--generations", type=click.IntRange(0, 100), help="Rounds of evolution; the pack's choice otherwise."
)
@click.option("--concurrency", type=click.IntRange(1, 4096), help="Calls in flight at once.  [default: 64]")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), help="Seconds for one request.  [default: 120]"
)
@click.option("--limit", type=click.IntRange(min=1), help="Evolve the first N seeds only; raise it to go on.")
@click.option("--seed", type=int, help="Seed of every random choice.  [default: 0]")
@click.option("--out", type=click.Path(path_type=Path), help="The run's folder.  [default: runs/DOMAIN]")
@click.option(
    "--size", type=click.IntRange(min=1), help="At most this many training rows, balanced over generations."
)
@click.option(
    "--format",
    "format_",
    type=FORMAT_CHOICE,
    help="How train rows hold their texts.  [default: prompt-completion]",
)
@budget_options
@click.option("--config", "recipe", type=click.Path(path_type=Path), help="A YAML recipe; flags override it.")
@click.option("--judge", is_flag=True, help="Have the teacher judge too, in packs that offer it.")
@click.option("--adopt", is_flag=True, help="Go on in a folder whose run was configured otherwise.")
@click.option(
    "--dry-run", is_flag=True, help="Estimate calls, tokens, cost and time; call nobody, write nothing."
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as one JSON object.")
def run(
    recipe: Path | None,
    columns: tuple[str, ...],
    format_: str | None,
    judge: bool,
    adopt: bool,
    dry_run: bool,
    quiet: bool,
    as_json: bool,
    **flags: Any,
) -> None:
    """Evolve seeds through a domain pack, verify every row, and write the dataset.

    Running the same command again goes on where the last one stopped.
    """
    from evol.config import read_recipe, resolve
    from evol.run import plan
    from evol.seeds import parse_map

    settings = {"judge": True} if judge else {}
    given = {**flags, "format": format_, "map": parse_map(columns), "settings": settings}
    config = resolve(read_recipe(recipe) if recipe else {}, given)
    planned = plan(config)
    if dry_run:
        _print_estimate(planned, as_json=as_json)
        return
    _announce(config, planned)
    finished = _finish(planned, adopt=adopt, quiet=quiet)
    _print_result(finished, config, as_json=as_json)
    if finished.stopped is not None:
        sys.exit(getattr(finished.stopped, "exit_code", INTERRUPTED))


def _announce(config: RunConfig, planned: Plan) -> None:
    if config.teacher is None:
        click.echo(
            "No endpoint is configured: the embedded procedural teacher answers (no model; labelled so); "
            "for a real one give --teacher openai:MODEL and set OPENAI_API_KEY or OPENAI_BASE_URL.",
            err=True,
        )
    unusable = planned.checked.unusable
    if unusable:
        click.echo(
            f"{unusable} of {planned.checked.rows} seeds cannot be used; `rejected` will say why.", err=True
        )


def _finish(planned: Plan, *, adopt: bool, quiet: bool) -> Finished:
    try:
        return asyncio.run(_execute(planned, adopt=adopt, quiet=quiet))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _execute(planned: Plan, *, adopt: bool, quiet: bool) -> Finished:
    from evol.cli._progress import watching
    from evol.run import execute

    return await execute(planned, adopt=adopt, watch=watching(quiet))


def _print_estimate(planned: Plan, *, as_json: bool) -> None:
    from evol.estimate import SECONDS_PER_TOKEN, estimate
    from evol.teacher.budget import dollars

    guess = estimate(planned)
    if as_json:
        click.echo(json.dumps(asdict(guess)))
        return
    cost = (
        "unknown: give prices in a recipe (--config)"
        if guess.cost is None
        else f"about {dollars(guess.cost)}"
    )
    click.echo(
        f"{planned.lineages:,} seeds over {planned.generations} generations: about {guess.calls:,} calls, "
        f"{guess.prompt_tokens:,} prompt and {guess.completion_tokens:,} completion tokens."
    )
    click.echo(f"Cost: {cost}.")
    click.echo(
        f"Time: about {timedelta(seconds=round(guess.seconds))} at {planned.config.concurrency} calls "
        f"in flight and {1 / SECONDS_PER_TOKEN:.0f} tokens a second each."
    )
    click.echo(
        f"Measured on {guess.measured} seeds through the embedded teacher; a model's own replies differ."
    )


def _print_result(finished: Finished, config: RunConfig, *, as_json: bool) -> None:
    exported, spent = finished.exported, finished.budget.spent
    if as_json:
        facts = {
            "folder": str(config.folder),
            "train": exported.train,
            "rejected": exported.rejected,
            "duplicates": exported.duplicates,
            "left_out": exported.left_out,
            "reasons": dict(finished.tally.reasons),
            "calls": spent.calls,
            "prompt_tokens": spent.prompt_tokens,
            "completion_tokens": spent.completion_tokens,
            "cost": finished.budget.cost,
            "stopped": str(finished.stopped) if finished.stopped else None,
        }
        click.echo(json.dumps(facts))
        return
    click.echo(
        f"{exported.train} verified rows and {exported.rejected} rejected ones (each with its reason) "
        f"are in {config.folder}/dataset; {spent.calls} calls, {spent.tokens:,} tokens."
    )
    if finished.stopped is not None:
        click.echo(f"{finished.stopped} Run the same command again to go on.", err=True)
