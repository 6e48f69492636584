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

from evol.domains.math.procedural.nouns import AUXILIARY, PRONOUN, kind_of
from evol.domains.math.procedural.verbs import BASE_FORMS, CLEARLY_VERBS, past, third

_BE = frozenset(["is", "are", "was", "were"])
_ADVERB = frozenset(
    [
        "still",
        "now",
        "currently",
        "already",
        "also",
        "only",
        "actually",
        "personally",
        "each",
        "both",
        "all",
        "then",
        "usually",
    ]
)
_DETERMINER = frozenset(
    [
        "the",
        "his",
        "her",
        "their",
        "its",
        "my",
        "our",
        "your",
        "each",
        "every",
        "a",
        "an",
        "all",
        "both",
        "these",
        "those",
        "this",
        "that",
    ]
)
_PARTICIPLE = frozenset(["left", "remaining", "needed", "in", "on", "at", "not", "there", "sold", "used"])
_ASKS = r"(?:(?:in|after|for|at|by|on) )?(?:how|what|what's|which|whose)\b"
_ORDERS = r"(?:calculate|find|determine|compute|evaluate)\b"
_MAIN = re.compile(rf"(?:{_ASKS}|{_ORDERS})", re.I)
_LEAD = re.compile(
    rf"^(?P<lead>.+?),?\s+(?P<main>(?:{_ASKS}|{_ORDERS})(?!.*,\s*(?:how|what)\b).+)$", re.I | re.S
)
_CONDITION = re.compile(
    r"^(?:if|suppose|supposing|assuming|assume|given|knowing|provided)(?: that)?\s+", re.I
)
_TAIL = re.compile(
    r"(?:in|after|at|on|by|over|during|for|from|with|per|before|considering|including|based)\b", re.I
)
_COUNTABLE = re.compile(r"how many (?!(?:more|fewer|less|of|times|total|additional|are)\b)(.+)$")
_SUBJECT_FOLLOWS = re.compile(r"[\w'-]+( [\w'-]+)? (?:he|she|they|it|we|you|I|[A-Z]\w+|there|has|have)\b")
_THAT_HAVE = re.compile(
    r"^([\w'-]+(?: (?!(?:he|she|they|it|we|you)\b)[a-z'-]+)?) (has|have)\b(?! (?:he|she|they|it|we|you|I)\b)"
)
_SENTENCE = re.compile(
    r"(?<!\bMr\.)(?<!\bMrs\.)(?<!\bMs\.)(?<!\bDr\.)(?<!\bSt\.)(?<=[.!?])[\"”]?\s+(?=[A-Z0-9\"“])"
)


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
    if words[0].lower() in PRONOUN:
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
        if words[i] in CLEARLY_VERBS and words[i - 1].lower() not in _DETERMINER:
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
    form = (past(bare) if aux == "did" else third(bare) if aux == "does" else bare) + verb[len(bare) :]
    return " ".join([head, subject, *rest[:skip], form, *rest[skip + 1 :]])


def _after_be(head: str, aux: str, words: list[str]) -> tuple[str, str] | None:
    """Return a phrase and its form for "how many eggs are left", "how old is Rachel now"."""
    first = words[0].lower()
    if first == "there":
        return f"{head} there {aux} {' '.join(words[1:])}".strip(), "how"
    if head.lower() == "how much" and first in _DETERMINER | {"there"} | PRONOUN:
        return (" ".join(words), "noun") if first in _DETERMINER else None
    if re.match(r"how many (?:of|more|fewer|less|additional)\b", head, re.I):
        return f"{head} {aux} {' '.join(words)}", "how"
    if (
        head.lower().startswith("how many ")
        and first not in PRONOUN | _DETERMINER
        and not words[0][0].isupper()
    ):
        return f"the number of {head[9:]} that {aux} {' '.join(words)}", "noun"
    if first in _PARTICIPLE:
        return f"{head} {aux} {' '.join(words)}", "how"
    if first in PRONOUN:
        return f"{head} {words[0]} {aux} {' '.join(words[1:])}".strip(), "how"
    if words[0][0].isupper() and (
        len(words) == 1 or words[1] in ("now", "in", "this", "today") or words[1].endswith("ing")
    ):
        return f"{head} {words[0]} {aux} {' '.join(words[1:])}".strip(), "how"
    if first in _DETERMINER and len(words) <= 3:
        return f"{head} {' '.join(words)} {aux}", "how"
    return None


