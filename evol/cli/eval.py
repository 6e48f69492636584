"""`evol eval`: what models get right on a benchmark, by the verifiers of a domain, side by side."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evol.cli._options import budget_options, json_option, price_option

if TYPE_CHECKING:
    from evol.train.evaluation import Benchmark, Evaluation

LINE_EVERY_S: Final = 10.0
MEANS: Final = ("plain", "concurrency", "timeout_s", "max_calls", "max_tokens", "max_cost", "prices")


@click.command("eval")
@click.argument("models", nargs=-1, metavar="[MODEL|RESULT]...")
@click.option("--benchmark", help="The problems: a file, a saved dataset, or a Hub id.")
@click.option("--domain", help="The pack that judges.  [default: the one of the benchmark's form]")
@click.option(
    "--outputs", multiple=True, metavar="FILE", help="Score outputs that somebody else generated; repeatable."
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder.  [default: evals/BENCHMARK]")
@click.option("--limit", type=click.IntRange(min=1), help="Take the first so many problems.")
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN",
    help="Which column holds instruction, answer, tests or id; response: in --outputs (a.b: b in a).",
)  # fmt: skip
@click.option(
    "--prompt", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A Jinja2 template over `instruction` and the problem's columns.  [default: the form's own]",
)  # fmt: skip
@click.option("--plain", is_flag=True, help="Ask a base model as plain text, without a chat template.")
@click.option(
    "--until", multiple=True, metavar="TEXT", help="End a plain reply before TEXT, too (\\n: a new line)."
)
@click.option("--samples", type=click.IntRange(min=1), default=1, show_default=True, help="Draws a problem.")
@click.option(
    "--temperature", type=click.FloatRange(min=0), default=0.0, show_default=True, help="0 is greedy."
)
@click.option("--top-p", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True)
@click.option(
    "--max-new-tokens", type=click.IntRange(min=1), default=1024, show_default=True, help="Tokens a reply."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the draws.")
@click.option(
    "--concurrency", type=click.IntRange(1, 4096), default=32, show_default=True,
    help="Requests in flight; for a local model, the size of a batch.",
)  # fmt: skip
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    default=600.0,
    show_default=True,
    help="Seconds a request.",
)
@budget_options
@price_option
@json_option
def eval(  # noqa: A001 - the command's name
    models: tuple[str, ...],
    benchmark: str | None,
    domain: str | None,
    outputs: tuple[str, ...],
    out: Path | None,
    limit: int | None,
    maps: tuple[str, ...],
    as_json: bool,
    **asking: Any,
) -> None:
    """Ask each MODEL (a folder, a Hub id, openai:NAME) the problems of a benchmark and score its answers.

    A RESULT is the folder of an earlier evaluation. Several are compared, in one table and one chart.
    """
    from evol._columns import parse_map
    from evol.train.evaluation import read_benchmark, read_evaluation

    results = [Path(model) for model in models if (Path(model) / "result.json").is_file()]
    asked = [model for model in models if Path(model) not in results]
    columns = parse_map(maps)
    response = columns.pop("response", None)
    found = [read_evaluation(result) for result in results]
    if asked or outputs:
        if benchmark is None:
            raise click.UsageError("Say which problems: --benchmark FILE.")
        read = read_benchmark(benchmark, domain=domain, columns=columns, limit=limit)
        out = out or Path("evals") / read.name
        found += _asked(asked, read, out, **asking) + _scored(outputs, read, out, response)
    if not found:
        raise click.UsageError("Give a MODEL, or --outputs FILE, or the folders of earlier results.")
    _show(found, out or Path("evals"), as_json=as_json)


def _asked(models: list[str], benchmark: Benchmark, out: Path, **asking: Any) -> list[Evaluation]:
    """Evaluate each model. All plans are made first, so that a wrong option costs no generation."""
    from evol.train.evaluation import Decoding, EvaluationPlan, evaluate

    decoding = Decoding(
        asking["temperature"], asking["top_p"], asking["max_new_tokens"], asking["samples"], asking["seed"]
    )
    template = asking["prompt"].read_text(encoding="utf-8") if asking["prompt"] else None
    until = tuple(text.replace("\\n", "\n") for text in asking["until"])
    means = {name: asking[name] for name in MEANS}
    plans = [
        EvaluationPlan(model, benchmark, out, name, decoding, template, until=until, **means)
        for model, name in zip(models, _names(models), strict=True)
    ]
    found = []
    for plan in plans:
        with _watching(plan.title) as watch:
            found.append(evaluate(plan, watch))
        form = "as plain text" if plan.plain else "by chat"
        click.echo(f"{plan.title} was asked {form}; every reply and verdict is in {plan.folder}.", err=True)
    return found


def _names(models: list[str]) -> list[str | None]:
    """Return a longer name for models whose last parts are alike: their paths, joined."""
    last = [model.rstrip("/").rpartition("/")[2] for model in models]
    long = ["-".join(Path(model).parts[-3:]).strip("-/.") for model in models]
    return [name if last.count(end) > 1 else None for end, name in zip(last, long, strict=True)]


def _scored(
    outputs: tuple[str, ...], benchmark: Benchmark, out: Path, response: str | None
) -> list[Evaluation]:
    from evol.train.evaluation.outputs import OutputsPlan, evaluate_outputs

    found = []
    for source in outputs:
        plan = OutputsPlan(source, benchmark, out, column=response)
        with _watching(plan.title) as watch:
            found.append(evaluate_outputs(plan, watch))
        click.echo(f"Every output and verdict is in {plan.folder}.", err=True)
    return found


@contextmanager
def _watching(name: str) -> Iterator[Callable[[int, int], None]]:
    """Yield what shows how many problems are done: a bar on a terminal, a line now and then elsewhere."""
    if not sys.stderr.isatty():
        last = time.monotonic()

        def line(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= LINE_EVERY_S:
                last = time.monotonic()
                click.echo(f"{name}: {done} of {total} problems", err=True)

        yield line
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _show(found: list[Evaluation], out: Path, *, as_json: bool) -> None:
    from evol.train.evaluation.comparison import compare, unanswered

    comparison = compare(found)
    files = comparison.write(out) if len(found) > 1 else []
    if as_json:
        click.echo(json.dumps(comparison.to_json()))
        return
    width = max(len(e.name) for e in comparison.evaluations)
    for evaluation in comparison.evaluations:
        for name, estimate in evaluation.scores().items():
            click.echo(f"{evaluation.name:{width}}  {name:8}  {estimate}  of {estimate.problems} problems")
        for said in (*_remarks(evaluation.counts()), unanswered(evaluation.problems)):
            if said:
                click.echo(f"{'':{width}}  {said}")
    for d in comparison.differences:
        click.echo(
            f"{d.first} - {d.second}: {100 * d.difference.value:+.1f} points [{100 * d.difference.low:+.1f}, "
            f"{100 * d.difference.high:+.1f}] on {d.problems} common problems, p = {d.p:.2g} ({d.test})"
        )
    if files:
        click.echo(f"Table and chart: {', '.join(map(str, files))}.")
    if len(found) > 1 and not any(file.suffix == ".png" for file in files):
        click.echo("There is no chart: matplotlib is not installed (pip install 'evol[train]').", err=True)


def _remarks(counts: Mapping[str, int]) -> Iterator[str]:
    """Yield what a reader of the score must know: replies cut off, and those that nobody could judge."""
    if counts["cut_off"]:
        yield f"{counts['cut_off']} of {counts['samples']} replies did not stop and were cut off."
    if counts["undecided"]:
        yield f"{counts['undecided']} of {counts['samples']} could not be judged; they count as wrong."
