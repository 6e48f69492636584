"""What a worker process does: parse a chunk of rows, find their columns, judge each by itself.

Rows travel in chunks, so that the crossing costs microseconds a row. A chunk that takes long is
handed back with what is done; the caller sends the rest again. Nothing here raises for what a row
holds.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from evol._columns import CHATS, Fields, exchanges, find_columns, read_fields, to_json
from evol.audit.checks import check_texts, check_turns
from evol.audit.findings import Conclusion, Finding, Severity, conclude, steady
from evol.audit.formats.jsonl import parse
from evol.audit.store import Columns, Judged, Keys
from evol.audit.turns import check_exchanges, whole_reply
from evol.errors import EvolError
from evol.types import Json, Outcome, Verdict

if TYPE_CHECKING:
    from evol.pack import VerifyHook

SLICE_S: Final = 4.0
ORIGIN: Final = ("generation", "operation", "parent", "root")
NUMBER: Final = re.compile(r"[-+]?\d+(?:\.\d+)?")
UNREADABLE: Final = "unreadable_row"
SOUND: Final = Conclusion(Outcome.ACCEPT, "no_objection", "No check objects to the row.")


@dataclass(frozen=True, slots=True)
class Job:
    """How rows are to be judged: by which domain's hook, if any, with which columns mapped."""

    domain: str | None
    mapped: tuple[tuple[str, str], ...] = ()


class Given(NamedTuple):
    """One row as it crosses to a worker: its text, or its cells, or why it cannot be read."""

    raw: bytes | None = None
    cells: dict[str, Any] | None = None
    problem: str | None = None
    shown: str = ""


def judge_chunk(job: Job, rows: Sequence[bytes | Given]) -> list[Columns]:
    """Judge rows in order, as many as fit into a few seconds, and at least one; bytes are a row's text."""
    until = time.monotonic() + SLICE_S
    done: list[Columns] = []
    for row in rows:
        given = row if isinstance(row, Given) else Given(row)
        done.append(judge_row(job, given).columns())
        if time.monotonic() > until:
            break
    return done


def judge_row(job: Job, row: Given) -> Judged:
    """Judge one row by itself."""
    if row.problem is not None:
        return unreadable(row.problem, row.shown)
    try:
        cells = row.cells if row.cells is not None else parse(row.raw or b"")
    except json.JSONDecodeError as error:
        return unreadable(f"broken JSON ({error.msg}, column {error.colno})", _shown(row.raw))
    except RecursionError:
        return unreadable("the row's JSON is nested too deeply", _shown(row.raw))
    if not isinstance(cells, dict):
        return unreadable("a row must be a JSON object", _shown(row.raw))
    fields = read_fields(cells, job.mapped)
    columns = find_columns(frozenset(cells), job.mapped)
    if fields.problem is not None:
        return _unusable(fields, columns)
    return _judge(job, cells, fields, columns or {})


def unreadable(problem: str, shown: str = "") -> Judged:
    """Return the judgement on a row that cannot be read; what could be seen of it stands as its text."""
    finding = Finding(Severity.REJECT, UNREADABLE, f"The row cannot be read: {problem}.")
    return _judged(Fields(instruction=shown[:2000]), None, [finding], None, readable=False)


def stopped(row: Given, problem: str) -> Judged:
    """Return the judgement on a row at which a worker died or ran out of time."""
    fields = Fields(instruction=_shown(row.raw)) if row.cells is None else read_fields(row.cells)
    verdict = Verdict.undecided("rows", "worker_stopped", problem)
    return _judged(fields, None, [Finding.of(verdict, "row")], None)


def _unusable(fields: Fields, columns: Mapping[str, str] | None) -> Judged:
    """Return the judgement on a row without an instruction, or with one that nothing can carry."""
    problem = str(fields.problem)
    reason = "no_instruction" if columns is None else "unusable_instruction"
    if problem in ("the instruction is empty", "the instruction is null"):
        reason = "empty_instruction"
    elif "not valid Unicode" in problem:
        reason = "encoding_damage"
    finding = Finding(Severity.REJECT, reason, f"{problem[:1].upper()}{problem[1:]}.", "instruction")
    shown = Fields(fields.id, json.dumps(dict(fields.rest or {}), ensure_ascii=False)[:2000])
    return _judged(shown, columns, [finding], None)


def _judge(job: Job, cells: dict[str, Any], fields: Fields, columns: Mapping[str, str]) -> Judged:
    is_chat = columns.get("instruction") in CHATS
    response = fields.response if fields.response or "response" in columns or is_chat else None
    chat = exchanges(cells) if is_chat else []
    alone = len(chat) < 2
    findings = [*check_turns(cells), *check_texts(fields.instruction, response, fields.answer, last=alone)]
    if job.domain and response is None:
        findings.append(_unanswered())
    verdict = _own_verdict(job.domain, cells, fields) if job.domain else None
    if verdict is not None and not verdict.accepted:
        known = {finding.reason for finding in findings}
        findings += [] if verdict.reason in known else [Finding.of(verdict, "row")]
    if not alone:
        findings += check_exchanges(chat, partial(_verdict_on, job.domain) if job.domain else None)
        fields = replace(fields, response=whole_reply(fields.response, chat))
    return _judged(fields, columns, findings, verdict, _origin(cells))


