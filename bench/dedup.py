"""Near-duplicates: what is missed, what is reported wrongly, how fast, and in how much memory.

    python bench/dedup.py [--data ../shared/data] [--rows 1000000]

Without --rows: takes real rows and light rewrites of them, compares every pair by brute force, and
sets what `evol.dedup` finds against it. With --rows: finds the duplicates among so many made rows
(sentences of real ones put together, some words exchanged, one row in ten repeated with changes) in
two worker processes and prints rows per second of wall and of CPU time, and peak memory.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from evol._words import words
from evol.dedup import THRESHOLD, DuplicateFinder
from evol.dedup.bands import plan, repeated, sketch
from evol.dedup.shingles import jaccard, shingles
from evol.dedup.spool import Spool
from evol.verifiers.workers import WorkerPool

FILES = ("gsm8k_train_2000.jsonl", "mbpp.jsonl", "evolved_code_alpaca_round1.json")
BINS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)


def real_rows(data: Path) -> list[str]:
    """Return the instructions of the data sets."""
    rows = []
    for name in FILES:
        text = (data / name).read_text()
        cells = (
            json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
        )
        rows += [row.get("question") or row.get("text") or row.get("instruction") for row in cells]
    return rows


def rewritten(text: str, rng: random.Random, share: float) -> str:
    """Return the text with that share of its words dropped, doubled or changed."""
    found = []
    for word in text.split():
        if rng.random() >= share:
            found.append(word)
        else:
            found += rng.choice(([], [word, word[::-1]], [word[::-1]]))
    return " ".join(found)


def accuracy(data: Path, sample: int) -> None:
    """Print, for each range of true similarity, how many pairs there are and how many are candidates."""
    rng = random.Random(5)
    texts = rng.sample(real_rows(data), sample)
    texts += [
        rewritten(text, rng, rng.choice((0.01, 0.02, 0.04, 0.08, 0.12))) for text in texts for _ in range(3)
    ]
    sets = [frozenset(shingles(words(text))) for text in texts]
    pairs: dict[tuple[int, int], float] = {}
    for (one, first), (other, second) in combinations(enumerate(sets), 2):
        shared = len(first & second)
        if shared and (similarity := jaccard(first, second)) >= BINS[0]:
            pairs[one, other] = similarity
    candidates = candidate_pairs(texts)
    cut = plan(THRESHOLD)
    print(f"{len(texts)} rows, every pair compared; {cut.bands} bands of {cut.rows} hash values\n")
    print("| true similarity | pairs | candidates | by the formula |\n|---|---|---|---|")
    for low, high in zip(BINS, (*BINS[1:], 1.01), strict=True):
        here = [pair for pair, similarity in pairs.items() if low <= similarity < high]
        if here:
            expected = sum(cut.candidate_rate(pairs[pair]) for pair in here) / len(here)
            share = sum(pair in candidates for pair in here) / len(here)
            print(f"| {low:.2f} to {min(high, 1):.2f} | {len(here)} | {share:.4f} | {expected:.4f} |")
    true = {pair for pair, similarity in pairs.items() if similarity >= THRESHOLD}
    print(f"\ntrue pairs: {len(true)}; missed as candidates: {len(true - candidates)}", end="; ")
    print(f"candidates: {len(candidates)}, of which true: {len(true & candidates)}")
    reported(texts, true, sets)


def candidate_pairs(texts: list[str]) -> set[tuple[int, int]]:
    """Return all pairs of texts that agree on a whole band."""
    cut = plan(THRESHOLD)
    with tempfile.TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "texts")
        for text in texts:
            spool.add("", text)
        spool.flush()
        found: set[tuple[int, int]] = set()
        start, end = 0, spool.path.stat().st_size
        for number, keys in enumerate(sketch(spool.path, start, end, cut, "word")):
            path = Path(folder) / f"band{number}"
            path.write_bytes(keys)
            for group in repeated(path, None, 0, 1):
                found.update(combinations(group, 2))
        spool.close()
    return found


def reported(texts: list[str], true: set[tuple[int, int]], sets: list[frozenset[str]]) -> None:
    """Print how the reported clusters and matches compare with the true pairs."""
    cluster: dict[int, int] = {}
    false = 0
    with DuplicateFinder() as finder:
        for number, text in enumerate(texts):
            finder.add(str(number), text)
        for number, found in enumerate(finder.clusters()):
            cluster[int(found.first)] = number
            for one in found.duplicates:
                cluster[int(one.id)] = number
                false += jaccard(sets[int(one.id)], sets[int(one.like)]) < THRESHOLD and not one.exact
    apart = sum(cluster.get(one, -1) != cluster.get(other, -2) for one, other in true)
    rows = {row for pair in true for row in pair}
    print(
        f"reported: {len(cluster)} rows in {len(set(cluster.values()))} clusters; "
        f"matches below the threshold: {false}"
    )
    print(f"true pairs not in one cluster: {apart} ({apart / len(true):.4%}); ", end="")
    print(f"rows with a true duplicate that were not reported: {len(rows - cluster.keys())} of {len(rows)}")


def made_rows(data: Path, count: int) -> Iterator[str]:
    """Yield rows put together from sentences; one in ten repeats an earlier one with changes."""
    rng = random.Random(11)
    sentences = [part for row in real_rows(data) for part in row.split(". ") if 20 < len(part) < 120]
    vocabulary = sorted({word for part in sentences for word in part.split()})
    recent: list[str] = []
    for number in range(count):
        if recent and number % 10 == 9:
            yield rewritten(rng.choice(recent), rng, 0.02)
            continue
        found = ". ".join(rng.choice(sentences) for _ in range(4)).split()
        text = " ".join(rng.choice(vocabulary) if rng.random() < 0.15 else word for word in found)
        recent = [*recent[-999:], text] if number % 50 == 0 else recent
        yield text


def speed(data: Path, count: int) -> None:
    """Print how long it takes to find the duplicates among made rows, and the peak memory."""
    with DuplicateFinder() as finder, WorkerPool(2) as pool:
        letters = 0
        for number, text in enumerate(made_rows(data, count)):
            finder.add(str(number), text)
            letters += len(text)
        before, begun = os.times(), time.perf_counter()
        sizes = Counter(len(found.duplicates) for found in finder.clusters(pool=pool))
        wall, own = time.perf_counter() - begun, os.times()
    after = os.times()
    children = after.children_user + after.children_system - before.children_user - before.children_system
    cpu = own.user + own.system - before.user - before.system + children
    peak = [
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    ]
    found = sum(size * times for size, times in sizes.items())
    print(f"{count} rows of {letters / count:.0f} characters: {found} duplicates in {sizes.total()} clusters")
    print(f"{count / wall:.0f} rows/s of wall time here; {1e6 * cpu / count:.1f} us of CPU a row:")
    print(f"{2 * count / cpu:.0f} rows/s on two free cores; load of the machine {os.getloadavg()[0]:.1f}")
    print(f"peak memory: {peak[0]:.0f} MiB, and {peak[1]:.0f} MiB in the larger worker")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rows", type=int, help="measure speed and memory at this size instead")
    parser.add_argument("--sample", type=int, default=1500, help="real rows in the measure of accuracy")
    options = parser.parse_args()
    if options.rows:
        speed(options.data, options.rows)
    else:
        accuracy(options.data, options.sample)


if __name__ == "__main__":
    main()
