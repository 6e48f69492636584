"""The test that every domain pack must pass: what `evol domains check` runs.

Each operation renders a distinct prompt that holds the instruction whole; evolved text that
carries the prompt's markers is eliminated; the eliminator accepts each right golden and rejects
each wrong one, for the stated reason, with a teacher that replays the golden's replies; the seeds
can be read; whatever the manifest names can be loaded.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, ParamSpec, TypeVar

from evol.errors import DataError, EvolError, RequestFailed, VerifierStopped
from evol.pack import Pack
from evol.protocols import Judgement
from evol.seeds import SeedFile
from evol.types import ChatReply, ChatRequest, Outcome, Sample
from evol.verifiers.workers import WorkerPool

P = ParamSpec("P")
T = TypeVar("T")

PROBE: Final = 'A probe: {{ braces }}, {% raw %}, <b>tags</b> & "quotes",\n\ttabs, ünïcode ∑ 数 and 1 < 2.'
OPENING, CLOSING = "<instruction>", "</instruction>"
MARKERS: Final = ("<instruction>", "</evolved>")
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked: what, whether it holds, and what was seen where it does not."""

    check: str
    subject: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Golden:
    """A row whose outcome is known: who wrote it says what the eliminator must make of it."""

    candidate: Sample
    parent: Sample | None
    replies: Mapping[str, list[ChatReply]]
    outcome: Outcome
    reason: str


