"""`evol doctor`: says what is there, shows no secret, and reports what a pack says of the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol import pack as packs
from evol.cli.main import main
from evol.scaffold import write_pack

SECRET = "sk-do-not-show-me"


def items() -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(CliRunner().invoke(main, ["doctor", "--json"]).stdout)
    return found


def by_name() -> dict[str, dict[str, str]]:
    return {item["name"]: item for item in items()}


def test_it_reports_versions_teacher_and_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    found = by_name()
    assert found["click"]["status"] == "ok"
    assert found["Jinja2"]["status"] == "ok"
    assert found["OPENAI_API_KEY"]["status"] == "note"
    assert "procedural" in found["OPENAI_API_KEY"]["detail"]
    assert found["current folder"]["status"] == "ok"


def test_it_never_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://user:{SECRET}@localhost:8000/v1?key={SECRET}")
    for words in (["doctor"], ["doctor", "--json"]):
        output = CliRunner().invoke(main, words).output
        assert SECRET not in output
        assert "http://localhost:8000/v1" in output


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('return [{"name": "wall", "status": "ok", "detail": "it stands"}]', ("wall", "ok", "it stands")),
        ("raise OSError('no kernel')", ("verifiers:doctor", "fails", "OSError: no kernel")),
    ],
)
def test_a_pack_reports_on_the_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, expected: tuple[str, str, str]
) -> None:
    folder = write_pack("walled", tmp_path)
    manifest = folder / "domain.toml"
    manifest.write_text(manifest.read_text().replace("[sampling]", 'doctor = "verifiers:doctor"\n[sampling]'))
    with (folder / "verifiers.py").open("a") as stream:
        stream.write(f"\n\ndef doctor():\n    {body}\n")
    pack = packs.load_pack(str(folder))
    monkeypatch.setattr(packs, "find_packs", lambda: {"walled": "walled"})
    monkeypatch.setattr(packs, "load_pack", lambda name: pack)
    found = [item for item in items() if item["part"] == "for walled"]
    assert [(item["name"], item["status"], item["detail"]) for item in found] == [expected]


def test_a_broken_pack_is_a_finding_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "find_packs", lambda: {"gone": "no_such_package"})
    result = CliRunner().invoke(main, ["doctor"])
    assert result.exit_code == 1
    assert "Needs attention: gone" in result.output
