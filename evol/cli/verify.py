"""`evol verify`: judge one answer, or every row of a file, by a domain's verifiers; no teacher is asked.

The verifiers are reached through the pack's `verify` hook, so that each domain, installed ones
included, brings its own. Rows are judged in worker processes: a row that hangs or eats its memory
costs one worker and gets an undecided verdict.
"""

from __future__ import annotations

import json
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import click

from evol.cli._text import shorten
from evol.errors import ConfigError, DataError, GateFailed
from evol.types import Json, Outcome, Verdict

if TYPE_CHECKING:
    from concurrent.futures import Future

    from evol._datafile import Row
    from evol.pack import VerifyHook
    from evol.verifiers.workers import WorkerPool

LIMIT_S: Final = 20.0
STOPPED: Final = "worker_stopped"
PROFILE_COLUMN: Final = "verify_profile"
WIDTH: Final = 100

Place: TypeAlias = dict[str, Json]
Cells: TypeAlias = dict[str, Json] | str
Counts: TypeAlias = Counter[tuple[str, str]]


@click.command()
@click.argument("file", required=False)
@click.option("--gold", help="The known answer to judge --answer by.")
@click.option("--answer", help="An answer, or a whole response that ends in one.")
@click.option("--domain", default="math", show_default=True, help="The pack whose verifiers judge.")
@click.option(
    "--profile",
    help="The verifier's profile, where the domain has several (math: gold, strict, lenient, measured).",
)
@click.option(
    "--map", "maps", multiple=True, metavar="NAME=COLUMN", help="Take the verifier's NAME from this column."
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Worker processes.  [default: one for each core]"
)
@click.option(
    "--fail-under",
    type=click.FloatRange(0, 1),
    metavar="SHARE",
    help="Exit 1 where a smaller share of the rows is accepted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a row, then the summary.")
def verify(
    file: str | None,
    gold: str | None,
    answer: str | None,
    domain: str,
    profile: str | None,
    maps: tuple[str, ...],
    workers: int | None,
    fail_under: float | None,
    as_json: bool,
) -> None:
    """Judge --answer by --gold, or each row of FILE (JSONL, JSON, CSV, Parquet).

    For math, a row's columns are gold or answer, and response, prediction, solution or completion.
    """
    given = {} if profile is None else {PROFILE_COLUMN: profile}
    if file is not None and gold is None and answer is None:
        counts = _judge_file(file, domain, _columns(maps), given, workers, as_json)
    elif file is None and gold is not None and answer is not None:
        counts = _judge_one({"gold": gold, "response": answer, **given}, domain, as_json)
    else:
        raise click.UsageError("Give either a FILE, or --gold and --answer.")
    _gate(counts, fail_under)


def _columns(maps: tuple[str, ...]) -> dict[str, str]:
    """Return the columns by name of `NAME=COLUMN,NAME=COLUMN`."""
    columns: dict[str, str] = {}
    for part in (part for text in maps for part in text.split(",")):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (name and equals and column):
            raise ConfigError(f"--map {part!r} does not read as NAME=COLUMN.")
        columns[name] = column
    return columns


@cache
def _hook(domain: str) -> VerifyHook:
    from evol.pack import load_pack

    hook = load_pack(domain).verify_hook()
    if hook is None:
        raise ConfigError(
            f"The domain {domain!r} names no verify hook in its domain.toml, so it cannot judge rows."
        )
    return hook


def judge_row(domain: str, row: Mapping[str, Json]) -> Verdict:
    """Judge a row by its domain's hook; what a worker process is asked to run."""
    return _hook(domain)(row)


def _judge_one(row: Mapping[str, Json], domain: str, as_json: bool) -> Counts:
    verdict = judge_row(domain, row)
    if as_json:
        click.echo(json.dumps(verdict.to_json()))
    else:
        click.echo(f"{verdict.outcome}  {verdict.reason}: {verdict.message}")
    return Counter({(str(verdict.outcome), verdict.reason): 1})


