"""Answers that are not expressions: choice letters, clock times, dates."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evol.verifiers.math.equality import Finding
from evol.verifiers.math.units import names

_FONT = re.compile(r"\\(?:text|mathrm|textbf|mathbf|mbox|textrm)\s*\{([^{}]*)\}")
_CHOICE = re.compile(r"\(?([A-Z])\)?[.:)]?|\(([a-j])\)")
_RUN_OF_LETTERS = re.compile(r"[A-H]{2,8}")
_ROMAN = re.compile(r"\(?(?P<first>[IVX]+)\)?(?:\s*(?:,|;|&|,?\s*and)\s*\(?[IVX]+\)?)*(?:\s+only)?")
_CHOICES = re.compile(r"\(?([A-J])\)?(?:\s*(?:,|;|and|&|,\s*and)\s*\(?([A-J])\)?)+")
_OPTION = re.compile(r"(?:option|choice)\s+(?=\(?[A-J]\b)", re.IGNORECASE)
_FORMULA = re.compile(r"\$[^$]*\$")
_WINS = re.compile(
    r"(?<=[a-z])\s+(?:(?:always|can|will)\s+)?(?:wins?(?:\s+the\s+game)?|has\s+a\s+winning\s+strategy)$"
)
_TITLE = re.compile(r"\b(Mr|Mrs|Ms|Dr|St|Prof)\.(?=\s+[A-Z])")
_POLAR = re.compile(r"(yes|no|true|false)(?:[.,;:!]\s*(.*))?", re.IGNORECASE | re.DOTALL)
_POSSIBLE = re.compile(
    r"(?:it\s+is\s+|it's\s+)?(?:(?P<no>not\s+)?(?P<im>im)?possible|(?P<may>not)\s+(?:necessarily|always))\.?",
    re.IGNORECASE,
)
_PHRASE = re.compile(r"(?:(?:an?|A|An)\s+)?[^\W\d_]{2,}(?:[\s-]+[^\W\d_]+){0,6}")
_PREDICATE = re.compile(r".*\s(?:is|are|be|was|were)\s+(?:an?\s+|the\s+)?(?P<said>[^\W\d_]+)", re.DOTALL)
_QUALIFIED = names("not no never if when unless or neither nor cannot only either both isn't aren't")
_DROPPED = names("all a an the on at it is there are real angled monotonically")
_WORDY = re.compile(r"[a-zA-Z]{2}\W*\s|infinit|DNE|undefined|none", re.IGNORECASE)
_EITHER = names("either neither")
_KINDS = names("triangle function number line angle sequence matrix series graph condition player")
_EVERY = re.compile(
    r"(?:all|any|every) (?:real numbers?|reals)|all (?:of )?the real(?: number)?s|the set of real numbers"
    r"|(?:all|any|every) real(?: numbers?| values?)? (?:of )?[a-z]"
)
_EVERY_WHOLE = re.compile(
    r"(?:[a-z] (?:is|can be) )?(?:all|any|every) (?P<sign>positive |natural |non-?negative )?"
    r"(?P<kind>integers?|numbers?|naturals?)(?: [kmn])?"
)
_SOME_REALS = re.compile(
    r"(?:all|any|every) (?P<kind>positive real|negative real|non-?zero real|non-?negative real|rational)"
    r"(?:s| numbers?| values?)?(?: [a-z])?"
)
_REAL_SETS = {
    "positive real": "(0, \\infty)", "negative real": "(-\\infty, 0)", "nonnegative real": "[0, \\infty)",
    "nonzero real": "\\mathbb{R} \\setminus \\{0\\}", "rational": "\\mathbb{Q}",
}  # fmt: skip
_WHOLE_SETS = {
    "integer": "\\mathbb{Z}", "positive integer": "\\mathbb{Z}^+", "natural number": "\\mathbb{N}",
    "natural": "\\mathbb{N}", "non-negative integer": "\\mathbb{N}_0", "nonnegative integer": "\\mathbb{N}_0",
}  # fmt: skip
_NO_SOLUTION = re.compile(
    r"(?:there (?:is|are|exists?) )?no (?:(?:such|real|integer|integral|natural|positive|possible|valid) )*"
    r"(?:solutions?|roots?|values?|numbers?|integers?|pairs?|triples?|functions?|polynomials?)"
    r"(?: exists?| satisfy)?"
    r"|(?:the )?empty set|(?:there (?:is|are) )?none(?: exists?)?"
)
_UNLIMITED = re.compile(
    r"(?:there (?:are|is) )?(?:infinitely many|infinite|(?:an )?infinite number of)"
    r"(?: solutions?| such \w+| many)?(?: exist)?"
)
_EXCEPTION = re.compile(
    r"(?:all|any|every) (?:the )?(?:real numbers?|reals)(?: [a-z])?,? (?:except|other than|excluding|but)"
    r"(?: for)? (?:[a-z] ?= ?)?(?P<out>[^a-z=<>]*(?:\\[a-z]+[^a-z=<>]*)*(?: and [^a-z=<>]+)?)"
)
_NO_VALUE = (("does not exist", "dne", "doesn't exist"), ("undefined", "not defined", "is undefined"))
# What is added, multiplied or raised is no label: `(B)+1`, but `(B) -3`.
_LABELLED = re.compile(r"(?:\(([A-J])\)|([A-J])[.:)])(?![+-]|\s+[+-]\s|\s*[*/^=])\s*(\S.*)")
_WORDED = re.compile(r"([A-J])\s+([A-Z][a-z]\w+.*)", re.DOTALL)
_TIME = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?\s*(?:([AaPp])\.?\s*[Mm]\.?)?")
_CLOCK_LAYOUT = re.compile(r"\$|\\[!,;:]")
_HOUR = re.compile(r"(\d{1,2})\s*([AaPp])\.?\s*[Mm]\.?")
_HOURS = {"noon": "12:00 PM", "midnight": "12:00 AM"}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    re.compile(r"(?P<m>[A-Za-z]{3,9})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{4}))?"),
    re.compile(r"(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<m>[A-Za-z]{3,9})\.?(?:,?\s+(?P<y>\d{4}))?"),
    re.compile(r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})"),
)


def set_in_notation(text: str) -> str:
    """Return `all real numbers except 2`, `no solution`, `infinitely many` as what they are in notation.

    `DNE` is one spelling of `does not exist`; any other text stays.
    """
    if not _WORDY.search(text):
        return text
    words = (
        " ".join(_FONT.sub(r"\1", text).replace("$", "").lower().strip(" .").split())
        if len(text) < 60
        else ""
    )
    if _EVERY.fullmatch(words):
        return "\\mathbb{R}"
    if some := _SOME_REALS.fullmatch(words):
        return _REAL_SETS[some["kind"].replace("-", "")]
    if every := _EVERY_WHOLE.fullmatch(words):
        return _WHOLE_SETS.get((every["sign"] or "") + every["kind"].removesuffix("s"), text)
    if _UNLIMITED.fullmatch(words):
        return "\\infty"
    if exception := _EXCEPTION.fullmatch(words):
        left_out = exception["out"].replace(" and ", ", ")
        return f"\\mathbb{{R}} \\setminus \\{{{left_out}\\}}"
    for spellings in _NO_VALUE:
        if words in spellings:
            return spellings[0]
    return "\\emptyset" if _NO_SOLUTION.fullmatch(words) else text


def match_special(a: str, b: str) -> Finding | None:
    """Compare two answers as choices, times or dates; None where they are not both of one such kind."""
    if max(len(a), len(b)) > 200:
        return None
    fonts = any(map(_FONT.search, (a, b)))
    a, b = (_TITLE.sub(r"\1", _FONT.sub(r"\1", text).strip()) for text in (a, b))
    return _choices(a, b) or _times(a, b) or _dates(a, b) or _polar(a, b) or _phrases(a, b, fonts)


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice letter and the label written after it, if any."""

    letter: str
    label: str = ""


