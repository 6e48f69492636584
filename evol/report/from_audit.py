"""What an audit's folder tells: its counts from audit.json, its examples from rows.parquet.

rows.parquet is read twice as a stream, first for what there is to choose from, then for what was
chosen, so memory grows with what the report shows and not with the data.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evol.audit.findings import BY_EXECUTION, BY_TEXT
from evol.audit.summary import read_summary
from evol.audit.writing import ROWS
from evol.errors import DataError
from evol.report.model import (
    Check,
    Cluster,
    Copy,
    Cost,
    Distribution,
    Group,
    Hit,
    HitKind,
    ReasonCount,
    Report,
    ReportRow,
    Some,
    Step,
    Tally,
    Weight,
)
from evol.report.sampling import CLUSTERS, COPIES, HITS, LINEAGES, Spread
from evol.report.trees import MEMBERS, lineage_of
from evol.report.words import cut, leading, percent
from evol.types import Outcome, Usage

BATCH: Final = 512
REPEATS: Final = frozenset(
    {"duplicate_pair", "duplicate_instruction", "near_duplicate", "similar_instruction"}
)
AGAINST: Final = (BY_TEXT, BY_EXECUTION, "same_template")
UNREADABLE: Final = "unreadable_row"

Row = Mapping[str, Any]
Kind = tuple[str, ...]


@dataclass
class _There:
    """What there is to choose from: rows of each kind, and how often each row is repeated."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    heads: Counter[int] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    roots: dict[str, None] = field(default_factory=dict)


@dataclass
class _Chosen:
    """What the report shows, as it is read."""

    rows: list[ReportRow] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    lineages: dict[str, list[ReportRow]] = field(default_factory=dict)
    heads: dict[int, ReportRow] = field(default_factory=dict)
    copies: dict[int, list[Copy]] = field(default_factory=dict)
    stages: dict[str, str] = field(default_factory=dict)
    said: dict[tuple[str, str], str] = field(default_factory=dict)


def audit_report(folder: Path) -> Report:
    """Return the report on an audit, from the folder that holds its audit.json and rows.parquet.

    Raises DataError where the folder holds no audit or its rows cannot be read.
    """
    summary = read_summary(folder)
    there = _survey(folder)
    chosen = _choose(folder, there)
    counts = {name: counted["rows"] for name, counted in summary["outcomes"].items()}
    tally = Tally(counts["accept"], counts["reject"], counts["undecided"])
    reasons = _reasons(summary, chosen)
    return Report(
        title=f"Audit of {Path(summary['data']).name or summary['data']}",
        verdict=_sentence(summary, tally, reasons),
        facts=_facts(summary),
        tally=tally,
        funnel=_funnel(summary, chosen.stages),
        reasons=reasons,
        distributions=_distributions(summary),
        clusters=_clusters(there, chosen),
        hits=tuple(sorted(chosen.hits, key=lambda hit: (hit.weight == "note", -hit.score))),
        cost=_cost(summary),
        rows=tuple(chosen.rows),
        lineages=tuple(lineage_of(name, rows) for name, rows in chosen.lineages.items()),
        all=Some(tally.rows, len(there.roots), len(there.heads), _hit_rows(summary)),
        whole=f"The audit's {ROWS} holds every row with all evidence.",
    )


def _read(folder: Path, columns: Sequence[str] | None = None) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / ROWS
    try:
        with pq.ParquetFile(path) as table:
            # Batches of all groups at once are read ahead, in memory that grows with the rows.
            for group in range(table.num_row_groups):
                for batch in table.iter_batches(BATCH, [group], columns, use_threads=False):
                    yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path} cannot be read ({error}): audit the data again.") from error


def _survey(folder: Path) -> _There:
    there = _There()
    for row in _read(folder, ["outcome", "reason", "reasons", "findings", "root"]):
        there.kinds[_kind(row)] += 1
        if row["root"] is not None:
            there.roots[row["root"]] = None
        if (hit := _hit_kind(row)) is not None:
            there.hits[hit] += 1
        if (repeat := _repeat(row)) is not None:
            there.heads[_head(repeat)] += 1
    return there


def _kind(row: Row) -> Kind:
    """Return what rows are spread over: the outcome, its reason, and what else was found."""
    return (row["outcome"], row["reason"], *sorted(set(row["reasons"]) - {row["reason"]}))


def _hit_kind(row: Row) -> str | None:
    return next((reason for reason in AGAINST if reason in row["reasons"]), None)


def _repeat(row: Row) -> dict[str, Any] | None:
    """Return the finding that says which row this one repeats, if there is one."""
    if REPEATS.isdisjoint(row["reasons"]):
        return None
    findings: list[dict[str, Any]] = json.loads(row["findings"])
    return next(finding for finding in findings if finding["reason"] in REPEATS)


def _head(repeat: Mapping[str, Any]) -> int:
    evidence = repeat["evidence"]
    return int(evidence.get("kept_row", evidence.get("first_row", 0)))


