"""`evol eval`: what a model gets right on a benchmark, by the verifiers of a domain."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from evol.cli._options import json_option

if TYPE_CHECKING:
    from evol.train.evaluation import Evaluation

LINE_EVERY_S: Final = 10.0


@click.command("eval")
@click.argument("models", nargs=-1, required=True, metavar="MODEL...")
@click.option("--benchmark", required=True, help="The problems: a file, a saved dataset, or a Hub id.")
@click.option("--domain", help="The pack that judges.  [default: the one of the benchmark's form]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder.  [default: evals/BENCHMARK]")
@click.option("--limit", type=click.IntRange(min=1), help="Take the first so many problems.")
@click.option("--max-tokens", type=click.IntRange(min=1), default=1024, show_default=True)
@click.option("--concurrency", type=click.IntRange(1, 4096), default=32, show_default=True)
@json_option
def eval(  # noqa: A001 - the command's name
    models: tuple[str, ...],
    benchmark: str,
    domain: str | None,
    out: Path | None,
    limit: int | None,
    max_tokens: int,
    concurrency: int,
    as_json: bool,
) -> None:
    """Ask each MODEL (a folder, a Hub id, openai:NAME) the problems of a benchmark and score its answers."""
    from evol.train.evaluation import Decoding, EvaluationPlan, evaluate, read_benchmark

    read = read_benchmark(benchmark, domain=domain, limit=limit)
    folder = out or Path("evals") / read.name
    for model in models:
        plan = EvaluationPlan(
            model, read, folder, decoding=Decoding(max_tokens=max_tokens), concurrency=concurrency
        )
        found = evaluate(plan, _lines(plan.title))
        _print(found, plan.folder, as_json=as_json)


def _lines(name: str) -> _Progress:
    return _Progress(name)


class _Progress:
    """Prints how far a model has come, every ten seconds, on standard error."""

    def __init__(self, name: str) -> None:
        self._name, self._last = name, time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._last >= LINE_EVERY_S:
            self._last = time.monotonic()
            click.echo(f"{self._name}: {done} of {total} problems", err=True)


def _print(found: Evaluation, folder: Path, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({"folder": str(folder), **found.to_json()}))
        return
    counts = found.counts()
    for name, estimate in found.scores().items():
        click.echo(f"{found.name}  {name}  {estimate}  on {estimate.problems} problems")
    if counts["cut_off"]:
        click.echo(f"{counts['cut_off']} of {counts['samples']} replies were cut off at the token limit.")
    click.echo(f"Written to {folder}.")
