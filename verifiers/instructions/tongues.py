"""Recognise in which language a response is asked for: by name, in several languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from evol.verifiers.instructions.clauses import Clause
from evol.verifiers.instructions.constraint import Constraint

NAMES: Final = {
    "en": "English|Englisch|anglais|inglés|inglese|inglês|Engels",
    "de": "German|Deutsch|allemand|alemán|tedesco|alemão|Duits",
    "fr": "French|Französisch|français|francés|francese|francês|Frans",
    "es": "Spanish|Spanisch|espagnol|español|castellano|spagnolo|espanhol|Spaans",
    "it": "Italian|Italienisch|italien|italiano|Italiaans",
    "pt": "Portuguese|Portugiesisch|portugais|portugués|portoghese|português|Portugees",
    "nl": "Dutch|Niederländisch|néerlandais|neerlandés|olandese|holandês|Nederlands",
    "sv": "Swedish|Schwedisch|suédois|sueco|svedese",
    "pl": "Polish|Polnisch|polonais|polaco|polacco",
    "ru": "Russian|Russisch|russe|ruso|russo",
    "uk": "Ukrainian|Ukrainisch",
    "zh": "Chinese|Mandarin|Chinesisch|chinois|chino|cinese|chinês",
    "ja": "Japanese|Japanisch|japonais|japonés|giapponese|japonês",
    "ko": "Korean|Koreanisch|coréen|coreano",
    "ar": "Arabic|Arabisch|arabe|árabe|arabo",
    "he": "Hebrew|Hebräisch",
    "hi": "Hindi",
    "el": "Greek|Griechisch|grec|griego|greco",
    "tr": "Turkish|Türkisch|turc|turco",
}
ANY: Final = "|".join(f"(?P<{code}>{names})" for code, names in NAMES.items())
NAMED: Final = re.compile(rf"\b(?:{ANY})\b", re.IGNORECASE)
END: Final = (
    r"(?=\s*(?:[.;:!?\n]|$|,|only\b|please\b|and (?:use|keep|in|do|make|include|limit|end|start|not)\b"
    r"|with\b|using\b|\x00|that\b|for\b|about\b|on\b|to\b|a\b|the\b|un\b|une\b|ein))"
)
WRITTEN: Final = re.compile(
    rf"\b(?:write|answer|respond|reply|explain|describe|summari[sz]e|compose|tell|draft|give|create"
    rf"|generate|speak|rewrite|retell|introduce|say it|be(?: written| given)?"
    rf"|antworte\w*|schreib\w*|verfass\w*|erkläre|beschreib\w*|réponds|répondez|écris|écrivez|rédige\w*"
    rf"|responde|responda|escribe|escriba|redacta|explica|rispondi|scrivi|escreva|antwoord|schrijf)\b"
    rf"(?P<between>[^.;:!?\n]{{0,100}}?)\s(?:in|auf|en|em|into|in het)\s+(?:fluent |simple |plain "
    rf"|idiomatic |good |the )?(?:{ANY})(?: language)?{END}",
    re.IGNORECASE,
)
TRANSLATE: Final = re.compile(
    rf"\b(?:translate|translation of|übersetze?n?|tradui[sr]e?z?|traduce|traduci|traduza|vertaal|render"
    rf"|put)\b(?P<between>[^.;:!?\n]{{0,160}}?)\s(?:into|to|in|ins|auf|en|al|para o|naar het)\s+"
    rf"(?:fluent |simple |plain |idiomatic |good |formal |modern |polite )?(?:{ANY}){END}",
    re.IGNORECASE,
)
PART: Final = re.compile(
    r"\b(?:title|each|word|words|phrase|greeting|proverb|term|both|then|line|expressions?|mean|means|class"
    r"|lesson|students?|teacher|not|never|learn\w*|dialogue|vocabulary|idioms?)\b",
    re.I,
)


def languages(clause: Clause, *, several: bool) -> Iterator[Constraint]:
    """Yield the language in which the response is to be.

    Two languages in one sentence are recognised only as a translation's source and target, and a
    second task ("translate it and explain …") leaves the language of the whole open.
    """
    if several:
        return
    found = TRANSLATE.search(clause.masked) or WRITTEN.search(clause.masked)
    if found is None:
        return
    code = next(code for code in NAMES if found[code])
    named = languages_named(clause.masked)
    translating = found.re is TRANSLATE
    after = clause.masked[found.end() : found.end() + 30]
    if PART.search(found["between"]) and not translating:
        return
    if re.match(
        r"\s*,?\s*(?:and|or|y|et|und|o|oder|ou)\s+(?:then\s+)?(?:\w+\s+)?(?:explain|say|in|into|\b[A-Z])",
        after,
    ) or (len(named) > (2 if translating else 1)):
        return
    start, end = found.span(code)
    yield Constraint(
        "language", clause.start + start, clause.start + end, clause.text[start:end], {"language": code}
    )


def languages_named(text: str) -> frozenset[str]:
    """Return the codes of the languages that a text names."""
    return frozenset(code for m in NAMED.finditer(text) for code in NAMES if m[code])


def asks_to_translate(text: str) -> bool:
    """Whether a text speaks of translating, be the language one that is known by name or not."""
    return re.search(r"\btranslat|\bübersetz|\btradu|\bvertaal", text, re.IGNORECASE) is not None


def names_a_language(text: str) -> bool:
    """Whether a text names any language, or asks for a translation: then none can be presumed."""
    return bool(NAMED.search(text)) or asks_to_translate(text)
