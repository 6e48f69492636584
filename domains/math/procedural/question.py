"""Read what a word problem asks, so that a further condition can be built on its answer.

A seed's last sentence becomes the conditions it states ("If each box holds 6 ...") and a phrase
that names the asked quantity inside a sentence: "the number of clips Natalia sold", "how much
more money Betty needs". What cannot be turned with confidence is quoted as it stands. The unit
comes from the question, and where that names none, from the solution's last line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from evol.domains.math.procedural.verbs import BASE_FORMS, CLEARLY_VERBS, past, third

_UNITS = {
    "time": "seconds minutes hours days weeks months years decades nights",
    "length": "inches feet yards miles meters metres centimeters kilometers km cm millimeters",
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

_AUXILIARY = frozenset("did does do will would can could should must has have had is are was were".split())
_BE = frozenset("is are was were".split())
_PRONOUN = frozenset("he she they it we you i".split())
_ADVERB = frozenset("still now currently already also only actually personally each both all then usually".split())
_DETERMINER = frozenset("the his her their its my our your each every a an all both these those this that".split())
_PARTICIPLE = frozenset("left remaining needed in on at not there sold used".split())
_MONEY_WORD = re.compile(
    r"\b(?:money|cost|costs|pay|paid|spend|spent|earn|earned|price|profit|salary|income|bill|change|charge|owe|save)\b"
)
_LEAD = re.compile(
    r"^(?P<lead>.+?),?\s+(?P<main>(?:how|what|what's|calculate|find|determine)\b(?!.*,\s*(?:how|what)\b).+)$", re.I | re.S
)
_CONDITION = re.compile(r"^(?:if|suppose|supposing|assuming|assume|given|knowing|provided)(?: that)?\s+", re.I)
_HOW_MANY = re.compile(
    r"how many (?:(?:more|fewer|less|total|additional|extra|whole|full|other) )*"
    r"((?:[a-z-]+ ){0,2}?(?:[a-z-]+s|people|children|men|women|fish|sheep|feet)) ",
    re.I,
)
_NOT_IN_A_NOUN = _AUXILIARY | _PRONOUN | set("of dozen ones his hers ours theirs this times in on with at per s".split())
_TAIL = re.compile(r"(?:in|after|at|on|by|over|during|for|from|with|per|before|considering|including|based)\b", re.I)
_SENTENCE = re.compile(r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<=[.!?])[\"”]?\s+(?=[A-Z0-9\"“(])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a problem asks: its body as statements, a phrase for the quantity, its kind and noun.

    `form` is "noun" (the number of ...), "how" (how much money he has) or "quoted" (the question
    itself, for want of better).
    """

    body: str
    phrase: str
    form: str
    kind: str
    noun: str


def _subject_end(words: list[str]) -> int:
    """Return how many words the subject takes that `words` begins with; 0 where that is unclear."""
    if words[0].lower() in _PRONOUN:
        return 1
    end = 0
    while end < len(words) and words[end][0].isupper() and not words[end].endswith("'s"):
        end += 1
        if end + 1 < len(words) and words[end] == "and" and words[end + 1][0].isupper():
            end += 1
    if 0 < end < len(words) and (words[end] in BASE_FORMS or words[end] in _ADVERB):
        return end
    if end and end < len(words) and "'s" not in words[end]:
        return end
    for i in range(1, min(6, len(words))):
        if words[i] in CLEARLY_VERBS:
            return i
    return 0


def _turned(head: str, aux: str, words: list[str]) -> str | None:
    """Return the clause with the inversion undone, or None where that is unsure."""
    end = _subject_end(words)
    if not end or end >= len(words):
        return None
    subject, rest = " ".join(words[:end]), words[end:]
    skip = 0
    while skip < len(rest) - 1 and rest[skip] in _ADVERB:
        skip += 1
    verb = rest[skip]
    if aux not in ("did", "does", "do"):
        return f"{head} {subject} {aux} {' '.join(rest)}"
    bare = verb.rstrip(",")
    if bare not in BASE_FORMS:
        return None
    form = {"did": past, "does": third, "do": str}[aux](bare) + verb[len(bare) :]
    return " ".join([head, subject, *rest[:skip], form, *rest[skip + 1 :]])


