"""The math pack's offline check of one dataset row, for `evol verify` and audits: no teacher is asked.

Three kinds of evidence are gathered and kept apart: the final answer against the gold, each
arithmetic claim of the solution, and the answer put back into what the problem states. The first
that rejects decides; without one, a right answer accepts, and a row without a gold is accepted only
where the substitution holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from evol.errors import ConfigError, nearest
from evol.types import Json, Outcome, Verdict
from evol.verifiers.math.clusters import cluster
from evol.verifiers.math.extract import extract
from evol.verifiers.math.profiles import GOLD, PROFILES, STRICT, Profile
from evol.verifiers.math.rewards import completion_text
from evol.verifiers.math.steps import check_steps
from evol.verifiers.math.substitution import check_substitution
from evol.verifiers.math.verify import verify

VERIFIER: Final = "math.row"
GOLD_COLUMNS: Final = ("gold", "answer")
RESPONSE_COLUMNS: Final = ("response", "prediction", "solution", "completion", "output")
PROBLEM_COLUMNS: Final = ("instruction", "problem", "question", "prompt")
PROFILE_COLUMN: Final = "verify_profile"


def verify_row(row: Mapping[str, Json]) -> Verdict:
    """Judge a row with a `gold` or `answer` and a `response`, `prediction`, `solution` or `completion`.

    The problem, where `instruction`, `problem`, `question` or `prompt` holds it, is for substitution.
    `verify_profile` names the profile of the comparison, by default `gold`, by which a run judges, too.
    Raises ConfigError for an unknown one.
    """
    gold, response, problem = (
        _first(row, names) for names in (GOLD_COLUMNS, RESPONSE_COLUMNS, PROBLEM_COLUMNS)
    )
    if response is None:
        message = f"The row has no {', '.join(RESPONSE_COLUMNS[:-1])} or {RESPONSE_COLUMNS[-1]}."
        return Verdict.undecided(VERIFIER, "no_response", message)
    steps, substitution = check_steps(response), check_substitution(problem or "", response)
    answer = None if gold is None else verify(gold, response, profile=_profile(row, GOLD))
    verdicts = [verdict for verdict in (answer, steps, substitution) if verdict is not None]
    evidence: dict[str, Json] = {v.verifier: {"reason": v.reason, **v.evidence} for v in verdicts}
    decisive = _decisive(answer, steps, substitution)
    return Verdict(decisive.outcome, decisive.verifier, decisive.reason, decisive.message, evidence)


def score_row(row: Mapping[str, Json]) -> Verdict:
    """Judge a response by the gold alone, as benchmarks do; the columns are those of `verify_row`.

    A right answer is accepted however it was reached. Undecided with `no_gold` without a gold; an
    empty response is rejected with `no_answer`.
    """
    gold, response = _first(row, GOLD_COLUMNS), _first(row, RESPONSE_COLUMNS)
    if gold is None:
        return Verdict.undecided(VERIFIER, "no_gold", "The row has no gold to compare with.")
    return verify(gold, response or "", profile=_profile(row, STRICT))


def vote(responses: Sequence[str]) -> list[list[int]]:
    """Sort responses by final answer into classes of equal value, largest first, then earliest.

    Those without an answer, and those whose answer could not be told from another, are in none.
    """
    found = [extract(response) for response in responses]
    classes = cluster([each.value if each else None for each in found]).clusters
    return sorted((list(c.members) for c in classes), key=lambda members: (-len(members), members))


def _decisive(answer: Verdict | None, steps: Verdict, substitution: Verdict) -> Verdict:
    known = [verdict for verdict in (answer, steps, substitution) if verdict is not None]
    rejected = next((verdict for verdict in known if verdict.outcome is Outcome.REJECT), None)
    if rejected is not None:
        return rejected
    if answer is not None:
        return answer
    if substitution.accepted:
        return substitution
    message = "The row has no gold, and its problem states nothing to put the answer into."
    return Verdict.undecided(VERIFIER, "no_gold", message)


def _first(row: Mapping[str, Json], names: tuple[str, ...]) -> str | None:
    """Return the first of these columns that holds something, as text; a chat's last reply for a chat."""
    for name in names:
        value = row.get(name)
        if isinstance(value, list):
            messages = [message for message in value if isinstance(message, dict)]
            value = completion_text(messages) or str(messages[-1].get("content", "") if messages else "")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return str(value)
    return None


def _profile(row: Mapping[str, Json], default: Profile) -> Profile:
    name = str(row.get(PROFILE_COLUMN) or default.name)
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise ConfigError(f"There is no profile {name!r}.{nearest(name, PROFILES)} There are {known}.")
    return PROFILES[name]
