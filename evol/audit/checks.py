"""The checks that every domain shares, on the texts of one row: each that objects is a finding.

Unlike an eliminator, which stops at the first objection, an audit wants to know all that is wrong
with a row. The rules are those of `evol.verifiers`, which name no domain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from evol._columns import CHATS
from evol.audit.findings import Finding, Severity
from evol.audit.quiet import Marks, look, may_be_personal
from evol.audit.screens import Screened, may_echo, may_give_away
from evol.types import Verdict
from evol.verifiers import text
from evol.verifiers.row_ending import cut_off
from evol.verifiers.row_language import row_language
from evol.verifiers.row_leak import leaked_prompt
from evol.verifiers.row_template import chat_template

USERS: Final = ("user", "human")
REPLIERS: Final = ("assistant", "gpt")
ROLES: Final = {**dict.fromkeys(USERS, "user"), **dict.fromkeys(REPLIERS, "assistant")}
SILENT: Final = ("system", "tool", "function")


def check_texts(
    instruction: str, response: str | None, answer: str | None, *, before: str = "", last: bool = True
) -> Iterator[Finding]:
    """Yield what is wrong with a row's texts; `response` is None where the data have no such column.

    Of an exchange within a chat, `before` is what was said until then, and `last` whether it ends there.
    """
    if not _shows(instruction):
        yield _empty("instruction")
        return
    asked, said = Screened(instruction), Screened(response or "")
    marks = look(asked, said)
    for verdict in _of_any(asked) + _of_instruction(asked, said, answer, marks):
        yield from _objection(verdict, "instruction")
    if response is None:
        return
    if not _shows(response):
        yield _empty("response")
        return
    for verdict in _of_any(said) + _of_response(asked, said, marks, before):
        yield from _objection(verdict, "response")
    if last and said.asks():
        yield from _objection(text.asks_back(response), "response", Severity.UNDECIDED)


def _shows(each: str) -> bool:
    return "!" <= each[:1] <= "~" or text.empty(each).accepted


def _of_any(each: Screened) -> list[Verdict]:
    """Return what the rules say that hold for any text, as far as they might object."""
    found: list[Verdict] = []
    if each.damaged():
        found.append(text.encoding_damage(each.raw))
    if each.truncates():
        found.append(text.truncated(each.raw))
    if each.loops():
        found.append(text.repetition(each.raw))
    return found


def _of_instruction(asked: Screened, said: Screened, answer: str | None, marks: Marks) -> list[Verdict]:
    found: list[Verdict] = []
    if marks.words and asked.copies_prompt():
        found.append(text.copied_prompt(asked.raw))
    if marks.words and asked.leaks(instruction=True):
        found.append(leaked_prompt(asked.raw, instruction=True))
    if marks.words and asked.templated(reply=False):
        found.append(chat_template(asked.raw))
    if may_give_away(asked, said):
        found.append(text.answer_in_instruction(asked.raw, answer, said.raw))
    if marks.personal and may_be_personal(asked.raw):
        found.append(text.personal_data(asked.raw))
    return found


def _of_response(asked: Screened, said: Screened, marks: Marks, before: str) -> list[Verdict]:
    found: list[Verdict] = []
    if said.dangles():
        found.append(cut_off(said.raw))
    if marks.words and "sorry" in said.low:
        found.append(text.refusal(said.raw))
    if marks.words and said.speaks_as_assistant():
        found.append(text.assistant_boilerplate(said.raw))
    if not said.has_content():
        found.append(text.only_stop_words(said.raw))
    if marks.words and said.leaks(instruction=False):
        found.append(leaked_prompt(said.raw))
    if marks.words and said.templated(reply=True):
        found.append(chat_template(said.raw, asked.raw, reply=True))
    if may_echo(asked, said):
        found.append(text.echo(asked.raw, said.raw))
    if marks.personal and may_be_personal(said.raw):
        found.append(text.personal_data(said.raw, f"{before}\n{asked.raw}" if before else asked.raw))
    if marks.foreign:
        found.append(row_language(asked.raw, said.raw))
    return found


def _empty(part: str) -> Finding:
    return Finding(Severity.REJECT, f"empty_{part}", f"The {part} shows nothing.", part)


def _objection(verdict: Verdict, part: str, severity: Severity | None = None) -> Iterator[Finding]:
    if not verdict.accepted:
        yield Finding.of(verdict, part, severity)


def check_turns(cells: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong with the order of a chat's turns: roles that do not take turns, no reply."""
    turns = next((cells[name] for name in CHATS if isinstance(cells.get(name), list)), None)
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
