"""One sandbox per level for all tests of this folder; a level that cannot be had here is skipped with
its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from evol.errors import SandboxUnavailable
from evol.verifiers.sandbox import Level, Profile, Sandbox

WALLS = (Level.STRONG, Level.LANDLOCK, Level.SECCOMP)


@pytest.fixture(scope="session")
def sandbox_at() -> Iterator[Callable[..., Sandbox]]:
    made: dict[tuple[Level, Profile], Sandbox] = {}

    def get(level: Level, profile: Profile = Profile.PURE) -> Sandbox:
        if (level, profile) not in made:
            try:
                made[level, profile] = Sandbox(2, level=level, profile=profile)
            except SandboxUnavailable as missing:
                pytest.skip(str(missing))
        return made[level, profile]

    yield get
    for sandbox in made.values():
        sandbox.close()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    try:
        with Sandbox(2) as one:
            yield one
    except SandboxUnavailable as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=WALLS, ids=str)
def walled(request: pytest.FixtureRequest, sandbox_at: Callable[..., Sandbox]) -> Sandbox:
    """The sandbox at each level that has a wall."""
    return sandbox_at(request.param)
