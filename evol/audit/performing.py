"""An audit from beginning to end: judge rows, compare them, write what was found.

Running again is resuming: rows that are committed are not judged again, and an audit that is
finished is only read. Another domain, other data or changed verifiers make it another audit.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from evol import __version__
from evol.audit.chunks import Job
from evol.audit.judging import Placed, judge_rows
from evol.audit.near import find_contamination, find_near_duplicates
from evol.audit.sampling import Reservoir
from evol.audit.sources import Source, find_source
from evol.audit.store import Store
from evol.audit.summary import SCHEMA_VERSION, SUMMARY, Tally, read_summary, write_summary
from evol.audit.together import compare_rows, fences
from evol.audit.writing import write_rows
from evol.errors import ConfigError, DataError
from evol.folder import locked, open_journal, read_record
from evol.pack import Pack, load_pack
from evol.types import content_key
from evol.verifiers.workers import WorkerPool

if TYPE_CHECKING:
    from evol.contamination import Reference

STORE: Final = ".audit.db"
IDENTITY: Final = ".identity"
REPORT: Final = "report.html"
TEMPORARY: Final = "evol-duplicates-"
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be audited, and how.

    `data` is a file, folder, glob, dataset id or run folder; `domain` a pack, or None for the checks
    that all domains share; `against` are references for contamination; `sample` draws so many rows.
    """

    data: str
    domain: str | None = None
    out: Path | None = None
    columns: tuple[tuple[str, str], ...] = ()
    against: tuple[str, ...] = ()
    similarity: float = 0.8
    sample: int | None = None
    seed: int = 0
    undecided: bool = False
    workers: int | None = None


def perform(plan: Plan, progress: Progress = lambda what, rows: None) -> tuple[Path, dict[str, Any]]:
    """Audit what a plan names; return the audit's folder and what its audit.json says.

    Raises DataError for data or references that are not there, PackError and ConfigError for a
    domain that cannot judge rows or a folder that is no audit's.
    """
    source = find_source(plan.data)
    domain = plan.domain or (_run_domain(source.run) if source.run else None)
    pack = _judging_pack(domain) if domain else None
    references = _references(plan.against)
    folder = plan.out or Path("audit") / source.name
    _check_folder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        identity = _identity(plan, source, pack)
        known = folder / IDENTITY
        if (folder / SUMMARY).is_file() and known.is_file() and known.read_text() == identity:
            summary = read_summary(folder)
        else:
            for name in (SUMMARY, REPORT):
                (folder / name).unlink(missing_ok=True)
            known.write_text(identity)
            summary = _perform(plan, domain, source, references, folder, identity, progress)
        if not (folder / REPORT).is_file():
            _write_report(folder)
    return folder, summary


def _write_report(folder: Path) -> None:
    from evol.report.from_audit import audit_report
    from evol.report.rendering import render

    render(audit_report(folder), folder / REPORT)


def _run_domain(run: Path) -> str:
    return str(read_record(run)["identity"]["domain"])


def _judging_pack(domain: str) -> Pack:
    pack = load_pack(domain)
    if pack.verify_hook() is None:
        raise ConfigError(
            f"The domain {domain!r} names no verify hook in its domain.toml: it cannot judge rows."
        )
    return pack


def _references(names: tuple[str, ...]) -> list[Reference]:
    """Read what rows are to be compared with, before any row is judged."""
    if not names:
        return []
    from evol.contamination import read_references

    return read_references(names)


def _check_folder(folder: Path) -> None:
    """Raise ConfigError where writing would touch what is no audit."""
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file: give another folder with --out.")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / IDENTITY).is_file():
        raise ConfigError(f"{folder} is not empty and holds no audit: give another folder with --out.")


def _identity(plan: Plan, source: Source, pack: Pack | None) -> str:
    """Return what tells one audit from another: options, data, and all code that judges."""
    references = [[name, _stamp(name)] for name in plan.against]
    options = [
        pack.name if pack else None, pack.code_digest if pack else None, own_digest(),
        list(map(list, plan.columns)), references, plan.similarity, plan.sample, plan.seed, plan.undecided,
    ]  # fmt: skip
    return content_key([plan.data, [[part.name, part.stamp] for part in source.parts], options])


def _stamp(name: str) -> str:
    path = Path(name).expanduser()
    if not path.is_file():
        return ""
    return f"{path.stat().st_size} {path.stat().st_mtime_ns}"


@cache
def own_digest() -> str:
    """Return the digest of the code that audits: this package and the rules it reads."""
    here = Path(__file__).parent
    places = (here, here.parent / "verifiers", here.parent / "dedup", here.parent / "contamination")
    files = [path for place in places for path in place.rglob("*.py")] + [here.parent / "_columns.py"]
    digest = hashlib.blake2b(digest_size=16)
    for path in sorted(files):
        digest.update(f"{path.parent.name}/{path.name}".encode() + path.read_bytes())
    return digest.hexdigest()


def _perform(
    plan: Plan,
    domain: str | None,
    source: Source,
    references: list[Reference],
    folder: Path,
    identity: str,
    progress: Progress,
) -> dict[str, Any]:
    for left in folder.glob(f"{TEMPORARY}*"):
        shutil.rmtree(left, ignore_errors=True)
    store = Store(folder / STORE, identity)
    try:
        drawn, total = _draw(plan, source)
        _judge(plan, domain, source, store, drawn, progress)
        progress("comparing rows", 0)
        compare_rows(store)
        with WorkerPool(plan.workers) as pool:
            find_near_duplicates(store, plan.similarity, folder, pool)
            if references:
                progress("comparing with references", 0)
                find_contamination(store, references, domain, folder, pool)
        progress("writing", 0)
        tally = write_rows(store, source, folder, split=drawn is None, undecided=plan.undecided)
        if not tally.rows:
            raise DataError(f"{plan.data} holds no rows.")
        summary = _summary(plan, domain, source, store, tally)
        summary["sample"] = None if drawn is None else {"rows": len(drawn), "of": total, "seed": plan.seed}
        summary["against"] = (
            {"references": list(plan.against), "problems": len(references), "rows": tally.against()}
            if references
            else None
        )
        write_summary(folder, summary)
    except BaseException:
        store.close()
        raise
    store.remove()
    return summary


def _summary(plan: Plan, domain: str | None, source: Source, store: Store, tally: Tally) -> dict[str, Any]:
    """Return what audit.json says of an audit, but for its sample and its references."""
    return {
        "schema_version": SCHEMA_VERSION,
        "evol": __version__,
        "data": plan.data,
        "domain": domain,
        "formats": sorted({part.open().form for part in source.parts}),
        **tally.to_json([part.name for part in source.parts]),
        "lengths": _lengths(store),
        "near_duplicates": {"similarity": plan.similarity},
        "run": _run_facts(source.run) if source.run else None,
    }


def _draw(plan: Plan, source: Source) -> tuple[frozenset[int] | None, int]:
    """Return the numbers of the rows to judge, None for all, and how many rows there are."""
    if plan.sample is None:
        return None, 0
    reservoir, number = Reservoir(plan.sample, plan.seed), 0
    for number, _ in enumerate(_placed(source, 0), 1):
        reservoir.offer(number)
    return reservoir.drawn(), number


def _placed(source: Source, after: int) -> Iterator[Placed]:
    """Yield the rows of all parts with their numbers, from the one after `after` on."""
    number = 0
    for at, part in enumerate(source.parts):
        for record in part.open():
            number += 1
            if number > after:
                yield Placed(number, at, record)


def _judge(
    plan: Plan,
    domain: str | None,
    source: Source,
    store: Store,
    drawn: frozenset[int] | None,
    progress: Progress,
) -> None:
    rows: Iterator[Placed] = _placed(source, store.done())
    if drawn is not None:
        rows = (placed for placed in rows if placed.number in drawn)
    for chunk in judge_rows(rows, Job(domain, plan.columns), plan.workers):
        store.add((p.number, p.part, p.record.where, judged) for p, judged in chunk)
        progress("judging rows", len(chunk))


def _lengths(store: Store) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for column, name in (("asked", "instruction"), ("said", "response")):
        bounds = fences(store, column)
        if bounds is not None:
            found[name] = {
                "median": bounds.median,
                "from": round(bounds.low, 1),
                "to": round(bounds.high, 1),
            }
    return found


def _run_facts(run: Path) -> Mapping[str, Any]:
    """Return what a run's journal tells of all its rows: how many of each kind, and what they cost."""
    identity = read_record(run)["identity"]
    with open_journal(run) as journal:
        counts, spent, purposes = journal.counts(), journal.spent(), journal.calls_by_purpose()
    names = ("generation", "operation", "outcome", "reason", "rows")
    return {
        "teacher": identity["teacher"],
        "domain": identity["domain"],
        "spent": spent.to_json(),
        "replies": purposes,
        "attempts": [dict(zip(names, count, strict=True)) for count in counts],
    }
