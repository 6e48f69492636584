"""Quick proofs that a rule cannot object to a text, so that a clean row costs little.

A rule that looks for words can only object where one of them stands; looking for a plain substring
is a hundred times cheaper than the rule's pattern and the verdict it returns. Each screen answers
"might object": it may say yes without need and must never say no where the rule objects, which
tests hold for every rule.
"""

from __future__ import annotations

import re
from typing import Final

from evol.verifiers.text_language import WORDS
from evol.verifiers.text_reply import STOP_WORDS

CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\t\r]")
SENTENCES: Final = re.compile(r"\n|[.!?]\s")
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
# Small words of other languages that English does not have; and ASCII with all but letters blanked out.
NOT_ENGLISH: Final = frozenset().union(*WORDS.values()) - WORDS["en"]
LETTERS_ONLY: Final = {code: " " for code in range(128) if not (chr(code).isalpha() or chr(code) == "'")}
OPENINGS: Final = 80
TAIL: Final = 66
LOOP_END: Final = 4
LEAST_LINES: Final = 8
FIRST_WORDS: Final = 5


class Screened:
    """A text with what its screens look at: without case, in words, and its beginning."""

    __slots__ = ("bare", "head", "low", "raw", "words")

    def __init__(self, raw: str) -> None:
        self.raw = raw
        self.low = raw.casefold()
        self.words = self.low.split()
        self.head = self.low[:OPENINGS]
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
        return not self.raw.isascii() or CONTROLS.search(self.raw) is not None

    def truncates(self) -> bool:
        """Screen for `truncated`."""
        return "```" in self.raw or "~~~" in self.raw or "boxed" in self.raw

    def loops(self) -> bool:
        """Screen for `repetition`: the end stands shortly before the end, or there are many lines."""
        tail, words = self.bare[-TAIL:], self.words[-TAIL:]
        if tail[-LOOP_END:] in tail[:-1] or (words and words[-1] in words[:-1]):
            return True
        return len(SENTENCES.findall(self.raw)) >= LEAST_LINES - 1

    def templated(self, *, reply: bool) -> bool:
        """Screen for `chat_template`."""
        if reply and ":" in self.raw:
            label = self.head.lstrip().startswith(SPEAKERS)
            if label or "\nuser" in self.low or "\nhuman" in self.low:
                return True
        return self.holds(TEMPLATE_WORDS)

    def dangles(self) -> bool:
        """Screen for `cut_off`: a sentence's end cannot be its middle."""
        return self.bare[-1:] not in ".!?" or "<<" in self.bare[-TAIL - TAIL :]

    def speaks_as_assistant(self) -> bool:
        """Screen for `assistant_boilerplate`."""
        return DECLINES.match(self.low) is not None or self.holds(MODEL_WORDS)

    def has_content(self) -> bool:
        """Whether one of the first words is none of those that say nothing."""
        return any(word.isalnum() and len(word) > 1 and word not in STOP_WORDS for word in self.words[:12])

    def only_english(self) -> bool:
        """Whether no word of it is another language's: then it can be told to be in English or in none."""
        if not self.raw.isascii():
            return False
        letters = self.low.translate(LETTERS_ONLY)
        if "'" in letters:
            letters = f" {letters} ".replace("' ", " ").replace(" '", " ")
        return NOT_ENGLISH.isdisjoint(letters.split())

    def asks(self) -> bool:
        """Screen for `asks_back`."""
        return len(self.words) < 80 and (self.holds(ASKING_WORDS) or self.bare.endswith("?"))


def may_echo(asked: Screened, said: Screened) -> bool:
    """Screen for `echo`: the first words of one must stand in the other."""
    return _begins_within(said, asked) or _begins_within(asked, said)


def _begins_within(first: Screened, other: Screened) -> bool:
    plain = [word for word in first.words[:FIRST_WORDS] if word.isalnum()]
    return all(word in other.low for word in plain)


def may_give_away(asked: Screened, said: Screened) -> bool:
    """Screen for `answer_in_instruction`."""
    return asked.holds(ANSWER_WORDS) or (len(said.words) <= len(asked.words) and _begins_within(said, asked))
