"""`evol verify`: one answer or a file of rows, judged by the domain's own hook."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evol.cli.main import main
from evol.errors import VerifierStopped
from evol.scaffold import write_pack
from evol.verifiers.workers import WorkerPool

ROWS = [
    {"id": "right", "question": "?", "solution": "6 * 7 = 42\n#### 42", "answer": "42"},
    {"id": "other", "question": "?", "solution": "6 * 7 = 42\n#### 42", "answer": "43"},
    {"id": "slip", "question": "?", "solution": "6 * 7 = 48, and 48 - 6 = 42\n#### 42", "answer": "42"},
    {"id": "silent", "question": "?", "answer": "42"},
]


@pytest.fixture
def rows(tmp_path: Path) -> str:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(path)


def evol(*words: str) -> Result:
    return CliRunner().invoke(main, ["verify", *words])


def objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_answer_is_judged_in_words_and_in_json() -> None:
    result = evol("--gold", "1/2", "--answer", "The answer is 0.5.")
    assert (result.exit_code, result.stdout.split()[0]) == (0, "accept")
    (verdict,) = objects(evol("--gold", "1/2", "--answer", "0.6", "--json"))
    assert verdict["outcome"] == "reject"


def test_a_profile_changes_the_convention() -> None:
    assert evol("--gold", "1, 2", "--answer", "2, 1").stdout.startswith("reject")
    assert evol("--gold", "1, 2", "--answer", "2, 1", "--profile", "lenient").stdout.startswith("accept")


def test_each_row_has_its_verdict_and_the_summary_counts_reasons(rows: str) -> None:
    result = evol(rows, "--workers", "1")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    outcomes = [line.split()[3] for line in lines[: len(ROWS)]]
    assert outcomes == ["accept", "reject", "reject", "undecided"]
    assert any("wrong_step" in line for line in lines[len(ROWS) :])


def test_a_row_that_ran_out_of_time_is_tried_once_more(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two rows stop their worker the first time, the third whenever it is tried."""
    tried: Counter[str] = Counter()

    def run(pool: WorkerPool, judge: Any, domain: str, cells: dict[str, Any], limit_s: float) -> Any:
        tried[cells["id"]] += 1
        if cells["id"] == "slip" or (cells["id"] in ("right", "other") and tried[cells["id"]] == 1):
            raise VerifierStopped("A verifier ran out of time on this row.")
        return judge(domain, cells)

    monkeypatch.setattr(WorkerPool, "run", run)
    *judged, _ = objects(evol(rows, "--json"))
    outcomes = [(row["outcome"], row["reason"]) for row in judged]
    assert [outcome for outcome, _ in outcomes[:2]] == ["accept", "reject"]
    assert outcomes[2] == ("undecided", "worker_stopped")
    assert tried == {"right": 2, "other": 2, "slip": 2, "silent": 1}


def test_json_lines_keep_row_order_and_end_with_the_summary(rows: str) -> None:
    *judged, last = objects(evol(rows, "--json", "--workers", "2"))
    assert [row["id"] for row in judged] == [row["id"] for row in ROWS]
    assert [row["where"] for row in judged] == ["line 1", "line 2", "line 3", "line 4"]
    assert judged[2]["reason"] == "wrong_step"
    summary = last["summary"]
    assert isinstance(summary, dict)
    assert (summary["rows"], summary["accept"], summary["reject"], summary["undecided"]) == (4, 1, 2, 1)


def test_columns_are_mapped_by_name(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("known,said\n0.25,1/4\n2,3\n")
    judged = objects(evol(str(path), "--map", "gold=known,response=said", "--json", "--workers", "1"))
    assert [row["outcome"] for row in judged[:2]] == ["accept", "reject"]


@pytest.mark.parametrize(("share", "code"), [("0.25", 0), ("0.5", 1)])
def test_the_gate_decides_the_exit_code(rows: str, share: str, code: int) -> None:
    assert evol(rows, "--fail-under", share, "--workers", "1").exit_code == code


def test_a_broken_row_harms_no_other(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('answer,response\n4,"2 + 2 = 4"\n5\n6,6\n')
    judged = objects(evol(str(path), "--json", "--workers", "1"))
    assert [row["reason"] for row in judged[:3]][1] == "unreadable_row"
    assert [row["outcome"] for row in judged[:3]] == ["accept", "undecided", "accept"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["missing.jsonl"], "There is no file"),
        (["--gold", "1"], "Give either a FILE"),
        ([], "Give either a FILE"),
        (["--gold", "1", "--answer", "1", "--profile", "lenent"], "Did you mean 'lenient'?"),
        (["--gold", "1", "--answer", "1", "--domain", "maths"], "Did you mean 'math'?"),
        (["x.jsonl", "--map", "gold"], "NAME=COLUMN"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(words: list[str], said: str) -> None:
    result = evol(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_mapped_column_that_is_missing_is_named(rows: str) -> None:
    result = evol(rows, "--map", "response=text")
    assert (result.exit_code, "no column 'text'" in result.stderr) == (2, True)


def test_broken_json_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"answer": "1", "response": "1"}\n{"answer": \n')
    result = evol(str(path), "--workers", "1")
    assert (result.exit_code, "line 2" in result.stderr) == (2, True)


def test_a_pack_from_a_folder_judges_by_its_own_hook(tmp_path: Path, rows: str) -> None:
    folder = write_pack("shouting", tmp_path)
    manifest = folder / "domain.toml"
    kept = [line for line in manifest.read_text().splitlines() if not line.startswith("verify ")]
    manifest.write_text("\n".join(kept).replace("[sampling]", 'verify = "loud:verify_row"\n[sampling]'))
    (folder / "loud.py").write_text(
        "from evol.types import Verdict\n\n\n"
        "def verify_row(row):\n"
        "    return Verdict.accept('loud', 'loud', str(row['id']).upper())\n"
    )
    judged = objects(evol(rows, "--domain", str(folder), "--json", "--workers", "1"))
    assert [row["message"] for row in judged[:2]] == ["RIGHT", "OTHER"]
