"""The main job against a real server: a tiny model's nonsense is eliminated with reasons."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main

pytestmark = pytest.mark.integration


@pytest.fixture
def run(tiny_server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", tiny_server.base_url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    Path("recipe.yaml").write_text("domain: math\nsampling: {max_tokens: 24}\nsettings: {max_solutions: 4}\n")

    options = ["--config", "recipe.yaml", "--json", "--limit", "4", "--generations", "2"]

    def go(*arguments: str):
        return CliRunner().invoke(main, ["run", *options, *arguments])

    return go


def test_nonsense_is_eliminated_with_reasons_and_all_of_it_is_kept_aside(run, tiny_server):
    result = run("--teacher", f"openai:{tiny_server.model}")
    assert result.exit_code == 0, result.output
    facts = json.loads(result.stdout)
    lines = Path("runs/math/dataset/rejected.jsonl").read_text(encoding="utf-8").splitlines()
    rejected = [json.loads(line) for line in lines]
    assert facts["train"] + facts["rejected"] == 4 * 3
    assert len(rejected) == facts["rejected"] > 0
    assert all(row["reason"] and row["message"] and row["checks"] for row in rejected)
    assert {row["teacher"] for row in rejected} == {f"openai:{tiny_server.model}"}
    assert facts["calls"] > 0
    assert facts["completion_tokens"] > 0


def test_running_again_asks_the_server_nothing(run, tiny_server):
    first = json.loads(run("--teacher", f"openai:{tiny_server.model}").stdout)
    before = Path("runs/math/dataset/rejected.jsonl").read_bytes()
    again = json.loads(run("--teacher", f"openai:{tiny_server.model}").stdout)
    assert again["calls"] == first["calls"]
    assert Path("runs/math/dataset/rejected.jsonl").read_bytes() == before


def test_a_model_is_to_be_named_where_an_endpoint_is_set(run):
    result = run()
    assert result.exit_code == 2
    assert "--teacher openai:MODEL" in result.stderr
    assert not Path("runs").exists()
