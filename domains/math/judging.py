"""Judge the solutions drawn for one problem: pure, and run in a worker process in one call.

A solution that is refused, cut, empty, without an answer, with a wrong arithmetic claim or with an
answer that fails the problem's own equation is set aside. The others vote with their answers, which
the math verifier sorts into classes (1/2 and 0.5 are one vote). A known answer decides instead of
the votes where there is one. Each kind of evidence goes into the verdicts by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from evol.domains._rules import reply_verdict
from evol.types import Json, Outcome, Verdict
from evol.verifiers.math import profiles
from evol.verifiers.math.clusters import Cluster, Clustering, agreement, cluster
from evol.verifiers.math.extract import extract
from evol.verifiers.math.steps import check_steps
from evol.verifiers.math.substitution import check_substitution
from evol.verifiers.math.verify import verify
from evol.verifiers.text import answer_in_instruction

SOLUTIONS: Final = "math.solutions"
GOLD: Final = "math.gold"

# What a solution says its answer is. A number that merely comes last in its prose is no vote.
STATED: Final = frozenset(("boxed", "boxed_group", "hashes", "answer_phrase", "bold", "bare"))

# Defects of one draw that another may not have, where whoever refuses will refuse again.
CHANCE: Final = ("wrong_step", "substitution_fails", "truncated")

# From this share of the votes on, an answer that does not pass yet may do so with more of them.
LEADING: Final = 1 / 3


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When votes decide: the leader's least share, the second's greatest, the least number of votes."""

    agreement: float
    runner_up: float
    quorum: int


@dataclass(frozen=True, slots=True)
class Solution:
    """One drawn solution: its final answer with the proofs of it, or why it is set aside."""

    text: str
    answer: str = ""
    proofs: tuple[Verdict, ...] = ()
    defect: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the solutions come to; the last verdict decides.

    `response` and `answer` are those of the solution that is kept, or the first response drawn.
    `is_open` says that further solutions may well decide otherwise.
    """

    verdicts: tuple[Verdict, ...]
    response: str
    answer: str | None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Poll:
    """The solutions that vote, the classes of their answers, and how many were set aside and why."""

    voters: Sequence[Solution]
    classes: Clustering
    set_aside: Counter[str]

    def verdict(self, thresholds: Thresholds) -> Verdict:
        """Return whether the votes agree on the largest class."""
        found = agreement(self.classes, top=thresholds.agreement, runner_up=thresholds.runner_up)
        found = replace(found, evidence={**found.evidence, "set_aside": dict(self.set_aside)})
        if found.accepted and len(self.voters) < thresholds.quorum:
            message = f"Only {len(self.voters)} of the solutions can vote."
            return Verdict.reject(found.verifier, "no_agreement", message, **found.evidence)
        return found

    @property
    def is_open(self) -> bool:
        """Whether more votes may well decide: one answer leads, and half of the solutions are attempts."""
        drawn = len(self.voters) + self.set_aside.total()
        attempts = len(self.voters) + sum(self.set_aside[reason] for reason in CHANCE)
        return 2 * attempts >= drawn and (not self.voters or self.classes.top >= LEADING)

    def first(self, place: int) -> Solution:
        """Return the solution drawn first in the class at this place."""
        return self.voters[self.classes.clusters[place].members[0]]


def own_answer(response: str, answer: str) -> Verdict:
    """Judge whether a seed's own solution ends in the answer that the seed gives."""
    verdict = verify(answer, response, profile=profiles.GOLD, last_resort=False)
    evidence = {"compared": verdict.to_json()}
    if verdict.outcome is Outcome.REJECT and verdict.reason != "no_answer":
        message = "The seed's own solution ends in another answer than the seed gives."
        return Verdict.reject(GOLD, "answer_mismatch", message, **evidence)
    return Verdict.accept(
        GOLD, "own_answer", "The seed's own solution does not contradict its answer.", **evidence
    )


