"""The dataset's card: what is in it, where it came from, what was checked, what was dropped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from evol.dataset import Exported
from evol.journal import Journal
from evol.rows import Format

LICENCE: Final = "other"


def _table(header: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _yield_by(journal: Journal, column: int) -> list[tuple[object, ...]]:
    """Return (value, judged, accepted, share) for a column of the journal's counts."""
    judged: Counter[object] = Counter()
    accepted: Counter[object] = Counter()
    for row in journal.counts():
        judged[row[column]] += row[4]
        accepted[row[column]] += row[4] if row[2] == "accept" else 0
    return [
        (key, judged[key], accepted[key], f"{accepted[key] / judged[key]:.1%}")
        for key in sorted(judged, key=str)
    ]


def _reasons(journal: Journal, duplicates: int) -> str:
    counted: Counter[tuple[str, str]] = Counter()
    for _, _, outcome, reason, count in journal.counts():
        if outcome != "accept":
            counted[reason, outcome] += count
    if duplicates:
        counted["duplicate", "reject"] = duplicates
    ranked = sorted(counted.items(), key=lambda entry: (-entry[1], entry[0]))
    rows = [(*reason, count) for reason, count in ranked]
    return _table(("reason", "outcome", "rows"), rows) if rows else "No row was rejected."


def _front_matter(domain: str, rows: int) -> str:
    size = next((name for limit, name in _SIZES if rows < limit), "n>1M")
    return (
        f"---\nlicense: {LICENCE}\ntask_categories:\n- text-generation\ntags:\n- synthetic\n- evol-instruct\n"
        f"- verified\n- {domain}\nsize_categories:\n- {size}\n"
        "configs:\n- config_name: default\n  data_files:\n"
        "  - split: train\n    path: train.parquet\n- config_name: rejected\n  data_files:\n"
        "  - split: rejected\n    path: rejected.parquet\n---\n"
    )


_SIZES: Final = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


def card(journal: Journal, record: Mapping[str, Any], exported: Exported, style: Format) -> str:
    """Return README.md for a dataset folder, in the form that dataset hubs read."""
    identity, spent = record["identity"], journal.spent()
    made = (
        "computed by evol's procedural teacher; no language model wrote any of it"
        if str(identity["teacher"]).startswith("procedural")
        else f"written by the teacher `{identity['teacher']}`; its licence and terms apply"
    )
    left_out = (
        f" {exported.left_out} further verified rows were left out by the size asked for."
        if exported.left_out
        else ""
    )
    return f"""{_front_matter(identity["domain"], exported.train)}
# Evolved {identity["domain"]} instructions, verified

{exported.train} training rows ({style}) and {exported.rejected} rejected ones, evolved from
{record["seeds"]} over {identity["generations"]} generations with evol {record["versions"]["evol"]}.
The text is {made}.{left_out} The seeds' own licence applies to what was derived from them.

Every row carries the verdict that let it pass and every check that ran (`verdict`, `checks`).
`rejected` holds every other attempt, each with its reason: nothing was dropped without one.

## Verification

{_table(("generation", "judged", "accepted", "share"), _yield_by(journal, 0))}

{_table(("operation", "judged", "accepted", "share"), _yield_by(journal, 1))}

{_reasons(journal, exported.duplicates)}

Contamination with evaluation sets was not checked by this run.

## Cost

{spent.calls} calls, {spent.prompt_tokens} prompt tokens, {spent.completion_tokens} completion tokens.

## Reproduce

Seeds digest `{identity["seeds"]["digest"]}`, run seed {identity["seed"]}; prompts, sampling and
versions are in `run.yaml` beside this folder. Running again with the same configuration replays the journal.
"""
