"""A program that was kept waiting for a processor is told from one that slept, and neither lives for ever."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.types import Outcome
from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.verify import CodeVerifier
from evol.verifiers.sandbox import Call, Ending, Invocation, Judge, Limits, Sandbox, Script
from evol.verifiers.sandbox.starvation import LOOK_S, PATIENT, Late, Stay, stay_of, verdict

SPIN = "import time\ndef f(s):\n    while time.process_time() < s: pass\n    return s\n"
SLEEP = Call("import time\ntime.sleep(60)", ())
seconds = st.floats(0, 100, allow_nan=False)


def test_who_slept_has_had_the_time():
    assert verdict(2.0, 2.0, [Stay(2.0, 0.01), Stay(2.0, 0.0)]) == pytest.approx(LOOK_S)
    assert verdict(2.0, 2.05, [Stay(2.05, 0.01)]) is Late.SPENT


def test_who_waited_gets_what_is_missing():
    assert verdict(2.0, 2.0, [Stay(2.0, 1.5)]) == pytest.approx(1.5)


def test_a_program_that_waits_for_its_judge_waits_with_it():
    assert verdict(2.0, 2.0, [Stay(2.0, 0.0), Stay(2.0, 1.2)]) == pytest.approx(1.2)


def test_where_the_system_does_not_tell_the_limit_holds():
    assert verdict(2.0, 2.0, [None]) is Late.SPENT


def test_a_process_that_is_not_there_yet_has_had_nothing():
    assert verdict(2.0, 2.0, [Stay(0.0, 0.0)]) == pytest.approx(2.0)


@given(seconds, seconds, st.lists(st.builds(Stay, seconds, seconds), min_size=1, max_size=2))
def test_nobody_stays_longer_than_patience_lasts(wall_s, more, stays):
    assert verdict(wall_s, PATIENT * wall_s + more, stays) in (Late.SPENT, Late.STARVED)


def process(proc, pid, children, started, waits):
    for number, wait in enumerate(waits):
        task = proc / f"{pid}/task/{pid + number}"
        task.mkdir(parents=True)
        (task / "children").write_text(" ".join(map(str, children)))
        (task / "schedstat").write_text(f"5 {wait} 7\n")
    (proc / f"{pid}/stat").write_text(f"{pid} (a ) b) S " + "0 " * 18 + f"{started} 0 0\n")


def test_the_stay_is_that_of_the_job_below_the_zygote_and_of_its_most_kept_thread(tmp_path):
    ticks = os.sysconf("SC_CLK_TCK")
    born = time.clock_gettime(time.CLOCK_BOOTTIME) - 3
    process(tmp_path, 100, [200], 0, [9_000_000_000])
    process(tmp_path, 200, [300], 0, [9_000_000_000])
    process(tmp_path, 300, [], int(born * ticks), [1_000_000_000, 2_000_000_000])
    stay = stay_of(100, 2, tmp_path)
    assert stay is not None
    assert stay.age_s == pytest.approx(3, abs=0.5)
    assert stay.waited_s == 2
    assert stay_of(300, 1, tmp_path) == Stay(0.0, 0.0)
    assert stay_of(400, 1, tmp_path) is None


@pytest.fixture
def crowded():
    """Give this process, and what it starts, one processor, and others that want all of it."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    # Each in a session of its own: Linux shares processors out by session (sched_autogroup).
    command = [sys.executable, "-S", "-c", "while True: pass"]
    others = [subprocess.Popen(command, start_new_session=True) for _ in range(5)]
    yield
    for other in others:
        other.kill()
        other.wait()
    os.sched_setaffinity(0, before)


def spun(cpu_s):
    return Call(SPIN, (Invocation("f", (cpu_s,)),))


def test_a_neighbour_that_takes_the_processor_rejects_nobody(crowded):
    with Sandbox(1) as sandbox:
        # Where yet others take the processor it may be starved in the end, and is not rejected then.
        for job in (spun(0.25), Judge(SPIN, "assert f(0.15) == 0.15")):
            assert sandbox.run(job, Limits(wall_s=1)).ending in (Ending.OK, Ending.STARVED)
        slept = sandbox.run(SLEEP, Limits(wall_s=0.3))
        assert slept.ending is Ending.TIMEOUT
        assert slept.wall_s < 0.3 * PATIENT
        late = sandbox.run(spun(30), Limits(cpu_s=60, wall_s=0.8))
        assert late.ending is Ending.STARVED
        assert "kept waiting" in late.detail
        suite = read_tests(["assert f(30) == 30"])
        starved = CodeVerifier(sandbox).verify(SPIN, suite, Limits(cpu_s=60, wall_s=0.8))
        assert (starved.outcome, starved.reason) == (Outcome.UNDECIDED, "starved")


@pytest.mark.parametrize("job", [SLEEP, Script(SLEEP.source), Judge(SLEEP.source, "assert f() == 1")])
def test_who_sleeps_is_ended_at_the_limit(sandbox, job):
    execution = sandbox.run(job, Limits(wall_s=0.4))
    assert execution.ending is Ending.TIMEOUT
    assert 0.35 < execution.wall_s < 0.4 * PATIENT
