"""How much planted contamination is found, and what is called contamination that is none.

    python bench/contamination.py [--data ../shared/data] [--each 150] [--sweep]

Takes problems of GSM8K's test set, HumanEval and MBPP, plants each in clean rows in one of the ways
that benchmarks reach data sets, and compares what is found with what was planted. Negatives are
clean rows, clean rows with a reference's common phrases written into them, and the other half of
the same benchmark: distinct problems in the same hand. --sweep tries n-gram sizes and thresholds.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evol.contamination import ContaminationFinder, Reference, read_references
from evol.contamination import finder as rule
from evol.contamination.ngrams import NgramIndex
from evol.contamination.programs import ProblemIndex
from evol.pack import load_pack
from evol.types import Json, Verdict

BENCHMARKS = ("gsm8k_test.jsonl", "HumanEval.jsonl.gz", "mbpp.jsonl")
CARRIERS = {"gsm8k_test.jsonl": "gsm8k_train_2000.jsonl"}
CODE_CARRIER = "evolved_code_alpaca_round1.json"
NUMBER = re.compile(r"\d+")

Rewrite = Callable[[str, str, random.Random], str]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the made data: what it says, and which reference and kind was planted in it."""

    id: str
    way: str
    text: str
    planted: str | None
    kind: str = "ngram"


def dropped(share: float) -> Rewrite:
    """Return a rewrite that leaves out that share of the words."""

    def drop(text: str, clean: str, rng: random.Random) -> str:
        return " ".join(word for word in text.split() if rng.random() >= share)

    return drop


def dressed(text: str, clean: str, rng: random.Random) -> str:
    """Change case and punctuation, no word."""
    return re.sub(r"[.,;:?!](?!\d)", lambda m: rng.choice(["", " -", ";"]), text).upper()


def reordered(text: str, clean: str, rng: random.Random) -> str:
    """Put the sentences (or lines) in another order."""
    parts = [part for part in re.split(r"(?<=[.?!])\s+|\n", text) if part.strip()]
    rng.shuffle(parts)
    return " ".join(parts)