def _unanswered() -> Finding:
    message = "No column holds a response to judge: name it with --map response=COLUMN."
    return Finding(Severity.UNDECIDED, "no_response", message, "response")


def _verdict_on(domain: str, instruction: str, response: str) -> Verdict:
    return hook_verdict(domain, {"instruction": instruction, "response": response}, audits=True)


def _own_verdict(domain: str, cells: Mapping[str, Any], fields: Fields) -> Verdict | None:
    """Return the verdict of the domain's hook on the row's own columns and what was read from them."""
    if not fields.instruction.strip() or not fields.response.strip():
        return None
    plain: dict[str, Json] = {str(name): to_json(value) for name, value in cells.items()}
    read: dict[str, Json] = {"instruction": fields.instruction, "response": fields.response}
    if fields.answer is not None:
        # What a response says of itself is no gold for it.
        read["answer"] = None if fields.own else fields.answer
    return hook_verdict(domain, {**plain, **read}, audits=True)


def hook_verdict(domain: str, row: Mapping[str, Json], *, audits: bool = False) -> Verdict:
    """Return what the domain's hook says of a row; a hook that raises leaves the row undecided.

    That is its `verify` hook, which judges a response, or its `audit` hook, which also looks at what
    the response is judged by.

    Raises EvolError where the machine lacks what the hook needs: no row could be judged then.
    """
    try:
        return _hook(domain, audits)(row)
    except EvolError:
        raise
    except Exception as error:
        message = f"The verifier failed on this row ({type(error).__name__})."
        return Verdict.undecided("audit", "verifier_defect", message, error=str(error)[:300])


@cache
def _hook(domain: str, audits: bool) -> VerifyHook:
    from evol.pack import load_pack

    pack = load_pack(domain)
    hook = pack.audit_hook() if audits else pack.verify_hook()
    assert hook is not None, "the caller sees to it that the pack has a hook"
    return hook


def _judged(
    fields: Fields,
    columns: Mapping[str, str] | None,
    findings: list[Finding],
    verdict: Verdict | None,
    origin: str | None = None,
    *,
    readable: bool = True,
) -> Judged:
    own = SOUND if verdict is None else Conclusion(verdict.outcome, verdict.reason, verdict.message)
    end = conclude(findings, own) if findings else own
    return Judged(
        id=fields.id,
        instruction=_storable(fields.instruction),
        response=_storable(fields.response),
        answer=None if fields.answer is None else _storable(fields.answer),
        origin=origin,
        shape=None if columns is None else _shape(tuple(columns.items())),
        outcome=str(end.outcome),
        reason=end.reason,
        message=_storable(end.message),
        verdict=None if verdict is None else _verdict_json(verdict),
        findings=json.dumps([finding.to_json() for finding in findings]) if findings else None,
        readable=readable,
        keys=_keys(fields, end) if readable and fields.problem is None else Keys(),
    )


@cache
def _shape(columns: tuple[tuple[str, str], ...]) -> str:
    return json.dumps(dict(sorted(columns)))


def _verdict_json(verdict: Verdict) -> str:
    return json.dumps({**verdict.to_json(), "evidence": steady(verdict.evidence)})


def _keys(fields: Fields, end: Conclusion) -> Keys:
    """Return by what a row is compared: its words without case and spacing, and its answer's value."""
    asked, said = _level(fields.instruction.casefold()), _level(fields.response)
    if not asked:
        return Keys()
    return Keys(
        _digest(asked),
        _digest(f"{asked}\0{said}"),
        same_answer(fields.answer),
        end.outcome is Outcome.ACCEPT,
        len(fields.instruction),
        len(fields.response),
    )


def _level(text: str) -> str:
    """Return a text with one space between its words, and none around them."""
    plain = text.replace("\n", " ").strip()
    return plain if plain.isprintable() and "  " not in plain else " ".join(text.split())


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@lru_cache(maxsize=4096)
def same_answer(answer: str | None) -> str | None:
    """Return what equal answers share: a number's value, or a text without case, spacing and last stop."""
    if answer is None or not answer.strip():
        return None
    text = " ".join(answer.casefold().split()).strip(" .$%")
    number = text.replace(",", "")
    if NUMBER.fullmatch(number):
        whole, _, decimals = number.lstrip("+").partition(".")
        decimals = decimals.rstrip("0")
        return f"{whole}.{decimals}" if decimals else whole
    return text


def _origin(cells: Mapping[str, Any]) -> str | None:
    """Return generation, operation and parents where the row names them, as sets made by evol do."""
    found = {name: cells[name] for name in ORIGIN if isinstance(cells.get(name), str | int)}
    return json.dumps(found) if found else None


def _shown(raw: bytes | None) -> str:
    return (raw or b"")[:2000].decode("utf-8", "replace")


def _storable(text: str) -> str:
    """Return text that SQLite can hold: without lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
