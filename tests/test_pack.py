"""Domain packs: found by name or folder, checked on loading, errors that name file and field."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from evol.errors import PackError
from evol.pack import find_packs, load_pack
from evol.verifiers.workers import WorkerPool

MANIFEST = """
name = "shapes"
title = "Shapes"
description = "A pack for tests."
eliminator = "judge:Judge"
[settings]
solutions = 3
[[operation]]
name = "deepen"
kind = "depth"
direction = "up"
prompt = "prompts/deepen.md"
[[operation]]
name = "breadth"
kind = "breadth"
direction = "up"
prompt = "prompts/breadth.md"
weight = 0.5
"""

JUDGE = """
from .area import area
class Judge:
    def __init__(self, context):
        self.context = context
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "math"
    (folder / "prompts").mkdir(parents=True)
    (folder / "domain.toml").write_text(MANIFEST)
    (folder / "prompts" / "deepen.md").write_text("Deepen {{ instruction }}")
    (folder / "prompts" / "breadth.md").write_text("Invent beside {{ instruction }}")
    (folder / "judge.py").write_text(JUDGE)
    (folder / "area.py").write_text("def area(side):\n    return side * side\n")
    return folder


def change(folder: Path, old: str, new: str) -> None:
    file = folder / "domain.toml"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


def test_a_folder_is_a_pack_though_it_is_called_like_a_standard_module(folder: Path) -> None:
    pack = load_pack(str(folder))
    assert [operation.name for operation in pack.operations] == ["deepen", "breadth"]
    assert [operation.weight for operation in pack.operations] == [1.0, 0.5]
    assert pack.settings == {"solutions": 3}
    assert pack.eliminator().context is pack.context  # type: ignore[attr-defined]
    assert importlib.import_module("math").sqrt(4) == 2


def test_a_folders_functions_run_in_worker_processes(folder: Path) -> None:
    pack = load_pack(str(folder))
    area = importlib.import_module(f"{pack.package}.area").area
    with WorkerPool(1) as workers:
        assert workers.run(area, 7) == 49


def test_a_relative_path_is_a_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    assert load_pack("./math").folder == folder.resolve()


def test_installed_packs_are_listed_without_being_loaded() -> None:
    assert find_packs()["math"] == "evol.domains.math"


def test_an_unknown_domain_names_the_nearest_and_what_there_is() -> None:
    with pytest.raises(PackError, match=r"no domain 'maths'\. Did you mean 'math'\? Installed: .*math"):
        load_pack("maths")


def test_a_bare_name_of_a_folder_says_how_to_read_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.parent / "shapes")
    monkeypatch.chdir(folder.parent)
    with pytest.raises(PackError, match=r"write \./shapes"):
        load_pack("shapes")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('name = "shapes"\n', "", "name is missing"),
        ('title = "Shapes"', 'titel = "Shapes"', r"title is missing|Did you mean 'title'"),
        ("[settings]", "[setings]", "setings is an unknown key. Did you mean 'settings'"),
        ('kind = "depth"', 'kind = "deep"', r"operation\[0\]\.kind is 'deep'.*'depth' or 'breadth'"),
        ("weight = 0.5", "weight = 0", r"operation\[1\]\.weight is 0"),
        ("weight = 0.5", "wieght = 1", r"operation\[1\]\.wieght is an unknown key. Did you mean 'weight'"),
        ('name = "breadth"', 'name = "deepen"', r"operation\[1\]\.name is 'deepen', which another"),
        (
            "prompts/breadth.md",
            "prompts/bredth.md",
            r"operation\[1\]\.prompt .*Did you mean 'prompts/breadth.md'",
        ),
        ("prompts/breadth.md", "../../etc/passwd", r"lies outside the pack"),
        ('eliminator = "judge:Judge"', 'eliminator = "judge"', "eliminator is 'judge'"),
        (
            "[settings]",
            'seeds = "seeds.jsonl"\n[settings]',
            "seeds names 'seeds.jsonl', which does not exist",
        ),
        ("[settings]", "[settings", "cannot be read"),
    ],
)
def test_a_bad_manifest_is_one_sentence_with_file_and_field(
    folder: Path, old: str, new: str, said: str
) -> None:
    change(folder, old, new)
    with pytest.raises(PackError, match=said) as caught:
        load_pack(str(folder))
    assert str(folder / "domain.toml") in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_manifest_is_no_pack(tmp_path: Path) -> None:
    with pytest.raises(PackError, match=r"holds no domain\.toml"):
        load_pack(str(tmp_path))


