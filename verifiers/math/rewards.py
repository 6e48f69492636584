"""The answer verifier as a reward function of the signature that TRL's GRPOTrainer calls.

    GRPOTrainer(..., reward_funcs=math_reward)   # a dataset with the column "answer"

A completion earns 1.0 where its final answer equals the gold, 0.0 where it differs or has none, and
None where that could not be decided: TRL leaves such a sample out of this reward's mean instead of
punishing it. Nothing of TRL is imported, and the function may be called from any thread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from evol.types import Outcome, Verdict
from evol.verifiers.math.profiles import STRICT
from evol.verifiers.math.verify import verify

GOLD_COLUMNS = ("answer", "gold", "solution")
SCORES = {Outcome.ACCEPT: 1.0, Outcome.REJECT: 0.0, Outcome.UNDECIDED: None}

Completion = str | Sequence[Mapping[str, Any]]


def math_reward(
    prompts: Sequence[Any],
    completions: Sequence[Completion],
    completion_ids: Sequence[Sequence[int]] | None = None,
    trainer_state: object = None,
    log_extra: Callable[[str, list[Any]], None] | None = None,
    log_metric: Callable[[str, float], None] | None = None,
    **columns: Sequence[Any],
) -> list[float | None]:
    """Return a reward for each completion, a text or a chat's list of messages.

    The gold is read from the first of the columns `answer`, `gold` and `solution` that the dataset
    has; a row whose gold is null earns None. Where the trainer offers to log, the reason of each
    verdict goes beside its completion and the share left undecided among the metrics. Raises
    ValueError where no such column exists, which no sample can mend.
    """
    name = next((name for name in GOLD_COLUMNS if name in columns), None)
    if name is None:
        raise ValueError(f"math_reward needs a column with the answers: one of {', '.join(GOLD_COLUMNS)}.")
    verdicts = [_judge(gold, text) for gold, text in zip(columns[name], completions, strict=True)]
    if log_extra is not None:
        log_extra("math_verdict", [verdict.reason for verdict in verdicts])
    if log_metric is not None and verdicts:
        outcomes = Counter(verdict.outcome for verdict in verdicts)
        log_metric("math_undecided", outcomes[Outcome.UNDECIDED] / len(verdicts))
    return [SCORES[verdict.outcome] for verdict in verdicts]


def _judge(gold: object, completion: Completion) -> Verdict:
    return verify("" if gold is None else str(gold), completion_text(completion), profile=STRICT)


def completion_text(completion: Completion) -> str:
    """Return what the assistant said last; a message's content may be a text or a list of parts."""
    if isinstance(completion, str):
        return completion
    said = [message for message in completion if message.get("role", "assistant") == "assistant"]
    content = said[-1].get("content") if said else None
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if isinstance(part, Mapping))
    return content if isinstance(content, str) else ""
