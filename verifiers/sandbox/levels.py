"""Which level of the wall this machine offers: found by trying, from the strongest down.

A level is what a zygote could be set up with, never what a version number promises. What was
refused is kept with its cause, to be named where the floor cannot be had.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import sysconfig
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evol.errors import ConfigError, SandboxUnavailable, nearest
from evol.verifiers.sandbox import syscalls
from evol.verifiers.sandbox.jobs import Level, Profile
from evol.verifiers.sandbox.kits import Kit
from evol.verifiers.sandbox.worker import LayerRefused, Worker

FLOOR_VARIABLE = "EVOL_SANDBOX_FLOOR"
DEFAULT_FLOOR = Level.SECCOMP
FOLDER = "/work"
FOLDER_MB = 64
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")


@dataclass(frozen=True, slots=True)
class Wall:
    """A level that works here and how to start a zygote behind it; `first` is the one that was tried."""

    level: Level
    config: dict[str, Any]
    first: Worker | None = None

    def start(self) -> Worker:
        """Start another zygote behind the same wall; raises SandboxUnavailable."""
        try:
            return Worker(self.config)
        except LayerRefused as refused:
            raise _unavailable(self.level, [(self.level, refused)]) from refused


def _package_folders(packages: tuple[str, ...]) -> list[Path]:
    folders = []
    for name in packages:
        spec = importlib.util.find_spec(name)
        if spec is None or not spec.submodule_search_locations:
            raise SandboxUnavailable(f"The sandbox's kit needs the package {name!r}: pip install {name}.")
        folders.append(Path(spec.submodule_search_locations[0]))
    return folders


def config_for(kit: Kit, profile: Profile, level: Level) -> dict[str, Any]:
    """Return what a zygote is told about its kit and its wall."""
    packages = _package_folders(kit.packages)
    library = sysconfig.get_path("stdlib")
    shared = sysconfig.get_path("platstdlib")
    return {
        "level": str(level),
        "kit": asdict(kit),
        "paths": sorted({str(p.parent) for p in packages}),
        "readable": [library, shared, *LIBRARIES, *map(str, packages)],
        "hidden": [
            f"{base}/{name}" for base in (library, shared) for name in ("site-packages", "dist-packages")
        ],
        "folder": FOLDER if profile is Profile.FILES else None,
        "folder_mb": FOLDER_MB,
    }


def wanted_floor() -> Level:
    """Return the lowest level that the person accepts: EVOL_SANDBOX_FLOOR, or seccomp."""
    text = os.environ.get(FLOOR_VARIABLE, DEFAULT_FLOOR).strip().lower()
    try:
        return Level(text)
    except ValueError:
        levels = ", ".join(Level)
        hint = nearest(text, Level)
        raise ConfigError(f"{FLOOR_VARIABLE} is {text!r}; it takes one of {levels}.{hint}") from None


def unsupported() -> str | None:
    """Return why no wall can be had on this machine at all, or None."""
    if sys.platform != "linux":
        return f"it is made of Linux's own layers, and this is {platform.system()}"
    if platform.machine() not in syscalls.MACHINES:
        return f"its filter knows {' and '.join(syscalls.MACHINES)}, and this is {platform.machine()}"
    return None


CAUSES = {
    "namespaces": "user namespaces are switched off (AppArmor's "
    "kernel.apparmor_restrict_unprivileged_userns, or user.max_user_namespaces) "
    "or a container's seccomp profile forbids them",
    "mounts": "the container or the kernel forbids mounting in a new namespace",
    "landlock": "the kernel was built or started without Landlock (5.13 or later, lsm=landlock), "
    "or a container's seccomp profile forbids it",
    "seccomp": "the kernel lacks seccomp filters or a container forbids them",
    "pidfd": "the kernel is older than 5.3 or a container forbids pidfd_open",
    "interpreter": "a separate Python process could not be started",
}


def _unavailable(floor: Level, refused: list[tuple[Level, LayerRefused]]) -> SandboxUnavailable:
    found = "; ".join(f"{level} lacks {r.layer} ({r.error}: {CAUSES[r.layer]})" for level, r in refused)
    return SandboxUnavailable(
        f"The sandbox cannot reach its floor {floor!s} here: {found}. Allow that layer, or accept a weaker "
        f"wall with {FLOOR_VARIABLE}=none (untrusted programs then run with your own rights)."
    )


def build_wall(kit: Kit, profile: Profile, level: Level | None, floor: Level | None) -> Wall:
    """Return the strongest wall between the floor and the top, or the one level asked for.

    Raises SandboxUnavailable where none of these works, naming each missing layer.
    """
    lowest = level or floor or wanted_floor()
    reason = unsupported()
    if reason is not None:
        raise SandboxUnavailable(f"The sandbox cannot be had on this machine: {reason}.")
    refused: list[tuple[Level, LayerRefused]] = []
    for candidate in [level] if level else [each for each in Level if each.rank >= lowest.rank]:
        config = config_for(kit, profile, candidate)
        try:
            if profile is Profile.FILES and candidate is Level.SECCOMP:
                raise LayerRefused("landlock", None, "the files profile needs Landlock or a mount namespace")
            return Wall(candidate, config, Worker(config))
        except LayerRefused as missing:
            refused.append((candidate, missing))
    raise _unavailable(lowest, refused)
