"""The rows of reinforcement learning: a prompt, and what its pack needs to judge an answer to it.

A row is asked as `evol eval` asks it, in whatever form its dataset is published. Its own response
is not used. A row without a gold earns no reward whatever is said, so it is left out and counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from evol._columns import read_fields
from evol._datafile import Row
from evol.errors import ConfigError, DataError
from evol.pack import load_pack
from evol.train.evaluation import Problem, scoring
from evol.train.evaluation.asking import render
from evol.train.evaluation.benchmark import FORMS, Form
from evol.train.plan import TrainPlan
from evol.train.rows import (
    TrainingRow,
    TrainingRows,
    Unusable,
    outcome_of,
    provenance_of,
    reason_of,
    source_rows,
)
from evol.types import Json, Outcome
from evol.verifiers.workers import WorkerPool

KNOWN: Final = ("instruction", "answer", "tests")
"""What a verifier reads of a row that evol wrote; the rest of its columns is provenance."""


def read_prompts(plan: TrainPlan) -> TrainingRows:
    """Read a dataset's rows as prompts with their golds; only accepted ones where rows carry verdicts.

    Raises ConfigError where nothing says which pack judges, DataError where no row is left.
    """
    mapped = tuple(sorted(plan.columns.items()))
    taken: list[TrainingRow] = []
    left_out = Counter[str]()
    for row in source_rows(plan.dataset):
        outcome = outcome_of(row.cells)
        if outcome not in (None, str(Outcome.ACCEPT)) and not plan.all_rows:
            left_out[f"{outcome}: {reason_of(row.cells) or 'no reason given'}"] += 1
            continue
        try:
            taken.append(_prompt(row, plan, mapped))
        except Unusable as unusable:
            left_out[f"unusable: {unusable}"] += 1
    kept = _judgeable(taken, left_out)
    if not kept:
        counted = "; ".join(f"{count} {reason}" for reason, count in left_out.most_common(4)) or "it is empty"
        raise DataError(f"No row of {plan.dataset} is left to learn from ({counted}).")
    return TrainingRows("prompt", tuple(kept), dict(left_out.most_common()))


def _prompt(row: Row, plan: TrainPlan, mapped: tuple[tuple[str, str], ...]) -> TrainingRow:
    if row.problem:
        raise Unusable(row.problem)
    form = next(form for form in FORMS if form.fits(set(row.cells)) or not form.needs)
    fields = read_fields(row.cells, mapped)
    instruction, judged, lacks = form.read(row.cells, fields)
    if not instruction.strip():
        raise Unusable(fields.problem or "there is no instruction")
    if lacks:
        raise Unusable(lacks)
    if "schema_version" in row.cells:
        judged = {name: judged[name] for name in KNOWN if name in judged}
    columns = {
        "prompt": [{"role": "user", "content": _asked(form, row.cells, instruction, judged)}],
        "domain": _domain(row, plan, form),
        "judged": json.dumps(judged, sort_keys=True),
    }
    return TrainingRow(row.where, "prompt", columns, provenance_of(row.cells))


def _asked(form: Form, cells: Mapping[str, Any], instruction: str, judged: Mapping[str, Json]) -> str:
    """Return the prompt as `evol eval` would put it."""
    variables = {**{str(name): value for name, value in cells.items()}, "instruction": instruction}
    return render(form.prompt, Problem("", instruction, variables, judged))


def _domain(row: Row, plan: TrainPlan, form: Form) -> str:
    stated = row.cells.get("domain")
    domain = plan.domain or (stated if isinstance(stated, str) else None) or form.domain
    if domain is None:
        raise ConfigError(
            f"{plan.dataset}, {row.where}: nothing says which domain's verifiers reward an answer: give "
            "--domain."
        )
    return domain


def _judgeable(rows: list[TrainingRow], left_out: Counter[str]) -> list[TrainingRow]:
    """Return the rows whose pack can judge an answer; one of each domain and set of columns is tried."""
    kinds: dict[tuple[str, frozenset[str]], str | None] = {}
    kept = []
    with WorkerPool(1, preload=[scoring.__name__]) as pool:
        for row in rows:
            judged = json.loads(row.columns["judged"])
            kind = row.columns["domain"], frozenset(judged)
            if kind not in kinds:
                load_pack(kind[0])
                verdict = pool.run(
                    scoring.score, kind[0], {**judged, "response": "0"}, limit_s=scoring.LIMIT_S
                )
                kinds[kind] = verdict.reason if verdict.reason in scoring.UNJUDGEABLE else None
            if reason := kinds[kind]:
                left_out[f"unusable: {reason.replace('_', ' ')} to judge an answer by"] += 1
            else:
                kept.append(row)
    return kept
