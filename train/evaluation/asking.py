"""Ask a model every problem of a benchmark, score the replies, and forget none that was given.

A model is a teacher: one that OpenAI's protocol reaches (`openai:MODEL`) or one in this process. Its
replies are committed to a journal before they are scored, so running again repeats no finished
generation and judges the same replies by today's verifiers.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import platform
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from evol.errors import BudgetSpent, ConfigError, RequestFailed
from evol.folder import differences, locked
from evol.journal import Journal
from evol.pack import load_pack
from evol.protocols import Teacher
from evol.recorded import RecordedTeacher
from evol.train.evaluation.benchmark import Benchmark, Continued, Problem, judged_columns
from evol.train.evaluation.results import RESULT, Answered, Attempt, Evaluation
from evol.train.evaluation.scoring import Scorer, vote_hook
from evol.train.spending import budget_of
from evol.types import ChatReply, ChatRequest, Json, Message, Sampling, Verdict

REPLIES: Final = "replies.db"
OPENAI: Final = "openai:"
VERSIONED: Final = ("evol", "openai", "torch", "transformers", "peft", "sympy", "math-verify")
SEED_STRIDE: Final = 1 << 20
"""Draws of another seed are other draws: far enough apart that two seeds share none."""

Watch = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a model is to answer: greedy, once, at most 1,024 tokens, unless told otherwise."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int = 1024
    samples: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        if self.samples > 1 and self.temperature == 0:
            raise ConfigError(
                "Several samples of a greedy model are one sample several times: give --temperature as well."
            )


@dataclass(frozen=True, slots=True)
class EvaluationPlan:
    """One model on one benchmark. `model` is a folder, a Hub id, or `openai:MODEL`.

    `prompt` is a Jinja2 template over `instruction` and the problem's columns; without one, the
    benchmark's own. With `plain` a base model continues the benchmark's plain form, up to one of
    its texts or of those in `until`. The caps bound what is asked in this folder, in all sessions
    together; `prices` are dollars for a million prompt and completion tokens.
    """

    model: str
    benchmark: Benchmark
    out: Path
    name: str | None = None
    decoding: Decoding = field(default_factory=Decoding)
    prompt: str | None = None
    plain: bool = False
    until: tuple[str, ...] = ()
    concurrency: int = 32
    timeout_s: float = 600.0
    max_calls: int | None = None
    max_tokens: int | None = None
    max_cost: float | None = None
    prices: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.until and not self.plain:
            raise ConfigError("Only plain text ends at a text: give --plain with --until.")
        if self.plain and self.model.startswith(OPENAI):
            raise ConfigError(f"{self.model} is asked by chat; --plain is for a model's folder or Hub id.")
        budget_of(self)

    @property
    def title(self) -> str:
        """The name that the result goes by: the one given, or the model's last part."""
        model = self.model.removeprefix("openai:").removeprefix("local:").rstrip("/")
        return self.name or re.sub(r"[^\w.+-]+", "-", model.rpartition("/")[2]).strip("-")

    @property
    def folder(self) -> Path:
        """Where the result goes; one for each way of decoding, so that none overwrites another."""
        d = self.decoding
        sampled = f"-n{d.samples}-t{d.temperature:g}" if d.temperature else ""
        return self.out / f"{self.title}{'-plain' if self.plain else ''}{sampled}"

    @property
    def asking(self) -> Continued:
        """What is asked: the template, and the texts that end a continuation (none in a chat)."""
        own = self.benchmark.plain if self.plain else Continued(self.benchmark.prompt, ())
        return Continued(self.prompt or own.prompt, (*own.until, *self.until))


def evaluate(plan: EvaluationPlan, watch: Watch | None = None) -> Evaluation:
    """Ask, score and write one evaluation; `watch` is told how many problems of how many are done.

    Raises ConfigError, DataError and TeacherError where the model, the benchmark or the folder will
    not do, BudgetSpent where a cap was reached. What was answered by then is kept.
    """
    with Scorer(plan.benchmark.domain) as scorer:
        scorer.require_judgeable(plan.benchmark)
        with written_to(plan.out):
            return asyncio.run(_evaluate(plan, scorer, watch or (lambda done, total: None)))


@contextmanager
def written_to(folder: Path) -> Iterator[None]:
    """Make a folder, and turn what the file system says against it into a ConfigError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise ConfigError(
            f"Cannot write to {folder} ({error.strerror or error}): free space, or give another folder with "
            "--out; what was answered so far is kept."
        ) from error


async def _evaluate(plan: EvaluationPlan, scorer: Scorer, watch: Watch) -> Evaluation:
    requests = [_requests(plan, problem) for problem in plan.benchmark.problems]
    teacher = make_model(plan)
    pinned = _pinned(plan, teacher)
    refuse_other(plan.folder, pinned)
    plan.out.mkdir(parents=True, exist_ok=True)
    try:
        with (
            locked(plan.out),
            Journal(plan.out / REPLIES) as journal,
            Scorer(plan.benchmark.domain) as scorer,
        ):
            recorded = RecordedTeacher(teacher, journal, budget_of(plan, journal.spent()))
            if any(journal.reply(r.key(teacher.identity)) is None for asked in requests for r in asked):
                await teacher.preflight()
            session = _Session(plan, recorded, scorer, watch)
            answered = await session.run(requests)
    finally:
        await teacher.aclose()
    evaluation = Evaluation(plan.title, pinned, tuple(answered))
    evaluation.write(plan.folder)
    return evaluation


def make_model(plan: EvaluationPlan) -> Teacher:
    """Return what answers for a plan's model. Raises ConfigError where there is no such folder."""
    if plan.model.startswith(OPENAI) and plan.model != OPENAI:
        from evol.teacher.openai_api import OpenAITeacher

        name = plan.model.removeprefix(OPENAI)
        return OpenAITeacher(name, concurrency=plan.concurrency, timeout_s=plan.timeout_s)
    from evol.teacher.local import LocalTeacher

    return LocalTeacher(
        plan.model.removeprefix("local:"),
        concurrency=plan.concurrency,
        plain=plan.plain,
        until=plan.asking.until,
    )


