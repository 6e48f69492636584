"""The doctor reports what is there, and its attempts are real: they succeed where there is no wall."""

from __future__ import annotations

import os

import pytest

from evol.verifiers.sandbox import Level, doctor, levels
from evol.verifiers.sandbox.worker import LayerRefused


def test_probe_lists_every_level_and_what_is_missing(monkeypatch):
    class Refusing:
        def __init__(self, config):
            if config["level"] == "strong":
                raise LayerRefused("namespaces", 1, "[Errno 1] Operation not permitted")

        def close(self):
            pass

    monkeypatch.setattr(doctor, "Worker", Refusing)
    strong, *others = doctor.probe()
    assert (strong.level, strong.available, strong.missing) == (Level.STRONG, False, "namespaces")
    assert "AppArmor" in strong.cause
    assert [r.level for r in others] == list(Level)[1:]
    assert all(r.available for r in others)


def test_another_system_has_no_level(monkeypatch):
    monkeypatch.setattr(levels.sys, "platform", "darwin")
    reports = doctor.probe()
    assert len(reports) == len(Level)
    assert not any(report.available for report in reports)


def test_every_attempt_is_contained_behind_a_wall(walled):
    attempts = doctor.prove(walled.level)
    assert len({a.kind for a in attempts}) == len(attempts) >= 8
    assert [a for a in attempts if not a.contained] == []


def test_the_attempts_succeed_without_a_wall():
    got_through = {a.kind for a in doctor.prove(Level.NONE) if not a.contained}
    assert {"write", "connect", "fork", "exec", "executable memory"} <= got_through


def test_the_callers_environment_is_as_before(monkeypatch):
    monkeypatch.delenv(doctor.SECRET_VARIABLE, raising=False)
    before = dict(os.environ)
    doctor.prove(Level.NONE)
    assert dict(os.environ) == before


def test_an_attempt_that_gets_through_is_reported(sandbox, monkeypatch):
    harmless = ("harmless", "return a value", "def attempt(t): return 1", doctor._never)
    monkeypatch.setattr(doctor, "ATTEMPTS", (harmless,))
    (attempt,) = doctor.prove(sandbox.level)
    assert not attempt.contained
    assert attempt.seen == "it got 1"


@pytest.mark.parametrize("level", list(Level), ids=str)
def test_probe_and_sandbox_agree(level, sandbox_at):
    available = {r.level: r.available for r in doctor.probe()}
    if available[level]:
        assert sandbox_at(level).level is level
