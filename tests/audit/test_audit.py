"""`evol audit` from outside: what it finds, where rows go, how it resumes, which gates it fails."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from evol.audit import performing
from evol.audit.performing import Plan, perform
from evol.audit.store import Store
from evol.cli.main import main

CLEAN = [
    {"id": f"q{n}", "question": f"Tom has {n} apples and buys {m} more in the market. How many has he now?",
     "solution": f"He has {n} + {m} = {n + m} apples now.\n#### {n + m}", "answer": str(n + m)}
    for n, m in [(3, 4), (10, 5), (7, 70), (21, 9), (40, 2), (33, 8)]
]  # fmt: skip


def evol(*words: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, words)])


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def told(folder: Path) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = pq.read_table(folder / "rows.parquet").to_pylist()
    return rows


def audit(path: Path, domain: str | None = "math", **options: Any) -> tuple[Path, dict[str, Any]]:
    out = path.parent / f"audit-{path.name}"
    return perform(Plan(str(path), domain, options.pop("out", out), workers=1, **options))


def test_clean_rows_are_accepted_and_kept_byte_for_byte(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", CLEAN)
    folder, summary = audit(path)
    assert summary["outcomes"]["accept"]["rows"] == len(CLEAN)
    assert (folder / "clean/rows.jsonl").read_bytes() == path.read_bytes()
    assert not (folder / "quarantine").exists()
    assert summary["columns"][0]["columns"]["instruction"] == "question"


def test_every_row_has_its_verdict_and_evidence_and_goes_where_it_belongs(tmp_path: Path) -> None:
    wrong = {**CLEAN[0], "answer": "8"}
    refused = {**CLEAN[1], "solution": "I'm sorry, I cannot help with that."}
    folder, _ = audit(write(tmp_path / "rows.jsonl", [wrong, refused, *CLEAN[2:]]))
    rows = told(folder)
    assert [row["outcome"] for row in rows] == ["reject", "reject", *["accept"] * 4]
    assert rows[0]["reason"] == "different_value"
    assert rows[1]["reasons"][:1] == ["refusal"]
    assert json.loads(rows[0]["findings"])[0]["evidence"]
    kept = (folder / "quarantine/rows.jsonl").read_text().splitlines()
    assert [json.loads(line)["audit_reason"] for line in kept] == ["different_value", "refusal"]


def test_rows_that_cannot_be_read_are_quarantined_with_place_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    good = json.dumps(CLEAN[0]).encode()
    deep = b'{"question": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    path.write_bytes(
        b"\n".join([good, b'{"question": "cut', b"[1]", b"\0\0\0", deep, b'{"question": "a\xff"}'])
    )
    folder, summary = audit(path)
    lost = [json.loads(line) for line in (folder / "quarantine/unreadable.jsonl").read_text().splitlines()]
    assert [row["place"] for row in lost] == ["line 2", "line 3", "line 4", "line 5"]
    assert all(row["message"].startswith("The row cannot be read: ") for row in lost)
    assert summary["outcomes"]["accept"]["rows"] == 1
    assert summary["rows"] == 6


def test_rows_of_several_shapes_in_one_file_are_each_read(tmp_path: Path) -> None:
    rows = [
        CLEAN[0],
        {"instruction": "Add 2 and 2.", "input": "", "output": "2 + 2 = 4\n#### 4", "answer": 4},
        {
            "messages": [
                {"role": "user", "content": "Add 3 and 3."},
                {"role": "assistant", "content": "3 + 3 = 6"},
            ]
        },
        {"conversations": [{"from": "human", "value": "Add 4 and 4."}]},
        {"nothing": {"nested": [1, 2]}},
    ]
    folder, summary = audit(write(tmp_path / "rows.jsonl", rows), None)
    assert [row["reason"] for row in told(folder)] == [
        *["no_objection"] * 3, "chat_template", "no_instruction",
    ]  # fmt: skip
    assert len(summary["columns"]) == 4


def test_duplicates_and_contradictions_name_the_other_row(tmp_path: Path) -> None:
    same = {**CLEAN[0], "id": "again"}
    other = {**CLEAN[1], "id": "other", "solution": f"We add.\n{CLEAN[1]['solution']}"}
    against = {**CLEAN[2], "id": "contrary", "answer": "78", "solution": "7 + 71 = 78\n#### 78"}
    folder, _ = audit(write(tmp_path / "rows.jsonl", [*CLEAN, same, other, against]))
    rows = {row["row"]: row for row in told(folder)}
    assert (rows[7]["reason"], rows[8]["reason"]) == ("duplicate_pair", "duplicate_instruction")
    assert (rows[3]["reason"], rows[9]["reason"]) == ("conflicting_answers",) * 2
    assert rows[1]["outcome"] == "accept"
    assert json.loads(rows[7]["findings"])[0]["evidence"]["first_row"] == 1


def test_of_equal_instructions_the_first_that_passed_is_kept(tmp_path: Path) -> None:
    cut = {**CLEAN[0], "id": "cut", "solution": f"```\n{CLEAN[0]['solution']}"}
    folder, _ = audit(write(tmp_path / "rows.jsonl", [cut, CLEAN[0]]))
    assert [row["reason"] for row in told(folder)] == ["truncated", "same_text"]


def test_a_test_problem_is_contamination_and_other_numbers_are_not(tmp_path: Path) -> None:
    benchmark = write(tmp_path / "test.jsonl", CLEAN[:1])
    long = "A farmer packs {} crates of pears and {} crates of plums for Saturday's market. How many is that?"
    write(benchmark, [{"question": long.format(12, 30), "answer": "42"}])
    rows = [
        {"question": long.format(a, b), "solution": f"{a} + {b} = {a + b}", "answer": str(a + b)}
        for a, b in [(12, 30), (5, 6)]
    ]
    folder, summary = audit(write(tmp_path / "rows.jsonl", [*CLEAN, *rows]), against=(str(benchmark),))
    assert [row["reasons"] for row in told(folder)][-2:] == [["contaminated"], ["same_template"]]
    assert summary["against"]["problems"] == 1


def test_running_again_after_a_kill_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(
        tmp_path / "rows.jsonl", [{**row, "id": f"{row['id']}-{n}"} for n in range(100) for row in CLEAN]
    )
    whole, _ = audit(path, out=tmp_path / "whole")
    add, chunks = Store.add, []

    def dying(self: Store, rows: Any) -> None:
        add(self, rows)
        chunks.append(1)
        raise KeyboardInterrupt

    monkeypatch.setattr(Store, "add", dying)
    with pytest.raises(KeyboardInterrupt):
        audit(path, out=tmp_path / "cut")
    monkeypatch.setattr(Store, "add", add)
    (tmp_path / "cut/evol-duplicates-killed").mkdir()
    seen: list[int] = []
    judge = performing.judge_rows
    monkeypatch.setattr(
        performing, "judge_rows", lambda rows, *rest: judge((seen.append(r.number) or r for r in rows), *rest)
    )
    cut, _ = audit(path, out=tmp_path / "cut")
    assert (chunks, seen[0]) == ([1], 257)
    files = sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(cut) for p in cut.rglob("*") if p.is_file())
    assert all((whole / file).read_bytes() == (cut / file).read_bytes() for file in files)


def test_an_audit_that_is_finished_is_only_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "rows.jsonl", CLEAN)
    first = audit(path)
    monkeypatch.setattr(performing, "judge_rows", lambda *_: pytest.fail("judged again"))
    assert audit(path) == first


def test_gates_fail_by_name_and_set_the_exit_code(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [{**CLEAN[0], "answer": "8"}, *CLEAN[1:]])
    out = ("--domain", "math", "--out", tmp_path / "audit")
    assert evol(path, *out, "--fail-under", "accept=0.8,duplicate_pair=0").exit_code == 0
    failed = evol(path, *out, "--fail-under", "accept=0.9,different_value=0.1")
    assert failed.exit_code == 1
    assert "accept: 5 of 6" in failed.stderr
    assert "different_value: 1 of 6" in failed.stderr
    for wrong in ("accept", "accept=2", "accepted=0.9", "contaminated=0"):
        assert evol(path, *out, "--fail-under", wrong).exit_code == 2


def test_a_sample_is_drawn_by_its_seed_and_writes_no_cleaned_set(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", [{**row, "id": f"{n}"} for n in range(20) for row in CLEAN])
    drawn = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        folder, summary = audit(path, sample=10, seed=seed, out=tmp_path / name)
        drawn.append([row["row"] for row in told(folder)])
        assert summary["sample"] == {"rows": 10, "of": 120, "seed": seed}
        assert not (folder / "clean").exists()
    assert drawn[0] == drawn[1] != drawn[2]


def test_compare_says_what_moved_came_and_went(tmp_path: Path) -> None:
    old, _ = audit(write(tmp_path / "old.jsonl", CLEAN[:5]))
    new, _ = audit(write(tmp_path / "new.jsonl", [{**CLEAN[0], "answer": "9"}, *CLEAN[2:]]))
    result = evol("--compare", old, new, "--json")
    changes = json.loads(result.stdout)
    assert (changes["gone"], changes["added"]) == (1, 1)
    assert changes["moved"][0]["rows"] == 1
    assert changes["findings"]["different_value"] == {"old": 0, "new": 1}
    assert "accept" in evol("--compare", old, new).stdout
    assert evol("--compare", old, tmp_path / "none").exit_code == 2


def test_folders_and_globs_are_read_whole_and_split_by_file(tmp_path: Path) -> None:
    (tmp_path / "set/sub").mkdir(parents=True)
    write(tmp_path / "set/a.jsonl", CLEAN[:3])
    (tmp_path / "set/sub/b.json.gz").write_bytes(gzip.compress(json.dumps(CLEAN[3:]).encode()))
    for number, data in enumerate((tmp_path / "set", tmp_path / "set/**/*.js*")):
        folder, summary = perform(Plan(str(data), "math", tmp_path / f"audit{number}", workers=1))
        assert [file["accept"] for file in summary["files"]] == [3, 3]
        assert json.loads(gzip.decompress((folder / "clean/sub/b.json.gz").read_bytes())) == CLEAN[3:]


def test_a_persons_mistakes_are_one_sentence(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", CLEAN)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/precious.txt").write_text("mine")
    for words in (
        [tmp_path / "none.jsonl"],
        [path, "--domain", "maths"],
        [path, "--out", tmp_path / "full"],
        [path, "--against", tmp_path / "none.jsonl", "--out", tmp_path / "x"],
        [tmp_path / "full", "--out", tmp_path / "y"],
    ):
        result = evol(*words)
        assert result.exit_code == 2, words
        assert result.stderr.startswith("Error: "), words
    assert (tmp_path / "full/precious.txt").read_text() == "mine"


def test_mapped_columns_override_what_is_found(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.jsonl", [{"frage": "Add 2 and 2.", "loesung": "2 + 2 = 4\n#### 4", "wert": "4"}]
    )
    result = evol(
        path,
        "--map",
        "instruction=frage,response=loesung,answer=wert",
        "--domain",
        "math",
        "--out",
        tmp_path / "o",
        "--json",
    )
    assert json.loads(result.stdout)["outcomes"]["accept"]["rows"] == 1


def test_tests_that_a_stub_passes_leave_the_row_undecided(tmp_path: Path) -> None:
    program = "def double(n):\n    return 2 * n"
    rows = [
        {
            "instruction": f"Write a function that doubles a number, version {n}.",
            "code": program,
            "tests": tests,
        }
        for n, tests in enumerate(
            (["assert double(2) == 4"], ["assert double(0) == 0"], ["assert double(2) == 5"])
        )
    ]
    folder, summary = audit(write(tmp_path / "rows.jsonl", rows), "code")
    assert [row["reason"] for row in told(folder)] == ["tests_passed", "weak_tests", "tests_failed"]
    assert summary["findings"]["weak_tests"]["severities"] == {"undecided": 1}


def test_a_benchmark_that_is_solved_is_told_apart_from_one_that_is_quoted(tmp_path: Path) -> None:
    asked = "Write a function that returns every second element of a list and drops all the other elements."
    benchmark = write(
        tmp_path / "bench.jsonl",
        [
            {
                "text": asked,
                "code": "def halve(xs):\n    return xs[::2]",
                "test_list": ["assert halve([1, 2, 3]) == [1, 3]"],
            }
        ],
    )
    rows = [
        {
            "instruction": "Keep what stands at even places.",
            "output": "```python\ndef halve(a):\n    return a[0::2]\n```",
        },
        {
            "instruction": asked,
            "output": "It cannot be done with a loop; a slice with a step is what is wanted.",
        },
        {"instruction": "Name a fruit.", "output": "A pear is a fruit, and so is a plum."},
    ]
    folder, summary = audit(write(tmp_path / "rows.jsonl", rows), "code", against=(str(benchmark),))
    assert [row["reason"] for row in told(folder)][:2] == ["solves_benchmark", "contaminated"]
    assert summary["against"]["rows"] == {"by_text": 1, "by_execution": 1, "either": 2}
    failed = evol(tmp_path / "rows.jsonl", "--domain", "code", "--against", benchmark, "--out", folder,
                  "--fail-under", "contaminated=0.4")  # fmt: skip
    assert "by text in 1 rows, by a program that passes its tests in 1" in failed.stdout
    assert "contaminated: 2 of 3 rows" in failed.stderr
    page = (folder / "report.html").read_text()
    assert "2 give a benchmark away, 1 by its text and 1 by passing its tests" in page
    assert "<h3>By text</h3>" in page
    assert "<h3>By execution</h3>" in page


def chat(*turns: str) -> dict[str, Any]:
    roles = ("user", "assistant") * len(turns)
    return {"messages": [{"role": role, "content": text} for role, text in zip(roles, turns, strict=False)]}


def test_references_are_named_one_by_one_or_in_a_list(tmp_path: Path) -> None:
    path = write(tmp_path / "rows.jsonl", CLEAN)
    one, other = (
        write(tmp_path / name, [row]) for name, row in zip(("a.jsonl", "b,c.jsonl"), CLEAN, strict=False)
    )
    for against in ([f"{one},{one}"], [one, other]):
        words = [word for name in against for word in ("--against", name)]
        result = evol(path, *words, "--out", tmp_path / "o", "--json")
        assert json.loads(result.stdout)["against"]["problems"] == 2


def test_every_exchange_of_a_chat_is_judged(tmp_path: Path) -> None:
    first = ("What is a plum?", "A plum is a fruit with a stone in it.")
    rows = [
        chat(*first, "And a pear?", "A pear is a fruit, too."),
        chat(*first, "And a pear?", "I'm sorry, I cannot help with that."),
        chat("Help me.", "Sure, with what?", "With my mail to ann@pears.net.", "Write to ann@pears.net."),
        chat(*first, "What is 2 + 2?", "2 + 2 = 5, so it is 5."),
    ]
    folder, _ = audit(write(tmp_path / "rows.jsonl", rows), "math")
    found = [row["reasons"] for row in told(folder)]
    assert "refusal" in found[1]
    parts = [f["part"] for f in json.loads(told(folder)[2]["findings"]) if f["reason"] == "personal_data"]
    assert parts == ["instruction"]
    assert "asks_back" not in found[2]
    assert "wrong_step" in found[3]
    assert all("exchange_undecided" in reasons for reasons in found[:3])
    assert "duplicate_pair" not in {reason for reasons in found for reason in reasons}
    refused = next(f for f in json.loads(told(folder)[1]["findings"]) if f["reason"] == "refusal")
    assert refused["message"].startswith("In exchange 2: ")
    assert refused["evidence"]["exchange"] == 2


def test_an_answer_is_not_evidence_for_the_response_it_was_taken_from(tmp_path: Path) -> None:
    text = "Tom has 3 + 4 = 7 apples now.\n#### 7"
    rows = [
        {"question": "Tom has 3 apples and buys 4. How many now?", "answer": text},
        {"question": "Ann has 3 pears and buys 4. How many now?", "solution": text, "answer": "7"},
        {"question": "Eve has 3 plums and buys 4. How many now?", "response": text},
        {"question": "Bob has 3 figs and buys 4. How many now?", "answer": text.replace("= 7", "= 8")},
    ]
    folder, _ = audit(write(tmp_path / "rows.jsonl", rows), "math")
    assert [row["reason"] for row in told(folder)] == ["no_gold", "same_text", "no_gold", "wrong_step"]
    assert [row["answer"] for row in told(folder)] == ["7"] * 4
