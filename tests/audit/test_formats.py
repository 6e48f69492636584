"""Files as they come: every readable row is read, every other is quarantined with its place and reason."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evol.audit.formats import Record, open_table
from evol.audit.formats import records as limits
from evol.audit.formats.streams import Line, lines

ROWS = [{"instruction": f"Add {n} and 1.", "output": str(n + 1)} for n in range(5)]


def jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def read(path: Path) -> tuple[list[Record], list[Record]]:
    records = list(open_table(path))
    return [r for r in records if r.problem is None], [r for r in records if r.problem is not None]


def cells(record: Record) -> dict[str, Any]:
    found: dict[str, Any] = record.cells if record.cells is not None else json.loads(record.raw)
    return found


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.csv", "rows.parquet", "rows"])
def test_the_content_decides_and_not_the_name(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(jsonl(ROWS))
    good, bad = read(path)
    assert ([cells(r) for r in good], bad) == (ROWS, [])


def test_zst_and_gz_are_unpacked_and_packed_again_alike(tmp_path: Path) -> None:
    import pyarrow as pa

    gz, zst = tmp_path / "rows.jsonl.gz", tmp_path / "rows.jsonl.zst"
    gz.write_bytes(gzip.compress(jsonl(ROWS)))
    with pa.output_stream(str(zst), compression="zstd") as stream:
        stream.write(jsonl(ROWS))
    for path in (gz, zst):
        table = open_table(path)
        sink = table.sink(tmp_path / f"again-{path.name}", ())
        for record in table:
            sink.write(record, {})
        sink.close()
        assert [cells(r) for r in open_table(tmp_path / f"again-{path.name}")] == ROWS


def test_a_truncated_gz_gives_its_rows_and_says_where_it_ends(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    whole = gzip.compress(jsonl([{"instruction": f"{n} {'x' * (n % 97)}"} for n in range(20_000)]))
    path.write_bytes(whole[: len(whole) // 2])
    good, bad = read(path)
    assert len(good) > 5000
    assert len(bad) == 1
    assert "damaged" in str(bad[0].problem)
    assert bad[0].where.startswith("after line")


def test_a_truncated_parquet_file_is_one_problem(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(ROWS), path)
    path.write_bytes(path.read_bytes()[:-20])
    good, bad = read(path)
    assert good == []
    assert "cut or damaged" in str(bad[0].problem)


def test_a_line_too_long_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": "' + b"x" * 300_000 + b'"}\n{"a": 3}\n')
    found = list(lines(path, "", longest=100_000))
    assert [isinstance(line, Line) and line.cut > 0 for line in found] == [False, True, False]
    assert sum(len(line.text) + line.cut for line in found if isinstance(line, Line)) == path.stat().st_size
    assert limits.LONGEST < 500 * 2**20


def test_a_broken_array_keeps_what_came_before(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS)[:-30])
    good, bad = read(path)
    assert [cells(r) for r in good] == ROWS[:4]
    assert "cannot be told apart" in str(bad[0].problem)


def test_equal_column_names_are_told_apart(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    plain, arrow = tmp_path / "rows.csv", tmp_path / "rows.parquet"
    plain.write_text("instruction,text,text\nAdd 1 and 1.,2,two\n")
    table = pa.Table.from_arrays(
        [pa.array(["Add."]), pa.array(["2"]), pa.array(["two"])], names=["instruction", "t", "t"]
    )
    pq.write_table(table, arrow)
    assert cells(read(plain)[0][0]) == {"instruction": "Add 1 and 1.", "text": "2", "text.2": "two"}
    assert cells(read(arrow)[0][0])["t.2"] == "two"


def test_a_csv_row_with_too_many_fields_is_quarantined_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('instruction,output\n"Say\nit.",yes\na,b,c\nlast,row\n')
    good, bad = read(path)
    assert [cells(r)["instruction"] for r in good] == ["Say\nit.", "last"]
    assert (bad[0].where, bad[0].problem) == ("line 4", "the row has 3 fields where the header has 2")


@pytest.mark.parametrize("content", [b"", b"\0\1\2\3" * 50, b"  \n\n"])
def test_a_file_without_rows_is_one_problem(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    good, bad = read(path)
    assert (good, len(bad)) == ([], 1)


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json", "rows.csv", "rows.parquet"])
def test_rows_are_written_back_in_kind_with_columns_added(tmp_path: Path, name: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path, again = tmp_path / name, tmp_path / f"again-{name}"
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(ROWS), path)
    elif name.endswith("csv"):
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, ROWS[0])
            writer.writeheader()
            writer.writerows(ROWS)
    else:
        path.write_bytes(jsonl(ROWS) if name.endswith("jsonl") else json.dumps(ROWS).encode())
    table = open_table(path)
    sink = table.sink(again, ("why",))
    for record in table:
        sink.write(record, {"why": "to see"})
    sink.close()
    assert [cells(r) for r in open_table(again)] == [{**row, "why": "to see"} for row in ROWS]


@pytest.mark.parametrize("text", [
    json.dumps({"data": ROWS}),
    json.dumps({"version": "1.1", "rows": ROWS, "more": {"a": [1]}}, indent=1),
])  # fmt: skip
def test_an_object_around_the_rows_is_taken_off(tmp_path: Path, text: str) -> None:
    path = tmp_path / "rows.json"
    path.write_text(text)
    good, bad = read(path)
    assert ([cells(r) for r in good], bad) == (ROWS, [])
    sink = open_table(path).sink(tmp_path / "again.json", ())
    for record in good:
        sink.write(record, {})
    sink.close()
    assert ROWS in json.loads((tmp_path / "again.json").read_text()).values()


def test_an_object_around_the_rows_that_is_cut_gives_what_stands_there(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"data": ROWS})[:-40])
    good, bad = read(path)
    assert [cells(r) for r in good] == ROWS[: len(good)]
    assert len(bad) == 1


def test_what_is_broken_in_an_array_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps(ROWS, indent=0)[:-10])
    [bad] = read(path)[1]
    assert "line 18" in str(bad.problem)


def test_lines_that_each_hold_a_list_are_lines(tmp_path: Path) -> None:
    rows = [{"data": [{"n": 1}], "instruction": "Add."}] * 2
    path = tmp_path / "rows.jsonl"
    path.write_bytes(jsonl(rows))
    assert [cells(r) for r in read(path)[0]] == rows
