"""`evol judge`: two models' answers to a test set, compared by a third, in both orders.

`plan` reads and checks everything before anything is asked; `judging_asking` asks the models for
the answers that nobody has yet, then the judge; `judging_scores` makes figures of its replies and
`judging_results` writes them. The protocol is the automatic evaluation of WizardLM (arXiv
2304.12244, section 4.3): every pair in both orders, scores from 1 to 10.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evol.errors import BudgetSpent, ConfigError
from evol.folder import differences
from evol.protocols import Teacher
from evol.recorded import Interrupted
from evol.teacher import make_teacher
from evol.teacher.budget import Budget
from evol.train.judging_data import Question, digest_of, read_answers, read_questions
from evol.train.judging_scores import Comparison
from evol.train.spending import budget_of
from evol.types import Sampling, content_key

PROMPTS: Final = Path(__file__).resolve().parent / "prompts"
TEMPLATE: Final = "judge.md"
DATABASE, RESULT, ROWS = "judge.db", "judge.json", "rows.jsonl"
MODELS: Final = ("openai:", "local:")
ANSWERING: Final = Sampling(temperature=0.0, top_p=1.0, max_tokens=2048)
JUDGING: Final = Sampling(temperature=0.0, top_p=1.0, max_tokens=2048)
# A judge at temperature 0 would repeat what could not be read.
JUDGING_AGAIN: Final = Sampling(temperature=1.0, top_p=1.0, max_tokens=2048)
TRIES: Final = 3
WINDOW: Final = 2


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: answers from a file, or a model to ask for them."""

    name: str
    identity: str
    answers: dict[str, str] | None = None
    teacher: Teacher | None = None


@dataclass(frozen=True, slots=True)
class JudgeOptions:
    """What a person asks for; `prices` are dollars for a million prompt and completion tokens."""

    a: str
    b: str
    testset: str
    judge: str
    out: Path | None = None
    concurrency: int = 64
    timeout_s: float = 120.0
    max_calls: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    prices: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class JudgePlan:
    """A comparison that was checked and can start."""

    options: JudgeOptions
    questions: tuple[Question, ...]
    sides: tuple[Side, Side]
    judge: Teacher
    folder: Path
    identity: dict[str, Any]


@dataclass(slots=True)
class Judged:
    """How a comparison ended; `problems` says why a side has no answer to a question."""

    comparisons: list[Comparison] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    notes: dict[str, dict[str, int]] = field(default_factory=dict)
    stopped: BudgetSpent | Interrupted | None = None
    budget: Budget = field(default_factory=Budget)


def plan(options: JudgeOptions) -> JudgePlan:
    """Read and check what a comparison needs; writes nothing and asks nobody.

    Raises ConfigError and DataError, one sentence each.
    """
    if not options.judge.startswith(MODELS):
        raise ConfigError(f"The judge {options.judge!r} is no model: write --judge openai:MODEL.")
    questions = read_questions(options.testset)
    sides = _side(options.a, options, questions), _side(options.b, options, questions)
    if sides[0].identity == sides[1].identity:
        raise ConfigError(f"A and B are the same ({options.a}): name two models or two files of answers.")
    budget_of(options)
    judge = _teacher(options.judge, options)
    identity = {
        "a": sides[0].identity,
        "b": sides[1].identity,
        "judge": judge.identity,
        "testset": digest_of(options.testset),
        "prompt": content_key((PROMPTS / TEMPLATE).read_text(encoding="utf-8")),
    }
    folder = options.out or Path("judgements") / f"{_short(options.a)}-vs-{_short(options.b)}"
    _check_folder(folder, identity)
    return JudgePlan(options, tuple(questions), sides, judge, folder, identity)


def _side(name: str, options: JudgeOptions, questions: list[Question]) -> Side:
    if name.startswith(MODELS) or _holds_model(Path(name).expanduser()):
        teacher = _teacher(name if name.startswith(MODELS) else f"local:{name}", options)
        return Side(name, teacher.identity, teacher=teacher)
    if not Path(name).expanduser().exists():
        raise ConfigError(
            f"There is no file {name}: write a JSONL file of answers, openai:MODEL or local:PATH."
        )
    return Side(name, f"answers:{digest_of(name)}", answers=read_answers(name, questions))


def _holds_model(folder: Path) -> bool:
    return any((folder / file).is_file() for file in ("config.json", "adapter_config.json"))


def _teacher(name: str, options: JudgeOptions) -> Teacher:
    def procedural(error: float, seed: int) -> Teacher:
        raise ConfigError(f"{name!r} is no model: write openai:MODEL or local:PATH.")

    return make_teacher(
        name, procedural=procedural, seed=0, concurrency=options.concurrency, timeout_s=options.timeout_s
    )


def _short(name: str) -> str:
    """Return a name's last part, fit for a folder."""
    last = name.rstrip("/").rpartition("/")[2].rpartition(":")[2].removesuffix(".jsonl")
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in last) or "model"


def _check_folder(folder: Path, identity: dict[str, Any]) -> None:
    """Raise ConfigError where the folder holds another comparison or something else."""
    if not folder.exists():
        return
    if not folder.is_dir() or (any(folder.iterdir()) and not (folder / RESULT).is_file()):
        raise ConfigError(f"{folder} is not empty and holds no comparison: give another folder with --out.")
    if not (folder / RESULT).is_file():
        return
    try:
        held = json.loads((folder / RESULT).read_text(encoding="utf-8"))["identity"]
        found = differences(held, identity)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(
            f"{folder / RESULT} is not what evol wrote: give another folder with --out."
        ) from None
    if found:
        raise ConfigError(
            f"{folder} holds another comparison ({'; '.join(found)}): give a new folder with --out."
        )


def write_whole(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8", errors="backslashreplace")
    part.replace(path)
