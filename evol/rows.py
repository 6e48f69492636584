"""What a row of a dataset looks like: the same columns on every row, JSONL and Parquet alike.

Texts stand in the form that the trainer asks for, then provenance, then the verdict that decided
and every check that ran. What is free in form (evidence, the seed's other columns) is a JSON
string, so that no row's evidence can change another row's type.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from evol.journal import Row
from evol.types import Sample, Verdict

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA_VERSION: Final = 1

Format = Literal["prompt-completion", "messages", "alpaca", "sharegpt"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)

LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def to_line(row: dict[str, Any]) -> str:
    """Return a row as one line of JSON that UTF-8 can carry.

    A lone surrogate becomes the replacement character; the journal keeps what was said.
    """
    return LONE_SURROGATE.sub("\ufffd", json.dumps(row, ensure_ascii=False))


def _turns(sample: Sample, role: str, user: str, assistant: str, content: str) -> list[dict[str, str]]:
    return [{role: user, content: sample.instruction}, {role: assistant, content: sample.response}]


def _texts(sample: Sample, style: Format) -> dict[str, Any]:
    turns = _turns(sample, "role", "user", "assistant", "content")
    match style:
        case "prompt-completion":
            return {"prompt": turns[:1], "completion": turns[1:]}
        case "messages":
            return {"messages": turns}
        case "alpaca":
            return {"instruction": sample.instruction, "input": "", "output": sample.response}
        case "sharegpt":
            return {"conversations": _turns(sample, "from", "human", "gpt", "value")}


def _verdict(verdict: Verdict) -> dict[str, str]:
    """Return a verdict whose evidence is a JSON string, so that every row has the same columns."""
    return {**verdict.to_json(), "evidence": json.dumps(dict(verdict.evidence), ensure_ascii=False)}


def _provenance(sample: Sample) -> dict[str, Any]:
    tests = sample.tests
    return {
        "answer": sample.answer,
        "tests": tests if isinstance(tests, str | None) else json.dumps(tests, ensure_ascii=False),
        "domain": sample.domain,
        "generation": sample.generation,
        "operation": sample.operation,
        "parent": sample.parent,
        "root": sample.root,
        "calls": sample.usage.calls,
        "prompt_tokens": sample.usage.prompt_tokens,
        "completion_tokens": sample.usage.completion_tokens,
        "meta": json.dumps(dict(sample.meta), ensure_ascii=False, sort_keys=True),
    }


def train_row(row: Row, style: Format, teacher: str) -> dict[str, Any]:
    """Return an accepted row as the dataset carries it: texts, provenance, verdict, every check."""
    return {
        "id": row.sample.id,
        **_texts(row.sample, style),
        **_provenance(row.sample),
        "teacher": teacher,
        "verdict": _verdict(row.verdict),
        "checks": [_verdict(v) for v in row.verdicts],
        "schema_version": SCHEMA_VERSION,
    }


def rejected_row(row: Row, teacher: str) -> dict[str, Any]:
    """Return an eliminated or undecided row, with the reason first among what is said of it."""
    return {
        "id": row.sample.id,
        "outcome": str(row.verdict.outcome),
        "reason": row.verdict.reason,
        "message": row.verdict.message,
        "instruction": row.sample.instruction,
        "response": row.sample.response,
        **_provenance(row.sample),
        "teacher": teacher,
        "checks": [_verdict(v) for v in row.verdicts],
        "schema_version": SCHEMA_VERSION,
    }


def arrow_schema(style: Format | None) -> pa.Schema:
    """Return the Parquet schema of `train` in this format, or of `rejected` where it is None."""
    import pyarrow as pa

    text, count = pa.string(), pa.int64()
    check = pa.struct([(name, text) for name in ("outcome", "verifier", "reason", "message", "evidence")])
    turn = pa.list_(pa.struct([("role", text), ("content", text)]))
    texts: dict[Format | None, list[tuple[str, pa.DataType]]] = {
        None: [(name, text) for name in ("outcome", "reason", "message", "instruction", "response")],
        "prompt-completion": [("prompt", turn), ("completion", turn)],
        "messages": [("messages", turn)],
        "alpaca": [(name, text) for name in ("instruction", "input", "output")],
        "sharegpt": [("conversations", pa.list_(pa.struct([("from", text), ("value", text)])))],
    }
    provenance = [
        ("answer", text), ("tests", text), ("domain", text), ("generation", count), ("operation", text),
        ("parent", text), ("root", text), ("calls", count), ("prompt_tokens", count),
        ("completion_tokens", count), ("meta", text), ("teacher", text),
    ]  # fmt: skip
    verdict = [] if style is None else [("verdict", check)]
    return pa.schema(
        [
            ("id", text),
            *texts[style],
            *provenance,
            *verdict,
            ("checks", pa.list_(check)),
            ("schema_version", count),
        ]
    )
