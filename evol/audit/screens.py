"""Quick proofs that a rule cannot object to a text, so that a clean row costs little.

A rule that looks for words can only object where one of them stands; looking for a plain substring
is a hundred times cheaper than the rule's pattern and the verdict it returns. Each screen answers
"might object": it may say yes without need and must never say no where the rule objects, which
tests hold for every rule.
"""

from __future__ import annotations

import re
from typing import Final

from evol.verifiers.text_reply import STOP_WORDS

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\t\r]")
SENTENCES: Final = re.compile(r"\n|[.!?]\s")
PLAIN: Final = b"\n" + bytes(range(32, 127))
PLAIN_ENDS: Final = ("\n", ". ", "! ", "? ")
PROMPT_WORDS: Final = ("prompt", "rewritten", "re-written", "evolved", "#", "<")
ORDER_WORDS: Final = (
    "act as a", "objective is to", "the given", "the original", "the above", "famous ai", "by humans", "#",
    "rewritten", "evolved",
)  # fmt: skip
TEMPLATE_WORDS: Final = (
    "<|", "inst]", "sys>>", "_of_turn>", "<｜", "# instruction:", "# response:", "# human:", "# assistant:",
    "below is an instruction", "s>",
)  # fmt: skip
ANSWER_WORDS: Final = ("answer", "solution", "result", "####", "boxed")
ASKING_WORDS: Final = ("please", "could you", "can you", "kindly", "need more")
SPEAKERS: Final = ("assistant", "ai", "bot", "gpt", "chatbot")
MODEL_WORDS: Final = (" ai", "artificial", "language model")
DECLINES: Final = re.compile(r"\W*(?:i\b|unfortunately|regrettably|my apolog|apolog)")
OPENINGS: Final = 80
TAIL: Final = 66
# A loop turns five times, each of 60 words or signs at most, over 40 words or 200 signs.
LOOP_TURNS: Final = 5
LOOP_WORDS: Final = 40
LOOP_SIGNS: Final = 200
LOOP_PERIOD: Final = 60
LEAST_LINES: Final = 8
DANGLING: Final = (
    "the", "a", "an", "and", "or", "but", "of", "with", "because", "its", "their", "your", "my", "our",
    "than", "into", "from", "which", "that is", "as", "is", ",", "(", "=", "+",
)  # fmt: skip
FIRST_WORDS: Final = 5
LAST_WORDS: Final = 12
CONTENT_WORDS: Final = 12
SHORT: Final = 80


class Screened:
    """A text with what its screens look at: without case, without its end, and its beginning."""

    __slots__ = ("bare", "head", "low", "plain", "raw")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.plain = raw.isascii() and not raw.encode().translate(None, PLAIN)
        self.low = raw.lower() if self.plain else raw.casefold()
        # A rule about a text's beginning skips whatever is no word before it.
        self.head = self.low[:OPENINGS] if raw[:1].isalnum() else self.low
        self.bare = raw.rstrip()

    def holds(self, marks: tuple[str, ...]) -> bool:
        """Whether any of these stands in the text, without case."""
        low = self.low
        for mark in marks:  # noqa: SIM110 - a generator would cost more than the search
            if mark in low:
                return True
        return False

    def copies_prompt(self) -> bool:
        """Screen for `copied_prompt`."""
        return self.holds(PROMPT_WORDS)

    def leaks(self, *, instruction: bool) -> bool:
        """Screen for `leaked_prompt`; an instruction may announce itself in its first words."""
        announces = instruction and ("here" in self.head or "this is" in self.head or "below" in self.head)
        return announces or self.holds(ORDER_WORDS)

    def damaged(self) -> bool:
        """Screen for `encoding_damage`."""
        return not self.plain and (not self.raw.isascii() or CONTROLS.search(self.raw) is not None)

    def truncates(self) -> bool:
        """Screen for `truncated`."""
        return "```" in self.raw or "~~~" in self.raw or "boxed" in self.raw

    def loops(self) -> bool:
        """Screen for `repetition`: the end stands there before, or a line of many may be a repeat."""
        bare, low = self.bare, self.low
        ends = low.rsplit(None, 2)[1:]
        if ends and all(low.count(word) >= LOOP_TURNS for word in ends):
            words = low.split()
            if len(words) >= LOOP_WORDS and all(words.count(word) >= LOOP_TURNS for word in ends):
                return True
        half = LOOP_SIGNS // 2
        if len(bare) >= LOOP_SIGNS and bare[-half:] in bare[-half - LOOP_PERIOD : -1]:
            return True
        return self._repeats_lines()

    def _repeats_lines(self) -> bool:
        raw = self.raw
        if not self.plain:
            return len(SENTENCES.findall(raw)) >= LEAST_LINES - 1
        if sum(map(raw.count, "\n.!?")) < LEAST_LINES - 1:
            return False
        for end in PLAIN_ENDS[1:]:
            raw = raw.replace(end, f"{end[0]}\n")
        lines = [line for line in map(str.strip, raw.split("\n")) if line]
        if len(lines) - len(set(lines)) < LEAST_LINES - 1:
            return False
        lines.sort()
        return any(2 * lines.count(line) >= len(lines) for line in lines[len(lines) // 2 - 1 :][:2])

    def templated(self, *, reply: bool) -> bool:
        """Screen for `chat_template`."""
        if reply and ":" in self.raw:
            label = self.head.lstrip().startswith(SPEAKERS)
            if label or "\nuser" in self.low or "\nhuman" in self.low:
                return True
        return self.holds(TEMPLATE_WORDS)

    def dangles(self) -> bool:
        """Screen for `cut_off`: a sentence's end cannot be its middle."""
        tail = self.bare[-TAIL - TAIL :]
        if "<<" in tail and tail.rfind("<<") > tail.rfind(">"):
            return True
        return self.low.rstrip().endswith(DANGLING) if self.plain else self.bare[-1:] not in ".!?"

    def speaks_as_assistant(self) -> bool:
        """Screen for `assistant_boilerplate`."""
        return DECLINES.match(self.low) is not None or self.holds(MODEL_WORDS)

    def has_content(self) -> bool:
        """Whether one of the first words is none of those that say nothing."""
        for word in self.low.split(None, CONTENT_WORDS)[:CONTENT_WORDS]:
            if len(word) > 1 and word.isalnum() and word not in STOP_WORDS:
                return True
        return False

    def asks(self) -> bool:
        """Screen for `asks_back`."""
        asks = self.bare.endswith("?") or self.holds(ASKING_WORDS)
        return asks and len(self.low.split(None, SHORT)) < SHORT


def may_echo(asked: Screened, said: Screened) -> bool:
    """Screen for `echo`: the words of one must stand in the other, of the instruction all but the last."""
    return _within(said, asked) or _begins_within(asked, said)


def _begins_within(first: Screened, other: Screened) -> bool:
    return _hold(first.low.split(None, FIRST_WORDS)[:FIRST_WORDS], other)


def _within(part: Screened, whole: Screened) -> bool:
    return _begins_within(part, whole) and _hold(part.low.rsplit(None, LAST_WORDS)[-LAST_WORDS:], whole)


def _hold(words: list[str], other: Screened) -> bool:
    for word in words:  # noqa: SIM110 - a generator would cost more than the search
        if word.isalnum() and word not in other.low:
            return False
    return True


def may_give_away(asked: Screened, said: Screened) -> bool:
    """Screen for `answer_in_instruction`."""
    return asked.holds(ANSWER_WORDS) or _within(said, asked)
