"""From the journal to files: duplicates, balance over generations, stable bytes, loadable rows."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.dataset import export, quotas
from evol.journal import Journal
from evol.rows import FORMATS


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def journal(tmp_path, evolve, echo):
    seeds = [f"Name {n % 20} animals." for n in range(24)]
    evolve(tmp_path / "run.db", seeds, echo(), generations=3)
    with Journal(tmp_path / "run.db", read_only=True) as opened:
        yield opened


def write(journal, folder, **options):
    return export(
        journal, folder, **{"teacher": "echo", "seed": 0, "size": None, "style": "messages", **options}
    )


def test_every_row_of_the_journal_is_in_train_or_rejected_once(journal, tmp_path):
    exported = write(journal, tmp_path / "out")
    train, rejected = lines(tmp_path / "out/train.jsonl"), lines(tmp_path / "out/rejected.jsonl")
    assert (len(train), len(rejected)) == (exported.train, exported.rejected)
    ids = [row["id"] for row in train + rejected]
    stored = [row.sample.id for number in range(24) for row in journal.lineage(number)]
    assert sorted(ids) == sorted(stored)


def test_the_later_of_two_equal_instructions_is_the_duplicate(journal, tmp_path):
    exported = write(journal, tmp_path / "out")
    train, rejected = lines(tmp_path / "out/train.jsonl"), lines(tmp_path / "out/rejected.jsonl")
    duplicates = [row for row in rejected if row["reason"] == "duplicate"]
    assert exported.duplicates == len(duplicates) > 0
    kept = {row["id"]: row["messages"][0]["content"] for row in train}
    assert len(set(kept.values())) == len(kept)
    for row in duplicates:
        assert kept[json.loads(row["checks"][-1]["evidence"])["first"]] == row["instruction"]


def test_the_same_journal_gives_the_same_bytes(journal, tmp_path):
    for name in ("a", "b"):
        write(journal, tmp_path / name)
    for file in ("train.jsonl", "train.parquet", "rejected.jsonl", "rejected.parquet"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_generations_are_mixed(journal, tmp_path):
    write(journal, tmp_path / "out")
    generations = [row["generation"] for row in lines(tmp_path / "out/train.jsonl")]
    assert generations != sorted(generations)


def test_a_size_is_balanced_over_generations(journal, tmp_path):
    exported = write(journal, tmp_path / "out", size=12)
    generations = [row["generation"] for row in lines(tmp_path / "out/train.jsonl")]
    assert exported.train == 12
    assert exported.left_out > 0
    assert {g: generations.count(g) for g in range(4)} == dict.fromkeys(range(4), 3)


@pytest.mark.parametrize("style", FORMATS)
def test_parquet_and_jsonl_hold_the_same_rows_in_every_format(journal, tmp_path, style):
    write(journal, tmp_path / "out", style=style)
    for name in ("train", "rejected"):
        assert pq.read_table(tmp_path / f"out/{name}.parquet").to_pylist() == lines(
            tmp_path / f"out/{name}.jsonl"
        )


def test_nothing_of_the_teachers_truth_is_exported(journal, tmp_path):
    write(journal, tmp_path / "out")
    for name in ("train", "rejected"):
        assert not [row for row in lines(tmp_path / f"out/{name}.jsonl") if "truth" in row]


def test_datasets_loads_both_splits(journal, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    import datasets

    exported = write(journal, tmp_path / "out")
    for name, rows in (("train", exported.train), ("rejected", exported.rejected)):
        loaded = datasets.load_dataset(
            "json",
            data_files=str(tmp_path / f"out/{name}.jsonl"),
            split="train",
            cache_dir=str(tmp_path / "cache"),
        )
        assert len(loaded) == rows


@given(st.dictionaries(st.integers(0, 9), st.integers(0, 50), min_size=1), st.integers(0, 300))
def test_quotas_fill_the_size_as_evenly_as_the_generations_allow(available, size):
    taken = quotas(available, size)
    assert sum(taken.values()) == min(size, sum(available.values()))
    assert all(0 <= taken[g] <= available[g] for g in available)
    short = [taken[g] for g in available if taken[g] < available[g]]
    assert not short or max(taken.values()) - min(short) <= 1 or max(short) - min(short) <= 1
