"""The procedural code teacher: what it composes is right by other means, and its mistakes are mistakes."""

from __future__ import annotations

import ast
import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evol.domains.code import trying
from evol.domains.code.cases import cases_in, join
from evol.domains.code.procedural import CodeTeacher
from evol.domains.code.procedural.library import PIPED, library
from evol.domains.code.procedural.task import RAISES, Call, Task, task_of
from evol.domains.code.procedural.writing import assertion
from evol.domains.code.replies import block_in, read_solution
from evol.evolver import child_of
from evol.pack import load_pack
from evol.types import ChatReply, ChatRequest, Message, Sample
from evol.verifiers.code.source import parse
from evol.verifiers.workers import WorkerPool

PACK = load_pack("code")
SEEDS = [json.loads(line) for line in PACK.seeds.read_text(encoding="utf-8").splitlines()]
MBPP = Path(__file__).parents[3] / "../shared/data/mbpp.jsonl"


@pytest.fixture(scope="module")
def teacher() -> Iterator[CodeTeacher]:
    made = CodeTeacher(PACK.context)
    yield made
    asyncio.run(made.aclose())


@pytest.fixture(scope="module")
def erring() -> Iterator[CodeTeacher]:
    made = CodeTeacher(PACK.context, error=1.0)
    yield made
    asyncio.run(made.aclose())


def ask(
    teacher: CodeTeacher, row: Sample, purpose: str, operation: str | None = None, sample: int = 0
) -> ChatReply:
    message = Message("user", f"{purpose} {operation}: {row.instruction}")
    request = ChatRequest((message,), sample=sample, purpose=purpose, operation=operation, about=row)
    return asyncio.run(teacher.reply(request))


def seed(number: int) -> Sample:
    row = SEEDS[number % len(SEEDS)]
    return Sample(row["id"], "code", row["instruction"], row["response"], tests=row["tests"], root=row["id"])


def child(teacher: CodeTeacher, parent: Sample, operation: str, sample: int = 0) -> Sample:
    reply = ask(teacher, parent, "evolve", operation, sample)
    return child_of(parent, PACK.operation(operation), 1, parent.id, reply)


OPERATIONS = [operation.name for operation in PACK.operations]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_programs_tests_and_changes_are_right(
    teacher: CodeTeacher, workers: WorkerPool, operation: str
) -> None:
    for number in range(3, 60, 11):
        parent = seed(number)
        evolved = child(teacher, parent, operation)
        solution = read_solution(ask(teacher, evolved, "answer").text, "stop")
        tests = [join(cases_in(ask(teacher, evolved, "tests", sample=draw).text)) for draw in range(2)]
        for suite in tests:
            assert workers.run(trying.try_program, solution.source, suite).accepted, evolved.instruction
            assert workers.run(trying.passing_stub, solution.source, suite) is None
        known = task_of(evolved)
        assert known is not None
        if operation == "misleading-code":
            shown = block_in(evolved.instruction, "python")
            assert shown is not None
            assert not workers.run(trying.try_program, shown, tests[0]).accepted
        elif evolved.instruction.startswith(parent.instruction):
            names = parent.response.partition("```python\n")[2].removesuffix("\n```")
            found = workers.run(trying.parent_passes, names, parent.tests, "", tests[0])
            assert not found, evolved.instruction


