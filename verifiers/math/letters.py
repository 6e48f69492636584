"""The choice letter that prose settles on: stated first, called correct, or the last that is not denied."""

from __future__ import annotations

import re

from evol.verifiers.math.sentences import is_prose

_LINE_HEAD = re.compile(r"\n\s*(?:\*\*)?(?:\(([A-J])\)|([A-J]))(?:\*\*)?(?:[.,:)。]|[ \t]*$)", re.MULTILINE)
_HEAD = re.compile(
    r"\s*(?:\(([A-J])\)(?:\s*[.:。]|\s*$|\n)|([A-J])\s*(?:[.:)。，]|,\s*(?:[a-z]|I\s)|$|\n))(?!\s*(?:,|and|or|&)\s*\(?[A-J]\b)"
)
_PROSE_HEAD = re.compile(r"\s*\(([A-J])\)(?=\s)")
_DRESSED = re.compile(r"[>✅✔✓☑•#→\s\"'«「]*\(?([A-J])\)?[\"'»」.!\s]*")
_SAID = re.compile(
    r"(?<![A-Za-z'])\(?([A-J])\)?\s+(?:is|must be|seems)\s+(?:the\s+)?(?:correct|right|best|true)(?![a-z])"
    r"|(?:(?<!不)(?:选择?|選擇?)|정답은|답은|正解は)[：:]?\s*\(?([A-J])\)?(?![A-Za-z])"
    r"|(?:correct|best|right|only)\s+(?:choice|option|answer|alternative)\s+(?:is|would be|must be)\s*:?\s*"
    r"(?:option\s+|choice\s+)?(?:\*\*|\$|\\text\{)?\(?([A-J])(?![A-Za-z'])"
    r"|(?<![A-Za-z])([A-J])\)?\s*(?:项|选项|項)?(?:是)?(?:正确|正確)"
)
_LETTERS = re.compile(
    r"(?<![A-Za-z'])\(?[A-J]\)?(?![A-Za-z]|'(?!(?:[dt][iıuü]r|y?[iıuü]|[dt][ae]n?)(?!\w)))(?:\s{0,4}(?:,|;|&|,?\s{0,4}and|or)\s{0,4}\(?[A-J]\)?(?![A-Za-z]|'(?!(?:[dt][iıuü]r|y?[iıuü]|[dt][ae]n?)(?!\w))))*"
)
# A lower-case word follows the article "A" or the pronoun "I", but these follow a choice.
_ARTICLE = re.compile(
    r"\s+(?!(?:because|since|as|and|not|is|was|but|so|seems|rather|non|no|en|et|y|e|und|car|porque|weil|nicht|ist"
    r"|est|es|è|é|är|jest|este|qui|que|die|che)\b)"
    r"[a-z]"
)
_DENIED = re.compile(
    r"(?:not|n't|不是|不选|排除|neither|nor"
    r"|(?<![^\W\d_])(?:no|non|pas|nicht|niet|nie|nem|não|nao|inte|ikke|ei|nu|не|ни|ні)\s"
    r"|\b(?:over|than|instead of|unlike|(?:eliminat|exclud|discard|reject)(?:e|es|ed|ing)?)\s"
    r"|\brul(?:e|es|ed|ing) out\s"
    r"|ليست?|không(?:\s+phải)?)\s*(?:(?:be|la|le|el|a|è|é|es|die|de)\s+)?\(?$"
)
# A letter that is computed with is no choice: `$C + 1$`, `\frac{C}{2}`, `$-D$`.
_OPERAND = re.compile(r"\)?\s?(?:[*/^]\s?[\d\\({]|\+\s?\d|-\d|-\s?\d+\s?\$|\}\s?\{)")
_SIGNED = ("$-", "{-", "(-")
_AMONG = re.compile(r"\b(?:between|among|entre|zwischen|tra|fra)\b[^,.:;\n]{1,40},", re.IGNORECASE)
_REASON = re.compile(
    r"(?<![^\W\d_])(?:because|since|whereas|porque|parce que|puisque|car|weil|perché|poiché|omdat|ponieważ"
    r"|потому что|так как)(?![^\W\d_])|因为|因為"
)
_REFUTED = re.compile(
    r"\)?\s*[项項]?(?:(?:is|are|was|were)\s+(?:wrong|incorrect|false|not|too|ruled)|fails?\b|不对|错|不正确"
    r"|değil|नहीं|নয়|ではな|じゃな|[가이는은]?\s?아[니닌닙]|est\s+fau|ist\s+falsch|es\s+incorrect|не\s?верн|неправил)"
)


def begins_with_letter(text: str) -> bool:
    """Whether a text begins with a choice letter on its own."""
    return _HEAD.match(text) is not None or (len(text) < 20 and _DRESSED.fullmatch(text) is not None)


def chosen(text: str) -> tuple[int, int] | None:
    """Return where the choice letter, or the last group of letters that is not denied, stands in a text."""
    if lone := _DRESSED.fullmatch(text):
        return lone.span(1)
    head = _HEAD.match(text) or (_PROSE_HEAD.match(text) if is_prose(text) else None)
    if head and not _REFUTED.match(text, head.end(head.lastindex or 0)):
        return head.span(head.lastindex or 0)
    lines = list(_LINE_HEAD.finditer(text))
    if len(lines) == 1:
        return lines[0].span(1 if lines[0][1] else 2)
    said = [match for match in _SAID.finditer(text) if not _is_denied(text, match.start())]
    if said:
        return said[-1].span(said[-1].lastindex or 0)
    text = _AMONG.sub(lambda m: " " * len(m.group()), text)
    stop = _before_reason(text)
    return _last_letter(text[:stop]) or _last_letter(text)


def _before_reason(text: str) -> int:
    """Return where the last reason begins: a letter in it is taken only where none stands before it."""
    reasons = list(_REASON.finditer(text))
    if not reasons or any(stop in text[reasons[-1].end() :].rstrip(".。 \n") for stop in (". ", "\n", "。")):
        return len(text)
    return reasons[-1].start()


def _last_letter(text: str) -> tuple[int, int] | None:
    for match in reversed(list(_LETTERS.finditer(text))):
        article = match.group() in ("A", "I") and _ARTICLE.match(text, match.end())
        refuted = _REFUTED.match(text, match.end()) or _is_operand(text, *match.span())
        if not refuted and not article and not _is_denied(text, match.start()):
            return match.span()
    return None


def _is_operand(text: str, start: int, end: int) -> bool:
    return _OPERAND.match(text, end) is not None or text[max(0, start - 2) : start] in _SIGNED


def _is_denied(text: str, at: int) -> bool:
    return _DENIED.search(text[max(0, at - 40) : at].lower()) is not None
