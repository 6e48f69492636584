"""`evol status RUN`: what a run has done and spent, while it runs or afterwards."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click


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
        click.echo(f"  generation {generation}: {kept} of {judged} kept ({kept / judged:.1%})")
    for reason, count in facts["reasons"].items():
        click.echo(f"  {reason}: {count}")
    click.echo(f"{facts['calls']} calls, {facts['prompt_tokens']} + {facts['completion_tokens']} tokens")


def _facts(folder: Path) -> dict[str, Any]:
    from evol.folder import open_journal, read_record

    identity = read_record(folder)["identity"]
    with open_journal(folder) as journal:
        counts, spent = journal.counts(), journal.spent()
        ended, purposes = journal.lineages_finished(), journal.calls_by_purpose()
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
        "reasons": {reason: count for reason, count in reasons.most_common() if count},
        "replies": purposes,
        "calls": spent.calls,
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.completion_tokens,
    }
