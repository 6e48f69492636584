"""The reward function is called as TRL's GRPOTrainer calls one, from any thread."""

from __future__ import annotations

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor

import pytest

from evol.verifiers.math.rewards import math_reward

TEXTS = ["so it is 4. The answer is 4.", r"\boxed{5}", "#### 4.5", ""]
CHATS = [[{"role": "assistant", "content": text}] for text in TEXTS]


@pytest.mark.parametrize("completions", [TEXTS, CHATS])
def test_equal_earns_one_and_different_or_missing_none_at_all(completions):
    rewards = math_reward(["q"] * 4, completions, answer=["4"] * 4)
    assert rewards == [1.0, 0.0, 0.0, 0.0]


def test_what_cannot_be_decided_is_none():
    assert math_reward(["q"], ["4"], answer=[None]) == [None]
    assert math_reward(["q"], ["4"], answer=[""]) == [None]


def test_the_trainers_keywords_and_other_columns_are_taken():
    seen: dict[str, object] = {}
    rewards = math_reward(
        prompts=[[{"role": "user", "content": "2 + 2?"}]],
        completions=[[{"role": "assistant", "content": [{"type": "text", "text": "#### 4"}]}]],
        completion_ids=[[1, 2]],
        trainer_state=object(),
        log_extra=seen.__setitem__,
        log_metric=seen.__setitem__,
        solution=["2 + 2 = 4\n#### 4"],
        difficulty=["easy"],
    )
    assert rewards == [1.0]
    assert seen["math_undecided"] == 0.0
    assert len(seen["math_verdict"]) == 1


def test_the_answer_is_read_from_the_first_known_column():
    assert math_reward(["q"], ["4"], solution=["5"], answer=["4"]) == [1.0]
    assert math_reward(["q"], ["4"], gold=[4]) == [1.0]


def test_a_dataset_without_answers_is_refused():
    with pytest.raises(ValueError, match="one of answer, gold, solution"):
        math_reward(["q"], ["4"], label=["4"])


def test_the_last_words_of_the_assistant_count():
    chat = [
        {"role": "assistant", "content": "5"},
        {"role": "tool", "content": "9"},
        {"role": "assistant", "content": "4"},
    ]
    assert math_reward(["q"], [chat], answer=["4"]) == [1.0]
    assert math_reward(["q"], [[{"role": "assistant", "content": None}]], answer=["4"]) == [0.0]


def test_threads_and_event_loops_give_the_same():
    golds = ["1/2", "4"]
    texts = ["0.5", "5"]
    with ThreadPoolExecutor(8) as pool:
        assert set(
            map(tuple, pool.map(lambda _: math_reward(["q"] * 2, texts, answer=golds), range(16)))
        ) == {(1.0, 0.0)}

    async def inside() -> list[float | None]:
        return math_reward(["q"] * 2, texts, answer=golds)

    assert asyncio.run(inside()) == [1.0, 0.0]


def test_the_signature_is_the_trainers():
    names = list(inspect.signature(math_reward).parameters)
    assert names[:6] == [
        "prompts",
        "completions",
        "completion_ids",
        "trainer_state",
        "log_extra",
        "log_metric",
    ]
