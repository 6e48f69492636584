"""`evol train --method grpo`: the verdict on what a tiny model samples is its reward."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main
from evol.errors import VerifierStopped

pytest.importorskip("trl", reason="GRPO is TRL's")

ASKED = ["How many are 3 + 4?", "How many are 5 + 1?"]
GOLDS = ["7", "6"]


def evol(*arguments: str):
    return CliRunner().invoke(main, ["train", *arguments])


@pytest.fixture(scope="module")
def models(tiny_models, tmp_path_factory):
    """Return a folder with a model that knows both answers by heart, and one that says wrong ones."""
    import torch

    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("models")
    right = [(asked, f"The answer is {gold}.") for asked, gold in zip(ASKED, GOLDS, strict=True)]
    tiny_models.write_tiny_llama(folder / "right", right, width=32, layers=1, steps=200)
    wrong = [(asked, "The answer is 9.") for asked in ASKED]
    tiny_models.write_tiny_llama(folder / "wrong", wrong, width=32, layers=1, steps=200)
    return folder


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    rows = [{"question": q, "answer": f"So it is.\n#### {g}"} for q, g in zip(ASKED, GOLDS, strict=True)]
    return lines("rows.jsonl", rows)


def lines(path: str, rows: list[dict]) -> str:
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


QUICK = ["--method", "grpo", "--set", "max_steps=2", "--set", "num_generations=4", "--set",
         "per_device_train_batch_size=8", "--set", "max_completion_length=12", "--set", "logging_steps=1",
         "--set", "temperature=0.5"]  # fmt: skip


def rewards(out: str) -> list[float]:
    return [e["reward"] for e in json.loads(Path(out, "training/log.json").read_text()) if "reward" in e]


def test_right_answers_earn_one_and_wrong_ones_nothing(models, data):
    for name, expected in (("right", 1.0), ("wrong", 0.0)):
        said = evol(data, "--model", str(models / name), "--out", name, *QUICK)
        assert said.exit_code == 0, said.output
        assert rewards(name) == pytest.approx([expected] * 2, abs=0.13)
    card = Path("right/README.md").read_text()
    assert "evol.train.rewards.verified_reward" in card
    assert "--method grpo" in card
    assert Path("right/training/rewards.svg").exists()
    assert (
        "reward_funcs:\n- evol.train.rewards.verified_reward"
        in Path("right/training/trl-grpo.yaml").read_text()
    )


def test_the_reward_is_given_the_gold_of_its_own_row():
    from evol.train.rewards import verified_reward

    told: dict[str, list] = {}
    found = verified_reward(
        prompts=[ASKED[0], ASKED[1], ASKED[0]],
        completions=[
            [{"role": "assistant", "content": "The answer is 7."}],
            [{"role": "assistant", "content": "The answer is 7."}],
            "The answer is 7.",
        ],
        domain=["math"] * 3,
        judged=[json.dumps({"instruction": "?", "gold": gold}) for gold in ("7", "6", "")],
        log_extra=lambda name, values: told.update({name: values}),
        log_metric=lambda name, value: told.update({name: value}),
    )
    assert found == [1.0, 0.0, None]
    assert told["verified/accept"] == pytest.approx(1 / 3)
    assert [reason.partition(":")[0] for reason in told["verdict"]] == ["accept", "reject", "undecided"]


def test_what_was_not_judged_in_time_is_left_out_rather_than_punished(monkeypatch):
    from evol.train import rewards
    from evol.train.rewards import verified_reward

    class Stopping:
        workers = 1

        def run(self, function, *args, limit_s):
            raise VerifierStopped(f"The verifier was stopped after {limit_s} s.")

    monkeypatch.setattr(rewards, "_pool", Stopping)
    told: dict[str, list] = {}
    row = json.dumps({"instruction": "?", "gold": "7"})
    found = verified_reward(
        ["?"], ["The answer is 8."], domain=["math"], judged=[row],
        log_extra=lambda name, values: told.update({name: values}),
    )  # fmt: skip
    assert (found, told["verdict"]) == ([None], ["undecided: worker_stopped"])


def test_what_a_run_kept_is_asked_without_its_response_and_judged_by_its_own_domain(models, data):
    row = {
        "id": "r", "prompt": [{"role": "user", "content": ASKED[0]}], "answer": "7", "tests": None,
        "completion": [{"role": "assistant", "content": "The answer is 7."}], "domain": "math",
        "verdict": {"outcome": "accept", "reason": "agreed"}, "schema_version": 1,
    }  # fmt: skip
    bad = {**row, "id": "s", "verdict": {"outcome": "reject", "reason": "no_agreement"}}
    said = evol(lines("run.jsonl", [row, bad]), "--model", str(models / "right"), "--out", "out", *QUICK)
    assert said.exit_code == 0, said.output
    assert "reject: no_agreement" in said.stdout
    (trained,) = [json.loads(line) for line in Path("out/training/data/train.jsonl").read_text().splitlines()]
    assert trained["prompt"] == row["prompt"]
    assert trained["domain"] == "math"
    assert json.loads(trained["judged"]) == {"instruction": ASKED[0], "answer": "7"}


def test_a_dry_run_shows_a_prompt_and_what_is_left_out_and_trains_nothing(models, data):
    rows = [{"question": ASKED[0], "answer": "#### 7"}, {"question": "Long? " * 200, "answer": "#### 1"}]
    said = evol(
        lines("long.jsonl", rows), "--model", str(models / "right"), "--out", "out", *QUICK, "--dry-run"
    )
    assert said.exit_code == 0, said.output
    assert ASKED[0] in said.stdout
    assert "no room for max_completion_length" in said.stdout
    assert "the loss falls on the answers that it samples" in said.stdout
    assert "[[" not in said.stdout
    assert "0% in the loss" not in said.stdout
    assert not Path("out").exists()


MISTAKES = {
    "unknown key": (["--set", "num_generation=4"], "Did you mean 'num_generations'?"),
    "a key of SFT": (["--set", "packing=true"], "Unknown recipe key 'packing'"),
    "unknown domain": (["--domain", "maht"], "maht"),
    "a batch that does not divide": (["--set", "num_generations=3"], "num_generations"),
    "a prompt of the evaluation set": (["--eval", "rows.jsonl"], "of the evaluation set rows.jsonl"),
    "no room": (["--set", "max_completion_length=5000"], "No prompt fits"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_and_exit_2(models, data, name):
    arguments, said = MISTAKES[name]
    found = evol(data, "--model", str(models / "right"), "--out", "out", *QUICK, *arguments)
    assert found.exit_code == 2, found.output
    assert said in found.stderr
    assert "Traceback" not in found.output


def test_rows_without_golds_or_domain_are_refused_in_a_sentence(models, data):
    none = lines("none.jsonl", [{"instruction": "How many?", "domain": "math"}])
    said = evol(none, "--model", str(models / "right"), "--out", "out", *QUICK)
    assert said.exit_code == 2
    assert "No row of none.jsonl is left to learn from (1 unusable: no gold" in said.stderr
    whose = lines("whose.jsonl", [{"instruction": "How many?", "answer": "7"}])
    said = evol(whose, "--model", str(models / "right"), "--out", "out", *QUICK)
    assert "give --domain" in said.stderr


def test_where_no_answer_could_be_judged_there_is_no_mean_and_no_flood_of_warnings(
    tiny_models, data, tmp_path
):
    words = [(asked, "I would rather not say so.") for asked in ASKED]
    model = tiny_models.write_tiny_llama(tmp_path / "shy", words, width=32, layers=1, steps=200)
    cold = ["--set", "temperature=0.01", "--json"]
    said = evol(data, "--model", str(model), "--out", "out", *QUICK, *cold)
    assert said.exit_code == 0, said.output
    assert "returned None" not in said.output
    card = Path("out/README.md").read_text()
    assert "nan" not in card
    assert "none could be judged" in card