def swapped(text: str, clean: str, rng: random.Random) -> str:
    """Swap one in twenty words with its neighbour."""
    found = text.split()
    for _ in range(max(1, len(found) // 20)):
        at = rng.randrange(len(found) - 1)
        found[at : at + 2] = reversed(found[at : at + 2])
    return " ".join(found)


def replaced(text: str, clean: str, rng: random.Random) -> str:
    """Put words of another text in place of one in ten."""
    others = [word for word in clean.split() if word.isalpha()] or ["something"]
    return " ".join(
        rng.choice(others) if word.isalpha() and rng.random() < 0.1 else word for word in text.split()
    )


def embedded(text: str, clean: str, rng: random.Random) -> str:
    """Put the text between two halves of a clean row."""
    found = clean.split()
    return " ".join([*found[: len(found) // 2], "\n\n", text, "\n\n", *found[len(found) // 2 :]])


def renumbered(text: str, clean: str, rng: random.Random) -> str:
    """Give every number another value."""
    return NUMBER.sub(lambda m: str(int(m.group()) + rng.randrange(1, 9)), text)


WAYS: dict[str, Rewrite] = {
    "verbatim": lambda text, clean, rng: text,
    "case and punctuation": dressed,
    "5 % of words dropped": dropped(0.05),
    "10 % of words dropped": dropped(0.10),
    "20 % of words dropped": dropped(0.20),
    "10 % of words replaced": replaced,
    "5 % of words swapped": swapped,
    "sentences reordered": reordered,
    "inside a longer text": embedded,
    "inside, 10 % dropped": lambda text, clean, rng: embedded(dropped(0.10)(text, clean, rng), clean, rng),
}


def common_phrases(references: Sequence[Reference]) -> list[str]:
    """Return the phrases of five words that at least three references share."""
    spread = Counter(
        phrase
        for one in references
        for found in [one.instruction.split()]
        for phrase in {" ".join(found[at : at + 5]) for at in range(len(found) - 4)}
    )
    return sorted(phrase for phrase, held in spread.items() if held >= 3)


def with_phrases(clean: str, common: list[str], rng: random.Random) -> str:
    """Return a clean row with six common phrases written into it."""
    found = clean.split()
    for phrase in rng.sample(common, min(6, len(common))):
        found.insert(rng.randrange(len(found) + 1), phrase)
    return " ".join(found)


def clean_rows(data: Path, benchmark: str) -> list[str]:
    """Return the instructions of a data set of the benchmark's kind that was not made from it."""
    name = CARRIERS.get(benchmark, CODE_CARRIER)
    text = (data / name).read_text()
    rows = json.loads(text) if name.endswith(".json") else [json.loads(line) for line in text.splitlines()]
    return [row.get("question") or row.get("instruction") for row in rows]


def plant(
    references: Sequence[Reference], held_out: Sequence[Reference], clean: list[str], each: int
) -> Iterator[Row]:
    """Yield rows with known truth: each way for `each` references, and three kinds of negatives."""
    rng = random.Random(7)
    for way, rewrite in WAYS.items():
        for one in rng.sample(references, min(each, len(references))):
            yield Row(f"{way}/{one.id}", way, rewrite(one.instruction, rng.choice(clean), rng), one.id)
    numbered = [one for one in references if NUMBER.search(one.instruction)]
    for one in rng.sample(numbered, min(each, len(numbered))):
        yield Row(
            f"other/{one.id}", "other numbers", renumbered(one.instruction, "", rng), one.id, "same_template"
        )
    for number, text in enumerate(clean):
        yield Row(f"clean/{number}", "clean rows", text, None)
    common = common_phrases(references)
    for number, text in enumerate(rng.sample(clean, min(4 * each, len(clean)))):
        yield Row(
            f"phrases/{number}", "clean rows with common phrases", with_phrases(text, common, rng), None
        )
    for one in held_out:
        yield Row(f"held/{one.id}", "other half of the benchmark", one.instruction, None)


def split(data: Path, benchmark: str) -> tuple[list[Reference], list[Reference], list[str]]:
    """Return half of a benchmark as references, the other half, and clean rows of its kind."""
    references = read_references([str(data / benchmark)])
    random.Random(1).shuffle(references)
    half = len(references) // 2
    return (
        references[:half],
        references[half:],
        [row for row in clean_rows(data, benchmark) if len(row.split()) > 3],
    )


def measure(data: Path, benchmark: str, each: int) -> None:
    """Print what was found of each way, and how many rows of each kind of negative were called."""
    references, held_out, clean = split(data, benchmark)
    rows = list(plant(references, held_out, clean, each))
    begun = time.process_time()
    with ContaminationFinder(references) as finder:
        for row in rows:
            finder.add(row.id, row.text)
        hits = list(finder.hits())
    spent = time.process_time() - begun
    by_row: dict[str, list[tuple[str, str]]] = {}
    for hit in hits:
        by_row.setdefault(hit.row, []).append((hit.reference, hit.kind))
    print(
        f"\n{benchmark}: {len(references)} references, {len(rows)} rows, "
        f"{1e6 * spent / len(rows):.0f} us of CPU a row"
    )
    print(f"| {'planted':34} | rows | found | as the right kind |\n|{'-' * 36}|---|---|---|")
    totals = Counter(row.way for row in rows)
    for way in totals:
        made = [row for row in rows if row.way == way]
        if made[0].planted is None:
            continue
        found = sum(any(name == row.planted for name, _ in by_row.get(row.id, ())) for row in made)
        right = sum((row.planted, row.kind) in by_row.get(row.id, ()) for row in made)
        print(f"| {way:34} | {len(made)} | {found / len(made):.3f} | {right / len(made):.3f} |")
    print(f"| {'negatives':34} | rows | contaminated | same template |\n|{'-' * 36}|---|---|---|")
    for way in totals:
        made = [row for row in rows if row.way == way]
        if made[0].planted is None:
            kinds = [{kind for _, kind in by_row.get(row.id, ())} for row in made]
            called = sum("ngram" in kind for kind in kinds)
            template = sum("same_template" in kind and "ngram" not in kind for kind in kinds)
            print(f"| {way:34} | {len(made)} | {called} | {template} |")


def sweep(data: Path, benchmark: str, each: int) -> None:
    """Print, for n-gram sizes and thresholds, the share of planted rows found and the negatives called."""
    references, held_out, clean = split(data, benchmark)
    rows = list(plant(references, held_out, clean, each))
    questions = [Reference(one.id, one.source, one.instruction) for one in references]
    print(
        f"\n{benchmark}\n"
        "| n | coverage | light (5 %) | 10 % dropped | 20 % dropped | reordered | negatives called |"
    )
    print("|---|---|---|---|---|---|---|")
    ways = ("5 % of words dropped", "10 % of words dropped", "20 % of words dropped", "sentences reordered")
    for size in (3, 4, 5, 6, 8, 10, 13):
        index = NgramIndex(questions, size)
        suspects = [(row, index.suspects(row.text)) for row in rows]
        seen = [(row, number, index.overlap(row.text, number)) for row, found in suspects for number in found]
        for coverage in (0.3, 0.4, 0.5, 0.6):
            long = [
                (row, index.entries[number].reference.id)
                for row, number, overlap in seen
                if overlap.coverage >= coverage and overlap.held >= rule.HELD
            ]
            shares = [
                len({row.id for row, name in long if row.way == way and row.planted == name})
                / sum(row.way == way for row in rows)
                for way in ways
            ]
            called = len({row.id for row, _ in long if row.planted is None})
            print(f"| {size} | {coverage} | {' | '.join(f'{share:.2f}' for share in shares)} | {called} |")


def execute(data: Path, each: int) -> None:
    """Print how many renamed solutions, with their questions reworded, are found by running them."""
    hook = load_pack("code").verify_hook()
    references = read_references([str(data / name) for name in ("HumanEval.jsonl.gz", "mbpp.jsonl")])
    rng = random.Random(3)
    chosen = rng.sample(references, each)
    tried = 0

    def counted(row: Mapping[str, Json]) -> Verdict:
        nonlocal tried
        tried += 1
        return hook(row)

    begun = time.perf_counter()
    with ContaminationFinder(references, execute=counted) as finder:
        entries = {problem.reference.id: problem.entry.name for problem in ProblemIndex(references).problems}
        for one in chosen:
            program = (
                one.row["code"]
                if "code" in one.row
                else f"{one.row['prompt']}{one.row['canonical_solution']}"
            )
            renamed = re.sub(rf"\b{entries.get(one.id, 'solve')}\b", "solve_it", str(program))
            finder.add(
                one.id,
                dropped(0.25)(prose(one.instruction), "", rng),
                f"Here it is:\n```python\n{renamed}\n```",
            )
        hits = [hit for hit in finder.hits() if hit.kind == "execution"]
    found = {hit.row for hit in hits if hit.row == hit.reference}
    others = sum(hit.row != hit.reference for hit in hits)
    print(f"\nrenamed solutions, a quarter of the question's words dropped: {len(found)} of {each} found by")
    print(
        f"running {tried} programs in {time.perf_counter() - begun:.0f} s; "
        f"{others} passed another problem's tests, too"
    )


def prose(question: str) -> str:
    """Return a question without code: of a docstring, the sentences before its examples."""
    inside = re.search(r'"""(.*?)(?:>>>|"""|$)', question, re.DOTALL)
    return inside.group(1) if inside else question


def real(data: Path, examples: int) -> None:
    """Print what is found in real data sets."""
    pairs = (
        ("gsm8k_train_2000.jsonl", "gsm8k_test.jsonl"),
        (CODE_CARRIER, "HumanEval.jsonl.gz"),
        (CODE_CARRIER, "mbpp.jsonl"),
    )
    for name, benchmark in pairs:
        hook = load_pack("code").verify_hook() if name == CODE_CARRIER else None
        with ContaminationFinder(read_references([str(data / benchmark)]), execute=hook) as finder:
            for row in read_references([str(data / name)]):
                finder.add(row.id, row.instruction, row.response)
            hits = list(finder.hits())
        print(f"\n{name} against {benchmark}: {dict(Counter(hit.kind for hit in hits))}")
        print(f"  rows: {len({hit.row for hit in hits})}; references: {len({hit.reference for hit in hits})}")
        for hit in sorted(hits, key=lambda hit: (hit.kind, -hit.score))[:examples]:
            print(
                f"- {hit.kind} {hit.score} {hit.row} = {hit.reference}\n"
                f"  {hit.matched!r:.400}\n  {hit.reference_text!r:.400}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--each", type=int, default=150, help="how many references are planted each way")
    parser.add_argument("--sweep", action="store_true", help="try n-gram sizes and thresholds instead")
    parser.add_argument(
        "--real", type=int, metavar="N", help="look at real data sets instead; print N hits of each"
    )
    options = parser.parse_args()
    if options.real is not None:
        real(options.data, options.real)
        return
    for benchmark in BENCHMARKS:
        (sweep if options.sweep else measure)(options.data, benchmark, options.each)
    if not options.sweep:
        execute(options.data, options.each)


if __name__ == "__main__":
    main()
