"""Lists of counted things: `8 boys, 12 girls`, each count with the count of the same things.

Two lists may call them differently, `5 red, 3 blue` and `3 blue balls, 5 red balls`: a noun that one list
uses is paired with the only noun of the other that has a word of it which no other noun there has.
"""

from __future__ import annotations

from collections.abc import Sequence

from evol.verifiers.math.nodes import Node, Seq
from evol.verifiers.math.scalars import split_unit
from evol.verifiers.math.units import noun, parse_unit

Counts = Sequence[tuple[str, Node]]


def counted(seq: Seq) -> Counts | None:
    """Return the nouns and counts of a list of counted things, None where an item is something else."""
    found: list[tuple[str, Node]] = []
    for item in seq.items:
        value, phrase = split_unit(item)
        if not phrase or parse_unit(phrase) is not None or phrase.startswith("deg"):
            return None
        found.append((noun(phrase), value))
    return found


def several_kinds(counts: Counts) -> bool:
    """Whether a list counts more than one kind of things, each once."""
    nouns = [name for name, _ in counts]
    return len(set(nouns)) == len(nouns) > 1


def share_nouns(a: Counts, b: Counts) -> bool:
    """Whether two lists count some of the same things, and others that are not the same."""
    left, right = ({name for name, _ in counts} for counts in (a, b))
    return left != right and not left.isdisjoint(right)


def paired_by_noun(a: Counts, b: Counts, loose: bool) -> list[tuple[Node, Node]] | None:
    """Return the counts of the same things in pairs, None where it is not told which belong together.

    `loose` pairs what is left over in the order written: other words for the same things.
    """
    words_a, words_b = _own_words(a), _own_words(b)
    left, pairs = list(range(len(b))), list[tuple[Node, Node]]()
    rest: list[Node] = []
    for own, (_, value) in zip(words_a, a, strict=True):
        same = [at for at in left if own & words_b[at]]
        if len(same) > 1:
            return None
        if same:
            left.remove(same[0])
            pairs.append((value, b[same[0]][1]))
        else:
            rest.append(value)
    if rest and not loose:
        return None
    return pairs + list(zip(rest, (b[at][1] for at in left), strict=True))


def _own_words(counts: Counts) -> list[set[str]]:
    """Return the words of each noun that no other noun of the list has."""
    words = [set(name.split()) for name, _ in counts]
    return [own - set[str]().union(*words[:at], *words[at + 1 :]) for at, own in enumerate(words)]
