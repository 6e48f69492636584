"""The code eliminator: what it asks, in which order, what it keeps, and where its programs run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evol.conformance import check_pack
from evol.domains.code import trying
from evol.domains.code.eliminator import CodeEliminator
from evol.errors import PackError, SandboxUnavailable
from evol.types import Json, Outcome, Sample, Verdict
from evol.verifiers.workers import WorkerPool

from .conftest import CHILD, NEW, OLD, PACK, PARENT, TESTS, Teacher, child, fenced, judge, parent


def test_every_golden_is_judged_as_it_says() -> None:
    assert [finding for finding in check_pack(PACK) if not finding.passed] == []


def test_the_goldens_cover_the_reasons() -> None:
    rows = [json.loads(line) for line in PACK.golden.read_text(encoding="utf-8").splitlines()]
    assert len(rows) >= 60
    assert {
        "strong_tests", "copied_prompt", "no_information_gain", "needs_outside", "language_not_verified",
        "no_code", "syntax_error", "refusal", "no_tests", "broken_tests", "no_agreement", "timeout", "memory",
        "forbidden", "crashed", "output_limit", "weak_tests", "tests_failed", "unchanged_behaviour",
        "not_misleading", "content_filter",
    } <= {row["reason"] for row in rows}  # fmt: skip


def test_a_kept_row_carries_program_tests_and_level(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": [fenced(TESTS)]})
    judgement = judge(teacher, child(), parent(answer=OLD, tests="assert total([1]) == 1"))
    kept = judgement.sample
    assert [v.reason for v in judgement.verdicts] == [
        "sound_instruction", "stays_inside", "agreement", "behaviour_changed", "tests_passed", "strong_tests",
    ]  # fmt: skip
    assert kept.response == fenced(NEW)
    assert kept.answer == NEW
    assert kept.tests == TESTS
    assert kept.meta["sandbox_level"] in ("strong", "landlock", "seccomp")
    passed = judgement.verdicts[-2].evidence
    assert (passed["subset"], passed["runs"], passed["route"]) == ("in_subset", 3, "io")
    assert teacher.calls == {"answer": 4, "tests": 2}


def test_tests_are_asked_for_without_a_solution(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": [fenced(TESTS)], "judge": ["Not Equal"]})
    judge(teacher, child(), parent())
    prompts = [r.messages[0].content for r in teacher.asked if r.purpose == "tests"]
    assert all(CHILD in prompt and "def total" not in prompt for prompt in prompts)


def test_a_judge_is_asked_only_where_no_program_can_tell(workers: WorkerPool) -> None:
    replies = {"answer": [fenced(NEW)], "tests": [fenced(TESTS)], "judge": ["Equal", "Not Equal"]}
    without = Teacher(workers, replies)
    assert judge(without, child(), parent()).verdict.accepted
    assert without.calls["judge"] == 2
    assert [verdict.reason for verdict in judge(without, child(), parent()).verdicts][2] == "not_equal"


def test_a_defect_of_the_words_asks_nothing(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {})
    assert judge(teacher, child("#Given Prompt# " + CHILD), parent()).verdict.reason == "copied_prompt"
    assert (
        judge(teacher, child("Read the file data.txt and count its lines."), parent()).verdict.reason
        == "needs_outside"
    )
    assert not teacher.asked


def test_a_task_that_needs_the_outside_can_be_marked(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": [fenced(TESTS)], "judge": ["Not Equal"]})
    judgement = judge(teacher, child(f"{CHILD} Load the settings from a file."), parent(), outside="mark")
    assert judgement.verdict.reason == "strong_tests"
    assert "needs_outside" in [verdict.reason for verdict in judgement.verdicts]


def test_no_tests_are_asked_for_where_no_solution_can_run(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {"answer": ["I cannot help with that."], "judge": ["Not Equal"]})
    assert not judge(teacher, child(), parent()).verdict.accepted
    assert teacher.calls == {"answer": 4, "judge": 1}


def test_a_seed_with_program_and_tests_asks_nothing(workers: WorkerPool) -> None:
    teacher = Teacher(workers, {})
    seed = Sample(
        "s", "code", PARENT, OLD, tests=["assert total([1, 2]) == 3", "assert total([]) == 0"], root="s"
    )
    judgement = judge(teacher, seed, None)
    assert judgement.verdict.reason == "strong_tests"
    assert judgement.sample.answer == OLD
    assert judgement.sample.tests == seed.tests


def test_humaneval_form_is_judged_by_its_own_tests(workers: WorkerPool) -> None:
    prompt = 'def double(x):\n    """Return twice x, a whole number."""\n'
    tests: Json = {
        "test": "def check(candidate):\n    assert candidate(2) == 4\n    assert candidate(-1) == -2\n",
        "entry_point": "double",
    }
    seed = Sample("s", "code", prompt, f"{prompt}    return 2 * x\n", tests=tests, root="s")
    assert judge(Teacher(workers, {}), seed, None).verdict.reason == "strong_tests"
    wrong = seed.with_(response=f"{prompt}    return x + 2\n")
    assert judge(Teacher(workers, {}), wrong, None).verdict.reason == "tests_failed"


def test_a_program_that_draws_lots_is_flaky(workers: WorkerPool) -> None:
    source = (
        "import time\n\n\ndef total(numbers):\n    return sum(numbers) + (time.perf_counter_ns() // 1000) % 2"
    )
    seed = Sample("s", "code", PARENT, source, tests=["assert total([1, 2]) == 3"], root="s")
    reasons = {judge(Teacher(workers, {}), seed, None, repeats=20).verdict.reason for _ in range(3)}
    assert "flaky" in reasons


@pytest.mark.parametrize("unknown", ["sandbox_lost", "starved"])
def test_a_program_that_was_not_judged_decides_nothing(workers: WorkerPool, unknown: str) -> None:
    teacher = Teacher(workers, {"answer": [fenced(NEW)], "tests": [fenced(TESTS)], "judge": ["Not Equal"]})

    async def verify(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if function in (trying.try_program, trying.try_again):
            lost = Verdict.undecided("code", unknown, "The program was not judged.")
            return [lost] if function is trying.try_again else lost
        return await workers.arun(function, *args, **kwargs)

    lost = replace(teacher)
    lost.verify = verify  # type: ignore[method-assign]
    seed = Sample("s", "code", PARENT, OLD, tests=["assert total([1, 2]) == 3"], root="s")
    for verdict in (judge(lost, child(), parent()).verdict, judge(lost, seed, None).verdict):
        assert (verdict.outcome, verdict.reason) == (Outcome.UNDECIDED, unknown)


def test_programs_that_only_compile_are_kept_where_that_is_asked_for(workers: WorkerPool) -> None:
    task = child("Write a Bash script that prints the numbers from 1 to 3.")
    teacher = Teacher(
        workers, {"answer": ["```bash\nfor i in 1 2 3; do echo $i; done\n```"], "judge": ["Not Equal"]}
    )
    assert judge(teacher, task, parent()).verdict.reason == "language_not_verified"
    judgement = judge(teacher, task, parent(), compiled="keep")
    assert judgement.verdict.reason == "compiled_only"
    assert judgement.sample.tests is None
    broken = Teacher(workers, {"answer": ["```bash\nfor i in 1 2 3; do\n```"], "judge": ["Not Equal"]})
    assert judge(broken, task, parent()).verdict.reason == "syntax_error"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("solution", 4, "Did you mean 'solutions'"),
        ("solutions", 0, "whole number of 1 or more"),
        ("killed", 1.5, "from 0 to 1"),
        ("outside", "allow", "'reject' or 'mark'"),
        ("compiled", True, "'undecided' or 'keep'"),
    ],
)
def test_wrong_settings_are_named(workers: WorkerPool, key: str, value: Json, said: str) -> None:
    with pytest.raises(PackError, match=said):
        judge(Teacher(workers, {}), child(), None, **{key: value})


def test_without_a_wall_it_is_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def unavailable(**_: object) -> None:
        raise SandboxUnavailable("The sandbox cannot reach its floor seccomp here.")

    trying.probe.cache_clear()
    monkeypatch.setattr(trying, "Sandbox", unavailable)
    with pytest.raises(SandboxUnavailable, match="floor"):
        CodeEliminator(PACK.context)
    trying.probe.cache_clear()


def test_a_run_without_a_wall_writes_nothing(tmp_path: Path) -> None:
    environment = {**os.environ, "EVOL_SANDBOX_FLOOR": "fortress"}
    command = [
        sys.executable,
        "-c",
        "from evol.cli.main import main; main()",
        "run",
        "--domain",
        "code",
        "--out",
        str(tmp_path / "run"),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "EVOL_SANDBOX_FLOOR" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_worker_holds_its_sandbox_under_its_own_limits(workers: WorkerPool) -> None:
    hungry = "def f(n):\n    return len([0] * n)"
    assert workers.run(trying.try_program, hungry, "assert f(10) == 10").accepted
    assert workers.run(trying.try_program, hungry, f"assert f({10**9}) == {10**9}").reason == "memory"
    threads = (
        "import threading\n\n\ndef f(n):\n    found = []\n"
        "    runs = [threading.Thread(target=found.append, args=(i,)) for i in range(n)]\n"
        "    for run in runs:\n        run.start()\n    for run in runs:\n        run.join()\n"
        "    return len(found)"
    )
    assert workers.run(trying.try_program, threads, "assert f(8) == 8\nassert f(1) == 1").accepted


def descendants(pid: int) -> set[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, todo = set[int](), [pid]
    while todo:
        todo += (more := children.get(todo.pop(), []))
        found.update(more)
    return found


def test_a_killed_engine_leaves_no_process_behind() -> None:
    program = (
        "import sys, time\n"
        "from evol.verifiers.workers import WorkerPool\n"
        "from evol.domains.code import trying\n"
        "pool = WorkerPool(1)\n"
        "assert pool.run(trying.try_program, 'def f(): return 1', 'assert f() == 1').accepted\n"
        "print('ready', flush=True)\n"
        "pool.run(trying.try_program, 'def f():\\n    while True: pass', 'assert f() == 1')\n"
    )
    engine = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert engine.stdout is not None
    assert engine.stdout.readline() == "ready\n"
    started = descendants(engine.pid)
    engine.kill()
    engine.wait()
    assert len(started) >= 2
    deadline = time.monotonic() + 20
    while (left := {pid for pid in started if is_running(pid)}) and time.monotonic() < deadline:
        os.sched_yield()
    assert left == set()


def is_running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
