"""The constraint: what was recognised, where in the instruction it stands, and its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evol.types import Json


@dataclass(frozen=True, slots=True)
class Constraint:
    """One checkable demand of an instruction.

    `start` and `end` are offsets into the instruction and `text` is what stands there; `kind` says
    which check applies and `parameters` what it needs, as plain JSON:

    - `length`: unit (words, sentences, paragraphs, lines, characters, bullets, items, sections,
      placeholders), low and high (inclusive; None is open)
    - `include`, `exclude`: words (each one), any (one of them is enough), low and high (times)
    - `letter`: letter, low and high (times)
    - `format`: format (json, yaml, xml, csv, table, bullets, numbered), only, columns or keys
    - `unformatted`: format that must not occur
    - `case`: case (upper, lower)
    - `starts`, `ends`: phrase
    - `language`: language (ISO 639-1)
    - `sections`: names
    - `title`, `postscript`, `quoted`: none
    - `choice`: options
    """

    kind: str
    start: int
    end: int
    text: str
    parameters: Mapping[str, Json]
