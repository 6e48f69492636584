"""Count what a response holds, by every convention that people count by.

Is "well-known" one word or two, does a title count, is "1." a word? Nobody says, so each count is
an interval: its least and its greatest value under the usual conventions. A response is blamed
only where no convention helps it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['’.,@&/+:-][^\W_]+)*|[^\W_]")
PIECE: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
MARKER: Final = re.compile(r"^[ \t]*(?:[-*•‣–]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])[ \t]+", re.MULTILINE)
BULLET: Final = re.compile(r"^(?P<indent>[ \t]*)(?:[-*•‣◦▪–+])[ \t]+\S")
NUMBERED: Final = re.compile(r"^(?P<indent>[ \t]*)(?:\*\*)?\(?(?P<n>\d{1,3})[.):](?:\*\*)?[ \t]*\S")
HEADING: Final = re.compile(r"^\s*(?:#{1,6}[ \t]+\S.*|\*\*[^*\n]{1,80}\*\*:?|<<[^<>\n]+>>|Title:.*)\s*$")
LEAD_IN: Final = re.compile(r"\A[^\n]{1,160}:\s*\n+")
WORD_COUNT: Final = re.compile(
    r"\n+\s*[(\[*]*(?:word count|total words|words?|wörter|mots)\s*:?\s*\d+[^\n]*\Z|\n+\s*\(\d+ \w+\)\s*\Z",
    re.I,
)
MARKUP: Final = re.compile(r"[*_`#>|]+")
ABBREVIATION: Final = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|etc|e\.g|i\.e|No|Inc|Ltd|Co|Fig|approx|a\.m|p\.m|U\.S|U\.K"
    r"|z\.B|bzw|ca|d\.h|Nr|M|Mme|Sra?|Ud)|\b[A-Z])\.$"
)
END: Final = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]*(?=\s|$|[^\x00-\x7f])")
PLACEHOLDER: Final = re.compile(r"\[[^\[\]\n]{1,80}\](?!\()")
SCRIPTIO: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")


def variants(response: str) -> list[str]:
    """Return the response as it stands and without what may not count: a lead-in, a title, a word count."""
    whole = response.strip()
    found = [whole]
    body = WORD_COUNT.sub("", LEAD_IN.sub("", whole)).strip()
    lines = body.split("\n")
    untitled = "\n".join(line for line in lines if not HEADING.match(line)).strip()
    first, _, rest = body.partition("\n\n")
    titled = bool(rest.strip()) and "\n" not in first and len(first.split()) <= 12 and not END.search(first)
    found += [body, untitled, rest.strip() if titled else body]
    return list(dict.fromkeys(text for text in found if text))


def _words(text: str) -> Iterator[int]:
    for plain in (text, MARKER.sub("", text)):
        yield sum(any(map(str.isalnum, token)) for token in plain.split())
        yield len(PIECE.findall(plain))
        yield len(WORD.findall(plain))


def _sentence_ends(text: str) -> tuple[int, int]:
    """Return how many sentence ends there are at least, and at most."""
    sure = unsure = 0
    for found in END.finditer(text):
        if ABBREVIATION.search(text[max(0, found.start() - 6) : found.start() + 1]):
            unsure += 1
            continue
        following = text[found.end() :].lstrip()[:1]
        quoted = found.group()[-1] in "\"'”’»)"
        if "…" in found.group() or "..." in found.group() or following.islower() or quoted:
            unsure += 1
        else:
            sure += 1
    return sure, sure + unsure


def _sentences(text: str) -> Iterator[int]:
    plain = MARKUP.sub("", MARKER.sub("", text)).strip()
    sure, most = _sentence_ends(plain)
    open_lines = sum(1 for line in plain.split("\n") if line.strip() and not END.search(line.strip()[-3:]))
    tail_open = bool(plain) and not END.search(plain[-3:])
    yield max(1, sure + tail_open) if plain else 0
    yield most + tail_open
    yield most + open_lines


def _paragraphs(text: str) -> Iterator[int]:
    blocks = [block for block in re.split(r"\n[ \t]*\n", text) if block.strip(" \n\t*-_=")]
    yield len(blocks)
    if len(blocks) <= 1:
        yield sum(1 for line in text.split("\n") if line.strip())


def _lines(text: str) -> Iterator[int]:
    lines = text.split("\n")
    yield sum(1 for line in lines if line.strip())
    yield len(lines)


def _characters(text: str) -> Iterator[int]:
    yield len(text)
    yield len(re.sub(r"\s", "", text))
    yield len(re.sub(r"[\W_]", "", text))


def listed(text: str, pattern: re.Pattern[str]) -> list[int]:
    """Return how many entries each outermost list of this mark has; other text ends a list."""
    lists: list[int] = []
    for block in re.split(r"\n(?=\s*(?:#{1,6}\s|\*\*[^*\n]+\*\*:?\s*$))", text):
        found = [m for line in block.split("\n") if (m := pattern.match(line))]
        outermost = min((len(m["indent"].expandtabs(4)) for m in found), default=0)
        top = sum(len(m["indent"].expandtabs(4)) <= outermost + 1 for m in found)
        if top:
            lists.append(top)
    return lists


def _bullets(text: str) -> Iterator[int]:
    top, numbered = sum(listed(text, BULLET)), sum(listed(text, NUMBERED))
    every = sum(bool(BULLET.match(line)) for line in text.split("\n"))
    yield top
    yield every
    if numbered:
        yield numbered
        yield top + numbered


def _items(text: str) -> Iterator[int]:
    """Count the entries of the one list that a response consists of; where it has none, say nothing."""
    for pattern in (NUMBERED, BULLET):
        lists = listed(text, pattern)
        if lists:
            yield sum(lists)
            yield from lists
            yield len(lists)
    headings = sum(1 for line in text.split("\n") if re.match(r"^\s*(?:#{1,6}\s|\*\*)", line))
    if headings:
        yield headings


def _sections(text: str) -> Iterator[int]:
    lines = text.split("\n")
    marked = sum(bool(re.match(r"^\s*#{1,6}\s+\S", line)) for line in lines)
    bold = sum(
        bool(re.match(r"^\s*(?:\*\*[^*\n]+\*\*:?|(?:section|part|abschnitt|teil)\s+\w+\b.*)\s*$", line, re.I))
        for line in lines
    )
    if marked or bold:
        yield marked or bold
        yield max(1, marked - 1) if marked else bold
        yield marked + bold


def _placeholders(text: str) -> Iterator[int]:
    yield len(PLACEHOLDER.findall(text))


COUNTS: Final[dict[str, Callable[[str], Iterator[int]]]] = {
    "words": _words,
    "sentences": _sentences,
    "paragraphs": _paragraphs,
    "lines": _lines,
    "characters": _characters,
    "bullets": _bullets,
    "items": _items,
    "sections": _sections,
    "placeholders": _placeholders,
}


def measure(unit: str, response: str) -> tuple[int, int] | None:
    """Return the least and the greatest count of a unit, or None where it cannot be counted.

    Words cannot in scripts without spaces, items not where there is no list.
    """
    if unit == "words" and 4 * len(SCRIPTIO.findall(response)) > len(response.strip()):
        return None
    counts = [n for text in variants(response) for n in COUNTS[unit](text)]
    if not response.strip() and unit not in ("items", "sections"):
        return 0, 0
    return (min(counts), max(counts)) if counts else None
