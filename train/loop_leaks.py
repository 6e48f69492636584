"""What must not meet: the dev set that steers a loop, the test set that is reported, and the data.

WizardCoder's first Evol Stop watched the benchmark that it reported (arXiv 2306.08568 v1), so its
score is not a held-out one. Texts are compared as `evol audit --against` compares them: exactly, up
to case and white space, and by n-grams weighted by rarity. Programs are not run here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evol._words import normal_form
from evol.contamination import ContaminationFinder, Reference
from evol.errors import ConfigError, DataError
from evol.train.evaluation import Benchmark

NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Text:
    """One row of the data, as far as it can give a problem away."""

    id: str
    instruction: str
    response: str = ""


@dataclass(frozen=True, slots=True)
class Leak:
    """A row that gives away a problem of a held-out set, and by what it was told."""

    row: str
    problem: str
    benchmark: str
    kind: str

    def __str__(self) -> str:
        return f"{self.row} is {self.problem} of {self.benchmark} ({self.kind})"


def find_leaks(rows: Iterable[Text], held_out: Sequence[Benchmark]) -> Iterator[Leak]:
    """Yield each row that repeats a problem of these sets, with the first problem that it repeats."""
    references = [Reference(p.id, b.name, p.instruction) for b in held_out for p in b.problems]
    exact = {normal_form(r.instruction): r for r in reversed(references)}
    told: set[str] = set()
    with ContaminationFinder(references) as finder:
        for row in rows:
            same = exact.get(normal_form(row.instruction))
            if same is not None:
                told.add(row.id)
                yield Leak(row.id, same.id, same.source, "the same text")
                continue
            finder.add(row.id, row.instruction, row.response)
        for hit in finder.hits():
            if hit.contaminated and hit.row not in told:
                told.add(hit.row)
                yield Leak(hit.row, hit.reference, hit.source, f"{hit.row_field}, {hit.score:.0%} alike")


def refuse_shared_problems(dev: Benchmark, test: Benchmark) -> None:
    """Raise ConfigError where the set that decides and the set that is reported share a problem."""
    if dev.digest == test.digest:
        raise ConfigError(
            "--dev and --test are the same problems: the set that decides when to stop must not be the one "
            "that is reported."
        )
    found = list(find_leaks((Text(p.id, p.instruction) for p in dev.problems), [test]))
    if found:
        raise ConfigError(
            f"{len(found)} problems of the dev set are in the test set ({_named(found)}): take them out "
            "of one."
        )


def refuse_leaking_seeds(seeds: Iterable[Text], held_out: Sequence[Benchmark]) -> None:
    """Raise DataError, naming rows, where seeds repeat problems of a held-out set."""
    found = list(find_leaks(seeds, held_out))
    if found:
        raise DataError(
            f"{len(found)} seeds are problems of a held-out set ({_named(found)}): take them out of the "
            "seeds, or hold other problems out."
        )


def _named(found: Sequence[Leak]) -> str:
    more = f"; and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return "; ".join(map(str, found[:NAMED])) + more
