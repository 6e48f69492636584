"""`evol judge A B`: two models' answers to a test set, compared by a third in both orders."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from evol.cli._options import budget_options, json_option, price_option
from evol.cli._stopping import stoppable
from evol.cli._text import printable, shorten

if TYPE_CHECKING:
    from evol.train.judging import Judged, JudgePlan
    from evol.train.judging_asking import Session

INTERRUPTED: Final = 130
LOOKS_S: Final = 0.5


@click.command()
@click.argument("a")
@click.argument("b")
@click.option("--testset", required=True, help="The questions; columns skill and difficulty (1-10) are used.")
@click.option("--judge", required=True, help="The model that compares: openai:MODEL or local:PATH.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The comparison's folder.  [default: judgements/A-vs-B]"
)
@click.option(
    "--concurrency", type=click.IntRange(1, 4096), default=64, show_default=True, help="Calls in flight."
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=0, min_open=True),
    default=120.0,
    show_default=True,
    help="Seconds for one request.",
)
@budget_options
@price_option
@click.option("--dry-run", is_flag=True, help="Estimate calls, tokens and cost; ask nobody, write nothing.")
@json_option
def judge(dry_run: bool, as_json: bool, **given: Any) -> None:
    """Compare model A with model B, the reference, on a test set, by a judge that sees both orders.

    A and B are openai:MODEL, a model's folder, or a JSONL file of answers by id or instruction. Running the
    same command again goes on where the last one stopped.
    """
    from evol.train.judging import JudgeOptions, plan
    from evol.train.judging_results import write

    planned = plan(JudgeOptions(**given))
    if dry_run:
        _print_estimate(planned, as_json)
        return
    if planned.judge.identity in [side.identity for side in planned.sides]:
        click.echo("The judge is one of the two that it compares; judges favour their own answers.", err=True)
    judged = _finish(planned)
    summary = write(planned, judged)
    if as_json:
        click.echo(json.dumps({**summary, "folder": str(planned.folder)}))
    else:
        _show(planned, summary)
    if judged.stopped is not None:
        click.echo(f"{judged.stopped} Run the same command again to go on.", err=True)
        sys.exit(getattr(judged.stopped, "exit_code", INTERRUPTED))


def _finish(planned: JudgePlan) -> Judged:
    try:
        return asyncio.run(_execute(planned))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _execute(planned: JudgePlan) -> Judged:
    from evol.train.judging_asking import execute

    return await execute(planned, _watch)


@asynccontextmanager
async def _watch(session: Session) -> AsyncIterator[None]:
    """Let Ctrl-C end the comparison cleanly, and say how far it is where a person looks on."""
    looking = asyncio.create_task(_look(session)) if sys.stderr.isatty() else None
    try:
        with stoppable(lambda: session.stopped is not None, session.interrupt):
            yield
    finally:
        if looking is not None:
            looking.cancel()
            click.echo("\r\033[K", err=True, nl=False)


async def _look(session: Session) -> None:
    """Say on one line how far the comparison is, until cancelled."""
    begun = time.monotonic()
    while True:
        passed = time.monotonic() - begun
        line = f"{session.stage}: {session.done} of {session.total} questions, {passed:.0f} s"
        click.echo(f"\r{printable(line)}\033[K", err=True, nl=False)
        await asyncio.sleep(LOOKS_S)


def _print_estimate(planned: JudgePlan, as_json: bool) -> None:
    from evol.teacher.budget import dollars
    from evol.train.judging_results import estimate

    guess = estimate(planned)
    if as_json:
        click.echo(json.dumps(guess))
        return
    cost = "unknown: give --price" if guess["cost"] is None else f"about {dollars(guess['cost'])}"
    click.echo(
        f"{guess['questions']:,} questions: about {guess['calls']:,} calls, {guess['prompt_tokens']:,} "
        f"prompt and {guess['completion_tokens']:,} completion tokens. Cost: {cost}."
    )
    click.echo("Answers not given are taken for 400 tokens, the judge's replies for 200.")


def _show(planned: JudgePlan, summary: Mapping[str, Any]) -> None:
    from evol.train.judging_results import CHART, why_not_judged

    click.echo(
        printable(f"A {summary['a']} against B {summary['b']}, judged by {summary['judge']} in both orders")
    )
    click.echo(f"{'':24}{'n':>5}{'win':>5}{'tie':>5}{'loss':>5}{'A':>7}{'B':>7}   A's score in % of B's")
    _line("all", summary["overall"])
    for title, groups in (("difficulty", summary["difficulty"]), ("skill", summary["skills"])):
        if groups:
            click.echo(f"by {title}:")
        for name, found in groups.items():
            _line(f"  {shorten(name, 20)}", found)
    _position(summary)
    for cause, count in why_not_judged(summary).items():
        click.echo(f"{count} of {summary['questions']} questions are not judged: {cause}.")
    if count := summary["unreadable_replies"]:
        click.echo(f"{count} replies of the judge could not be read; each was asked for at most 3 times.")
    for name, note in summary["answers"].items():
        if note["cut"] or note["empty"]:
            click.echo(printable(f"{name}: {note['cut']} answers were cut off, {note['empty']} are empty."))
    if summary["overall"]["judged"] and not (planned.folder / f"{CHART}.png").exists():
        click.echo("There is no chart: matplotlib is not installed (pip install 'evol[train]').", err=True)
    click.echo(f"Written to {planned.folder}")


def _line(name: str, found: Mapping[str, Any]) -> None:
    row = f"{name:24}{found['judged']:5}{found['win']:5}{found['tie']:5}{found['loss']:5}"
    share = found["share"]
    if share["share"] is not None:
        row += f"{found['score_a']:7.2f}{found['score_b']:7.2f}   {share['share']:.1%}"
    if share["low"] is not None:
        row += f" [{share['low']:.1%}, {share['high']:.1%}]"
    click.echo(row)


def _position(summary: Mapping[str, Any]) -> None:
    place = summary["position"]
    won, flipped = place["first_wins"], place["flipped"]
    if not summary["overall"]["judged"]:
        return
    click.echo(
        f"Position: the answer shown first wins {won['share']:.1%} [{won['low']:.1%}, {won['high']:.1%}] of "
        f"{place['readings_with_a_winner']} readings with a winner; {place['flips']} verdicts "
        f"({flipped['share']:.1%}) flip with the order, {place['inconsistent']} disagree in all."
    )