def _judge_file(
    file: str,
    domain: str,
    columns: Mapping[str, str],
    given: Mapping[str, Json],
    workers: int | None,
    as_json: bool,
) -> Counts:
    from evol._datafile import read_rows

    _hook(domain)
    counts: Counts = Counter()
    for place, verdict in _verdicts(_cells(read_rows(file), columns, given), domain, workers):
        counts[str(verdict.outcome), verdict.reason] += 1
        if as_json:
            click.echo(json.dumps({**place, **verdict.to_json()}))
        else:
            name = shorten(" ".join(map(str, place.values())), 40)
            click.echo(f"{name}  {verdict.outcome}  {verdict.reason}: {shorten(verdict.message, WIDTH)}")
    _summarise(counts, as_json)
    return counts


def _cells(
    rows: Iterable[Row], columns: Mapping[str, str], given: Mapping[str, Json]
) -> Iterator[tuple[Place, Cells]]:
    """Yield each row's place and its cells under the verifier's names, or what is wrong with it."""
    from evol._columns import to_json

    for row in rows:
        place: Place = {"where": row.where}
        try:
            cells: dict[str, Any] = {str(name): to_json(value) for name, value in row.cells.items()}
        except RecursionError:
            yield place, "the row's JSON is nested too deeply"
            continue
        missing = [column for column in columns.values() if column not in cells]
        if missing:
            present = ", ".join(cells)
            raise DataError(f"{row.where} has no column {missing[0]!r}, which --map names; it has {present}.")
        if isinstance(cells.get("id"), str | int):
            place["id"] = cells["id"]
        mapped = {name: cells[column] for name, column in columns.items()}
        yield place, row.problem or {**cells, **mapped, **given}


def _verdicts(
    items: Iterable[tuple[Place, Cells]], domain: str, workers: int | None
) -> Iterator[tuple[Place, Verdict]]:
    """Yield each row's verdict in order, with a few rows in flight for each worker.

    A row at which a worker stopped is tried a second time: on a busy machine it may only have waited.
    """
    from concurrent.futures import ThreadPoolExecutor

    from evol.verifiers.workers import WorkerPool

    with WorkerPool(workers) as pool, ThreadPoolExecutor(pool.workers) as threads:

        def judged(place: Place, cells: Cells, future: Future[Verdict]) -> tuple[Place, Verdict]:
            verdict = future.result()
            # While this thread waits no row is sent, so that a second trial soon has the machine to itself.
            again = verdict.reason == STOPPED
            return place, _judge_in(pool, domain, cells) if again else verdict

        waiting: deque[tuple[Place, Cells, Future[Verdict]]] = deque()
        for place, cells in items:
            waiting.append((place, cells, threads.submit(_judge_in, pool, domain, cells)))
            if len(waiting) >= 8 * pool.workers:
                yield judged(*waiting.popleft())
        yield from (judged(*each) for each in waiting)


def _judge_in(pool: WorkerPool, domain: str, cells: Cells) -> Verdict:
    from evol.errors import VerifierStopped

    if isinstance(cells, str):
        return Verdict.undecided("rows", "unreadable_row", f"The row cannot be read: {cells}.")
    try:
        return pool.run(judge_row, domain, cells, limit_s=LIMIT_S)
    except VerifierStopped as error:
        return Verdict.undecided("rows", STOPPED, str(error))


def _summarise(counts: Counts, as_json: bool) -> None:
    total = counts.total()
    outcomes = Counter[str]()
    for (outcome, _), count in counts.items():
        outcomes[outcome] += count
    if as_json:
        reasons = {f"{outcome}.{reason}": count for (outcome, reason), count in counts.most_common()}
        click.echo(json.dumps({"summary": {"rows": total, **outcomes, "reasons": reasons}}))
        return
    click.echo(f"\n{total} rows: " + ", ".join(f"{count} {name}" for name, count in outcomes.most_common()))
    for (outcome, reason), count in counts.most_common():
        click.echo(f"{count:8}  {count / total:6.1%}  {outcome:9}  {reason}")


def _gate(counts: Counts, fail_under: float | None) -> None:
    total = counts.total()
    accepted = sum(count for (outcome, _), count in counts.items() if outcome == Outcome.ACCEPT)
    if fail_under is not None and accepted < fail_under * total:
        raise GateFailed(f"{accepted} of {total} rows are accepted, which is less than {fail_under:.1%}.")
