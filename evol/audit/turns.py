"""The exchanges of a chat after the first: each is checked and judged as the first one is.

A row's gold and tests belong to its first exchange. Of the others the domain's verifier sees the
texts alone; where that is not enough to decide, the row says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from evol.audit.checks import check_texts
from evol.audit.findings import Finding, Severity
from evol.types import Json, Outcome, Verdict

Exchange = tuple[str, str]
Decide = Callable[[str, str], Verdict]


def check_exchanges(chat: Sequence[Exchange], decide: Decide | None) -> Iterator[Finding]:
    """Yield what is wrong with each exchange of a chat after the first, and with which nothing was told.

    `decide` is the domain's verifier, for an instruction and a response. What stood in the chat
    before is known, and only the last reply may not ask back.
    """
    open_ones: dict[int, str] = {}
    for number, (asked, said) in enumerate(chat[1:], 2):
        before = "\n".join(text for exchange in chat[: number - 1] for text in exchange)
        for finding in check_texts(asked, said, None, before=before, last=number == len(chat)):
            yield _within(number, finding)
        verdict = decide(asked, said) if decide and asked.strip() and said.strip() else None
        if verdict is not None and verdict.outcome is Outcome.REJECT:
            yield _within(number, Finding.of(verdict, "row"))
        elif verdict is not None and not verdict.accepted:
            open_ones[number] = verdict.reason
    if open_ones:
        yield _undecided(open_ones, len(chat))


def _within(number: int, finding: Finding) -> Finding:
    evidence = {**finding.evidence, "exchange": number}
    return replace(finding, message=f"In exchange {number}: {finding.message}", evidence=evidence)


def _undecided(reasons: dict[int, str], exchanges: int) -> Finding:
    message = f"Of {exchanges} exchanges, {len(reasons)} after the first could not be decided."
    numbers: list[Json] = [*reasons]
    said: list[Json] = [*reasons.values()]
    return Finding(
        Severity.NOTE,
        "exchange_undecided",
        message,
        evidence={"exchanges": numbers, "reasons": said},
    )


def whole_reply(response: str, chat: Sequence[Exchange]) -> str:
    """Return the response to the first turn with the rest of the chat after it, turn by turn."""
    rest = (f"\n\nUser: {asked}\n\nAssistant: {said}" for asked, said in chat[1:])
    return "".join((response, *rest))
