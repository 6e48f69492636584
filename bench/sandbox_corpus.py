"""The sandbox programs of the shared data, run through the code verifier with canaries set out.

Hostile programs say where an escape would be seen: files to appear or to change under one folder
of /tmp, a connection to a listener, a word in the output, a process left over. All of that is set
up, watched and cleared here. A program counts as contained where none of it happened, its verdict
came in time, and an honest program passes right after it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evol.types import Verdict
from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.restricted import subset
from evol.verifiers.code.suite import Dialogue, Suite
from evol.verifiers.code.verify import CodeVerifier
from evol.verifiers.sandbox import Level, Limits, Sandbox
from evol.verifiers.sandbox.starvation import PATIENT

CANARY = Path("/tmp/evol_canary")
TCP_PORT = 47811
TOKEN = "EVOLTOKEN" + "0badc0de"
LIMITS = Limits(cpu_s=2, wall_s=6, memory_mb=256)
WALL_S = PATIENT * LIMITS.wall_s + 2
PARTING_S = 10.0


@dataclass(frozen=True, slots=True)
class Program:
    """One program of the corpus, the suite of its task, and what would betray it."""

    id: str
    kind: str
    source: str
    suite: Suite
    expected: str
    checks: tuple[str, ...]


@dataclass(slots=True)
class Tally:
    """How many programs of each kind came out as they should, and what each of the others did."""

    right: dict[str, int] = field(default_factory=dict)
    total: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, program: Program, faults: list[str]) -> None:
        """Count one program."""
        self.total[program.kind] = self.total.get(program.kind, 0) + 1
        self.right[program.kind] = self.right.get(program.kind, 0) + (not faults)
        self.wrong += [f"{program.id}: {fault}" for fault in faults]


def load(data: Path) -> list[Program]:
    """Return the corpus with each task's tests as a suite."""
    folder = data / "sandbox_programs"
    tasks = {t["task_id"]: _suite(t) for t in _lines(folder / "tasks.jsonl")}
    return [
        Program(
            row["id"],
            row["kind"],
            (folder / row["file"]).read_bytes().decode(),
            tasks[row["task"]],
            row["expected_verdict"],
            tuple(row["checks"]),
        )
        for row in _lines(folder / "index.jsonl")
    ]


def _lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def _suite(task: dict) -> Suite:
    if task["mode"] == "stdio":
        return Suite("stdio", dialogues=tuple(Dialogue(i, o) for _, i, o in task["cases"]))
    suite = read_tests(task["test"], entry_point=task["entry"][0])
    assert suite is not None
    return suite


class Canaries:
    """What hostile programs try to reach, and the means to see whether one did."""

    def __enter__(self) -> Canaries:
        shutil.rmtree(CANARY, ignore_errors=True)
        (CANARY / "out").mkdir(parents=True)
        victims = CANARY / "victim"
        (victims / "tree" / "deep").mkdir(parents=True)
        for name in ("fs_delete", "fs_truncate", "fs_chmod", "tree/deep/file"):
            (victims / name).write_text("precious")
        (CANARY / "secret.txt").write_text(TOKEN)
        self.before = self._state()
        self.sockets = [*self._listeners()]
        self.bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        return self

    def _listeners(self) -> Iterator[socket.socket]:
        for family, kind, address in (
            (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", TCP_PORT)),
            (socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", TCP_PORT)),
            (socket.AF_UNIX, socket.SOCK_STREAM, str(CANARY / "sock")),
        ):
            listener = socket.socket(family, kind)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            if kind == socket.SOCK_STREAM:
                listener.listen()
            listener.setblocking(False)
            yield listener

    def _reached(self) -> list[str]:
        """Return the listeners that somebody has spoken to since the last time."""
        found = []
        for listener in self.sockets:
            with contextlib.suppress(BlockingIOError):
                while True:
                    if listener.type == socket.SOCK_STREAM:
                        listener.accept()[0].close()
                    else:
                        listener.recv(100)
                    found.append(f"reached {listener.getsockname()}")
        return found

    @staticmethod
    def _state() -> dict[str, object]:
        return {
            str(p): (p.stat().st_mode, p.read_text() if p.is_file() else None)
            for p in sorted((CANARY / "victim").rglob("*"))
        }

    def faults(self, program: Program, verdict: Verdict, wall_s: float) -> list[str]:
        """Return every sign that a program reached something.

        A program against the screen only reaches objects of its own process: it must be labelled.
        """
        found = [f"wrote {p.name}" for p in (CANARY / "out").iterdir()]
        for p in (CANARY / "out").iterdir():
            p.unlink()
        said = json.dumps(verdict.to_json())
        if "screen" in program.checks:
            found += [] if subset(program.source).label == "out_of_subset" else ["not labelled"]
        else:
            found += [word for word in ("ESCAPED:", TOKEN) if word in said]
        found += ["changed a victim's file"] if self._state() != self.before else []
        found += self._reached()
        found += ["killed a bystander"] if self.bystander.poll() is not None else []
        strays = [
            p
            for p in (Path.cwd(), Path.cwd().parent, Path.home(), Path("/tmp"))
            for p in p.glob("evol_canary_*")
        ]
        found += [f"left {p}" for p in strays]
        return found + ([f"took {wall_s:.1f} s"] if wall_s > WALL_S else [])

    def __exit__(self, *exception: object) -> None:
        self.bystander.kill()
        self.bystander.wait()
        for listener in self.sockets:
            listener.close()
        shutil.rmtree(CANARY, ignore_errors=True)


def run(programs: list[Program], level: Level) -> Tally:
    """Judge every program at one level and return the tally."""
    tally = Tally()
    honest = next(p for p in programs if p.id == "main_block")
    with Canaries() as canaries, Sandbox(1, level=level) as sandbox:
        verifier = CodeVerifier(sandbox, LIMITS)
        for program in programs:
            started = time.monotonic()
            verdict = verifier.verify(program.source, program.suite)
            faults = canaries.faults(program, verdict, time.monotonic() - started)
            if verdict.accepted != (program.expected == "pass"):
                faults.append(f"verdict {verdict.reason}: {verdict.message[:150]}")
            if program.kind != "honest" and not verifier.verify(honest.source, honest.suite).accepted:
                faults.append("the next honest program fails")
            tally.add(program, faults)
    left = survivors()
    if left:
        tally.wrong.append(f"processes left: {left}")
    return tally


def survivors() -> set[str]:
    """Return the orphans of a sandbox that stay; anybody's may be seen for a moment while it ends."""
    found = orphans()
    deadline = time.monotonic() + PARTING_S
    while found and time.monotonic() < deadline:
        time.sleep(0.1)
        found &= orphans()
    return found


def orphans() -> set[str]:
    """Return this user's processes of a sandbox whose parent is gone."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            status = (entry / "status").read_text()
            if (
                entry.stat().st_uid == os.getuid()
                and "PPid:\t1\n" in status
                and "evol.verifiers.sandbox" in (entry / "cmdline").read_bytes().decode(errors="replace")
            ):
                found.add(entry.name)
    return found
