"""The code verifier measured: `python bench/code_verifier.py --data ../shared/data`.

Prints one table: the hostile, cheating and honest programs at each level of the wall that this
machine has (as the present user and, where that is root, as an ordinary one); HumanEval and MBPP
canonical solutions; programs per CPU-second beside the reference method (a process per program
with a Manager for its result); verdicts repeated under load; and ten thousand programs in a row.
Costs are processor time of this process and all below it, so a busy machine matters little.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import sandbox_corpus

from evol.errors import SandboxUnavailable
from evol.verifiers.code.formats import _script, suite_of
from evol.verifiers.code.repeats import APART
from evol.verifiers.code.restricted import subset
from evol.verifiers.code.scripts import assemble
from evol.verifiers.code.verify import CodeVerifier, _read
from evol.verifiers.sandbox import Level, Limits, Sandbox

NOBODY = 65534
ROW = "| {:<44} | {:<58} |"
LIMITS = Limits(cpu_s=5, wall_s=30)
Ask = Callable[[str], tuple[float, int]]
WALLS = (Level.STRONG, Level.LANDLOCK, Level.SECCOMP)


def say(measure: str, result: str) -> None:
    print(ROW.format(measure, result), flush=True)


def humaneval_rows(data: Path) -> list[dict]:
    with gzip.open(data / "HumanEval.jsonl.gz") as file:
        return [json.loads(line) for line in file]


def mbpp_rows(data: Path) -> list[dict]:
    return [json.loads(line) for line in (data / "mbpp.jsonl").read_text().splitlines()]


# The corpus at each level, as this user and as another


def programs(options: argparse.Namespace) -> None:
    user = "root" if os.getuid() == 0 else "ordinary user"
    corpus = sandbox_corpus.load(options.data)
    for level in options.level or WALLS:
        try:
            tally = sandbox_corpus.run(corpus, Level(level))
        except SandboxUnavailable as error:
            say(f"programs, {level}, {user}", f"not available: {error}")
            continue
        parts = (
            f"{kind} {tally.right[kind]}/{tally.total[kind]}" for kind in ("hostile", "cheating", "honest")
        )
        say(f"programs, {level}, {user}", ", ".join(parts))
        for line in tally.wrong:
            say("", line)
    if os.getuid() == 0:
        as_ordinary_user(options)


def as_ordinary_user(options: argparse.Namespace) -> None:
    """Run the corpus again without root's rights, in an interpreter that an ordinary user may start."""
    folders = [str(Path(__file__).resolve().parents[1]), *filter(None, sys.path)]
    python = next(
        (p for p in (sys.executable, shutil.which("python3", path="/usr/bin")) if p and _may_run(p)), None
    )
    if python is None:
        say("programs, ordinary user", "not measured: no interpreter that an ordinary user may start")
        return
    command = [python, "-B", __file__, "--data", str(options.data), "--part", "programs"]
    for level in options.level or ():
        command += ["--level", level]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        environment = {"PYTHONPATH": os.pathsep.join(folders), "HOME": folder, "PATH": os.environ["PATH"]}
        subprocess.run(
            command, env=environment, cwd=folder, user=NOBODY, group=NOBODY, extra_groups=[], check=False
        )


def _may_run(python: str) -> bool:
    try:
        return not subprocess.run(
            [python, "-c", ""], user=NOBODY, group=NOBODY, extra_groups=[], check=False
        ).returncode
    except OSError:
        return False


# Canonical solutions


def canonical(options: argparse.Namespace) -> None:
    with Sandbox(1) as sandbox:
        verifier = CodeVerifier(sandbox, LIMITS)
        rows = [(r["task_id"], r["canonical_solution"], suite_of(r)) for r in humaneval_rows(options.data)]
        report("HumanEval canonical solutions", verifier, rows)
        passing = [r for r in mbpp_rows(options.data) if plain_python_passes(r)]
        rows = [(str(r["task_id"]), r["code"], suite_of(r)) for r in passing]
        report(f"MBPP canonical solutions ({len(passing)}/974 pass in plain Python)", verifier, rows)


