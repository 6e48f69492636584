"""What a report says, before anybody decides how it looks: frozen, plain, in the order of the page.

Counts are of rows and complete; rows, lineages, clusters and hits are examples, chosen by whoever
builds the report, each beside the number of all there are, so that the page can say what it leaves
out. Texts may hold anything: making them safe to show is the renderer's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evol.types import Json, Outcome, Usage

HitKind = Literal["ngram", "execution", "same_template"]
"""How a row gives a benchmark away: by its text, by passing its tests, by its text with other numbers."""
Weight = Literal["accept", "reject", "undecided", "note"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Rows by outcome."""

    accept: int = 0
    reject: int = 0
    undecided: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.accept + self.reject + self.undecided

    @property
    def accepted(self) -> float:
        """The share of accepted rows, 0 to 1; of nothing, 0."""
        return self.accept / self.rows if self.rows else 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.accept + other.accept, self.reject + other.reject, self.undecided + other.undecided)

    @classmethod
    def of(cls, outcome: str, rows: int) -> Tally:
        """Return the tally of rows that share an outcome."""
        return cls(**{str(Outcome(outcome)): rows})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel: how many rows are left after it; `note` says what it asks for."""

    name: str
    rows: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """How many rows a reason decided, or was noted on; `example` is a sentence said of one of them."""

    reason: str
    weight: Weight
    rows: int
    example: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """One bar of a distribution; `cost` is what the group's rows took, where that is known."""

    name: str
    tally: Tally
    cost: Usage | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """Outcomes by a property of the rows (generation, operation, file), one group for each value."""

    by: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Quartiles:
    """The middle of a measure over the rows of one generation."""

    generation: int
    rows: int
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Difficulty:
    """A measure of difficulty, or one that stands in for it, by generation; `rated` where a judge did."""

    measure: str
    unit: str
    generations: tuple[Quartiles, ...]
    rated: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A row that repeats the first of its cluster; `similarity` is None where that was not measured."""

    row: str
    text: str
    similarity: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Rows that repeat each other: the one that is kept, and some of the `size` - 1 others."""

    row: str
    text: str
    size: int
    copies: tuple[Copy, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that holds a benchmark's problem, both texts side by side."""

    row: str
    part: str
    reference: str
    source: str
    kind: HitKind
    weight: Weight
    score: float
    message: str
    row_text: str
    reference_text: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run spent, replies by what they were asked for, and dollars where prices are known."""

    spent: Usage
    replies: Mapping[str, int]
    dollars: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing said of a row: a verdict or a finding, with what it rests on."""

    weight: Weight
    reason: str
    message: str
    verifier: str
    part: str = ""
    evidence: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row to look at. `place` is where it stands in the data, `lineage` which tree it belongs to."""

    id: str
    outcome: Outcome
    reason: str
    message: str
    instruction: str
    response: str
    checks: tuple[Check, ...]
    answer: str | None = None
    place: str = ""
    generation: int | None = None
    operation: str | None = None
    parent: str | None = None
    lineage: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """One row in a lineage tree, with the rows evolved from it."""

    id: str
    generation: int
    operation: str
    outcome: Outcome
    reason: str
    instruction: str
    children: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Lineage:
    """A tree of rows under one seed."""

    name: str
    roots: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """How many of something there are in all, beside the examples that are shown."""

    rows: int = 0
    lineages: int = 0
    clusters: int | None = None
    hits: Mapping[HitKind, int] | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a report says.

    `verdict` is one sentence; `facts` are names and values that say what was looked at. `all` counts
    what `rows`, `lineages`, `clusters` and `hits` show some of: None there means that duplicates or
    contamination were not looked for, which is not the same as none found. `whole` says where all
    rows are.
    """

    title: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    tally: Tally
    funnel: tuple[Step, ...]
    reasons: tuple[ReasonCount, ...]
    distributions: tuple[Distribution, ...] = ()
    difficulty: tuple[Difficulty, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    hits: tuple[Hit, ...] = ()
    cost: Cost | None = None
    rows: tuple[ReportRow, ...] = ()
    lineages: tuple[Lineage, ...] = ()
    all: Some = Some()
    whole: str = ""
