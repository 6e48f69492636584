"""Several evaluations side by side: order, paired tests, table and chart."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from evol.errors import ConfigError
from evol.train.evaluation import Answered, Attempt, Evaluation
from evol.train.evaluation.comparison import compare
from evol.types import Verdict

RIGHT = Attempt("4", "stop", Verdict.accept("v", "same_number", "Equal."))
WRONG = Attempt("5", "stop", Verdict.reject("v", "different_value", "Not equal."))


def made(name: str, outcomes: list[list[bool]], first: int = 0) -> Evaluation:
    problems = tuple(
        Answered(str(n), f"Problem {n}", {"level": str(n % 2)}, tuple(RIGHT if ok else WRONG for ok in oks))
        for n, oks in enumerate(outcomes, first)
    )
    return Evaluation(name, {"benchmark": {"name": "bench"}}, problems)


def test_models_are_ordered_and_compared_on_common_problems() -> None:
    better = made("better", [[True]] * 9 + [[False]])
    worse = made("worse", [[False]] * 8 + [[True]] * 4, first=0)
    (difference,) = compare([worse, better]).differences
    assert [e.name for e in compare([worse, better]).evaluations] == ["better", "worse"]
    assert (difference.problems, difference.only_first, difference.only_second) == (10, 8, 1)
    assert difference.p == pytest.approx(2 * (1 + 9) / 2**9)
    assert difference.test == "McNemar, exact"


def test_several_samples_are_compared_by_flipping_signs() -> None:
    better, worse = made("a", [[True, True, False]] * 30), made("b", [[True, False, False]] * 30)
    (difference,) = compare([better, worse]).differences
    assert difference.test == "sign flip"
    assert difference.p < 0.001
    assert difference.difference.value == pytest.approx(1 / 3)


def test_models_of_one_name_are_told_apart_and_no_common_problem_is_an_error() -> None:
    names = [e.name for e in compare([made("m", [[True]]), made("m", [[False]])]).evaluations]
    assert names == ["m (1)", "m (2)"]
    with pytest.raises(ConfigError, match="no problem in common"):
        compare([made("a", [[True]]), made("b", [[True]], first=5)])


def test_table_and_chart_are_written(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    files = compare([made("A | B", [[True]] * 6), made("C", [[False]] * 6)]).write(tmp_path)
    assert [file.suffix for file in files] == [".md", ".json", ".png", ".svg"]
    table = (tmp_path / "comparison.md").read_text()
    assert "A \\| B | 100.0% [61.0%, 100.0%]" in table
    assert "pass@1 by level" in table
    assert files[2].read_bytes().startswith(b"\x89PNG")
    assert re.search(r"<svg[^>]*>", files[3].read_text())


def test_without_matplotlib_there_is_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    files = compare([made("A", [[True]]), made("B", [[False]])]).write(tmp_path)
    assert [file.suffix for file in files] == [".md", ".json"]