def report(name: str, verifier: CodeVerifier, rows: list) -> None:
    verdicts = [(key, verifier.verify(code, suite)) for key, code, suite in rows]
    routes = Counter(v.evidence.get("route") for _, v in verdicts)
    right = sum(v.accepted for _, v in verdicts)
    labels = Counter(
        subset(assemble(code, suite.prompt, suite.entry_points)).label for _, code, suite in rows
    )
    shown = ", ".join(f"{route} {n}" for route, n in routes.most_common())
    say(name, f"{right}/{len(verdicts)} accepted ({shown})")
    say("  label in_subset", f"{labels['in_subset']}/{len(verdicts)}")
    for key, verdict in verdicts:
        if not verdict.accepted:
            say("", f"{key}: {verdict.reason}: {verdict.message[:90]}")


def plain_python_passes(row: dict) -> bool:
    tests = "\n".join([row["code"], row["test_setup_code"], *row["test_list"]])
    command = [sys.executable, "-I", "-S", "-c", tests]
    try:
        return not subprocess.run(command, capture_output=True, timeout=30, check=False).returncode
    except subprocess.TimeoutExpired:
        return False


# Speed against the reference method


def speed(options: argparse.Namespace) -> None:
    """Measure in turns, round after round: the machine's speed changes from minute to minute."""
    rows = humaneval_rows(options.data)
    plain = [f"{r['prompt']}{r['canonical_solution']}\n{r['test']}\ncheck({r['entry_point']})" for r in rows]
    with Sandbox(1) as sandbox:
        verifier = CodeVerifier(sandbox, LIMITS)
        start = _start_both(verifier)
        with reference(plain) as ask:
            _speed_round(verifier, rows, ask)
            rounds = [_speed_round(verifier, rows, ask) for _ in range(options.rounds)]
    count, names = len(rows), ("this verifier", *(f"reference, threads: {n}" for n in THREADS))
    say("starting this verifier, once", f"{start * 1e3:.0f} ms CPU")
    bare = [each["tests"] for each in rounds]
    say("the tests' own time, ms CPU a program", spread([1e3 * b / count for b in bare]))
    for name in names:
        passed = {each[name][1] for each in rounds}
        spent = [1e3 * each[name][0] / count for each in rounds]
        say(f"HumanEval, {name}, ms CPU", f"{min(passed)}/{count}, {spread(spent)}")
    for name in names[1:]:
        pairs = [(each[name][0], each[names[0]][0], each["tests"]) for each in rounds]
        say(f"  times faster than {name} (to reach: 4)", spread([t / m for t, m, _ in pairs]))
        say("    net of the tests' own (to reach: 6)", spread([(t - b) / (m - b) for t, m, b in pairs]))


THREADS = (1, 4)


def _speed_round(verifier: CodeVerifier, rows: list[dict], ask: Ask) -> dict:
    """Return one round's processor seconds: ours taken before and after each of the reference's."""
    own = [_ours(verifier, rows)]
    found: dict = {"tests": ask("tests")[0]}
    for threads in THREADS:
        found[f"reference, threads: {threads}"] = ask(str(threads))
        own.append(_ours(verifier, rows))
    found["tests"] = (found["tests"] + ask("tests")[0]) / 2
    found["this verifier"] = sum(s for s, _ in own) / len(own), min(passed for _, passed in own)
    return found


def _ours(verifier: CodeVerifier, rows: list[dict]) -> tuple[float, int]:
    """Return the processor seconds of judging each row, its suite read anew, and how many are accepted."""
    _script.cache_clear()
    _read.cache_clear()
    # To look costs time, too, which belongs before the start.
    below = _descendants_cpu()
    before = time.process_time() + below
    accepted = sum(verifier.verify(r["canonical_solution"], suite_of(r)).accepted for r in rows)
    return time.process_time() + _descendants_cpu() - before, accepted


def _start_both(verifier: CodeVerifier) -> float:
    """Have both zygotes of the sandbox started and return the processor seconds that they have used."""
    for form in ("assert f(1) == 1", "i = 1\nwhile i < 3:\n    assert f(i) == i\n    i += 1"):
        assert verifier.verify("def f(x): return x", suite_of({"tests": form})).accepted
    return _descendants_cpu()


