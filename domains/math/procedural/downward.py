"""Easier problems: reveal an intermediate result, take a composed step back, or start afresh.

WizardMath's downward evolution. A revision keeps the problem and lowers its difficulty; a fresh
problem comes from the templates, of which the short ones serve as the easier new topic.
"""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from evol.domains.math.procedural.arithmetic import MARK, plain, read_number
from evol.domains.math.procedural.compose import upward
from evol.domains.math.procedural.scene import Scene, draw
from evol.domains.math.procedural.story import Quantity, Story
from evol.domains.math.procedural.templates_life import LIFE
from evol.domains.math.procedural.templates_school import SCHOOL
from evol.domains.math.procedural.wording import people

TEMPLATES: tuple[Scene, ...] = (*LIFE, *SCHOOL)
_EASY = tuple(s for s in TEMPLATES if "easy" in s.ops and len(s.work) <= 2)
_HARD = tuple(s for s in TEMPLATES if "hard" in s.ops)
_CALCULATION = re.compile(r"\(?\$?[\d.][^=<>]*=\s*(\$?)\s*<<[^<>]*>>\$?")
_OPENING = re.compile(
    r"^(?:so|then|thus|therefore|hence|this means|that means|now|first|next|and|finally),? (?:that )?", re.I
)
_LEFT_OVER = re.compile(r"[=*/+×÷<>]|\d\s*[-x]\s*\d|\d%.*\d%")
_INTRODUCED = ("Hint: {}", "As a hint: {}", "Helpful to know: {}")


def drawn_problem(scene: Scene, rng: Random, text: str = "") -> Story | None:
    """Return the problem a template gives with drawn numbers and people whom `text` does not name."""
    who, friend = people(rng, 2, text)
    known = {"who": who.name, "she": who.she, "her": who.her, "friend": friend.name}
    drawn = draw(scene, rng, known)
    if drawn is None:
        return None
    kind, _, noun = drawn.gives.partition(":")
    quantity = Quantity(plain(drawn.result), kind, noun or ("dollars" if kind == "money" else ""))
    return Story(drawn.text, drawn.ask, drawn.lines, quantity, topic=scene.topic)


def fresh(rng: Random, text: str, topic: str = "", easy: bool = False) -> Story:
    """Return a new problem on another topic than `topic`; an easy one takes at most two steps."""
    while True:
        scenes = _EASY if easy else _HARD
        scene = scenes[int(rng.random() * len(scenes))]
        story = drawn_problem(scene, rng, text) if scene.topic != topic else None
        if story:
            return story


def _hint(line: str, answer: str) -> str:
    """Return a solution line as a plain fact, or an empty string where it makes none."""
    marks = MARK.findall(line)
    if len(marks) != 1 or read_number(marks[0][1]) in (None, read_number(answer)):
        return ""
    fact = _OPENING.sub("", _CALCULATION.sub(r"\1", line).strip())
    fact = re.sub(r"\s+", " ", fact).strip()
    if re.match(r"(?:it|they|this|that|these|if|since|because|each)\b", fact, re.I):
        return ""
    if _LEFT_OVER.search(fact) or len(fact.split()) < 4 or "<<" in fact or not fact[0].isalpha():
        return ""
    return fact[0].upper() + fact[1:].rstrip(".") + "."


def _hinted(story: Story, rng: Random) -> Story | None:
    """Return the story with one intermediate result given away, or None where none can be."""
    text = story.instruction()
    facts = [h for line in story.marked()[:-1] if (h := _hint(line, story.answer)) and h not in text]
    if not facts:
        return None
    fact = facts[int(rng.random() * len(facts))]
    hint = _INTRODUCED[int(rng.random() * len(_INTRODUCED))].format(fact)
    if story.steps:
        last = replace(story.steps[-1], text=f"{story.steps[-1].text} {hint}")
        return replace(story, steps=(*story.steps[:-1], last))
    return replace(story, body=f"{story.body} {hint}".strip())


def _stepped_back(story: Story, rng: Random) -> Story | None:
    """Return the story with its last steps replaced by one short step or an intermediate result."""
    if not story.steps:
        return None
    cut = 1 + int(rng.random() * min(2, len(story.steps)))
    shorter = replace(story, steps=story.steps[:-cut])
    again = _hinted(shorter, rng) or (upward(shorter, "deepen", rng) if cut > 1 else None)
    lines = len(story.marked())
    return again if again and (len(again.marked()) < lines) else None


def easier(story: Story, rng: Random) -> Story:
    """Return an easier revision of the problem; an easy fresh one where it cannot be made easier."""
    ways = [_stepped_back, _hinted] if rng.random() < 0.6 else [_hinted, _stepped_back]
    for way in ways:
        revised = way(story, rng)
        if revised:
            return revised
    return fresh(rng, story.instruction(), story.topic, easy=True)
