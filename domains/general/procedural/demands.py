"""Checkable demands on an answer: how each is asked for, how an answer keeps it, how it breaks it.

A demand takes a slot, so that two never contradict each other. `keep` turns an answer into one
that keeps the demand without changing what it says; `broken` turns it into one that does not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from evol.domains.general.procedural.scenes import Record, Theme

OPENINGS: Final = ("In short,", "Here is what I found:", "To begin with,", "As asked,")
ENDINGS: Final = ("That is all.", "Nothing is left out.", "So much for the matter.", "This settles it.")
TITLES: Final = ("A Plain Answer", "What Is Asked", "The Short of It", "On the Matter")
AFTERTHOUGHTS: Final = (
    "P.S. Ask again if anything is unclear.",
    "P.S. The order above is meant as it stands.",
    "P.S. A second look did no harm.",
)
RARE_WORDS: Final = ("very", "basically", "indeed", "actually", "literally", "obviously")
RARE_LETTERS: Final = "qzxjv"
ROUND: Final = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer while it is put together: the text or the records, and what stands around it."""

    body: str
    records: tuple[Record, ...] = ()
    theme: Theme | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """One demand: its kind, its argument, and the sentence that asks for it."""

    kind: str
    argument: str
    sentence: str

    def keep(self, answer: Answer) -> Answer:
        """Return the answer so that it keeps the demand."""
        return Answer(KEEP[self.kind](answer, self.argument), answer.records, answer.theme)

    def broken(self, text: str) -> str:
        """Return a finished answer so that it no longer keeps the demand."""
        return BREAK[self.kind](text, self.argument)


def _formatted(answer: Answer, kind: str) -> str:
    assert answer.theme is not None
    number, rows = answer.theme.number, answer.records
    if kind == "json":
        data = {"names": [r.name for r in rows], "count": len(rows)}
        return f"```json\n{json.dumps(data, ensure_ascii=False)}\n```"
    if kind == "yaml":
        return "\n".join(
            [
                "```yaml",
                "names:",
                *(f"  - {json.dumps(r.name, ensure_ascii=False)}" for r in rows),
                f"count: {len(rows)}",
                "```",
            ]
        )
    if kind == "csv":
        return "\n".join(["```csv", f"name,{number}", *(f"{r.name},{r.number}" for r in rows), "```"])
    if kind == "table":
        return "\n".join([f"| name | {number} |", "|---|---|", *(f"| {r.name} | {r.number} |" for r in rows)])
    if kind == "xml":
        return "\n".join(
            [
                "```xml",
                "<result>",
                *(f'  <record name="{r.name}" {number}="{r.number}"/>' for r in rows),
                "</result>",
                "```",
            ]
        )
    return "\n".join(f"{place}. {r.name}" for place, r in enumerate(rows, 1))


FORMATS: Final[dict[str, str]] = {
    "json": 'Return the result as JSON with the keys "names" and "count".',
    "yaml": 'Give the result as YAML with the keys "names" and "count".',
    "csv": "Give the result as CSV with the columns name and {number}.",
    "table": "Present the result as a Markdown table with the columns name and {number}.",
    "xml": "Return the result as XML.",
    "numbered": "Give the result as a numbered list.",
}
CLOSED: Final = frozenset({"json", "yaml", "csv", "xml", "table"})


def _format_keeper(kind: str) -> Callable[[Answer, str], str]:
    return lambda answer, _: _formatted(answer, kind)


