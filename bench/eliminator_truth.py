"""Compare verdicts with the truth: `python bench/eliminator_truth.py --domain math --rows 5000`.

The pack's procedural teacher errs on purpose and says so in the truth of each reply, which no
verifier sees. The pack's seeds are evolved with it, over again with other draws until there are
enough rows (or with the draws that `--draws 16-30` names); each row is then labelled and held
against its verdict. Each draw prints a line as it ends. Shown in all are, for each kind of error,
how many rows were kept although they are wrong, and for right rows how many were kept. Seeds stand
apart: they are right as they are.

A row of math or general is labelled by what went into it: how its evolution erred, or the reply
that became its response. A row of code holds more than one reply, and is labelled by running it:
wrong if its evolution erred, if its program differs from what the teacher knows, or if its tests
fail the teacher's reference. A reply that was set aside makes no row wrong, kept or not; so a right
row may have been dropped for want of right tests, and those with a right suite are shown apart.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import tempfile
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

from evol.config import RunConfig
from evol.domains.code.procedural.truth import mistake_in
from evol.journal import Journal, Row
from evol.protocols import Teacher
from evol.run import Session, execute, plan
from evol.types import ChatReply, ChatRequest

RIGHT, SEED = "right", "seed"

# What a reply was for, its text, and how it errs.
Heard: TypeAlias = tuple[str, str, str]


@dataclass
class Listening:
    """A teacher that notes, for each row, how the replies about it erred."""

    teacher: Teacher
    said: dict[str, list[Heard]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[str, Heard] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)

    @property
    def identity(self) -> str:
        """The teacher's own: what it replies is stored under it."""
        return self.teacher.identity

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Reply as the teacher does, and note how that erred."""
        reply = await self.teacher.reply(request)
        self.calls[request.purpose] += 1
        if request.about is not None and request.purpose != "evolve":
            error = str(reply.truth.get("error", ""))
            heard = (request.purpose, reply.text.strip(), error)
            self.said[request.about.id].append(heard)
            self.texts[heard[1]] = heard
        return reply

    def about(self, row: Row) -> list[Heard]:
        """Return the replies about a row; one that asked what another had asked got that one's reply."""
        if heard := self.said.get(row.sample.id):
            return heard
        if row.sample.generation == 0:
            return []
        stored = self.texts.get(row.sample.response.strip())
        return [stored] if stored else []

    async def preflight(self) -> None:
        """Do what the teacher does."""
        await self.teacher.preflight()

    async def aclose(self) -> None:
        """Do what the teacher does."""
        await self.teacher.aclose()


def label(row: Row, said: list[Heard]) -> str:
    """Return how a row is wrong, or `right`: by its evolution, its response, its tests."""
    if error := row.sample.truth.get("error"):
        return f"evolve: {error}"
    response = row.sample.response.strip()
    for purpose, text, error in said:
        if error and purpose == "answer" and text == response:
            return f"{purpose}: {error}"
    return RIGHT


def label_by_running(row: Row, _: list[Heard]) -> str:
    """Return how a row of code is wrong, or `right`; a seed is right as it is."""
    return SEED if row.sample.generation == 0 else mistake_in(row.sample) or RIGHT


LABELS: dict[str, Callable[[Row, list[Heard]], str]] = {"code": label_by_running}


@dataclass
class Tally:
    """Rows by what went into them and by what became of them; right ones also by the replies about them."""

    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    clean: Counter[bool] = field(default_factory=Counter)
    tested: Counter[bool] = field(default_factory=Counter)

    def add(self, kind: str, row: Row, said: list[Heard]) -> None:
        """Count one row; `clean` has no reply that erred, `tested` a suite that does not."""
        kept = row.verdict.accepted
        self.kinds[kind]["kept" if kept else row.verdict.reason] += 1
        if kind == RIGHT:
            self.clean[kept] += not any(error for _, _, error in said)
            self.tested[kept] += any(purpose == "tests" and not error for purpose, _, error in said)

    @property
    def rows(self) -> int:
        """How many rows were counted."""
        return sum(reasons.total() for reasons in self.kinds.values())

    def __iadd__(self, other: Tally) -> Tally:
        """Add what another counted."""
        for kind, reasons in other.kinds.items():
            self.kinds[kind] += reasons
        self.clean += other.clean
        self.tested += other.tested
        return self

    def line(self) -> str:
        """Say in one line what was kept."""
        wrong = sum(n["kept"] for kind, n in self.kinds.items() if kind not in (RIGHT, SEED))
        kept = sum(reasons["kept"] for reasons in self.kinds.values())
        right = self.kinds[RIGHT]
        recall = f"{right['kept']} of {right.total()} right ones"
        return f"{self.rows} rows, {kept} kept, {wrong} of them wrong; {recall}"


