"""A test suite in the one form that the verifier judges by, whatever form it came in."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Literal

from evol.types import Json

Format = Literal["humaneval", "mbpp", "script", "unittest", "doctest", "pairs", "stdio"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Arguments for the one entry point and what it must return, as JSON has them."""

    args: tuple[Json, ...]
    expected: Json


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a whole program is given to read and what it must have printed in the end."""

    stdin: str
    stdout: str


@dataclass(frozen=True, slots=True)
class Suite:
    """Tests for one program.

    `entry_points` are the names that the tests use of the program; `prompt` is the code that a
    solution may continue (HumanEval). One of the others holds the tests: `script` is Python,
    `examples` text with `>>>` in it, `pairs` and `dialogues` are data. `tree` is the script as it
    was parsed, None where it is no program.
    """

    format: Format
    entry_points: tuple[str, ...] = ()
    prompt: str = ""
    script: str = ""
    tree: ast.Module | None = field(default=None, compare=False, repr=False)
    examples: str = ""
    pairs: tuple[Pair, ...] = ()
    dialogues: tuple[Dialogue, ...] = ()