def _choose(folder: Path, there: _There) -> _Chosen:
    rows, hits, chosen = Spread(there.kinds), Spread(there.hits, HITS), _Chosen()
    clusters = {head for head, _ in there.heads.most_common(CLUSTERS)}
    roots = set(list(there.roots)[:LINEAGES])
    for told in _read(folder):
        decided = (told["outcome"], told["reason"])
        if decided not in chosen.said:
            chosen.said[decided] = told["message"]
            chosen.stages[told["reason"]] = _stage(told)
        for note in set(told["reasons"]) - {told["reason"]}:
            _say(chosen, note, told)
        in_tree = told["root"] in roots and len(chosen.lineages.get(told["root"], ())) < MEMBERS
        if rows.takes(_kind(told)) or in_tree:
            row = _row(told)
            chosen.rows.append(row)
            if in_tree:
                chosen.lineages.setdefault(row.lineage, []).append(row)
        if (hit := _hit_kind(told)) is not None and hits.takes(hit):
            chosen.hits.append(_hit(told))
        if told["row"] in clusters:
            chosen.heads[told["row"]] = _row(told)
        _collect_copy(told, clusters, chosen.copies)
    return chosen


def _say(chosen: _Chosen, reason: str, told: Row) -> None:
    """Keep the first sentence that was said with a reason that did not decide."""
    if ("note", reason) not in chosen.said:
        found = next(f for f in json.loads(told["findings"]) if f["reason"] == reason)
        chosen.said["note", reason] = found["message"]


def _collect_copy(told: Row, clusters: set[int], copies: dict[int, list[Copy]]) -> None:
    repeat = _repeat(told)
    if repeat is None or (head := _head(repeat)) not in clusters or len(copies.get(head, ())) >= COPIES:
        return
    alike = repeat["evidence"].get("similarity")
    copies.setdefault(head, []).append(Copy(_name(told), cut(told["instruction"]), alike, repeat["reason"]))


def _name(told: Row) -> str:
    """Return what a row is called: its own id, or its number."""
    return str(told["id"] if told["id"] is not None else told["row"])


def _row(told: Row) -> ReportRow:
    verdict = json.loads(told["verdict"]) if told["verdict"] else None
    findings = json.loads(told["findings"])
    known = {(finding["verifier"], finding["reason"]) for finding in findings}
    checks = [_check(finding) for finding in findings]
    if verdict is not None and (verdict["verifier"], verdict["reason"]) not in known:
        checks.append(_check(verdict))
    return ReportRow(
        id=_name(told),
        outcome=Outcome(told["outcome"]),
        reason=told["reason"],
        message=told["message"],
        instruction=told["instruction"],
        response=told["response"],
        checks=tuple(checks),
        answer=told["answer"],
        place=f"row {told['row']}: {told['file']}, {told['place']}",
        generation=told["generation"],
        operation=told["operation"],
        parent=told["parent"],
        lineage=told["root"] or "",
    )


def _check(said: Mapping[str, Any]) -> Check:
    weight: Weight = said.get("severity") or said["outcome"]
    return Check(
        weight, said["reason"], said["message"], said["verifier"], said.get("part", ""), said["evidence"]
    )


def _hit(told: Row) -> Hit:
    """Return the gravest and closest of a row's benchmark findings."""
    found = [f for f in json.loads(told["findings"]) if f["reason"] in AGAINST]
    best = max(found, key=lambda f: (f["severity"] == "reject", f["evidence"]["score"]))
    evidence = best["evidence"]
    return Hit(
        row=_name(told),
        part=best["part"],
        reference=str(evidence["reference"]),
        source=str(evidence["source"]),
        kind=evidence["kind"],
        weight=best["severity"],
        score=evidence["score"],
        message=best["message"],
        row_text=evidence["row_text"].strip("\n"),
        reference_text=evidence["reference_text"].strip("\n"),
    )


def _hit_rows(summary: Mapping[str, Any]) -> Mapping[HitKind, int] | None:
    """Return how many rows give a reference away in each way; None where none was compared with."""
    if not summary["against"]:
        return None
    found = summary["findings"]
    kinds: tuple[HitKind, ...] = ("ngram", "execution", "same_template")
    return {kind: found.get(reason, {}).get("rows", 0) for kind, reason in zip(kinds, AGAINST, strict=True)}


def _stage(told: Row) -> str:
    """Return at which step of the funnel the row's reason turns rows away."""
    if told["reason"] == UNREADABLE:
        return "read"
    finding = next((f for f in json.loads(told["findings"]) if f["reason"] == told["reason"]), None)
    if finding is None:
        return "verified"
    if finding["verifier"] == "contamination":
        return "benchmark"
    if finding["part"] == "among":
        return "repeated"
    verdict = json.loads(told["verdict"]) if told["verdict"] else {}
    return "verified" if verdict.get("verifier") == finding["verifier"] else "text"