@pytest.mark.parametrize(
    ("step", "through_all"),
    [
        ("item-at", "return [inner(value) for value, count in runs for _ in range(count)][position]"),
        (
            "item-at",
            "for value, count in runs:\n        for _ in range(count):\n            if position == 0:\n"
            "                return inner(value)\n            position -= 1\n    raise ValueError",
        ),
        ("long-total", "return sum(inner(value) for value, count in runs for _ in range(count))"),
    ],
)
def test_higher_complexity_is_failed_by_a_program_that_goes_through_all(
    teacher: CodeTeacher, workers: WorkerPool, step: str, through_all: str
) -> None:
    rows = (child(teacher, seed(draw), "higher-complexity", draw) for draw in range(60))
    tasks = ((row, task) for row in rows if (task := task_of(row)) is not None)
    wanted = 1 + (step == "item-at")
    row, task = next((r, t) for r, t in tasks if t.steps[-1] == step and len(t.params) == wanted)
    library, _, _ = task.source.partition(f"def {task.entry}(")
    inner = row.instruction.partition("On top of `")[2].partition("`")[0]
    slow = f"{library}def {task.entry}({', '.join(task.params)}):\n    {through_all.replace('inner', inner)}"
    tests = join(cases_in(ask(teacher, row, "tests").text))
    assert workers.run(trying.try_program, task.source, tests).accepted
    assert workers.run(trying.try_program, slow, tests).reason in ("timeout", "memory")
    pairs = [[call.values()[0][0][0], 1] for call in task.calls]
    short = ", ".join(repr(value) for value in (pairs, 0)[:wanted])
    agree = f"assert {task.entry}({short}) == other({short})"
    both = f"{slow}\n\n\n{task.source.replace(f'def {task.entry}(', 'def other(')}"
    assert workers.run(trying.try_program, both, agree).accepted


def test_three_generations_keep_one_meaning(teacher: CodeTeacher, workers: WorkerPool) -> None:
    row = seed(0)
    for operation in ("new-constraints", "rarer-requirement", "more-reasoning"):
        row = child(teacher, row, operation)
    assert row.instruction.startswith(SEEDS[0]["instruction"])
    assert row.instruction.count("\n\n") >= 3
    source = read_solution(ask(teacher, row, "answer").text, "stop").source
    assert workers.run(trying.try_program, source, join(cases_in(ask(teacher, row, "tests").text))).accepted


def test_the_instruction_names_what_the_tests_call(teacher: CodeTeacher) -> None:
    for number in range(0, 60, 7):
        row = child(teacher, seed(number), OPERATIONS[number % len(OPERATIONS)])
        task = task_of(row)
        assert task is not None
        assert f"`{task.signature()}`" in row.instruction


def test_a_row_without_a_program_gets_a_fresh_task(teacher: CodeTeacher) -> None:
    bare = Sample("x", "code", "Write a function that says something nice.", root="x")
    row = child(teacher, bare, "new-constraints")
    assert task_of(row) is not None
    assert "something nice" not in row.instruction


def test_a_seed_without_a_name_in_its_words_gets_it(teacher: CodeTeacher) -> None:
    tests = ["assert add_up([1, 2]) == 3", "assert add_up([4, 9, 1]) == 14", "assert add_up([7, 7]) == 14"]
    bare = Sample(
        "x",
        "code",
        "Write a function to add numbers.",
        "def add_up(xs):\r\n    return sum(xs)",
        tests=tests,
        root="x",
    )
    row = child(teacher, bare, "new-constraints")
    assert row.instruction.startswith("Write a function to add numbers. Call the function `add_up(xs)`.")


def test_same_request_same_reply(teacher: CodeTeacher) -> None:
    again = CodeTeacher(PACK.context)
    for operation in OPERATIONS:
        assert ask(teacher, seed(12), "evolve", operation) == ask(again, seed(12), "evolve", operation)
    other = CodeTeacher(PACK.context, seed=7)
    replies = [
        ask(t, seed(12), "evolve", "new-constraints", n).text for t in (again, other) for n in range(3)
    ]
    assert len(set(replies)) > 1
    for made in (again, other):
        asyncio.run(made.aclose())


def test_unknown_questions_are_declined(teacher: CodeTeacher) -> None:
    bare = Sample("x", "code", "Write a function.", root="x")
    assert "cannot" in ask(teacher, bare, "answer").text
    assert "cannot" in ask(teacher, bare, "translate").text


