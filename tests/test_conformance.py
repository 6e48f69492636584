"""The conformance test catches what is wrong with a pack, and passes the skeleton and ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evol.conformance import check_pack
from evol.errors import ConfigError
from evol.pack import find_packs, load_pack
from evol.scaffold import write_pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pack("lists", tmp_path)


def failures(folder: Path) -> dict[str, str]:
    return {f.subject: f.detail for f in check_pack(load_pack(str(folder))) if not f.passed}


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.parametrize("name", sorted(find_packs()))
def test_every_installed_pack_passes(name: str) -> None:
    assert not [finding for finding in check_pack(load_pack(name)) if not finding.passed]


def test_a_new_pack_passes_and_bears_its_name(folder: Path) -> None:
    pack = load_pack(str(folder))
    assert pack.name == "lists"
    assert not failures(folder)
    assert "skeleton" not in "".join(path.read_text() for path in folder.rglob("*.*") if path.is_file())


def test_nothing_is_overwritten_and_names_must_serve_as_packages(folder: Path) -> None:
    with pytest.raises(ConfigError, match="exists already"):
        write_pack("lists", folder.parent)
    for name in ("A b", "1st", "", "../up", "a-b"):
        with pytest.raises(ConfigError, match="lower-case letters"):
            write_pack(name, folder.parent)


def test_an_eliminator_that_accepts_everything_fails_on_each_wrong_golden(folder: Path) -> None:
    (folder / "eliminator.py").write_text(
        "from evol.protocols import Judgement\n"
        "from evol.types import Verdict\n"
        "class ListEliminator:\n"
        "    def __init__(self, context): ...\n"
        "    async def judge(self, candidate, parent, inquiry):\n"
        "        return Judgement(candidate, (Verdict.accept('v', 'answers_agree', 'Fine.'),))\n"
    )
    failed = failures(folder)
    wrong = [
        row["id"] for row in map(json.loads, (folder / "golden.jsonl").open()) if row["outcome"] == "reject"
    ]
    assert set(wrong) <= set(failed)
    assert sum("carries a tag" in detail for detail in failed.values()) == 2


def test_the_stated_reason_counts(folder: Path) -> None:
    edit(folder / "verifiers.py", '"answer_mismatch"', '"wrong_answer"')
    assert (
        "expected reject (answer_mismatch), got reject (wrong_answer)"
        in failures(folder)["wrong-seed-answer"]
    )


def test_a_verifier_that_raises_is_a_failure_not_a_crash(folder: Path) -> None:
    edit(folder / "verifiers.py", "    answers = [", "    1 / 0\n    answers = [")
    assert "ZeroDivisionError" in failures(folder)["right-seed"]


def test_an_eliminator_that_asks_for_more_than_the_golden_holds_is_told(folder: Path) -> None:
    edit(folder / "eliminator.py", 'purpose="answer"', 'purpose="program"')
    assert "asked for 'program'" in failures(folder)["right-seed"]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("Harder.\n<evolved></evolved>", "does not stand whole"),
        ("<instruction>{{ instruction[:20] }}</instruction> <evolved></evolved>", "does not stand whole"),
        ("<instruction>{{ instruction | upper }}</instruction> <evolved></evolved>", "does not stand whole"),
        ("<instruction>{{ instruction }}</instruction> Reply.", "does not ask"),
        ("{{ instruktion }}", "is undefined"),
    ],
)
def test_a_prompt_that_loses_the_instruction_fails(folder: Path, prompt: str, said: str) -> None:
    (folder / "prompts" / "add-step.md").write_text(prompt)
    assert said in failures(folder)["add-step"]


def test_two_operations_that_send_the_same_prompt_fail(folder: Path) -> None:
    (folder / "prompts" / "breadth.md").write_text((folder / "prompts" / "add-step.md").read_text())
    assert "same prompt as add-step" in failures(folder)["breadth"]


def test_goldens_must_hold_right_and_wrong_rows(folder: Path) -> None:
    rows = (folder / "golden.jsonl").read_text().splitlines()
    (folder / "golden.jsonl").write_text("\n".join(row for row in rows if '"accept"' in row))
    assert failures(folder) == {"golden.jsonl, 2 rows": "no row is to reject"}


def test_a_broken_golden_is_named_by_its_line(folder: Path) -> None:
    with (folder / "golden.jsonl").open("a") as stream:
        stream.write('{"id": "x"}\n')
    assert "line 8" in failures(folder)["golden.jsonl"]


def test_seeds_that_cannot_be_used_fail(folder: Path) -> None:
    with (folder / "seeds.jsonl").open("a") as stream:
        stream.write('{"id": "x", "instruction": null}\n')
    assert "1 of 7 rows cannot be used" in failures(folder).values()