KEEP: Final[dict[str, Callable[[Answer, str], str]]] = {
    **{kind: _format_keeper(kind) for kind in FORMATS},
    "starts": lambda a, phrase: f"{phrase} {a.body}" if "\n" not in a.body else f"{phrase}\n{a.body}",
    "ends": lambda a, phrase: f"{a.body}\n{phrase}" if "\n" in a.body else f"{a.body} {phrase}",
    "title": lambda a, title: f"<<{title}>>\n\n{a.body}",
    "postscript": lambda a, text: f"{a.body}\n\n{text}",
    "lower": lambda a, _: a.body.lower(),
    **{kind: lambda a, _: a.body for kind in ("exclude", "letter", "include", "most", "items")},
}
BREAK: Final[dict[str, Callable[[str, str], str]]] = {
    **{kind: lambda text, _: " and ".join(_plain_words(text)[:8]) for kind in FORMATS},
    "starts": lambda text, phrase: text.replace(phrase, "Well, well.", 1),
    "ends": lambda text, phrase: f"{text} Or is there more to say",
    "title": lambda text, _: re.sub(r"<<[^<>]*>>\s*", "", text, count=1),
    "postscript": lambda text, note: text.replace(note, "").rstrip(),
    "lower": lambda text, _: text.upper(),
    "exclude": lambda text, word: f"{text}\nThis is {word} so.",
    "letter": lambda text, letter: f"{text}\nThe letter {letter} stands here.",
    "include": lambda text, word: re.sub(rf"\b{re.escape(word)}\w*", "thing", text, flags=re.IGNORECASE),
    "most": lambda text, limit: (
        f"{text}\n" + " ".join(f"There is also a remark number {n}." for n in range(1, int(limit) // 4 + 9))
    ),
    "items": lambda text, count: (
        "\n".join(line for line in text.split("\n") if not line.startswith("- ")) + "\n- Everything else"
    ),
}


def _plain_words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+", text) or ["nothing"]


def format_demands(theme: Theme, records: int, rng: Random) -> list[Demand]:
    """Return the formats that a list of records can be asked for in, in random order."""
    kinds = [*FORMATS, "items"]
    rng.shuffle(kinds)
    wording = {**FORMATS, "items": f"Answer in exactly {records} bullet points."}
    return [Demand(kind, str(records), wording[kind].replace("{number}", theme.number)) for kind in kinds]


def text_demands(text: str, rng: Random, *, closed: bool) -> list[Demand]:
    """Return the demands that an answer of this text can keep, in random order.

    A `closed` answer (JSON, CSV …) allows nothing around it.
    """
    lower = text.casefold()
    found = [_exclude(w) for w in RARE_WORDS if not re.search(rf"\b{w}\b", lower)][:2]
    found += [
        Demand("letter", c, f'Do not use the letter "{c}".')
        for c in RARE_LETTERS
        if not closed and c not in lower
    ][:1]
    words = sorted({w for w in re.findall(r"\b[a-z]{5,}\b", lower) if len(re.findall(rf"\b{w}", lower)) == 1})
    if words:
        word = rng.choice(words)
        found.append(Demand("include", word, f'Use the word "{word}" at least once.'))
    if not closed:
        found += _around(text, rng)
    rng.shuffle(found)
    return found


def _exclude(word: str) -> Demand:
    return Demand("exclude", word, f'Do not use the word "{word}".')


def _around(text: str, rng: Random) -> list[Demand]:
    opening, ending = rng.choice(OPENINGS), rng.choice(ENDINGS)
    limit = (len(text.split()) // ROUND + 5) * ROUND
    return [
        Demand("starts", opening, f'Start your answer with the phrase "{opening}"'),
        Demand("ends", ending, f'End your answer with the sentence "{ending}"'),
        Demand(
            "title",
            rng.choice(TITLES),
            "Give your answer a title in double angle brackets, such as <<title>>.",
        ),
        Demand("postscript", rng.choice(AFTERTHOUGHTS), "Add a postscript that starts with P.S. at the end."),
        Demand("lower", "", "Write your entire answer in lowercase letters."),
        Demand("most", str(limit), f"Use at most {limit} words in your answer."),
    ]


_AROUND: Final = frozenset({"starts", "ends", "title", "postscript"})
_WORDING: Final = frozenset({"letter", "include", "exclude", "most"})
# What contradicts what: a demand is added only where none of its rivals is there.
RIVALS: Final[dict[str, frozenset[str]]] = {
    **{kind: frozenset({*FORMATS, "items", "lower", *_AROUND, *_WORDING}) for kind in CLOSED},
    "numbered": frozenset({*FORMATS, "items", "lower", *_WORDING}),
    "items": frozenset({*FORMATS, "items", "lower", *_WORDING}),
    "starts": frozenset({*CLOSED, "starts", "title", "lower", "letter", "exclude", "most"}),
    "ends": frozenset({*CLOSED, "ends", "postscript", "lower", "letter", "exclude", "most"}),
    "title": frozenset({*CLOSED, "title", "starts", "lower", "letter", "exclude", "most"}),
    "postscript": frozenset({*CLOSED, "postscript", "ends", "lower", "letter", "exclude", "most"}),
    "lower": frozenset({*CLOSED, *_AROUND, "lower", "letter"}),
    "letter": frozenset({"letter"}),
    "include": frozenset({"include"}),
    "exclude": frozenset(),
    "most": frozenset({"most"}),
}


def fits(new: Demand, present: list[Demand]) -> bool:
    """Whether a demand can be added to those that are there already, and is not there itself."""
    rivals = RIVALS[new.kind]
    return not any(d.kind in rivals or (d.kind, d.argument) == (new.kind, new.argument) for d in present)
