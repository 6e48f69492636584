"""What a comparison of two models is made of: a test set's questions, and answers somebody has already.

Column names are read in any case, so that published sets are read as they are: WizardLM's
(`idx`, `Skill`, `Difficulty`, `Instruction`), Vicuna's (`question_id`, `category`, `text`) and
every form of instruction data that `evol.seeds` reads. Answers are joined by id, or by instruction
where a file has no ids; never by position.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol._columns import read_fields
from evol._datafile import read_rows
from evol.errors import DataError
from evol.journal import instruction_key
from evol.types import content_key

IDS: Final = ("id", "question_id", "idx", "task_id")
SKILLS: Final = ("skill", "category")
DIFFICULTIES: Final = ("difficulty", "level")
ANSWERS: Final = ("response", "output", "completion", "answer", "generation", "text")
HARDEST: Final = 10
NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Question:
    """One prompt of a test set; `difficulty` is 1 to 10, as WizardLM's test set states it."""

    id: str
    instruction: str
    skill: str | None = None
    difficulty: int | None = None

    @property
    def band(self) -> str | None:
        """Easy (1-4), medium (5-7) or hard (8-10), or None where no difficulty is stated.

        WizardLM (arXiv 2304.12244) calls a difficulty of 8 and more high.
        """
        if self.difficulty is None:
            return None
        return "easy" if self.difficulty < 5 else "medium" if self.difficulty < 8 else "hard"


def read_questions(path: str) -> list[Question]:
    """Return a test set's questions, in its order.

    Raises DataError for a file without rows or instructions, a difficulty that is no number from
    1 to 10, and for ids that repeat.
    """
    questions: dict[str, Question] = {}
    for where, cells in _cells(path):
        question = _question(path, where, cells)
        if question.id in questions:
            raise DataError(f"{path}, {where}: the id {question.id!r} stands there twice; make them differ.")
        questions[question.id] = question
    if not questions:
        raise DataError(f"{path} holds no rows.")
    return list(questions.values())


def _cells(path: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for row in read_rows(path):
        if row.problem is not None:
            raise DataError(f"{path}, {row.where}: {row.problem}.")
        yield row.where, {str(name).lower(): value for name, value in row.cells.items()}


def _question(path: str, where: str, cells: Mapping[str, Any]) -> Question:
    fields = read_fields(cells)
    if fields.problem and "text" in cells:
        fields = read_fields(cells, (("instruction", "text"),))
    if fields.problem:
        raise DataError(f"{path}, {where}: {fields.problem}.")
    name = _first(cells, IDS)
    return Question(
        id=content_key(fields.instruction)[:20] if name is None else name,
        instruction=fields.instruction,
        skill=_first(cells, SKILLS),
        difficulty=_difficulty(path, where, _first(cells, DIFFICULTIES)),
    )


def _first(cells: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first of these cells that holds something, as text."""
    found = next((cells[name] for name in names if cells.get(name) not in (None, "")), None)
    return None if found is None else str(found).strip()


def _difficulty(path: str, where: str, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 1 <= value <= HARDEST or value != int(value):
        raise DataError(
            f"{path}, {where}: the difficulty {text!r} is no whole number from 1 to {HARDEST}; mend it or "
            "leave it empty."
        )
    return int(value)


def read_answers(path: str, questions: list[Question]) -> dict[str, str]:
    """Return the answer to each question's id out of a file of answers.

    Raises DataError where an answer is missing, given twice, or stands beside another instruction
    than the question of its id has.
    """
    known = {question.id: question for question in questions}
    by_text = {instruction_key(question.instruction): question.id for question in questions}
    answers: dict[str, str] = {}
    for where, cells in _cells(path):
        name = _asked(path, where, cells, known, by_text)
        if name is None:
            continue
        if name in answers:
            raise DataError(f"{path}, {where}: there are two answers to {name!r}; leave one of them.")
        answers[name] = _answer(path, where, cells)
    missing = [question.id for question in questions if question.id not in answers]
    if missing:
        shown = ", ".join(repr(name) for name in missing[:NAMED])
        raise DataError(
            f"{path} has no answer to {len(missing)} of {len(questions)} questions ({shown}): add them, or "
            "compare on a test set without them."
        )
    return answers


def _asked(
    path: str, where: str, cells: Mapping[str, Any], known: Mapping[str, Question], by_text: Mapping[str, str]
) -> str | None:
    """Return the id of the question that a row answers, or None where it answers none of these."""
    name, instruction = _first(cells, IDS), read_fields(cells).instruction
    if name is None and not instruction:
        columns = ", ".join(cells)
        raise DataError(
            f"{path}, {where}: no column says which question is answered (columns: {columns}); it takes an "
            "id or an instruction."
        )
    if name is None or name not in known:
        return by_text.get(instruction_key(instruction)) if instruction else None
    if instruction and instruction_key(instruction) != instruction_key(known[name].instruction):
        raise DataError(
            f"{path}, {where}: the instruction beside the id {name!r} is not the test set's; the answers "
            "belong to another test set."
        )
    return name


def _answer(path: str, where: str, cells: Mapping[str, Any]) -> str:
    column = next((column for column in ANSWERS if column in cells), None)
    fields = read_fields(cells)
    if column is None and not fields.response:
        raise DataError(
            f"{path}, {where}: no column holds an answer (columns: {', '.join(cells)}); it takes one of "
            f"{', '.join(ANSWERS)}."
        )
    return fields.response or str(cells[column] if column and cells[column] is not None else "")


def digest_of(path: str) -> str:
    """Return the digest of a file's bytes, or of a data set's name where it is no file."""
    file = Path(path).expanduser()
    if not file.is_file():
        return content_key(path)
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
