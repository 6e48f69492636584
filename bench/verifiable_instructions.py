"""How well checkable constraints are recognised: `python bench/verifiable_instructions.py`.

Two sets: the 175 self-instruct seed tasks with labels made by reading each of them (task numbers
and kinds only; the tasks are read from ../shared/data), and pairs of our own whose constraints and
violations are known. Precision is what was rightly recognised of all recognised, recall of all
labelled; a verdict is right where exactly the known violations are found.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

from evol.types import Outcome
from evol.verifiers.instructions import Constraint, check, recognise

ROOT = Path(__file__).parents[1]
TASKS = ROOT / "../shared/data/alpaca_seed_tasks.jsonl"
OURS = ROOT / "tests/verifiers/instructions"


def kind_of(constraint: Constraint) -> str:
    """Return a constraint's kind with what it is a kind of, as the labels spell it."""
    for parameter in ("unit", "format", "case", "language"):
        if parameter in constraint.parameters:
            return f"{constraint.kind}:{constraint.parameters[parameter]}"
    return constraint.kind


def instruction_of(task: dict[str, Any]) -> str:
    """Return a task as one instruction: its first input below it."""
    given = task["instances"][0]["input"]
    return f"{task['instruction']}\n\n{given}" if given.strip() else str(task["instruction"])


def compared(found: list[str], wanted: list[str]) -> Counter[str]:
    """Return how many labels were recognised rightly, wrongly and not at all."""
    right = Counter(found) & Counter(wanted)
    return Counter(right=right.total(), wrong=len(found) - right.total(), missed=len(wanted) - right.total())


def told(name: str, counts: Counter[str]) -> None:
    right, wrong, missed = counts["right"], counts["wrong"], counts["missed"]
    print(
        f"{name}: precision {right}/{right + wrong} = {right / max(1, right + wrong):.1%}, "
        f"recall {right}/{right + missed} = {right / max(1, right + missed):.1%}"
    )


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> int:
    tasks = read(TASKS) if TASKS.exists() else []
    labels = json.loads((OURS / "alpaca_labels.json").read_text(encoding="utf-8"))["labels"]
    counts: Counter[str] = Counter()
    for number, task in enumerate(tasks):
        found = [kind_of(c) for c in recognise(instruction_of(task))]
        counts += compared(found, labels.get(str(number), []))
    told(f"{len(tasks)} seed tasks", counts)
    pairs, right, of_pairs = read(OURS / "pairs.jsonl"), 0, Counter[str]()
    started = time.process_time()
    for pair in pairs:
        constraints = recognise(pair["instruction"])
        of_pairs += compared([kind_of(c) for c in constraints], pair["kinds"])
        violated = sorted(
            kind_of(c) for c in constraints if check(c, pair["response"]).outcome is Outcome.REJECT
        )
        right += violated == pair["violated"]
    spent = time.process_time() - started
    told(f"{len(pairs)} pairs of our own", of_pairs)
    print(f"violations told rightly: {right}/{len(pairs)}; {1000 * spent / len(pairs):.2f} ms of CPU a pair")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