def _funnel(summary: Mapping[str, Any], stages: Mapping[str, str]) -> tuple[Step, ...]:
    """Return the rows left after each step; what rejects comes before what leaves a row undecided."""
    lost: Counter[str] = Counter()
    for decided in summary["decided_by"]:
        if decided["outcome"] != "accept":
            lost[stages.get(decided["reason"], "text")] += decided["rows"]
    left = summary["rows"]
    steps = [Step("In the data", left, "rows that were judged")]
    for stage, name, note, done in (
        ("read", "Readable", "parsed, of a known shape", True),
        ("text", "Sound text", "no fault in the instruction or the response by themselves", True),
        ("repeated", "Said once", "no duplicate or contradiction among the rows", True),
        ("benchmark", "No benchmark", "gives no reference's problem away", summary["against"]),
        ("verified", f"Verified ({summary['domain']})", "by the domain's verifiers", summary["domain"]),
    ):
        left -= lost[stage]
        if done:
            steps.append(Step(name, left, note))
    return tuple(steps)


def _reasons(summary: Mapping[str, Any], chosen: _Chosen) -> tuple[ReasonCount, ...]:
    """Return what decided rows, commonest first, then what was only noted on some."""
    decided = [
        ReasonCount(d["reason"], d["outcome"], d["rows"], chosen.said.get((d["outcome"], d["reason"]), ""))
        for d in summary["decided_by"]
    ]
    notes = [
        ReasonCount(reason, "note", found["severities"]["note"], chosen.said.get(("note", reason), ""))
        for reason, found in summary["findings"].items()
        if "note" in found["severities"]
    ]
    return (*decided, *notes)


def _sentence(summary: Mapping[str, Any], tally: Tally, reasons: tuple[ReasonCount, ...]) -> str:
    share = percent(tally.accept, tally.rows)
    if summary["sample"]:
        between = summary["outcomes"]["accept"]
        share += f"; of all rows, {100 * between['low']:.1f} to {100 * between['high']:.1f} %"
    said = f"{tally.accept:,} of {tally.rows:,} rows ({share}) pass every check"
    others = ((tally.reject, "rejected"), (tally.undecided, "undecided"))
    if lost := " and ".join(f"{rows:,} {'is' if rows == 1 else 'are'} {how}" for rows, how in others if rows):
        said += f"; {lost}{leading(reasons)}"
    if summary["against"]:
        said += f"; {_given_away(summary['against']['rows'])}"
    return f"{said}."


def _given_away(rows: Mapping[str, int]) -> str:
    """Return how many rows give a benchmark away, and in which way where there are two."""
    given, solved = rows["either"], rows["by_execution"]
    said = f"{f'{given:,}' if given else 'none'} {'gives' if given < 2 else 'give'} a benchmark away"
    if not solved:
        return said
    if solved == given:
        return f"{said}, by passing its tests"
    return f"{said}, {rows['by_text']:,} by its text and {solved:,} by passing its tests"


def _facts(summary: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    sample, against = summary["sample"], summary["against"]
    facts = [
        ("Data", summary["data"]),
        ("Format", ", ".join(summary["formats"])),
        ("Domain", summary["domain"] or "none: texts alone"),
        ("Near-duplicates", f"from {summary['near_duplicates']['similarity']:.0%} alike"),
        ("Compared with", _references(against) if against else "no benchmark"),
    ]
    if sample:
        facts.append(("Sample", f"{sample['rows']:,} of {sample['of']:,} rows, seed {sample['seed']}"))
    if summary["run"]:
        facts.append(("Teacher", summary["run"]["teacher"]))
    return (*facts, ("evol", summary["evol"]))


def _references(against: Mapping[str, Any]) -> str:
    names = ", ".join(Path(name).name for name in against["references"])
    return f"{names} ({against['problems']:,} problems)"


def _distributions(summary: Mapping[str, Any]) -> tuple[Distribution, ...]:
    found = [_by(summary["origins"], name, name) for name in ("generation", "operation")]
    if summary["run"]:
        attempts = summary["run"]["attempts"]
        found += [
            _by(attempts, name, f"{name}, every attempt by the run's own verdict")
            for name in ("generation", "operation")
        ]
    if len(summary["files"]) > 1:
        files = tuple(
            Group(f["name"], Tally(f["accept"], f["reject"], f["undecided"])) for f in summary["files"]
        )
        found.append(Distribution("file", files))
    return tuple(each for each in found if each.groups)


def _by(counts: Sequence[Mapping[str, Any]], name: str, title: str) -> Distribution:
    groups: dict[Any, Tally] = {}
    for count in counts:
        tally = Tally.of(count["outcome"], count["rows"])
        groups[count[name]] = groups.get(count[name], Tally()) + tally
    return Distribution(title, tuple(Group(str(value), groups[value]) for value in sorted(groups)))


def _clusters(there: _There, chosen: _Chosen) -> tuple[Cluster, ...]:
    return tuple(
        Cluster(
            chosen.heads[head].id,
            chosen.heads[head].instruction,
            copies + 1,
            tuple(chosen.copies[head]),
        )
        for head, copies in there.heads.most_common(CLUSTERS)
        if head in chosen.heads
    )


def _cost(summary: Mapping[str, Any]) -> Cost | None:
    run = summary["run"]
    return Cost(Usage(**run["spent"]), run["replies"]) if run else None
