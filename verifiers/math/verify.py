"""A response against a gold: extract both final answers, compare them, say what decided."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from evol.errors import VerifierStopped
from evol.types import Json, Outcome, Verdict
from evol.verifiers.math.compare import VERIFIER, judge
from evol.verifiers.math.extract import Extraction, extract, gold_answer
from evol.verifiers.math.profiles import STRICT, Profile
from evol.verifiers.math.special import choice
from evol.verifiers.workers import WorkerPool

_POLAR = frozenset(("yes", "no", "true", "false"))


def verify(gold: str, answer: str, *, profile: Profile = STRICT, last_resort: bool = True) -> Verdict:
    """Judge a response, or a bare answer, by a gold answer.

    Accept means equal, reject different (or no answer in the response), undecided that neither was
    shown. The reason names the rule that decided; the evidence holds both normal forms, what was
    extracted by which rule, and the profile. It never raises on any text and may be called from any
    thread. `last_resort=False` never starts a worker process.
    """
    if gold.strip() and gold.strip() == answer.strip():
        return _identical(gold.strip(), profile)
    expected = gold_answer(gold)
    if expected is None:
        return Verdict.undecided(VERIFIER, "no_gold", "The gold holds no answer to compare with.")
    letter = choice(expected.value)
    polar = expected.value.strip(" .").lower() in _POLAR
    found = extract(answer, choice=letter is not None and len(expected.value) < 80, polar=polar)
    if found is None:
        return Verdict.reject(
            VERIFIER, "no_answer", "The response holds no final answer.", gold=_shown(expected)
        )
    verdict = judge(expected.value, found.value, profile=profile, last_resort=last_resort)
    evidence = {**verdict.evidence, "gold": _shown(expected), "answer": _shown(found)}
    return Verdict(verdict.outcome, verdict.verifier, verdict.reason, verdict.message, evidence)


def _identical(text: str, profile: Profile) -> Verdict:
    whole = Extraction(text, "whole", 0, len(text))
    forms: list[Json] = [text[:300], text[:300]]
    shown: dict[str, Json] = {
        "forms": forms,
        "profile": profile.name,
        "gold": _shown(whole),
        "answer": _shown(whole),
    }
    return Verdict(Outcome.ACCEPT, VERIFIER, "same_text", "The answers are equal.", shown)


def _shown(found: Extraction) -> dict[str, Json]:
    return {"value": found.value[:300], "rule": found.rule, "span": [found.start, found.end]}


def verify_batch(
    pairs: Iterable[tuple[str, str]],
    *,
    profile: Profile = STRICT,
    pool: WorkerPool | None = None,
    limit_s: float = 10.0,
) -> Iterator[Verdict]:
    """Yield a verdict for each (gold, answer), in order, judged in worker processes.

    A worker that dies or overruns costs its own pair an undecided verdict (`worker_stopped`) and is
    replaced. At most a few pairs per worker are taken ahead. Without a `pool` one is made for this batch.
    """
    if pool is None:
        with WorkerPool(preload=("evol.verifiers.math.verify",)) as own:
            yield from verify_batch(pairs, profile=profile, pool=own, limit_s=limit_s)
        return
    ahead: deque[Future[Verdict]] = deque()
    with ThreadPoolExecutor(pool.workers, thread_name_prefix="evol-batch") as threads:
        for gold, answer in pairs:
            ahead.append(threads.submit(_in_worker, pool, gold, answer, profile, limit_s))
            if len(ahead) >= 4 * pool.workers:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _in_worker(pool: WorkerPool, gold: str, answer: str, profile: Profile, limit_s: float) -> Verdict:
    try:
        return pool.run(verify, gold, answer, profile=profile, limit_s=limit_s)
    except VerifierStopped as error:
        return Verdict.undecided(VERIFIER, "worker_stopped", str(error))
