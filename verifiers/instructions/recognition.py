"""Recognise every checkable constraint of an instruction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from evol.verifiers.instructions import formats, lengths, shapes, tongues, words
from evol.verifiers.instructions.clauses import (
    CODE,
    OF_THE_ANSWER,
    Clause,
    binds,
    clauses,
    mask,
    several_tasks,
)
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.quantities import PHRASES

LONGEST: Final = 20_000
FOREIGN: Final = tuple(language for language in PHRASES if language != "en")


def recognise(instruction: str) -> tuple[Constraint, ...]:
    """Return the constraints that an instruction sets, in the order in which they stand.

    Of constraints of one kind that overlap, the longest stands. An instruction of more than
    20,000 characters is data for the most part, and none is recognised.
    """
    if len(instruction) > LONGEST or "\x00" in instruction:
        return ()
    ordering = clauses(instruction)
    several = several_tasks(ordering)
    orders = "\n".join(clause.masked for clause in ordering)
    code = bool(CODE.search(orders))
    ordering = [clause for clause in ordering if binds(clause, code=code)]
    found = [c for clause in ordering for c in _of_clause(clause, instruction, orders, several=several)]
    found += _foreign(instruction)
    return tuple(_without_overlaps(found))


def _of_clause(clause: Clause, instruction: str, orders: str, *, several: bool) -> Iterator[Constraint]:
    several = several and not OF_THE_ANSWER.search(clause.masked)
    yield from lengths.lengths(clause, several=several)
    yield from lengths.items(clause, several=several)
    yield from words.words(clause)
    yield from words.given_words(clause, instruction)
    yield from words.letters(clause)
    yield from formats.formats(clause, orders, several=several)
    yield from formats.banned_formats(clause)
    yield from formats.cases(clause)
    yield from shapes.edges(clause)
    yield from shapes.parts(clause)
    yield from shapes.choices(clause, orders)
    yield from tongues.languages(clause, several=several)


def _foreign(instruction: str) -> Iterator[Constraint]:
    """Yield lengths and languages worded in another language than English, first paragraph only."""
    first, _, _ = instruction.partition("\n\n")
    clause = Clause(first, mask(first), 0, first=True)
    for language in FOREIGN:
        yield from lengths.lengths(clause, several=False, language=language)
    yield from tongues.languages(clause, several=False) if not first.isascii() else ()


def _without_overlaps(found: list[Constraint]) -> Iterator[Constraint]:
    kept: list[Constraint] = []
    for one in sorted(found, key=lambda c: (c.start - c.end, c.start)):
        if not any(one.kind == k.kind and one.start < k.end and k.start < one.end for k in kept):
            kept.append(one)
    yield from sorted(kept, key=lambda c: (c.start, c.kind))
