"""From what a person writes after --teacher to a teacher."""

from __future__ import annotations

import subprocess
import sys

import pytest

from evol.errors import ConfigError
from evol.teacher import make_teacher


def make(spec):
    return make_teacher(
        spec, procedural=lambda error, seed: ("procedural", error, seed), seed=7, concurrency=3, timeout_s=9
    )


@pytest.fixture(autouse=True)
def _no_endpoint(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("spec", "error"),
    [(None, 0.0), ("procedural", 0.0), ("procedural:error=0.2", 0.2), ("procedural:error=1", 1.0)],
)
def test_the_packs_own_teacher_is_built_with_its_error_and_the_runs_seed(spec, error):
    assert make(spec) == ("procedural", error, 7)


@pytest.mark.parametrize("model", ["gpt-5", "qwen2.5:7b", "org/model"])
def test_a_model_is_all_that_follows_the_first_colon(model):
    assert make(f"openai:{model}").identity == f"openai:{model}"


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("opnai:gpt-5", "Did you mean 'openai'"),
        ("openai", "openai:MODEL"),
        ("openai:", "openai:MODEL"),
        ("procedural:error=2", "0 to 1"),
        ("procedural:error=", "0 to 1"),
        ("procedural:error=nan", "0 to 1"),
        ("procedural:eror=0.2", "procedural:error=SHARE"),
        ("", "openai:MODEL"),
    ],
)
def test_anything_else_is_answered_with_what_to_write(spec, said):
    with pytest.raises(ConfigError, match=said):
        make(spec)


def test_an_endpoint_without_a_model_is_not_passed_over(monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://localhost:8000/v1")
    with pytest.raises(ConfigError, match="no model is named"):
        make(None)


def test_naming_a_model_imports_no_openai():
    code = (
        "import sys; from evol.teacher import make_teacher;"
        "make_teacher('openai:x', procedural=None, seed=0, concurrency=1, timeout_s=1);"
        "sys.exit(any(name in sys.modules for name in ('openai', 'aiohttp', 'httpx2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
