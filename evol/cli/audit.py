"""`evol audit DATA`: judge a dataset that somebody else made; no teacher, no key, no network."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from evol.cli._text import printable, shorten
from evol.errors import ConfigError, GateFailed

SHOWN = 25


@click.command()
@click.argument("data", required=False)
@click.option(
    "--domain", help="The pack whose verifiers judge (math, code, general, ./folder); otherwise texts alone."
)
@click.option(
    "--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds which field."
)
@click.option(
    "--against",
    multiple=True,
    metavar="FILE,FILE",
    help="Benchmarks that no row may give away; may be repeated.",
)
@click.option("--out", type=click.Path(path_type=Path), help="The audit's folder.  [default: audit/NAME]")
@click.option(
    "--fail-under",
    "gates",
    multiple=True,
    metavar="NAME=SHARE",
    help="Exit 1 unless `accept` has at least this share of the rows, and any other outcome or reason at "
    "most: accept=0.98,contaminated=0.",
)
@click.option(
    "--sample", type=click.IntRange(1), metavar="N", help="Judge N rows drawn by chance, with intervals."
)
@click.option("--seed", default=0, show_default=True, help="Which rows --sample draws.")
@click.option("--similarity", type=click.FloatRange(0, 1, min_open=True), default=0.8, show_default=True,
              help="How alike near-duplicate instructions are (Jaccard, word pairs).")  # fmt: skip
@click.option("--keep-undecided", "undecided", is_flag=True, help="Put undecided rows into clean/, too.")
@click.option(
    "--compare", nargs=2, type=click.Path(path_type=Path), metavar="OLD NEW", help="Show what changed."
)
@click.option(
    "--workers", type=click.IntRange(1, 256), help="Worker processes.  [default: one for each core]"
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def audit(
    data: str | None,
    domain: str | None,
    maps: tuple[str, ...],
    against: tuple[str, ...],
    out: Path | None,
    gates: tuple[str, ...],
    sample: int | None,
    seed: int,
    similarity: float,
    undecided: bool,
    compare: tuple[Path, Path] | None,
    workers: int | None,
    as_json: bool,
) -> None:
    """Audit DATA: a file, folder, glob, saved dataset, Hub id (OWNER/NAME) or a run's folder.

    Reads JSONL, JSON, CSV and Parquet, packed or not. Writes audit.json, rows.parquet (every row's
    verdict and evidence), clean/ and quarantine/. Running again resumes.
    """
    if compare is not None:
        _compare(*compare, as_json)
        return
    if data is None:
        raise click.UsageError("Give the DATA to audit, or --compare OLD NEW.")
    from evol._columns import parse_map
    from evol.audit.gates import NEEDS_REFERENCES, parse_gates, pass_gates
    from evol.audit.performing import Plan, perform

    asked = parse_gates(gates)
    if any(gate.name in NEEDS_REFERENCES for gate in asked) and not against:
        raise ConfigError(
            "--fail-under contaminated needs references to compare with: name them with --against."
        )
    columns = tuple(sorted(parse_map(maps).items()))
    references = tuple(name for text in against for name in _files(text))
    plan = Plan(data, domain, out, columns, references, similarity, sample, seed, undecided, workers)
    folder, summary = perform(plan, _Line())
    outcomes = {name: found["rows"] for name, found in summary["outcomes"].items()}
    found = {name: finding["rows"] for name, finding in summary["findings"].items()}
    if summary["against"]:
        found["contaminated"] = summary["against"]["rows"]["either"]
    passages = pass_gates(asked, outcomes, found)
    if as_json:
        click.echo(json.dumps({**summary, "gates": [p.to_json() for p in passages], "folder": str(folder)}))
    else:
        _show(folder, summary)
    failed = [passage.sentence for passage in passages if not passage.passed]
    if failed:
        raise GateFailed(f"A gate failed: {'; '.join(failed)}.")


def _files(text: str) -> list[str]:
    """Return the files of a list with commas; a file whose own name has one is meant itself."""
    return [text] if Path(text).expanduser().exists() else [name.strip() for name in text.split(",")]


class _Line:
    """One line on standard error that says how far the audit is; nothing where no person looks on."""

    def __init__(self) -> None:
        self._rows, self._last = 0, 0.0
        self._shown = sys.stderr.isatty()

    def __call__(self, what: str, rows: int) -> None:
        self._rows += rows
        if self._shown and (not rows or time.monotonic() - self._last > 0.2):
            self._last = time.monotonic()
            click.echo(f"\r{what}: {self._rows:,} rows\033[K", err=True, nl=False)
            if what == "writing":
                click.echo("\r\033[K", err=True, nl=False)


def _show(folder: Path, summary: Mapping[str, Any]) -> None:
    sample = summary["sample"]
    drawn = f", a sample of {sample['of']:,}" if sample else ""
    click.echo(f"{summary['data']}: {summary['rows']:,} rows{drawn} ({', '.join(summary['formats'])})")
    for shape in summary["columns"]:
        found = ", ".join(f"{field} = {printable(column)}" for field, column in shape["columns"].items())
        click.echo(f"  {shape['rows']:,} rows: {found}")
    if summary["against"]:
        click.echo(_against(summary["against"]))
    click.echo()
    for name, outcome in summary["outcomes"].items():
        click.echo(f"{outcome['rows']:10,}  {_share(outcome, sample)}  {name}")
    findings = list(summary["findings"].items())
    if findings:
        click.echo("\nFindings (a row may have several):")
    for reason, finding in findings[:SHOWN]:
        where = ", ".join(map(str, finding["examples"]))
        weight = "/".join(finding["severities"])
        counted = f"{finding['rows']:10,}  {_share(finding, sample)}"
        click.echo(f"{counted}  {shorten(reason, 40)} ({weight}; rows {where})")
    if len(findings) > SHOWN:
        click.echo(f"            and {len(findings) - SHOWN} more kinds in {folder}/audit.json")
    click.echo(f"\nWritten to {folder}")


def _against(against: Mapping[str, Any]) -> str:
    rows = against["rows"]
    told = f"by text in {rows['by_text']:,} rows"
    if rows["by_execution"]:
        told += f", by a program that passes its tests in {rows['by_execution']:,}"
    names = ", ".join(Path(name).name for name in against["references"])
    return f"  {names} ({against['problems']:,} problems) given away: {told}"


def _share(counted: Mapping[str, Any], sample: object) -> str:
    share = f"{counted['share']:7.2%}"
    return f"{share} [{counted['low']:.2%}, {counted['high']:.2%}]" if sample else share


def _compare(old: Path, new: Path, as_json: bool) -> None:
    from evol.audit.compare import compare_audits

    changes = compare_audits(old, new)
    if as_json:
        click.echo(json.dumps(changes))
        return
    click.echo(f"{old}: {changes['rows']['old']:,} rows; {new}: {changes['rows']['new']:,} rows")
    click.echo(f"{changes['gone']:,} rows are gone, {changes['added']:,} are new")
    for kind in ("outcomes", "findings"):
        for name, count in changes[kind].items():
            if count["old"] != count["new"]:
                moved = count["new"] - count["old"]
                click.echo(f"  {name}: {count['old']:,} -> {count['new']:,} ({moved:+,})")
    for move in changes["moved"]:
        went = f"{move['rows']:,} rows went from {move['old']} to {move['new']}"
        click.echo(f"  {went}, such as {shorten(move['example'], 80)}")