@pytest.mark.parametrize("named", ["nowhere:Judge", "judge:Juge", "area:area.side"])
def test_what_cannot_be_loaded_is_named_with_its_field(folder: Path, named: str) -> None:
    change(folder, '"judge:Judge"', f'"{named}"')
    with pytest.raises(PackError, match=f"eliminator names '{named}', which cannot be loaded"):
        load_pack(str(folder)).eliminator()


def test_a_syntax_error_in_a_packs_code_is_told(folder: Path) -> None:
    (folder / "judge.py").write_text("class Judge(:\n")
    with pytest.raises(PackError, match=r"eliminator names .*judge\.py, line 1"):
        load_pack(str(folder)).eliminator()


def test_an_instruction_is_rendered_as_it_is(folder: Path) -> None:
    text = "{{ 1 + 1 }} {% raw %} <b> & \ud800 \x00 é\u2028"
    assert load_pack(str(folder)).prompts.render("prompts/deepen.md", instruction=text) == f"Deepen {text}"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ instructoin }}", "'instructoin' is undefined"),
        ("line one\n{% if %}", "line 2"),
        ("{{ instruction.__class__.__mro__ }}", "cannot be filled in"),
    ],
)
def test_a_bad_template_names_its_file(folder: Path, template: str, said: str) -> None:
    (folder / "prompts" / "deepen.md").write_text(template)
    with pytest.raises(PackError, match=said) as caught:
        load_pack(str(folder)).prompts.render("prompts/deepen.md", instruction="x")
    assert str(folder / "prompts" / "deepen.md") in str(caught.value)


def test_a_template_outside_the_pack_is_not_read(folder: Path) -> None:
    (folder.parent / "secret.md").write_text("secret")
    with pytest.raises(PackError, match="does not exist"):
        load_pack(str(folder)).prompts.render("../secret.md")


def test_the_code_digest_follows_code_and_prompts_but_not_prose(folder: Path) -> None:
    before = load_pack(str(folder)).code_digest
    (folder / "README.md").write_text("Prose.")
    assert load_pack(str(folder)).code_digest == before
    (folder / "area.py").write_text("def area(side):\n    return side ** 2\n")
    changed = load_pack(str(folder)).code_digest
    assert changed != before
    (folder / "prompts" / "deepen.md").write_text("Deeper: {{ instruction }}")
    assert load_pack(str(folder)).code_digest != changed


def test_the_digest_of_a_prompt_changes_with_that_prompt_alone(folder: Path) -> None:
    before = load_pack(str(folder)).prompt_digests
    (folder / "prompts" / "deepen.md").write_text("Deeper: {{ instruction }}")
    after = load_pack(str(folder)).prompt_digests
    assert {name for name in after if after[name] != before[name]} == {"prompts/deepen.md"}


def test_an_unknown_operation_names_the_nearest(folder: Path) -> None:
    with pytest.raises(PackError, match=r"no operation 'depen'\. Did you mean 'deepen'\?"):
        load_pack(str(folder)).operation("depen")


def test_a_pack_without_a_procedural_teacher_says_what_to_give(folder: Path) -> None:
    pack = load_pack(str(folder))
    assert pack.verify_hook() is None
    with pytest.raises(PackError, match="--teacher openai:MODEL"):
        pack.procedural()