class _Session:
    """One pass over the problems: a bounded number in the works, each asked and then scored."""

    def __init__(self, plan: EvaluationPlan, teacher: RecordedTeacher, scorer: Scorer, watch: Watch) -> None:
        self._plan, self._teacher, self._scorer, self._watch = plan, teacher, scorer, watch
        self._slots = asyncio.Semaphore(2 * plan.concurrency)
        self._votes = plan.decoding.samples > 1 and vote_hook(plan.benchmark.domain) is not None
        self._done = 0

    async def run(self, requests: list[list[ChatRequest]]) -> list[Answered]:
        """Return the problems in their order. Raises BudgetSpent once what is in flight has ended."""
        problems = self._plan.benchmark.problems
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._answer(problem, asked))
                    for problem, asked in zip(problems, requests, strict=True)
                ]
        except BaseExceptionGroup as failures:
            raise _first(failures) from failures
        if self._teacher.stopped is not None:
            raise self._teacher.stopped
        return [answered for task in tasks if (answered := task.result()) is not None]

    async def _answer(self, problem: Problem, requests: list[ChatRequest]) -> Answered | None:
        attempts = await asyncio.gather(*(self._attempt(problem, request) for request in requests))
        done = [attempt for attempt in attempts if attempt is not None]
        if len(done) < len(requests):
            return None
        voted = await self._scorer.majority([attempt.text for attempt in done]) if self._votes else None
        self._done += 1
        self._watch(self._done, len(self._plan.benchmark.problems))
        return Answered(problem.id, problem.instruction, problem.labels, tuple(done), voted)

    async def _attempt(self, problem: Problem, request: ChatRequest) -> Attempt | None:
        """Return one judged reply, or None where the budget did not reach this far."""
        async with self._slots:
            with suppress(BudgetSpent):
                reply = await self._reply(request)
                if isinstance(reply, RequestFailed):
                    verdict = Verdict.undecided("evaluation", "request_failed", str(reply))
                    return Attempt("", "failed", verdict)
                verdict = await self._scorer.score(problem, self._judged(problem, reply.text))
                return Attempt(reply.text, reply.finish_reason, verdict)
        return None

    def _judged(self, problem: Problem, text: str) -> dict[str, Json]:
        """Return the columns that a reply is judged as; a continuation of code is code from its start."""
        column = "completion" if self._plan.plain else "response"
        return judged_columns(problem, self._plan.benchmark.form, column, text)

    async def _reply(self, request: ChatRequest) -> ChatReply | RequestFailed:
        try:
            return await self._teacher.reply(request)
        except RequestFailed as error:
            return error


def _requests(plan: EvaluationPlan, problem: Problem) -> list[ChatRequest]:
    d = plan.decoding
    message = Message("user", render(plan.asking.prompt, problem))
    sampling = Sampling(d.temperature, d.top_p, d.max_tokens)
    return [ChatRequest((message,), sampling, d.seed * SEED_STRIDE + n) for n in range(d.samples)]


def render(template: str, problem: Problem) -> str:
    """Return the prompt for a problem. Raises ConfigError where the template cannot be filled in."""
    from jinja2 import StrictUndefined, TemplateError
    from jinja2.sandbox import SandboxedEnvironment

    try:
        environment = SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
        return environment.from_string(template).render(problem.variables)
    except TemplateError as error:
        names = ", ".join(problem.variables)
        raise ConfigError(
            f"The prompt's template cannot be filled in: {error}. There are: {names}."
        ) from error


def _pinned(plan: EvaluationPlan, teacher: Teacher) -> dict[str, Any]:
    """Return all that decides the figures, and the versions they were reached with."""
    return {
        **measured(plan.benchmark),
        "model": {"given": plan.model, "identity": teacher.identity},
        "asked": "plain" if plan.plain else "chat",
        "prompt": plan.asking.prompt,
        **({"until": list(plan.asking.until)} if plan.plain else {}),
        "decoding": asdict(plan.decoding),
    }


def measured(benchmark: Benchmark) -> dict[str, Any]:
    """Return what a result says about its benchmark, its judges and the versions."""
    return {
        "benchmark": {
            "name": benchmark.name,
            "form": benchmark.form,
            "digest": benchmark.digest,
            "problems": len(benchmark.problems),
        },
        "domain": benchmark.domain,
        "votes": vote_hook(benchmark.domain) is not None,
        "judged_by": load_pack(benchmark.domain).code_digest,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages that decide the figures."""
    found = {"python": platform.python_version()}
    for name in VERSIONED:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def refuse_other(folder: Path, pinned: Mapping[str, Any]) -> None:
    """Raise ConfigError where the folder holds a result of another model, benchmark or decoding."""
    import json

    try:
        old = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    keys = ("until", "model", "benchmark", "domain", "prompt", "decoding")
    found = differences({key: old.get(key) for key in keys}, {key: pinned.get(key) for key in keys})
    found = [line for line in found if not line.startswith("model.given")]
    if found:
        raise ConfigError(
            f"{folder} holds another evaluation ({'; '.join(found[:4])}): give another folder with --out."
        )


def _first(failures: BaseExceptionGroup[BaseException]) -> BaseException:
    inner = failures.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner
