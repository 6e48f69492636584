"""Two texts side by side: which words of one are not in the other, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
MATTERS: Final = re.compile(r"[^\s.,;:!?]")
ALIKE: Final = 0.4
MOST: Final = 600

Part = tuple[bool, str]


def differences(one: str, other: str) -> tuple[list[Part], list[Part]]:
    """Return both texts in parts, each with whether it differs from the other text.

    Texts that have little in common, or are very long, come back whole: marks would not help there.
    """
    first, second = WORDS.findall(one), WORDS.findall(other)
    if max(len(first), len(second)) > MOST:
        return [(False, one)], [(False, other)]
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    if matcher.ratio() < ALIKE:
        return [(False, one)], [(False, other)]
    steps = matcher.get_opcodes()
    return (
        list(_parts(first, ((kind, a, b) for kind, a, b, _, _ in steps))),
        list(_parts(second, ((kind, a, b) for kind, _, _, a, b in steps))),
    )


def _parts(words: Sequence[str], steps: Iterator[tuple[str, int, int]]) -> Iterator[Part]:
    for kind, start, end in steps:
        if start < end:
            text = "".join(words[start:end])
            yield kind != "equal" and MATTERS.search(text) is not None, text
