"""The sandbox's own figures, in one command: python bench/sandbox.py [--runs 1000] [--programs 10000].

1. What a trivial program costs, in processor time of caller, zygote and child together, against a
   bare fork + exit + wait in a process with the very same modules loaded; taken in turns, so that
   a busy machine slows both alike.
2. What 10,000 programs in a row leave: memory, processes, descriptors, temporary files.
3. Which levels can be had, and whether real attempts are contained at each.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from evol.verifiers.sandbox import Call, Ending, Invocation, Judge, Level, Limits, Sandbox, Script
from evol.verifiers.sandbox import worker as workers
from evol.verifiers.sandbox.doctor import probe, prove
from evol.verifiers.sandbox.kits import PYTHON

ADD = Call("def add(a, b):\n    return a + b\n", (Invocation("add", (1, 2)),))
ROUNDS = 10

# Loads what a zygote loads, then forks on demand and says what it cost in all.
BARE = """
import gc, json, os, resource, sys
def spent():
    return sum(sum(resource.getrusage(w)[:2]) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
def main(descriptor):
    from evol.verifiers.sandbox import zygote
    zygote._preload(json.loads(sys.argv[5]), [])
    from evol.verifiers.sandbox import serving, warming
    gc.collect(); gc.freeze()
    for line in sys.stdin:
        before = spent()
        for _ in range(int(line)):
            child = os.fork()
            if not child: os._exit(0)
            os.waitpid(child, 0)
        print(spent() - before, flush=True)
"""


def start_bare() -> subprocess.Popen[str]:
    kit = json.dumps({"modules": PYTHON.modules, "warm": PYTHON.warm})
    boot = workers.BOOT.replace("os.register_at_fork = lambda **hooks: None", "")
    boot = boot.replace("from evol.verifiers.sandbox import zygote\nzygote.main", BARE + "main")
    here = Path(workers.__file__).resolve().parent
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        boot,
        "0",
        *map(str, (here.parents[1], here.parent, here)),
        kit,
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={})


def bare(process: subprocess.Popen[str], count: int) -> float:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{count}\n")
    process.stdin.flush()
    return float(process.stdout.readline())


def below(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += below(int(child))
    return found


def spent(pids: list[int]) -> float:
    """Return the processor seconds of some processes and the children they have waited for."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def sandboxed(sandbox: Sandbox, pids: list[int], count: int) -> float:
    before = spent(pids)
    for _ in range(count):
        execution = sandbox.run(ADD)
        assert execution.results[0].value.equals(3)  # type: ignore[union-attr]
    return spent(pids) - before


def cost(runs: int) -> None:
    print("| level | bare fork + exit + wait | a trivial program | ratio (median) |\n|---|---|---|---|")
    process = start_bare()
    bare(process, 50)
    for level in [report.level for report in probe() if report.available]:
        with Sandbox(1, level=level) as sandbox:
            sandboxed(sandbox, below(os.getpid()), 50)
            pids = [p for p in below(os.getpid()) if p != process.pid]
            each = runs // ROUNDS
            rounds = [(bare(process, each), sandboxed(sandbox, pids, each)) for _ in range(ROUNDS)]
        ratio = median(ours / theirs for theirs, ours in rounds)
        theirs, ours = (1000 * sum(r[i] for r in rounds) / (each * ROUNDS) for i in (0, 1))
        print(f"| {level} | {theirs:.2f} ms | {ours:.2f} ms | {ratio:.2f} |")
    process.terminate()
    process.wait()


def footprint() -> dict[str, int]:
    pids = below(os.getpid())
    pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids]
    return {
        "processes": len(pids),
        "descriptors": sum(len([*Path(f"/proc/{pid}/fd").iterdir()]) for pid in pids),
        "memory_kb": sum(pages) * os.sysconf("SC_PAGE_SIZE") // 1024,
        "temporary_files": len([*Path(tempfile.gettempdir()).glob("evol-*")]),
    }


def growth(programs: int) -> None:
    jobs = [
        ADD,
        Script("print(int(input()) * 2)", b"21\n"),
        Call("import os\nos._exit(3)", ()),
        Call("import os\nos.abort()", ()),
        Judge("def add(a, b): return a + b", "assert add(1, 2) == 3"),
        Call("raise ValueError", ()),
        Call("def add(a, b): return open('/etc/passwd')", (Invocation("add", (1, 2)),)),
        Call("def add(a, b): return [0] * 10**9", (Invocation("add", (1, 2)),)),
    ]
    lost = 0
    print("\n| programs | processes | descriptors | memory, kB | temporary files |\n|---|---|---|---|---|")
    with Sandbox(2) as sandbox:
        for count in range(programs + 1):
            if count % max(1, programs // 5) == 0 and count:
                print(f"| {count} | " + " | ".join(str(v) for v in footprint().values()) + " |", flush=True)
            lost += sandbox.run(jobs[count % len(jobs)], Limits(cpu_s=2, memory_mb=128)).ending is Ending.LOST
    print(f"\nlost: {lost}; processes left: {len(below(os.getpid())) - 1}")


def walls() -> None:
    print("\n| level | here | attempts contained |\n|---|---|---|")
    for report in probe():
        if not report.available:
            print(f"| {report.level} | no: {report.missing} ({report.cause}) | |")
            continue
        attempts = prove(report.level)
        through = [a.kind for a in attempts if not a.contained]
        note = f"; through: {', '.join(through)}" if through else ""
        print(f"| {report.level} | yes | {len(attempts) - len(through)}/{len(attempts)}{note} |")
    print(f"\nas {'root' if os.geteuid() == 0 else 'an ordinary user'}; strongest first: {', '.join(Level)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=1000, help="programs per level for the cost")
    parser.add_argument("--programs", type=int, default=10_000, help="programs in a row for the growth")
    options = parser.parse_args()
    cost(options.runs)
    growth(options.programs)
    walls()


if __name__ == "__main__":
    main()