def test_every_wrong_solution_fails_a_right_test(
    teacher: CodeTeacher, erring: CodeTeacher, workers: WorkerPool
) -> None:
    seen: Counter[str] = Counter()
    for number in range(5, 45, 8):
        row = child(teacher, seed(number), "new-constraints")
        task = task_of(row)
        assert task is not None
        right = "\n".join(assertion(task.entry, call) for call in task.calls if call.result != RAISES)
        for draw in range(8):
            reply = ask(erring, row, "answer", sample=draw)
            seen[str(reply.truth["error"])] += 1
            found = read_solution(reply.text, reply.finish_reason, [task.entry])
            if found.defect is None:
                refused = [call for call in task.calls if call.result == RAISES]
                verdict = workers.run(trying.try_program, found.source, right)
                assert refused or not verdict.accepted, (reply.truth, found.source)
    assert {"wrong_solution", "cheating_solution", "refusal", "truncated", "no_code", "syntax_error"} <= set(
        seen
    )


def test_every_wrong_suite_is_wrong_or_weak(
    teacher: CodeTeacher, erring: CodeTeacher, workers: WorkerPool
) -> None:
    seen: Counter[str] = Counter()
    for number in range(5, 45, 8):
        row = child(teacher, seed(number), "rarer-requirement")
        task = task_of(row)
        assert task is not None
        for draw in range(8):
            reply = ask(erring, row, "tests", sample=draw)
            kind = str(reply.truth["error"])
            seen[kind] += 1
            cases = cases_in(reply.text)
            if kind == "wrong_tests":
                assert not workers.run(trying.try_program, task.source, join(cases)).accepted
            elif kind == "weak_tests":
                assert workers.run(trying.passing_stub, task.source, join(cases)) is not None
            elif kind == "broken_tests":
                assert cases == []
    assert {"wrong_tests", "weak_tests", "refusal", "truncated", "broken_tests"} <= set(seen)


def test_every_wrong_evolution_says_so(erring: CodeTeacher) -> None:
    kinds = Counter(
        str(ask(erring, seed(number), "evolve", "new-constraints", draw).truth["error"])
        for number in range(4)
        for draw in range(10)
    )
    assert set(kinds) == {"refusal", "copied_prompt", "truncated", "unchanged"}


def test_an_unchanged_task_is_judged_equal(teacher: CodeTeacher) -> None:
    row = child(teacher, seed(1), "new-constraints")
    assert ask(teacher, row, "judge").text == "Not Equal"
    assert ask(teacher, row.with_(truth={**row.truth, "error": "unchanged"}), "judge").text == "Equal"


def test_the_library_holds_what_results_are_passed_to() -> None:
    entries = {task.entry: task for task in library()}
    assert entries.keys() >= PIPED
    assert len(entries) >= 60
    assert all(len(entries[name].params) == 1 for name in PIPED)


def test_a_task_survives_json() -> None:
    task = Task(
        "t",
        "def f(x): return x",
        "f",
        ("x",),
        (Call("(1,)", "1", True), Call("([1],)", "[1]")),
        ("a",),
    )
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_values_read_back() -> None:
    calls = [call for task in library() for call in task.calls]
    assert all(repr(call.values()) == repr(ast.literal_eval(call.args)) for call in calls)


@pytest.mark.skipif(not MBPP.exists(), reason="the shared data are not on this machine")
def test_mbpp_rows_are_evolved_around_their_own_code(teacher: CodeTeacher) -> None:
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in MBPP.read_text(encoding="utf-8").splitlines()[:60:3]
    ]
    own = 0
    for row in rows:
        parent = Sample(
            str(row["task_id"]), "code", row["text"], row["code"], tests=row["test_list"], root="m"
        )
        evolved = child(teacher, parent, "new-constraints")
        task = task_of(evolved)
        assert task is not None
        assert parse(task.source) is not None
        own += evolved.instruction.startswith(row["text"].strip())
    assert own >= 0.6 * len(rows)
