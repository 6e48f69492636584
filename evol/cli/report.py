"""`evol report FOLDER`: one HTML file with what a run or an audit found, to open in a browser."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The file to write.  [default: report.html in RUN]"
)
def report(folder: Path, out: Path | None) -> None:
    """Write the report on the run, or the audit, in folder RUN.

    One HTML file without any request to elsewhere: what was kept and why not, by generation and
    operation, duplicates, contamination, cost, lineages, and rows to filter and search.
    """
    from evol.audit.summary import SUMMARY
    from evol.errors import ConfigError
    from evol.report.from_audit import audit_report
    from evol.report.from_run import run_report
    from evol.report.rendering import render

    target = out or folder / "report.html"
    told = audit_report(folder) if (folder / SUMMARY).is_file() else run_report(folder)
    try:
        render(told, target)
    except OSError as error:
        raise ConfigError(
            f"Cannot write {target} ({error.strerror or error}): give another file with --out."
        ) from error
    click.echo(f"{told.verdict}\nWritten to {target}")
