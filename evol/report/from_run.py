"""What a run's journal tells: what was kept and why not, by generation and operation, and its cost.

Counts are asked of SQLite over all rows; only the rows and lineages that are shown are read whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from evol.folder import open_journal, read_record
from evol.journal import Journal, Row
from evol.report.model import (
    Check,
    Cluster,
    Copy,
    Cost,
    Difficulty,
    Distribution,
    Group,
    Lineage,
    Quartiles,
    ReasonCount,
    Report,
    ReportRow,
    Some,
    Step,
    Tally,
)  # fmt: skip
from evol.report.sampling import CLUSTERS, COPIES, LINEAGES, Spread, every
from evol.report.trees import lineage_of
from evol.report.words import leading, number, percent
from evol.teacher.budget import Prices
from evol.types import Usage

_DECIDED_BY: Final = """
    SELECT json_extract(verdicts, '$[#-1].verifier') AS verifier, count(*) FROM samples
    WHERE outcome <> 'accept' GROUP BY 1 ORDER BY avg(json_array_length(verdicts)), 1
"""
_IN_ORDER: Final = "SELECT id, outcome, reason FROM samples ORDER BY lineage, generation"
_ONE: Final = "SELECT id FROM samples WHERE id = ?"
_EXAMPLES: Final = "SELECT min(id) FROM samples GROUP BY outcome, reason"
_SPENT: Final = """
    SELECT coalesce(operation, 'seed'), sum(json_extract(body, '$.usage.calls')),
        sum(json_extract(body, '$.usage.prompt_tokens')), sum(json_extract(body, '$.usage.completion_tokens'))
    FROM samples GROUP BY 1
"""
# What a judge's verdict says in its evidence, where a pack asks one to rate its rows.
RATED: Final = "As a judge rated it"
_MEASURES: Final = {
    RATED: (
        "1 to 10",
        "(SELECT json_extract(value, '$.evidence.difficulty') AS rated FROM json_each(verdicts) "
        "WHERE rated IS NOT NULL LIMIT 1)",
    ),
    "Instruction": ("characters", "length(json_extract(body, '$.instruction'))"),
    "Response": ("characters", "length(json_extract(body, '$.response'))"),
    "Written to make it": ("tokens", "json_extract(body, '$.usage.completion_tokens')"),
}
_REPEATED: Final = """
    SELECT instruction, count(*) FROM samples WHERE outcome = 'accept'
    GROUP BY instruction HAVING count(*) > 1 ORDER BY count(*) DESC, min(lineage), instruction
"""
_REPEATS: Final = """
    SELECT id FROM samples WHERE outcome = 'accept' AND instruction = ? ORDER BY lineage, generation LIMIT ?
