"""`evol run` as a person runs it: results, resuming after anything, and every mistake a sentence."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main
from evol.scaffold import write_pack

WORDS = ["amber", "basalt", "cedar", "delta", "ember", "fjord", "glacier", "heron", "iris", "juniper"]
FILES = ("train.jsonl", "train.parquet", "rejected.jsonl", "rejected.parquet", "README.md")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write_pack("words", Path())
    return tmp_path


def evol(*arguments: str):
    return CliRunner().invoke(main, [*arguments])


def seeds(count: int, path: str = "seeds.jsonl") -> str:
    dice = random.Random(5)
    rows = []
    for number in range(count):
        words = [f"{word}{number}" for word in dice.sample(WORDS, 4)]
        text = f"Put these words in alphabetical order: {', '.join(words)}."
        rows.append({"id": f"r{number}", "instruction": text, "answer": ", ".join(sorted(words))})
    Path(path).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def files(folder: str) -> dict[str, bytes]:
    return {name: (Path(folder) / "dataset" / name).read_bytes() for name in FILES}


def test_the_default_command_writes_a_run_folder_and_nothing_else():
    result = evol("--domain", "./words")
    assert result.exit_code == 0, result.output
    assert "procedural teacher" in result.stderr
    assert "--teacher openai:MODEL" in result.stderr
    assert sorted(p.name for p in Path("runs/words").iterdir()) == ["dataset", "run.db", "run.yaml"]
    assert sorted(p.name for p in Path("runs/words/dataset").iterdir()) == sorted(FILES)


def test_json_is_one_object_that_accounts_for_every_attempt():
    result = evol("run", "--domain", "./words", "--seeds", seeds(10), "--generations", "2", "--json",
                  "--teacher", "procedural:error=0.5")  # fmt: skip
    facts = json.loads(result.stdout)
    assert facts["train"] + facts["rejected"] == 30
    assert sum(facts["reasons"].values()) + facts["duplicates"] == facts["rejected"]


def test_concurrency_changes_nothing():
    for name, concurrency in (("a", "1"), ("b", "50")):
        evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", name, "--concurrency", concurrency)
    assert files("a") == files("b")


def test_raising_the_limit_goes_on():
    evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "whole")
    evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "parts", "--limit", "7")
    result = evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "parts")
    assert result.exit_code == 0
    assert files("whole") == files("parts")


def test_a_budget_stops_with_exit_3_and_goes_on_with_more():
    evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "whole")
    stopped = evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "capped", "--max-calls", "50")
    assert stopped.exit_code == 3
    assert "50 calls" in stopped.stderr
    assert json.loads(evol("status", "capped", "--json").stdout)["calls"] == 50
    assert evol("run", "--domain", "./words", "--seeds", seeds(20), "--out", "capped").exit_code == 0
    assert files("whole") == files("capped")


def test_a_dry_run_writes_nothing_and_comes_close():
    guess = json.loads(evol("run", "--domain", "./words", "--seeds", seeds(60), "--dry-run", "--json").stdout)
    assert not Path("runs").exists()
    spent = json.loads(evol("run", "--domain", "./words", "--seeds", seeds(60), "--json").stdout)["calls"]
    assert 0.8 * spent <= guess["calls"] <= 1.2 * spent


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from evol.cli.main import main; main()", "run", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_rows(folder: str, rows: int, process: subprocess.Popen[bytes]) -> None:
    """Return once the run has stored so many rows, or has ended."""
    import sqlite3

    while process.poll() is None:
        try:
            with sqlite3.connect(f"file:{folder}/run.db?mode=ro", uri=True) as db:
                if db.execute("SELECT count(*) FROM samples").fetchone()[0] >= rows:
                    return
        except sqlite3.Error:
            os.sched_yield()


def test_kill_9_again_and_again_ends_in_the_same_bytes_and_no_call_twice(here):
    arguments = ["--domain", "./words", "--seeds", seeds(250), "--teacher", "procedural:error=0.3"]
    evol("run", *arguments, "--out", "whole")
    dice, killed = random.Random(1), 0
    for stop in range(10):
        process = start(*arguments, "--out", "killed", "--quiet")
        wait_for_rows("killed", 100 * (stop + 1) + dice.randrange(50), process)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        process.communicate()
    assert killed >= 5
    assert evol("run", *arguments, "--out", "killed").exit_code == 0
    whole, again = files("whole"), files("killed")
    assert whole.keys() == again.keys()
    assert all(whole[name] == again[name] for name in FILES)


def test_ctrl_c_once_ends_cleanly_with_130_and_resumes(here):
    arguments = ["--domain", "./words", "--seeds", seeds(400)]
    process = start(*arguments, "--out", "stopped")
    wait_for_rows("stopped", 50, process)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert b"Traceback" not in errors
    assert b"again to go on" in errors
    partial = len(Path("stopped/dataset/train.jsonl").read_text().splitlines())
    assert evol("run", *arguments, "--out", "stopped").exit_code == 0
    evol("run", *arguments, "--out", "whole")
    assert files("stopped") == files("whole")
    assert partial < len(Path("whole/dataset/train.jsonl").read_text().splitlines())


def test_a_second_process_in_the_same_folder_is_refused(here):
    process = start("--domain", "./words", "--seeds", seeds(3000), "--out", "busy")
    wait_for_rows("busy", 1, process)
    refused = evol("run", "--domain", "./words", "--seeds", seeds(3000), "--out", "busy")
    process.kill()
    process.communicate()
    assert refused.exit_code == 2
    assert "Another evol is writing to busy" in refused.stderr


MISTAKES = {
    "no seeds file": (["--seeds", "missing.jsonl"], "missing.jsonl"),
    "unknown teacher": (["--teacher", "opnai:x"], "Did you mean 'openai'?"),
    "bad error share": (["--teacher", "procedural:error=2"], "SHARE"),
    "no such recipe": (["--config", "nope.yaml"], "nope.yaml"),
    "cost without prices": (["--max-cost", "1"], "prices"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_sentence_exit_2_and_nothing_written(name):
    arguments, said = MISTAKES[name]
    before = sorted(Path().rglob("*"))
    result = evol("run", "--domain", "./words", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert not Path("runs").exists()
    assert [path for path in before if not path.exists()] == []


RECIPES = {
    "generatoins: 3\ndomain: ./words\n": "Did you mean 'generations'?",
    "domain: ./words\nsampling: {temprature: 1}\n": "Did you mean 'temperature'?",
    "domain: ./words\nconcurrency: many\n": "concurrency",
    "- a\n- b\n": "mapping",
    "a: [1\n": "not YAML",
    "generations: 2\n": "--domain",
    "domain: ./words\nsettings: {solutoins: 3}\n": "Did you mean 'solutions'?",
}


@pytest.mark.parametrize("text", RECIPES)
def test_a_wrong_recipe_names_the_key_and_the_nearest(text):
    Path("recipe.yaml").write_text(text)
    result = evol("run", "--config", "recipe.yaml")
    assert result.exit_code == 2
    assert RECIPES[text] in result.stderr
    assert not Path("runs").exists()


def test_a_pack_without_a_judge_says_so():
    result = evol("run", "--domain", "./words", "--judge")
    assert result.exit_code == 2
    assert "no setting 'judge'" in result.stderr


def test_a_recipe_is_overridden_by_flags():
    Path("recipe.yaml").write_text("domain: ./words\ngenerations: 3\nformat: alpaca\n")
    evol("run", "--config", "recipe.yaml", "--generations", "1")
    rows = [json.loads(line) for line in Path("runs/words/dataset/train.jsonl").read_text().splitlines()]
    assert {row["generation"] for row in rows} == {0, 1}
    assert {"instruction", "input", "output"} <= rows[0].keys()


def test_strange_rows_pass_through_or_are_rejected_with_a_reason():
    texts = [
        "x" * 1_000_000,
        "null \x00 byte",
        "lone \ud83d surrogate",
        "emoji 🎉 and\r\nmixed\nlines",
        "",
        None,
        "  ",
    ]
    rows = [{"id": str(n), "instruction": text, "answer": "1"} for n, text in enumerate(texts)]
    Path("odd.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = evol("run", "--domain", "./words", "--seeds", "odd.jsonl", "--generations", "1", "--json")
    assert result.exit_code == 0, result.output
    written = Path("runs/words/dataset")
    kept = [json.loads(line) for name in ("train", "rejected") for line in (written / f"{name}.jsonl").open()]
    assert {row["id"] for row in kept if row["generation"] == 0} == {str(n) for n in range(len(texts))}


def test_show_tells_a_rows_story_and_hides_the_teachers_truth():
    evol("--domain", "./words", "--teacher", "procedural:error=0.5")
    row = json.loads(Path("runs/words/dataset/rejected.jsonl").read_text().splitlines()[-1])
    shown = evol("show", row["id"][:10])
    assert shown.exit_code == 0
    assert row["reason"] in shown.output
    assert "seed" in shown.output
    plain = evol("show", row["id"], "--json").stdout
    assert "truth" not in plain
    assert json.loads(plain)["id"] == row["id"]


def test_show_of_an_unknown_id_says_where_it_looked():
    evol("--domain", "./words")
    result = evol("show", "zzz")
    assert result.exit_code == 2
    assert "runs/words" in result.stderr


def test_show_of_a_runs_folder_says_that_it_wants_a_row():
    evol("--domain", "./words")
    result = evol("show", "runs/words")
    assert result.exit_code == 2
    assert "--run runs/words" in result.stderr


def test_export_writes_another_form_and_size():
    evol("--domain", "./words")
    result = evol("export", "runs/words", "--out", "small", "--format", "sharegpt", "--size", "4", "--json")
    assert json.loads(result.stdout)["train"] == 4
    assert "conversations" in json.loads(Path("small/train.jsonl").read_text().splitlines()[0])


def test_commands_on_a_folder_that_is_no_run_say_so():
    for command in (["status", "words"], ["export", "words"], ["show", "x", "--run", "words"]):
        result = evol(*command)
        assert result.exit_code == 2
        assert "not a run folder" in result.stderr
