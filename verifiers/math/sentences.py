"""Answers in words: what counts as a sentence, and when two of them say the same.

Sentences are never told apart here: other words may mean the same, so they stay undecided.
"""

from __future__ import annotations

import re
from functools import lru_cache

from evol.verifiers.math.equality import Finding
from evol.verifiers.math.profiles import Profile
from evol.verifiers.math.tokens import FUNCTIONS
from evol.verifiers.math.units import is_unit_word, names

_COMMAND = re.compile(
    r"\\(?:text|mbox|textbf|mathrm|textrm|operatorname|begin|end)\s*\{[^{}]*\}|\\[a-zA-Z]+|(?<![a-zA-Z])[a-zA-Z]+_|</?su[bp]>"
)
_UNWRAP = re.compile(r"\\(?:text|mbox|textbf|textrm)\s*\{([^{}]*)\}")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NOTATION = names("and or in pi pm am infinity inf sqrt frac degrees")
_SHORT = names("is of to it we he so no as at by be if on up us do go my")
_ARTICLES = names("the a an is are it")
_QUALIFIED = names("not no never if when unless otherwise or and but neither nor cannot only either both")
_SHORT_SENTENCE = 100
_ONE_NUMBER = re.compile(
    r"[A-Z][^\W\d_]*(?:\s+[^\W\d_]+){0,6}\s+(?P<number>\$?\d[\d,]*(?:\.\d+)?(?:/\d+)?)"
    r"\s*(?P<unit>%|[^\W\d_]+)?(?:\s+[^\W\d_]+){0,6}\.?"
)
_LABEL_WORD = re.compile(r"^(?:The\s+)?[A-Z][a-z]*\s+\d")
_COUNTING_OTHERWISE = _QUALIFIED | names(
    "more less fewer than least most half twice times each per every about approximately nearly almost by "
    "from to after before until minus plus percent hundred thousand million dozen one two three four five "
    "six seven eight nine ten first second third remainder squared factor power base mod ratio increased "
    "decreased over under"
)
_CONDITIONAL = _QUALIFIED - names("and")
_COMPARING = names("than as same equal equally whereas while but although")
_NO_SUBJECT = names(
    "more less most least both all each every some many few half twice it he she they this that these those "
    "there in on at for by with to from of we you one two three yes no true false increase decrease"
)
_COPULA = re.compile(
    r"(?P<subject>.*)(?:(?<=[\s{\\])|^)(?:is|are|was|equals)(?:\\[ ,;:!]|[\s~:}])+(?P<value>\S.*)", re.DOTALL
)
_COMMAND_NAME = re.compile(r"\\[a-zA-Z]+")
_LABEL_CHARS = 100
_LABELLED = re.compile(r"\s*(?:[^\W\d_]+\s*(?:=|:)\s*[^a-zA-Z]*|[-$\d.\s/]+(?:[^\W\d_]+\s*){0,2})\s*\.?\s*")


def plain_words(text: str) -> list[str]:
    """Return the words of a text that are neither notation nor units nor inside `\\text{}`."""
    return [w for w in _WORD.findall(_COMMAND.sub(" ", text)) if not _is_notation(w)]


def _is_notation(word: str) -> bool:
    if not word.isascii() and not "\u0370" <= word[0] < "\u0400":
        return False
    lower = word.lower()
    return (
        word in FUNCTIONS
        or lower in _NOTATION
        or is_unit_word(lower)
        or (len(word) < 4 and not re.search(r"[aeiouy]", lower))
        or (len(word) == 2 and lower not in _SHORT)
    )


@lru_cache(maxsize=8)  # the stages of one comparison ask about the same few texts again
def is_prose(text: str) -> bool:
    """Whether a text is sentences rather than an answer: three words that are no units or names."""
    if "\n" in text.strip() and len(text) > 400 and "\\begin" not in text:
        return True
    words = plain_words(text)
    if sum(len(w) for w in words if "\u3040" <= w[0] <= "\u9fff") >= 4:
        return True
    return len(words) > 2 and not _is_labelled_list(_COMMAND.sub(" ", text))


def _is_labelled_list(text: str) -> bool:
    """Whether each item is a short label and a value: `Paolo: 18, Qing: 14`, `7 goats and 4 owls`."""
    items = [" ".join(item.split()) for item in re.split(r",|;|\band\b", text)]
    short = len(items) > 1 and max(map(len, items)) <= _LABEL_CHARS
    return short and all(_LABELLED.fullmatch(item) for item in items)


def is_sentence(text: str) -> bool:
    """Whether an answer is words to be read: prose, or five words in text mode without a number."""
    if is_prose(text):
        return True
    inside = " ".join(_UNWRAP.findall(text))
    return len(_WORD.findall(inside)) > 4 and not re.search(r"\d", text)


