"""The math answer verifier beside Math-Verify: accuracy, near-misses, speed, attacks, agreement.

    python bench/math_verifier.py [--data DIR] [--mixed N] [--ours] [--disagreements]

Reads the `*.jsonl` files of DIR (rows with `gold`, `prediction` or `text`, `label`), runs both
graders on every row and prints one table. Math-Verify works in a process that is killed after
`RIVAL_LIMIT_S`, so that its hangs end; CPU seconds are counted inside each process.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import math_verify_rival

from evol.errors import VerifierStopped
from evol.types import Outcome, Verdict
from evol.verifiers.math import LENIENT, MEASURED, STRICT, Profile, compare, verify
from evol.verifiers.math.profiles import GOLD
from evol.verifiers.workers import WorkerPool

Row = math_verify_rival.Row
DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "math_pairs"
TURN = 100
RIVAL_LIMIT_S = 6.0

# Each suite is judged under the convention that it states or tests, chosen for the suite as a whole.
# Math-Verify's tests take `strict=True`, under which a variable has one name; where a row of it
# declares `strict: false`, that parameter of the suite is honoured. AReaL's tests hold 2.23 and
# 2.232 apart, and "round" at the sixth digit.
PROFILES = {
    "gsm8k_openai": STRICT,
    "hardverify": LENIENT,
    "built_nearmiss": LENIENT,
    "edge_olympiadbench": MEASURED,
    "edge_areal": replace(LENIENT, name="lenient, six digits", printed_digits=6),
    # MATH's own comparison drops percent signs.
    "edge_hendrycks": GOLD,
    "edge_mathverify": replace(LENIENT, name="lenient, one name for a variable", renamed_variables=False),
}
ATTACKS = (
    "9" * 3_000,
    "1." + "3" * 3_500,
    "(" * 2_000 + "1" + ")" * 2_000,
    "\\sqrt{" * 300 + "2" + "}" * 300,
    "x" + "^x" * 800,
    "2^{2^{2^{2^{2^{2}}}}}",
    "(((10^5)!)!)!",
    "\\binom{10^{30}}{10^{29}}",
    "\\sum_{k=1}^{10^{12}} k^{k}",
    "\\prod_{k=1}^{400} (k!+1)",
    "\\sum_{a=1}^{400}\\sum_{b=1}^{400}\\sum_{c=1}^{400} a b c",
    "\\sin(10^{10^{6}})",
    "e^{e^{e^{e^{e}}}}",
    "(x+y+z+w+1)^{100000}-(x+y+z+w)^{100000}",
    "+".join(f"\\sqrt{{{n}}}" for n in range(2, 300)),
    "\\pm " * 60 + "1",
    ", ".join(f"\\sqrt{{{n}}}" for n in range(190)),
    "\\{" + ", ".join(f"x^{n}" for n in range(180)) + "\\}",
    "1e999999999",
    "\\log_{1}(5)",
    "\\int_0^1 x^x dx",
    "\\frac{1}{" * 90 + "x" + "}" * 90,
    "$" * 3_000,
    "\\boxed{" * 2_000,
    "**" * 4_000,
    "the answer is " * 5_000,
    "\\text{" * 700,
    "__import__('os').system('true')",
    "½" * 900,
    "\ud800\udfff",
    "\\begin{matrix}" * 150,
    "1/0",
    "0^{0^{0}}",
    "\\infty - \\infty",
    "a" * 3_000,
    "²" * 1_500,
    "a" + " " * 1_900 + "integer k",
    "k " * 900 + "is an integer",
    "\\text{the sum is }" * 110,
    "one " * 450 + "half",
    "1 " * 900 + "million",
    "\\begin{pmatrix}" + "\\\\ \\\\ 1 + " * 180 + "\\end{pmatrix}",
    "\\begin{matrix} { " + "\\\\ \\\\ \\sqrt{ 1 } " * 100 + "\\end{matrix}",
    "1" + ":1" * 900,
    "1 m/s" * 380,
    "2 hours 1 minutes " * 110,
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One row under one grader: what it said, the CPU seconds, whether it had to be stopped."""

    row: Row
    accepted: bool
    undecided: bool
    seconds: float
    stopped: bool = False
    reason: str = ""

    @property
    def right(self) -> bool:
        """Whether the grader accepted what the label calls equal, and nothing else."""
        return self.accepted == self.row["label"]