def _after_be(head: str, aux: str, words: list[str]) -> tuple[str, str] | None:
    """Return a phrase and its form for "how many eggs are left", "how old is Rachel now"."""
    first = words[0].lower()
    if first == "there":
        return f"{head} there {aux} {' '.join(words[1:])}".strip(), "how"
    if head.lower() == "how much" and first in _DETERMINER | {"there"} | _PRONOUN:
        return (" ".join(words), "noun") if first in _DETERMINER else None
    if head.lower().startswith("how many of "):
        return f"{head} {aux} {' '.join(words)}", "how"
    if head.lower().startswith("how many ") and first not in _PRONOUN | _DETERMINER and not words[0][0].isupper():
        return f"the number of {head[9:]} that {aux} {' '.join(words)}", "noun"
    if first in _PARTICIPLE:
        return f"{head} {aux} {' '.join(words)}", "how"
    if first in _PRONOUN:
        return f"{head} {words[0]} {aux} {' '.join(words[1:])}".strip(), "how"
    if words[0][0].isupper() and (len(words) == 1 or words[1] in ("now", "in", "this", "today") or words[1].endswith("ing")):
        return f"{head} {words[0]} {aux} {' '.join(words[1:])}".strip(), "how"
    if first in _DETERMINER and len(words) <= 3:
        return f"{head} {' '.join(words)} {aux}", "how"
    return None


def _how(main: str) -> tuple[str, str] | None:
    """Return the phrase and form of a "how ..." or "what percentage ..." question."""
    words = main.split()
    at = next((i for i, w in enumerate(words[:12]) if i > 0 and w.lower() in _AUXILIARY), 0)
    if not at or at + 1 >= len(words):
        return (main[0].lower() + main[1:], "how") if not at and words[0].lower() == "how" else None
    head, aux, rest = " ".join(words[:at]), words[at].lower(), words[at + 1 :]
    lower = head[0].lower() + head[1:]
    if rest[0] == "not":
        return f"{lower} {aux} {' '.join(rest)}", "how"
    if aux in _BE:
        return _after_be(lower, aux, rest) if at > 1 else None
    if aux in ("have", "has") and rest[0].lower() not in _PRONOUN and not rest[0][0].isupper():
        return f"{lower} {aux} {' '.join(rest)}", "how"
    turned = _turned(lower, aux, rest)
    return (turned, "how") if turned else None


def _noun_phrase(phrase: str) -> tuple[str, str]:
    """Return "how many clips Natalia sold" as "the number of clips Natalia sold" where it reads well."""
    match = re.match(r"how many (?!more\b|fewer\b|less\b|of\b|times\b|total\b|additional\b|are\b|more)(.+)$", phrase)
    if match and re.match(r"[\w'-]+( [\w'-]+)? (?:he|she|they|it|we|you|I|[A-Z]\w+|there|has|have)\b", match.group(1)):
        rest = re.sub(r"^([\w'-]+(?: (?!(?:he|she|they|it|we|you)\b)[a-z'-]+)?) (has|have)\b(?! (?:he|she|they|it|we|you|I)\b)", r"\1 that \2", match.group(1))
        return f"the number of {rest}", "noun"
    if phrase.startswith("how much money ") and not phrase.startswith("how much money in"):
        return f"the amount of money {phrase[15:]}", "noun"
    return phrase, "how"


def _phrase(main: str) -> tuple[str, str]:
    """Return how to name what `main` asks, and in which form."""
    named = re.match(r"(?:what(?:'s| is| was| will be| are| were| would be)|calculate|find|determine)\s+(.+)$", main, re.I)
    if named and named.group(1).split()[0].lower() in _DETERMINER:
        return named.group(1), "noun"
    if main.lower().startswith(("how", "what percent", "what fraction")):
        found = _how(main)
        if found:
            return _noun_phrase(found[0]) if found[1] == "how" else found
    return main[0].lower() + main[1:], "quoted"


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


