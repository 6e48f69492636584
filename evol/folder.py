"""A run's folder: run.db, run.yaml and dataset/, one process at a time, one configuration for good.

run.yaml records what was resolved: the configuration, the identity of everything that decides
what is asked (seeds, prompts, teacher, sampling), and the versions it ran with. Another identity
in the same folder would mix two runs, so it is refused with the difference.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from evol.errors import ConfigError
from evol.journal import Journal

DATABASE: Final = "run.db"
RECORD: Final = "run.yaml"
DATASET: Final = "dataset"


def differences(old: Mapping[str, Any], new: Mapping[str, Any], path: str = "") -> list[str]:
    """Return one line for each leaf at which two nested mappings differ."""
    lines: list[str] = []
    for key in sorted(old.keys() | new.keys()):
        a, b, where = old.get(key), new.get(key), f"{path}{key}"
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            lines += differences(a, b, f"{where}.")
        elif a != b:
            lines.append(f"{where}: {a!r} there, {b!r} now")
    return lines


def read_record(folder: Path) -> dict[str, Any]:
    """Return what run.yaml says. Raises ConfigError where the folder is not a run or it is broken."""
    import yaml

    path = folder / RECORD
    try:
        record = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            f"{folder} is not a run folder (it has no {RECORD}): give the folder that --out named."
        ) from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(
            f"Cannot read {path} ({error}): restore it, or start a new run with --out."
        ) from error
    if not isinstance(record, dict) or not isinstance(record.get("identity"), dict):
        raise ConfigError(f"{path} is not what evol wrote: restore it, or start a new run with --out.")
    return record


def open_journal(folder: Path) -> Journal:
    """Open a run's journal for reading. Raises ConfigError where the folder is not a run."""
    read_record(folder)
    return Journal(folder / DATABASE, read_only=True)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone; the lock goes with the process, however it ends."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ConfigError(
            f"Another evol is writing to {folder}: wait for it, or give another folder with --out."
        ) from None
    try:
        yield
    finally:
        os.close(handle)


def check_identity(folder: Path, identity: Mapping[str, Any]) -> None:
    """Raise ConfigError, naming each difference, where the folder holds a run of another identity."""
    if not (folder / RECORD).exists():
        if folder.is_dir() and any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty and not a run folder: give another folder with --out.")
        return
    found = differences(read_record(folder)["identity"], identity)
    if found:
        shown = "; ".join(found[:6]) + (f"; and {len(found) - 6} more" if len(found) > 6 else "")
        raise ConfigError(
            f"{folder} holds a run with another configuration ({shown}): give a new folder with --out, "
            "or --adopt to go on here with the new one (replies to unchanged requests are used again)."
        )


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write run.yaml, whole or not at all."""
    import yaml

    part = folder / f".{RECORD}.part"
    part.write_text(yaml.safe_dump(dict(record), sort_keys=False, allow_unicode=True), encoding="utf-8")
    part.replace(folder / RECORD)


@contextmanager
def run_folder(
    folder: Path, identity: Mapping[str, Any], record: Mapping[str, Any], *, adopt: bool
) -> Iterator[Journal]:
    """Create or reopen a run folder, locked, its record written, and yield its journal.

    Raises ConfigError for another identity (unless `adopt`), a folder in use or one that cannot
    be written, and JournalError for a journal that cannot be used.
    """
    try:
        if not adopt:
            check_identity(folder, identity)
        folder.mkdir(parents=True, exist_ok=True)
        with locked(folder), Journal(folder / DATABASE) as journal:
            write_record(folder, record)
            yield journal
    except (PermissionError, NotADirectoryError, FileExistsError) as error:
        raise ConfigError(
            f"Cannot write to {folder} ({error.strerror}): give another folder with --out."
        ) from error
    except OSError as error:
        raise ConfigError(
            f"Cannot use {folder} ({error.strerror or error}): free space or mend it, and run again."
        ) from error
