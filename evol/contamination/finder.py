"""The way from rows to hits: suspects are noted as the data passes, and judged when all of it is known."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evol.contamination.hits import Field, Hit
from evol.contamination.ngrams import NgramIndex, Overlap
from evol.contamination.programs import Execute, ProblemIndex, Trial
from evol.contamination.references import Reference
from evol.types import Json

COVERAGE = 0.4
HELD = 18
SIMILARITY = 0.9


class ContaminationFinder:
    """Compares rows with references. A context manager: leaving it deletes its temporary file.

    `execute` judges programs (a pack's `verify` hook); without it nothing is run.
    """

    def __init__(
        self, references: Sequence[Reference], execute: Execute | None = None, folder: Path | None = None
    ) -> None:
        self.index = NgramIndex(references)
        self._execute = execute
        self._problems = ProblemIndex(references if execute else ())
        self._noted = tempfile.TemporaryFile("w+", encoding="ascii", dir=folder)  # noqa: SIM115 - closed by close()

    def __enter__(self) -> ContaminationFinder:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def add(self, name: str, instruction: str, response: str = "") -> None:
        """Look at one row; what is suspicious is kept for `hits`."""
        texts: dict[Field, str] = {"instruction": instruction, "response": response}
        suspects = [(field, entry) for field, text in texts.items() for entry in self.index.suspects(text)]
        trials = self._problems.trials(instruction, response) if self._execute else []
        if suspects or trials:
            tried = [(trial.problem, trial.function) for trial in trials]
            self._noted.write(json.dumps([name, instruction, response, suspects, tried]) + "\n")

    def hits(self) -> Iterator[Hit]:
        """Yield what was found in the rows added, in their order.

        A row and a reference make at most one hit by text, the strongest, and one by execution.
        Raises SandboxUnavailable where programs are to be run and cannot be, safely.
        """
        self._noted.seek(0)
        for line in self._noted:
            name, instruction, response, suspects, tried = json.loads(line)
            texts: dict[Field, str] = {"instruction": instruction, "response": response}
            yield from self._by_text(name, texts, suspects)
            yield from self._by_execution(name, texts, [Trial(*trial) for trial in tried])

    def close(self) -> None:
        """Delete the temporary file."""
        self._noted.close()

    def _by_text(self, name: str, texts: dict[Field, str], suspects: list[Any]) -> Iterator[Hit]:
        best: dict[tuple[str, str], Hit] = {}
        for field, number in suspects:
            hit = self._text_hit(name, field, texts[field], number)
            if hit is not None:
                held = best.setdefault((hit.source, hit.reference), hit)
                if (hit.contaminated, hit.score) > (held.contaminated, held.score):
                    best[hit.source, hit.reference] = hit
        yield from best.values()

    def _text_hit(self, name: str, field: Field, text: str, number: int) -> Hit | None:
        overlap, entry = self.index.overlap(text, number), self.index.entries[number]
        if not _holds(overlap, entry.field):
            return None
        return Hit(
            row=name,
            reference=entry.reference.id,
            source=entry.reference.source,
            kind="ngram" if overlap.same_numbers else "same_template",
            score=round(max(overlap.coverage, overlap.similarity), 4),
            row_field=field,
            reference_field=entry.field,
            row_text=text,
            reference_text=entry.text,
            span=overlap.span,
            evidence={
                "coverage": round(overlap.coverage, 4),
                "similarity": round(overlap.similarity, 4),
                "words": overlap.held,
                "only_in_reference": [*sorted((overlap.numbers - overlap.found).elements())],
                "only_in_row": [*sorted((overlap.found - overlap.numbers).elements())],
            },
        )

    def _by_execution(self, name: str, texts: dict[Field, str], trials: list[Trial]) -> Iterator[Hit]:
        passed: set[int] = set()
        for trial in trials:
            if trial.problem in passed or self._execute is None:
                continue
            verdict = self._execute(self._problems.row_for(trial, texts["response"]))
            if not verdict.accepted:
                continue
            passed.add(trial.problem)
            problem = self._problems.problems[trial.problem]
            evidence: dict[str, Json] = {"function": trial.function, "verdict": verdict.to_json()}
            yield Hit(
                row=name,
                reference=problem.reference.id,
                source=problem.reference.source,
                kind="execution",
                score=1.0,
                row_field="response",
                reference_field="instruction",
                row_text=texts["response"],
                reference_text=problem.reference.instruction,
                span=(0, len(texts["response"])),
                evidence=evidence,
            )


def _holds(overlap: Overlap, field: Field) -> bool:
    """Whether a text holds an entry: much of a long one, or all of it nearly word by word.

    Of a solution only all of it counts, and only of a long one: other problems are solved with the
    same loops.
    """
    long, alike = overlap.held >= HELD, overlap.similarity >= SIMILARITY
    if field == "response":
        return long and alike
    return alike or (long and overlap.coverage >= COVERAGE)
