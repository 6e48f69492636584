"""How fast an audit is and what memory it takes: `python bench/audit_speed.py 100000 1000000`.

Makes GSM8K-like rows of its own (about 500 bytes: a problem, a worked solution, an answer), audits
them by texts alone and with the math pack, and prints rows a second of wall time, processor time a
row in all processes, and the peak memory of the main process.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NAMES = (
    "Ada",
    "Ben",
    "Cleo",
    "Dina",
    "Emil",
    "Fay",
    "Gus",
    "Hana",
    "Ivo",
    "Jane",
    "Kofi",
    "Lea",
    "Milo",
    "Nora",
)
THINGS = ("apples", "stamps", "marbles", "coins", "books", "shells", "cards", "pencils", "ribbons", "tickets")
PLACES = (
    "market",
    "school",
    "fair",
    "library",
    "harbour",
    "garden",
    "station",
    "museum",
    "bakery",
    "village",
)


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


def audit(path: str, domain: str) -> None:
    """Audit in this process and print what it took as JSON."""
    from evol.audit.performing import Plan, perform

    start = time.perf_counter()
    marks: dict[str, float] = {}

    def mark(what: str, rows: int) -> None:
        marks.setdefault(what, time.perf_counter() - start)

    plan = Plan(path, None if domain == "none" else domain, Path(path).parent / f"audit-{domain}")
    _, summary = perform(plan, mark)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    took = {
        "rows": summary["rows"],
        "accepted": summary["outcomes"]["accept"]["rows"],
        "wall_s": time.perf_counter() - start,
        "judging_s": marks["comparing rows"],
        "cpu_s": sum(u.ru_utime + u.ru_stime for u in used),
        "peak_mb": used[0].ru_maxrss / 1024,
    }
    print(json.dumps(took))


def main(sizes: list[int], domains: list[str]) -> None:
    print("| rows | domain | judged/s | rows/s, all | CPU µs/row | peak MB |\n|--:|---|--:|--:|--:|--:|")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path, rnd = Path(folder) / "rows.jsonl", random.Random(size)
            with path.open("w") as stream:
                stream.writelines(json.dumps(row(number, rnd)) + "\n" for number in range(size))
            for domain in domains:
                command = [sys.executable, __file__, "--audit", str(path), domain]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                took = json.loads(done.stdout)
                judged, whole = took["rows"] / took["judging_s"], took["rows"] / took["wall_s"]
                cpu = 1e6 * took["cpu_s"] / took["rows"]
                figures = f"{judged:,.0f} | {whole:,.0f} | {cpu:.0f} | {took['peak_mb']:.0f}"
                print(f"| {size:,} | {domain} | {figures} |", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--audit":
        audit(*sys.argv[2:])
    else:
        main(
            [int(size) for size in sys.argv[1:] if size.isdigit()],
            ["none", "math"],
        )
