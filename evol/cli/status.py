"""`evol status RUN`: what a run has done and spent, while it runs or afterwards."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any, Final

import click

# The mean score of the kept rows, where a pack had a judge rate them.
_DIFFICULTY: Final = """
    SELECT generation, avg(json_extract(verdict.value, '$.evidence.difficulty')) AS score
    FROM samples, json_each(samples.verdicts) AS verdict
    WHERE outcome = 'accept' GROUP BY generation HAVING score IS NOT NULL ORDER BY generation
"""


@click.command()
@click.argument("folder", metavar="RUN", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(folder: Path, as_json: bool) -> None:
    """Show what the run in folder RUN has kept, eliminated and spent."""
    facts = _facts(folder)
    if as_json:
        click.echo(json.dumps(facts))
        return
    click.echo(f"{folder}: domain {facts['domain']}, teacher {facts['teacher']}")
    click.echo(
        f"{facts['lineages']} lineages ended; {facts['kept']} rows kept, {facts['eliminated']} eliminated"
    )
    for generation, (kept, judged) in facts["generations"].items():
        scored = facts["difficulty"].get(generation)
        rated = f", difficulty {scored:.1f} as judged" if scored is not None else ""
        click.echo(f"  generation {generation}: {kept} of {judged} kept ({kept / judged:.1%}){rated}")
    for reason, count in facts["reasons"].items():
        click.echo(f"  {reason}: {count}")
    click.echo(f"{facts['calls']} calls, {facts['prompt_tokens']} + {facts['completion_tokens']} tokens")


def _facts(folder: Path) -> dict[str, Any]:
    from evol.folder import open_journal, read_record

    identity = read_record(folder)["identity"]
    with open_journal(folder) as journal:
        counts, spent = journal.counts(), journal.spent()
        ended, purposes = journal.lineages_finished(), journal.calls_by_purpose()
        difficulty = dict(journal.select(_DIFFICULTY))
    generations: dict[int, list[int]] = {}
    reasons: Counter[str] = Counter()
    for generation, _, outcome, reason, rows in counts:
        kept = rows if outcome == "accept" else 0
        tally = generations.setdefault(generation, [0, 0])
        tally[0] += kept
        tally[1] += rows
        reasons[reason] += rows - kept
    kept_rows = sum(kept for kept, _ in generations.values())
    return {
        "domain": identity["domain"],
        "teacher": identity["teacher"],
        "lineages": ended,
        "kept": kept_rows,
        "eliminated": sum(judged for _, judged in generations.values()) - kept_rows,
        "generations": generations,
        "difficulty": difficulty,
        "reasons": {reason: count for reason, count in reasons.most_common() if count},
        "replies": purposes,
        "calls": spent.calls,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
    }
