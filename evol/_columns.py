"""Tell which columns of a row are its instruction, response, answer and tests.

The shapes are those that instruction data is published in: alpaca (`instruction`, `input`,
`output`), question and answer (GSM8K's `#### 72` understood), problem and solution, prompt and
completion, chat `messages`, ShareGPT `conversations`, MBPP and HumanEval. `--map` overrides.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from evol.errors import ConfigError, nearest
from evol.types import Json

FIELDS = ("id", "instruction", "input", "response", "answer", "tests")
RESPONSES = ("response", "output", "completion", "solution", "code")
FINAL_ANSWER = re.compile(r"^####(.+)$", re.MULTILINE)
DEEPEST = 50
ASKED_AND_SAID = ("user", "assistant")
CHATS = ("messages", "conversations")
SHAREGPT_ROLES = {"human": "user", "gpt": "assistant"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One way to lay out rows: the columns it takes, and which of them is what."""

    needs: tuple[str, ...]
    instruction: str
    response: tuple[str, ...] = RESPONSES
    tests: tuple[str, ...] = ("tests",)


SHAPES = (
    Shape(("instruction",), "instruction"),
    Shape(("messages",), "messages"),
    Shape(("conversations",), "conversations"),
    Shape(("prompt", "canonical_solution"), "prompt", ("canonical_solution",), ("test",)),
    Shape(("text", "code"), "text", ("code",), ("test_list",)),
    Shape(("question",), "question"),
    Shape(("problem",), "problem"),
    Shape(("prompt",), "prompt"),
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What was found in one row; `problem` says why it cannot be used, `rest` is what was left.

    `own` says that the answer was taken out of the response: it is no evidence for that response.
    """

    id: str | None = None
    instruction: str = ""
    response: str = ""
    answer: str | None = None
    tests: Json = None
    problem: str | None = None
    rest: Mapping[str, Json] | None = None
    own: bool = False


def parse_map(texts: Iterable[str]) -> dict[str, str]:
    """Parse `instruction=col,answer=col`, in one text or several, into columns by field.

    Raises ConfigError for an unknown field or another form.
    """
    columns: dict[str, str] = {}
    for part in (part for text in texts for part in text.split(",")):
        name, equals, column = (piece.strip() for piece in part.partition("="))
        if not (equals and column):
            raise ConfigError(f"--map {part!r} does not read as FIELD=COLUMN.")
        if name not in FIELDS:
            raise ConfigError(
                f"--map knows no field {name!r}.{nearest(name, FIELDS)} The fields are {', '.join(FIELDS)}."
            )
        columns[name] = column
    return columns


@cache
def find_columns(present: frozenset[str], mapped: tuple[tuple[str, str], ...]) -> dict[str, str] | None:
    """Return the column of each field in rows with these columns, or None where none fits."""
    shape = next((shape for shape in SHAPES if present.issuperset(shape.needs)), Shape((), ""))
    columns = {name: column for name, column in mapped if column in present}
    candidates = {
        "id": ("id",),
        "instruction": (shape.instruction,),
        "input": ("input",) if shape.instruction == "instruction" else (),
        "response": shape.response,
        "answer": ("answer",),
        "tests": shape.tests,
    }
    for name in candidates.keys() - dict(mapped).keys():
        free = [c for c in candidates[name] if c and c in present and c not in columns.values()]
        if free:
            columns[name] = free[0]
    return columns if "instruction" in columns else None


def read_fields(cells: Mapping[str, Any], mapped: tuple[tuple[str, str], ...] = ()) -> Fields:
    """Interpret one row; never raises, whatever its cells hold."""
    try:
        columns = find_columns(frozenset(cells), mapped)
        if columns is not None:
            return _interpret(cells, columns)
        rest = {str(key): to_json(value) for key, value in cells.items()}
        return Fields(problem=f"no column holds an instruction (columns: {', '.join(rest)})", rest=rest)
    except RecursionError:
        return Fields(problem="the row's JSON is nested too deeply")


def _interpret(cells: Mapping[str, Any], columns: Mapping[str, str]) -> Fields:
    taken = {name: cells[column] for name, column in columns.items()}
    rest = {str(key): to_json(value) for key, value in cells.items() if key not in columns.values()}
    instruction, response = _exchange(taken["instruction"])
    response = response or _last_reply(taken.get("response"))
    instruction, response = _published_forms(columns["instruction"], cells, instruction, response)
    if _text(taken.get("input")).strip():
        instruction = f"{instruction}\n\n{_text(taken['input'])}"
    response, answer, own = _final_answer(response, _text(taken.get("answer")))
    tests = _tests(columns.get("tests"), cells)
    fields = Fields(_identity(taken.get("id")), instruction, response, answer, tests, None, rest, own)
    return _without_surrogates(fields, _problem(taken["instruction"], instruction))


def _problem(given: object, instruction: str) -> str | None:
    if instruction.strip():
        return None
    if given is None:
        return "the instruction is null"
    return "the instruction is empty" if isinstance(given, str) else "the instruction is not a text"


def _exchange(value: object) -> tuple[str, str]:
    """Return the first user turn and the reply to it; a plain text is a user turn by itself."""
    if isinstance(value, str):
        return value, ""
    turns = _turns(value)
    asked = next((at for at, (role, _) in enumerate(turns) if role == "user"), None)
    if asked is None:
        return "", ""
    system = "\n\n".join(text for role, text in turns[:asked] if role == "system")
    reply = turns[asked + 1][1] if turns[asked + 1 :] and turns[asked + 1][0] == "assistant" else ""
    return f"{system}\n\n{turns[asked][1]}".lstrip("\n") if system else turns[asked][1], reply


def _turns(value: object) -> list[tuple[str, str]]:
    found = []
    for turn in value if isinstance(value, list) else []:
        if isinstance(turn, dict):
            role = str(turn.get("role") or turn.get("from"))
            text = turn.get("content", turn.get("value"))
            found.append((SHAREGPT_ROLES.get(role, role), text if isinstance(text, str) else ""))
    return found


def exchanges(cells: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return each user turn of a row's chat that has a reply, with the reply; none where there is no chat."""
    turns = next((found for name in CHATS if (found := _turns(cells.get(name)))), [])
    return [
        (asked, said) for (one, asked), (other, said) in pairwise(turns) if (one, other) == ASKED_AND_SAID
    ]


def _last_reply(value: object) -> str:
    """Return a response, which may be a text or a list of one assistant message."""
    turns = _turns(value)
    return turns[-1][1] if turns else _text(value)


def _published_forms(
    column: str, cells: Mapping[str, Any], instruction: str, response: str
) -> tuple[str, str]:
    """Undo two habits: HumanEval's solution lacks its head, self-instruct nests its examples."""
    if column == "prompt" and isinstance(cells.get("canonical_solution"), str):
        return instruction, f"{instruction}{cells['canonical_solution']}"
    instances = cells.get("instances")
    if column != "instruction" or not (isinstance(instances, list) and instances):
        return instruction, response
    first = instances[0] if isinstance(instances[0], dict) else {}
    given = _text(first.get("input")).strip()
    return f"{instruction}\n\n{given}" if given else instruction, response or _text(first.get("output"))


def _final_answer(response: str, answer: str) -> tuple[str, str | None, bool]:
    """Split GSM8K's form, where a solution's last line is `#### 72`, in whichever column it stands.

    Returns the response, the answer, and whether that is the response's own.
    """
    if "####" not in answer and "####" not in response:
        return response, answer or None, False
    if in_answer := FINAL_ANSWER.findall(answer):
        return response or answer, in_answer[-1].strip(), not response or response == answer
    in_response = FINAL_ANSWER.findall(response)
    if not answer and in_response:
        return response, in_response[-1].strip(), True
    return response, answer or None, False


def _tests(column: str | None, cells: Mapping[str, Any]) -> Json:
    value = None if column is None else to_json(cells[column])
    if column == "test" and "entry_point" in cells:
        return {"test": value, "entry_point": to_json(cells["entry_point"])}
    return value or None


def _identity(value: object) -> str | None:
    """Return a usable id: text or integer, of a length and alphabet that names a row in a log."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return text if text and len(text) <= 200 and text.isprintable() else None


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    plain = to_json(value)
    return plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False)


def to_json(value: Any, depth: int = 0) -> Json:
    """Return a cell as plain JSON that any file can hold: no NaN, no bytes, no lone surrogates.

    Raises RecursionError where lists and objects nest deeper than anything downstream would bear.
    """
    if depth > DEEPEST:
        raise RecursionError
    if isinstance(value, str):
        return value if _encodable(value) else value.encode("utf-8", "backslashreplace").decode()
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(to_json(str(key))): to_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item, depth + 1) for item in value]
    return str(value)


def _encodable(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_surrogates(fields: Fields, problem: str | None) -> Fields:
    """Refuse a row whose texts no file or server can carry, keeping what can be shown of it."""
    texts = {"instruction": fields.instruction, "response": fields.response, "answer": fields.answer or ""}
    bad = [name for name, text in texts.items() if not _encodable(text)]
    if bad:
        problem = f"the {bad[0]} holds characters that are not valid Unicode"
    if problem is None:
        return fields
    shown = {name: to_json(text) for name, text in texts.items() if text}
    return Fields(id=fields.id, problem=problem, rest={**(fields.rest or {}), **shown})
