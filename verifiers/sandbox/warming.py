"""Small jobs that a zygote runs in itself before it forks, so that its children start warm.

The interpreter fills caches and rewrites code as it runs; what is rewritten here is a page fewer
that each child has to copy.
"""

from __future__ import annotations

import marshal
import os
import sys
from typing import Any

from evol.verifiers.sandbox import judging, runner, wire
from evol.verifiers.sandbox.peer import Peer
from evol.verifiers.sandbox.protocol import HEADER

ROUNDS = 20
PROGRAM = """
from typing import List
def f(xs: List[float], s: str) -> dict:
    \"\"\"Do a little of everything.\"\"\"
    return {s: [x + 1 for x in sorted(xs) if x > 0], "t": (True, None, len(xs) % 2)}
def g(xs, s):
    raise ValueError(s)
"""
TESTS = """
def check(candidate):
    for i in range(1, 3):
        assert candidate([i, 2.5], "x")["x"] == [i + 1, 3.5], "message"
    assert g is not None and not isinstance(g, int)
    try:
        g(1, "x")
    except ValueError as error:
        assert str(error) == "x"
check(candidate)
"""


def warm(wall: runner.Wall) -> None:
    """Serve calls and judge tests a few times, in this process."""
    for _ in range(ROUNDS):
        _judge()
        if wall.filter is not None:
            wall.filter.warm()
    _serve_calls(wall)


class _Within:
    """What two Peers of one process speak through: a request is served at once, its answer kept."""

    def __init__(self) -> None:
        self.program = Peer(self, strict=False)
        self.answers: list[Any] = []

    def send(self, message: object) -> None:
        crossed = wire.load(wire.dump(message))
        if "do" in crossed:
            self.program.serve(crossed)
        else:
            self.answers.append(crossed)

    def receive(self) -> Any:
        return self.answers.pop()


def _judge() -> None:
    within = _Within()
    exec(compile(PROGRAM, runner.FILENAME, "exec"), within.program.namespace)  # noqa: S102 - our own text
    task = {"tests": TESTS, "style": "script", "names": {"candidate": "f"}}
    judging.judge(task, {}, Peer(within, strict=True))


def _serve_calls(wall: runner.Wall) -> None:
    ours, theirs = os.pipe()
    task = {
        "source": PROGRAM,
        "calls": [[name, ([1, 2.5], "x"), {}] for name in ("f", "g")],
        "describe": False,
    }
    for _ in range(ROUNDS):
        data = marshal.dumps(task)
        os.write(theirs, HEADER.pack(len(data)) + data)
        received = runner.Channel(ours).task()
        runner.serve_calls(runner.Channel(theirs), wall, received)
        os.read(ours, runner.CHUNK)
    for descriptor in (ours, theirs):
        os.close(descriptor)
    del sys.modules[runner.MODULE]
