"""Programs in other languages than Python: compiled where the machine can, and never run.

A compiler only reads them, so nothing they do can happen; what it says of them is little. They
are therefore undecided unless the pack's settings keep them, so marked.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from evol.types import Json, Verdict

VERIFIER: Final = "compiled"
CHECKS: Final[dict[str, tuple[str, ...]]] = {
    "javascript": ("node", "--check", "-"),
    "bash": ("bash", "-n"),
    "c": ("gcc", "-fsyntax-only", "-x", "c", "-"),
    "cpp": ("g++", "-fsyntax-only", "-x", "c++", "-"),
}
SECONDS: Final = 4.0
CPU_S: Final = 3


def compiles(language: str, source: str) -> bool | None:
    """Whether a compiler takes a program; None where this machine has none, or it did not finish."""
    command = CHECKS.get(language)
    program = shutil.which(command[0]) if command else None
    if command is None or program is None:
        return None
    try:
        done = subprocess.run(
            [program, *command[1:]],
            input=source.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            cwd="/",
            timeout=SECONDS,
            preexec_fn=_limit,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.returncode == 0 if done.returncode >= 0 else None


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def other_language_verdict(language: str, sources: Sequence[str], *, keep: bool) -> Verdict:
    """Judge solutions in another language as far as a compiler can.

    Rejects with `syntax_error` where it takes none of them. Otherwise undecided, because nothing
    was run: `language_not_verified`; or, with `keep`, accepted as `compiled_only`.
    """
    found = [compiles(language, source) for source in sources]
    evidence: dict[str, Json] = {"language": language, "compiles": [*found]}
    if found and all(result is False for result in found):
        message = f"No solution is a {language} program that compiles."
        return Verdict.reject(VERIFIER, "syntax_error", message, **evidence)
    if keep and any(found):
        message = f"A solution compiles as {language}; whether it is right was not tested."
        return Verdict.accept(VERIFIER, "compiled_only", message, **evidence)
    message = f"The task asks for {language}, which is not verified by running it."
    return Verdict.undecided(VERIFIER, "language_not_verified", message, **evidence)
