"""What `evol doctor` shows of the sandbox: levels with their causes, attempts with their outcome."""

from __future__ import annotations

from evol.domains.code import doctor
from evol.verifiers.sandbox.doctor import Attempt, LayerReport
from evol.verifiers.sandbox.jobs import Level


def reports(*available):
    return [
        LayerReport(level, True)
        if level in available
        else LayerReport(level, False, "userns", "EPERM", "switch")
        for level in Level
    ]


def test_each_level_and_each_attempt_has_its_row(monkeypatch):
    monkeypatch.setattr(doctor, "probe", lambda: reports(Level.SECCOMP, Level.NONE))
    monkeypatch.setattr(doctor, "prove", lambda level: [Attempt("fork", "start a process", True, "refused")])
    rows = {row["name"]: row for row in doctor.rows()}
    assert rows["sandbox level strong"]["status"] == "note"
    assert "userns" in rows["sandbox level strong"]["detail"]
    assert rows["sandbox level seccomp"] == {
        "name": "sandbox level seccomp",
        "status": "ok",
        "detail": "used",
    }
    assert rows["attempt: fork"]["status"] == "ok"


def test_an_attempt_that_got_out_fails_the_machine(monkeypatch):
    monkeypatch.setattr(doctor, "probe", lambda: reports(Level.STRONG))
    monkeypatch.setattr(doctor, "prove", lambda level: [Attempt("write", "write a file", False, "wrote it")])
    (row,) = [row for row in doctor.rows() if row["name"] == "attempt: write"]
    assert row["status"] == "fails"
    assert "GOT OUT" in row["detail"]


def test_no_wall_is_a_failure_and_nothing_is_attempted(monkeypatch):
    monkeypatch.setattr(doctor, "probe", lambda: reports(Level.NONE))
    monkeypatch.setattr(doctor, "prove", lambda level: 1 / 0)
    assert doctor.rows()[-1]["status"] == "fails"
