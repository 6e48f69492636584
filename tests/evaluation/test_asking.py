"""From a model to a result: what is asked, kept, scored and refused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evol.errors import BudgetSpent, ConfigError, RequestFailed, TeacherError
from evol.train.evaluation import Benchmark, Decoding, EvaluationPlan, asking, evaluate, read_benchmark
from evol.types import ChatReply, ChatRequest, Usage

from .test_benchmark import FORMS

Write = Callable[[str, list[dict[str, Any]]], str]
GSM8K, MATH, HUMANEVAL, MBPP = (FORMS[form][0] for form in ("gsm8k", "math", "humaneval", "mbpp"))


class Scripted:
    """A teacher that says what it was given to say, and can fail after some replies."""

    identity = "scripted"

    def __init__(self, say: Callable[[ChatRequest], ChatReply], fails_after: int = 1 << 30) -> None:
        self._say, self._left = say, fails_after
        self.asked: list[ChatRequest] = []

    async def reply(self, request: ChatRequest) -> ChatReply:
        await asyncio.sleep(0)
        if not self._left:
            raise TeacherError("The server is gone.")
        self._left -= 1
        self.asked.append(request)
        return self._say(request)

    async def preflight(self) -> None:
        if not self._left:
            raise TeacherError("The server is gone.")

    async def aclose(self) -> None:
        return


@pytest.fixture
def benchmark(write: Write) -> Benchmark:
    rows = [
        {"problem": f"{n} + 1?", "solution": f"\\boxed{{{n + 1}}}", "level": f"{n % 2}"} for n in range(6)
    ]
    return read_benchmark(write("sums.jsonl", rows))


@pytest.fixture
def plan(benchmark: Benchmark, tmp_path: Path) -> EvaluationPlan:
    return EvaluationPlan("scripted", benchmark, tmp_path / "out", concurrency=2)


def run(plan: EvaluationPlan, teacher: Scripted, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(asking, "make_model", lambda plan: teacher)
    return evaluate(plan)


def right(request: ChatRequest) -> ChatReply:
    number = int(request.messages[0].content.split()[0])
    return ChatReply(f"It is \\boxed{{{number + 1}}}.")


def test_a_model_is_scored_on_every_problem(
    model: Path, sums: list[tuple[str, str]], write: Write, tmp_path: Path
) -> None:
    wrong = {sums[0][0]: "99"}
    rows = [{"question": q, "answer": wrong.get(q, said.split()[4].rstrip("."))} for q, said in sums]
    found = evaluate(EvaluationPlan(str(model), read_benchmark(write("sums.jsonl", rows)), tmp_path / "out"))
    assert (found.counts()["right"], found.counts()["problems"]) == (7, 8)
    assert found.problems[0].attempts[0].text == sums[0][1]
    assert found.pinned["model"]["identity"].startswith("local:adder@")


def test_the_result_pins_what_decided_it(plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    run(plan, Scripted(right), monkeypatch)
    result = json.loads((plan.folder / "result.json").read_text())
    assert result["benchmark"] == {
        "name": "sums",
        "form": "math",
        "digest": plan.benchmark.digest,
        "problems": 6,
    }
    assert result["decoding"] == {
        "temperature": 0.0,
        "top_p": 1.0,
        "max_tokens": 1024,
        "samples": 1,
        "seed": 0,
    }
    assert result["prompt"] == "{{ instruction }}"
    assert result["scores"]["pass@1"]["value"] == 1
    assert set(result["groups"]["level"]) == {"0", "1"}
    assert {"evol", "python"} <= set(result["versions"])


def test_running_again_repeats_no_finished_reply(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Scripted(right, fails_after=4)
    with pytest.raises(TeacherError, match="gone"):
        run(plan, first, monkeypatch)
    second = Scripted(right)
    assert run(plan, second, monkeypatch).accuracy.value == 1
    asked = [request.messages for request in (*first.asked, *second.asked)]
    assert len(asked) == len(set(asked)) == 6


def test_what_is_complete_is_scored_again_without_a_server(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, Scripted(right), monkeypatch)
    gone = Scripted(right, fails_after=0)
    assert run(plan, gone, monkeypatch).accuracy.value == 1


def test_a_cap_stops_and_a_higher_one_goes_on(plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Scripted(right), Scripted(right)
    with pytest.raises(BudgetSpent, match="4 calls"):
        run(replace(plan, max_calls=4), first, monkeypatch)
    assert run(replace(plan, max_calls=6), second, monkeypatch).accuracy.value == 1
    assert (len(first.asked), len(second.asked)) == (4, 2)


def test_samples_are_draws_of_their_own_and_vote(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def two_in_three(request: ChatRequest) -> ChatReply:
        return right(request) if request.sample % 3 else ChatReply("It is \\boxed{77}.")

    sampled = replace(plan, decoding=Decoding(temperature=1, samples=3))
    teacher = Scripted(two_in_three)
    scores = run(sampled, teacher, monkeypatch).scores()
    assert scores["pass@1"].value == pytest.approx(2 / 3)
    assert scores["pass@2"].value == scores["maj@3"].value == 1
    other = Scripted(two_in_three)
    run(replace(sampled, out=plan.out / "other", decoding=Decoding(1, samples=3, seed=1)), other, monkeypatch)
    assert not {r.sample for r in teacher.asked} & {r.sample for r in other.asked}


def test_a_request_that_fails_and_a_reply_that_never_stops_are_counted(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(request: ChatRequest) -> ChatReply:
        if request.messages[0].content.startswith("0"):
            raise RequestFailed("Too long.")
        return ChatReply("It is 99.", finish_reason="length")

    found = run(plan, Scripted(some), monkeypatch)
    assert found.counts() == {
        "problems": 6, "unanswered": 0, "samples": 6, "right": 0, "wrong": 5, "undecided": 1, "cut_off": 5,
    }  # fmt: skip
    assert found.to_json()["reasons"]["undecided.request_failed"] == 1


def test_another_evaluation_in_the_same_folder_is_refused(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(plan, Scripted(right), monkeypatch)
    with pytest.raises(ConfigError, match=r"holds another evaluation \(prompt"):
        run(replace(plan, prompt="{{ problem }}!"), Scripted(right), monkeypatch)


def test_a_template_asks_in_other_words_and_a_wrong_one_is_named(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = Scripted(right)
    run(replace(plan, prompt="{{ problem }} Think."), teacher, monkeypatch)
    assert teacher.asked[0].messages[0].content == "0 + 1? Think."
    with pytest.raises(ConfigError, match=r"'nothing' is undefined\. There are: problem"):
        run(replace(plan, prompt="{{ nothing }}"), Scripted(right), monkeypatch)


def test_several_greedy_samples_are_refused() -> None:
    with pytest.raises(ConfigError, match="--temperature"):
        Decoding(samples=4)


def test_a_folder_that_cannot_be_written_is_said(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigError, match="Cannot write to /proc/none"):
        run(replace(plan, out=Path("/proc/none")), Scripted(right), monkeypatch)


def test_a_cap_on_cost_stops_and_what_was_answered_is_kept(
    plan: EvaluationPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    def priced(request: ChatRequest) -> ChatReply:
        return replace(right(request), usage=Usage(1, 10, 90))

    capped = replace(plan, decoding=Decoding(max_tokens=100), prices=(0.0, 1000.0), max_cost=0.30)
    first, second = Scripted(priced), Scripted(priced)
    with pytest.raises(BudgetSpent, match=r"\$0\.30"):
        run(capped, first, monkeypatch)
    assert len(first.asked) == 3, "three calls at 9 cents; a fourth might take 10"
    run(replace(capped, max_cost=1.0), second, monkeypatch)
    assert len(second.asked) == 3


def test_a_cap_on_cost_needs_prices(plan: EvaluationPlan) -> None:
    with pytest.raises(ConfigError, match="give --price PROMPT COMPLETION"):
        replace(plan, max_cost=1.0)


@pytest.mark.parametrize(
    ("row", "asked", "until", "continuation", "accepted"),
    [
        (HUMANEVAL, HUMANEVAL["prompt"], "\ndef", "    return 1\n", True),
        (HUMANEVAL, HUMANEVAL["prompt"], "\ndef", "return 1\n", False),
        (MBPP, '"""\nWrite one.\nassert one() == 1\n"""\n', "\nassert", "def one():\n    return 1\n", True),
        (GSM8K, "Question: How many?\nAnswer:", "Question:", " 2 + 2 = 4. #### 4", True),
        (MATH, "Problem:\nHow many?\n\nSolution:", "Problem:", " It is $\\boxed{4}$.", True),
    ],
)
def test_a_base_model_continues_the_published_plain_form(
    row: dict[str, Any], asked: str, until: str, continuation: str, accepted: bool,
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    benchmark = read_benchmark(write("one.jsonl", [row]))
    plan = EvaluationPlan("base", benchmark, tmp_path / "out", plain=True, until=("\nQ:",))
    teacher = Scripted(lambda request: ChatReply(continuation))
    found = run(plan, teacher, monkeypatch)
    assert teacher.asked[0].messages[0].content == asked
    assert found.accuracy.value == accepted
    pinned = json.loads((plan.folder / "result.json").read_text())
    assert pinned["asked"] == "plain"
    assert {until, "\nQ:"} <= set(pinned["until"])
    assert plan.folder.name == "base-plain"
    with pytest.raises(ConfigError, match=r"holds another evaluation \(until"):
        run(replace(plan, until=()), Scripted(lambda request: ChatReply(continuation)), monkeypatch)


def test_a_base_model_without_a_template_is_evaluated(
    tiny_models: ModuleType, write: Write, tmp_path: Path
) -> None:
    base = tiny_models.write_tiny_llama(tmp_path / "base", template=None, width=32)
    benchmark = read_benchmark(write("one.jsonl", [GSM8K]))
    plan = EvaluationPlan(str(base), benchmark, tmp_path / "out", decoding=Decoding(max_tokens=4))
    with pytest.raises(ConfigError, match=r"no chat template.*--plain"):
        evaluate(plan)
    found = evaluate(replace(plan, plain=True))
    assert found.counts()["samples"] == 1
    assert "+plain-" in found.pinned["model"]["identity"]


def test_plain_text_is_for_a_model_in_this_process(plan: EvaluationPlan) -> None:
    with pytest.raises(ConfigError, match="openai:big is asked by chat"):
        replace(plan, model="openai:big", plain=True)
    with pytest.raises(ConfigError, match="give --plain with --until"):
        replace(plan, until=("\nQ:",))
