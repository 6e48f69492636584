"""The verdict of a domain's pack as a reward, in the signature that TRL's GRPOTrainer calls.

    GRPOTrainer(..., reward_funcs=verified_reward)    # columns "domain" and "judged"

A completion earns 1 where the pack's verifiers accept it, 0 where they reject it, and None where
they cannot tell: TRL leaves it out instead of punishing it. Completions are judged side by side in
worker processes that can be killed, by the same hook as `evol eval` scores with.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, Final

from evol.errors import VerifierStopped
from evol.train.evaluation import scoring
from evol.types import Outcome, Verdict
from evol.verifiers.workers import WorkerPool

REWARDS: Final = {Outcome.ACCEPT: 1.0, Outcome.REJECT: 0.0, Outcome.UNDECIDED: None}

Completion = str | Sequence[Mapping[str, Any]]


@cache
def _pool() -> WorkerPool:
    return WorkerPool(preload=[scoring.__name__])


def verified_reward(
    prompts: Sequence[Any],
    completions: Sequence[Completion],
    completion_ids: Sequence[Sequence[int]] | None = None,
    trainer_state: object = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    log_metric: Callable[[str, float], None] | None = None,
    *,
    domain: Sequence[str],
    judged: Sequence[str],
    **columns: Sequence[Any],
) -> list[float | None]:
    """Return a reward for each completion, a text or a chat's list of messages.

    `domain` names each row's pack, `judged` is the row as JSON, its gold included, without a
    response. Where the trainer offers to log, each verdict's reason goes beside its completion and
    the share of each outcome among the metrics. Raises ConfigError where a pack cannot judge.
    """
    rows = [
        (name, {**json.loads(row), "response": said(completion)})
        for name, row, completion in zip(domain, judged, completions, strict=True)
    ]
    with ThreadPoolExecutor(_pool().workers) as threads:
        verdicts = list(threads.map(_judge, rows))
    if log_extra is not None:
        log_extra("verdict", [f"{verdict.outcome}: {verdict.reason}" for verdict in verdicts])
    if log_metric is not None and verdicts:
        outcomes = Counter(verdict.outcome for verdict in verdicts)
        for outcome in Outcome:
            log_metric(f"verified/{outcome}", outcomes[outcome] / len(verdicts))
    return [REWARDS[verdict.outcome] for verdict in verdicts]


def _judge(row: tuple[str, Mapping[str, Any]]) -> Verdict:
    try:
        return _pool().run(scoring.score, *row, limit_s=scoring.LIMIT_S)
    except VerifierStopped as error:
        return Verdict.undecided("reward", "worker_stopped", str(error))


def said(completion: Completion) -> str:
    """Return a completion's text: itself, or the content of its last message."""
    if isinstance(completion, str):
        return completion
    content = completion[-1].get("content") if completion else None
    return content if isinstance(content, str) else ""
