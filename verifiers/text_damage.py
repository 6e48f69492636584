"""Damage that any text can have: nothing in it, broken characters, a cut end, an endless loop.

A row with one of these teaches a model to produce it, whatever its content would have been.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

from evol.types import Verdict

VERIFIER = "text"

# Letters and marks that render as nothing although Unicode does not class them as space or format.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(c) for c in range(0xFE00, 0xFE10)
}

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
SURROGATES = re.compile("[\ud800-\udfff]")
NONCHARACTERS = re.compile("[\ufffd\ufffe\uffff]")
# A backslash eaten on the way: "\times" read as a tab and "imes", "\right" as a return and "ight".
EATEN_ESCAPE = re.compile(r"\t(?:imes\b|ext\{|heta\b|frac\b)|\r(?:ight\b|angle\b|ho\b)")
WIDE_RUN = re.compile(r"[^\x00-\x7f]{2,}")

FENCE = re.compile(r"^ {0,3}(?P<mark>`{3,}|~{3,})(?P<info>.*)$")
BOX = re.compile(r"\\f?boxed\s*\{")

LINE_END = re.compile(r"\n|(?<=[.!?])\s")
LOOP_PERIOD = 60
LOOP_WORDS = 40
LOOP_TURNS = 5
LOOP_CHARACTERS = 200
LOOP_LINES = 8
LOOP_TAIL = 4_000
LOOP_END = 4


def _invisible(character: str) -> bool:
    return character in BLANKS or unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Zs"}


def empty(text: str) -> Verdict:
    """Reject text that shows nothing: no character, or only white, format and control characters."""
    if all(map(_invisible, text)):
        return Verdict.reject(VERIFIER, "empty", "The text shows nothing.", characters=len(text))
    return Verdict.accept(VERIFIER, "not_empty", "The text has visible characters.")


def _mended(run: str) -> str | None:
    """Return what a run of wide characters says if it is UTF-8 once read as a one-byte encoding."""
    for encoding in ("cp1252", "latin-1"):
        try:
            return run.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return None


def _plausible(character: str) -> bool:
    """Whether text is likely to have held this character before it was misread.

    Without this bound a capital letter before a closing guillemet, as in « CAFÉ», would count.
    """
    point = ord(character)
    ranges = ((0xA0, 0x17F), (0x391, 0x3C9), (0x2010, 0x203A), (0x20AC, 0x20AC), (0x2122, 0x2122))
    further = ((0x2190, 0x22FF), (0xFEFF, 0xFEFF), (0x1F300, 0x1FAFF))
    return any(low <= point <= high for low, high in ranges + further)


def _mojibake(text: str) -> str | None:
    for match in WIDE_RUN.finditer(text):
        mended = _mended(match.group())
        if mended is not None and all(map(_plausible, mended)):
            return match.group()
    return None


def _damage(text: str) -> tuple[str, str] | None:
    """Return the kind of damage and the first sample of it."""
    for kind, pattern in (
        ("lone_surrogate", SURROGATES),
        ("replacement_character", NONCHARACTERS),
        ("control_character", CONTROLS),
        ("eaten_escape", EATEN_ESCAPE),
    ):
        if match := pattern.search(text):
            return kind, match.group()
    sample = _mojibake(text)
    return ("mojibake", sample) if sample else None


def encoding_damage(text: str) -> Verdict:
    """Reject text with characters that a wrong decoding left behind.

    These are lone surrogates, U+FFFD and its noncharacter neighbours, control characters other than
    tab and line ends, UTF-8 read as a one-byte encoding ("Ã©", "â€™"), and LaTeX whose backslash
    was taken for an escape ("\\frac" as a form feed and "rac"). The sample in the evidence is
    escaped, so that it can be stored anywhere.
    """
    found = _damage(text)
    if found is None:
        return Verdict.accept(VERIFIER, "clean_encoding", "No character looks damaged.")
    kind, sample = found
    message = f"The text holds a {kind.replace('_', ' ')}."
    if kind == "mojibake":
        message = "The text holds UTF-8 that was read in another encoding."
    return Verdict.reject(VERIFIER, "encoding_damage", message, kind=kind, sample=ascii(sample)[1:-1][:80])


def _open_fence(text: str) -> bool:
    """Whether a Markdown code fence is opened and not closed; a closing fence is as long or longer."""
    mark = ""
    for line in text.splitlines():
        match = FENCE.match(line) if "```" in line or "~~~" in line else None
        if match is None:
            continue
        found, info = match["mark"], match["info"].strip()
        if not mark:
            mark = found if found[0] == "~" or "`" not in info else ""
        elif found[0] == mark[0] and len(found) >= len(mark) and not info:
            mark = ""
    return bool(mark)


def _open_box(text: str) -> bool:
    r"""Whether the last \boxed{ is still open where the text ends."""
    starts = [match.end() for match in BOX.finditer(text)]
    if not starts:
        return False
    depth = 1
    for token in re.finditer(r"\\.|[{}]", text[starts[-1] :], re.DOTALL):
        depth += {"{": 1, "}": -1}.get(token.group(), 0)
        if depth == 0:
            return False
    return True


def truncated(text: str, finish_reason: str = "stop") -> Verdict:
    """Reject a reply that was cut: the server says `length`, or a code fence or box stays open.

    An unfinished sentence alone is no proof (lists, code and answers often end without a stop), so
    it does not count.
    """
    cuts = (
        ("finish_reason", finish_reason == "length", "The server cut the reply at its token limit."),
        ("open_fence", _open_fence(text), "The text ends inside an open code fence."),
        ("open_box", _open_box(text), "The text ends inside an open box."),
    )
    for kind, cut, message in cuts:
        if cut:
            return Verdict.reject(VERIFIER, "truncated", message, kind=kind, tail=text[-80:])
    return Verdict.accept(VERIFIER, "complete", "Nothing shows that the text was cut.")


def _tail_turns(units: list[str], period: int) -> int:
    """Return how many times the last `period` units stand in a row at the end."""
    same = 0
    for index in range(len(units) - 1, period - 1, -1):
        if units[index] != units[index - period]:
            break
        same += 1
    return 1 + same // period


def _tail_loop(units: list[str], least: int) -> tuple[str, int] | None:
    """Return a unit sequence with a letter that fills the last `least` units, and its turns."""
    end = units[-LOOP_END:]
    for period in range(1, min(LOOP_PERIOD, len(units) // LOOP_TURNS) + 1):
        if units[-LOOP_END - period : -period] != end:
            continue
        turns = _tail_turns(units, period)
        loop = " ".join(units[-period:])
        if turns >= LOOP_TURNS and turns * period >= least and any(map(str.isalpha, loop)):
            return loop, turns
    return None


def _repeated_line(text: str) -> tuple[str, int] | None:
    """Return a line of four or more words that makes up half the lines of a long text, and its count."""
    lines = [line.strip() for line in LINE_END.split(text) if line.strip()]
    if len(lines) < LOOP_LINES:
        return None
    line, count = Counter(lines).most_common(1)[0]
    return (
        (line, count) if count >= LOOP_LINES and 2 * count >= len(lines) and len(line.split()) >= 4 else None
    )


def repetition(text: str) -> Verdict:
    """Reject a degenerate loop, which a sampler that lost its way produces.

    It is one when the same sequence of up to 60 words, at least five times in a row, fills the last
    40 words or more; when a sequence of up to 60 characters fills the last 200; or when one
    sentence or line of four words or more makes up half of the text, eight times or more. A loop
    without a letter (rules, rows of zeros) is data.
    """
    words, characters = text.split()[-LOOP_TAIL:], list(text.strip()[-LOOP_TAIL:])
    loop = _tail_loop(words, LOOP_WORDS) or _tail_loop(characters, LOOP_CHARACTERS) or _repeated_line(text)
    if loop is None:
        return Verdict.accept(VERIFIER, "no_repetition", "The text does not run in a loop.")
    unit, turns = loop
    return Verdict.reject(
        VERIFIER,
        "repetition",
        f"The same words stand {turns} times over or more.",
        loop=unit[:200],
        turns=turns,
    )