def _kind(main: str, response: str, text: str) -> tuple[str, str]:
    """Return the kind of the asked quantity and its noun or unit."""
    low = main.lower()
    if re.search(r"percent|%", low):
        return ("percent", "percent") if re.match(r"what|how much percent", low) and "percent" in low[:60] else ("number", "")
    if re.match(r"how old|what (?:is|was|will be) .*\bage\b", low):
        return "age", "years"
    if re.search(r"\bweigh", low):
        return "number", ""
    is_money, word = _tail_of(response)
    noun = _noun_of(main)
    if noun:
        last = noun.split()[-1].lower()
        kind = KIND_OF_NOUN.get(last)
        if kind:
            return kind, last if kind not in ("people",) else noun
        return ("things", noun) if last in OWNABLE else ("count", noun)
    if re.search(r"how much|cost|price|profit|salary|earn|money|amount|total|average|difference|what", low) and (
        is_money or (_MONEY_WORD.search(low) and ("$" in text or "dollar" in text)) or "money" in low
    ):
        return "money", "dollars"
    if re.match(r"how (long|far|much|tall|high|wide|deep|heavy|big)|what", low):
        stated = re.search(r"\bin (\w+)\b", low)
        unit = stated.group(1) if stated and stated.group(1) in KIND_OF_NOUN else word
        unit = unit if unit in KIND_OF_NOUN or unit + "s" not in KIND_OF_NOUN else unit + "s"
        return (KIND_OF_NOUN[unit], unit) if KIND_OF_NOUN.get(unit) in ("time", "length", "weight") else ("number", "")
    return "number", ""


def _statement(lead: str) -> tuple[str, str]:
    """Return a leading clause as a sentence of its own, or as words to follow the question."""
    condition = _CONDITION.match(lead)
    if condition:
        rest = lead[condition.end() :].strip().rstrip(",")
        return f"Suppose {rest[0].lower() + rest[1:] if rest.split()[0].lower() in _DETERMINER | _PRONOUN - {'i'} else rest}.", ""
    words = lead.split()
    if len(words) > 4 and not _TAIL.match(lead) and any(w in _AUXILIARY or w.endswith("ed") for w in words):
        return f"{lead.rstrip(',')}.", ""
    return "", " " + lead[0].lower() + lead[1:].rstrip(",")


def last_sentence(text: str) -> tuple[str, str]:
    """Return a problem's text up to its last sentence, and that sentence."""
    sentence = _SENTENCE.split(text.strip())[-1]
    return text.strip()[: -len(sentence)].rstrip(), sentence


@lru_cache(maxsize=1024)
def read_question(text: str, response: str) -> Asked | None:
    """Return what a problem asks, or None where it does not end in exactly one question."""
    text = text.strip()
    sentences = _SENTENCE.split(text)
    last = sentences[-1].strip()
    if text.count("?") > 1 or not (last.endswith("?") or re.search(r"\b(?:calculate|find|determine) (?:the|how)", last, re.I)):
        return None
    body, main, tail = " ".join(s.strip() for s in sentences[:-1]), last.rstrip("?. "), ""
    led = None if re.match(r"(?:how|what|what's|calculate|find|determine)\b", main, re.I) else _LEAD.match(main)
    if led:
        statement, tail = _statement(led["lead"])
        body, main = f"{body} {statement}".strip(), led["main"].strip()
    phrase, form = _phrase(main)
    if tail and not _TAIL.match(tail.strip()):
        return None
    kind, noun = _kind(main, response, text)
    phrase = re.sub(r"\s+", " ", phrase + tail)
    if kind == "money" and form != "quoted" and "$" not in phrase and "dollar" not in phrase and "money" not in phrase:
        phrase += ", in dollars"
    elif kind in ("time", "length", "weight") and noun not in phrase:
        phrase += f", in {noun}"
    return Asked(re.sub(r"[ \t]+", " ", body), phrase, form, kind, noun)

