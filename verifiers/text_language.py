"""Which language a text is in, told by its script and its most frequent small words; conservative.

Function words make up some two fifths of running prose in every one of these languages, and few
of them are shared, so that a dozen words suffice where the winner is clear. Where it is not,
nothing is said: a row is never dropped on a guess.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import Final

from evol.types import Verdict

VERIFIER = "text"

# The commonest function words; those spelt alike in several languages count for each of them.
PROFILES: Final = {
    "en": "a the of and to in is that it for was on are as with be by this have from or at not which "
    "but his her they you we can has "
    "their an were will would there what about if when your who more been one all so my do how its than "
    "into these those should some "
    "only whose before after such any each other them then also because between through does did no out up "
    "could may must our us i he she",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an "
    "werden aus er hat dass sie nach "
    "wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr "
    "durch man sein wurde ich wir ihr wenn kann "
    "warum was wo wann wer welche welcher diese dieser dieses dort doch ohne damit obwohl unter gegen sehr "
    "viel viele alle jede jeder mir mich dich uns",
    "fr": "le la les de des du et à un une est que en dans qui pour pas sur ce au il elle par plus ne "
    "se son sa ses avec ou mais sont "
    "aux cette nous vous être ont leur comme si tout fait je tu on c'est qu'il d'un d'une ces été très "
    "bien même sans "
    "pourquoi quel quelle quels comment où quand aussi donc peut doit soit avant après entre votre notre "
    "mon ma mes toute tous chaque dont lui",
    "es": "el la los las de y que en un una es por con no se su para al lo como más del o pero sus le "
    "ha me si sin sobre este ya entre "
    "cuando todo esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han "
    "yo hay "
    "cómo cuál qué dónde quién tu te esa ese eso esto estos puede debe hacer tiene mucho nos les porque "
    "aunque mientras cada otro otra",
    "it": "il lo la i gli le di e che un una è per in non con si da del della come sono più anche al "
    "dei nel alla delle ma su ha dal "
    "questo questa o se ci era gli molto essere hanno stato nella degli perché quando tra due suo sua tutti",
    "pt": "o a os as de e que em um uma é do da para não com se por no na mais dos das como mas ao ele "
    "sua seu ou foi à são ser quando "
    "muito nos já está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem "
    "nas me esse",
    "nl": "de het een en van in is dat op te zijn met voor niet die aan er om ook als dan maar bij of "
    "uit wordt door naar nog wel ze hij "
    "was heeft hun worden meer deze over kan geen tot hebben je wat dit zo werd ik we zou alleen",
    "sv": "och att det i en som på är av för den med till inte har de ett om var han men jag ett så "
    "från vi kan nu när skulle sig hon "
    "under eller också efter in mot där ut vara bara måste hade år mycket blir alla sin utan",
    "da": "og i at det er en den til af på for der med de som ikke han har et var om jeg men sig fra "
    "kan vi så efter over også eller "
    "ud ved hun skal blev være når hvor ind nu mod noget alle kun meget havde disse blive hvad",
    "pl": "w i na z do się nie to jest że o jak ale po co tak za od jego przez był są dla oraz czy tym "
    "może tylko przy już być ich "
    "które który która ze było ma jej także bardzo jeśli lub ten tego",
    "tr": "ve bir bu da de için ile çok olarak daha olan gibi ne en kadar sonra ancak var her ama o ya "
    "ki değil mi olduğu göre ise "
    "iki tarafından büyük zaman şey hem veya çünkü nasıl",
}
WORDS: Final = {code: frozenset(words.split()) for code, words in PROFILES.items()}
# The languages that each word is a small word of: a text's words are looked up once, not once a language.
TONGUES: Final = {
    word: [code for code, own in WORDS.items() if word in own] for word in frozenset().union(*WORDS.values())
}
LETTERS: Final = {
    "de": "äöüß",
    "fr": "éèêàçùœîôâ",
    "es": "ñ¿¡áéíóú",
    "it": "àèéìòù",
    "pt": "ãõçáéíóúâê",
    "sv": "åäö",
    "da": "æøå",
    "pl": "ąćęłńśźż",
    "tr": "ğışçöü",
}
SCRIPTS: Final = (
    ("HIRAGANA", "ja"),
    ("KATAKANA", "ja"),
    ("HANGUL", "ko"),
    ("CJK", "zh"),
    ("CYRILLIC", "ru"),
    ("ARABIC", "ar"),
    ("HEBREW", "he"),
    ("DEVANAGARI", "hi"),
    ("GREEK", "el"),
    ("THAI", "th"),
)
NAMES: Final = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "pl": "Polish",
    "tr": "Turkish",
    "ja": "Japanese",
    "ko": "Korean",
    "zh": "Chinese",
    "ru": "Russian",
    "uk": "Ukrainian",
    "ar": "Arabic",
    "he": "Hebrew",
    "hi": "Hindi",
    "el": "Greek",
    "th": "Thai",
}

FOREIGN: Final = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|<[^<>\n]{1,200}>"
    r"|https?://\S+",
    re.DOTALL,
)
TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
SYMBOL: Final = re.compile(r"(?<=[^\W\d_] )[A-HJ-Z]\b(?!['’])")
LEAST_WORDS = 12
LEAST_HITS = 5
LEAST_SHARE = 0.2
LEAD = 1.6
LEAST_LEANING = 3
LEAST_DIFFERENT = 2
READ = 4000


def _script(text: str) -> str | None:
    """Return the language of a text that is mostly in a script of its own."""
    if text.isascii():
        return None
    letters = [c for c in text if c.isalpha()]
    counts: Counter[str] = Counter()
    for letter in letters:
        if letter > "\u036f":
            name = unicodedata.name(letter, "")
            counts.update(code for script, code in SCRIPTS if name.startswith(script))
    if counts["ja"] and counts["ja"] * 8 >= counts["zh"]:
        counts["ja"] += counts.pop("zh", 0)
    if not counts:
        return None
    code, most = counts.most_common(1)[0]
    if code == "ru" and re.search("[іїєґІЇЄҐ]", text):
        code = "uk"
    return code if most >= 4 and 2 * most >= len(letters) else None


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the language that a text is in, or None where it is not clear.

    Code, quotations and addresses are left out. In the Latin alphabet it takes twelve words, a fifth
    of them small words of the language, and 1.6 times as many as of any other.
    """
    prose = FOREIGN.sub(" ", text[: 4 * READ])[:READ]
    script = _script(prose)
    if script is not None:
        return script
    tokens = _tokens(prose)
    if len(tokens) < LEAST_WORDS:
        return None
    hits = _hits(tokens)
    (best, most), (_, second) = sorted(hits.items(), key=lambda item: -item[1])[:2]
    clear = most >= LEAST_HITS and most >= LEAST_SHARE * len(tokens) and most >= LEAD * second
    return best if clear else None


