"""A teacher's replies to a task, read as programs: what of each is whole, and in which language.

Nothing is run here. A reply that cannot be judged is kept with its verdict, so that a row of which
nothing is left can say why.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from evol.domains._rules import reply_verdict
from evol.domains.code.feasible import LANGUAGES, language_of
from evol.types import Verdict
from evol.verifiers.code.extraction import PYTHON_TAGS, extract_code
from evol.verifiers.code.source import parse

VERIFIER: Final = "solutions"
FENCE = re.compile(r"^[ \t]*```(?P<tag>[^\s`]+)[ \t]*\n(?P<code>.*?)^[ \t]*```", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Solution:
    """A reply and the program in it, or why it is set aside."""

    text: str
    source: str = ""
    defect: Verdict | None = None


def read_solution(text: str, finish: str, entry_points: Collection[str] = ()) -> Solution:
    """Read a reply as a Python program.

    Defects are those of its words, `no_code`, and `syntax_error`.
    """
    text = text.strip()
    words = reply_verdict(text, finish)
    if not words.accepted:
        return Solution(text, defect=words)
    source = extract_code(text, entry_points).code.strip("\n")
    if not source.strip():
        return Solution(text, defect=no_code())
    if parse(source) is None:
        message = "The program does not compile."
        return Solution(text, source, Verdict.reject(VERIFIER, "syntax_error", message))
    return Solution(text, source)


def read_solutions(replies: Sequence[tuple[str, str]], names: Sequence[str] = ()) -> list[Solution]:
    """Read replies (text, finish reason); `names` are what the program is asked to define."""
    return [read_solution(text, finish, names) for text, finish in replies]


def no_code() -> Verdict:
    """Return why a text without a program is set aside."""
    return Verdict.reject(VERIFIER, "no_code", "The reply holds no Python program.")


def own_program(response: str) -> str:
    """Return the program that a row brings: its response as it stands, or the code in it."""
    if "```" not in response and parse(response) is not None:
        return response
    return extract_code(response).code


def other_language(replies: Sequence[str]) -> str | None:
    """Return the language in which at least half of the replies answer, where it is not Python."""
    found = Counter(language for reply in replies if (language := _language(reply)) is not None)
    language, count = found.most_common(1)[0] if found else (None, 0)
    return language if 2 * count >= len(replies) else None


def _language(reply: str) -> str | None:
    tags = [language_of(block["tag"]) for block in FENCE.finditer(reply)]
    if any(tag in PYTHON_TAGS for tag in tags):
        return None
    return next((tag for tag in tags if tag in LANGUAGES), None)


def block_in(reply: str, language: str) -> str | None:
    """Return the last fenced block of a reply that is tagged with this language."""
    blocks = [b["code"] for b in FENCE.finditer(reply) if language_of(b["tag"]) == language]
    return blocks[-1] if blocks else None


def nothing_left(defects: Sequence[Verdict]) -> Verdict:
    """Return the first verdict with the most frequent reason, with all reasons counted."""
    counted = Counter(defect.reason for defect in defects)
    [(reason, _)] = counted.most_common(1)
    first = next(defect for defect in defects if defect.reason == reason)
    return replace(first, evidence={**first.evidence, "set_aside": dict(counted)})