@contextlib.contextmanager
def reference(programs: list[str]) -> Iterator[Ask]:
    """Keep a process of the reference method at hand, and yield what asks it for one measurement."""
    command = [sys.executable, str(Path(__file__).with_name("reference_harness.py"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        stdin, stdout = process.stdin, process.stdout
        print(json.dumps(programs), file=stdin, flush=True)

        def ask(wanted: str) -> tuple[float, int]:
            print(wanted, file=stdin, flush=True)
            return tuple(json.loads(stdout.readline()))

        yield ask


def spread(values: list[float]) -> str:
    """Return the median and the range."""
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def _descendants_cpu() -> float:
    """Return the processor time of our descendants and of all that they have waited for.

    Read from /proc while they live: what a killed zygote has gathered reaches nobody else.
    """
    ticks = 0
    for pid in _children(os.getpid()):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


# Steadiness


@contextlib.contextmanager
def load(processes: int) -> Iterator[None]:
    """Keep the machine busy with more spinning processes than it has cores."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def repeats(options: argparse.Namespace) -> None:
    corpus = [p for p in sandbox_corpus.load(options.data) if p.kind != "hostile"]
    rows = [(p.source, p.suite) for p in corpus]
    rows += [(r["canonical_solution"], suite_of(r)) for r in humaneval_rows(options.data)]
    rows += [("    return None\n", suite_of(r)) for r in humaneval_rows(options.data)]
    with load(2 * (os.cpu_count() or 1)), Sandbox(2) as sandbox:
        verifier = CodeVerifier(sandbox, LIMITS)
        rounds = [[verifier.verify(code, suite).reason for code, suite in rows] for _ in range(5)]
    reasons = [set(each) for each in zip(*rounds, strict=True)]
    changed = sum(len(r - APART) > 1 or (bool(r & APART) and bool(r - APART)) for r in reasons)
    timeouts = sum(reason in APART for each in rounds for reason in each)
    always = sum(r <= APART for r in reasons)
    say(
        f"{len(rows)} verdicts five times under load",
        f"{changed} changed; {timeouts} timeouts ({always} programs time out each time)",
    )


def endurance(options: argparse.Namespace) -> None:
    rows = [(r["canonical_solution"], suite_of(r)) for r in humaneval_rows(options.data)][:40]
    wrong = [("def add(a, b): return a", suite_of({"tests": ["assert add(1, 2) == 3"]}))] * 10
    with Sandbox(2) as sandbox:
        verifier = CodeVerifier(sandbox, LIMITS)
        run_all(verifier, rows + wrong, 500)
        before = footprint()
        run_all(verifier, rows + wrong, options.count)
        after = footprint()
    grown = ", ".join(f"{name} {before[name]} to {after[name]}" for name in before)
    say(f"{options.count} programs in a row", grown)


def run_all(verifier: CodeVerifier, rows: list, count: int) -> None:
    for i in range(count):
        verifier.verify(*rows[i % len(rows)])


def footprint() -> dict[str, int]:
    """Return what could grow: our memory and the zygotes', processes, descriptors, temporary files."""
    ours = [str(os.getpid()), *_children(os.getpid())]
    kb = sum(int(line.split()[1]) for pid in ours for line in _status(pid) if line.startswith("VmRSS"))
    descriptors = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in ours)
    return {
        "MiB": round(kb / 1024),
        "processes": len(ours),
        "descriptors": descriptors,
        "threads": threading.active_count(),
        "temporary files": len(list(Path(tempfile.gettempdir()).glob("evol*"))),
    }


def _status(pid: str) -> list[str]:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/status").read_text().splitlines()
    return []


def _children(parent: int) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and f"PPid:\t{parent}" in _status(entry.name):
            found += [entry.name, *_children(int(entry.name))]
    return found


PARTS = {
    "programs": programs,
    "canonical": canonical,
    "speed": speed,
    "repeats": repeats,
    "endurance": endurance,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=lambda p: Path(p).resolve(), required=True, help="the folder with the data sets"
    )
    parser.add_argument(
        "--part", choices=PARTS, action="append", help="measure only this (may be given again)"
    )
    parser.add_argument("--level", choices=[str(w) for w in WALLS], action="append", help="only this level")
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the speed measurement")
    parser.add_argument("--count", type=int, default=10_000, help="programs in the endurance run")
    options = parser.parse_args()
    for part in options.part or PARTS:
        started = time.monotonic()
        PARTS[part](options)
        print(f"  ({part}: {time.monotonic() - started:.0f} s)", file=sys.stderr)


if __name__ == "__main__":
    main()
