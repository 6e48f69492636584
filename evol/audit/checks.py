"""The checks that every domain shares, on the texts of one row: each that objects is a finding.

Unlike an eliminator, which stops at the first objection, an audit wants to know all that is wrong
with a row. The rules are those of `evol.verifiers`, which name no domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from evol.audit.findings import Finding, Severity
from evol.types import Verdict
from evol.verifiers import text
from evol.verifiers.row_ending import cut_off
from evol.verifiers.row_language import row_language
from evol.verifiers.row_leak import leaked_prompt
from evol.verifiers.row_template import chat_template

CHAT_COLUMNS: Final = ("messages", "conversations")
USERS: Final = ("user", "human")
REPLIERS: Final = ("assistant", "gpt")
ROLES: Final = {**dict.fromkeys(USERS, "user"), **dict.fromkeys(REPLIERS, "assistant")}
SILENT: Final = ("system", "tool", "function")

OF_INSTRUCTION: Final[tuple[Callable[[str], Verdict], ...]] = (
    text.copied_prompt,
    lambda asked: leaked_prompt(asked, instruction=True),
    text.encoding_damage,
    text.truncated,
    text.repetition,
    chat_template,
    text.personal_data,
)
OF_RESPONSE: Final[tuple[Callable[[str, str], Verdict], ...]] = (
    lambda asked, said: text.truncated(said),
    lambda asked, said: cut_off(said),
    lambda asked, said: text.refusal(said),
    lambda asked, said: text.assistant_boilerplate(said),
    lambda asked, said: text.only_stop_words(said),
    lambda asked, said: leaked_prompt(said),
    lambda asked, said: text.encoding_damage(said),
    lambda asked, said: text.repetition(said),
    lambda asked, said: chat_template(said, asked, reply=True),
    text.echo,
    lambda asked, said: text.personal_data(said, asked),
    row_language,
)


def check_texts(instruction: str, response: str | None, answer: str | None) -> Iterator[Finding]:
    """Yield what is wrong with a row's texts; `response` is None where the data have no such column."""
    if not text.empty(instruction).accepted:
        yield _empty("instruction")
        return
    for rule in OF_INSTRUCTION:
        yield from _objection(rule(instruction), "instruction")
    yield from _objection(text.answer_in_instruction(instruction, answer, response or ""), "instruction")
    if response is None:
        return
    if not text.empty(response).accepted:
        yield _empty("response")
        return
    for check in OF_RESPONSE:
        yield from _objection(check(instruction, response), "response")
    yield from _objection(text.asks_back(response), "response", Severity.UNDECIDED)


def _empty(part: str) -> Finding:
    return Finding(Severity.REJECT, f"empty_{part}", f"The {part} shows nothing.", part)


def _objection(verdict: Verdict, part: str, severity: Severity | None = None) -> Iterator[Finding]:
    if not verdict.accepted:
        yield Finding.of(verdict, part, severity)


def check_turns(cells: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the order of a chat's turns: roles that do not take turns, no reply."""
    turns = next((cells[name] for name in CHAT_COLUMNS if isinstance(cells.get(name), list)), None)
    if turns is None:
        return
    named = [str(t.get("role") or t.get("from")) if isinstance(t, Mapping) else "" for t in turns]
    roles = [ROLES.get(name, name) for name in named if name not in SILENT]
    problem = ""
    if strange := next((role for role in roles if role not in ("user", "assistant")), None):
        problem = f"A turn has the role {strange[:40]!r}"
    elif roles[:1] != ["user"]:
        problem = "The chat does not begin with a user's turn"
    elif roles[-1:] != ["assistant"]:
        problem = "The chat does not end with a reply"
    elif any(a == b for a, b in pairwise(roles)):
        problem = "Two turns of the same role follow each other"
    if problem:
        yield Finding(
            Severity.REJECT, "chat_template", f"{problem}.", "row", evidence={"roles": [*named[:20]]}
        )
