"""The rows of a training: which ones are taken, in the form that TRL masks rightly.

Whatever form a dataset is published in, what goes to TRL is one of four: conversational prompt and
completion (the default: the loss falls on the completion, with any template), whole conversations
(`assistant_only_loss`), plain prompt and completion, or plain text. ShareGPT's roles are mapped
here, because TRL takes them for ChatML's and trains on the wrong turns without a word. Every row
left out is counted under the reason for it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from evol._columns import find_columns, read_fields
from evol._datafile import DATA_SUFFIXES, DATASET_FILES, Row, read_rows
from evol.errors import DataError
from evol.folder import DATASET, RECORD
from evol.types import Outcome

Kind: TypeAlias = Literal["prompt-completion", "messages", "plain", "text", "prompt"]
Turn: TypeAlias = dict[str, str]
ROLES: Final = {
    "system": "system", "user": "user", "human": "user", "prompter": "user",
    "assistant": "assistant", "gpt": "assistant", "chatgpt": "assistant", "bard": "assistant",
    "bing": "assistant", "model": "assistant", "bot": "assistant",
}  # fmt: skip
OUTCOMES: Final = frozenset(map(str, Outcome))
PROVENANCE: Final = ("generation", "operation", "teacher", "domain")
SHOWN_COLUMNS: Final = 12


class Unusable(Exception):
    """Why one row cannot be trained on."""


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """One row: its place in words, the columns that TRL reads, and what is known of its origin.

    `provenance` holds its generation, operation, teacher, domain and verdict, where the dataset
    says so; `notes` what was changed about it.
    """

    where: str
    kind: Kind
    columns: Mapping[str, Any]
    provenance: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The user's turns, or the whole text, by which a row is compared with an evaluation set."""
        value = self.columns.get("messages") or self.columns.get("prompt") or self.columns["text"]
        if isinstance(value, str):
            return (value,)
        return tuple(turn["content"] for turn in value if turn["role"] == "user")


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """The rows to train on, all of one kind, and the count of those left out by reason."""

    kind: Kind
    rows: tuple[TrainingRow, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def notes(self) -> dict[str, int]:
        """How many rows were changed, by what was done to them."""
        return dict(Counter(note for row in self.rows for note in row.notes))

    @property
    def provenance(self) -> dict[str, dict[str, int]]:
        """Count the rows by each thing that is known of their origin."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            for name, value in row.provenance.items():
                counts[name][value] += 1
        return {name: dict(sorted(counter.items())) for name, counter in counts.items()}

    @property
    def digest(self) -> str:
        """A hash of all that is trained on, in its order."""
        state = hashlib.blake2b(digest_size=16)
        for row in self.rows:
            state.update(json.dumps(row.columns, sort_keys=True).encode() + b"\n")
        return state.hexdigest()


def read_training_rows(
    source: str,
    columns: Mapping[str, str] | None = None,
    *,
    all_rows: bool = False,
    whole_conversations: bool = False,
    chat: bool = False,
) -> TrainingRows:
    """Read a run's folder, a data file, a folder of them, or a Hub dataset.

    Where rows carry verdicts, only accepted ones are taken, unless `all_rows`. With
    `whole_conversations` the rows are `messages`; with `chat` plain prompts become chat turns.
    Raises DataError where the source cannot be read, has no known columns, mixes kinds, or where
    no row is left.
    """
    mapped = tuple(sorted((columns or {}).items()))
    taken: list[TrainingRow] = []
    left_out, present = Counter[str](), dict[str, None]()
    for row in source_rows(source):
        present.update(dict.fromkeys(row.cells))
        outcome = outcome_of(row.cells)
        if outcome not in (None, str(Outcome.ACCEPT)) and not all_rows:
            left_out[f"{outcome}: {reason_of(row.cells) or 'no reason given'}"] += 1
            continue
        try:
            taken.append(_training_row(row, mapped, whole_conversations, chat))
        except Unusable as unusable:
            left_out[f"unusable: {unusable}"] += 1
    if not taken:
        raise DataError(_nothing_left(source, left_out, present, mapped, all_rows))
    return TrainingRows(_one_kind(source, taken), tuple(taken), dict(left_out.most_common()))


def outcome_of(cells: Mapping[str, Any]) -> str | None:
    """Return the verdict's outcome that a row carries, or None where it carries none."""
    verdict = cells.get("verdict")
    found = verdict.get("outcome") if isinstance(verdict, Mapping) else verdict
    found = found if found is not None else cells.get("outcome")
    return found if isinstance(found, str) and found in OUTCOMES else None


def reason_of(cells: Mapping[str, Any]) -> str | None:
    """Return why a row was kept or left out, where it says so."""
    verdict = cells.get("verdict")
    found = verdict.get("reason") if isinstance(verdict, Mapping) else cells.get("reason")
    return found if isinstance(found, str) else None


def provenance_of(cells: Mapping[str, Any]) -> dict[str, str]:
    """Return what a row says of its origin: generation, operation, teacher, domain and verdict."""
    found = {name: str(cells[name]) for name in PROVENANCE if isinstance(cells.get(name), str | int)}
    if outcome := outcome_of(cells):
        found["verdict"] = f"{outcome}: {reason_of(cells) or 'no reason given'}"
    return found


def _one_kind(source: str, rows: Iterable[TrainingRow]) -> Kind:
    kinds = Counter(row.kind for row in rows)
    if len(kinds) > 1:
        shown = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        raise DataError(
            f"{source} mixes rows of several kinds ({shown}), which TRL cannot train on together: "
            "set chat_template in the recipe to make all of them chats, or split the file."
        )
    return next(iter(kinds))


def _nothing_left(
    source: str,
    left_out: Counter[str],
    present: Iterable[str],
    mapped: tuple[tuple[str, str], ...],
    all_rows: bool,
) -> str:
    if not left_out:
        return f"{source} holds no rows."
    have = list(present)
    shown = ", ".join(have[:SHOWN_COLUMNS])
    for name, column in mapped:
        if column not in have:
            return f"{source} has no column {column!r} for --map {name}= (there are: {shown})."
    if all(reason.startswith("unusable: no column") for reason in left_out):
        return (
            f"{source}: no column is known to hold what to train on (columns: {shown}); say which do with "
            "--map instruction=COLUMN,response=COLUMN."
        )
    counted = "; ".join(f"{count} {reason}" for reason, count in left_out.most_common(4))
    hint = "" if all_rows or any(r.startswith("unusable") for r in left_out) else " --all-rows takes them."
    return f"No row of {source} is left to train on ({counted}).{hint}"


def source_rows(source: str) -> Iterator[Row]:
    """Yield the rows of whatever `source` names; of a run, those rejected after those kept."""
    path = Path(source).expanduser()
    if (path / RECORD).is_file():
        path = path / DATASET
        if not path.is_dir():
            raise DataError(f"{source} is a run without a dataset: write it with `evol export {source}`.")
    if not path.is_dir() or any((path / name).is_file() for name in DATASET_FILES):
        yield from read_rows(source)
        return
    for file in _data_files(path):
        yield from read_rows(str(file))


def _data_files(folder: Path) -> list[Path]:
    """Return a folder's data files; of evol's own pairs, the JSON Lines and not also the Parquet."""
    kept, rejected = folder / "train.jsonl", folder / "rejected.jsonl"
    if kept.is_file():
        # A run that rejected nothing leaves an empty file, which elsewhere is a mistake.
        return [kept, rejected] if rejected.is_file() and rejected.stat().st_size else [kept]
    found = sorted(
        p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in DATA_SUFFIXES - {".txt"}
    )
    if not found:
        raise DataError(f"{folder} holds no data file: name one, or the folder of a run.")
    return found


def _training_row(row: Row, mapped: tuple[tuple[str, str], ...], whole: bool, chat: bool) -> TrainingRow:
    if row.problem:
        raise Unusable(row.problem)
    kind, columns, notes = _plain(row.cells) if not mapped and not chat else (None, {}, ())
    if kind is None:
        turns = _conversation(row.cells, mapped)
        kind, columns, notes = _chat_columns(turns, whole)
    text = json.dumps(columns, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Unusable("characters that are not valid Unicode") from None
    return TrainingRow(row.where, kind, columns, provenance_of(row.cells), notes)


def _plain(cells: Mapping[str, Any]) -> tuple[Kind | None, dict[str, Any], tuple[str, ...]]:
    """Return the columns of a row that TRL takes as plain text: no chat template is applied to it."""
    prompt, completion = cells.get("prompt"), cells.get("completion")
    if isinstance(prompt, str) and isinstance(completion, str):
        if not completion.strip():
            raise Unusable("the completion is empty")
        return "plain", {"prompt": prompt, "completion": completion}, ()
    if isinstance(text := cells.get("text"), str) and find_columns(frozenset(cells), ()) is None:
        if not text.strip():
            raise Unusable("the text is empty")
        return "text", {"text": text}, ()
    return None, {}, ()


def _conversation(cells: Mapping[str, Any], mapped: tuple[tuple[str, str], ...]) -> list[Turn]:
    """Return a row as chat turns that end with the assistant's."""
    prompt, completion = cells.get("prompt"), cells.get("completion")
    system = cells.get("system")
    opening = [{"role": "system", "content": system}] if isinstance(system, str) and system.strip() else []
    if not mapped and isinstance(prompt, list) and isinstance(completion, list):
        return [*_turns(prompt), *_turns(completion)]
    for name in () if mapped else ("messages", "conversations"):
        if isinstance(cells.get(name), list):
            turns = _turns(cells[name])
            return turns if turns and turns[0]["role"] == "system" else [*opening, *turns]
    fields = read_fields(cells, mapped)
    if fields.problem:
        raise Unusable("no column holds an instruction" if "no column" in fields.problem else fields.problem)
    if not fields.response.strip():
        raise Unusable(
            "no column holds a response" if not _has_response(cells, mapped) else "the response is empty"
        )
    user, assistant = (
        {"role": "user", "content": fields.instruction},
        {"role": "assistant", "content": fields.response},
    )
    return [*opening, user, assistant]


def _has_response(cells: Mapping[str, Any], mapped: tuple[tuple[str, str], ...]) -> bool:
    return "response" in (find_columns(frozenset(cells), mapped) or {})


def _turns(value: list[Any]) -> list[Turn]:
    turns = []
    for turn in value:
        if not isinstance(turn, Mapping):
            raise Unusable("a turn of the conversation is not an object")
        role = ROLES.get(str(turn.get("role") or turn.get("from")).lower())
        content = turn.get("content", turn.get("value"))
        if role is None:
            raise Unusable(f"the role {turn.get('role') or turn.get('from')!r} is not known")
        if not isinstance(content, str):
            raise Unusable("a turn of the conversation has no text")
        turns.append({"role": role, "content": content})
    return turns


def _chat_columns(turns: list[Turn], whole: bool) -> tuple[Kind, dict[str, Any], tuple[str, ...]]:
    """Return the columns for turns: all of them, or the last answer as the completion."""
    answers = [at for at, turn in enumerate(turns) if turn["role"] == "assistant"]
    if not answers or not turns[answers[-1]]["content"].strip():
        raise Unusable("the response is empty" if answers else "the conversation holds no answer")
    if not any(turn["role"] == "user" and turn["content"].strip() for turn in turns[: answers[-1]]):
        raise Unusable("the conversation holds no question before its answer")
    notes = ("turns after the last answer were cut",) if answers[-1] + 1 < len(turns) else ()
    turns = turns[: answers[-1] + 1]
    if whole:
        return "messages", {"messages": turns}, notes
    if len(answers) > 1:
        notes = (
            *notes,
            "several answers, the loss falls on the last (assistant_only_loss: true trains on each)",
        )
    return "prompt-completion", {"prompt": turns[:-1], "completion": turns[-1:]}, notes
