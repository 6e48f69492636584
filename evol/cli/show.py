"""`evol show ID`: one row with its lineage, operations, verdicts and evidence, as a tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evol.cli._text import printable, shorten
from evol.errors import ConfigError, DataError

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text
    from rich.tree import Tree

    from evol.journal import Row
    from evol.types import Verdict

MARKS = {"accept": ("✓", "green"), "reject": ("✗", "red"), "undecided": ("?", "yellow")}


@click.command()
@click.argument("identity", metavar="ID")
@click.option(
    "--run",
    "folder",
    type=click.Path(path_type=Path),
    help="The run's folder; otherwise every run under runs/.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the lineage as JSON.")
def show(identity: str, folder: Path | None, as_json: bool) -> None:
    """Show a row with its ancestors, operations, verdicts and evidence.

    ID may be shortened as long as it names one row.
    """
    if folder is None and (Path(identity) / "run.db").is_file():
        raise ConfigError(f"{identity} is a run's folder: give a row's id, then --run {identity}.")
    row, lineage = _find(identity, [folder] if folder else _runs())
    if as_json:
        click.echo(json.dumps({"id": row.sample.id, "lineage": [_plain(r) for r in lineage]}))
        return
    from rich.console import Console

    Console(highlight=False).print(_tree(row, lineage))


def _runs() -> list[Path]:
    found = sorted(path.parent for path in Path("runs").glob("*/run.db"))
    if not found:
        raise ConfigError("There is no run under runs/: give the run's folder with --run.")
    return found


def _find(identity: str, folders: list[Path]) -> tuple[Row, list[Row]]:
    from evol.folder import open_journal

    for folder in folders:
        with open_journal(folder) as journal:
            found = journal.row(identity)
            if len(found) > 1 and found[0].sample.id != identity:
                some = ", ".join(row.sample.id for row in found[:5])
                raise DataError(f"{identity!r} names several rows ({some} …): give more of the id.")
            if found:
                return found[0], journal.lineage(found[0].lineage)
    where = ", ".join(str(folder) for folder in folders)
    raise DataError(f"No row in {where} has an id that begins with {identity!r}: look it up in dataset/.")


def _plain(row: Row) -> dict[str, object]:
    sample = row.sample.to_json()
    del sample["truth"]
    return {**sample, "checks": [verdict.to_json() for verdict in row.verdicts]}


def _tree(row: Row, lineage: list[Row]) -> Tree:
    """Return the lineage as a tree in which each row hangs from its parent and `row` is shown whole."""
    from rich.tree import Tree

    nodes: dict[str | None, Tree] = {}
    top: Tree | None = None
    for each in lineage:
        parent = nodes.get(each.sample.parent, top)
        label = _headline(each, bold=each is row or each.sample.id == row.sample.id)
        node = parent.add(label) if parent is not None else Tree(label)
        top = top or node
        nodes[each.sample.id] = node
        if each.sample.id == row.sample.id:
            for part in _details(each):
                node.add(part)
    assert top is not None
    return top


def _headline(row: Row, *, bold: bool) -> Text:
    from rich.text import Text

    mark, colour = MARKS[str(row.verdict.outcome)]
    sample = row.sample
    text = Text(f"{mark} ", style=colour)
    text.append(
        f"generation {sample.generation} · {sample.operation or 'seed'} · {sample.id}", "bold" if bold else ""
    )
    text.append(f" · {row.verdict.reason}", colour)
    return text if bold else text.append(f"\n{shorten(sample.instruction, 100)}", "dim")


def _details(row: Row) -> Iterator[RenderableType]:
    from rich.panel import Panel
    from rich.text import Text

    sample = row.sample
    yield Panel(Text(printable(sample.instruction)), title="instruction", title_align="left")
    if sample.response:
        yield Panel(Text(printable(sample.response)), title="response", title_align="left")
    if sample.answer is not None:
        yield Text(f"answer: {printable(sample.answer)}")
    for verdict in row.verdicts:
        yield _check(verdict)
    usage = sample.usage
    yield Text(f"{usage.calls} calls, {usage.prompt_tokens} + {usage.completion_tokens} tokens", "dim")


def _check(verdict: Verdict) -> Text:
    from rich.text import Text

    mark, colour = MARKS[str(verdict.outcome)]
    text = Text(f"{mark} {verdict.verifier}: {verdict.reason}", colour)
    text.append(f" — {printable(verdict.message)}", "default")
    for key, value in verdict.evidence.items():
        text.append(f"\n   {key}: {shorten(json.dumps(value, ensure_ascii=False), 160)}", "dim")
    return text
