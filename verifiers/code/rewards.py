"""The code verifier as a reward function for TRL's GRPO.

    trainer = GRPOTrainer(..., reward_funcs=[code_reward(CodeVerifier(Sandbox()))])

A completion that passes its row's tests earns 1, one that does not 0; where the verifier could
not tell, None, which TRL leaves out of the mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from evol.types import Outcome, Verdict
from evol.verifiers.code.extraction import extract_code
from evol.verifiers.code.formats import suite_of
from evol.verifiers.code.verify import CodeVerifier

VALUES = {Outcome.ACCEPT: 1.0, Outcome.REJECT: 0.0, Outcome.UNDECIDED: None}


class RewardFunction(Protocol):
    """What TRL calls, with a data set's further columns by name."""

    __name__: str

    def __call__(
        self,
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Any] | None = None,
        trainer_state: object = None,
        log_extra: Callable[..., None] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Sequence[Any],
    ) -> list[float | None]:
        """Return one reward a completion."""
        ...


def code_reward(verifier: CodeVerifier) -> RewardFunction:
    """Return a reward function over this verifier's sandbox, which judges completions side by side."""

    def reward(
        prompts: Sequence[Any],
        completions: Sequence[Any],
        completion_ids: Sequence[Any] | None = None,
        trainer_state: object = None,
        log_extra: Callable[..., None] | None = None,
        log_metric: Callable[[str, float], None] | None = None,
        **columns: Sequence[Any],
    ) -> list[float | None]:
        rows = [{name: values[i] for name, values in columns.items()} for i in range(len(completions))]
        with ThreadPoolExecutor(verifier.sandbox.workers) as threads:
            verdicts = list(threads.map(lambda c, r: judge_completion(verifier, c, r), completions, rows))
        if log_extra is not None:
            log_extra("code_verdict", [v.reason for v in verdicts])
        if log_metric is not None and verdicts:
            for reason, count in Counter(v.reason for v in verdicts).items():
                log_metric(f"code_reward/{reason}", count / len(verdicts))
        return [VALUES[v.outcome] for v in verdicts]

    reward.__name__ = "code_reward"
    return reward


def judge_completion(verifier: CodeVerifier, completion: object, row: Mapping[str, Any]) -> Verdict:
    """Return the verdict on a completion, plain text or chat messages, against its row's tests."""
    suite = suite_of(row)
    names = suite.entry_points if suite else ()
    return verifier.verify(extract_code(text_of(completion), names).code, suite)


def text_of(completion: object) -> str:
    """Return a completion's text: itself, or the content of its last message."""
    if isinstance(completion, str):
        return completion
    last = completion[-1] if isinstance(completion, Sequence) and completion else {}
    content = last.get("content") if isinstance(last, Mapping) else None
    return content if isinstance(content, str) else ""
