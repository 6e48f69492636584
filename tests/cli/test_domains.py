"""`evol domains`: list, show, new, check, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evol.cli.main import main


def domains(*words: str) -> Result:
    return CliRunner().invoke(main, ["domains", *words])


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_list_names_the_installed_packs() -> None:
    assert "math" in domains("list").output
    assert "math" in [row["name"] for row in json.loads(domains("list", "--json").output)]


def test_new_check_and_show_lead_a_person_on(here: Path) -> None:
    made = domains("new", "sql")
    assert made.exit_code == 0
    assert "evol domains check ./sql" in made.output
    checked = domains("check", "./sql")
    assert checked.exit_code == 0, checked.output
    shown = domains("show", "./sql")
    assert "add-step" in shown.output
    assert "solutions = 2" in shown.output


def test_new_refuses_to_overwrite(here: Path) -> None:
    domains("new", "sql")
    before = {path: path.read_bytes() for path in here.rglob("*.*") if path.is_file()}
    again = domains("new", "sql")
    assert again.exit_code == 2
    assert "exists already" in again.output
    assert before == {path: path.read_bytes() for path in here.rglob("*.*") if path.is_file()}


def test_check_exits_with_1_and_says_what_fails(here: Path) -> None:
    domains("new", "sql")
    (here / "sql" / "prompts" / "breadth.md").write_text("Nothing.")
    failed = domains("check", "./sql")
    assert failed.exit_code == 1
    assert "prompt breadth: the instruction does not stand whole" in failed.output
    found = json.loads(domains("check", "./sql", "--json").stdout)["./sql"]
    assert [f["subject"] for f in found if not f["passed"]] == ["breadth"]


def test_show_for_machines_holds_digests(here: Path) -> None:
    domains("new", "sql")
    facts = json.loads(domains("show", "./sql", "--json").output)
    assert facts["name"] == "sql"
    assert set(facts["prompts"]) == {"prompts/add-step.md", "prompts/answer.md", "prompts/breadth.md"}


def test_an_unknown_domain_is_one_sentence() -> None:
    result = domains("show", "mathh")
    assert result.exit_code == 2
    assert "Did you mean 'math'?" in result.output