class _Replay:
    """Lends an eliminator what the golden's author says the teacher would reply."""

    def __init__(self, golden: Golden, workers: WorkerPool) -> None:
        self._replies, self._workers = golden.replies, workers

    async def ask(self, request: ChatRequest) -> ChatReply:
        replies = self._replies.get(request.purpose)
        if not replies:
            raise RequestFailed(f"it asked for {request.purpose!r}, and the golden has no such reply")
        return replies[request.sample % len(replies)]

    async def verify(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._workers.arun(partial(function, *args, **kwargs))


def check_pack(pack: Pack) -> list[Finding]:
    """Run every check on a loaded pack and return all findings, passed and failed."""
    findings = check_parts(pack)
    if all(finding.passed for finding in findings if finding.subject == "eliminator"):
        findings += _goldens(pack)
    return findings


def check_parts(pack: Pack) -> list[Finding]:
    """Run the checks that judge no row: references, prompts and seeds. Takes milliseconds."""
    return [*_references(pack), *_prompts(pack), *_seeds(pack)]


def _references(pack: Pack) -> Iterator[Finding]:
    loaders: dict[str, Callable[[], object]] = {
        "eliminator": pack.eliminator,
        "procedural": pack.procedural,
        "verify": pack.verify_hook,
        "score": pack.score_hook,
        "audit": pack.audit_hook,
        "vote": pack.vote_hook,
        "doctor": pack.doctor_hook,
    }
    for name in pack.references:
        try:
            loaders[name]()
        except Exception as error:
            yield Finding("loads", name, passed=False, detail=_said(error))
        else:
            yield Finding("loads", name, passed=True)


def _prompts(pack: Pack) -> Iterator[Finding]:
    rendered: dict[str, str] = {}
    for operation in pack.operations:
        try:
            text = pack.prompts.render(operation.prompt, instruction=PROBE, settings=pack.settings)
        except EvolError as error:
            yield Finding("prompt", operation.name, passed=False, detail=str(error))
            continue
        problem = _prompt_problem(text, rendered)
        rendered[text] = operation.name
        yield Finding("prompt", operation.name, passed=not problem, detail=problem)


def _prompt_problem(text: str, earlier: Mapping[str, str]) -> str:
    if text in earlier:
        return f"it renders the same prompt as {earlier[text]}"
    _, opened, rest = text.partition(OPENING)
    inside, closed, after = rest.partition(CLOSING)
    if not (opened and closed) or inside.strip() != PROBE:
        return f"the instruction does not stand whole between {OPENING} and {CLOSING}"
    if "<evolved>" not in after or "</evolved>" not in after:
        return "it does not ask, after the instruction, for a reply between <evolved> and </evolved>"
    return ""


def _seeds(pack: Pack) -> Iterator[Finding]:
    if pack.seeds is None:
        return
    try:
        found = SeedFile(str(pack.seeds), pack.name).check()
    except DataError as error:
        yield Finding("seeds", pack.seeds.name, passed=False, detail=str(error))
        return
    detail = f"{found.unusable} of {found.rows} rows cannot be used" if found.unusable else ""
    yield Finding("seeds", f"{pack.seeds.name}, {found.rows} rows", passed=not found.unusable, detail=detail)


def _goldens(pack: Pack) -> list[Finding]:
    if pack.golden is None:
        return [Finding("golden", "golden.jsonl", passed=False, detail="domain.toml names no goldens")]
    try:
        goldens = read_goldens(pack)
    except EvolError as error:
        return [Finding("golden", pack.golden.name, passed=False, detail=str(error))]
    outcomes = {golden.outcome for golden in goldens}
    missing = [str(o) for o in (Outcome.ACCEPT, Outcome.REJECT) if o not in outcomes]
    both = Finding(
        "golden",
        f"{pack.golden.name}, {len(goldens)} rows",
        passed=not missing,
        detail=f"no row is to {' or '.join(missing)}" if missing else "",
    )
    return [both, *asyncio.run(_judge_all(pack, goldens))]


def read_goldens(pack: Pack) -> list[Golden]:
    """Read a pack's goldens; raises DataError naming the line and what is wrong there."""
    assert pack.golden is not None
    goldens = []
    for number, line in enumerate(pack.golden.read_text(encoding="utf-8").split("\n"), 1):
        if line.strip():
            try:
                goldens.append(_golden(json.loads(line), pack))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise DataError(f"{pack.golden}, line {number}: no golden ({_said(error)}).") from error
    if not goldens:
        raise DataError(f"{pack.golden} holds no goldens.")
    return goldens


def _golden(row: Mapping[str, Any], pack: Pack) -> Golden:
    parent = _golden_parent(row["parent"], f"{row['id']}/parent", pack)
    candidate = Sample(
        id=row["id"],
        domain=pack.name,
        instruction=row["instruction"],
        response=row.get("response", ""),
        answer=row.get("answer"),
        tests=row.get("tests"),
        parent=parent.id if parent else None,
        root=parent.root if parent else row["id"],
        generation=1 if parent else 0,
        operation=pack.operation(row.get("operation", pack.operations[0].name)).name if parent else None,
    )
    replies = {str(purpose): [_reply(given) for given in texts] for purpose, texts in row["replies"].items()}
    return Golden(candidate, parent, replies, Outcome(row["outcome"]), row["reason"])


def _reply(given: str | Mapping[str, str]) -> ChatReply:
    """Return what a teacher replies: a text that is whole, or one with the reason for which it ended."""
    return ChatReply(given) if isinstance(given, str) else ChatReply(given["text"], given["finish_reason"])


def _golden_parent(given: str | Mapping[str, Any] | None, name: str, pack: Pack) -> Sample | None:
    """Return a golden's parent: its instruction alone, or with the answer and tests it was kept with."""
    if given is None:
        return None
    fields = {"instruction": given} if isinstance(given, str) else dict(given)
    return Sample(name, pack.name, root=name, **fields)


async def _judge_all(pack: Pack, goldens: list[Golden]) -> list[Finding]:
    gate = asyncio.Semaphore(AT_ONCE)
    with WorkerPool(preload=[type(pack.eliminator()).__module__]) as workers:

        async def judged(golden: Golden) -> Judgement | str:
            async with gate:
                return await _judge(pack, golden, workers)

        marked = [_marked(golden, mark) for golden in goldens if _evolved(golden) for mark in MARKERS][:2]
        results = await asyncio.gather(*(judged(golden) for golden in [*goldens, *marked]))
    findings = [_compare(golden, result) for golden, result in zip(goldens, results, strict=False)]
    return findings + [_banned(m, r) for m, r in zip(marked, results[len(goldens) :], strict=True)]


def _evolved(golden: Golden) -> bool:
    return golden.parent is not None and golden.outcome is Outcome.ACCEPT


async def _judge(pack: Pack, golden: Golden, workers: WorkerPool) -> Judgement | str:
    """Return what a fresh eliminator makes of a golden, or why it made nothing of it."""
    try:
        return await pack.eliminator().judge(golden.candidate, golden.parent, _Replay(golden, workers))
    except (RequestFailed, VerifierStopped) as error:
        return str(error)
    except Exception as error:
        return f"the eliminator failed with {_said(error)}"


def _compare(golden: Golden, result: Judgement | str) -> Finding:
    wanted = f"{golden.outcome} ({golden.reason})"
    if isinstance(result, str):
        return Finding("golden", golden.candidate.id, passed=False, detail=f"expected {wanted}, but {result}")
    verdict = result.verdict
    passed = (verdict.outcome, verdict.reason) == (golden.outcome, golden.reason)
    detail = (
        "" if passed else f"expected {wanted}, got {verdict.outcome} ({verdict.reason}): {verdict.message}"
    )
    return Finding("golden", golden.candidate.id, passed=passed, detail=detail)


def _marked(golden: Golden, mark: str) -> Golden:
    """Return a right golden as a careless teacher would write it, with the prompt's tag inside."""
    text = f"{golden.candidate.instruction} {mark}"
    candidate = golden.candidate.with_(id=f"{golden.candidate.id} with {mark}", instruction=text)
    return Golden(candidate, golden.parent, golden.replies, Outcome.REJECT, "")


def _banned(golden: Golden, result: Judgement | str) -> Finding:
    passed = not isinstance(result, str) and result.verdict.outcome is Outcome.REJECT
    detail = "" if passed else "an evolved instruction that carries a tag of the prompt must be rejected"
    return Finding("markers", golden.candidate.id, passed=passed, detail=detail)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
