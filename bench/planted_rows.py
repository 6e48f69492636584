"""Rows of our own for `bench/audit_planted.py`: questions with one checkable demand, and code to lay bare.

The general rows ask for a subject and make one demand that a program can check; each kept and broken
reply is written by rule, so that what is true of a row is known.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from typing import Any

Row = dict[str, Any]

SUBJECTS = (
    "harbours", "glaciers", "bicycles", "beekeeping", "lighthouses", "bread", "tides", "maps", "violins",
    "deserts", "markets", "clocks", "orchards", "bridges", "volcanoes", "kites", "libraries", "canals",
    "pottery", "owls", "railways", "gardens", "mountains", "weaving", "compasses", "islands", "lanterns",
    "meadows", "mills", "rivers", "roofs", "sails", "salt", "shadows", "storms", "streets", "towers",
    "trams", "valleys", "wells",
)  # fmt: skip
OPENINGS = (
    "Tell a visitor about {}.", "Explain to a pupil what makes {} useful.", "Describe {} for a newspaper.",
    "Write a note on the history of {}.", "Say what people like about {}.", "Give some facts about {}.",
    "Introduce {} to somebody who has never seen any.", "Explain how {} change over the years.",
    "Write about {} for a school magazine.", "Say why {} matter to a town.", "Compare {} then and now.",
    "Describe the sounds that belong to {}.", "Explain what a beginner should know about {}.",
    "Write a caption for an exhibition about {}.", "Tell a short anecdote about {}.",
    "Sum up what experts say about {}.", "Describe {} in winter.", "Explain who takes care of {}.",
    "Say what can go wrong with {}.", "Describe the colours of {}.",
)  # fmt: skip
SENTENCES = (
    "People have known {} for a long time.", "Many towns are proud of their {}.",
    "Careful work keeps {} in good shape.", "Visitors often ask about {} first.",
    "Old photographs show how {} used to look.", "Children draw {} in bright colours.",
    "Every region has its own kind of {}.", "Experts still argue about {} at their meetings.",
    "The weather decides how {} are used.", "Good tools make work with {} easier.",
)  # fmt: skip


@dataclass(frozen=True)
class Demand:
    """What an instruction asks for beside its subject, a reply that does it and one that does not."""

    words: str
    kept: Callable[[str], str]
    broken: Callable[[str], str]


DEMANDS = (
    Demand("Answer in at most 60 words.", lambda t: first(t, 55), lambda t: f"{t} {t} {t}"),
    Demand("Write at least 25 words.", lambda t: t, lambda t: first(t, 15)),
    Demand("Use only lowercase letters.", str.lower, lambda t: t),
    Demand("Use all capital letters.", str.upper, lambda t: t),
    Demand("Include the word 'granite'.", lambda t: f"{t} Some are of granite.", lambda t: t),
    Demand("Do not use the word 'granite'.", lambda t: t, lambda t: f"{t} Some are of granite."),
    Demand("Do not use any commas.", lambda t: t.replace(",", ""), lambda t: f"{t} Once, twice, again."),
    Demand("Answer in JSON.", lambda t: '{"note": "' + t + '"}', lambda t: t),
    Demand('Begin your answer with "In short".', lambda t: f"In short: {t}", lambda t: t),
    Demand('End your answer with the phrase "That is all."', lambda t: f"{t} That is all.", lambda t: t),
)


def first(text: str, words: int) -> str:
    """Return the first sentences of a text that have so many words together at most."""
    found: list[str] = []
    for sentence in re.findall(r"[^.]+\.", text):
        if found and len(" ".join([*found, sentence]).split()) > words:
            break
        found.append(sentence.strip())
    return " ".join(found)


def general_rows(count: int, seed: int) -> list[Row]:
    """Return so many rows, each with a demand that its reply keeps; `demand` is the number of it."""
    rnd = random.Random(seed)
    asked = [(f"{a} and {b}", opening) for a, b in permutations(SUBJECTS, 2) for opening in OPENINGS]
    rows = []
    for number, (subject, opening) in enumerate(rnd.sample(asked, count)):
        demand = number % len(DEMANDS)
        text = " ".join(rnd.sample(SENTENCES, 6)).format(*[subject] * 6)
        instruction = f"{opening.format(subject)} {DEMANDS[demand].words}"
        rows.append(
            {
                "instruction": instruction,
                "response": DEMANDS[demand].kept(text),
                "demand": demand,
                "text": text,
            }
        )
    return rows


def breaking(demand: int) -> Callable[..., list[Row]]:
    """Return a planter that makes a row ask for one demand and its reply break it."""

    def plant(rnd: random.Random, row: Row, asked: str, said: str) -> list[Row]:
        bare = row[asked].removesuffix(DEMANDS[row["demand"]].words)
        wanted = DEMANDS[demand]
        return [{**row, asked: f"{bare}{wanted.words}", said: wanted.broken(row["text"])}]

    return plant


def hollow(row: Row) -> list[str]:
    """Return the row's first test, asking no more than that the function returns something."""
    call = re.match(r"assert\s+(.+?)\s*==", row["test_list"][0])
    return [f"assert {call[1] if call else '1'} is not NotImplemented"]


def beginning_with(statement: str) -> Callable[[random.Random, str], str]:
    """Return a change of a program that puts a statement at the beginning of each function."""
    return lambda rnd, text: re.sub(
        r"(^[ \t]*def [^\n]*:[ \t]*\r?\n)([ \t]+)", rf"\1\2{statement}\n\2", text, flags=re.MULTILINE
    )
