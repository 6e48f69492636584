"""`evol eval` as a person uses it: models, results and outputs side by side, mistakes in a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evol.cli.main import main

PROBLEMS = [{"question": f"{n} + 1?", "answer": str(n + 1)} for n in range(3)]


@pytest.fixture
def benchmark(tmp_path: Path) -> str:
    path = tmp_path / "sums.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in PROBLEMS))
    return str(path)


def outputs(tmp_path: Path, name: str, answers: list[str]) -> str:
    path = tmp_path / f"{name}.jsonl"
    path.write_text("".join(json.dumps({"id": n, "said": a}) + "\n" for n, a in enumerate(answers, 1)))
    return str(path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["eval", *arguments])


def test_outputs_are_scored_and_compared_with_an_earlier_result(benchmark: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    common = ("--benchmark", benchmark, "--map", "response=said", "--out", out)
    first = run("--outputs", outputs(tmp_path, "good", ["1", "2", "3"]), *common)
    assert first.exit_code == 0, first.output
    assert "good  pass@1    100.0% [43.9%, 100.0%]  of 3 problems" in first.output
    both = run(f"{out}/good", "--outputs", outputs(tmp_path, "poor", ["7", "2"]), *common)
    assert both.exit_code == 0, both.output
    assert "1 problems have no output and count as failed: 3." in both.output
    assert "good - poor: +66.7 points" in both.output
    assert (tmp_path / "out" / "comparison.md").is_file()
    data = json.loads(run(f"{out}/good", f"{out}/poor", "--out", out, "--json").stdout)
    assert [e["scores"]["pass@1"]["value"] for e in data["evaluations"]] == [1.0, pytest.approx(1 / 3)]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Give a MODEL"),
        (("some-model",), "--benchmark FILE"),
        (("/no/such/model", "--benchmark", "B"), "There is no folder /no/such/model"),
        (("/no/such/model", "--benchmark", "B", "--samples", "4"), "give --temperature"),
        (("m", "--benchmark", "B", "--map", "respond=x"), "Did you mean 'response'?"),
        (("m", "--benchmark", "B", "--domain", "maths"), "Did you mean 'math'?"),
        (("m", "--benchmark", "/no/file.jsonl"), "There is no file /no/file.jsonl"),
        (("openai:m", "--benchmark", "B", "--max-cost", "1"), "give --price PROMPT COMPLETION"),
        (("openai:m", "--benchmark", "B", "--plain"), "openai:m is asked by chat"),
        (("m", "--benchmark", "B", "--until", "Q:"), "give --plain with --until"),
    ],
)
def test_mistakes_are_one_sentence(
    benchmark: str, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    given = [benchmark if argument == "B" else argument for argument in arguments]
    result = run(*given, "--out", str(tmp_path / "out"))
    assert result.exit_code == 2
    assert says in result.output
    assert "Traceback" not in result.output
