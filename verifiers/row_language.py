"""Whether a row's response is in the language that its instruction wants, and in one language.

Stands on `text_language`, which says nothing where it is not sure, and adds what a whole row
tells: a language asked for by name, and pieces of another language inside the response.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict
from evol.verifiers.text_language import FOREIGN, NAMES, language_of, wrong_language

VERIFIER: Final = "row"

# Two letters or more of a script that Latin prose does not use; Greek serves formulas.
OTHER_SCRIPT: Final = re.compile(
    "[\u0400-\u052f]{2,}|[\u0590-\u05ff]{2,}|[\u0600-\u06ff]{2,}|[\u0900-\u097f]{2,}|[\u0e00-\u0e7f]{2,}"
    "|[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]{2,}|[\uac00-\ud7af]{2,}"
)
CODE_MARKS: Final = re.compile(r"[=(){}\[\];<>_\\|$]")
PARAGRAPH: Final = re.compile(r"\n\s*\n")
PIECES: Final = 12


def row_language(instruction: str, response: str) -> Verdict:
    """Reject a response in another language than asked for; leave one in several languages undecided.

    Where the instruction names a language for the response, that one is wanted; where it speaks of
    languages in another way, or is itself in several, nothing is presumed.
    """
    plain = wrong_language(instruction, response)
    if not plain.accepted:
        plain = wrong_language(_prose(instruction), _prose(response))
    if instruction.isascii() and response.isascii() and plain.accepted:
        return plain if PARAGRAPH.search(response) is None else _pieces(instruction, response) or plain
    if not plain.accepted:
        return _asked_for(instruction, response, plain)
    return _strays(instruction, response) or _pieces(instruction, response) or plain


def _prose(text: str) -> str:
    """Return a text without its fences, quotations and lines of code, whose names are in no language."""
    lines = FOREIGN.sub(" ", text).split("\n")
    return "\n".join(line for line in lines if 20 * len(CODE_MARKS.findall(line)) <= len(line))


def _asked_for(instruction: str, response: str, plain: Verdict) -> Verdict:
    from evol.verifiers.instructions import recognise

    asked = [c.parameters["language"] for c in recognise(instruction) if c.kind == "language"]
    if asked:
        return wrong_language(instruction, response, str(asked[0]))
    if _names_a_language(instruction):
        return Verdict.accept(VERIFIER, "language_open", "The instruction leaves the language open.")
    return plain


def _names_a_language(instruction: str) -> bool:
    # Few rows come here, and what recognises demands takes long to load in each worker.
    from evol.verifiers.instructions.tongues import names_a_language

    return bool(names_a_language(instruction))


def _strays(instruction: str, response: str) -> Verdict | None:
    """Return the verdict on letters of another script amid Latin prose, where nothing calls for them."""
    prose = FOREIGN.sub(" ", response)
    found = OTHER_SCRIPT.search(prose)
    called_for = OTHER_SCRIPT.search(instruction) or _names_a_language(instruction)
    if found is None or called_for or not _mostly_latin(prose):
        return None
    message = f"The response holds words in another script: {found.group()[:20]}."
    return Verdict.undecided(VERIFIER, "mixed_language", message, sample=found.group()[:40], at=found.start())


def _mostly_latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < "\u0370" for c in letters) > len(letters)


def _pieces(instruction: str, response: str) -> Verdict | None:
    """Return the verdict on paragraphs in several languages, where nothing calls for them."""
    paragraphs = [p for p in PARAGRAPH.split(FOREIGN.sub(" ", response)) if p.strip()][:PIECES]
    if len(paragraphs) < 2:
        return None
    found = list(dict.fromkeys(code for p in paragraphs if (code := language_of(p))))
    if len(found) > 1:
        found = list(dict.fromkeys(code for p in paragraphs if (code := language_of(_prose(p)))))
    if len(found) < 2 or set(found) <= {"ru", "uk"} or _names_a_language(instruction):
        return None
    shown = " and ".join(NAMES[code] for code in found[:2])
    return Verdict.undecided(
        VERIFIER, "mixed_language", f"The response is partly in {shown}.", languages=list(found)
    )
