"""`evol domains`: list, show, write and check domain packs."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evol.cli._options import json_option
from evol.cli._text import printable

if TYPE_CHECKING:
    from evol.conformance import Finding
    from evol.pack import Pack


@click.group()
def domains() -> None:
    """List, show, write and check domain packs."""


@domains.command("list")
@json_option
def list_packs(as_json: bool) -> None:
    """List the installed packs."""
    from evol.errors import PackError
    from evol.pack import find_packs, load_pack

    rows: list[dict[str, Any]] = []
    for name, package in find_packs().items():
        try:
            pack = load_pack(name)
        except PackError as error:
            rows.append({"name": name, "package": package, "error": str(error)})
        else:
            rows.append(
                {"name": name, "package": package, "title": pack.title, "description": pack.description}
            )
    if as_json:
        click.echo(json.dumps(rows))
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['name']:{width}}  {printable(row.get('description') or 'ERROR: ' + row['error'])}")


@domains.command("show")
@click.argument("domain", metavar="NAME")
@json_option
def show_pack(domain: str, as_json: bool) -> None:
    """Show one pack: NAME is an installed one or ./folder."""
    from evol.pack import load_pack

    pack = load_pack(domain)
    if as_json:
        click.echo(json.dumps(_facts(pack)))
        return
    click.echo(f"{pack.name}: {printable(pack.title)}\n{printable(pack.description)}\n{pack.folder}\n")
    for operation in pack.operations:
        click.echo(
            f"  {operation.name:22} {operation.kind:8} {operation.direction:5} "
            f"weight {operation.weight:<4g} {operation.prompt}"
        )
    settings = ", ".join(f"{key} = {value}" for key, value in pack.settings.items())
    click.echo(f"\nsettings: {settings or 'none'}")
    click.echo("sampling: " + ", ".join(f"{key} = {value:g}" for key, value in asdict(pack.sampling).items()))
    for key, reference in pack.references.items():
        click.echo(f"{key}: {reference}")


def _facts(pack: Pack) -> dict[str, Any]:
    return {
        "name": pack.name,
        "title": pack.title,
        "description": pack.description,
        "folder": str(pack.folder),
        "operations": [asdict(operation) for operation in pack.operations],
        "sampling": asdict(pack.sampling),
        "settings": dict(pack.settings),
        "references": dict(pack.references),
        "prompts": pack.prompt_digests,
        "code": pack.code_digest,
    }


@domains.command("new")
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), default=".", help="Where to make its folder.")
def new_pack(name: str, into: Path) -> None:
    """Write a small working pack to the folder NAME, to start from."""
    from evol.scaffold import write_pack

    folder = write_pack(name, into)
    shown = folder if folder.is_absolute() else f"./{folder}"
    click.echo(
        f"Wrote {folder}. Check it with `evol domains check {shown}`, run it with `evol --domain {shown}`."
    )


@domains.command("check")
@click.argument("packs", metavar="[NAME|PATH]...", nargs=-1)
@json_option
def check_packs(packs: tuple[str, ...], as_json: bool) -> None:
    """Hold packs to what the engine expects of them; all installed packs unless some are named.

    Exits with 1 where a check fails.
    """
    from evol.conformance import check_pack
    from evol.errors import GateFailed
    from evol.pack import find_packs, load_pack

    findings = {name: check_pack(load_pack(name)) for name in packs or find_packs()}
    if as_json:
        click.echo(json.dumps({name: [asdict(f) for f in found] for name, found in findings.items()}))
    else:
        for name, found in findings.items():
            _print_findings(name, found)
    failed = [name for name, found in findings.items() if not all(f.passed for f in found)]
    if failed:
        raise GateFailed(f"{', '.join(failed)}: does not pass.")


def _print_findings(name: str, findings: list[Finding]) -> None:
    passed = Counter(finding.check for finding in findings if finding.passed)
    total = Counter(finding.check for finding in findings)
    click.echo(f"{name}: " + ", ".join(f"{check} {passed[check]}/{count}" for check, count in total.items()))
    for finding in findings:
        if not finding.passed:
            click.echo(f"  {finding.check} {printable(finding.subject)}: {printable(finding.detail)}")
