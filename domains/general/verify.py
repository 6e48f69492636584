"""Check one finished row again, offline: what `evol verify` and an audit run on a dataset."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evol.domains._rules import instruction_verdict
from evol.domains.general.judging import judge_response
from evol.types import Json, Verdict

PROMPTS: Final = ("instruction", "prompt", "question")
RESPONSES: Final = ("response", "output", "completion", "answer")


def verify_row(row: Mapping[str, Json]) -> Verdict:
    """Judge a row's response by the text rules and by its instruction's checkable constraints."""
    instruction, response = _first(row, PROMPTS), _first(row, RESPONSES)
    given = row.get("input")
    if isinstance(given, str) and given.strip():
        instruction = f"{instruction}\n\n{given}"
    words = instruction_verdict(instruction, None)
    return words if not words.accepted else judge_response(instruction, response)[-1]


def _first(row: Mapping[str, Json], names: tuple[str, ...]) -> str:
    return next((text for name in names if isinstance(text := row.get(name), str) and text), "")
