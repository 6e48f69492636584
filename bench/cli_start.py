"""CPU time of `evol --help` against bare `import click`: `python bench/cli_start.py`.

The help must cost less than 150 ms more. The median of interleaved runs is shown, children's user
and system time together, so that other load on the machine matters little.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys

PROGRAMS = {
    "import click": "import click",
    "evol --help": "from evol.cli.main import main; main(['--help'])",
    "evol run --help": "from evol.cli.main import main; main(['run', '--help'])",
    "evol domains --help": "from evol.cli.main import main; main(['domains', '--help'])",
}
ROUNDS = 15
ALLOWED_MS = 150


def cpu_ms(program: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", program], stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> int:
    runs: dict[str, list[float]] = {name: [] for name in PROGRAMS}
    for _ in range(ROUNDS):
        for name, program in PROGRAMS.items():
            runs[name].append(cpu_ms(program))
    base = statistics.median(runs["import click"])
    print(f"{'':22}{'CPU ms':>8}{'more':>8}")
    worst = 0.0
    for name, times in runs.items():
        more = statistics.median(times) - base
        worst = max(worst, more)
        print(f"{name:22}{base + more:8.0f}{more:8.0f}")
    return int(worst >= ALLOWED_MS)


if __name__ == "__main__":
    sys.exit(main())
