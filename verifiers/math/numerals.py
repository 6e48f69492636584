"""Numbers spelled in English, as digits: `twenty-five`, `two thirds`, `1.5 million`, `2 to 3`."""

from __future__ import annotations

import re
from fractions import Fraction

_SMALL = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "ninths": 9, "tenth": 10, "tenths": 10,
}  # fmt: skip
_COUNT = "|".join([*_SMALL, *_TENS, *_SCALES, "hundred"])
_PART = "|".join(_PARTS)
# Words below thirteen alone are the grammar's; here begins what takes more than one of them.
_TELLING = re.compile(rf"(?:teen|ty|hundred|thousand|illion|dozen|{_PART})(?![a-z])", re.IGNORECASE)
_ORDINAL = re.compile(
    r"(?<=\d)(?:st|nd|rd|th)$|(?<=\d)\s*\^\s*\{?\s*\\(?:text|mathrm)\s*\{\s*(?:st|nd|rd|th)\s*\}\s*\}?$"
)
_RANKS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_RANK = re.compile(rf"(?:\\text\{{)?\s*(?:the\s+)?({'|'.join(_RANKS)})\s*\}}?", re.IGNORECASE)
_OUT_OF = re.compile(r"(?<=\d)\s*(?:\\text\s*\{\s*out\s+of\s*\}|\sout\s+of\s)\s*(?=\d)")
_PART_OF_ONE = re.compile(rf"^(?:\\text\{{)?an?\s+({_PART})\}}?$", re.IGNORECASE)
_TO = re.compile(r"(?<=\d)\s*(?:\\text\s*\{\s*to\s*\}|\sto\s)\s*(?=\d)")
_ONE_SCALE = re.compile(r"^\s*an?\s+(?=(?:dozen|hundred|thousand|million|billion)\b)", re.IGNORECASE)
_NUMBER_WORD = re.compile(rf"(?:(?:negative|minus)\s+)?(?:{_COUNT})(?:[\s-](?:{_COUNT}))*", re.IGNORECASE)
_SIGN = re.compile(rf"(?:negative|minus)\s+(?=\d|(?:{_COUNT})\b)", re.IGNORECASE)
_DOLLARED = re.compile(r"\$(\d[\d.,]*)\$(?=\s*[a-z])")
_RUN = re.compile(
    rf"(?<![\w\\])(?:(?P<digits>\d+(?:\.\d+)?)(?:[\s~]+|(?:\s|\\[,; ]){{0,4}}(?P<text>\\text\s*\{{)\s*)"
    rf"(?P<scale>hundred|dozen|{'|'.join(_SCALES)})"
    rf"|(?P<words>(?:{_COUNT})(?:(?:[\s-]+|\s+and\s+)(?:{_COUNT}))*)(?:[\s-]+(?P<part>{_PART})|(?P<half>\s+and\s+a\s+half))?)"
    rf"(?![\w-])",
    re.IGNORECASE,
)


def is_number_word(text: str) -> bool:
    """Whether a text is one spelled number, with a sign or without: `zero`, `negative two`."""
    return bool(_NUMBER_WORD.fullmatch(text.strip()))


def spelled_out(text: str) -> str:
    """Return the text with spelled numbers as digits or quotients and `2 to 3` as `2:3`; the rest stays."""
    if text[:1] in "mMnN" and (sign := _SIGN.match(text)):
        text = f"-{text[sign.end() :]}"
    if rank := _RANK.fullmatch(text):
        return str(_RANKS[rank[1].lower()])
    if _TELLING.search(text):
        text = _ONE_SCALE.sub("1 ", text)
        text = _DOLLARED.sub(r"\1", text) if "$" in text else text
        text = _RUN.sub(_digits, _PART_OF_ONE.sub(lambda m: f"1/{_PARTS[m[1].lower()]}", text))
    if "out" in text:
        text = _OUT_OF.sub("/", text)
    text = _ORDINAL.sub("", text) if text[-1:].isalpha() or text.endswith("}") else text
    return _TO.sub(":", text) if "to" in text else text


def _digits(match: re.Match[str]) -> str:
    if match["digits"]:
        scaled = Fraction(match["digits"]) * {"hundred": 100, "dozen": 12, **_SCALES}[match["scale"].lower()]
        return f"{scaled}{match['text'] or ''}" if scaled.denominator == 1 else match.group()
    value = _value(re.findall(r"[a-z]+", match["words"].lower()))
    if value is None:
        return match.group()
    if match["half"]:
        return f"{2 * value + 1}/2"
    part = (match["part"] or "").lower()
    if part and (value > 19 or (value == 1) == (part.endswith("s") or part == "halves")):
        return match.group()
    return f"{value}/{_PARTS[part]}" if part else str(value)


def _value(words: list[str]) -> int | None:
    """Return what number words say, None where their order is not that of a number."""
    total, group, last = 0, 0, 10**15
    for at, word in enumerate(words):
        if word == "and":
            if words[at - 1] != "hundred":
                return None
        elif word == "hundred":
            if not 0 < group < 10:
                return None
            group *= 100
        elif word in _SCALES:
            if not group or _SCALES[word] >= last:
                return None
            total, group, last = total + group * _SCALES[word], 0, _SCALES[word]
        else:
            step = _SMALL[word] if word in _SMALL else _TENS[word]
            room = group % 100
            fits = room == 0 or (room >= 20 and room % 10 == 0 and 0 < step < 10)
            if not fits or (step == 0 and len(words) > 1):
                return None
            group += step
    return total + group
