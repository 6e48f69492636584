"""Words that open a short answer and words cut off behind an amount: `so $x = 2$`, `Prix : 2,74 $ a`.

What denies, compares or conditions the value is no opening: such a text stays whole.
"""

from __future__ import annotations

import re

from evol.verifiers.math.units import names

_CONNECTIVES = (
    "so|hence|thus|therefore|then|finally|consequently|donc|ainsi|also|daher|luego|entonces|quindi|dunque"
)
_VERBS = (
    "is|are|was|equals?|gets?|got|have|has|obtain(?:s|ed)?|finds?|found|gives?|giving|yields?|costs?|becomes?|that"
    "|est|sont|es|son|ist|sind|è|é|vaut|kostet|beträgt"
)
_NOUNS = "points?|line|plane|circle|interval|set|matrix|vector|pair|triple|function|at|value|values|number"
_OPENING = re.compile(
    rf"(?P<words>(?:[^\W\d_][\w'’]*,?\s+){{0,6}}?)(?:(?:{_VERBS})\s*:?|(?P<connective>{_CONNECTIVES})\s*[,:]?"
    rf"|(?:{_NOUNS})(?=\s*(?:\$|\\\())|(?:因此|所以|故)[,，:：]?)"
    r"\s*(?=[$\\\d.(\[{-]|(?P<name>[a-zA-Z])\s*(?:=|<|>|\\in|\\le|\\ge))",
    re.IGNORECASE,
)
_LED_BY = re.compile(
    r"(?:By|From|Using|After|Through|Via)\s[^$,=\d]{1,40},\s+(?:(?:we|one)\s(?:get|have|find|obtain)s?\s)?(?=\$[^$]+\$[\s.]*$)"
)
_NAMED_ANSWER = re.compile(
    r"(?P<value>-?\d[\d.,/]*|\$[^$]+\$)\s+(?:is|est|es|ist|è|é)\s+(?:the|our|my|la|le|el|die|das|der|a)\s[^\d$]+"
)
_QUALIFYING = names(
    "not no never if when unless otherwise or and but neither nor cannot only either both less more than "
    "least most minus negative half twice"
)
_WORDED_LABEL = re.compile(
    r"(?P<label>[A-Za-z][\w ,'’()-]{3,60}):\s*(?P<formula>\$[^$]+\$|\\\((?:(?!\\\)).)+\\\)"
    r"|\\begin\{(?P<kind>align|gather|equation|multline)(\*?)\}.+\\end\{(?P=kind)\4\})[\s.]*",
    re.DOTALL,
)
_SELECTING = re.compile(
    r"\b(?:max|min|larg|small|great|least|most|first|second|third|last|next|other|each|total|not|no|if|when)",
    re.IGNORECASE,
)
_CUT_OFF = re.compile(
    r"(?:[^\d$\\=+*/^]*[\s:])?(?P<amount>-?(?:\d[\d.,]*)?\d)\s?\$(?:\s+[^\W\d_]{1,2})+[\s.]*"
)
_ASSIGNMENT = r"[a-zA-Z]\s?=\s?[-−]?\d+(?:\.\d+|/\d+)?"
_ASSIGNMENTS = re.compile(
    rf"(?<![\w$\\])({_ASSIGNMENT}(?:(?:\s?,\s?(?:and\s)?|\sand\s){_ASSIGNMENT}){{1,5}})[\s.]*$"
)


def without_opening(text: str) -> str:
    """Return a short answer without the words before it, where the last of them is a verb or a connective.

    A bare equation follows a connective only: in `the line is y = 2` it would be the subject's name.
    """
    if led := _LED_BY.match(text):
        return text[led.end() :]
    match = _OPENING.match(text)
    if match is None or (match["name"] and not match["connective"]):
        return text
    words = re.findall(r"[^\W\d_]+", match["words"].lower())
    return text if _QUALIFYING.intersection(words) else text[match.end() :]


def named_answer(text: str) -> str | None:
    """Return the value in `20 es la respuesta`."""
    match = _NAMED_ANSWER.fullmatch(text)
    qualified = match is None or _QUALIFYING.intersection(text.lower().split())
    return None if qualified or match is None else match["value"]


def without_label(text: str) -> str:
    r"""Return the one formula behind a label of several words: `Scaling by 2: $2M$`.

    A label that says which of several values this is, the largest or the second, stays.
    """
    match = _WORDED_LABEL.fullmatch(text)
    if match is None or len(match["label"].split()) < 2 or _SELECTING.search(match["label"]):
        return text
    return match["formula"]


def amount_before_dollar(text: str) -> str | None:
    """Return the amount in `Price: 2.74 $ a`, where a sentence was cut off behind a dollar sign."""
    if text.count("$") != 1 or not text.rstrip(" .")[-1:].isalpha():
        return None
    match = _CUT_OFF.fullmatch(text)
    return match["amount"] if match else None


def assigned_values(text: str) -> tuple[int, int] | None:
    """Return where the values stand with which a text ends: `The solution is x = -2 and y = 7.`"""
    match = _ASSIGNMENTS.search(text, max(0, len(text) - 150)) if "=" in text[-12:] else None
    return match.span(1) if match else None
