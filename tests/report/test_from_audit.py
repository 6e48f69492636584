"""An audit's report against its audit.json: counts add up, copies and benchmark hits stand side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evol.audit.performing import Plan, perform
from evol.audit.summary import read_summary
from evol.cli.main import main
from evol.errors import DataError
from evol.report.from_audit import audit_report
from evol.report.model import Report

PLACES = ("market", "station", "harbour", "library", "garden", "theatre", "bakery", "stadium")


def question(number: int, place: str) -> dict[str, str]:
    asked = (
        f"On the way to the {place} Tom picks {number} apples from the old tree beside the mill, puts them "
        f"into his bag, and then buys {number + 2} more apples from a farmer. How many apples does he have?"
    )
    said = f"He has {number} + {number + 2} = {2 * number + 2} apples.\n#### {2 * number + 2}"
    return {"id": f"{place}-{number}", "question": asked, "solution": said, "answer": str(2 * number + 2)}


def lines(path: Path, rows: list[dict[str, str]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def audited(tmp_path_factory) -> Path:
    """An audit of eight sound rows, two copies, a wrong gold, an empty and an unreadable one, and a leak."""
    folder = tmp_path_factory.mktemp("audited")
    sound = [question(number, place) for number, place in enumerate(PLACES, 5)]
    copies = [{**sound[0], "id": "copy-1"}, {**sound[0], "id": "copy-2"}]
    wrong = {**question(40, "museum"), "answer": "83"}
    empty = {**question(50, "castle"), "solution": ""}
    data = lines(folder / "rows.jsonl", [*sound, *copies, wrong, empty])
    data.write_text(data.read_text() + "{broken\n")
    against = lines(folder / "bench.jsonl", [sound[3], question(900, "planetarium")])
    out = folder / "audit"
    perform(Plan(str(data), "math", out, against=(str(against),), workers=1))
    return out


@pytest.fixture(scope="module")
def report(audited: Path) -> Report:
    return audit_report(audited)


def test_every_count_of_the_report_adds_up_to_the_audits(audited: Path, report: Report) -> None:
    summary = read_summary(audited)
    counts = {name: counted["rows"] for name, counted in summary["outcomes"].items()}
    tally = report.tally
    assert {"accept": tally.accept, "reject": tally.reject, "undecided": tally.undecided} == counts
    assert sum(r.rows for r in report.reasons if r.weight != "note") == summary["rows"]
    assert report.funnel[0].rows == summary["rows"]
    assert report.funnel[-1].rows == tally.accept
    assert len(report.rows) == report.all.rows == summary["rows"]


def test_the_funnel_counts_each_row_out_where_it_was_decided(report: Report) -> None:
    left = {step.name: step.rows for step in report.funnel}
    assert left["In the data"] - left["Readable"] == 1
    assert left["Readable"] - left["Sound text"] == 1
    assert left["Sound text"] - left["Said once"] == 2
    assert left["No benchmark"] - left["Verified (math)"] == 1


def test_copies_stand_beside_the_row_that_is_kept(report: Report) -> None:
    cluster = report.clusters[0]
    assert cluster.row == "market-5"
    assert [copy.row for copy in cluster.copies] == ["copy-1", "copy-2"]
    assert cluster.size == 3
    assert report.all.clusters == len(report.clusters)


def test_a_benchmark_hit_shows_both_texts(report: Report) -> None:
    hit = report.hits[0]
    assert (hit.row, hit.weight, hit.source) == ("library-8", "reject", "bench.jsonl")
    assert "library" in hit.row_text
    assert "library" in hit.reference_text
    assert "gives a benchmark away" in report.verdict


def test_a_row_says_where_it_stands_and_what_its_verdict_rests_on(report: Report) -> None:
    wrong = next(row for row in report.rows if row.id == "museum-40")
    assert wrong.place == "row 11: rows.jsonl, line 11"
    assert wrong.reason in {check.reason for check in wrong.checks}
    assert any(check.evidence for check in wrong.checks)


def test_without_references_contamination_is_left_out(tmp_path: Path) -> None:
    data = lines(tmp_path / "rows.jsonl", [question(5, "market")])
    perform(Plan(str(data), None, tmp_path / "audit", workers=1))
    report = audit_report(tmp_path / "audit")
    assert report.all.hits is None
    assert "benchmark" not in report.verdict
    assert [step.name for step in report.funnel] == ["In the data", "Readable", "Sound text", "Said once"]


def test_evolved_rows_bring_distributions_and_trees(tmp_path: Path) -> None:
    seed = {**question(5, "market"), "root": "market-5", "generation": 0}
    child = {**question(6, "harbour"), "root": "market-5", "parent": "market-5", "generation": 1}
    rows = [seed, {**child, "operation": "deepen"}]
    perform(Plan(str(lines(tmp_path / "rows.jsonl", rows)), None, tmp_path / "audit", workers=1))  # type: ignore[arg-type]
    report = audit_report(tmp_path / "audit")
    assert [d.by for d in report.distributions] == ["generation", "operation"]
    (lineage,) = report.lineages
    assert [child.id for child in lineage.roots[0].children] == ["harbour-6"]


def test_the_command_takes_an_audits_folder(audited: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(audited), "--out", str(tmp_path / "r.html")])
    assert done.exit_code == 0, done.output
    assert "pass every check" in done.output


def test_an_audit_brings_its_report_and_brings_it_again(audited: Path) -> None:
    page = audited / "report.html"
    written = page.read_bytes()
    page.unlink()
    perform(
        Plan(
            str(audited.parent / "rows.jsonl"),
            "math",
            audited,
            against=(str(audited.parent / "bench.jsonl"),),
            workers=1,
        )
    )
    assert page.read_bytes() == written


def test_an_audit_without_its_rows_is_one_sentence(audited: Path, tmp_path: Path) -> None:
    (tmp_path / "audit.json").write_bytes((audited / "audit.json").read_bytes())
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 cut short")
    with pytest.raises(DataError, match="audit the data again"):
        audit_report(tmp_path)
