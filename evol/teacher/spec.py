"""From what a person writes after --teacher to a teacher."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from evol.errors import ConfigError, nearest
from evol.protocols import Teacher

KINDS: Final = ("openai", "local", "procedural")
Procedural = Callable[[float, int], Teacher]


def make_teacher(
    spec: str | None, *, procedural: Procedural, seed: int, concurrency: int, timeout_s: float
) -> Teacher:
    """Return the teacher that `spec` names; without one the embedded teacher, if no endpoint is set.

    `openai:MODEL` is any OpenAI-compatible server; `local:PATH` a model in this process, by
    transformers, `concurrency` requests a batch; `procedural` or `procedural:error=SHARE` is the
    pack's own, built by `procedural(error, seed)`. Raises ConfigError saying what to write instead.
    """
    if spec is None:
        return procedural(_without_endpoint(os.environ), seed)
    kind, _, rest = spec.partition(":")
    if kind == "procedural":
        return procedural(_error_share(rest, spec), seed)
    if kind == "openai" and rest:
        from evol.teacher.openai_api import OpenAITeacher

        return OpenAITeacher(rest, concurrency=concurrency, timeout_s=timeout_s)
    if kind == "local" and rest:
        from evol.teacher.local import LocalTeacher

        return LocalTeacher(rest, concurrency=concurrency, seed=seed)
    raise ConfigError(
        f"There is no teacher {spec!r}.{nearest(kind, KINDS)} Write openai:MODEL, local:PATH or "
        "procedural[:error=SHARE]."
    )


def _without_endpoint(environment: Mapping[str, str]) -> float:
    """Return an error share of zero; raise ConfigError where an endpoint waits for a model's name."""
    if environment.get("OPENAI_BASE_URL"):
        raise ConfigError(
            f"OPENAI_BASE_URL is set ({environment['OPENAI_BASE_URL']}) but no model is named: give "
            "--teacher openai:MODEL, or --teacher procedural for the embedded one."
        )
    return 0.0


def _error_share(rest: str, spec: str) -> float:
    name, _, value = rest.partition("=")
    try:
        share = float(value) if rest else 0.0
    except ValueError:
        share = -1.0
    if (rest and name != "error") or not 0 <= share <= 1:
        raise ConfigError(
            f"{spec!r} will not do: write procedural or procedural:error=SHARE, SHARE from 0 to 1."
        )
    return share