def _how(main: str) -> tuple[str, str] | None:
    """Return the phrase and form of a "how ..." or "what percentage ..." question."""
    words = main.split()
    at = next((i for i, w in enumerate(words[:12]) if i > 0 and w.lower() in AUXILIARY), 0)
    if not at or at + 1 >= len(words):
        return (main[0].lower() + main[1:], "how") if not at and words[0].lower() == "how" else None
    head, aux, rest = " ".join(words[:at]), words[at].lower(), words[at + 1 :]
    lower = head[0].lower() + head[1:]
    if rest[0] == "not":
        return f"{lower} {aux} {' '.join(rest)}", "how"
    if aux in _BE:
        return _after_be(lower, aux, rest) if at > 1 else None
    if aux in ("have", "has") and rest[0].lower() not in PRONOUN and not rest[0][0].isupper():
        return f"{lower} {aux} {' '.join(rest)}", "how"
    turned = _turned(lower, aux, rest)
    return (turned, "how") if turned else None


def _noun_phrase(phrase: str) -> tuple[str, str]:
    """Return "how many clips Natalia sold" as "the number of clips Natalia sold" where it reads well."""
    match = _COUNTABLE.match(phrase)
    if match and _SUBJECT_FOLLOWS.match(match.group(1)):
        rest = _THAT_HAVE.sub(r"\1 that \2", match.group(1))
        return f"the number of {rest}", "noun"
    if phrase.startswith("how much money ") and not phrase.startswith("how much money in"):
        return f"the amount of money {phrase[15:]}", "noun"
    return phrase, "how"


def _phrase(main: str) -> tuple[str, str]:
    """Return how to name what `main` asks, and in which form."""
    named = re.match(
        r"(?:what(?:'s| is| was| will be| are| were| would be)|calculate|find|determine|compute)\s+(.+)$",
        main,
        re.I,
    )
    if named and named.group(1).split()[0].lower() in _DETERMINER:
        return named.group(1), "noun"
    formula = re.match(
        r"(?:evaluate|compute|calculate|what is)\s+(?:the expression\s+)?(-?[\d(].+)$", main, re.I
    )
    if formula:
        return f"the value of {formula.group(1)}", "noun"
    if re.match(r"(?:\w+ )?how\b|what percent|what fraction", main, re.I):
        found = _how(main)
        if found:
            return _noun_phrase(found[0]) if found[1] == "how" else found
    return main[0].lower() + main[1:], "quoted"


def _statement(lead: str) -> tuple[str, str]:
    """Return a leading clause as a sentence of its own, or as words to follow the question."""
    condition = _CONDITION.match(lead)
    if condition:
        rest = lead[condition.end() :].strip().rstrip(",")
        lowered = rest.split()[0].lower() in _DETERMINER | PRONOUN - {"i"}
        return f"Suppose {rest[0].lower() + rest[1:] if lowered else rest}.", ""
    words = lead.split()
    if len(words) > 4 and not _TAIL.match(lead) and any(w in AUXILIARY or w.endswith("ed") for w in words):
        return f"{lead.rstrip(',')}.", ""
    return "", " " + lead[0].lower() + lead[1:].rstrip(",")


def last_sentence(text: str) -> tuple[str, str]:
    """Return a problem's text up to its last sentence, and that sentence."""
    sentence = _SENTENCE.split(text.strip())[-1]
    return text.strip()[: -len(sentence)].rstrip(), sentence


def _with_unit(phrase: str, form: str, kind: str, noun: str) -> str:
    """Return the phrase with the unit its value is in, where it does not say so itself."""
    if kind == "money" and form != "quoted" and not re.search(r"\$|dollar|money", phrase):
        return f"{phrase}, in dollars"
    return f"{phrase}, in {noun}" if kind in ("time", "length", "weight") and noun not in phrase else phrase


@lru_cache(maxsize=1024)
def read_question(text: str, response: str) -> Asked | None:
    """Return what a problem asks, or None where it does not end in exactly one question."""
    body, last = last_sentence(text)
    if text.count("?") > 1 or not (last.endswith("?") or re.search(rf"\b{_ORDERS}", last, re.I)):
        return None
    main, tail = last.rstrip("?. "), ""
    led = None if _MAIN.match(main) else _LEAD.match(main)
    if led:
        statement, tail = _statement(led["lead"])
        body, main = f"{body} {statement}".strip(), led["main"].strip()
    if tail and not _TAIL.match(tail.strip()):
        return None
    phrase, form = _phrase(main)
    kind, noun = kind_of(main, response, text)
    phrase = _with_unit(re.sub(r"\s+", " ", phrase + tail), form, kind, noun)
    return Asked(re.sub(r"[ \t]+", " ", body), phrase, form, kind, noun)
