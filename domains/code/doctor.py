"""What `evol doctor` says for this pack: the sandbox's levels, and real attempts to get out of it."""

from __future__ import annotations

from evol.errors import SandboxUnavailable
from evol.verifiers.sandbox.doctor import LayerReport, probe, prove
from evol.verifiers.sandbox.jobs import Level


def rows() -> list[dict[str, str]]:
    """Return a row for each level, and one for each attempt at the strongest level there is."""
    reports = probe()
    best = next((r.level for r in reports if r.available and r.level is not Level.NONE), None)
    listed = [_level(report, best) for report in reports if report.level is not Level.NONE]
    if best is None:
        unusable = "no wall can be had here: programs are not run"
        return [*listed, {"name": "sandbox", "status": "fails", "detail": unusable}]
    return [*listed, *_attempts(best)]


def _level(report: LayerReport, best: Level | None) -> dict[str, str]:
    name = f"sandbox level {report.level.value}"
    if report.available:
        used = "used" if report.level is best else "available"
        return {"name": name, "status": "ok", "detail": used}
    detail = f"lacks {report.missing} ({report.error}): {report.cause}"
    return {"name": name, "status": "note", "detail": detail}


def _attempts(level: Level) -> list[dict[str, str]]:
    try:
        attempts = prove(level)
    except SandboxUnavailable as error:
        return [{"name": "sandbox", "status": "fails", "detail": str(error)}]
    return [
        {
            "name": f"attempt: {attempt.kind}",
            "status": "ok" if attempt.contained else "fails",
            "detail": f"{attempt.tries}: {'contained' if attempt.contained else 'GOT OUT'} ({attempt.seen})",
        }
        for attempt in attempts
    ]
