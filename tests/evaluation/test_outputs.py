"""Outputs that somebody else generated: joined, scored as published, and counted where they are missing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evol.errors import DataError
from evol.train.evaluation import Evaluation, read_benchmark, read_evaluation
from evol.train.evaluation.comparison import unanswered
from evol.train.evaluation.outputs import OutputsPlan, evaluate_outputs

SHARED = Path(__file__).parents[3] / "shared" / "data"
Write = Callable[[str, list[dict[str, Any]]], str]

# The problem and samples of human-eval's data/example_problem.jsonl: one sample in six is right twice.
RETURN_1 = {
    "task_id": "test/0",
    "prompt": "def return1():\n",
    "canonical_solution": "    return 1",
    "test": "def check(candidate):\n    assert candidate() == 1",
    "entry_point": "return1",
}
SAMPLES = (
    "    import subprocess\n    subprocess.check_output('rm -rf tmp')",
    "    import time\n    time.sleep(10)\n    return 1",
    "    return input('enter a number')",
    "    return 1",
    "  return 1",
    "\treturn 1",
)
GSM = [{"question": "2 + 2?", "answer": "#### 4"}, {"question": "2 + 3?", "answer": "#### 5"}]


@pytest.fixture
def score(write: Write, tmp_path: Path) -> Callable[..., Evaluation]:
    def score(
        problems: list[dict[str, Any]], rows: list[dict[str, Any]], column: str | None = None
    ) -> Evaluation:
        benchmark = read_benchmark(write("benchmark.jsonl", problems))
        plan = OutputsPlan(write("outputs.jsonl", rows), benchmark, tmp_path / "out", column=column)
        return evaluate_outputs(plan)

    return score


def test_the_example_of_human_eval_scores_as_its_readme_says(score: Callable[..., Evaluation]) -> None:
    found = score([RETURN_1], [{"task_id": "test/0", "completion": text} for text in SAMPLES])
    assert [a.verdict.accepted for a in found.problems[0].attempts] == [False, False, False, True, True, True]
    assert found.accuracy.value == pytest.approx(0.5)
    assert found.pass_at(2).value == pytest.approx(0.8)


def test_a_completion_is_run_behind_its_prompt_unchanged_and_a_reply_is_searched(
    score: Callable[..., Evaluation],
) -> None:
    fenced = "Here it is:\n```python\ndef return1():\n    return 1\n```"
    assert score([RETURN_1], [{"task_id": "test/0", "completion": fenced}]).accuracy.value == 0


def test_a_reply_with_a_program_in_it_is_searched(score: Callable[..., Evaluation]) -> None:
    fenced = "Here it is:\n```python\ndef return1():\n    return 1\n```"
    assert score([RETURN_1], [{"task_id": "test/0", "response": fenced}]).accuracy.value == 1


def test_several_samples_may_stand_in_one_row(score: Callable[..., Evaluation]) -> None:
    found = score([RETURN_1], [{"task_id": "test/0", "samples": ["    return 1", "    return 2"]}])
    assert found.scores()["pass@2"].value == 1


def test_answers_are_joined_by_the_text_of_the_problem_and_vote(score: Callable[..., Evaluation]) -> None:
    rows = [
        {"question": "2 + 3?", "model": {"text": "The answer is 7."}},
        *(
            {"question": "2 + 2?", "model": {"text": said}}
            for said in ("It is 3.", "4", "The answer is 4.0.")
        ),
        {"question": "2 + 3?", "model": {"text": "5"}},
    ]
    found = score(GSM, rows, "model.text")
    assert [problem.right for problem in found.problems] == [2, 1]
    assert found.problems[0].voted == 1
    assert found.majority is not None
    assert found.majority.value == 0.5


def test_problems_without_an_output_count_as_failed_and_are_named(score: Callable[..., Evaluation]) -> None:
    found = score(GSM, [{"id": "2", "response": "5"}])
    assert (found.accuracy.value, found.counts()["unanswered"]) == (0.5, 1)
    assert unanswered(found.problems) == "1 problems have no output and count as failed: 1."
    assert found.to_json()["unanswered"] == ["1"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"task_id": "test/9", "completion": ""}, "no problem 'test/9'. Did you mean 'test/0'"),
        ({"completion": ""}, "nothing says which problem"),
        ({"task_id": "test/0", "foo": ""}, "there is no output; name its column"),
        ({"task_id": "test/0", "completion": {"a": 1}}, "neither a text nor a list"),
    ],
)
def test_rows_that_answer_nothing_are_errors(
    score: Callable[..., Evaluation], row: dict[str, Any], says: str
) -> None:
    with pytest.raises(DataError, match=says):
        score([RETURN_1], [row])


def test_a_result_is_read_back_as_it_was_written(score: Callable[..., Evaluation], tmp_path: Path) -> None:
    found = score(GSM, [{"id": "1", "response": "4"}, {"id": "2", "response": "9"}])
    assert read_evaluation(tmp_path / "out" / "outputs").to_json() == found.to_json()


def test_the_solutions_of_humaneval_pass(tmp_path: Path) -> None:
    source = SHARED / "HumanEval.jsonl.gz"
    if not source.is_file():
        pytest.skip(f"{source} is not on this machine")
    with gzip.open(source, "rt") as lines:
        rows = [json.loads(line) for line in lines]
    outputs = tmp_path / "canonical.jsonl"
    samples = [{"task_id": row["task_id"], "completion": row["canonical_solution"]} for row in rows]
    outputs.write_text("".join(json.dumps(sample) + "\n" for sample in samples))
    found = evaluate_outputs(OutputsPlan(str(outputs), read_benchmark(str(source)), tmp_path / "out"))
    assert (found.counts()["right"], found.counts()["samples"]) == (164, 164)