def load(folder: Path) -> dict[str, list[Row]]:
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        sys.exit(f"No *.jsonl files in {folder}: give the folder of labelled pairs with --data.")
    return {file.stem: [json.loads(line) for line in file.read_text().splitlines()] for file in files}


def profile_of(suite: str, row: Row) -> Profile:
    profile = next((profile for name, profile in PROFILES.items() if suite.startswith(name)), LENIENT)
    return replace(profile, renamed_variables=True) if row.get("strict") is False else profile


def ours(suite: str, rows: Iterable[Row], profile: Profile | None = None) -> list[Judged]:
    judged = []
    for row in rows:
        start = time.process_time()
        verdict = verify(
            row["gold"], row.get("text") or row["prediction"], profile=profile or profile_of(suite, row)
        )
        seconds = time.process_time() - start
        undecided = verdict.outcome is Outcome.UNDECIDED
        judged.append(Judged(row, verdict.accepted, undecided, seconds, reason=verdict.reason))
    return judged


def rivals(rows: Iterable[Row]) -> Iterator[Judged]:
    """Judge rows by Math-Verify as they are asked for, all in one process."""
    with WorkerPool(1, preload=("math_verify", "math_verify_rival")) as pool:
        pool.run(math_verify_rival.judge, {"gold": "1", "prediction": "2"}, limit_s=60)
        for row in rows:
            try:
                accepted, seconds = pool.run(math_verify_rival.judge, row, limit_s=RIVAL_LIMIT_S)
                yield Judged(row, accepted, False, seconds)
            except VerifierStopped:
                yield Judged(row, False, False, RIVAL_LIMIT_S, stopped=True)
            except Exception as error:
                yield Judged(row, False, False, 0.0, reason=type(error).__name__)


def summary(judged: Sequence[Judged]) -> str:
    right = sum(item.right for item in judged)
    false_accepts = sum(item.accepted and not item.row["label"] for item in judged)
    false_rejects = sum(not item.accepted and item.row["label"] for item in judged)
    undecided = sum(item.undecided for item in judged)
    return f"{100 * right / len(judged):6.2f} % | {false_accepts} | {false_rejects} | {undecided}"


def accuracy(suites: dict[str, list[Row]], with_rival: bool, disagreements: bool) -> None:
    print(
        "| suite | rows | profile | ours | FA | FR | undecided |",
        "Math-Verify | FA | FR | |" if with_rival else "",
    )
    print("|---|---|---|---|---|---|---|", "---|---|---|---|" if with_rival else "")
    for name, rows in suites.items():
        mine = ours(name, rows)
        label = profile_of(name, {}).name
        theirs = f" {summary(list(rivals(rows)))} |" if with_rival else ""
        print(f"| {name} | {len(rows)} | {label} | {summary(mine)} |{theirs}", flush=True)
        if name.startswith("built_nearmiss"):
            print(f"| {name} | {len(rows)} | strict | {summary(ours(name, rows, STRICT))} |", flush=True)
        for item in (i for i in mine if disagreements and not i.right):
            gold, answer = item.row["gold"][:90], item.row["prediction"][-90:]
            print(f"    {item.reason}: gold {gold!r}, answer {answer!r}, label {item.row['label']}")


def speed(suites: dict[str, list[Row]], count: int, with_rival: bool) -> None:
    pairs = [(name, row) for name, rows in suites.items() for row in rows]
    sample = random.Random(0).sample(pairs, min(count, len(pairs)))
    verify("\\sqrt{2}", "\\sqrt{3}")
    parts = [sample[start : start + TURN] for start in range(0, len(sample), TURN)]
    found = rivals(row for _, row in sample)
    mine = theirs = 0.0
    # In turns: the machine's speed changes from minute to minute.
    for part in parts:
        mine += sum(item.seconds for name, row in part for item in ours(name, [row]))
        if with_rival:
            theirs += sum(item.seconds for item in islice(found, len(part)))
    line = f"pairs per CPU-second on a mixed {len(sample)}: ours {len(sample) / mine:.0f}"
    if with_rival:
        line += f", Math-Verify {len(sample) / theirs:.0f}, ratio {theirs / mine:.0f}"
    print(line, flush=True)


