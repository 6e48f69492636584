"""Sorting the answers of K samples into classes of equal value, and whether enough of them agree.

Counting strings would split 1/2 from 0.5; the verifier's comparison puts them into one class. Equality
as graders practise it is not transitive (0.33 may equal 1/3, and 0.333 too, but not each other), so
a class is what equals its representative, its most frequent text. An answer that equals several
representatives, or about which some comparison could not decide, is kept apart. The result depends
on the answers and not on their order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from evol.types import Json, Outcome, Verdict
from evol.verifiers.math.compare import compare
from evol.verifiers.math.profiles import STRICT, Profile

VERIFIER = "math.agreement"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Answers of one value: the text that stands for them and the indices of all."""

    representative: str
    members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Clustering:
    """The classes, largest first (ties by text), and the indices of answers in none.

    `undecided` could not be told from a class or belong to several; `unanswered` are empty or None.
    """

    clusters: tuple[Cluster, ...]
    undecided: tuple[int, ...]
    unanswered: tuple[int, ...]

    @property
    def samples(self) -> int:
        """How many answers were given, those in no class included."""
        return sum(len(c.members) for c in self.clusters) + len(self.undecided) + len(self.unanswered)

    def share(self, rank: int) -> float:
        """Return the share of all samples that the class of this rank (0 is the largest) holds."""
        return len(self.clusters[rank].members) / self.samples if rank < len(self.clusters) else 0.0

    @property
    def top(self) -> float:
        """The largest class's share of all samples."""
        return self.share(0)

    @property
    def runner_up(self) -> float:
        """The second largest class's share of all samples."""
        return self.share(1)


def cluster(
    answers: Sequence[str | None], *, profile: Profile = STRICT, last_resort: bool = True
) -> Clustering:
    """Sort final answers (extracted, not whole responses) into classes of equal value."""
    places: dict[str, list[int]] = defaultdict(list)
    for index, answer in enumerate(answers):
        places[(answer or "").strip()].append(index)
    unanswered = tuple(places.pop("", []))
    classes: dict[str, list[int]] = {}
    undecided: list[int] = []
    for text in sorted(places, key=lambda t: (-len(places[t]), t)):
        home = _home(text, list(classes), profile, last_resort)
        if home is None:
            undecided.extend(places[text])
        else:
            classes.setdefault(home, []).extend(places[text])
    ordered = sorted(classes.items(), key=lambda item: (-len(item[1]), item[0]))
    clusters = tuple(Cluster(text, tuple(sorted(members))) for text, members in ordered)
    return Clustering(clusters, tuple(sorted(undecided)), unanswered)


def _home(text: str, known: list[str], profile: Profile, last_resort: bool) -> str | None:
    """Return the one class that a text belongs to, itself where it is a new one, None where unclear."""
    outcomes = {name: compare(name, text, profile=profile, last_resort=last_resort).outcome for name in known}
    equal = [name for name, outcome in outcomes.items() if outcome is Outcome.ACCEPT]
    if len(equal) == 1:
        return equal[0]
    return None if equal or Outcome.UNDECIDED in outcomes.values() else text


def agreement(clustering: Clustering, *, top: float = 0.6, runner_up: float = 0.2) -> Verdict:
    """Judge whether the samples agree: the largest class has the share `top`, the second at most `runner_up`.

    Shares are of all samples, so an empty or undecided answer counts against agreement. Rejects with
    `no_answer` or `no_agreement`; where the undecided answers alone stand in the way, nothing is decided.
    """
    evidence: dict[str, Json] = {
        "samples": clustering.samples,
        "votes": [[c.representative[:200], len(c.members)] for c in clustering.clusters],
        "undecided": len(clustering.undecided),
        "unanswered": len(clustering.unanswered),
    }
    if not clustering.clusters:
        return Verdict.reject(VERIFIER, "no_answer", "No sample gives an answer.", **evidence)
    leads = f"{len(clustering.clusters[0].members)} of {clustering.samples} samples give the leading answer"
    if clustering.top >= top and clustering.runner_up <= runner_up:
        return Verdict.accept(VERIFIER, "agreement", f"{leads}.", **evidence)
    open_share = len(clustering.undecided) / clustering.samples
    if open_share and clustering.top + open_share >= top and clustering.runner_up <= runner_up:
        message = f"{leads}; others could not be compared."
        return Verdict.undecided(VERIFIER, "undecided_votes", message, **evidence)
    return Verdict.reject(VERIFIER, "no_agreement", f"Only {leads}.", **evidence)