def judge_solutions(
    instruction: str, replies: Sequence[tuple[str, str]], gold: str | None, thresholds: Thresholds
) -> Ruling:
    """Judge replies (text, finish reason), in the order drawn, to one problem.

    Without `gold` the votes must agree; with it one solution that reaches it is enough, unless the
    votes agree on another answer.
    """
    solutions = [_read(instruction, text, finish) for text, finish in replies]
    poll = _poll(solutions)
    first = solutions[0].text
    if not poll.voters:
        return Ruling((_nothing_left(solutions, poll),), first, gold, poll.is_open)
    votes = poll.verdict(thresholds)
    if gold is not None:
        verdict, kept = _by_gold(poll, gold, votes)
    else:
        verdict, kept = votes, poll.first(0) if votes.accepted else None
    if kept is None:
        return Ruling((verdict,), first, gold, poll.is_open and not votes.accepted)
    answer = kept.answer if gold is None else gold
    return Ruling((*kept.proofs, *_not_copied(instruction, kept, answer), verdict), kept.text, answer)


def _read(instruction: str, text: str, finish: str) -> Solution:
    text = text.strip()
    words = reply_verdict(text, finish)
    if not words.accepted:
        return Solution(text, defect=words)
    found = extract(text)
    if found is None or found.rule not in STATED:
        message = "The solution states no final answer."
        return Solution(text, defect=Verdict.reject(SOLUTIONS, "no_answer", message, tail=text[-120:]))
    proofs = (check_steps(text), check_substitution(instruction, found.value))
    defect = next((proof for proof in proofs if proof.outcome is Outcome.REJECT), None)
    return Solution(text, found.value, tuple(proof for proof in proofs if proof.accepted), defect)


def _poll(solutions: Sequence[Solution]) -> Poll:
    voters = [solution for solution in solutions if solution.defect is None]
    set_aside = Counter(solution.defect.reason for solution in solutions if solution.defect is not None)
    return Poll(voters, cluster([voter.answer for voter in voters], last_resort=False), set_aside)


def _nothing_left(solutions: Sequence[Solution], poll: Poll) -> Verdict:
    """Return the first verdict with the most frequent reason for setting a solution aside."""
    [(reason, _)] = poll.set_aside.most_common(1)
    verdict = next(s.defect for s in solutions if s.defect is not None and s.defect.reason == reason)
    return replace(verdict, evidence={**verdict.evidence, "set_aside": dict(poll.set_aside)})


def _by_gold(poll: Poll, gold: str, votes: Verdict) -> tuple[Verdict, Solution | None]:
    """Return what a known answer decides, and the solution that is kept."""
    evidence: dict[str, Json] = {**votes.evidence, "gold": gold[:80]}
    compared = [_reaches(gold, found) for found in poll.classes.clusters]
    if Outcome.ACCEPT in compared:
        place = compared.index(Outcome.ACCEPT)
        if place > 0 and votes.accepted:
            message = "The solutions agree on another answer than the known one."
            return Verdict.reject(GOLD, "answer_mismatch", message, **evidence), None
        message = f"{len(poll.classes.clusters[place].members)} of {len(poll.voters)} reach the known answer."
        return Verdict.accept(GOLD, "gold_agrees", message, **evidence), poll.first(place)
    if Outcome.UNDECIDED in compared or poll.classes.undecided:
        message = "Whether a solution reaches the known answer could not be decided."
        return Verdict.undecided(GOLD, "gold_undecided", message, **evidence), None
    return Verdict.reject(GOLD, "answer_mismatch", "No solution reaches the known answer.", **evidence), None


def _reaches(gold: str, found: Cluster) -> Outcome:
    return verify(gold, found.representative, profile=profiles.GOLD, last_resort=False).outcome


def _not_copied(instruction: str, kept: Solution, answer: str) -> list[Verdict]:
    """Return a verdict only where the instruction turns out to hold the answer or the solution."""
    verdict = answer_in_instruction(instruction, answer, kept.text)
    return [] if verdict.accepted else [verdict]