@asynccontextmanager
async def unwatched(_: Session) -> AsyncIterator[None]:
    yield


def run_once(
    arguments: argparse.Namespace, seed: int, folder: Path, calls: Counter[str]
) -> Iterator[tuple[Row, list[Heard]]]:
    """Run the engine once, count its calls, and yield each row with the replies about it."""
    teacher = f"procedural:error={arguments.error}"
    config = RunConfig(
        domain=arguments.domain, seeds=arguments.seeds, teacher=teacher, seed=seed, out=folder,
        generations=arguments.generations,
    )  # fmt: skip
    planned = plan(config)
    listening = Listening(planned.teacher)
    asyncio.run(execute(replace(planned, teacher=listening), adopt=False, watch=unwatched))
    calls += listening.calls
    with Journal(folder / "run.db", read_only=True) as journal:
        for row in journal.rows("SELECT id FROM samples ORDER BY lineage, generation"):
            yield row, listening.about(row)


def table(counts: dict[str, Counter[str]]) -> str:
    """Return the kinds with rows, kept rows, and by what reasons the others fell."""
    lines = [f"{'what went in':28}{'rows':>7}{'kept':>7}  fell by"]
    for kind, reasons in sorted(counts.items(), key=lambda item: (item[0] in (RIGHT, SEED), item[0])):
        fell = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common(6) if reason != "kept")
        lines.append(f"{kind:28}{reasons.total():>7}{reasons['kept']:>7}  {fell}")
    return "\n".join(lines)


def report(tally: Tally) -> None:
    """Print the table and the shares that follow from it."""
    kept = sum(reasons["kept"] for reasons in tally.kinds.values())
    right, seeds = tally.kinds[RIGHT], tally.kinds[SEED]
    shares = [
        ("precision of kept rows", right["kept"] + seeds["kept"], kept),
        ("recall of right rows", right["kept"], right.total()),
        ("recall where a suite of tests was right", tally.tested[True], tally.tested.total()),
        ("recall where every reply was right", tally.clean[True], tally.clean.total()),
    ]
    print(table(tally.kinds))
    for what, part, whole in shares:
        if whole:
            print(f"{what}: {part}/{whole} = {part / whole:.2%}")


def draws(text: str) -> list[int]:
    """Read `16-30`, or one number, as the draws that it names."""
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def arguments_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domain", default="general")
    parser.add_argument("--seeds", help="a seed file instead of the pack's own")
    parser.add_argument("--rows", type=int, default=1500, help="at least this many judged rows")
    parser.add_argument("--draws", type=draws, help="exactly these draws, as 16-30, instead of --rows")
    parser.add_argument("--error", type=float, default=0.3)
    parser.add_argument("--generations", type=int, help="the pack's own number otherwise")
    parser.add_argument(
        "--show", type=int, default=0, help="print so many rows of each draw that were judged wrongly"
    )
    return parser.parse_args()


def show(kind: str, row: Row) -> None:
    """Print a row that was judged wrongly."""
    print(f"--- {kind}, {row.verdict.reason}: {row.verdict.message}\n{row.sample.instruction}")
    print(f">>> {row.sample.response}\n")


def cpu_s() -> float:
    """Return the seconds of CPU of this process and of all that it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)


def main() -> int:
    arguments = arguments_given()
    tally, calls, labelled = Tally(), Counter[str](), LABELS.get(arguments.domain, label)
    for seed in arguments.draws or itertools.count():
        if not arguments.draws and tally.rows >= arguments.rows:
            break
        before, drawn, shown = cpu_s(), Tally(), arguments.show
        with tempfile.TemporaryDirectory() as folder:
            for row, said in run_once(arguments, seed, Path(folder) / "run", calls):
                kind = labelled(row, said)
                drawn.add(kind, row, said)
                if row.verdict.accepted != (kind in (RIGHT, SEED)) and shown:
                    shown -= 1
                    show(kind, row)
        print(f"draw {seed}: {drawn.line()}; {cpu_s() - before:.1f} s of CPU", flush=True)
        tally += drawn
    report(tally)
    asked = ", ".join(f"{purpose} {n}" for purpose, n in sorted(calls.items()))
    print(f"{tally.rows} rows, {cpu_s():.1f} s of CPU; calls of the teacher: {asked}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
