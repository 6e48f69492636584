"""Judge one response to one instruction: pure, and run in a worker process in one call.

First the rules about any reply, then those that need the instruction beside it: whether the
response hands it back, is in the language asked for, brings personal data, and keeps each
constraint that a program can check.
"""

from __future__ import annotations

import re
from typing import Final

from evol.domains._rules import STOPPED, first_defect
from evol.types import Json, Verdict
from evol.verifiers import text
from evol.verifiers.instructions import check_instructions, recognise
from evol.verifiers.instructions.tongues import NAMES, asks_to_translate, languages_named, names_a_language
from evol.verifiers.text_language import language_of

# A text that somebody else is to read may well ask that person for something.
ADDRESSED: Final = re.compile(
    r"\b(?:write|draft|compose|create|rewrite|rephrase|translate|continue|reply|respond|prepare|shorten"
    r"|make|give|generate|suggest|tell)\b"
    r"[^.;!?\n]{0,80}\b(?:e-?mails?|letters?|messages?|notes?|notices?|memos?|invitations?|dialogues?"
    r"|conversations?|scripts?|scenes?"
    r"|surveys?|questionnaires?|questions|interviews?|posts?|sms|texts?|repl(?:y|ies)|responses?"
    r"|announcements?|requests?|advert\w*"
    r"|apolog\w+|complaints?|stor(?:y|ies)|novel|poem|song|speech|pages?|forms?)\b"
    r"|\b(?:role-?play|play (?:the|a|an)|act as|pretend|you are|ask me|say (?:in|to|no|that)|how (?:would"
    r"|do|can|should) (?:i|you|we) (?:ask|say|tell))\b"
    r"|\b(?:schreib\w*|verfass\w*|formulier\w*|du bist|écri\w+|rédig\w*|tu es|escrib\w*|redact\w*|eres"
    r"|scriv\w+|sei|escrev\w+|schrijf)\b",
    re.IGNORECASE,
)
# What opens so is said to whoever asked, in a letter as anywhere.
TO_THE_ASKER: Final = re.compile(
    r"\W*(?:understood|sure|certainly|of course|okay|ok|got it|absolutely|i (?:would |will )?need more"
    r"|could you (?:please )?provide"
    r"|can you (?:please )?provide)\b",
    re.IGNORECASE,
)


def judge_response(instruction: str, response: str, finish_reason: str = "stop") -> list[Verdict]:
    """Return the verdicts on a response, up to the first that does not accept."""
    words = _words(instruction, response, finish_reason)
    if not words.accepted:
        return [words]
    return [words, check_instructions(instruction, response)]


def _words(instruction: str, response: str, finish_reason: str) -> Verdict:
    if finish_reason in STOPPED:
        return Verdict.reject("text", finish_reason, STOPPED[finish_reason], finish_reason=finish_reason)
    rules = [
        lambda: text.truncated(response, finish_reason),
        lambda: text.empty(response),
        lambda: text.refusal(response),
        lambda: text.assistant_boilerplate(response),
        lambda: text.only_stop_words(response),
        lambda: text.encoding_damage(response),
        lambda: text.repetition(response),
        lambda: text.copied_prompt(response),
        lambda: text.echo(instruction, response),
        lambda: _language(instruction, response),
        lambda: text.personal_data(response, instruction),
    ]
    if not ADDRESSED.search(instruction) or TO_THE_ASKER.match(response):
        rules.insert(5, lambda: text.asks_back(response))
    return first_defect(rules, "sound_reply", "No rule about a reply's words objects.")


def _language(instruction: str, response: str) -> Verdict:
    """Judge the response's language by the one asked for; presume one only where none is named.

    An instruction in two languages presumes none: which of them the answer is to be in is open.
    """
    asked = [c.parameters["language"] for c in recognise(instruction) if c.kind == "language"]
    if asked:
        return text.wrong_language(instruction, response, str(asked[0]))
    first, _, rest = instruction.partition("\n\n")
    parts = {language_of(part) for part in (instruction, first, rest)}
    mixed = {code for code in parts if code is not None}
    if names_a_language(instruction) or len(mixed) > 1:
        return _open_language(instruction, response, mixed)
    return text.wrong_language(instruction, response, next(iter(mixed), None))


def _open_language(instruction: str, response: str, own: set[str]) -> Verdict:
    """Reject a response in none of the languages that an instruction is in or names.

    Not where it speaks of translating: into which language may be said by a name that is not known.
    """
    said, named = language_of(response), languages_named(instruction)
    if own and named and said in NAMES and said not in own | named and not asks_to_translate(instruction):
        message = "The response is neither in the instruction's language nor in one that it names."
        left_open: list[Json] = [*sorted(own | named)]
        return Verdict.reject("text", "wrong_language", message, found=said, open=left_open)
    return Verdict.accept("text", "language_open", "The instruction leaves the language open.")
