"""`evol export RUN`: write the dataset of a run again, in another form or size or place."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evol.cli._options import FORMAT_CHOICE


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Where to write; RUN/dataset otherwise.")
@click.option("--format", "style", type=FORMAT_CHOICE, default="prompt-completion", show_default=True)
@click.option(
    "--size", type=click.IntRange(min=1), help="At most this many training rows, balanced over generations."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def export(folder: Path, out: Path | None, style: str, size: int | None, as_json: bool) -> None:
    """Write the dataset of the run in folder RUN: train, rejected and a card."""
    from evol.folder import DATASET, open_journal, read_record
    from evol.publish import publish

    record = read_record(folder)
    target = out or folder / DATASET
    with open_journal(folder) as journal:
        exported = publish(journal, target, record, size=size, style=style)  # type: ignore[arg-type]
    if as_json:
        click.echo(
            json.dumps({"folder": str(target), "train": exported.train, "rejected": exported.rejected})
        )
    else:
        click.echo(f"{exported.train} training rows and {exported.rejected} rejected rows in {target}")
