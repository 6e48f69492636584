"""`evol loop` as a person runs it: when it stops, what it refuses, and that no interruption changes its end.

Evolution is real (the skeleton's pack and its embedded teacher). Training and evaluation are
replaced by quick ones with known scores, except in one test with a tiny model.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main
from evol.scaffold import write_pack
from evol.train.plan import Trained, TrainPlan
from evol.types import Verdict

pytest.importorskip("trl", reason="a loop trains with the [train] extra")

WORDS = ["amber", "basalt", "cedar", "delta", "ember", "fjord", "glacier", "heron", "iris", "juniper"]
PROBLEMS = 6
STAGES = 8  # two rounds of data, training, dev score and comparison


def problem(number: int, kind: str) -> dict[str, str]:
    words = [f"{word}{kind}{number}" for word in random.Random(number).sample(WORDS, 4)]
    text = f"Put these words in alphabetical order: {', '.join(words)}."
    return {"id": f"{kind}{number}", "instruction": text, "answer": ", ".join(sorted(words))}


def lines(path: str, rows: list[dict[str, str]]) -> str:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write_pack("words", Path())
    lines("seeds.jsonl", [problem(n, "s") for n in range(8)])
    lines("dev.jsonl", [problem(n, "d") for n in range(PROBLEMS)])
    lines("test.jsonl", [problem(n, "t") for n in range(PROBLEMS)])
    Path("base").mkdir()
    Path("base/config.json").write_text("{}")
    return tmp_path


class Quick:
    """Stands for training and evaluation: round k gets `scores[k]` dev problems right."""

    def __init__(self, scores: list[int]) -> None:
        self.scores = scores
        self.trained: list[TrainPlan] = []
        self.evaluated: list[str] = []

    def train(self, plan: TrainPlan, say: object) -> Trained:
        self.trained.append(plan)
        rows = len(Path(plan.dataset).read_text().splitlines())
        plan.out.mkdir(parents=True, exist_ok=True)
        (plan.out / "weights").write_text(str(rows))
        return Trained(plan.out, rows, 0.5, 0.5, 1.0, rows)

    def evaluate(self, plan, watch=None):
        from evol.train.evaluation import Answered, Attempt, Evaluation

        self.evaluated.append(f"{plan.title} {plan.benchmark.name}")
        right = self.scores[int(plan.title.removeprefix("round-"))]
        verdicts = [Verdict.accept("v", "r", "m")] * right
        verdicts += [Verdict.reject("v", "r", "m")] * (PROBLEMS - right)
        answered = tuple(
            Answered(p.id, p.instruction, {}, (Attempt("x", "stop", v),))
            for p, v in zip(plan.benchmark.problems, verdicts, strict=True)
        )
        found = Evaluation(plan.title, {}, answered)
        found.write(plan.folder)
        return found


@pytest.fixture
def quick(here, monkeypatch):
    quick = Quick([2, 4, 3, 6])
    monkeypatch.setattr("evol.train.sft.train", quick.train)
    monkeypatch.setattr("evol.train.loop.evaluate", quick.evaluate)
    return quick


def loop(*more: str, rounds: int = 3, out: str = "out"):
    fixed = ["--domain", "./words", "--seeds", "seeds.jsonl", "--model", "base", "--dev", "dev.jsonl"]
    return CliRunner().invoke(main, ["loop", *fixed, "--rounds", str(rounds), "--out", out, *more])


def record(out: str = "out") -> dict:
    return json.loads((Path(out) / "loop.json").read_text())


def rows(number: int, out: str = "out") -> list[dict]:
    return [json.loads(line) for line in Path(f"{out}/round-{number}/train.jsonl").read_text().splitlines()]


def ids(number: int, out: str = "out") -> list[str]:
    return [row["id"] for row in rows(number, out)]


def test_it_stops_after_the_round_that_does_not_improve_and_names_the_best(quick):
    said = loop("--test", "test.jsonl")
    assert said.exit_code == 0, said.output
    found = record()
    assert [entry["improved"] for entry in found["rounds"]] == [True, True, False]
    assert found["best"] == {"round": 1, "model": "out/round-1/model"}
    assert found["ended"] == "round 2 did not raise the dev score"
    assert found["rounds"][1]["against"] == {"round": 0, "gained": 2, "lost": 0, "p": 0.5}
    assert "Best: round 1, out/round-1/model" in said.stdout
    assert quick.evaluated == ["round-0 dev", "round-1 dev", "round-2 dev", "round-1 test"]
    assert found["test"]["round"] == 1
    assert Path("out/rounds.svg").read_text().startswith("<?xml")
    assert Path("out/rounds.png").stat().st_size > 1000


def test_each_round_trains_the_base_anew_on_all_rows_so_far(quick):
    loop()
    assert [plan.model for plan in quick.trained] == ["base"] * 3
    assert [plan.dataset for plan in quick.trained] == [f"out/round-{n}/train.jsonl" for n in range(3)]
    assert set(ids(0)) < set(ids(1)) < set(ids(2))
    assert {row["generation"] for row in rows(0)} == {0}


def test_a_round_holds_what_a_run_of_as_many_generations_does(quick):
    loop(rounds=1)
    run = ["run", "--domain", "./words", "--seeds", "seeds.jsonl", "--out", "run", "--generations", "1"]
    assert CliRunner().invoke(main, run).exit_code == 0
    assert Path("run/dataset/train.jsonl").read_bytes() == Path("out/round-1/train.jsonl").read_bytes()


def test_an_equal_score_is_no_improvement(quick):
    quick.scores = [3, 3]
    loop()
    assert len(record()["rounds"]) == 2
    assert record()["best"]["round"] == 0


def test_running_again_does_nothing_and_more_rounds_go_on(quick):
    loop(rounds=1, out="parts")
    before = Path("parts/loop.json").read_bytes()
    quick.trained.clear()
    assert loop(rounds=1, out="parts").exit_code == 0
    assert quick.trained == []
    assert Path("parts/loop.json").read_bytes() == before
    loop(rounds=3, out="parts")
    assert [plan.dataset for plan in quick.trained] == ["parts/round-2/train.jsonl"]
    assert record("parts")["best"]["round"] == 1


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("written", [True, False])
def test_an_interruption_at_any_stage_changes_nothing_in_the_end(quick, monkeypatch, written):
    """Each try ends right after a stage was recorded, or after one was done and before it was recorded."""
    from evol.train.loop import Loop

    quick.scores = [3, 2]
    loop("--test", "test.jsonl")
    Path("out").rename("whole")
    save, left = Loop._save, 0

    def killed(self: Loop) -> None:
        nonlocal left
        left -= 1
        if left or written:
            save(self)
        if not left:
            raise Killed

    monkeypatch.setattr(Loop, "_save", killed)
    for _ in range(STAGES):
        left = 2 if written else 3
        with pytest.raises(Killed):
            loop("--test", "test.jsonl")
    monkeypatch.setattr(Loop, "_save", save)
    assert loop("--test", "test.jsonl").exit_code == 0
    assert record() == record("whole")
    assert [ids(n) for n in range(2)] == [ids(n, "whole") for n in range(2)]


def test_a_budget_stops_with_exit_3_and_goes_on_with_more(quick):
    loop(out="whole")
    stopped = loop("--max-calls", "20", out="capped")
    assert stopped.exit_code == 3
    assert "again to go on" in stopped.stderr
    assert loop(out="capped").exit_code == 0
    assert ids(2, "capped") == ids(2, "whole")
    assert record("capped")["rounds"][2]["data"]["calls"] == record("whole")["rounds"][2]["data"]["calls"]


def test_an_evolved_row_that_is_a_dev_problem_is_left_out_and_named(quick):
    loop(rounds=1, out="before")
    before = rows(1, "before")
    evolved = next(row for row in before if row["generation"] == 1)
    dev = [problem(n, "d") for n in range(PROBLEMS - 1)]
    dev.append({"id": "stolen", "instruction": evolved["prompt"][0]["content"], "answer": evolved["answer"]})
    lines("dev.jsonl", dev)
    said = loop(rounds=1)
    assert said.exit_code == 0, said.output
    assert f"Left out of the data: {evolved['id']} is stolen of dev" in said.stderr
    assert evolved["id"] not in ids(1)
    assert len(ids(1)) == len(before) - 1
    assert json.loads(Path("out/round-1/left-out.jsonl").read_text())["id"] == evolved["id"]
    assert record()["rounds"][1]["data"]["left_out"][0]["problem"] == "stolen"


def test_a_dry_run_says_the_plan_and_writes_nothing(quick):
    said = loop("--dry-run", "--test", "test.jsonl")
    assert said.exit_code == 0
    assert "Rounds 1 to 3" in said.stdout
    assert "8 seeds" in said.stdout
    assert not Path("out").exists()
    assert quick.trained == []


def near_dev() -> list[dict[str, str]]:
    """Return seeds of which one is a dev problem with another beginning."""
    text = (
        "A harbour master counts 14 trawlers and 9 yachts at dawn, then sees 6 trawlers leave before the fog "
        "lifts over the breakwater. How many boats are in the harbour?"
    )
    lines("dev.jsonl", [{"id": "boats", "instruction": text, "answer": "17"}])
    return [problem(0, "s"), {"id": "near", "instruction": f"Solve this, please. {text}", "answer": "17"}]


MISTAKES = {
    "dev is test": (lambda: None, ["--test", "dev.jsonl"], "--dev and --test are the same problems"),
    "dev holds a test problem": (
        lambda: lines("test.jsonl", [problem(9, "t"), problem(2, "d") | {"id": "other"}]),
        ["--test", "test.jsonl"],
        "1 problems of the dev set are in the test set (d2 is other of test (the same text))",
    ),
    "a seed is a dev problem": (
        lambda: lines("seeds.jsonl", [problem(0, "s"), problem(3, "d") | {"id": "copy"}]),
        [],
        "1 seeds are problems of a held-out set (copy is d3 of dev (the same text))",
    ),
    "a seed is nearly a dev problem": (
        lambda: lines("seeds.jsonl", near_dev()), [], "near is boats of dev (instruction, 100% alike)",
    ),
    "no dev set": (lambda: None, ["--dev", "no.jsonl"], "no.jsonl"),
    "a dev set without golds": (
        lambda: lines("dev.jsonl", [{"id": "x", "instruction": "What is 2 + 2?"}]), ["--domain", "math"],
        "dev: the problem 'x' has nothing to judge an answer by"),
    "no model": (lambda: None, ["--model", "./nobody"], "nobody"),
    "unknown key": (lambda: None, ["--set", "learning_rat=1"], "Did you mean 'learning_rate'?"),
    "unknown domain": (lambda: None, ["--domain", "maht"], "maht"),
    "no seeds": (lambda: None, ["--seeds", "none.jsonl"], "none.jsonl"),
    "a folder of something else": (
        lambda: (Path("out").mkdir(), Path("out/notes").write_text("")), [], "holds no loop"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_exit_2_and_nothing_written(quick, name):
    prepare, arguments, said = MISTAKES[name]
    prepare()
    found = loop(*arguments)
    assert found.exit_code == 2, found.output
    assert said in found.stderr
    assert "Traceback" not in found.output
    assert quick.trained == []
    assert not Path("out/loop.json").exists()


def test_another_configuration_in_the_same_folder_is_refused_by_name(quick):
    loop(rounds=1)
    said = loop("--set", "learning_rate=1e-3", rounds=1)
    assert said.exit_code == 2
    assert "recipe.learning_rate" in said.stderr


def test_the_real_thing_trains_and_scores_a_tiny_model(here, tiny_models, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    Path("base/config.json").unlink()
    tiny_models.write_tiny_llama(Path("base"), width=32, layers=1)
    said = loop("--set", "max_steps=1", "--set", "per_device_train_batch_size=2", "--max-new-tokens", "4",
                "--limit", "4", "--quiet", "--json", rounds=1)  # fmt: skip
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout.splitlines()[-1])
    assert found["ended"] == "round 1 did not raise the dev score"
    assert found["best"]["round"] == 0
    assert all(Path(f"out/round-{n}/model/model.safetensors").exists() for n in (0, 1))


def test_without_the_training_libraries_a_sentence_says_what_to_install(quick, monkeypatch):
    monkeypatch.setitem(sys.modules, "trl", None)
    said = loop()
    assert said.exit_code == 2
    assert "pip install 'evol[train]'" in said.stderr
