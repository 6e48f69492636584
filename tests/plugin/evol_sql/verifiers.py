"""Run queries on the tables of an exercise and compare what they return.

Everything happens in memory: the exercise's script builds its tables, then only reading is
allowed, and a query is stopped after a number of SQLite's own steps.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping, Sequence

from evol.types import Json, Verdict

BLOCK = re.compile(r"```sql\s*(.*?)```", re.DOTALL)
TAG = re.compile(r"</?(?:instruction|evolved)>", re.IGNORECASE)
READING = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
BUILDING = READING | {
    sqlite3.SQLITE_CREATE_TABLE,
    sqlite3.SQLITE_INSERT,
    sqlite3.SQLITE_UPDATE,
    sqlite3.SQLITE_TRANSACTION,
}
STEPS, ROWS = 1_000_000, 200

Rows = list[list[Json]]


def sql_of(text: str) -> str | None:
    """Return the last ```sql block of a text."""
    found = BLOCK.findall(text)
    return found[-1].strip() if found else None


def run_query(tables: str, query: str) -> Rows | str:
    """Return the rows of a query on fresh tables, or what SQLite says against it."""
    connection = sqlite3.connect(":memory:")
    connection.set_progress_handler(lambda: 1, STEPS)
    try:
        for script, allowed in ((tables, BUILDING), ("", READING)):
            connection.set_authorizer(lambda action, *_, may=allowed: int(action not in may))
            connection.executescript(script)
        rows = connection.execute(query).fetchmany(ROWS)
    except (sqlite3.Error, sqlite3.Warning) as error:
        return str(error)
    finally:
        connection.close()
    return [
        [value if value is None or isinstance(value, int | float) else str(value) for value in row]
        for row in rows
    ]


def check_exercise(instruction: str, parent: str | None) -> Verdict:
    """Reject an exercise that carries tags, that evolving left alone, or that brings no tables."""
    if TAG.search(instruction):
        return Verdict.reject("exercise", "copied_prompt", "It carries tags of the evolving prompt.")
    if parent is not None and instruction.split() == parent.split():
        return Verdict.reject("exercise", "no_information_gain", "Evolving left it as it was.")
    tables = sql_of(instruction)
    problem = "it has no ```sql block" if tables is None else run_query(tables, "SELECT 1")
    if isinstance(problem, str):
        return Verdict.reject("exercise", "no_tables", "Its tables cannot be built.", problem=problem)
    return Verdict.accept("exercise", "tables_stand", "Its tables can be built.")


def check_queries(instruction: str, replies: Sequence[str], gold: str | None) -> Verdict:
    """Accept where all queries, and the known one, return the same rows in the same order."""
    tables = sql_of(instruction) or ""
    queries = [sql_of(reply) for reply in replies] + ([gold] if gold else [])
    results = [run_query(tables, query) if query else "no query" for query in queries]
    evidence: dict[str, Json] = {
        "queries": [*queries],
        "results": [r if isinstance(r, str) else [*r] for r in results],
    }
    failed = [result for result in results if isinstance(result, str)]
    if failed:
        return Verdict.reject("queries", "query_failed", f"A query does not run: {failed[0]}.", **evidence)
    if gold and any(result != results[-1] for result in results):
        return Verdict.reject(
            "queries", "answer_mismatch", "It returns not what the known query does.", **evidence
        )
    if any(result != results[0] for result in results):
        return Verdict.reject("queries", "no_agreement", "The queries return different rows.", **evidence)
    if not results[0]:
        return Verdict.reject(
            "queries", "empty_result", "Nothing is returned, so nothing is shown.", **evidence
        )
    return Verdict.accept("queries", "same_rows", "All queries return the same rows.", **evidence)


def verify_row(row: Mapping[str, Json]) -> Verdict:
    """Check a finished row again: does its query run on its tables, as the known one does?"""
    gold = row.get("answer")
    return check_queries(
        str(row.get("instruction") or ""), [str(row.get("response") or "")], str(gold) if gold else None
    )
