r"""Arithmetic claims in prose: where a solution says `a = b` with numbers on both sides.

"Natalia sold 48/2 = 24 clips in May" holds the claim 48/2 = 24. This module finds such claims in
plain text, LaTeX and GSM8K's `<<a=b>>` marks; it computes nothing. Where the words around a side may
change what it means ("half of 6 + 2 = 4", "2x + 3 = 11"), the side is marked `unsure`: a claim with
such a side can hold, but it is never called wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from evol.verifiers.math.prose import BEGINS, QUALIFIERS, Reader, Side, Token, is_unit, tokenize

MAX_SEGMENT = 60

# A fraction with a name behind it is an amount of that, not a division: 1/4 container = 15 pints.
_PART = re.compile(r"1/\d+|2/3|3/[458]|4/5|\(\(\d+\)/\(\d+\)\)")

# Words before a side that make it an operand of something this module does not read.
_OPERATES = frozenset(
    re.findall(
        r"\w+",
        "half twice double triple thrice third quarter fourth fifth sixth seventh eighth ninth tenth "
        "times plus minus over by than root squared cubed log ln sin cos tan negative minutes percent "
        "average mean median product difference ratio square cube sum remainder less more step day week "
        "month year part case problem question number item option stage round page chapter section",
    )
)
_RATES = frozenset(("per", "/", "a", "an", "each", "every"))
_OTHER_NUMBERS = frozenset(("mod", "modulo", "binary", "base", "octal", "hexadecimal"))
_CONNECTS = frozenset(re.findall(r"\S+", r"\implies \rightarrow \to \le \leq \ge \geq \ne \neq \lt \gt"))
_JOINS = frozenset(("to", "with", "by", "from", "and", "into", "onto", "of"))
_ABOUT = frozenset(("about", "approximately", "roughly", "around", "nearly", "almost", "approx"))
_ROUNDED = frozenset(
    re.findall(
        r"\w+",
        "rounded rounding round rounds approximately approx about truncated remainder remaining leftover",
    )
)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,}).*?(?:^ {0,3}\1|\Z)", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"<<([^<>\n]*)>>")
# Nearly all marks are numbers, signs and a result without anything between: 48/2=24. A number that
# begins with 0 may be a clock's and is left to the reader.
_NUMBER: Final = r"(?:(?:[1-9]\d*|0)(?:\.\d+)?|\.\d+)"
_PLAIN_MARK = re.compile(rf"({_NUMBER}(?:[-+*/]{_NUMBER}){{1,20}})=({_NUMBER})", re.ASCII)
_SIGNS = re.compile(r"[-+*/]")
# Lines that go on with the one before: with its relation, or with the second word of `divided by`.
_CONTINUES = ("=", "&")
_BY_LINE = re.compile(r"\n[^\S\n]*by")


class Claim(NamedTuple):
    """Two sides with `=` or, where `about` is set, an approximate equality between them.

    `lead` is the first operand of a right side with several; `runs_on` tells that the right side has
    a result of its own, as in `3 + 4 = 7 * 2 = 14`. A side is None where nothing could be read.
    """

    left: Side | None
    right: Side | None
    start: int
    end: int
    about: bool = False
    lead: Side | None = None
    runs_on: bool = False
    mark: bool = False


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group())


def _before(tokens: list[Token], start: int) -> bool:
    """Whether what stands before a left side may change what the side means."""
    if start == 0:
        return False
    first, before = tokens[start], tokens[start - 1]
    earlier = tokens[start - 2] if start > 1 else None
    word = before.text.lower()
    match before.kind:
        case "word":
            share = word == "of" and earlier is not None and earlier.text.lower() in _OPERATES
            variable = len(word) == 1 and word not in "ai"
            return (
                first.glued
                or share
                or variable
                or word in _OPERATES
                or _joined(tokens[max(0, start - 4) : start])
            )
        case "open":
            return earlier is not None and before.glued and earlier.kind in ("word", "num", "close", "stop")
        case "op":
            return start > 1
        case "close":
            return not (start == 2 and earlier is not None and earlier.kind == "num")
        case "other":
            return word in "_^|#" or (first.glued and word in ",:")
        case _:
            return True


def _joined(before: list[Token]) -> bool:
    """Whether the last few words tie a side to what is before it: `add 3 to the 4 + 5`, `9 + his 4 + 5`."""
    words = list(takewhile(lambda token: token.kind == "word", reversed(before)))
    if len(words) == len(before):
        return False
    kind = before[-len(words) - 1].kind
    hyphen = bool(words) and words[-1].glued
    return (kind == "op" and not hyphen) or (
        kind == "num" and any(token.text.lower() in _JOINS for token in words)
    )


def _after(tokens: list[Token], end: int) -> bool:
    """Whether what stands behind a right side may change what the side means."""
    if end >= len(tokens):
        return False
    token = tokens[end]
    after = tokens[end + 1] if end + 1 < len(tokens) else None
    word = token.text.lower()
    match token.kind:
        case "word":
            return word in QUALIFIERS or (len(word) == 1 and word not in "ai")
        case "op":
            dash = word in "-−–" and not token.glued
            unit = word == "/" and after is not None and after.kind == "word"
            joins = after is not None and after.kind in ("word", "open", "stop", "frac", "root")
            return joins and not dash and not unit
        case "other":
            return token.glued and (
                word in "!^_" or (word == ":" and after is not None and after.kind == "num")
            )
        case "open":
            return token.glued
        case "stop":
            return word.startswith("\\") and word not in _CONNECTS
        case _:
            return token.kind in ("num", "percent", "frac", "root")


def _suffix(tokens: list[Token], chained: bool) -> Side | None:
    """Read the longest expression that ends where the tokens end; the left side of a claim."""
    start = max(0, len(tokens) - MAX_SEGMENT)
    while start < len(tokens):
        token = tokens[start]
        if token.kind not in BEGINS:
            start += 1
            continue
        spaced_sign = token.kind == "op" and (start + 1 == len(tokens) or not tokens[start + 1].glued)
        reader = Reader(tokens, start)
        if spaced_sign and not (chained and start == 0):
            start += 1
        elif reader.expression():
            end = reader.last
            reader.unit_words()
            if reader.at == len(tokens):
                return _placed(tokens, start, reader, chained)
            start = max(start + 1, end)
        else:
            start += 1
    return None


def _placed(tokens: list[Token], start: int, reader: Reader, chained: bool) -> Side:
    side = reader.side(start)
    bare = side.operators == 0 and start > 0 and tokens[start - 1].kind == "word"
    first_of_line = not chained and start == 1 and tokens[0].kind == "op"
    context = not first_of_line and _before(tokens, start)
    trailing = tokens[reader.last :]
    label = any(token.text[:1].isupper() for token in trailing)
    part = bool(trailing) and _PART.fullmatch(side.arithmetic) is not None
    return _unsure(side) if bare or context or part or label else side


def _unsure(side: Side) -> Side:
    return side if side.unsure else side._replace(unsure=True)


def _prefix(tokens: list[Token], start: int) -> tuple[Side | None, int]:
    """Read the longest expression that begins at `start`, the right side of a claim, and where it ends."""
    reader = Reader(tokens, start)
    if not reader.expression():
        return None, start
    end = reader.last
    unsure = _after(tokens, reader.at) or any(t.text.lower() in _OTHER_NUMBERS for t in tokens[end : end + 4])
    within = set(reader.units)
    reader.unit_words()
    measured = takewhile(lambda token: token.text not in _RATES, tokens[end : reader.at])
    reader.units = within.union(t.text for t in measured if is_unit(t.text))
    side = reader.side(start)
    return _unsure(side) if unsure else side, reader.at if reader.at == len(tokens) else end


def _lead(tokens: list[Token], start: int) -> Side | None:
    reader = Reader(tokens, start)
    return reader.side(start) if reader.operand() else None


def _split(tokens: list[Token]) -> Iterator[tuple[list[list[Token]], list[Token]]]:
    """Yield each line that holds a relation, cut at its relations."""
    segments: list[list[Token]] = [[]]
    relations: list[Token] = []
    for token in [*tokens, Token("stop", "\n", 0, 0, False)]:
        if token.kind == "rel":
            relations.append(token)
            segments.append([])
        elif token.kind == "stop" and token.text in ("\n", "\\\\"):
            if relations:
                yield segments, relations
            segments, relations = [[]], []
        else:
            segments[-1].append(token)


def _line_claims(segments: list[list[Token]], relations: list[Token], mark: bool) -> Iterator[Claim]:
    for at, relation in enumerate(relations):
        before, after = segments[at], segments[at + 1][:MAX_SEGMENT]
        left = _suffix(before, chained=at > 0)
        hedged = bool(after) and after[0].kind == "word" and after[0].text.lower() in _ABOUT
        start = 1 if hedged else 0
        right, end = _prefix(after, start)
        about = hedged or relation.text in ("≈", "\\approx")
        about = about or any(t.text.lower() in _ROUNDED for t in after[end : end + 8])
        lead = _lead(after, start) if right is not None and right.operators else None
        runs_on = lead is not None and end == len(after) and at + 1 < len(relations)
        if left is not None and right is not None and not left.operators and not right.operators:
            chained = at > 0 and left.start == before[0].start
            left = left if chained else _unsure(left)
        first = left.start if left else relation.start
        yield Claim(left, right, first, right.end if right else relation.end, about, lead, runs_on, mark)


def find_claims(solution: str) -> Iterator[Claim]:
    """Yield the claims of a solution: first those in `<<a=b>>` marks, then those in its text.

    What stands in fenced code is not read, for an assignment is no claim. Positions count in the
    solution as given.
    """
    text = _FENCE.sub(_blank, solution) if "```" in solution or "~~~" in solution else solution
    if "<<" in text:
        for found in _MARK.finditer(text):
            yield from _mark_claims(text, found.start(1), found.end(1))
        text = _MARK.sub(_blank, text)
    for start, end in _spans(text):
        for segments, relations in _split(tokenize(text, start, end)):
            yield from _line_claims(segments, relations, mark=False)


def _mark_claims(text: str, start: int, end: int) -> Iterator[Claim]:
    plain = _PLAIN_MARK.fullmatch(text, start, end)
    if plain is None:
        for segments, relations in _split(tokenize(text, start, end)):
            yield from _line_claims(segments, relations, mark=True)
        return
    left, right = plain.groups()
    middle = start + len(left)
    yield Claim(
        Side(left, start, middle, len(_SIGNS.findall(left)), frozenset(), False),
        Side(right, middle + 1, end, 0, frozenset(), False),
        start,
        end,
        mark=True,
    )


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the parts of a text that may hold a relation: lines, with those that they continue.

    Where a token may stand on two lines, the whole text is one part. A part begins with the end of the
    line before, so that its tokens are the same as among those of the whole text.
    """
    if "\\" in text or _BY_LINE.search(text):
        yield 0, len(text)
        return
    first = at = 0
    related = False
    for line in text.split("\n"):
        if related and not line.lstrip().startswith(_CONTINUES):
            yield max(0, first - 1), at - 1
            related = False
        if not related and not line.lstrip().startswith(_CONTINUES):
            first = at
        at += len(line) + 1
        related = related or "=" in line or "≈" in line or "equals" in line
    if related:
        yield max(0, first - 1), at - 1