"""


def run_report(folder: Path) -> Report:
    """Return the report on the run in a folder, finished or not.

    Raises ConfigError where the folder is not a run's, JournalError where its journal cannot be read.
    """
    record = read_record(folder)
    with open_journal(folder) as journal:
        # A run may be writing: inside one transaction every query sees the same rows.
        journal.select("BEGIN")
        counts = journal.counts()
        tally = _total(Tally.of(outcome, rows) for _, _, outcome, _, rows in counts)
        reasons = _reasons(journal, counts)
        lineages, rows = _lineages(journal)
        clusters, repeats = _clusters(journal)
        return Report(
            title=f"Run {folder.resolve().name}",
            verdict=_sentence(tally, reasons),
            facts=_facts(record, journal),
            tally=tally,
            funnel=_funnel(journal, tally),
            reasons=reasons,
            distributions=_distributions(journal, counts),
            difficulty=_difficulty(journal),
            clusters=clusters,
            cost=_cost(journal, record),
            rows=_rows(journal, counts, rows),
            lineages=lineages,
            all=Some(tally.rows, _count(journal, "SELECT count(DISTINCT lineage) FROM samples"), repeats),
            whole="The run's run.db holds every row; evol show prints one by its id.",
        )


def _total(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def _count(journal: Journal, sql: str) -> int:
    return int(next(journal.select(sql))[0])


def _sentence(tally: Tally, reasons: tuple[ReasonCount, ...]) -> str:
    if not tally.rows:
        return "No row has been judged yet."
    lost = tally.rows - tally.accept
    share = percent(tally.accept, tally.rows)
    kept = f"{tally.accept:,} of {tally.rows:,} rows ({share}) were verified and kept"
    return f"{kept}; {lost:,} were not{leading(reasons)}." if lost else f"{kept}."


def _facts(record: Mapping[str, Any], journal: Journal) -> tuple[tuple[str, str], ...]:
    identity = record["identity"]
    return (
        ("Domain", str(identity["domain"])),
        ("Teacher", str(identity["teacher"])),
        ("Seeds", str(record["seeds"])),
        ("Generations", str(identity["generations"])),
        ("Lineages ended", number(journal.lineages_finished())),
        ("Run seed", str(identity["seed"])),
        ("evol", str(record["versions"]["evol"])),
    )


def _funnel(journal: Journal, tally: Tally) -> tuple[Step, ...]:
    """Return the rows left after each verifier that turned any away, in the order in which they decide."""
    steps, left = [Step("Judged", tally.rows, "every seed and every attempt to evolve one")], tally.rows
    for verifier, lost in journal.select(_DECIDED_BY):
        left -= lost
        steps.append(Step(str(verifier), left))
    distinct = _count(journal, "SELECT count(DISTINCT instruction) FROM samples WHERE outcome = 'accept'")
    steps.append(Step("Distinct", distinct, "the dataset: accepted, each instruction once"))
    return tuple(steps)


def _reasons(journal: Journal, counts: list[tuple[int, str, str, str, int]]) -> tuple[ReasonCount, ...]:
    rows: dict[tuple[Any, str], int] = {}
    for _, _, outcome, reason, count in counts:
        rows[outcome, reason] = rows.get((outcome, reason), 0) + count
    said = {
        (str(row.verdict.outcome), row.verdict.reason): row.verdict.message for row in journal.rows(_EXAMPLES)
    }
    ranked = sorted(rows.items(), key=lambda entry: (-entry[1], entry[0]))
    return tuple(
        ReasonCount(reason, outcome, count, said.get((outcome, reason), ""))
        for (outcome, reason), count in ranked
    )


def _distributions(
    journal: Journal, counts: list[tuple[int, str, str, str, int]]
) -> tuple[Distribution, ...]:
    generations: dict[int, Tally] = {}
    operations: dict[str, Tally] = {}
    for generation, operation, outcome, _, rows in counts:
        tally = Tally.of(outcome, rows)
        generations[generation] = generations.get(generation, Tally()) + tally
        operations[operation] = operations.get(operation, Tally()) + tally
    spent = {name: Usage(*used) for name, *used in journal.select(_SPENT)}
    return (
        Distribution("generation", tuple(Group(str(g), generations[g]) for g in sorted(generations))),
        Distribution(
            "operation", tuple(Group(name, operations[name], spent.get(name)) for name in sorted(operations))
        ),
    )


def _difficulty(journal: Journal) -> tuple[Difficulty, ...]:
    found = []
    for measure, (unit, expression) in _MEASURES.items():
        sql = (
            f"SELECT generation, {expression} AS measured, count(*) FROM samples "  # noqa: S608 - our own text
            "WHERE outcome = 'accept' AND measured IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        )
        values: dict[int, list[tuple[int, int]]] = {}
        for generation, value, rows in journal.select(sql):
            values.setdefault(generation, []).append((value, rows))
        if values:
            generations = tuple(_quartiles(generation, counted) for generation, counted in values.items())
            found.append(Difficulty(measure, unit, generations, measure == RATED))
    return tuple(found)


def _quartiles(generation: int, counted: list[tuple[int, int]]) -> Quartiles:
    """Return the quartiles of values that come in order, each with how often it occurs."""
    total = sum(rows for _, rows in counted)
    low, median, high = (_quantile(counted, share * total) for share in (0.25, 0.5, 0.75))
    return Quartiles(generation, total, low, median, high)


def _quantile(counted: list[tuple[int, int]], reach: float) -> int:
    passed = 0
    for value, rows in counted:
        passed += rows
        if passed >= reach:
            return value
    return counted[-1][0]


def _cost(journal: Journal, record: Mapping[str, Any]) -> Cost:
    prices, spent = record["config"].get("prices"), journal.spent()
    return Cost(spent, journal.calls_by_purpose(), Prices(**prices).cost(spent) if prices else None)


def _lineages(journal: Journal) -> tuple[tuple[Lineage, ...], dict[str, ReportRow]]:
    """Return some lineages, evenly spread, and their rows by id."""
    numbers = [n for (n,) in journal.select("SELECT DISTINCT lineage FROM samples ORDER BY 1")]
    lineages, rows = [], {}
    for place in every(len(numbers), LINEAGES):
        members = [_row(row) for row in journal.lineage(numbers[place])]
        lineages.append(lineage_of(str(numbers[place]), members))
        rows.update({row.id: row for row in members})
    return tuple(lineages), rows


def _rows(
    journal: Journal, counts: list[tuple[int, str, str, str, int]], shown: Mapping[str, ReportRow]
) -> tuple[ReportRow, ...]:
    """Return the rows of the lineages that are shown, and others up to a cap, as many of each reason."""
    available: dict[tuple[str, str], int] = {}
    for _, _, outcome, reason, rows in counts:
        available[outcome, reason] = available.get((outcome, reason), 0) + rows
    spread = Spread(available)
    chosen = [
        identity
        for identity, outcome, reason in journal.select(_IN_ORDER)
        if spread.takes((outcome, reason)) or identity in shown
    ]
    return tuple(shown[i] if i in shown else _row(next(journal.rows(_ONE, (i,)))) for i in chosen)


def _row(row: Row) -> ReportRow:
    s, decided = row.sample, row.verdict
    return ReportRow(
        id=s.id,
        outcome=decided.outcome,
        reason=decided.reason,
        message=decided.message,
        instruction=s.instruction,
        response=s.response,
        checks=tuple(
            Check(v.outcome.value, v.reason, v.message, v.verifier, evidence=v.evidence) for v in row.verdicts
        ),
        answer=s.answer,
        generation=s.generation,
        operation=s.operation or "seed",
        parent=s.parent,
        lineage=str(row.lineage),
    )


def _clusters(journal: Journal) -> tuple[tuple[Cluster, ...], int]:
    """Return the largest groups of accepted rows with one instruction, and how many groups there are."""
    clusters, groups = [], 0
    for key, size in journal.select(_REPEATED):
        groups += 1
        if groups > CLUSTERS:
            continue
        first, *others = journal.rows(_REPEATS, (key, COPIES + 1))
        copies = tuple(Copy(o.sample.id, o.sample.instruction, None, "duplicate") for o in others)
        clusters.append(Cluster(first.sample.id, first.sample.instruction, size, copies))
    return tuple(clusters), groups
