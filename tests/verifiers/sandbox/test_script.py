"""Scripts: standard input and output as a real run of the program would have them."""

from __future__ import annotations

import pytest

from evol.verifiers.sandbox import Ending, Limits, Script

QUICK = Limits(cpu_s=1, wall_s=3, memory_mb=128, output_bytes=1 << 16)


def run(sandbox, source, stdin=b""):
    return sandbox.run(Script(source, stdin), QUICK)


@pytest.mark.parametrize(
    "source",
    [
        "print(int(input()) + int(input()))",
        "import sys\nprint(sum(map(int, sys.stdin.read().split())))",
        "import sys\nprint(sum(map(int, sys.stdin)), flush=True)\nsys.exit(0)",
        "import io, os, sys\nclass Out(io.StringIO):\n def flush(s): os.write(1, s.getvalue().encode())\n"
        "sys.stdout = Out()\nprint(sum(map(int, sys.stdin)))",
        "import io, os, sys\nassert sys.stdin.mode + sys.stdin.name + sys.stdout.mode == 'r<stdin>w'\n"
        "read = io.BytesIO(os.read(0, os.fstat(0).st_size)).read\nprint(sum(map(int, read().split())))",
        "import os\nprint(sum(map(int, open(0).read().split())))",
        "import os, sys\nos.write(1, b'%d\\n' % sum(map(int, sys.stdin.buffer.read().split())))",
        "import atexit, io, sys\no = io.StringIO()\nsys.stdout = o\n"
        "atexit.register(lambda: sys.__stdout__.write(o.getvalue()))\nprint(int(input()) + int(input()))",
        "out = open(1, 'w')\nout.write(str(int(input()) + int(input())) + '\\n')",
        "import threading\ndef main(): print(int(input()) + int(input()))\n"
        "threading.stack_size(1 << 25)\nthreading.Thread(target=main).start()",
        "if __name__ == '__main__': print(int(input()) + int(input()))",
        "import fileinput\nprint(sum(map(int, fileinput.input())))",
    ],
)
def test_ways_to_read_and_write(walled, source):
    execution = run(walled, source, b"20\n22\n")
    assert (execution.ending, execution.stdout) == (Ending.OK, b"42\n"), execution.stderr


def test_end_of_input_and_exit_statuses(sandbox):
    assert run(sandbox, "input()").error.type == "EOFError"
    failed = run(sandbox, "import sys\nprint('a')\nsys.exit('why')")
    assert (failed.ending, failed.exit_status, failed.stdout, failed.stderr) == (
        Ending.EXITED,
        1,
        b"a\n",
        b"why\n",
    )
    assert run(sandbox, "import sys; sys.exit(3)").exit_status == 3
    raised = run(sandbox, "print('b')\n1/0")
    assert raised.ending is Ending.EXCEPTION
    assert raised.stdout == b"b\n"
    assert b"ZeroDivisionError" in raised.stderr


def test_output_is_capped_whoever_writes_it(sandbox):
    for source in ("while True: print('x' * 1000)", "import os\nwhile True: os.write(1, b'x' * 65536)"):
        execution = run(sandbox, source)
        assert execution.ending in (Ending.OUTPUT_LIMIT, Ending.TIMEOUT)
        assert len(execution.stdout) <= QUICK.output_bytes
    endless = run(sandbox, "import os\nwhile True:\n try: os.write(2, b'x' * 65536)\n except OSError: break")
    assert endless.ending is Ending.OUTPUT_LIMIT


def test_the_input_cannot_be_changed(sandbox):
    assert run(sandbox, "import os\nos.write(0, b'x')").ending in (Ending.FORBIDDEN, Ending.EXCEPTION)


def test_exit_handlers_that_hang_are_ended(sandbox):
    assert run(sandbox, "import atexit, time\natexit.register(time.sleep, 60)").ending is Ending.TIMEOUT
