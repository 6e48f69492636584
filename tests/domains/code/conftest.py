"""One pool of workers for all tests of the code pack: each starts a sandbox only once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from evol.verifiers.workers import WorkerPool


@pytest.fixture(scope="session")
def workers() -> Iterator[WorkerPool]:
    with WorkerPool(2, preload=["evol.domains.code.eliminator"]) as pool:
        yield pool
