"""The arms: which rows of which pool each model is trained on, and how right they are.

Rows are chosen by their evidence alone, but for the arms that say otherwise: `gold` keeps by the
hidden truth, and `clean` is right by construction. What each choice comes to, by that truth, stands
beside its rows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from bench.verification_pays import evidence, pools
from bench.verification_pays.misconception import Misconceived
from bench.verification_pays.pools import Attempted, Pool
from bench.verification_pays.problems import DOWN, UP, by_generation, chain, two_step, write_rows
from evol.pack import load_pack
from evol.types import ChatReply

DRAWN: Final = 4
"""Solutions that a filter by one kind of evidence sees: as many as the math pack draws at first."""


@dataclass(frozen=True, slots=True)
class Row:
    """One training row, and whether its problem is sound and its answer true.

    `answer` is the one that the solutions agreed on, where they were asked to.
    """

    instruction: str
    response: str
    answer: str | None
    right: bool

    def conversation(self) -> dict[str, Any]:
        """Return the row as evol exports it: a conversational prompt and completion."""
        return {
            "prompt": [{"role": "user", "content": self.instruction}],
            "completion": [{"role": "assistant", "content": self.response}],
            "answer": self.answer,
            "domain": "math",
        }


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything there is: seeds of a pool, problems held out, training steps, batch.

    `further` is the steps of an arm that goes on from a trained model.
    """

    seeds: int = 4000
    lineages: int = 1500
    problems: int = 500
    steps: int = 1000
    further: int = 500
    batch: int = 16
    corpus: int = 4000


QUICK: Final = Size(seeds=60, lineages=40, problems=20, steps=8, further=4, batch=8, corpus=300)

ARMS: Final[Mapping[str, Mapping[str, str]]] = {
    "errors": {
        "sampled": "unchecked, as many rows as verified",
        "all": "unchecked, all rows",
        "verified": "verified by the eliminator",
        "clean": "clean, as many rows as verified",
        "gold": "filtered by the hidden truth",
        "reinforced": "all rows, then GRPO on the verified",
    },
    "misconception": {
        "unchecked": "unchecked",
        "steps": "steps checked",
        "votes": "agreement of four",
        "programs": "the eliminator, with programs",
    },
    "evolution": {
        "seeds": "seeds only",
        "longer": "seeds only, four times the steps",
        "evolved": "evolved upward, generations 0-3",
        "downward": "evolved up and downward, generations 0-3",
        "before": "no rows: the model that these start from",
    },
}
QUEUE: Final = ("errors", "misconception", "evolution")
TEST_SET: Final = {"errors": "two-step", "misconception": "two-step", "evolution": "by-generation"}


def misconceived(pack: Any, seed: int) -> Misconceived:
    """Return the teacher of the second experiment."""
    return Misconceived(pack.context, share=0.6, in_programs=0.25, slips=0.2, seed=seed)


def all_pools(size: Size) -> dict[str, Pool]:
    """Return the pools by name."""
    made = (
        Pool("errors", size.seeds, UP, 1, error=0.3),
        Pool("misconception", size.seeds, UP, 1, teacher=misconceived),
        Pool("upward", size.lineages, UP, 3, error=0.3),
        Pool("downward", size.lineages, (*UP, *DOWN), 3, error=0.3),
    )
    return {pool.name: pool for pool in made}


def write_test_sets(work: Path, size: Size) -> dict[str, Path]:
    """Write the held-out problems; returns the files by name."""
    sets = {"two-step": two_step(size.problems), "by-generation": by_generation(size.problems)}
    return {name: write_rows(work / "heldout" / f"{name}.jsonl", rows) for name, rows in sets.items()}


