"""How many wrong programs that pass a right suite show elsewhere: `python bench/eliminator_edges.py`.

A row goes wrong where a wrong program agrees with right ones on every test. Such rows are rare, so they
are made here: each of the code pack's seeds is evolved three times by the procedural teacher, one right
suite is written for it, and each mutant that is wrong by the teacher's calls and passes that suite is
put before two right programs. Shown is how many of these are kept instead of a right one.
"""

from __future__ import annotations

import argparse
import ast
import resource
from collections.abc import Iterator, Sequence
from random import Random

from evol.domains.code import trying
from evol.domains.code.cases import split
from evol.domains.code.elsewhere import results_elsewhere, settled
from evol.domains.code.procedural.compose import BUILDERS, completed, evolved
from evol.domains.code.procedural.library import library
from evol.domains.code.procedural.running import BRIEF, Runner
from evol.domains.code.procedural.task import RAISES, Task
from evol.domains.code.procedural.writing import chosen, suite
from evol.verifiers.code.mutants import Mutant, mutants

GENERATIONS = 3
MUTANTS = 24
LEAST = 0.75


def tasks(rng: Random, runner: Runner) -> Iterator[Task]:
    """Yield every seed and what it is evolved into."""
    for seed in library():
        task = completed(seed, rng, runner)
        for _ in range(GENERATIONS):
            if task is not None:
                yield task
                task = evolved(task, rng.choice(list(BUILDERS)), rng, runner)


def wrong_mutants(task: Task, runner: Runner) -> Iterator[Mutant]:
    """Yield the mutants that give an unequal result on some call that the teacher knows."""
    arguments, right = [call.values() for call in task.calls], values([call.result for call in task.calls])
    for mutant in mutants(task.source, (task.entry,), MUTANTS):
        results = runner.results(mutant.source, task.entry, arguments, BRIEF)
        if None not in results and values(results) != right:
            yield mutant


def values(results: Sequence[str | None]) -> list[object]:
    """Return results as values, since 2 and 2.0 are equal."""
    return [result if result in (None, RAISES) else ast.literal_eval(str(result)) for result in results]


def is_kept(mutant: Mutant, task: Task, cases: list[str]) -> bool:
    """Whether the mutant is kept, drawn before two right programs."""
    programs = [mutant.source, task.source]
    wrong, right = (results_elsewhere(source, cases, task.text, programs) for source in programs)
    return settled([wrong, right, right], LEAST).kept == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    rng = Random(parser.parse_args().seed)
    runner = Runner()
    seen = wrong = passing = kept = 0
    for task in tasks(rng, runner):
        seen += 1
        written = suite(task, chosen(task, rng))
        cases = [str(case.tests) for case in split(written)]
        for mutant in wrong_mutants(task, runner):
            wrong += 1
            if trying.try_program(mutant.source, written).accepted:
                passing += 1
                if is_kept(mutant, task, cases):
                    kept += 1
                    print(f"--- {mutant.change}\n{task.text}\n\n{mutant.source}\n\n{written}\n", flush=True)
    runner.close()
    trying.shared_verifier().sandbox.close()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    seconds = sum(part.ru_utime + part.ru_stime for part in used)
    print(f"{seen} tasks, {wrong} wrong mutants, {passing} pass the suite, {kept} of these are kept")
    print(f"{seconds:.1f} s of CPU")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