def leaning_of(text: str, against: str) -> str | None:
    """Return the language that a text too short to be clear speaks for, where nothing speaks for `against`.

    It is asked about a text that stands beside a clear one, so that only two languages are weighed:
    three small words of one, two of them different, and none of the other's.
    """
    # A capital alone within a sentence is a symbol ("big O", "point A"), whatever language has it as a word.
    tokens = _tokens(SYMBOL.sub(" ", FOREIGN.sub(" ", text[: 4 * READ])[:READ]))
    hits = _hits(tokens)
    best = max(hits, key=lambda code: hits[code])
    own = {token for token in tokens if best in TONGUES.get(token, ())}
    few = hits[best] < LEAST_LEANING or len(own) < LEAST_DIFFERENT
    return None if few or hits.get(against) else best


def _tokens(prose: str) -> list[str]:
    return TOKEN.findall(prose.replace("’", "'").casefold())


def _hits(tokens: list[str]) -> dict[str, float]:
    """Count for each language its small words, and by half the words with its letters."""
    hits = dict.fromkeys(WORDS, 0.0)
    for token, count in Counter(tokens).items():
        for code in TONGUES.get(token, ()):
            hits[code] += count
        if not token.isascii():
            for code, letters in LETTERS.items():
                hits[code] += 0.5 * count * any(c in letters for c in token)
    return hits


def wrong_language(instruction: str, response: str, asked: str | None = None) -> Verdict:
    """Reject a response in another language than the one asked for, or else than the instruction's.

    `asked` is the code of the language that the instruction names for its response. A response whose
    language is not clear is never rejected; an instruction's may be told by what it leans to.
    """
    said = language_of(response)
    wanted = asked or language_of(instruction)
    if wanted is None and said is not None:
        wanted = leaning_of(instruction, said)
    evidence = {"asked": asked, "expected": wanted, "found": said}
    same = {said, wanted} <= {"ru", "uk"} or said == wanted
    if said is None or wanted is None or same:
        return Verdict.accept(VERIFIER, "language_fits", "Nothing shows a wrong language.", **evidence)
    message = f"The response is in {NAMES[said]}, not in {NAMES.get(wanted, wanted)}."
    return Verdict.reject(VERIFIER, "wrong_language", message, **evidence)
