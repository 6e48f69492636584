"""How property tests run: judged by what they find, not by how busy the machine is; tiny models."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # two idle threads spin where other work waits

settings.register_profile(
    "evol",
    deadline=None,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("evol")


@pytest.fixture(scope="session")
def tiny_models() -> ModuleType:
    """`tests/tiny_models.py`; a test that asks for it is skipped where torch is not installed."""
    for library in ("torch", "transformers", "tokenizers"):
        pytest.importorskip(library, reason="tiny models are made with the [train] extra")
    spec = importlib.util.spec_from_file_location("tiny_models", Path(__file__).with_name("tiny_models.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
