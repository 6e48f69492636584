"""English verbs as word problems use them: what "did she sell" becomes inside a sentence.

To embed a question in a statement its inversion is undone ("did Natalia sell" becomes "Natalia
sold"). Only verbs listed here are touched; a question around any other verb is quoted instead.
"""

# ruff: noqa: E501, SIM905 - word lists read better as running text

from __future__ import annotations

_IRREGULAR_PAST = dict(
    pair.split(":")
    for pair in (
        "sell:sold have:had eat:ate pay:paid make:made spend:spent buy:bought get:got lose:lost bring:brought "
        "give:gave send:sent ride:rode beat:beat put:put keep:kept do:did go:went win:won catch:caught drive:drove "
        "see:saw steal:stole drink:drank find:found teach:taught begin:began throw:threw build:built swim:swam "
        "fall:fell fly:flew grow:grew blow:blew meet:met tell:told take:took run:ran write:wrote sleep:slept "
        "leave:left hold:held cut:cut read:read set:set lend:lent draw:drew feed:fed come:came fill:filled "
        "cost:cost need:needed hit:hit shoot:shot sing:sang sit:sat stand:stood speak:spoke know:knew feel:felt "
        "wear:wore choose:chose break:broke dig:dug hear:heard let:let light:lit quit:quit ring:rang rise:rose "
        "say:said shake:shook spread:spread split:split bet:bet mean:meant hide:hid weave:wove withdraw:withdrew"
    ).split()
)
_REGULAR = (
    "earn shovel memorize collect finish gain remain weigh borrow start end juggle use receive save walk watch "
    "deliver beat plant average volunteer celebrate jog stay reach experience add owe charge create listen color "
    "pick work consume practice total train burn purchase expect plan drop profit play cover prepare climb bake "
    "score produce wash chop pull waste paint store travel order allocate employ remove redeem lift rain wrap cook "
    "pack fold harvest ship bounce live learn help want answer share sow count donate move carry own visit type "
    "complete invest decide deposit raise increase decrease require exercise crochet knit sew bike cycle hike call "
    "text record print publish serve pour mix fix repair replace rent return trade exchange deduct divide pass "
    "attend contain catch crush iron mow rake trim water weed load unload hang stack place slice peel squeeze "
    "sneeze cough jump skip hop dance answer solve miss manage hire fire post upload download stream"
).split()
_LAST_DOUBLES = {"plan", "jog", "drop", "chop", "wrap", "trim", "skip", "hop", "ship", "mop", "stop"}
_LOOKS_LIKE_A_NOUN = {
    "cost", "cut", "set", "work", "end", "order", "store", "water", "weed", "load", "place", "text", "record",
    "post", "train", "plant", "total", "average", "score", "play", "run", "count", "trade", "color", "share",
    "practice", "bike", "walk", "need", "charge", "jump", "drop", "visit", "drink", "ride", "paint", "rent",
    "deposit", "exercise", "help", "plan", "repair", "pass", "fire", "skip", "hike", "call", "slice", "fix", "dance", "fold", "answer", "return", "raise", "increase", "start", "use", "light", "ring", "split", "profit", "catch",
}  # fmt: skip
BASE_FORMS = frozenset(_IRREGULAR_PAST) | frozenset(_REGULAR) | {"be"}
CLEARLY_VERBS = BASE_FORMS - _LOOKS_LIKE_A_NOUN
"""Base forms that are hardly ever nouns: the first of them ends a subject of several words."""


def past(verb: str) -> str:
    """Return the simple past of a base form."""
    if verb in _IRREGULAR_PAST:
        return _IRREGULAR_PAST[verb]
    if verb in _LAST_DOUBLES:
        return f"{verb}{verb[-1]}ed"
    if verb.endswith("e"):
        return verb + "d"
    return verb[:-1] + "ied" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "ed"


def third(verb: str) -> str:
    """Return the third person singular of a base form."""
    if verb in ("have", "do", "go"):
        return {"have": "has", "do": "does", "go": "goes"}[verb]
    if verb.endswith(("s", "sh", "ch", "x", "z")):
        return verb + "es"
    return verb[:-1] + "ies" if verb.endswith("y") and verb[-2] not in "aeou" else verb + "s"
