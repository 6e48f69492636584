"""docs/operations.md: every operation of every built-in pack, each with an example."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evol.operations import BUILT_IN
from evol.pack import find_packs, load_pack

PAGE = (Path(__file__).parents[1] / "docs" / "operations.md").read_text(encoding="utf-8")
PACKS = sorted(name for name, package in find_packs().items() if package.startswith(BUILT_IN))


@pytest.mark.parametrize("name", PACKS)
def test_each_operation_has_a_real_example_on_the_page(name):
    section = PAGE.split(f"## {name}: ")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| \w+, \w+ \| \d+% \| (.+)$", section, re.MULTILINE))
    assert list(rows) == [operation.name for operation in load_pack(name).operations]
    for texts in rows.values():
        before, after = re.split(r"(?<!\\) \| ", texts.removesuffix(" |"), maxsplit=1)
        assert before.strip()
        assert after.strip()
        assert before != after
