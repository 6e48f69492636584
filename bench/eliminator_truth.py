"""Compare verdicts with the truth: `python bench/eliminator_truth.py --domain math --rows 5000`.

The pack's procedural teacher errs on purpose and says so in the truth of each reply, which no
verifier sees. The pack's seeds are evolved with it, over again with other draws until there are
enough rows; each row is then labelled by what went into it (how its evolution erred, or the reply
that became its response) and held against its verdict. Shown are, for each kind of error, how many
rows were kept although they are wrong, and for right rows how many were kept.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from evol.config import RunConfig
from evol.journal import Journal, Row
from evol.protocols import Teacher
from evol.run import Session, execute, plan
from evol.types import ChatReply, ChatRequest

RIGHT = "right"


@dataclass
class Listening:
    """A teacher that notes, for each row, how the replies about it erred."""

    teacher: Teacher
    said: dict[str, list[tuple[str, str, str]]] = field(default_factory=lambda: defaultdict(list))
    texts: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """The teacher's own: what it replies is stored under it."""
        return self.teacher.identity

    async def reply(self, request: ChatRequest) -> ChatReply:
        """Reply as the teacher does, and note how that erred."""
        reply = await self.teacher.reply(request)
        if request.about is not None and request.purpose != "evolve":
            error = str(reply.truth.get("error", ""))
            heard = (request.purpose, reply.text.strip(), error)
            self.said[request.about.id].append(heard)
            self.texts[heard[1]] = heard
        return reply

    def about(self, row: Row) -> list[tuple[str, str, str]]:
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


def label(row: Row, said: list[tuple[str, str, str]]) -> str:
    """Return how a row is wrong, or `right`: by its evolution, its response, its tests."""
    if error := row.sample.truth.get("error"):
        return f"evolve: {error}"
    response = row.sample.response.strip()
    for purpose, text, error in said:
        if error and (text == response if purpose == "answer" else purpose == "tests"):
            return f"{purpose}: {error}"
    return RIGHT


@asynccontextmanager
async def unwatched(_: Session) -> AsyncIterator[None]:
    yield


def run_once(arguments: argparse.Namespace, seed: int, folder: Path) -> Iterator[tuple[str, Row, bool]]:
    """Run the engine once and yield each row with its label, and whether all replies about it were right."""
    teacher = f"procedural:error={arguments.error}"
    config = RunConfig(
        domain=arguments.domain, seeds=arguments.seeds, teacher=teacher, seed=seed, out=folder,
        generations=arguments.generations,
    )  # fmt: skip
    planned = plan(config)
    listening = Listening(planned.teacher)
    asyncio.run(execute(replace(planned, teacher=listening), adopt=False, watch=unwatched))
    with Journal(folder / "run.db", read_only=True) as journal:
        for row in journal.rows("SELECT id FROM samples ORDER BY lineage, generation"):
            said = listening.about(row)
            yield label(row, said), row, not any(error for _, _, error in said)


def table(counts: dict[str, Counter[str]]) -> str:
    """Return the kinds with rows, kept rows, and by what reasons the others fell."""
    lines = [f"{'what went in':28}{'rows':>7}{'kept':>7}  fell by"]
    for kind, reasons in sorted(counts.items(), key=lambda item: (item[0] == RIGHT, item[0])):
        fell = ", ".join(f"{reason} {n}" for reason, n in reasons.most_common(6) if reason != "kept")
        lines.append(f"{kind:28}{reasons.total():>7}{reasons['kept']:>7}  {fell}")
    return "\n".join(lines)


def report(counts: dict[str, Counter[str]], clean: Counter[bool]) -> None:
    """Print the table and the shares that follow from it."""
    kept, right = sum(reasons["kept"] for reasons in counts.values()), counts[RIGHT]
    shares = (
        ("precision of kept rows", right["kept"], kept),
        ("recall of right rows", right["kept"], right.total()),
        ("recall where every reply was right", clean[True], clean.total()),
    )
    print(table(counts))
    for what, part, whole in shares:
        print(f"{what}: {part}/{whole} = {part / max(1, whole):.2%}")


def arguments_given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--domain", default="general")
    parser.add_argument("--seeds", help="a seed file instead of the pack's own")
    parser.add_argument("--rows", type=int, default=1500, help="at least this many judged rows")
    parser.add_argument("--error", type=float, default=0.3)
    parser.add_argument("--generations", type=int, default=4)
    parser.add_argument("--show", type=int, default=0, help="print so many rows that were judged wrongly")
    return parser.parse_args()


def main() -> int:
    arguments = arguments_given()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    clean: Counter[bool] = Counter()
    started, shown, seed = time.process_time(), 0, 0
    while sum(reasons.total() for reasons in counts.values()) < arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            for kind, row, all_right in run_once(arguments, seed, Path(folder) / "run"):
                kept = row.verdict.accepted
                counts[kind]["kept" if kept else row.verdict.reason] += 1
                clean[kept] += kind == RIGHT and all_right
                if kept != (kind == RIGHT) and shown < arguments.show:
                    shown += 1
                    print(
                        f"--- {kind}, {row.verdict.reason}: {row.verdict.message}\n{row.sample.instruction}"
                    )
                    print(f">>> {row.sample.response}\n")
        seed += 1
    report(counts, clean)
    print(f"{seed} runs, {time.process_time() - started:.1f} s of CPU in this process")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
