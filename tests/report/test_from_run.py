"""A run's report against its journal: every count adds up, examples are chosen evenly, trees are whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner

from evol.cli.main import main
from evol.errors import ConfigError
from evol.journal import Row
from evol.report.from_run import run_report
from evol.report.model import Node
from evol.report.sampling import LINEAGES, ROWS
from evol.types import Outcome, Usage, Verdict

ACCEPT, REJECT, UNDECIDED = Outcome.ACCEPT, Outcome.REJECT, Outcome.UNDECIDED


def toy_rows(row, lineages: int = 3) -> Iterator[Row]:
    for lineage in range(lineages):
        yield row(lineage, 0, ACCEPT, "fine")
        yield row(lineage, 1, REJECT, "copied_prompt", instruction="copied " * (lineage + 1))
        yield row(lineage, 2, ACCEPT, "fine", parent=f"{lineage}-0", operation="breadth")
        yield row(lineage, 3, UNDECIDED, "no_agreement", parent=f"{lineage}-2")


def ids(nodes: tuple[Node, ...]) -> list[str]:
    return [name for node in nodes for name in (node.id, *ids(node.children))]


def test_every_count_of_the_report_adds_up_to_the_journals(run_with, row) -> None:
    report = run_report(run_with(toy_rows(row)))
    tally = report.tally
    assert (tally.rows, tally.accept, tally.reject, tally.undecided) == (12, 6, 3, 3)
    assert sum(reason.rows for reason in report.reasons) == 12
    for distribution in report.distributions:
        assert sum(group.tally.rows for group in distribution.groups) == 12
        assert sum(group.tally.accept for group in distribution.groups) == 6
    assert [(s.name, s.rows) for s in report.funnel] == [("Judged", 12), ("judge", 6), ("Distinct", 6)]
    assert report.verdict == (
        "6 of 12 rows (50.0 %) were verified and kept; 6 were not, most often for copied_prompt (3)."
    )


def test_cost_is_the_journals_at_the_runs_prices(run_with, row) -> None:
    cost = run_report(run_with(toy_rows(row))).cost
    assert cost is not None
    assert cost.spent == Usage(24, 360, 120)
    assert dict(cost.replies) == {"answer": 6, "evolve": 6}
    assert cost.dollars == pytest.approx((360 * 1.0 + 120 * 2.0) / 1e6)


def test_yield_of_an_operation_knows_what_its_attempts_took(run_with, row) -> None:
    groups = {g.name: g for g in run_report(run_with(toy_rows(row))).distributions[1].groups}
    assert groups["breadth"].cost == Usage(6, 90, 30)
    assert groups["deepen"].tally.accept == 0


def test_a_lineages_tree_holds_each_row_once_under_its_parent(run_with, row) -> None:
    lineage = run_report(run_with(toy_rows(row))).lineages[1]
    (root,) = lineage.roots
    assert ids(lineage.roots) == ["1-0", "1-1", "1-2", "1-3"]
    assert [child.id for child in root.children] == ["1-1", "1-2"]
    assert [child.id for child in root.children[1].children] == ["1-3"]


def test_difficulty_is_measured_on_accepted_rows_by_generation(run_with, row) -> None:
    lengths = {0: ["a" * n for n in (10, 20, 30, 40)], 1: ["b" * n for n in (100, 300)]}
    rows = [
        row(lineage, generation, ACCEPT, "fine", instruction=text)
        for generation, texts in lengths.items()
        for lineage, text in enumerate(texts)
    ]
    rows.append(row(9, 1, REJECT, "wrong", instruction="c" * 9000))
    instruction = run_report(run_with(rows)).difficulty[0].generations
    assert [(q.generation, q.rows, q.low, q.median, q.high) for q in instruction] == [
        (0, 4, 10, 20, 30),
        (1, 2, 100, 100, 300),
    ]


def test_equal_accepted_instructions_are_one_cluster_and_count_once_in_the_end(run_with, row) -> None:
    rows = [row(n, 0, ACCEPT, "fine", instruction=text) for n, text in enumerate(["A b", "a  B", "c", "a b"])]
    report = run_report(run_with(rows))
    (cluster,) = report.clusters
    assert (cluster.row, cluster.size, [c.row for c in cluster.copies]) == ("0-0", 3, ["1-0", "3-0"])
    assert report.all.clusters == 1
    assert report.funnel[-1].rows == 2


def test_of_many_rows_rare_reasons_are_all_shown(run_with, row) -> None:
    rows = [row(n, 0, ACCEPT, "fine", instruction=f"Do {n}") for n in range(ROWS + 300)]
    rows += [row(9000 + n, 0, REJECT, "rare") for n in range(7)]
    report = run_report(run_with(rows))
    assert report.all.rows == ROWS + 307
    assert len([r for r in report.rows if r.reason == "rare"]) == 7
    assert ROWS <= len(report.rows) <= ROWS + LINEAGES
    assert len(report.lineages) <= LINEAGES


def test_texts_that_utf8_cannot_carry_do_not_stop_a_report(run_with, row) -> None:
    report = run_report(run_with([row(0, 0, REJECT, "bad", instruction="\ud800 lone", response="\x00")]))
    assert report.rows[0].instruction == "\ud800 lone"


def test_an_empty_run_says_so(run_with) -> None:
    assert run_report(run_with([])).verdict == "No row has been judged yet."


def test_the_command_writes_a_page_beside_the_run_or_where_it_is_told(run_with, row, tmp_path) -> None:
    folder = run_with(toy_rows(row))
    done = CliRunner().invoke(main, ["report", str(folder)])
    assert done.exit_code == 0, done.output
    assert "6 of 12 rows" in done.output
    assert (folder / "report.html").read_text().startswith("<!DOCTYPE html>")
    out = tmp_path / "elsewhere.html"
    assert CliRunner().invoke(main, ["report", str(folder), "--out", str(out)]).exit_code == 0
    assert out.read_bytes() == (folder / "report.html").read_bytes()


def test_a_folder_that_is_no_run_and_a_place_that_cannot_be_written_are_one_sentence(
    run_with, row, tmp_path
) -> None:
    with pytest.raises(ConfigError, match="not a run folder"):
        run_report(tmp_path)
    folder = run_with(toy_rows(row))
    done = CliRunner().invoke(main, ["report", str(folder), "--out", str(tmp_path / "no" / "x.html")])
    assert done.exit_code == 2
    assert done.output.startswith("Error: Cannot write")
    assert done.output.count("\n") == 1


def test_what_a_judge_said_of_difficulty_comes_before_lengths(run_with, row) -> None:
    rows = []
    for lineage, scores in enumerate([(2, 5), (4, 7), (3, None)]):
        for generation, score in enumerate(scores):
            made = row(lineage, generation, ACCEPT, "fine")
            rated = Verdict.accept("difficulty", "difficulty_scored", "Scored.", difficulty=score)
            rows.append(replace(made, verdicts=(*made.verdicts, rated)))
    rated, *lengths = run_report(run_with(rows)).difficulty
    assert rated.rated
    assert [(q.rows, q.low, q.median, q.high) for q in rated.generations] == [(3, 2, 3, 4), (2, 5, 5, 7)]
    assert not any(each.rated for each in lengths)
