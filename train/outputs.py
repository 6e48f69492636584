"""The folder of a training: one training for good, which running the same command again goes on with.

`training/run.json` records what decides the weights. Another model, data set or recipe in the same
folder is refused with the difference; a checkpoint that was cut off while it was written is
removed, and training goes on from the one before it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evol.errors import ConfigError
from evol.folder import differences
from evol.generation import fingerprint

FOLDER: Final = "training"
RECORD: Final = "run.json"
STATE: Final = "trainer_state.json"
CHECKPOINT: Final = "checkpoint-"
NEUTRAL: Final = frozenset(
    {
        "disable_tqdm", "eval_on_start", "eval_steps", "eval_strategy", "hub_model_id", "log_level",
        "logging_first_step", "logging_steps", "logging_strategy", "push_to_hub", "report_to", "run_name",
        "save_steps", "save_strategy", "save_total_limit", "dataloader_num_workers", "dataset_num_proc",
    }
)  # fmt: skip
"""Recipe keys that do not decide the weights; they may differ when a training goes on."""


@dataclass(frozen=True, slots=True)
class Found:
    """What an output folder holds: the last whole checkpoint to resume from, or a finished record."""

    checkpoint: Path | None = None
    finished: Mapping[str, Any] | None = None

    @property
    def step(self) -> int:
        """The optimizer step that the training goes on from."""
        return 0 if self.checkpoint is None else int(self.checkpoint.name.removeprefix(CHECKPOINT))


def identity(model: str, rows_digest: str, template: str | None, recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return what decides the trained weights, apart from versions and machine."""
    return {
        "model": model_fingerprint(model),
        "rows": rows_digest,
        "chat_template": hashlib.blake2b((template or "").encode(), digest_size=16).hexdigest(),
        "recipe": {key: value for key, value in sorted(recipe.items()) if key not in NEUTRAL},
    }


def model_fingerprint(model: str) -> str:
    """Return a Hub id as it is, or for a folder a hash of everything that decides what it says."""
    folder = Path(model).expanduser()
    return fingerprint(folder) if folder.is_dir() else model


def look_into(out: Path, wanted: Mapping[str, Any]) -> Found:
    """Return what `out` holds of this training.

    Raises ConfigError where it holds something else, naming each difference: another folder's
    files, another training that finished or left a checkpoint. One that left none is written over.
    """
    record = out / FOLDER / RECORD
    if not record.is_file():
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise ConfigError(f"{out} is not empty and holds no training of evol: give another --out.")
        return Found()
    there, checkpoint = _read(record), last_checkpoint(out)
    found = differences(there["identity"], wanted)
    if found and (there.get("finished") or checkpoint):
        shown = "; ".join(found[:4]) + (f"; and {len(found) - 4} more" if len(found) > 4 else "")
        raise ConfigError(f"{out} holds another training ({shown}): give another --out, or remove it.")
    if found:
        return Found()
    return Found(None if there.get("finished") else checkpoint, there.get("finished"))


def _read(record: Path) -> dict[str, Any]:
    try:
        there = json.loads(record.read_text(encoding="utf-8"))
        there["identity"]["recipe"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{record} is not what evol wrote ({error}): give another --out.") from error
    return dict(there)


def write_record(out: Path, record: Mapping[str, Any]) -> None:
    """Write run.json, whole or not at all."""
    path = out / FOLDER / RECORD
    part = path.with_name(f".{RECORD}.part")
    part.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)


def last_checkpoint(out: Path) -> Path | None:
    """Return the newest whole checkpoint."""
    whole = [folder for folder in out.glob(f"{CHECKPOINT}*") if is_whole(folder)]
    return max(whole, key=lambda folder: int(folder.name.removeprefix(CHECKPOINT)), default=None)


def remove_cut(out: Path) -> None:
    """Remove checkpoints that were cut off while they were written."""
    for folder in out.glob(f"{CHECKPOINT}*"):
        if not is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)


def is_whole(checkpoint: Path) -> bool:
    """Whether a checkpoint was written to its end: the trainer writes its state last."""
    try:
        json.loads((checkpoint / STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True
