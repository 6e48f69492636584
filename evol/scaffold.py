"""Write a new domain pack: a copy of `evol/skeleton`, which is a whole pack, under another name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from evol.errors import ConfigError

SKELETON = Path(__file__).parent / "skeleton"
NAME = re.compile(r"[a-z][a-z0-9_]*")


def write_pack(name: str, into: Path) -> Path:
    """Write a working pack called `name` to the folder `into / name` and return that folder.

    Raises ConfigError where the name will not do as a folder and a Python package, or the folder
    exists: nothing is ever overwritten.
    """
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"A pack's name is lower-case letters, digits and _, starting with a letter: not {name!r}."
        )
    folder = into / name
    if folder.exists():
        raise ConfigError(f"{folder} exists already; choose another name or another folder with --into.")
    try:
        shutil.copytree(SKELETON, folder, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("domain.toml", "README.md"):
            _rename(folder / file, name)
        (folder / "__init__.py").write_text(f'"""The domain pack `{name}`."""\n', encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"Cannot write the pack to {folder}: {error.strerror or error}.") from error
    return folder


def _rename(file: Path, name: str) -> None:
    file.write_text(re.sub(r"\bskeleton\b", name, file.read_text(encoding="utf-8")), encoding="utf-8")
