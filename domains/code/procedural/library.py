"""The pack's own seeds as tasks: what fresh tasks begin with, and what results are passed on to."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Final

from evol.domains.code.procedural.task import Task, task_of
from evol.types import Sample

SEEDS: Final = Path(__file__).parents[1] / "seeds.jsonl"

# Functions of one argument that take every value of its kind.
PIPED: Final = frozenset(
    {
        "compress", "count_vowels", "digit_sum", "first_unique", "flatten", "gcd_of_list", "heap_sorted",
        "is_balanced", "is_palindrome", "is_prime", "longest_increasing", "longest_word", "title_case",
        "unique_in_order",
    }
)  # fmt: skip


@functools.cache
def library() -> tuple[Task, ...]:
    """Return the seeds that are functions with literal tests, in the file's order."""
    rows = [json.loads(line) for line in SEEDS.read_text(encoding="utf-8").splitlines()]
    samples = [Sample(r["id"], "code", r["instruction"], r["response"], tests=r["tests"]) for r in rows]
    return tuple(task for sample in samples if (task := task_of(sample)) is not None)
