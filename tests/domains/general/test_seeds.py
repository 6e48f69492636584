"""The seeds: skills, languages, and answers that pass what the pack asks of any answer."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from evol.domains.general.verify import verify_row
from evol.pack import load_pack

PACK = load_pack("general")
ROWS = [json.loads(line) for line in PACK.seeds.read_text(encoding="utf-8").splitlines()]
# The 29 skills of WizardLM's test bed (arXiv 2304.12244), spelt as identifiers.
SKILLS = set(
    re.findall(
        r"\S+",
        "math code-generation writing computer-science reasoning complex-format code-debug common-sense "
        "counterfactual "
        "multilingual roleplay biology technology ethics truthfulqa sport law medicine literature "
        "entertainment art "
        "music economy physics toxicity history academic-writing chemistry philosophy",
    )
)


def test_there_are_seeds_for_each_skill_and_in_several_languages() -> None:
    assert len(ROWS) >= 175
    skills = Counter(row["skill"] for row in ROWS)
    assert set(skills) == SKILLS
    assert min(skills.values()) >= 5
    languages = Counter(row["language"] for row in ROWS)
    assert sum(n >= 10 for n in languages.values()) >= 4


def test_no_seed_is_there_twice() -> None:
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    assert len({row["instruction"].casefold() for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", [r for r in ROWS if "response" in r], ids=lambda row: row["id"])
def test_each_response_passes_the_checks(row: dict) -> None:
    verdict = verify_row(row)
    assert verdict.accepted, verdict.message
