"""Somebody else's pack, installed as a package of its own, is found, checked and run like ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parent / "plugin"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed the plugin, and nothing else."""
    target = tmp_path_factory.mktemp("site")
    source = tmp_path_factory.mktemp("source") / "plugin"
    source.mkdir()
    for path in PLUGIN.rglob("*"):
        if path.is_file() and "__pycache__" not in path.parts:
            (source / path.relative_to(PLUGIN)).parent.mkdir(parents=True, exist_ok=True)
            (source / path.relative_to(PLUGIN)).write_bytes(path.read_bytes())
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*install, "--target", str(target), str(source)], check=True)
    return target


def evol(site: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    hidden = {"OPENAI_API_KEY", "OPENAI_BASE_URL"}
    environment = {key: value for key, value in os.environ.items() if key not in hidden}
    return subprocess.run(
        [sys.executable, "-c", "from evol.cli.main import main; main()", *words],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_is_listed_beside_ours(site: Path, tmp_path: Path) -> None:
    names = [row["name"] for row in json.loads(evol(site, tmp_path, "domains", "list", "--json").stdout)]
    assert {"math", "sql"} <= set(names)


def test_it_passes_the_conformance_test(site: Path, tmp_path: Path) -> None:
    done = evol(site, tmp_path, "domains", "check", "sql")
    assert done.returncode == 0, done.stdout + done.stderr


def test_it_evolves_verified_rows(site: Path, tmp_path: Path) -> None:
    done = evol(site, tmp_path, "--domain", "sql", "--quiet", "--generations", "2")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in (tmp_path / "runs/sql/dataset/train.jsonl").open()]
    assert {row["generation"] for row in rows} == {0, 1, 2}
    assert all(row["verdict"]["reason"] == "same_rows" for row in rows)


def test_its_eliminator_catches_a_teacher_that_errs(site: Path, tmp_path: Path) -> None:
    teacher = "procedural:error=0.5"
    done = evol(site, tmp_path, "--domain", "sql", "--quiet", "--teacher", teacher, "--out", "errs")
    assert done.returncode == 0, done.stderr
    rejected = [json.loads(line) for line in (tmp_path / "errs/dataset/rejected.jsonl").open()]
    assert {row["reason"] for row in rejected} & {"no_agreement", "answer_mismatch"}
    kept = [json.loads(line) for line in (tmp_path / "errs/dataset/train.jsonl").open()]
    assert not [row for row in kept if "LIMIT 0" in row["completion"][0]["content"]]
