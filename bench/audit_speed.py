"""How fast an audit is and what memory it takes: `python bench/audit_speed.py 100000 1000000`.

Makes GSM8K-like rows of its own (about 430 bytes: a problem, a worked solution, an answer), or takes
`--data FILE` over and over with its numbers changed, and audits them by texts alone and with the
math pack (`--domains none`, `--domains none,math`). Prints for judging and for the whole audit the
processor time a row in all processes, the rows a second that two free cores would do by it, and the
rows a second of wall time here; and the peak of memory of all processes together (PSS, which
counts a page that n processes share as 1/n in each).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
CORES = 2
NAMES = ("Ada", "Ben", "Cleo", "Dina", "Emil", "Fay", "Gus", "Hana", "Ivo", "Jane", "Kofi", "Lea", "Milo")
THINGS = ("apples", "stamps", "marbles", "coins", "books", "shells", "cards", "pencils", "ribbons", "tickets")
PLACES = ("market", "school", "fair", "library", "harbour", "garden", "station", "museum", "bakery", "city")


def row(number: int, rnd: random.Random) -> dict[str, str]:
    """Return one problem with its solution; names, things and numbers make it unlike the others."""
    a, b, c = rnd.randrange(12, 990), rnd.randrange(2, 30), rnd.randrange(3, 90)
    who, other, what, where = rnd.choice(NAMES), rnd.choice(NAMES), rnd.choice(THINGS), rnd.choice(PLACES)
    extra = " ".join(rnd.choice(THINGS + PLACES + NAMES) for _ in range(rnd.randrange(4, 14)))
    question = (
        f"{who} brings {a} {what} to the {where}, and {other} brings {b} boxes with {c} {what} in each. "
        f"They also see {extra} on the way. "
        f"How many {what} do they have together when they arrive at the {where}?"
    )
    solution = (
        f"{other} has {b} * {c} = <<{b}*{c}={b * c}>>{b * c} {what} in the boxes.\n"
        f"Together they have {a} + {b * c} = <<{a}+{b * c}={a + b * c}>>{a + b * c} {what}.\n#### {a + b * c}"
    )
    return {"id": f"r{number}", "question": question, "solution": solution, "answer": str(a + b * c)}


def tree(root: int) -> list[int]:
    """Return a process and all that it started, as numbers."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(
                int(stat.parent.name)
            )
        except OSError:
            continue
    found = [root]
    for process in found:
        found += parents.get(process, [])
    return found


def cpu_seconds(root: int) -> float:
    """Return the processor time of a process, of what it started and of what of that has ended."""
    ticks = 0
    for process in tree(root):
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def memory_mb(root: int) -> float:
    """Return the proportional set size of a process and all that it started."""
    total = 0
    for process in tree(root):
        try:
            lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def audit(path: str, domain: str) -> None:
    """Audit in this process and print what it took as JSON."""
    from evol.audit.performing import Plan, perform

    marks: dict[str, tuple[float, float]] = {}

    def mark(what: str, rows: int) -> None:
        if what not in marks:
            marks[what] = time.perf_counter(), cpu_seconds(os.getpid())

    mark("start", 0)
    plan = Plan(path, None if domain == "none" else domain, Path(path).parent / f"audit-{domain}", workers=2)
    _, summary = perform(plan, mark)
    mark("end", 0)
    spent = {name: [at - marks["start"][n] for n, at in enumerate(both)] for name, both in marks.items()}
    accepted = summary["outcomes"]["accept"]["rows"]
    print(json.dumps({"rows": summary["rows"], "accepted": accepted, "spent": spent}))


def measure(path: Path, domain: str) -> str:
    """Audit in a process of its own and return the line of the table."""
    command = [sys.executable, __file__, "--audit", str(path), domain]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    peak = 0.0
    while process.poll() is None:
        peak = max(peak, memory_mb(process.pid))
        time.sleep(0.5)
    assert process.stdout is not None
    took = json.loads(process.stdout.read())
    rows, cells = took["rows"], [f"{took['rows']:,}", "texts" if domain == "none" else domain]
    for stage in ("comparing rows", "end"):
        wall, cpu = took["spent"][stage]
        cells += [f"{1e6 * cpu / rows:.0f}", f"{CORES * rows / cpu:,.0f}", f"{rows / wall:,.0f}"]
    return f"| {' | '.join([*cells, f'{peak:.0f}'])} |"


def made(size: int) -> Iterator[dict[str, str]]:
    """Yield rows of our own."""
    rnd = random.Random(size)
    return (row(number, rnd) for number in range(size))


def repeated(data: Path, size: int) -> Iterator[dict[str, str]]:
    """Yield a file's rows over and over, each time with another word put before its instruction."""
    rows = [json.loads(line) for line in data.read_text().splitlines()]
    for number in range(size):
        found = dict(rows[number % len(rows)])
        column = next(name for name in ("question", "instruction", "text", "prompt") if name in found)
        found[column] = f"{NAMES[number % len(NAMES)]} asks for number {number}. {found[column]}"
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("sizes", type=int, nargs="+")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--domains", default="none,math")
    options = parser.parse_args()
    print("| rows | checks | judging: CPU µs/row | on two free cores, rows/s | here, rows/s ", end="")
    print("| whole audit: CPU µs/row | on two free cores, rows/s | here, rows/s | peak MB |")
    print("|--:|---|" + "--:|" * 7)
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rows.jsonl"
            with path.open("w") as stream:
                rows = repeated(options.data, size) if options.data else made(size)
                stream.writelines(json.dumps(each) + "\n" for each in rows)
            for domain in options.domains.split(","):
                print(measure(path, domain), flush=True)
    print(f"\nload of the machine at the end: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--audit"]:
        audit(*sys.argv[2:])
    else:
        main()
