"""Compose a further condition onto a problem: the upward operations.

The first step on somebody else's problem turns its question into a quantity that the text names
("Work out the number of clips Natalia sold ...") and begins from that; each later step goes on
with the people and things of the step before. The asked question moves to the end every time, so
an instruction never holds more than one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from random import Random

from evol.domains.math.procedural.arithmetic import plain
from evol.domains.math.procedural.question import Asked, read_question
from evol.domains.math.procedural.scene import Drawn, Scene, draw
from evol.domains.math.procedural.scenes_bridge import BRIDGES, CHANCES
from evol.domains.math.procedural.scenes_measures import MEASURES
from evol.domains.math.procedural.scenes_money import MONEY
from evol.domains.math.procedural.scenes_things import THINGS
from evol.domains.math.procedural.story import Quantity, Step, Story
from evol.domains.math.procedural.wording import Person, counted, people, singular

WORDS = 190
"""How long an instruction may become; beyond it the last step is replaced instead of extended."""

_THAT = {
    "money": "that amount",
    "time": "that time",
    "length": "that length",
    "weight": "that amount",
    "age": "that age",
    "percent": "that percentage",
}
_SAME = {
    "things": ("{who} has exactly as many {noun}.", "{who} owns just as many {noun}."),
    "money": ("{who} has exactly that amount of money.", "{who} starts with the same amount of money."),
    "time": ("A job keeps {who} busy for exactly that long.", "{who} works for exactly that long."),
    "length": ("{who} has a cable of exactly that length.", "{who} unrolls a hose of the same length."),
    "weight": ("{who} has exactly that amount in stock.", "{who} receives a delivery of that amount."),
    "age": ("{who} is exactly that old.", "{who} has the same age."),
    "number": ("{who} writes that number down.", "{who} is given that number."),
    "points": ("{who} has exactly that score in a game.",),
    "count": ("{who} keeps the record of these {noun}.",),
    "people": ("{who} keeps the record of these {noun}.",),
}
_DEFINE = {
    "noun": ("Work out {phrase}.", "First work out {phrase}.", "Begin by finding {phrase}."),
    "how": ("Work out {phrase}.", "First find out {phrase}.", "Begin by finding out {phrase}."),
    "quoted": ("Begin with the answer to this: {phrase}.", "First answer the following: {phrase}."),
}


def _indexed(scenes: Sequence[Scene]) -> Mapping[tuple[str, str], tuple[Scene, ...]]:
    """Return scenes by kind and operation; the operation "" holds every one of a kind."""
    index: dict[tuple[str, str], list[Scene]] = defaultdict(list)
    for scene in scenes:
        for kind in scene.takes.split():
            for operation in ("", *scene.ops.split()):
                index[kind, operation].append(scene)
    return {key: tuple(found) for key, found in index.items()}


_FIRST = _indexed(BRIDGES)
_NEXT = _indexed((*THINGS, *MONEY, *MEASURES, *CHANCES))


def _order(rng: Random, scenes: tuple[Scene, ...]) -> list[Scene]:
    """Return scenes in a drawn order."""
    return sorted(scenes, key=lambda _: rng.random())


def _known(quantity: Quantity, cast: list[Person]) -> dict[str, object]:
    """Return what a scene may say about the quantity and the people it meets."""
    who = Person(quantity.who, quantity.she, quantity.her) if quantity.who else cast[0]
    return {
        "v": quantity.number,
        "noun": quantity.noun or "items",
        "unit": quantity.noun,
        "one": singular(quantity.noun),
        "who": who.name,
        "she": who.she,
        "her": who.her,
        "friend": cast[1].name,
        "that": _THAT.get(quantity.kind, "that number"),
    }


def _fits(drawn: Drawn, before: Fraction, text: str) -> bool:
    """Whether a drawn step says something new and does not print its own answer."""
    if drawn.result == before:
        return False
    shown = re.escape(counted(drawn.result))
    return not re.search(rf"(?<![\d.,]){shown}(?![\d,]|\.\d)", drawn.text) and len(text) < 3000


def _owned(quantity: Quantity, drawn: Drawn, known: Mapping[str, object], cast: list[Person]) -> Quantity:
    """Return the quantity that a drawn step asks for, with its owner."""
    kind, _, noun = drawn.gives.partition(":")
    owner = cast[1] if drawn.friend_owns else Person(str(known["who"]), str(known["she"]), str(known["her"]))
    noun = noun or ("dollars" if kind == "money" else "")
    return Quantity(plain(drawn.result), kind, noun, owner.name, owner.she, owner.her)


def _pronouns(text: str, name: str, she: str) -> str:
    """Return the text with the name replaced where the sentence before begins with it too."""
    again = rf"((?:^|[.!?] ){name} [^.!?\n]*[.!?]) {name}(?= [a-z])"
    return re.sub(again, rf"\1 {she.capitalize()}", text)


def _drawn_step(
    rng: Random, quantity: Quantity, scenes: list[Scene], operation: str, cast: list[Person], before: str
) -> Step | None:
    """Return the first scene that fits as a step, its text after the sentences `before`."""
    known = _known(quantity, cast)
    for scene in scenes:
        drawn = draw(scene, rng, known)
        if drawn is not None and _fits(drawn, quantity.number, before):
            text = _pronouns(f"{before} {drawn.text}".lstrip(), str(known["who"]), str(known["she"]))
            owned = _owned(quantity, drawn, known, cast)
            return Step(operation, text, drawn.lines, drawn.ask, owned, scene.says[0][:40])
    return None


def _definition(rng: Random, asked: Asked) -> str:
    """Return the sentence that makes the asked quantity part of the text."""
    forms = _DEFINE[asked.form]
    return forms[int(rng.random() * len(forms))].format(phrase=asked.phrase)


def opened(story: Story) -> tuple[Story, Asked] | None:
    """Return a base problem with its question split off; None where the text does not allow it."""
    asked = read_question(f"{story.body} {story.ask}".strip(), "\n".join(story.lines))
    if asked is None:
        return None
    quantity = replace(story.quantity, kind=story.quantity.kind or asked.kind)
    return replace(story, body=asked.body, quantity=quantity), asked


def _first(story: Story, asked: Asked, operation: str, rng: Random) -> Story | None:
    """Return the story with its first step, which begins from the base problem's answer."""
    cast = people(rng, 2, f"{asked.body} {asked.phrase}")
    define = _definition(rng, asked)
    quantity = story.quantity
    bridges = _order(rng, _FIRST.get((quantity.kind, operation), ()))
    same = _SAME.get(quantity.kind)
    if same and (not bridges or rng.random() < 0.3):
        kind = "count" if quantity.kind == "people" else quantity.kind
        lead = f"{define} {same[int(rng.random() * len(same))]}".format(who=cast[0].name, noun=quantity.noun)
        owned = replace(quantity, kind=kind, who=cast[0].name, she=cast[0].she, her=cast[0].her)
        step = _drawn_step(rng, owned, _order(rng, _NEXT.get((kind, operation), ())), operation, cast, lead)
        if step:
            return story.add(step)
    bridges += _order(rng, _FIRST.get((quantity.kind, ""), ()))
    step = _drawn_step(rng, quantity, bridges, operation, cast, define)
    return story.add(step) if step else None


def _further(story: Story, operation: str, rng: Random) -> Story | None:
    """Return the story with one more step on the quantity of the last."""
    quantity = story.last
    cast = people(rng, 2, story.instruction() + quantity.who)
    scenes = _order(rng, _NEXT.get((quantity.kind, operation), ()))
    scenes += _order(rng, _NEXT.get((quantity.kind, ""), ()))
    used = {step.scene for step in story.steps}
    fresh = [scene for scene in scenes if scene.says[0][:40] not in used]
    step = _drawn_step(rng, quantity, fresh, operation, cast, "")
    return story.add(step) if step else None


def upward(story: Story, operation: str, rng: Random) -> Story | None:
    """Return the problem made harder by one composed condition, or None where none fits.

    A problem that has grown too long has its last step replaced, so that it stays readable.
    """
    for kept in (story, replace(story, steps=story.steps[:-1])) if story.steps else (story,):
        grown = None
        if kept.steps:
            grown = _further(kept, operation, rng)
        else:
            split = opened(kept)
            grown = _first(*split, operation, rng) if split else None
        if grown and len(grown.instruction().split()) <= WORDS:
            return grown
    return None
