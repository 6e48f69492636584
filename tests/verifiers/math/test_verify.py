"""Verdicts on whole responses: their shape, their reasons, and that nothing about the caller matters."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evol.types import Outcome, Verdict
from evol.verifiers.math import LENIENT, STRICT, verify, verify_batch
from evol.verifiers.math.special import match_special
from evol.verifiers.math.units import parse_unit
from evol.verifiers.workers import WorkerPool

PAIRS = [("72", "so it is 72 in all"), ("\\sqrt{8}", "2\\sqrt{2}"), ("[1, 2)", "[1, 2]"), ("1/0", "2/0")] * 8
OUTCOMES = ["accept", "accept", "reject", "undecided"] * 8


def test_a_verdict_holds_both_forms_and_where_the_answers_stood() -> None:
    verdict = verify("1/2", "Half of it, so the answer is $\\frac{2}{4}$.")
    assert (verdict.outcome, verdict.reason) == (Outcome.ACCEPT, "exact_rational")
    assert verdict.evidence["forms"] == ["1/2", "1/2"]
    assert verdict.evidence["profile"] == "strict"
    assert verdict.evidence["answer"] == {"value": "\\frac{2}{4}", "rule": "answer_phrase", "span": [29, 42]}
    assert Verdict.from_json(json.loads(json.dumps(verdict.to_json()))) == verdict


@pytest.mark.parametrize(
    ("gold", "answer", "outcome", "reason"),
    [
        ("90", "", Outcome.REJECT, "no_answer"),
        ("", "90", Outcome.UNDECIDED, "no_gold"),
        ("72", "#### 72", Outcome.ACCEPT, "same_text"),
        ("1000", "#### 1,000", Outcome.ACCEPT, "same_number"),
        ("72", "#### 71", Outcome.REJECT, "different_value"),
        ("5", "5 apples", Outcome.ACCEPT, "unit_omitted"),
        ("2.5 km/h", "2.5", Outcome.ACCEPT, "unit_omitted"),
        ("9 km/h", "2.5 \\text{ m/s}", Outcome.ACCEPT, "exact_rational"),
        ("9 km/h", "9 cm/s", Outcome.REJECT, "different_value"),
        ("x/h", "x", Outcome.REJECT, "different_function"),
        ("5 cm", "5 \\text{ cm}^2", Outcome.REJECT, "different_unit"),
        ("[0, 1)", "The domain is $0 \\le x < 1$.", Outcome.ACCEPT, "same_set"),
        ("x+1", "9^{9^{9^{9}}}", Outcome.UNDECIDED, "too_large"),
        ("1", "9**9**9**9", Outcome.REJECT, "different_magnitude"),
        ("B", "It's not A, therefore I think it's B", Outcome.ACCEPT, "same_text"),
        (
            "odd",
            "The function that we get is odd because it changes sign",
            Outcome.UNDECIDED,
            "different_wording",
        ),
    ],
)
def test_the_reason_names_what_decided(gold: str, answer: str, outcome: Outcome, reason: str) -> None:
    verdict = verify(gold, answer, last_resort=False)
    assert (verdict.outcome, verdict.reason) == (outcome, reason)


def test_profiles_differ_where_they_say_so() -> None:
    assert verify("28\\%", "28", profile=LENIENT).reason == "percent_as_number"
    assert verify("28\\%", "28", profile=STRICT).reason == "different_value"


def test_every_gold_equals_itself_even_in_words() -> None:
    for gold in (
        "The quotient grows by a factor of 3.",
        "\\frac{5055}{2^{15}",
        "f'",
        "②③",
        "}}{{",
        "\\frac{1}{0}",
    ):
        assert verify(gold, gold).accepted


def test_any_thread_and_any_event_loop_may_ask() -> None:
    with ThreadPoolExecutor(16) as threads:
        threaded = [str(v.outcome) for v in threads.map(lambda pair: verify(*pair, last_resort=False), PAIRS)]

    async def inside_the_loop() -> list[str]:
        return [str(verify(*pair, last_resort=False).outcome) for pair in PAIRS]

    assert threaded == OUTCOMES == asyncio.run(inside_the_loop())


def test_importing_loads_nothing_heavy() -> None:
    code = "import sys, evol.verifiers.math; print({'sympy', 'math_verify', 'mpmath'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def _workers() -> list[int]:
    """Return the worker processes that this process started."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
            command = (entry.parent / "cmdline").read_text()
        except OSError:
            continue
        if int(fields[1]) == os.getpid() and "evol.verifiers._worker" in command:
            found.append(int(entry.parent.name))
    return found


def test_a_batch_survives_a_killed_worker() -> None:
    def pairs() -> Iterator[tuple[str, str]]:
        for number in range(24):
            if number == 12:
                for worker in _workers():
                    os.kill(worker, signal.SIGKILL)
            yield str(number), f"the answer is {number}"

    with WorkerPool(1) as pool:
        verdicts = list(verify_batch(pairs(), pool=pool))
    assert len(verdicts) == 24
    lost = [v for v in verdicts if v.reason == "worker_stopped"]
    assert len(lost) <= 1
    assert all(v.outcome is Outcome.UNDECIDED for v in lost)
    assert sum(v.accepted for v in verdicts) == 24 - len(lost)


@pytest.mark.parametrize(
    ("phrase", "other", "factor"),
    [
        ("km", "m", 1000),
        ("square cm", "cm^2", 1),
        ("miles per hour", "mph", 1),
        ("hours", "minutes", 60),
        ("litres", "cm^3", 1000),
    ],
)
def test_units_convert_exactly(phrase: str, other: str, factor: int) -> None:
    one, two = parse_unit(phrase), parse_unit(other)
    assert one is not None
    assert two is not None
    assert one.dimension == two.dimension
    assert one.factor == factor * two.factor


def test_a_counted_noun_is_no_unit() -> None:
    assert parse_unit("square tiles") is None


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("3:30 PM", "3:30 AM", False),
        ("12:15 AM", "0:15", True),
        ("15:30", "3:30 pm", True),
        ("2020-03-05", "Mar 5", True),
    ],
)
def test_times_and_dates(one: str, other: str, equal: bool) -> None:
    finding = match_special(one, other)
    assert finding is not None
    assert finding.equal is equal
