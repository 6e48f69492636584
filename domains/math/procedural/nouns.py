"""What a problem counts or measures: units, things that can be owned, people, money.

The kind of the asked quantity decides which conditions can sensibly be built on it. It comes
from the question, and where that names no unit, from the last calculation of the solution.
"""

# ruff: noqa: E501, SIM905 - word lists read better as running text

from __future__ import annotations

import re

_UNITS = {
    "time": "seconds minutes hours days weeks months years decades nights",
    "length": "inches feet yards miles meters metres centimeters centimetres kilometers kilometres km cm millimeters",
    "weight": "ounces pounds tons grams kilograms kilos kg tonnes liters litres gallons pints quarts milliliters ml",
    "money": "dollars",
    "points": "points",
    "people": (
        "people students children kids girls boys men women friends passengers customers visitors guests employees "
        "workers parents players members teachers adults voters citizens residents actors soldiers delegates males "
        "females attendees fans classmates grandchildren spectators patients tourists followers roommates"
    ),
}
KIND_OF_NOUN = {noun: kind for kind, nouns in _UNITS.items() for noun in nouns.split()}
OWNABLE = frozenset(
    (
        "apples oranges bananas pears lemons limes mangoes peaches plums grapes berries strawberries blueberries cherries "
        "watermelons coconuts tomatoes potatoes carrots onions pumpkins cucumbers peppers eggs cookies cupcakes cakes "
        "pies muffins brownies donuts doughnuts pizzas sandwiches candies chocolates lollipops marshmallows crackers "
        "biscuits loaves buns bagels pretzels books notebooks novels magazines comics stickers stamps cards marbles "
        "beads buttons coins shells seashells rocks stones pebbles pencils pens crayons markers erasers rulers clips "
        "paperclips balloons ribbons toys dolls blocks bricks bottles cans jars cups mugs glasses plates bowls spoons "
        "forks candles lamps flowers roses tulips daisies plants seeds seedlings bulbs trees leaves acorns shirts "
        "socks hats scarves shoes gloves dresses bracelets necklaces earrings rings balls baseballs basketballs "
        "tickets tokens envelopes letters postcards photos photographs posters bags baskets tiles planks boards sticks "
        "straws nails screws bolts bulbs batteries keys bones feathers nuts peanuts almonds gumballs jellybeans gifts "
        "presents towels blankets pillows napkins clovers figurines bananas loaves pears olives walnuts meatballs tacos "
        "bracelets vases kites puzzles toothbrushes sheets lego erasers fruits vegetables"
    ).split()
)
"""Things a person can own, give away, pack and sell."""

AUXILIARY = frozenset("did does do will would can could should must has have had is are was were".split())
PRONOUN = frozenset("he she they it we you i".split())
_MONEY_WORD = re.compile(
    r"\b(?:money|cost|costs|pay|paid|spend|spent|earn|earned|price|profit|salary|income|bill|change|charge|owe|save)\b"
)
_MAY_BE_MONEY = re.compile(r"how much|cost|price|profit|salary|earn|amount|total|average|difference|what")
_NO_PLAIN_UNIT = re.compile(
    r"\bweigh|\bspeed\b|how fast|\barea\b|\bvolume\b|\b(?:square|cubic)\b|in \w+(?: per\b|/)"
)
_HOW_MANY = re.compile(
    r"how many (?:(?:more|fewer|less|total|additional|extra|whole|full|other) )*"
    r"((?:[a-z-]+ ){0,2}?(?:[a-z-]+s|people|children|men|women|fish|sheep|feet)) ",
    re.I,
)
_NOT_IN_A_NOUN = (
    AUXILIARY
    | PRONOUN
    | set("of dozen ones his hers ours theirs this times in on with at per s".split())
    | set(
        "numbers ways zeros digits divisors arrangements choices orders paths terms integers subsets".split()
    )
    | set("solutions factors diagonals possibilities combinations outcomes degrees".split())
)
"""Words that no noun phrase holds, and nouns that only a number can go on from."""


def _tail_of(response: str) -> tuple[bool, str]:
    """Return whether the last calculated value is money, and the word that follows it."""
    values = list(re.finditer(r"(\$?)\s*<<[^<>]*>>\s*(\$?)[\d.,/]*\d\s*([a-z]*)", response))
    if not values:
        return False, ""
    before, after, word = values[-1].groups()
    return bool(before or after) or word in ("dollars", "dollar"), word


def _noun_of(main: str) -> str:
    """Return the plural noun after "how many", without its qualifiers; empty where there is none."""
    match = _HOW_MANY.match(main + " ")
    noun = match.group(1).strip() if match else ""
    return "" if set(noun.lower().split()) & _NOT_IN_A_NOUN else noun


def _measure_of(low: str, word: str) -> tuple[str, str]:
    """Return the kind and unit of a measured quantity: the unit the question names, or the solution."""
    stated = re.search(r"\bin (\w+)\b", low)
    unit = stated.group(1) if stated and stated.group(1) in KIND_OF_NOUN else word
    unit = unit if unit in KIND_OF_NOUN or unit + "s" not in KIND_OF_NOUN else unit + "s"
    kind = KIND_OF_NOUN.get(unit, "")
    return (kind, unit) if kind in ("time", "length", "weight") else ("number", "")


def _counted_kind(noun: str) -> tuple[str, str]:
    """Return the kind that a counted noun belongs to, and the noun or unit to call it by."""
    last = noun.split()[-1].lower()
    kind = KIND_OF_NOUN.get(last)
    if kind:
        return kind, noun if kind == "people" else last
    return ("things" if last in OWNABLE else "count"), noun


def kind_of(main: str, response: str, text: str) -> tuple[str, str]:
    """Return the kind of the asked quantity and its noun or unit."""
    low = main.lower()
    if re.search(r"percent|%", low):
        return ("percent", "percent") if low.startswith("what") and "percent" in low else ("number", "")
    if "probability" in low:
        return "chance", ""
    if re.match(r"how old|what (?:is|was|will be) .*\bage\b", low):
        return "age", "years"
    if _NO_PLAIN_UNIT.search(low):
        return "number", ""
    noun = _noun_of(main)
    if noun:
        return _counted_kind(noun)
    is_money, word = _tail_of(response)
    priced = is_money or (_MONEY_WORD.search(low) and ("$" in text or "dollar" in text))
    if "money" in low or (priced and _MAY_BE_MONEY.search(low)):
        return "money", "dollars"
    if re.match(r"how (long|far|much|tall|high|wide|deep|heavy|big)|what", low):
        return _measure_of(low, word)
    return "number", ""
