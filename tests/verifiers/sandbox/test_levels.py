"""Levels are found by trying, named where they are missing, had by root and ordinary users alike, and
fail closed.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evol.errors import ConfigError, SandboxUnavailable
from evol.verifiers.sandbox import Call, Invocation, Level, Limits, Profile, Sandbox, levels
from evol.verifiers.sandbox.worker import LayerRefused, Worker

ROOT = Path(__file__).parents[3]
STRANGER = 61234
ADD = Call("def f(a, b): return a + b", (Invocation("f", (1, 2)),))

# What an ordinary user's process does: run an honest and a hostile program at each level.
VISIT = """
import json, sys
from evol.verifiers.sandbox import *
found = {}
for level in Level:
    with Sandbox(1, level=level) as sandbox:
        honest = sandbox.run(Call("def f(a, b): return a + b", (Invocation("f", (1, 2)),)))
        late = sandbox.run(Call("import csv\\ndef f(): return csv.QUOTE_ALL", (Invocation("f"),)))
        threads = sandbox.run(Script("import threading\\nthreading.Thread(target=print, args='x').start()"))
        hostile = sandbox.run(Script("open('/etc/passwd').read(); print('ESCAPED')"))
        judged = sandbox.run(Judge("def f(x): return x", "assert f(1) == 1"))
        values = [e.results[0].value.plain() for e in (honest, late)]
        escaped = "ESCAPED" in hostile.stdout.decode()
        found[level] = [*values, threads.stdout.decode(), escaped, judged.judgement.outcome]
print(json.dumps(found))
"""


def pythons():
    yield sys.executable
    for name in ("python3", f"python3.{sys.version_info.minor}", "python3.12", "python3.13"):
        if found := shutil.which(name, path="/usr/local/bin:/usr/bin"):
            yield found


def as_stranger(*command: str, **options):
    options = {"env": {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}, "cwd": "/", **options}
    return subprocess.run(
        command,
        user=STRANGER,
        group=STRANGER,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=60,
        **options,
    )


@pytest.fixture(scope="module")
def stranger() -> str:
    """A Python that an ordinary user, made by this test's root, can run with this package."""
    if os.geteuid() != 0:
        pytest.skip("this user is an ordinary one already: every other test here shows it")
    for python in pythons():
        try:
            if as_stranger(python, "-c", "import evol.verifiers.sandbox").returncode == 0:
                return python
        except PermissionError:
            continue
    pytest.skip("no Python 3.11 or later here that an ordinary user may run")


def test_every_level_works_for_an_ordinary_user(stranger):
    visit = as_stranger(stranger, "-c", VISIT)
    if "SandboxUnavailable" in visit.stderr:
        pytest.skip(visit.stderr.strip().splitlines()[-1])
    assert visit.returncode == 0, visit.stderr
    found = json.loads(visit.stdout)
    for level in Level:
        assert found[level] == [3, 1, "x\n", level is Level.NONE, "passed"]


def test_programs_of_root_run_as_nobody(walled):
    source = "import os\ndef f(): return os.getuid(), os.geteuid(), os.getgroups()"
    uid, effective, groups = walled.run(Call(source, (Invocation("f"),))).results[0].value.plain()
    assert uid == effective != 0
    assert 0 not in groups


def refusing(monkeypatch, *refused: str):
    """Have zygotes of some levels fail as this machine's kernel would make them."""

    class Refusing(Worker):
        def __init__(self, config):
            if config["level"] in refused:
                raise LayerRefused("landlock", errno.ENOSYS, "[Errno 38] Function not implemented")
            super().__init__(config)

    monkeypatch.setattr(levels, "Worker", Refusing)


def test_the_strongest_level_is_taken(sandbox_at, monkeypatch):
    sandbox_at(Level.LANDLOCK)
    refusing(monkeypatch, "strong")
    with Sandbox(1) as sandbox:
        assert sandbox.level is Level.LANDLOCK
        assert sandbox.run(ADD).level is Level.LANDLOCK


def test_below_the_floor_it_fails_closed_and_names_layer_cause_and_way_out(monkeypatch):
    refusing(monkeypatch, "strong", "landlock", "seccomp")
    with pytest.raises(SandboxUnavailable) as failure:
        Sandbox(1)
    text = str(failure.value)
    for part in ("seccomp", "landlock", "Function not implemented", "kernel", "EVOL_SANDBOX_FLOOR=none"):
        assert part in text
    with pytest.raises(SandboxUnavailable):
        Sandbox(1, floor=Level.SECCOMP)


def test_going_without_a_wall_takes_saying_so(monkeypatch):
    refusing(monkeypatch, "strong", "landlock", "seccomp")
    monkeypatch.setenv("EVOL_SANDBOX_FLOOR", "none")
    with Sandbox(1) as sandbox:
        assert sandbox.run(ADD).level is Level.NONE


def test_a_floor_is_not_lowered_by_what_is_missing(monkeypatch):
    refusing(monkeypatch, "strong")
    monkeypatch.setenv("EVOL_SANDBOX_FLOOR", "strong")
    with pytest.raises(SandboxUnavailable):
        Sandbox(1)


def test_a_mistyped_floor_is_an_error(monkeypatch):
    monkeypatch.setenv("EVOL_SANDBOX_FLOOR", "secomp")
    with pytest.raises(ConfigError, match="seccomp"):
        Sandbox(1)


@pytest.mark.parametrize(
    ("platform", "machine", "said"), [("darwin", "arm64", "Linux"), ("linux", "riscv64", "riscv64")]
)
def test_other_systems_are_refused_clearly(monkeypatch, platform, machine, said):
    monkeypatch.setattr(levels.sys, "platform", platform)
    monkeypatch.setattr(levels.platform, "machine", lambda: machine)
    with pytest.raises(SandboxUnavailable, match=said):
        Sandbox(1)
    with pytest.raises(SandboxUnavailable):
        Sandbox(1, level=Level.NONE)


def test_the_files_profile_is_not_had_on_the_filter_alone():
    with pytest.raises(SandboxUnavailable, match="files profile"):
        Sandbox(1, level=Level.SECCOMP, profile=Profile.FILES)


def test_a_kernel_without_namespaces_is_named(stranger):
    limit = Path("/proc/sys/user/max_user_namespaces")
    if not os.access(limit, os.W_OK):
        pytest.skip("user namespaces cannot be switched off here")
    before = limit.read_text()
    code = "from evol.verifiers.sandbox import *\nSandbox(1, level=Level.STRONG)"
    try:
        limit.write_text("0")
        refused = as_stranger(stranger, "-c", code)
        weaker = as_stranger(stranger, "-c", "from evol.verifiers.sandbox import *\nprint(Sandbox(1).level)")
    finally:
        limit.write_text(before)
    assert "lacks namespaces" in refused.stderr
    assert "max_user_namespaces" in refused.stderr
    assert weaker.stdout.strip() in ("landlock", "seccomp")


def test_limits_are_enforced_per_job(sandbox):
    job = Call("def f(n): return len(bytearray(n << 20))", (Invocation("f", (200,)),))
    assert sandbox.run(job, Limits(memory_mb=64)).ending == "memory"
    assert sandbox.run(job, Limits(memory_mb=400)).ok
