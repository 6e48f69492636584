"""Kept rows a second of the embedded teacher: `python bench/procedural_rate.py [--seeds FILE] [--limit N]`.

Runs `evol run --domain math --teacher procedural` as a user would, with journal, verifiers and
export, at the pack's default settings, in a folder that is thrown away. A run of one seed comes
first: what it takes is start-up, shown apart. CPU-seconds count the main process and all its
workers. Two cores give two of them a second, so the CPU of a kept row bounds the rate whatever
else the machine is doing; the load average and the time of a fixed piece of Python say how busy
it was, which costs CPU too.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

CORES = 2


@dataclass(frozen=True)
class Run:
    """What one run kept and took."""

    kept: int
    rejected: int
    calls: int
    wall_s: float
    cpu_s: float


def run(arguments: argparse.Namespace, limit: int) -> Run:
    """Run the command on `limit` seeds and count its CPU with that of all its children."""
    teacher = f"procedural:error={arguments.error}" if arguments.error else "procedural"
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", "from evol.cli.main import main; main()", "run", "--json", "--quiet"]
        command += ["--domain", arguments.domain, "--teacher", teacher, "--limit", str(limit)]
        command += ["--out", str(Path(folder) / "run")]
        command += ["--seeds", arguments.seeds] if arguments.seeds else []
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = process.stdout.read()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"evol ended with {process.returncode}")
    facts = json.loads(said)
    return Run(facts["train"], facts["rejected"], facts["calls"], wall, used.ru_utime + used.ru_stime)


def yardstick() -> float:
    """Return the milliseconds of CPU that a fixed piece of Python takes here and now."""
    started = time.process_time()
    sum(len(str(n * n)) for n in range(200_000))
    return (time.process_time() - started) * 1000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domain", default="math")
    parser.add_argument("--seeds", help="a seed file; the pack's own seeds otherwise")
    parser.add_argument("--limit", type=int, default=500, help="seeds to evolve")
    parser.add_argument("--error", type=float, default=0.0, help="how often the teacher errs")
    parser.add_argument("--rounds", type=int, default=1, help="the best round stands")
    arguments = parser.parse_args()
    before = os.getloadavg()[0]
    start = run(arguments, 1)
    rounds = [run(arguments, arguments.limit) for _ in range(arguments.rounds)]
    best = min(rounds, key=lambda r: r.cpu_s)
    wall, cpu = best.wall_s - start.wall_s, best.cpu_s - start.cpu_s
    row, bound, cores = cpu / best.kept, CORES * best.kept / cpu, len(os.sched_getaffinity(0))
    print(f"start-up             {start.wall_s:8.2f} s wall {start.cpu_s:8.2f} s CPU (a run of one seed)")
    print(f"whole run            {best.wall_s:8.2f} s wall {best.cpu_s:8.2f} s CPU")
    print(f"rows                 {best.kept} kept, {best.rejected} rejected, {best.calls} calls")
    print(
        f"kept rows a second   {best.kept / wall:8.1f} start-up apart, {best.kept / best.wall_s:.1f} with it"
    )
    print(f"CPU of a kept row    {row * 1000:8.2f} ms, or at most {bound:.0f} rows a second on {CORES} cores")
    print(f"load                 {before:8.1f} before, {os.getloadavg()[0]:.1f} after, on {cores} cores")
    print(f"a fixed loop         {yardstick():8.1f} ms of CPU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
