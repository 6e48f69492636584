"""What is told only by rows beside each other: duplicates, contradictions, lengths out of line.

Equal means equal without case and spacing. Of equal rows the first that passed by itself is the one
to keep; everything is asked of SQLite, which sorts on disk, so memory does not grow with the data.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evol.audit.findings import Finding, Severity
from evol.audit.store import Store

RANK_DUPLICATES: Final = 1
RANK_LENGTHS: Final = 2
ENOUGH: Final = 50
FENCES: Final = 3.0
LEAST_SPREAD: Final = 0.25

_PAIRS: Final = """
    SELECT number, first, copies FROM (
        SELECT number, first_value(number) OVER (PARTITION BY pair ORDER BY number) AS first,
            count(*) OVER (PARTITION BY pair) AS copies
        FROM keys WHERE pair IS NOT NULL
    ) WHERE number <> first ORDER BY number
"""
_INSTRUCTIONS: Final = """
    SELECT number, first, copies FROM (
        SELECT number, pair, instruction,
            first_value(number) OVER by_rank AS first, first_value(pair) OVER by_rank AS first_pair,
            count(*) OVER (PARTITION BY instruction) AS copies
        FROM keys WHERE instruction IS NOT NULL
        WINDOW by_rank AS (PARTITION BY instruction ORDER BY accepted DESC, number)
    ) WHERE number <> first AND pair <> first_pair
        AND instruction NOT IN (SELECT instruction FROM conflicts)
    ORDER BY number
"""
_CONFLICTS: Final = """
    CREATE TEMP TABLE conflicts AS
    SELECT instruction, count(DISTINCT answer) AS answers, min(number) AS first FROM keys
    WHERE instruction IS NOT NULL AND answer IS NOT NULL
    GROUP BY instruction HAVING count(DISTINCT answer) > 1
"""
_IN_CONFLICT: Final = """
    SELECT k.number, k.answer, c.answers, o.number, o.answer FROM conflicts c
    JOIN keys k ON k.instruction = c.instruction AND k.answer IS NOT NULL
    JOIN keys o ON o.number = (
        SELECT min(number) FROM keys WHERE instruction = k.instruction AND answer <> k.answer
    )
    ORDER BY k.number
"""


def compare_rows(store: Store) -> None:
    """Find equal and contradicting rows, and lengths out of line; what was found before is replaced."""
    store.db.execute("CREATE INDEX IF NOT EXISTS keys_by_instruction ON keys (instruction)")
    store.db.execute("DROP TABLE IF EXISTS conflicts")
    store.db.execute(_CONFLICTS)
    store.note_among(RANK_DUPLICATES, _duplicates(store))
    store.note_among(RANK_LENGTHS, _lengths(store))


def _duplicates(store: Store) -> Iterator[tuple[int, Finding]]:
    for number, answer, answers, other, contrary in store.select(_IN_CONFLICT):
        message = f"Row {other} has the same instruction and another answer ({contrary[:60]!r})."
        evidence = {
            "answer": answer[:200],
            "other_row": other,
            "other_answer": contrary[:200],
            "answers": answers,
        }
        yield number, Finding(Severity.UNDECIDED, "conflicting_answers", message, "among", evidence=evidence)
    for reason, what, sql in (
        ("duplicate_pair", "instruction and response", _PAIRS),
        ("duplicate_instruction", "instruction", _INSTRUCTIONS),
    ):
        for number, first, copies in store.select(sql):
            message = f"Row {first} has the same {what}."
            evidence = {"first_row": first, "copies": copies}
            yield number, Finding(Severity.REJECT, reason, message, "among", evidence=evidence)


@dataclass(frozen=True, slots=True)
class Fences:
    """Tukey's outer fences of lengths, in characters, reckoned in logarithms; inclusive bounds."""

    median: int
    low: float
    high: float
    rows: int


def fences(store: Store, column: str) -> Fences | None:
    """Return the fences of the lengths in a column of `keys`; None where there are too few rows."""
    sql = f"SELECT {column}, count(*) FROM keys WHERE {column} > 0 GROUP BY 1 ORDER BY 1"  # noqa: S608 - our own names
    counts = [(int(length), int(count)) for length, count in store.select(sql)]
    total = sum(count for _, count in counts)
    if total < ENOUGH:
        return None
    quarter, half, three = (_quantile(counts, total, share) for share in (0.25, 0.5, 0.75))
    spread = max(math.log(three / quarter), LEAST_SPREAD)
    reach = math.exp(FENCES * spread)
    return Fences(half, quarter / reach, three * reach, total)


def _quantile(counts: list[tuple[int, int]], total: int, share: float) -> int:
    passed = 0
    for length, count in counts:
        passed += count
        if passed >= share * total:
            return length
    return counts[-1][0]


def _lengths(store: Store) -> Iterator[tuple[int, Finding]]:
    for column, part in (("asked", "instruction"), ("said", "response")):
        bounds = fences(store, column)
        if bounds is None:
            continue
        sql = f"SELECT number, {column} FROM keys WHERE {column} > ? OR ({column} > 0 AND {column} < ?)"  # noqa: S608
        for number, length in store.select(f"{sql} ORDER BY number", (bounds.high, bounds.low)):
            longer = "longer" if length > bounds.median else "shorter"
            message = (
                f"The {part} has {length:,} characters, far {longer} than the median of {bounds.median:,}."
            )
            evidence = {"characters": length, "median": bounds.median, "from": round(bounds.low, 1)}
            evidence["to"] = round(bounds.high, 1)
            yield number, Finding(Severity.NOTE, "length_outlier", message, part, evidence=evidence)
