"""`evol status`: what a run has kept and spent, and how hard a judge found it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evol.cli.main import main

RECIPE = "domain: general\nteacher: procedural\nlimit: 6\ngenerations: 2\nout: run\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def evol(*arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments])


def test_judged_difficulty_is_shown_by_generation() -> None:
    Path("recipe.yaml").write_text(f"{RECIPE}settings:\n  difficulty: true\n")
    assert evol("run", "--config", "recipe.yaml").exit_code == 0
    difficulty = json.loads(evol("status", "run", "--json").stdout)["difficulty"]
    assert [*difficulty] == ["0", "1", "2"]
    assert 1 <= difficulty["0"] < difficulty["1"] <= difficulty["2"] <= 10
    assert f"difficulty {difficulty['1']:.1f} as judged" in evol("status", "run").stdout


def test_nothing_is_said_of_difficulty_that_nobody_judged() -> None:
    Path("recipe.yaml").write_text(RECIPE)
    assert evol("run", "--config", "recipe.yaml").exit_code == 0
    assert json.loads(evol("status", "run", "--json").stdout)["difficulty"] == {}
    assert "difficulty" not in evol("status", "run").stdout
