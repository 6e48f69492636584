"""`evol doctor`: what this machine has, and what is missing for which part of evol."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import click

from evol import __version__
from evol.cli._options import json_option
from evol.cli._text import printable
from evol.errors import GateFailed, PackError

if TYPE_CHECKING:
    from evol.pack import Pack

OK, NOTE, FAILS = "ok", "note", "fails"
MARKS: Final = {OK: ("✓", "green"), NOTE: ("·", "yellow"), FAILS: ("✗", "red")}
ENOUGH_FREE_GB: Final = 1.0
REQUIREMENT: Final = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the report; `status` is ok, note (works without) or fails."""

    part: str
    name: str
    status: str
    detail: str


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Show what this machine has and what it lacks: packages, packs, teacher, sandbox, disk.

    Exits with 1 where something that evol needs is missing.
    """
    items = [*_packages(), *_packs(), *_teacher(os.environ), *_disk()]
    if as_json:
        click.echo(json.dumps([asdict(item) for item in items]))
    else:
        _print(items)
    broken = [item.name for item in items if item.status == FAILS]
    if broken:
        raise GateFailed(f"Needs attention: {', '.join(broken)}.")


def _print(items: list[Item]) -> None:
    part = ""
    for item in items:
        if item.part != part:
            part = item.part
            click.secho(part, bold=True)
        mark, colour = MARKS.get(item.status, MARKS[NOTE])
        click.echo(f"  {click.style(mark, fg=colour)} {printable(item.name):24} {printable(item.detail)}")


def _packages() -> Iterator[Item]:
    yield Item(
        "versions", "evol", OK, f"{__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    for requirement in requires("evol") or []:
        name, marker = REQUIREMENT.findall(requirement)[0], requirement.partition(";")[2]
        optional = "extra ==" in marker
        if "dev" in marker:
            continue
        try:
            yield Item("versions", name, OK, version(name))
        except PackageNotFoundError:
            detail = "not installed; `pip install 'evol[train]'` to train" if optional else "missing"
            yield Item("versions", name, NOTE if optional else FAILS, detail)


def _packs() -> Iterator[Item]:
    from evol.conformance import check_parts
    from evol.pack import find_packs, load_pack

    sound: list[Pack] = []
    for name in find_packs():
        try:
            pack = load_pack(name)
        except PackError as error:
            yield Item("domains", name, FAILS, str(error))
            continue
        failed = [finding for finding in check_parts(pack) if not finding.passed]
        what = "; ".join(f"{finding.check} {finding.subject}: {finding.detail}" for finding in failed)
        yield Item("domains", name, FAILS if failed else OK, what or f"{len(pack.operations)} operations")
        sound += [] if failed else [pack]
    for pack in sound:
        yield from _machine_for(pack)


def _machine_for(pack: Pack) -> Iterator[Item]:
    """Ask the pack whether this machine can run its verifiers; a report that fails is a finding."""
    part, hook = f"for {pack.name}", pack.doctor_hook()
    try:
        for row in hook() if hook else []:
            yield Item(part, row["name"], row["status"], row["detail"])
    except Exception as error:
        yield Item(part, pack.references["doctor"], FAILS, f"{type(error).__name__}: {error}")


def _teacher(environment: Mapping[str, str]) -> Iterator[Item]:
    base = environment.get("OPENAI_BASE_URL", "")
    if base:
        address = urlsplit(base)
        shown = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
        yield Item("teacher", "OPENAI_BASE_URL", OK, shown)
    if environment.get("OPENAI_API_KEY"):
        yield Item("teacher", "OPENAI_API_KEY", OK, "set (never shown)")
    elif base:
        yield Item("teacher", "OPENAI_API_KEY", NOTE, "not set; most local servers need none")
    else:
        detail = "not set: runs use the procedural teacher; set it, or OPENAI_BASE_URL, for a real model"
        yield Item("teacher", "OPENAI_API_KEY", NOTE, detail)


def _disk() -> Iterator[Item]:
    for name, folder in (("current folder", Path.cwd()), ("temporary files", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(folder).free / 2**30
        detail = f"{folder}, {free:.1f} GiB free"
        if not os.access(folder, os.W_OK):
            yield Item("disk", name, FAILS, f"{folder} cannot be written")
        else:
            yield Item("disk", name, OK if free >= ENOUGH_FREE_GB else NOTE, detail)
