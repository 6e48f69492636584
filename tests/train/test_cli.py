"""`evol train` as a person meets it: what it prints, its exit codes, its one-sentence errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

pytest.importorskip("trl", reason="needs the [train] extra")

from evol.cli.main import main
from evol.cli.train import _piece

from .conftest import QUICK, chat_row, sums, write_rows


def evol(*words: object) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, words)])


def settings() -> list[str]:
    return [word for key, value in QUICK.items() for word in ("--set", f"{key}={value}")]


def test_a_dry_run_shows_the_row_its_mask_and_the_estimate(base_model: Path, tmp_path: Path) -> None:
    rows = write_rows(
        tmp_path / "rows.jsonl",
        [
            *sums(20),
            chat_row("x?", "very long " * 200),
            chat_row("y?", "\u001b[31mno", verdict={"outcome": "reject", "reason": "wrong"}),
        ],
    )
    done = evol(rows, "--model", base_model, "--out", tmp_path / "out", "--dry-run", *settings())
    assert done.exit_code == 0, done.output
    assert "How many is 0 plus 0?<|im_end|>" in done.output
    assert "[[It is 0.<|im_end|>]]" in done.output
    assert "20 rows (prompt-completion), 2 left out" in done.output
    assert "1  reject: wrong" in done.output
    assert "1  longer than max_length" in done.output
    assert "6 steps of 8 rows" in done.output
    assert not (tmp_path / "out").exists()


def test_a_dry_run_in_json(base_model: Path, rows_file: Path, tmp_path: Path) -> None:
    done = evol(
        rows_file, "--model", base_model, "--out", tmp_path / "out", "--dry-run", "--json", *settings()
    )
    facts = json.loads(done.output)
    assert (facts["rows"], facts["steps"], facts["left_out"]) == (48, 6, {})
    assert facts["quantiles"]["1"] >= facts["quantiles"]["0.5"] > 0
    assert facts["memory"] > 12 * facts["parameters"]


def test_training_ends_in_one_json_object(base_model: Path, rows_file: Path, tmp_path: Path) -> None:
    done = evol(rows_file, "--model", base_model, "--out", tmp_path / "out", "--json", *settings())
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout.strip().splitlines()[-1])
    assert (facts["steps"], facts["rows"], facts["folder"]) == (6, 48, str(tmp_path / "out"))


def test_a_mistake_is_one_sentence_and_exit_2(base_model: Path, rows_file: Path, tmp_path: Path) -> None:
    done = evol(rows_file, "--model", base_model, "--set", "lerning_rate=1", "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: Unknown recipe key 'lerning_rate'. Did you mean 'learning_rate'?")
    assert "Traceback" not in done.output
    done = evol(tmp_path / "none.jsonl", "--model", base_model, "--out", tmp_path / "out")
    assert (done.exit_code, "There is no file" in done.stderr) == (2, True)


def test_ctrl_c_is_exit_130(
    base_model: Path, rows_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import signal

    monkeypatch.setattr("evol.cli.train._say", lambda text: "step 2" in text and signal.raise_signal(2))
    done = evol(rows_file, "--model", base_model, "--out", tmp_path / "out", *settings())
    assert done.exit_code == 130
    assert (tmp_path / "out" / "checkpoint-3").is_dir()


def test_a_terminal_dims_what_has_no_loss_and_no_row_drives_it() -> None:
    assert "\x1b[2m" in _piece("prompt", False, True)
    assert "\x1b[1m" in _piece("answer", True, True)
    assert _piece("\x1b[31m", True, False) == "[[\\x1b[31m]]"
    assert len(_piece("a" * 100_000, False, False)) < 5_000