def choice(text: str) -> Choice | None:
    """Return the choice that a text names: `C`, `(C)`, `C.`, `Option C`, `(C) Cecile`."""
    text = _OPTION.sub("", _FONT.sub(r"\1", text).strip())
    if match := _CHOICE.fullmatch(text):
        return Choice(match[1] or match[2].upper())
    if match := _LABELLED.fullmatch(text):
        return Choice(match[1] or match[2], match[3].strip())
    match = _WORDED.fullmatch(text)
    return Choice(match[1], match[2]) if match else None


def _choices(a: str, b: str) -> Finding | None:
    several = [_several(text) for text in (a, b)]
    if all(several) and (_CHOICES.fullmatch(a) or _CHOICES.fullmatch(b) or _ROMAN.fullmatch(a)):
        same = several[0] == several[1]
        return Finding(same, "same_choices" if same else "different_choices")
    x, y = choice(a), choice(b)
    if x is None or y is None or (len(a) == 1 and len(b) == 1):
        return None
    if x.letter != y.letter:
        return Finding(False, "different_choice")
    if x.label and y.label and x.label.lower() != y.label.lower():
        return Finding(None, "different_label")
    return Finding(True, "same_choice")


def _several(text: str) -> set[str] | None:
    """Return the letters of `A, C`, of `AC`, or the numerals of `I and III`; None for no such list."""
    if _CHOICES.fullmatch(text):
        return set(re.findall(r"(?<![A-Za-z])[A-J](?![a-z])", text))
    if _RUN_OF_LETTERS.fullmatch(text) and list(text) == sorted(set(text)):
        return set(text)
    if _ROMAN.fullmatch(text) and len(text) > 1:
        return set(re.findall(r"[IVX]+", text))
    return None


