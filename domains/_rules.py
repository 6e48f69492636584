"""What the eliminators of all packs are built from: checks in a row, and readings of plain text.

An eliminator is an ordered list of checks from cheap to dear. `run_checks` stops at the first
verdict that does not accept and keeps every verdict on the way, so that a row carries what it
passed as well as what it failed by. The text checks join the rules of `evol.verifiers.text` into
one verdict: a row that passes needs one line for that, not a dozen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from evol.protocols import Inquiry, Judgement, PackContext
from evol.types import ChatReply, ChatRequest, Json, Message, Sample, Verdict
from evol.verifiers import text

STOPPED: Final = {
    "content_filter": "The server filtered the reply.",
    "refusal": "The server says that the teacher refused.",
}

# What a reasoning model thought aloud; some servers hand over only its closing tag.
THOUGHT: Final = re.compile(r"\A(?:\s*<think>)?.*?</think>\s*", re.DOTALL)


@dataclass(slots=True)
class Case:
    """A row under judgement. A check may fill in `sample` with what it finds out."""

    sample: Sample
    parent: Sample | None
    inquiry: Inquiry


Check: TypeAlias = Callable[[Case], Awaitable[Iterable[Verdict]]]


async def run_checks(case: Case, checks: Iterable[Check]) -> Judgement:
    """Run checks in order until a verdict does not accept; the last verdict decides."""
    verdicts: list[Verdict] = []
    for check in checks:
        for verdict in await check(case):
            verdicts.append(verdict)
            if not verdict.accepted:
                return Judgement(case.sample, tuple(verdicts))
    return Judgement(case.sample, tuple(verdicts))


def instruction_verdict(instruction: str, parent: str | None) -> Verdict:
    """Judge an instruction by its words alone: what it copies, shows, repeats and gives away."""
    rules: list[Callable[[], Verdict]] = [
        lambda: text.copied_prompt(instruction),
        lambda: text.empty(instruction),
        lambda: text.encoding_damage(instruction),
        lambda: text.truncated(instruction),
        lambda: text.repetition(instruction),
    ]
    if parent is not None:
        rules.append(lambda: text.refused_to_evolve(instruction))
        rules.append(lambda: text.no_information_gain(parent, instruction))
    rules.append(lambda: text.answer_in_instruction(instruction))
    return first_defect(rules, "sound_instruction", "No rule about an instruction's words objects.")


def reply_verdict(reply: str, finish_reason: str = "stop") -> Verdict:
    """Judge a reply by its words alone: whether it is whole, and an answer at all."""
    if finish_reason in STOPPED:
        return Verdict.reject("text", finish_reason, STOPPED[finish_reason], finish_reason=finish_reason)
    rules: list[Callable[[], Verdict]] = [
        lambda: text.truncated(reply, finish_reason),
        lambda: text.empty(reply),
        lambda: text.refusal(reply),
        lambda: text.assistant_boilerplate(reply),
        lambda: text.only_stop_words(reply),
        lambda: text.asks_back(reply),
        lambda: text.encoding_damage(reply),
        lambda: text.repetition(reply),
    ]
    return first_defect(rules, "sound_reply", "No rule about a reply's words objects.")


def first_defect(rules: Sequence[Callable[[], Verdict]], reason: str, message: str) -> Verdict:
    """Return the first rule's verdict that does not accept, or one that names all rules passed."""
    passed: list[str] = []
    for rule in rules:
        verdict = rule()
        if not verdict.accepted:
            return verdict
        passed.append(verdict.reason)
    return Verdict.accept("text", reason, message, passed=list(passed))


def is_depth(case: Case) -> bool:
    """Whether the row revises its parent; what a breadth operation wrote is a root of its own."""
    return case.parent is not None and case.sample.root != case.sample.id


@dataclass(frozen=True, slots=True)
class Questions:
    """Asks a teacher with a pack's templates, about one row."""

    context: PackContext

    async def judged_equal(self, case: Case, template: str, draws: int = 1) -> Verdict:
        """Ask whether the row demands the same as its parent (WizardLM's elimination 1).

        The template gets `first` and `second`. Equal drops a row only if all of `draws` replies say
        so, which are asked one after another: most rows cost one call, and a judge's single slip
        costs no row. A reply that is neither Equal nor Not Equal is undecided, read as neither.
        """
        assert case.parent is not None
        prompt = self.context.prompts.render(
            template, first=case.parent.instruction, second=case.sample.instruction
        )
        said: list[Json] = []
        for sample in range(draws):
            reply = without_thought(await case.inquiry.ask(self._request(case, prompt, "judge", sample)))
            said.append(reply.text.strip()[:200])
            read = text.read_equal_judgement(reply.text)
            if read is None:
                message = "The judge said neither Equal nor Not Equal."
                return Verdict.undecided("judge", "judge_unreadable", message, judgements=said)
            if read == "not_equal":
                message = "A judge finds that the row demands something else than its parent."
                return Verdict.accept("judge", "not_equal", message, judgements=said)
        message = "A judge finds that the row demands no more and no less than its parent."
        return Verdict.reject("judge", "no_information_gain", message, judgements=said)

    async def answers(
        self, case: Case, template: str, samples: range, purpose: str = "answer"
    ) -> list[ChatReply]:
        """Ask for as many answers to the row as `samples` numbers, at once, in that order."""
        prompt = self.context.prompts.render(template, instruction=case.sample.instruction)
        requests = [self._request(case, prompt, purpose, sample) for sample in samples]
        asked = (case.inquiry.ask(request) for request in requests)
        replies = await asyncio.gather(*asked, return_exceptions=True)
        return [without_thought(_reply_or_raise(reply)) for reply in replies]

    def _request(self, case: Case, prompt: str, purpose: str, sample: int) -> ChatRequest:
        return ChatRequest(
            (Message("user", prompt),),
            self.context.sampling,
            sample=sample,
            purpose=purpose,
            about=case.sample,
        )


def without_thought(reply: ChatReply) -> ChatReply:
    """Return a reply without what a reasoning model thought aloud before it answered."""
    return replace(reply, text=THOUGHT.sub("", reply.text)) if "</think>" in reply.text else reply


def _reply_or_raise(reply: ChatReply | BaseException) -> ChatReply:
    """Return a reply, or raise what came instead: only now, when no other request is under way."""
    if isinstance(reply, BaseException):
        raise reply
    return reply
