"""Whether memory grows with the number of seeds: the peak of whole runs of `evol`.

    python bench/engine_memory.py

Writes as many seeds as are asked for, runs `evol run` on each file with the embedded teacher (the
seeds are answered and verified; --generations adds rounds of evolution), dataset included, and
prints the peak resident memory of the run's process (its workers are smaller).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = ("Ada", "Ben", "Chen", "Dora", "Emil", "Fatima", "Goran", "Hana", "Ivo", "Jun")
THINGS = ("pens", "apples", "cards", "bolts", "eggs", "candles", "stamps", "shells", "tiles", "plums")


def write_seeds(path: Path, count: int) -> None:
    """Write word problems of two steps with their solutions, each one different."""
    with path.open("w") as file:
        for i in range(count):
            name, things = NAMES[i % 10], THINGS[i // 10 % 10]
            boxes, each, lost = 3 + i // 100 % 40, 12 + i // 4000 % 40, 1 + i % 7
            total, left = boxes * each, boxes * each - lost
            row = {
                "id": f"seed/{i}",
                "question": f"{name} buys {boxes} boxes with {each} {things} in each box and gives {lost} of "
                f"the {things} away. How many {things} does {name} have left?",
                "solution": f"{name} buys {boxes}*{each}=<<{boxes}*{each}={total}>>{total} {things}.\n"
                f"{total}-{lost}=<<{total}-{lost}={left}>>{left} are left.\n#### {left}",
                "answer": str(left),
            }
            file.write(json.dumps(row) + "\n")


def peak(folder: Path, count: int, generations: int) -> tuple[float, float, str]:
    """Run `evol` on `count` seeds; return its peak in MiB, its CPU-seconds and what it printed last."""
    seeds, log = folder / f"{count}.jsonl", folder / f"{count}.log"
    write_seeds(seeds, count)
    command = [sys.executable, "-c", "from evol.cli.main import main; main()", "run", "--domain", "math"]
    command += [
        "--seeds",
        str(seeds),
        "--generations",
        str(generations),
        "--out",
        str(folder / f"run{count}"),
    ]
    with log.open("w") as output:
        process = subprocess.Popen([*command, "--quiet"], stdout=output, stderr=output)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    lines = log.read_text().splitlines()
    assert process.returncode == 0, "\n".join(lines[-20:])
    return used.ru_maxrss / 1024, used.ru_utime + used.ru_stime, lines[-1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[5_000, 50_000])
    parser.add_argument("--generations", type=int, default=0)
    options = parser.parse_args()
    first = None
    for count in options.seeds:
        with tempfile.TemporaryDirectory(prefix="evol-bench-") as folder:
            start = time.perf_counter()
            mebibytes, cpu, said = peak(Path(folder), count, options.generations)
            first = first or mebibytes
            wall = time.perf_counter() - start
            print(
                f"{count:>8,} seeds: {mebibytes:6.0f} MiB, {mebibytes / first:.2f} times the first; "
                f"{cpu:.0f} CPU-s, {wall:.0f} s. {said}",
                flush=True,
            )


if __name__ == "__main__":
    main()
