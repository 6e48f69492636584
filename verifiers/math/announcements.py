"""Where a response announces its answer: "the answer is", an `A:` line, and the same in other languages."""

from __future__ import annotations

import re

_ANSWER_LINE = re.compile(
    r"^[ \t]*(?:(?:A|ANS|Ans|Answer|ANSWER)[ \t]*:|(?:ANS|Ans)\.)[ \t]*(\S[^\n]*)$", re.MULTILINE
)
# The word for "answer" in the languages of the multilingual suites.
_WORDS = (
    "R[ée]ponse|Respuesta|Antwort|Antwoord|Risposta|Resposta|R[ăa]spuns|Odpowied[źz]|Odpov[ěe][ďd]|Odgovor|Svar"
    "|Vastaus|Vastus|V[áa]lasz|Cevap|Jawaban|Javob|Jibu|Sagot|Tubag|Erantzuna|Trả lời|Đáp án|Ответ|Відповідь"
    "|Адказ|Отговор|Одговор|Απάντηση|उत्तर|উত্তর|જવાબ|ਜਵਾਬ|பதில்|జవాబు|(?:ال)?إجابة|الجواب|جواب"
)
_COPULAS = "est|es|ist|est|è|é|jest|to|je|är|er|is|on|este|là|ni|adalah|είναι|це|هو|هي|है"
_ASCII_STEMS = (
    "answer", "ponse", "respuesta", "antwo", "risposta", "resposta", "spuns", "odpow", "odpov", "odgovor",
    "svar", "vast", "lasz", "cevap", "jawaban", "javob", "jibu", "sagot", "tubag", "erantzuna",
)  # fmt: skip
_PHRASE = re.compile(
    r"\banswers?\b(?:\s{1,9}(?:here|to\s{1,9}[^.\n]{1,60}?))?"
    r"(?:\s{0,9}(?:\*\*|\\?\))?\s{0,9}(?:(?:is|are|was)(?!n['’]t)|should\s{1,9}be|would\s{1,9}be|must\s{1,9}be|equals|=|:|：)"
    r"(?:\s{0,9}(?:therefore|thus|then|:|：))?|\s{1,9}(?=\$|\\\(|\\\[|\d))\s{0,9}(?:\*\*\s{0,9})?"
    r"|(?:答案|答え|回答|正解|정답|답)\s{0,9}(?:(?:是|为|為|は|은)\s{0,9}[：:]?|：|:)\s{0,9}"
    r"|คำตอบ(?:คือ|\s{0,9}:)\s{0,9}"
    rf"|(?<!\w)(?:{_WORDS})(?:\s{{1,9}}(?:final[e]?|correct[ae]?))?"
    rf"\s{{0,9}}(?::|：|\s(?:{_COPULAS})(?!\w))\s{{0,9}}",
    re.IGNORECASE,
)
# "The answer is at most 8" announces a bound, "the answer is not 8" none.
_BOUND = re.compile(r"(?:at\s+(?:most|least)|(?:less|more|greater|smaller|larger)\s+than|not|between)\b")
_OPENING_MARKS = " \t*:\n}"


def announced(text: str) -> tuple[int, int | None] | None:
    """Return where the answer begins that is announced last, and where its line ends if it has one."""
    lines = list(_ANSWER_LINE.finditer(text)) if ":" in text or "ns." in text or "NS." in text else []
    phrases = _phrases(text) if _may_announce(text) else []
    if lines and (not phrases or lines[-1].end() > phrases[-1].end()):
        return lines[-1].span(1)
    if not phrases:
        return None
    start = phrases[-1].end()
    return start + len(text[start:]) - len(text[start:].lstrip(_OPENING_MARKS)), None


def _phrases(text: str) -> list[re.Match[str]]:
    return [
        match
        for match in _PHRASE.finditer(text)
        if text[match.end() :].strip(" *$\n}") and not _BOUND.match(text, match.end())
    ]


def _may_announce(text: str) -> bool:
    """Whether a word for "answer" may occur, told quickly: most solutions of one line a step have none."""
    if not text.isascii():
        return True
    lower = text.lower()
    for stem in _ASCII_STEMS:  # noqa: SIM110 - this loop runs for each response
        if stem in lower:
            return True
    return False
