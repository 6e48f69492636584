"""Seeds from any usual file: columns found, ids kept, bad files refused, bad rows accounted for."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evol.errors import ConfigError, DataError
from evol.seeds import SeedFile, parse_map
from evol.types import Sample

DATA = Path(__file__).parents[1] / "../shared/data"

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def seeds(path: Path, **columns: str) -> list[Sample]:
    file = SeedFile(str(path), "d", columns)
    samples = list(file)
    assert file.check().rows == len(samples)
    return samples


def one(path: Path, **columns: str) -> Sample:
    (sample,) = seeds(path, **columns)
    return sample


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


ROWS = [{"instruction": "Add 1 and 2.", "output": "3"}, {"instruction": 'Say "é\n数",\tplease', "output": ""}]


def as_csv(rows: list[dict[str, str]]) -> str:
    sink = io.StringIO(newline="")
    writer = csv.DictWriter(sink, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", lines(*ROWS)),
        ("bom-and-crlf.jsonl", ("\ufeff" + lines(*ROWS)).replace("\n", "\r\n")),
        ("blank-lines.jsonl", "\n" + lines(*ROWS).replace("\n", "\n\n")),
        ("no-last-newline.jsonl", lines(*ROWS).rstrip("\n")),
        ("a.json", json.dumps(ROWS)),
        ("pretty.json", json.dumps(ROWS, indent=2, ensure_ascii=False)),
        ("a.csv", as_csv(ROWS)),
        ("a.parquet", as_parquet(ROWS)),
        ("called-anything", as_parquet(ROWS)),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_every_format_gives_the_same_seeds(
    write: Write, name: str, content: str | bytes, packed: bool
) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    path = write(f"{name}.gz", gzip.compress(raw)) if packed else write(name, raw)
    found = seeds(path)
    assert [(s.instruction, s.response) for s in found] == [(r["instruction"], r["output"]) for r in ROWS]
    assert all(s.generation == 0 and s.root == s.id and s.domain == "d" for s in found)


def test_a_saved_dataset_is_read(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS)}).save_to_disk(tmp_path / "saved")
    assert [s.instruction for s in seeds(tmp_path / "saved")] == [r["instruction"] for r in ROWS]


def test_a_name_that_is_no_file_is_tried_as_a_hub_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    asked: list[Any] = []

    def load_dataset(name: str, config: str | None, split: str) -> list[dict[str, str]]:
        asked.append((name, config, split))
        return ROWS

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert len(list(SeedFile("owner/name:main", "d"))) == len(ROWS)
    assert asked == [("owner/name", "main", "train")]


CHAT = [
    {"role": "system", "content": "S"},
    {"role": "user", "content": "U"},
    {"role": "assistant", "content": "A"},
]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"instruction": "I", "input": "X", "output": "O"}, ("I\n\nX", "O", None, None)),
        ({"instruction": "I", "input": "", "output": "O"}, ("I", "O", None, None)),
        ({"instruction": "I", "instances": [{"input": "X", "output": "O"}]}, ("I\n\nX", "O", None, None)),
        ({"question": "Q", "answer": "2+2=4\n#### 4"}, ("Q", "2+2=4\n#### 4", "4", None)),
        ({"question": "Q", "solution": "2+2\n#### 4", "answer": "4"}, ("Q", "2+2\n#### 4", "4", None)),
        ({"question": "Q", "answer": 4}, ("Q", "", "4", None)),
        ({"problem": "P", "solution": "S", "answer": "4"}, ("P", "S", "4", None)),
        ({"prompt": "P", "completion": "C"}, ("P", "C", None, None)),
        ({"prompt": CHAT[1:2], "completion": CHAT[2:]}, ("U", "A", None, None)),
        ({"messages": CHAT}, ("S\n\nU", "A", None, None)),
        (
            {"conversations": [{"from": "human", "value": "U"}, {"from": "gpt", "value": "A"}]},
            ("U", "A", None, None),
        ),
        ({"text": "T", "code": "C", "test_list": ["assert 1"]}, ("T", "C", None, ["assert 1"])),
        (
            {"prompt": "def f():\n", "canonical_solution": "  pass\n", "test": "T", "entry_point": "f"},
            ("def f():\n", "def f():\n  pass\n", None, {"test": "T", "entry_point": "f"}),
        ),
    ],
)
def test_columns_are_found_by_themselves(
    write: Write, row: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    found = one(write("a.jsonl", lines(row)))
    assert (found.instruction, found.response, found.answer, found.tests) == expected


def test_a_map_overrides_what_would_be_found(write: Write) -> None:
    row = {"instruction": "no", "task": "yes", "gold": "4", "key": "k1", "source": "book"}
    columns = parse_map(("instruction=task,answer=gold", "id=key"))
    found = one(write("a.jsonl", lines(row)), **columns)
    assert (found.instruction, found.answer, found.id) == ("yes", "4", "k1")
    assert found.meta == {"columns": {"instruction": "no", "source": "book"}}


@pytest.mark.parametrize(
    ("text", "said"), [("instruktion=a", "Did you mean 'instruction'"), ("a", "does not read as")]
)
def test_a_bad_map_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        parse_map((text,))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("empty.jsonl", b"", "is empty"),
        ("blank.jsonl", b"\n \n", "is empty"),
        ("none.json", b"[]", "holds no rows"),
        ("broken.jsonl", b'{"instruction": "a"}\n{"instruction": "b"\n', "line 2: broken JSON"),
        ("list.jsonl", b'{"instruction": "a"}\n["b"]\n', "line 2: a row must be a JSON object"),
        ("broken.json", b'[{"instruction": "a"},\n{"instruction": "b",}]', "line 2: broken JSON"),
        ("cut.json", b'[{"instruction": "a"},\n{"instru', "line 2: broken JSON"),
        ("columns.jsonl", b'{"q": "a", "b": 1}\n', r"columns: q, b\).*--map instruction=COLUMN"),
        ("twice.csv", b"instruction,instruction\na,b\n", "two columns have the same name"),
        ("binary.jsonl", b"\x7fELF\x02\x01\x00\x00", "is a binary file"),
        ("utf16.jsonl", '{"instruction": "a"}'.encode("utf-16"), "is a binary file"),
        ("bad.parquet", b"PAR1 and no more", "damaged Parquet"),
        ("cut.jsonl.gz", gzip.compress(lines(*ROWS * 99).encode())[:-20], "damaged gzip"),
        ("prose.txt", b"Dear reader,\n", "in no format known here"),
        (
            "ids.jsonl",
            b'{"id": 1, "instruction": "a"}\n{"id": "1", "instruction": "b"}\n',
            "line 1 and line 2 .*'1'",
        ),
    ],
)
def test_a_bad_file_is_refused_in_one_sentence(write: Write, name: str, content: bytes, said: str) -> None:
    path = write(name, content)
    with pytest.raises(DataError, match=said) as caught:
        SeedFile(str(path), "d").check()
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_a_mere_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="There is no file"):
        SeedFile(str(tmp_path / "none.jsonl"), "d").check()
    with pytest.raises(DataError, match="is a folder"):
        SeedFile(str(tmp_path), "d").check()
    with pytest.raises(DataError, match="not a regular file"):
        SeedFile("/dev/null", "d").check()


def test_a_mapped_column_that_no_row_has_names_the_nearest(write: Write) -> None:
    with pytest.raises(DataError, match=r"'anwser'\. Did you mean 'answer'"):
        SeedFile(
            str(write("a.jsonl", lines({"question": "Q", "answer": 1}))), "d", {"answer": "anwser"}
        ).check()


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"instruction": null}', "is null"),
        ('{"instruction": ""}', "is empty"),
        ('{"instruction": " \\n"}', "is empty"),
        ('{"instruction": 7}', "not a text"),
        ('{"instruction": "a \\ud800 b"}', "not valid Unicode"),
        ('{"instruction": "a", "output": "\\udfff"}', "not valid Unicode"),
        ('{"output": "a"}', "no column holds an instruction"),
        ('{"instruction": "a", "x": ' + "[" * 400 + "]" * 400 + "}", "nested too deeply"),
        ('{"instruction": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_a_bad_row_is_yielded_with_its_problem_and_harms_no_other(
    write: Write, line: str, problem: str
) -> None:
    good = '{"instruction": "good"}'
    first, bad, last = seeds(write("a.jsonl", f"{good}\n{line}\n{good}\n"))
    assert first.instruction == last.instruction == "good"
    assert bad.instruction == ""
    assert str(bad.meta["problem"]).startswith("line 2: ")
    assert problem in str(bad.meta["problem"])
    json.dumps(bad.to_json(), ensure_ascii=False).encode()


def test_bytes_that_are_not_utf8_spoil_their_row_only(write: Write) -> None:
    bad, good = seeds(write("a.jsonl", b'{"instruction": "caf\xe9"}\n{"instruction": "caf\xc3\xa9"}\n'))
    assert "not valid Unicode" in str(bad.meta["problem"])
    assert good.instruction == "café"


def test_a_csv_row_of_the_wrong_length_is_a_problem(write: Write) -> None:
    good, bad = seeds(write("a.csv", "instruction,output\na,b\nc,d,e\n"))
    assert good.instruction == "a"
    assert "3 fields where the header has 2" in str(bad.meta["problem"])


@pytest.mark.parametrize(
    "text",
    ["x" * 1_000_000, "a\u2028b\u2029c\x85d", "tab\t nul\x00 bell\x07 esc\x1b", "🧮 👩‍🔬 ﷽", "cr\rlf\r\n"],
)
def test_strange_texts_pass_through_unchanged(write: Write, text: str) -> None:
    for ascii_only in (True, False):
        row = json.dumps({"instruction": text}, ensure_ascii=ascii_only)
        assert one(write("a.jsonl", row + "\n")).instruction == text


def test_numbers_that_json_cannot_hold_are_tamed(write: Write) -> None:
    found = one(write("a.jsonl", '{"instruction": "a", "n": NaN, "i": -Infinity, "b": ' + "9" * 5000 + "}\n"))
    assert found.meta["columns"] == {"n": None, "i": None, "b": "9" * 5000}


def test_ids_are_of_the_content_and_of_nothing_else(write: Write) -> None:
    a, b = {"instruction": "a"}, {"instruction": "b"}
    first = [s.id for s in seeds(write("1.jsonl", lines(a, b, a, a)))]
    assert len(set(first)) == 4
    assert first[2] == f"{first[0]}-2"
    assert [s.id for s in seeds(write("2.jsonl", lines(b, a)))] == [first[1], first[0]]


@pytest.mark.parametrize("identity", [None, "", "x" * 300, "a\nb", "\ud800", True, [1]])
def test_an_id_that_cannot_name_a_row_is_replaced(write: Write, identity: object) -> None:
    found = one(write("a.jsonl", lines({"id": identity, "instruction": "a"})))
    assert len(found.id) == 32


def test_the_digest_follows_the_content(write: Write) -> None:
    first = SeedFile(str(write("a.jsonl", lines({"instruction": "a"}))), "d").check()
    assert first == SeedFile(str(write("b.jsonl", lines({"instruction": "a"}))), "d").check()
    assert first != SeedFile(str(write("a.jsonl", lines({"instruction": "b"}))), "d").check()


def test_memory_does_not_grow_with_the_file(write: Write) -> None:
    def peak(rows: int) -> int:
        file = SeedFile(
            str(write("a.jsonl", "".join(f'{{"instruction": "{n} {"x" * 200}"}}\n' for n in range(rows)))),
            "d",
        )
        tracemalloc.start()
        file.check()
        _, top = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return top

    peak(10)
    assert peak(10_000) < 1.5 * peak(1_000)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
COLUMN_NAMES = st.sampled_from(
    [
        "id",
        "instruction",
        "input",
        "output",
        "question",
        "answer",
        "prompt",
        "messages",
        "conversations",
        "text",
        "code",
        "test_list",
        "canonical_solution",
        "test",
        "entry_point",
        "instances",
        "problem",
        "other",
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(COLUMN_NAMES, JSON_VALUES, max_size=6))
def test_no_row_crashes_the_reader_and_all_it_yields_can_be_stored(write: Write, row: dict[str, Any]) -> None:
    path = write("a.jsonl", lines({"instruction": "good", "id": "the good row"}, row))
    good, other = list(SeedFile(str(path), "d"))
    assert good.instruction == "good"
    assert bool(other.instruction.strip()) != ("problem" in other.meta)
    text = json.dumps(other.to_json(), ensure_ascii=False, allow_nan=False)
    sqlite3.connect(":memory:").execute("SELECT ?", (text,)).fetchone()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300), st.sampled_from(["a.jsonl", "a.json", "a.csv", "a.gz", "a.parquet", "a"]))
def test_no_file_crashes_the_reader(write: Write, content: bytes, name: str) -> None:
    with suppress(DataError):
        SeedFile(str(write(name, content)), "d").check()


@pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not on this machine")
@pytest.mark.parametrize(
    ("name", "rows", "filled"),
    [
        ("gsm8k_train_2000.jsonl", 2000, ("response", "answer")),
        ("alpaca_seed_tasks.jsonl", 175, ("response",)),
        ("HumanEval.jsonl.gz", 164, ("response", "tests")),
        ("mbpp.jsonl", 974, ("response", "tests")),
        ("evolved_code_alpaca_round1.json", 1966, ("response",)),
    ],
)
def test_published_sets_are_understood(name: str, rows: int, filled: tuple[str, ...]) -> None:
    found = seeds(DATA / name)
    assert len(found) == rows
    assert all(getattr(sample, field) for sample in found for field in filled)
    assert not [sample for sample in found if "problem" in sample.meta]
