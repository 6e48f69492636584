"""The eliminator for packs without Python."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import pytest

from evol.domains.stock import TextEliminator
from evol.errors import PackError
from evol.protocols import Judgement, PackContext
from evol.types import ChatReply, ChatRequest, Json, Sample, Sampling

PARENT = Sample("p", "tea", "Describe green tea.", root="p")
CHILD = Sample("c", "tea", "Describe green tea to a child of five.", root="p", parent="p")
ANSWER = {"answer": "answer.md"}
JUDGED = {"answer": "answer.md", "judge": "judge.md"}


class Templates:
    def render(self, path: str, **variables: object) -> str:
        return f"{path} {variables}"


class Teacher:
    def __init__(self, **replies: list[str]) -> None:
        self.replies, self.asked = replies, []

    async def ask(self, request: ChatRequest) -> ChatReply:
        self.asked.append(request.purpose)
        texts = self.replies[request.purpose]
        return ChatReply(texts[request.sample % len(texts)])

    async def verify(self, function: Callable[..., object], *args: object) -> object:
        return function(*args)


def judged(
    teacher: Teacher, settings: Mapping[str, Json], row: Sample = CHILD, parent: Sample | None = PARENT
) -> Judgement:
    eliminator = TextEliminator(PackContext("tea", Templates(), settings, Sampling()))
    return asyncio.run(eliminator.judge(row, parent, teacher))


def test_a_sound_reply_is_kept() -> None:
    judgement = judged(Teacher(answer=["It is a warm drink made from leaves."]), ANSWER)
    assert judgement.verdict.accepted
    assert judgement.sample.response == "It is a warm drink made from leaves."


def test_the_first_reply_that_passes_is_kept() -> None:
    teacher = Teacher(answer=["Sorry, I cannot.", "It is a warm drink."])
    judgement = judged(teacher, ANSWER)
    assert judgement.sample.response == "It is a warm drink."
    assert teacher.asked == ["answer", "answer"]


def test_a_row_whose_replies_all_fail_is_rejected_for_the_last_reason() -> None:
    judgement = judged(Teacher(answer=["Sorry, I cannot.", ""]), {**ANSWER, "tries": 2})
    assert judgement.verdict.reason == "empty"


def test_words_are_judged_before_anything_is_asked() -> None:
    teacher = Teacher()
    judgement = judged(teacher, JUDGED, CHILD.with_(instruction="Describe the green tea"))
    assert judgement.verdict.reason == "no_information_gain"
    assert teacher.asked == []


def test_the_judge_is_asked_about_revisions_where_the_pack_has_one() -> None:
    teacher = Teacher(judge=["Equal"], answer=["It is a warm drink."])
    assert judged(teacher, JUDGED).verdict.reason == "no_information_gain"
    assert judged(teacher, JUDGED, CHILD.with_(root="c")).verdict.accepted
    assert judged(teacher, ANSWER).verdict.accepted


def test_a_seed_with_a_response_is_judged_with_that_one() -> None:
    teacher = Teacher()
    assert judged(teacher, ANSWER, PARENT.with_(response="It is a warm drink."), None).verdict.accepted
    assert (
        judged(teacher, ANSWER, PARENT.with_(response="Of the ..."), None).verdict.reason == "only_stop_words"
    )
    assert teacher.asked == []


def test_a_response_that_the_instruction_holds_is_no_answer() -> None:
    said = "It is a warm drink made from dried leaves."
    row = CHILD.with_(instruction=f"Describe green tea. {said} Add one word.")
    assert judged(Teacher(answer=[said]), ANSWER, row).verdict.reason == "answer_in_instruction"


@pytest.mark.parametrize(
    ("settings", "named"),
    [({}, "answer"), ({**ANSWER, "tries": 0}, "tries"), ({**ANSWER, "retries": 2}, "retries")],
)
def test_wrong_settings_are_named(settings: Mapping[str, Json], named: str) -> None:
    with pytest.raises(PackError, match=named):
        judged(Teacher(), settings)