def write_arms(work: Path, size: Size, experiment: str, seed: int) -> None:
    """Write the training rows of an experiment's arms for one seed, with what they come to; once."""
    folder = work / "rows" / f"{experiment}-{seed}"
    if (folder / "done").exists():
        return
    sets = {"two-step": two_step(size.problems), "by-generation": by_generation(size.problems)}
    unseen = {chain(row["instruction"]) for rows in sets.values() for row in rows}
    build = {"errors": _errors, "misconception": _misconception, "evolution": _evolution}[experiment]

    def pool(name: str) -> tuple[Pool, list[Attempted]]:
        wanted = all_pools(size)[name]
        run = pools.make(wanted, seed, work / "pools" / f"{name}-{seed}")
        rows = [row for row in pools.attempts(run) if chain(row.sample.instruction) not in unseen]
        return wanted, rows if name == "downward" else [row for row in rows if not row.elsewhere]

    arms, facts = build(pool, seed)
    for name, rows in arms.items():
        Random(f"order {name} {seed}").shuffle(rows)
        write_rows(folder / f"{name}.jsonl", (row.conversation() for row in rows))
        right = sum(row.right for row in rows)
        said = {"rows": len(rows), "right": right, **facts.get(name, {})}
        (folder / f"{name}.json").write_text(json.dumps(said))
    (folder / "done").touch()


Read = Callable[[str], tuple[Pool, list[Attempted]]]
Arms = tuple[dict[str, list[Row]], dict[str, dict[str, Any]]]


def _rows(rows: Iterable[Attempted], responses: Iterable[str | None]) -> list[Row]:
    """Return a training row for each attempt that has a response."""
    return [
        Row(row.sample.instruction, text, row.sample.answer, row.is_right(text))
        for row, text in zip(rows, responses, strict=True)
        if text and row.sample.instruction
    ]


def _errors(read: Read, seed: int) -> Arms:
    pool, every = read("errors")
    evolved = [row for row in every if row.sample.generation == 1]
    said = pools.replies(pools.teacher_of(pool, seed), evolved, 1)
    unchecked = _rows(evolved, (evidence.first(replies) for replies in said))
    verified = _kept(evolved)
    sound = [row for row in evolved if row.sound]
    chosen = Random(f"clean {seed}").sample(sound, min(len(verified), len(sound)))
    faultless = pools.replies(load_pack("math").procedural(0.0, seed), chosen, 1)
    arms = {
        "all": unchecked,
        "sampled": Random(f"sampled {seed}").sample(unchecked, min(len(verified), len(unchecked))),
        "verified": verified,
        "clean": _rows(chosen, (evidence.first(replies) for replies in faultless)),
        "gold": [row for row in unchecked if row.right],
    }
    return arms, {name: {"sound": len(sound)} for name in ("all", "verified", "gold")}


def _misconception(read: Read, seed: int) -> Arms:
    pool, every = read("misconception")
    evolved = [row for row in every if row.sample.generation == 1]
    said = pools.replies(pools.teacher_of(pool, seed), evolved, DRAWN)
    filters: dict[str, Callable[[Sequence[ChatReply]], str | None]] = {
        "unchecked": evidence.first,
        "steps": evidence.by_steps,
        "votes": evidence.by_votes,
    }
    arms = {name: _rows(evolved, (keep(replies) for replies in said)) for name, keep in filters.items()}
    arms["programs"] = _kept(evolved)
    return arms, {name: {"sound": sum(row.sound for row in evolved)} for name in arms}


def _evolution(read: Read, seed: int) -> Arms:
    """Three sets of verified rows of one size, so that only what was evolved differs."""
    arms = {
        "seeds": _kept(row for row in read("errors")[1] if row.sample.generation == 0),
        "evolved": _kept(read("upward")[1]),
        "downward": _kept(read("downward")[1]),
    }
    size = min(len(rows) for rows in arms.values())
    return {name: Random(f"{name} {seed}").sample(rows, size) for name, rows in arms.items()}, {}


def _kept(rows: Iterable[Attempted]) -> list[Row]:
    kept = [row for row in rows if row.kept]
    return _rows(kept, (row.sample.response for row in kept))