def _words(text: str) -> list[str]:
    listed = re.sub(r",\s*(?:and\b)?", " and ", _UNWRAP.sub(r" \1 ", text).lower())
    found = re.findall(r"[^\W_]+", listed)
    return [w for w in found if w not in _ARTICLES]


def match_sentences(a: str, b: str, profile: Profile) -> Finding | None:
    """Compare two answers of which one is a sentence; None where neither is."""
    sentences = [is_sentence(text) for text in (a, b)]
    if not any(sentences):
        return None
    if _words(a) == _words(b) and not re.search(r"[-+*/^=<>\\]", _UNWRAP.sub(" ", a + b)):
        return Finding(True, "same_words")
    if profile.subject_names and sentences[0] != sentences[1]:
        sentence, name = (a, b) if sentences[0] else (b, a)
        if _is_subject(name, sentence) or _begins_sentence(name, sentence):
            return Finding(True, "subject_named")
    return Finding(None, "different_wording")


def single_statement(text: str) -> str | None:
    """Return the value of a gold that is one plain statement, `The minimum value is $-3$`, else None.

    Nothing but words stands before the verb, and nothing but the value after it.
    """
    match = _COPULA.fullmatch(text)
    if (
        match is None
        or re.search(r"[\d$\\.,;=]", match["subject"])
        or not re.search(r"\d|\\", match["value"])
    ):
        return None
    value = match["value"]
    listed = re.search(r"\d", value) and not re.search(r"[a-z]", re.sub(r"\band\b|\\[a-z]+", "", value))
    words = [word.lower() for word in _WORD.findall(match["subject"] if listed else text)]
    return value if not _QUALIFIED.intersection(words) and not plain_words(value) else None


def only_number(text: str) -> str | None:
    """Return the number, with its unit, of a gold that is one short sentence with one number in it.

    `It takes 6 hours`, `She bought 14 apples.` None where a word compares, denies or counts otherwise.
    """
    match = _ONE_NUMBER.fullmatch(text.strip())
    if match is None or len(text) > _SHORT_SENTENCE or _LABEL_WORD.match(text):
        return None
    words = [word.lower() for word in re.findall(r"[^\W\d_]+", text)]
    if len(words) > 12 or not _COUNTING_OTHERWISE.isdisjoint(words):
        return None
    unit = match["unit"] or ""
    return match["number"] + (f" {unit}" if unit == "%" or is_unit_word(unit.lower()) else "")


def stated_value(text: str) -> str | None:
    r"""Return what a sentence in text mode says its subject is: `5` in `\\text{the sum is }5`.

    None where that is words, where the sentence has no subject of two letters or more, or where it is
    qualified: by a condition, a denial or a choice.
    """
    if "\\text" not in text and "\\ " not in text:
        return None
    match = _COPULA.search(text)
    if match is None or not _WORD.search(_COMMAND_NAME.sub(" ", match["subject"])):
        return None
    if any(word.lower() in _CONDITIONAL for word in _WORD.findall(text)):
        return None
    value = match["value"].strip()
    return value if value and not plain_words(_UNWRAP.sub(r" \1 ", value)) else None


def _begins_sentence(phrase: str, sentence: str) -> bool:
    """Whether one to three plain words are those that the subject of an unqualified sentence begins with.

    `stopped` answers `A stopped clock is right more often.` A verb is no subject: `Moving the point ...`.
    """
    phrase = _UNWRAP.sub(r"\1", phrase)
    words = [w for w in re.findall(r"[^\W\d_]+", phrase.lower()) if w not in _ARTICLES]
    said = [w for w in re.findall(r"[^\W_]+(?:n't)?", sentence.lower()) if w not in _ARTICLES]
    if not 0 < len(words) <= 3 or len(said) < len(words) + 3 or said[: len(words)] != words:
        return False
    if re.search(r"[\d\\$=,;:]", phrase + sentence) or words[0] in _NO_SUBJECT or words[0].endswith("ing"):
        return False
    return not any(w in _QUALIFIED or w in _COMPARING or "n't" in w for w in said)


def _is_subject(name: str, sentence: str) -> bool:
    """Whether a lone proper name is the first word, and the only name, of an unqualified sentence."""
    name = _UNWRAP.sub(r"\1", name).strip()
    words = re.findall(r"[^\W_]+(?:n't)?", sentence)
    if not name.istitle() or not name.isalpha() or len(name) < 3 or words[:1] != [name]:
        return False
    rest = words[1:]
    return not any(w[:1].isupper() or w.isdigit() or w.lower() in _QUALIFIED or "n't" in w for w in rest)