def attacks(suites: dict[str, list[Row]], with_rival: bool) -> None:
    rows = [row for name, rows in suites.items() if name.startswith("adversarial") for row in rows]
    rows += [{"gold": gold, "prediction": text} for text in ATTACKS for gold in ("1", "x+1", text[:1_999])]
    took = []
    for row in rows:
        start = time.monotonic()
        verdict = verify(row["gold"], row["prediction"], profile=LENIENT)
        took.append((time.monotonic() - start, verdict.reason, row["prediction"][:40]))
    slowest = max(took)
    over = sum(seconds > 2 for seconds, *_ in took)
    seconds, reason, text = slowest
    print(f"attacks: {len(rows)}, over 2 s {over}, slowest {seconds:.2f} s ({reason}: {text!r})", flush=True)
    if with_rival:
        theirs = list(rivals(rows))
        stopped, failed = sum(item.stopped for item in theirs), sum(bool(item.reason) for item in theirs)
        slow = sum(item.seconds > 2 for item in theirs)
        print(f"attacks on Math-Verify: over 2 s {slow}, killed {stopped}, raised {failed}")


def agreement(suites: dict[str, list[Row]], count: int = 400) -> None:
    rows = random.Random(1).sample([row for rows in suites.values() for row in rows], count)
    texts = [(row["gold"], row.get("text") or row["prediction"]) for row in rows]
    expected = [str(verify(*pair).outcome) for pair in texts]
    with ThreadPoolExecutor(32) as threads:
        threaded = [str(v.outcome) for v in threads.map(lambda pair: verify(*pair), texts)]
    looped = [str(v.outcome) for v in asyncio.run(_gathered(texts))]
    for name, outcomes in (
        ("32 threads", threaded),
        ("asyncio", looped),
        ("subprocess thread", _subprocess(texts)),
    ):
        differ = sum(a != b for a, b in zip(expected, outcomes, strict=True))
        print(f"{name}: {differ} of {count} verdicts differ", flush=True)


async def _gathered(texts: list[tuple[str, str]]) -> list[Verdict]:
    inline = [verify(*pair) for pair in texts[:50]]
    rest = await asyncio.gather(*(asyncio.to_thread(verify, *pair) for pair in texts[50:]))
    return inline + rest


def _subprocess(texts: list[tuple[str, str]]) -> list[str]:
    """Judge in a process whose main thread has ended before the work begins."""
    command = [sys.executable, str(Path(__file__).resolve()), "--judge-in-thread"]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, timeout=300, check=True
    )
    outcomes: list[str] = json.loads(done.stdout)
    return outcomes


def judge_in_thread() -> None:
    texts = json.loads(sys.stdin.read())

    def work() -> None:
        threading.main_thread().join()
        print(json.dumps([str(verify(gold, answer).outcome) for gold, answer in texts]), flush=True)

    threading.Thread(target=work).start()


def symmetry(suites: dict[str, list[Row]]) -> None:
    def differ(judge: Callable[[str, str], Verdict]) -> int:
        return sum(judge(a, b).outcome is not judge(b, a).outcome for a, b in pairs)

    pairs = [(r["gold"], r["prediction"]) for rows in suites.values() for r in rows if "text" not in r]
    golds = sorted({row["gold"] for rows in suites.values() for row in rows})
    for profile in (STRICT, LENIENT):
        bare = differ(lambda a, b, p=profile: compare(a, b, profile=p))  # type: ignore[misc]
        read = differ(lambda a, b, p=profile: verify(a, b, profile=p))  # type: ignore[misc]
        selves = sum(not verify(gold, gold, profile=profile).accepted for gold in golds)
        print(
            f"{profile.name}: swapped arguments differ in compare {bare}, in verify {read} of {len(pairs)} "
            f"(a gold is read whole, a response searched); verify(g, g) not equal {selves} of {len(golds)}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of labelled pairs")
    parser.add_argument("--mixed", type=int, default=1_000, help="pairs in the speed test")
    parser.add_argument("--ours", action="store_true", help="leave Math-Verify out")
    parser.add_argument("--disagreements", action="store_true", help="list each row judged against its label")
    parser.add_argument("--judge-in-thread", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.judge_in_thread:
        judge_in_thread()
        return
    suites = load(options.data)
    labelled = {name: [r for r in rows if r.get("label") is not None] for name, rows in suites.items()}
    labelled = {name: rows for name, rows in labelled.items() if rows}
    accuracy(labelled, not options.ours, options.disagreements)
    speed(labelled, options.mixed, not options.ours)
    attacks(suites, not options.ours)
    symmetry(labelled)
    agreement(labelled)


if __name__ == "__main__":
    main()
