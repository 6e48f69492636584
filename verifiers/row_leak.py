"""Words of the prompt that a row was made with, beyond the markers that `text.copied_prompt` knows.

A model asked to evolve an instruction at times hands back its orders, or announces its result
("Here is a more complex version:"). The phrases are those of WizardLM's, WizardCoder's and Auto
Evol-Instruct's published prompts (arXiv 2304.12244, 2306.08568, 2406.00770) and their usual echoes.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict

VERIFIER: Final = "row"

ORDERS: Final = re.compile(
    r"\bact as an? (?:instruction|prompt|question)s? (?:re-?writer|creator|rewriting)\b"
    r"|\byour objective is to (?:rewrite|re-write|draw inspiration)\b"
    r"|\b(?:complicate|rewrite|evolve|enhance) the (?:given|original|above) (?:prompt|instruction|question)\b"
    r"|\bincrease the difficulty of the (?:given|original|above)\b"
    r"|\bfamous ai systems\b"
    r"|\bunderstood and responded (?:to )?by humans\b"
    r"|#+\s*(?:methods? list|finally rewritten instruction|core instructions?)\s*#"
    r"|\b(?:the )?(?:rewritten|evolved) (?:version|prompt|instruction|question|problem)\s*:",
    re.IGNORECASE,
)
ANNOUNCED: Final = re.compile(
    r"\A\W*(?:(?:sure|certainly|of course|okay|absolutely|great)[!,.]?\s+)?"
    r"(?:here(?:['’]s| is| are)|this is|below is) (?:an?|the|my|your) (?:\w+[ -]){0,4}?"
    r"(?:re-?written|evolved|re-?phrased|revised|(?:more|slightly) \w+|harder|tougher|complicated"
    r"|modified|updated|new|enhanced|challenging)(?: \w+){0,3}? "
    r"(?:version|prompt|instruction|question|problem|task)\b[^\n]{0,80}:",
    re.IGNORECASE,
)
SUBJECT: Final = re.compile(r"\bprompt engineering\b|\bevol-?instruct\b", re.IGNORECASE)


def leaked_prompt(text: str, *, instruction: bool = False) -> Verdict:
    """Reject a text that holds orders of an evolving prompt, or an `instruction` that announces itself."""
    found = ORDERS.search(text) or (ANNOUNCED.match(text) if instruction else None)
    if found is None or SUBJECT.search(text):
        return Verdict.accept(VERIFIER, "no_leak", "The text holds no words of an evolving prompt.")
    phrase = " ".join(found.group().split())[:120]
    message = f'The text holds words of an evolving prompt: "{phrase}".'
    return Verdict.reject(VERIFIER, "prompt_leak", message, phrase=phrase, at=found.start())
