"""`evol eval openai:MODEL` against llama.cpp: asked once, recorded, and cut replies said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.cli.main import main

pytestmark = pytest.mark.integration


def test_a_served_model_is_evaluated_and_not_asked_again(tiny_server, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", tiny_server.base_url)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    benchmark = tmp_path / "bench.jsonl"
    rows = [{"question": f"How many are {n} boxes of 2?", "answer": str(2 * n)} for n in range(4)]
    benchmark.write_text("".join(json.dumps(row) + "\n" for row in rows))
    command = [
        "eval",
        f"openai:{tiny_server.model}",
        "--benchmark",
        str(benchmark),
        "--out",
        str(tmp_path / "out"),
    ]
    command += ["--max-new-tokens", "4"]
    first = CliRunner().invoke(main, command)
    assert first.exit_code == 0, first.output
    result = json.loads((tmp_path / "out" / "tiny" / "result.json").read_text())
    assert result["model"] == {"given": "openai:tiny", "identity": "openai:tiny"}
    assert result["counts"]["samples"] == 4
    assert (
        f"{result['counts']['cut_off']} of 4 replies did not stop" in first.output
        or not result["counts"]["cut_off"]
    )
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert CliRunner().invoke(main, command).exit_code == 0
    gone = CliRunner().invoke(
        main, [*command, "--prompt", str(_template(tmp_path)), "--out", str(tmp_path / "new")]
    )
    assert gone.exit_code == 2
    assert "does not answer" in gone.output


def _template(folder: Path) -> Path:
    path = folder / "prompt.md"
    path.write_text("{{ question }} Think.")
    return path
