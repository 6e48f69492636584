"""Which row each kind of evidence would keep, judged on the very same replies.

Each filter is given the first solutions drawn for a problem, in the order drawn, and returns the
one it keeps, or None. The eliminator as a whole is not here: its verdicts are the run's own.
"""

from __future__ import annotations

from collections.abc import Sequence

from evol.domains._rules import reply_verdict
from evol.types import ChatReply, Outcome
from evol.verifiers.math.clusters import agreement, cluster
from evol.verifiers.math.extract import extract
from evol.verifiers.math.steps import check_steps

AGREEMENT = 0.6
RUNNER_UP = 0.2
"""The math pack's own thresholds for votes (`domains/math/domain.toml`)."""


def first(replies: Sequence[ChatReply]) -> str | None:
    """Keep whatever comes first: no evidence at all."""
    return replies[0].text or None


def by_steps(replies: Sequence[ChatReply]) -> str | None:
    """Keep the first whole solution in which no arithmetic claim is false."""
    return next(
        (r.text for r in replies if _whole(r) and check_steps(r.text).outcome is not Outcome.REJECT), None
    )


def by_votes(replies: Sequence[ChatReply]) -> str | None:
    """Keep the first solution of the answer on which the solutions agree; no step is looked at."""
    voters = [
        (reply.text, found.value) for reply in replies if _whole(reply) and (found := extract(reply.text))
    ]
    if len(voters) < 2:
        return None
    classes = cluster([answer for _, answer in voters], last_resort=False)
    if not agreement(classes, top=AGREEMENT, runner_up=RUNNER_UP).accepted:
        return None
    return voters[classes.clusters[0].members[0]][0]


def _whole(reply: ChatReply) -> bool:
    return reply_verdict(reply.text, reply.finish_reason).accepted and extract(reply.text) is not None
