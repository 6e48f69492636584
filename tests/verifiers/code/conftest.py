"""Sandboxes and verifiers that the tests of the code verifier share; skipped where no sandbox is."""

import pytest

from evol.errors import SandboxUnavailable
from evol.verifiers.code.verify import CodeVerifier
from evol.verifiers.sandbox import MATH, Limits, Sandbox


@pytest.fixture(scope="session")
def sandbox():
    try:
        made = Sandbox(1)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made


@pytest.fixture(scope="session")
def kitchen():
    try:
        made = Sandbox(1, kit=MATH)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    with made:
        yield made


@pytest.fixture(scope="session")
def verifier(sandbox):
    return CodeVerifier(sandbox, Limits(cpu_s=1, wall_s=10, memory_mb=256))
