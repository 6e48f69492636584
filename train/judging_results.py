"""What a comparison leaves behind: judge.json, rows.jsonl, and where matplotlib is at hand a chart."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from evol.rows import to_line
from evol.teacher.budget import prompt_tokens
from evol.train.judging import RESULT, ROWS, Judged, JudgePlan, write_whole
from evol.train.judging_asking import answer_request, judge_request
from evol.train.judging_scores import group
from evol.train.spending import budget_of
from evol.types import Usage

CHART: Final = "skills"
SCHEMA_VERSION: Final = 1
# What an estimate takes for texts that nobody has written yet.
ANSWER_TOKENS, VERDICT_TOKENS = 400, 200
CHARACTERS_PER_TOKEN: Final = 3


def write(plan: JudgePlan, judged: Judged) -> dict[str, Any]:
    """Write the results of a comparison, whole or in part, and return what judge.json says."""
    summary = summary_of(plan, judged)
    lines = (to_line(comparison.to_json()) + "\n" for comparison in judged.comparisons)
    write_whole(plan.folder / ROWS, "".join(lines))
    write_whole(plan.folder / RESULT, json.dumps(summary, indent=2) + "\n")
    chart(plan.folder, summary)
    return summary


def summary_of(plan: JudgePlan, judged: Judged) -> dict[str, Any]:
    """Return judge.json: who was compared by whom on what, the figures, and what is missing from them."""
    unjudged = {
        c.question.id: next(r.problem or "" for r in c.readings if r.winner is None)
        for c in judged.comparisons
        if not c.judged
    }
    problems = {**judged.problems, **unjudged}
    spent = judged.budget.spent
    return {
        "identity": plan.identity,
        "a": plan.sides[0].name,
        "b": plan.sides[1].name,
        "judge": plan.judge.identity,
        "judges_itself": plan.judge.identity in [side.identity for side in plan.sides],
        "testset": plan.options.testset,
        "questions": len(plan.questions),
        **group(judged.comparisons),
        "answers": judged.notes,
        "unreadable_replies": sum(r.unreadable for c in judged.comparisons for r in c.readings),
        "not_judged": problems,
        "stopped": str(judged.stopped) if judged.stopped else None,
        "spent": {**spent.to_json(), "cost": judged.budget.cost},
        "schema_version": SCHEMA_VERSION,
    }


def why_not_judged(summary: Mapping[str, Any]) -> Counter[str]:
    """Return how many questions were not judged for each cause."""
    return Counter(cause.partition(":")[0] for cause in summary["not_judged"].values())


def chart(folder: Path, summary: Mapping[str, Any]) -> None:
    """Draw each skill's share of the reference's score as PNG and SVG, if matplotlib is installed."""
    groups = {"all": summary["overall"], **summary["difficulty"], **summary["skills"]}
    drawn = {name: g for name, g in groups.items() if g["share"]["share"] is not None}
    if not drawn:
        return
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return

    names = list(drawn)[::-1]
    shares = [100 * drawn[name]["share"]["share"] for name in names]
    figure = Figure(figsize=(7, 1.4 + 0.28 * len(names)), layout="constrained")
    axes = figure.subplots()
    axes.barh(names, shares, color="#4c78a8", height=0.62)
    for place, name in enumerate(names):
        low, high = drawn[name]["share"]["low"], drawn[name]["share"]["high"]
        if low is not None:
            axes.plot([100 * low, 100 * high], [place, place], color="#222222", linewidth=1.2)
    axes.axvline(100, color="#888888", linewidth=1, linestyle="--")
    axes.set_xlabel(f"score of {summary['a']} in % of {summary['b']}'s (line: 95 % interval)")
    axes.set_title(f"judged by {summary['judge']}", fontsize=10)
    axes.margins(y=0.01)
    axes.spines[["top", "right"]].set_visible(False)
    for suffix in ("png", "svg"):
        figure.savefig(
            folder / f"{CHART}.{suffix}", dpi=150, metadata={"Date": None} if suffix == "svg" else None
        )


def estimate(plan: JudgePlan) -> dict[str, Any]:
    """Return the calls and tokens that a comparison would take, resumed or not: nothing is looked up.

    Answers that are not there yet are taken for 400 tokens, the judge's replies for 200.
    """
    models = [side for side in plan.sides if side.answers is None]
    asked = Usage()
    for question in plan.questions:
        answer = Usage(1, prompt_tokens(answer_request(question)), ANSWER_TOKENS)
        asked = sum([answer] * len(models), asked)
        texts = [_text(side.answers, question.id) for side in plan.sides]
        judging = Usage(1, prompt_tokens(judge_request(question, texts[0], texts[1])), VERDICT_TOKENS)
        asked = asked + judging + judging
    cost = budget_of(plan.options, asked).cost
    return {"questions": len(plan.questions), **asked.to_json(), "cost": cost}


def _text(answers: Mapping[str, str] | None, name: str) -> str:
    return "x" * CHARACTERS_PER_TOKEN * ANSWER_TOKENS if answers is None else answers[name]