def _clock(text: str) -> tuple[int, int, bool] | None:
    """Return (minutes past midnight or noon, seconds, whether am or pm was said)."""
    text = _CLOCK_LAYOUT.sub("", text) if ":" in text and ("$" in text or "\\" in text) else text
    text = _HOURS.get(
        text.lower(), text.removesuffix(" o'clock") + (":00" if text.endswith(" o'clock") else "")
    )
    match = _TIME.fullmatch(text)
    hour_only = None if match else _HOUR.fullmatch(text)
    if match:
        hour, minute, second, half = int(match[1]), int(match[2]), int(match[3] or 0), match[4]
    elif hour_only:
        hour, minute, second, half = int(hour_only[1]), 0, 0, hour_only[2]
    else:
        return None
    if hour > 24 or (half and not 1 <= hour <= 12):
        return None
    if half:
        hour = hour % 12 + (12 if half in "Pp" else 0)
    return hour * 60 + minute, second, half is not None


def is_date_or_time(text: str) -> bool:
    """Whether a text is a date or a clock time and nothing else."""
    return _date(text) is not None or _clock(text) is not None


def _times(a: str, b: str) -> Finding | None:
    x, y = _clock(a), _clock(b)
    if x is None or y is None:
        return None
    if x[:2] == y[:2]:
        return Finding(True, "same_time")
    if x[2] != y[2] and (x[0] - y[0]) % 720 == 0 and x[1] == y[1] and max(x[0], y[0]) < 1440:
        half_said, bare = (x, y) if x[2] else (y, x)
        return Finding(True, "same_time") if bare[0] < half_said[0] else Finding(False, "different_time")
    return Finding(False, "different_time")


def _date(text: str) -> tuple[str | None, int, int] | None:
    for pattern in _DATES:
        match = pattern.fullmatch(text)
        if match:
            name = match["m"].lower()
            month = int(name) if name.isdigit() else _MONTHS.index(name[:3]) + 1 if name[:3] in _MONTHS else 0
            if 1 <= month <= 12 and 1 <= int(match["d"]) <= 31:
                return match["y"], month, int(match["d"])
    return None


def _dates(a: str, b: str) -> Finding | None:
    x, y = _date(a), _date(b)
    if x is None or y is None:
        return None
    same = x[1:] == y[1:] and (x[0] is None or y[0] is None or x[0] == y[0])
    return Finding(same, "same_date" if same else "different_date")


def _polar(a: str, b: str) -> Finding | None:
    """Compare yes, no, true or false with an answer that begins with one and explains itself after it."""
    if any(word in text for word in ("ossible", "necessarily", "always") for text in (a, b)):
        a, b = _said_possible(a), _said_possible(b)
    x, y = _POLAR.fullmatch(a), _POLAR.fullmatch(b)
    if x is None or y is None or (x[2] and y[2]) or any(_POLAR.fullmatch(m[2] or "") for m in (x, y)):
        return None
    same = x[1].lower() == y[1].lower()
    return Finding(same, "same_words" if same else "different_text")


def _said_possible(text: str) -> str:
    """Return yes for `it is possible` and no for `impossible`; any other text as it is."""
    match = _POSSIBLE.fullmatch(text)
    return text if match is None else "no" if match["no"] or match["im"] or match["may"] else "yes"


def _phrases(a: str, b: str, fonts: bool) -> Finding | None:
    """Find two short phrases the same but for articles, a preposition before them, case and plurals."""
    a, b = (_WINS.sub("", text.rstrip(" .")) for text in (a, b))
    if _is_predicate(a, b) or _is_predicate(b, a):
        return Finding(True, "same_words")
    if not (_PHRASE.fullmatch(a) and _PHRASE.fullmatch(b)):
        return None
    longest = max(map(len, re.findall(r"[^\W\d_]+", a + " " + b)))
    if _alternatives(a) & _alternatives(b) and _alternatives(a) == _alternatives(b):
        return Finding(True, "same_words")
    if _same_phrase(_bare_phrase(a), _bare_phrase(b)) and (fonts or longest > 3):
        return Finding(True, "same_words")
    return None


def _is_predicate(word: str, sentence: str) -> bool:
    """Whether a sentence says nothing but that its subject is this word: `The lines are parallel`."""
    match = _PREDICATE.fullmatch(_FORMULA.sub("that", sentence)) if word.isalpha() else None
    said = match is not None and match["said"].lower() == word.lower() and len(word) > 2
    return said and not _QUALIFIED.intersection(sentence.lower().split())


def _alternatives(text: str) -> frozenset[str]:
    """Return what `isosceles or right triangle` joins, in any order; nothing where there is no `or`."""
    parts = re.split(r"\b(?:or|nor)\b", text.lower())
    if len(parts) < 2:
        return frozenset()
    denied = "neither" in parts[0].split()
    words = ([w for w in _bare_phrase(part) if w not in _KINDS | _EITHER] for part in parts)
    return frozenset((*(" ".join(part) for part in words), "neither" if denied else "either"))


def _same_phrase(a: list[str], b: list[str]) -> bool:
    """Whether two phrases are the same, or one adds only what kind of thing it is: `isosceles triangle`."""
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    named = len(longer) == len(shorter) + 1 and longer[-1] in _KINDS and longer[:-1] == shorter
    return bool(shorter) and (a == b or named)


def _bare_phrase(text: str) -> list[str]:
    words = [w for w in re.findall(r"[^\W\d_]+", text.lower()) if w not in _DROPPED]
    words = words[:-1] if len(words) > 1 and words[-1] == "one" else words
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words]
