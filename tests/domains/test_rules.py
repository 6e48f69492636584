"""The scaffold of all eliminators: order, what a rejected row carries, one verdict for the words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import pytest

from evol.domains._rules import Case, Questions, instruction_verdict, is_depth, reply_verdict, run_checks
from evol.errors import RequestFailed
from evol.protocols import PackContext
from evol.types import ChatReply, ChatRequest, Sample, Sampling, Verdict

PASS = Verdict.accept("a", "fine", "Fine.")
FAIL = Verdict.reject("b", "bad", "Bad.")
DOUBT = Verdict.undecided("c", "unclear", "Unclear.")


@dataclass
class Replies:
    texts: list[str]
    fail_on: int = -1
    asked: list[ChatRequest] = field(default_factory=list)

    async def ask(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request)
        await asyncio.sleep(0)
        if request.sample == self.fail_on:
            raise RequestFailed("no")
        return ChatReply(self.texts[request.sample % len(self.texts)])

    async def verify(self, function: Callable[..., object], *args: object) -> object:
        return function(*args)


class Plain:
    def render(self, path: str, **variables: object) -> str:
        return f"{path}: {variables}"


QUESTIONS = Questions(PackContext("x", Plain(), {}, Sampling()))


def case(texts: list[str] | None = None, fail_on: int = -1) -> Case:
    parent = Sample("p", "x", "How many eggs?", root="p")
    child = Sample("c", "x", "How many eggs fit in a box?", root="p", parent="p")
    return Case(child, parent, Replies(texts or [""], fail_on))


def fixed(*verdicts: Verdict) -> Callable[[Case], object]:
    async def check(case: Case) -> Iterable[Verdict]:
        return verdicts

    return check


@pytest.mark.parametrize("last", [FAIL, DOUBT])
def test_checks_stop_at_the_first_that_does_not_accept(last: Verdict) -> None:
    judgement = asyncio.run(run_checks(case(), [fixed(PASS), fixed(PASS, last, PASS), fixed(PASS)]))
    assert judgement.verdicts == (PASS, PASS, last)
    assert judgement.verdict is last


def test_all_verdicts_are_kept_and_the_row_as_the_checks_left_it() -> None:
    async def fills(row: Case) -> Iterable[Verdict]:
        row.sample = row.sample.with_(response="found")
        return [PASS]

    judgement = asyncio.run(run_checks(case(), [fills, fixed(), fixed(PASS)]))
    assert judgement.verdicts == (PASS, PASS)
    assert judgement.sample.response == "found"


def test_a_sound_instruction_gets_one_verdict_that_lists_what_it_passed() -> None:
    verdict = instruction_verdict("How many eggs fit in a box?", "How many eggs?")
    assert verdict.accepted
    assert "no_prompt_words" in verdict.evidence["passed"]
    assert "changed" in verdict.evidence["passed"]


@pytest.mark.parametrize(
    ("instruction", "reason"),
    [
        ("", "empty"),
        ("Rewritten prompt: how many?", "copied_prompt"),
        ("How many eggs", "no_information_gain"),
        ("How many eggs are in 7 boxes of 6? The answer is 42.", "answer_in_instruction"),
        ("How many eggs? ```json\n{", "accepted"),
        ("How many lines?\n```json\n{", "truncated"),
    ],
)
def test_an_instruction_is_rejected_for_its_first_defect(instruction: str, reason: str) -> None:
    verdict = instruction_verdict(instruction, "How many eggs?")
    assert reason == ("accepted" if verdict.accepted else verdict.reason)


@pytest.mark.parametrize(
    ("reply", "finish", "reason"),
    [
        ("It is 42.", "stop", "sound_reply"),
        ("It is 4", "length", "truncated"),
        ("It is 42.", "content_filter", "content_filter"),
        ("It is 42.", "refusal", "refusal"),
        ("", "stop", "empty"),
        ("Sorry, no.", "stop", "refusal"),
        ("As an AI language model I do not count.", "stop", "assistant_boilerplate"),
        ("Of the ...", "stop", "only_stop_words"),
        ("Please provide the number of eggs.", "stop", "asks_back"),
        ("We count the eggs again and again. " * 30, "stop", "repetition"),
    ],
)
def test_a_reply_is_judged_by_its_words_and_its_end(reply: str, finish: str, reason: str) -> None:
    assert reply_verdict(reply, finish).reason == reason


def test_what_breadth_wrote_is_no_revision() -> None:
    row = case()
    assert is_depth(row)
    row.sample = row.sample.with_(root=row.sample.id)
    assert not is_depth(row)
    row.parent = None
    assert not is_depth(row)


@pytest.mark.parametrize(
    ("replies", "outcome", "calls"),
    [
        (["Not Equal"], "accept", 1),
        (["Equal"], "reject", 3),
        (["Equal", "Not Equal"], "accept", 2),
        (["Equal", "Equal", "not equal."], "accept", 3),
        (["They look equal to me, or nearly so"], "undecided", 1),
        ([""], "undecided", 1),
    ],
)
def test_equal_drops_a_row_only_when_it_is_said_every_time(
    replies: list[str], outcome: str, calls: int
) -> None:
    row = case(replies)
    verdict = asyncio.run(QUESTIONS.judged_equal(row, "judge", draws=3))
    assert verdict.outcome == outcome
    assert [(r.purpose, r.sample) for r in row.inquiry.asked] == [("judge", n) for n in range(calls)]
    assert row.inquiry.asked[0].about is row.sample


def test_answers_come_in_the_order_of_their_numbers() -> None:
    row = case([f"reply {n}" for n in range(9)])
    replies = asyncio.run(QUESTIONS.answers(row, "answer", range(2, 6)))
    assert [reply.text for reply in replies] == ["reply 2", "reply 3", "reply 4", "reply 5"]
    assert {request.purpose for request in row.inquiry.asked} == {"answer"}


@pytest.mark.parametrize("text", ["<think>\nNot Equal?\n</think>\n\nEqual", "Or Not Equal?\n</think>\nEqual"])
def test_what_was_thought_aloud_is_no_reply(text: str) -> None:
    assert asyncio.run(QUESTIONS.judged_equal(case([text]), "judge")).reason == "no_information_gain"
    [answer] = asyncio.run(QUESTIONS.answers(case([text]), "answer", range(1)))
    assert answer.text == "Equal"


def test_a_request_that_fails_waits_for_the_others_and_then_fails_the_row() -> None:
    row = case(["x"], fail_on=0)
    with pytest.raises(RequestFailed):
        asyncio.run(QUESTIONS.answers(row, "answer", range(3)))
    assert len(row.inquiry.asked) == 3
