"""A report whose every text is given, and a run's folder made straight from a journal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from evol.folder import DATABASE, write_record
from evol.journal import Journal, Row
from evol.report.model import (
    Check,
    Cluster,
    Copy,
    Cost,
    Difficulty,
    Distribution,
    Group,
    Hit,
    Quartiles,
    ReasonCount,
    Report,
    ReportRow,
    Some,
    Step,
    Tally,
)
from evol.report.trees import lineage_of
from evol.types import ChatReply, ChatRequest, Message, Outcome, Sample, Usage, Verdict

OUTCOMES = (Outcome.ACCEPT, Outcome.REJECT, Outcome.UNDECIDED)


def _row(text: str, number: int) -> ReportRow:
    outcome = OUTCOMES[number % 3]
    checks = (
        Check("accept", "sound", text, "text", evidence={"passed": [text, "b"], "deep": {"x": {text: [1]}}}),
        Check(outcome.value, f"reason_{number % 4}", text, "judge", text, {"votes": [["6", 2]], "none": {}}),
    )
    return ReportRow(
        id=f"row-{number}",
        outcome=outcome,
        reason=f"reason_{number % 4}",
        message=text,
        instruction=f"{text} {number}",
        response=f"Response {number}.\n```python\nprint({number})\n```",
        checks=checks,
        answer=text,
        place=f"line {number}",
        generation=number % 5,
        operation=("seed", "deepen", "breadth")[number % 3],
        parent=None if number % 5 == 0 else f"row-{number - 1}",
        lineage=str(number // 5),
    )


@pytest.fixture(scope="session")
def report_of() -> Callable[..., Report]:
    """Return a function that makes a report in which `text` stands wherever data can stand."""

    def make(text: str, rows: int = 10) -> Report:
        told = tuple(_row(text, number) for number in range(rows))
        tally = sum((Tally.of(row.outcome, 1) for row in told), Tally())
        return Report(
            title=text,
            verdict=text,
            facts=((text, text), ("Domain", text)),
            tally=tally,
            funnel=(Step("Judged", tally.rows, text), Step(text, tally.accept, text)),
            reasons=(
                ReasonCount("reason_1", "reject", tally.reject, text),
                ReasonCount(text, "undecided", tally.undecided, text),
                ReasonCount("reason_0", "accept", tally.accept, text),
                ReasonCount("reason_3", "note", 1, text),
            ),
            distributions=(
                Distribution("generation", (Group("0", tally), Group(text, Tally()))),
                Distribution("operation", (Group(text, tally, Usage(3, 200, 100)),)),
            ),
            difficulty=(
                Difficulty(text, text, (Quartiles(0, 3, 10, 20, 30), Quartiles(1, 3, 15, 29, 44))),
                Difficulty("Response", "characters", (Quartiles(0, 1, 0, 0, 0),)),
            ),
            clusters=(Cluster("row-1", text, 9, (Copy("row-2", f"{text} more", 0.93, "near_duplicate"),)),),
            hits=(
                Hit("row-3", "instruction", text, text, "ngram", "reject", 1.0, text, text, f"so {text}"),
                Hit("gone", "response", "405", "mbpp.jsonl", "execution", "note", 1.0, text, text, text),
            ),
            cost=Cost(Usage(7, 900, 80), {"answer": 5, text: 2}, 1.25),
            rows=told,
            lineages=(lineage_of(text, told[:5]), lineage_of("1", told[5:10])),
            all=Some(tally.rows * 3, 9, 4, {"ngram": 8, "execution": 1, "same_template": 0}),
            whole=text,
        )

    return make


@pytest.fixture
def run_with(tmp_path: Path) -> Callable[[Iterable[Row]], Path]:
    """Return a function that writes a run's folder holding the given rows and one reply for each."""

    def make(rows: Iterable[Row]) -> Path:
        folder = tmp_path / "run"
        folder.mkdir()
        with Journal(folder / DATABASE) as journal:
            asyncio.run(_fill(journal, rows))
        identity = {"domain": "toy", "teacher": "echo", "generations": 4, "seed": 0}
        prices = {"prompt": 1.0, "completion": 2.0}
        write_record(
            folder,
            {"identity": identity, "seeds": "s.jsonl", "config": {"prices": prices},
             "versions": {"evol": "0.1.0"}},
        )  # fmt: skip
        return folder

    return make


async def _fill(journal: Journal, rows: Iterable[Row]) -> None:
    for number, row in enumerate(rows):
        request = ChatRequest((Message("user", str(number)),), purpose="evolve" if number % 2 else "answer")
        await journal.add_reply(request.key("echo"), request, ChatReply("", usage=row.sample.usage))
        await journal.add_row(row)


def judged(lineage: int, generation: int, outcome: Outcome, reason: str, **fields: object) -> Row:
    """Return a row of a toy run, with what the test says of it."""
    given: dict[str, object] = {
        "id": f"{lineage}-{generation}",
        "domain": "toy",
        "instruction": f"Do {lineage} and {generation}.",
        "response": "Done.",
        "generation": generation,
        "operation": "deepen" if generation else None,
        "parent": f"{lineage}-{generation - 1}" if generation else None,
        "usage": Usage(2, 30, 10),
    }
    sample = Sample(**{**given, **fields})  # type: ignore[arg-type]
    verdicts = (Verdict.accept("text", "sound", "Sound."), Verdict(outcome, "judge", reason, f"So {reason}."))
    return Row(lineage, sample, verdicts if outcome is not Outcome.UNDECIDED else verdicts[1:])


@pytest.fixture(scope="session")
def row() -> Callable[..., Row]:
    """Return the function that makes a judged row."""
    return judged
