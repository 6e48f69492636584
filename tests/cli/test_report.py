"""`evol report` as a person runs it: one page that needs no network and obeys no row."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main
from evol.scaffold import write_pack

ATTACK = "Sort these words: </script><script>alert(1)</script>, <img src=x onerror=alert(2)>."


@pytest.fixture
def page(tmp_path, monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    write_pack("words", Path())
    Path("seeds.jsonl").write_text(json.dumps({"instruction": ATTACK, "answer": "a"}) + "\n")
    run = ["run", "--domain", "./words", "--seeds", "seeds.jsonl", "--teacher", "procedural:error=0.5"]
    assert CliRunner().invoke(main, run).exit_code == 0
    result = CliRunner().invoke(main, ["report", "runs/words", "--out", "report.html"])
    assert result.exit_code == 0, result.output
    return Path("report.html").read_text(encoding="utf-8")


def test_a_row_full_of_script_stays_text(page):
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "alert(1)" in page


def test_the_page_asks_for_nothing_from_anywhere(page):
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", page)
    assert "@import" not in page
    assert "url(http" not in page


def test_a_folder_that_is_no_run_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["report", "."])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
