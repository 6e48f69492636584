"""What is wrong with a reply as a whole: it refuses, talks about itself, asks back or says nothing.

The first two and the last are WizardLM's eliminations 2 and 3 (arXiv 2304.12244) and what users
complain of most; asking back is from Auto Evol-Instruct's failure rules (arXiv 2406.00770).
"""

from __future__ import annotations

import re
from itertools import islice

from evol.types import Verdict

VERIFIER = "text"

REFUSAL_WORDS = 80
ASKING_WORDS = 80

ECHO_WORDS = 8
ASKS_FOR_PART = re.compile(
    r"\b(?:extract|select|choose|pick|quote|cite|copy|repeat|find|identify|which|correct|fix|proofread"
    r"|complete|fill"
    r"|sort|order|reorder|list|locate|return|output|rewrite|convert|change|format|edit|punctuate"
    r"|capitali[sz]e|add|replace"
    r"|insert|remove|point out|underline|highlight|read|translate|arrange|reverse|spell|decode|encode|give "
    r"back|name)\b",
    re.IGNORECASE,
)
ASKS_TO_REPEAT = re.compile(
    r"\b(?:copy|repeat|complete|continue|correct|fix|proofread|punctuate|edit|capitali[sz]e|replace|fill)\b",
    re.IGNORECASE,
)

SORRY = re.compile(r"\bsorry\b", re.IGNORECASE)

SELF_NAMED = re.compile(
    r"\bas an? (?:\w+ )?(?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\bi(?:['’]m| am) (?:just |only |merely )?an? (?:\w+ )?(?:ai|artificial intelligence|language model)\b",
    re.IGNORECASE,
)
NOT_WILLING = re.compile(
    r"^\W*(?:(?:unfortunately|regrettably|i apologi[sz]e|(?:my )?apologies)\b"
    r"[^.!?\n]{0,80}?[,.;:]?\s*(?:but )?)?"
    r"i(?:['’]m| am)?\s+(?:(?:am )?(?:unable|not able|not allowed|not permitted|not comfortable)\b"
    r"|(?:can ?not|can['’]t|will not|won['’]t|must decline|have to decline|refuse)\b"
    r"(?! help (?:but|noticing|thinking))"
    r"(?= (?:help|assist|provide|answer|fulfill?|complete|comply|create|generate|write|engage|discuss|do"
    r"|give|offer|solve|to|continue|support|respond|process|access|see|view)\b|[.,]))",
    re.IGNORECASE,
)

ASKS_FOR_INPUT = re.compile(
    r"\b(?:please|could you|can you|kindly)\s+(?:please\s+)?"
    r"(?:provide|share|supply|paste|send|specify|clarify|give me)\b"
    r"|\bplease (?:let me know|tell me)\b|\bi (?:would )?need more (?:information|details|context)\b",
    re.IGNORECASE,
)
# A program may well ask its own user for input: what stands in code or quotes is not said to us.
QUOTED = re.compile(r"```.*?```|`[^`\n]*`|\"[^\"\n]*\"|'[^'\n]{12,}'", re.DOTALL)
ACKNOWLEDGES = re.compile(
    r"^\W*(?:understood|sure|certainly|of course|okay|ok|got it|absolutely|great|no problem)\b", re.IGNORECASE
)

# Function words that say nothing by themselves. Words that can be a whole answer (yes, no, not,
# all, none, both, more, less, before, after …) are left out on purpose.
STOP_WORDS = frozenset(
    re.findall(
        r"\S+",
        "a an the this that these those i me my we us our you your he him his she her it its they them "
        "their who whom whose which what am is are was were be been being have has had having do does did "
        "doing will would shall should can could may might must of in on at by for with about into "
        "through to from as and but or if so than then there here such just very too also well oh um uh "
        "hmm ah i'm it's that's there's let's you're we're they're he's she's i've we've i'll we'll",
    )
)
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
WIDE_SYMBOL = re.compile(
    r"[^\x00-\x7f\w\s\u2000-\u206f\u3000-\u303f\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf]"
)


def refusal(response: str) -> Verdict:
    """Reject a response that contains the word "sorry" and has fewer than 80 words (WizardLM's rule)."""
    words = len(response.split())
    if words < REFUSAL_WORDS and SORRY.search(response):
        message = f'The response says "sorry" in only {words} words.'
        return Verdict.reject(VERIFIER, "refusal", message, words=words)
    return Verdict.accept(VERIFIER, "no_refusal", "The response does not apologise instead of answering.")


def assistant_boilerplate(response: str) -> Verdict:
    """Reject a response that speaks as "an AI language model", or opens by declining to answer."""
    match = SELF_NAMED.search(response) or NOT_WILLING.match(response)
    if match is None:
        return Verdict.accept(VERIFIER, "no_boilerplate", "The response speaks of the matter.")
    phrase = " ".join(match.group().split())[:120]
    return Verdict.reject(
        VERIFIER, "assistant_boilerplate", f'The response speaks as an assistant: "{phrase}".', phrase=phrase
    )


def asks_back(response: str) -> Verdict:
    """Reject a short response that acknowledges or asks for input instead of answering.

    It has fewer than 80 words, ends with a question after an opening like "Sure", or asks the user
    to provide something.
    """
    words = len(response.split())
    short = words < ASKING_WORDS
    asks = ASKS_FOR_INPUT.search(QUOTED.sub("", response)) if short else None
    returns = short and ACKNOWLEDGES.match(response) and response.rstrip().endswith("?")
    if asks or returns:
        phrase = asks.group() if asks else response.strip()[:80]
        return Verdict.reject(
            VERIFIER, "asks_back", "The response asks back instead of answering.", phrase=phrase, words=words
        )
    return Verdict.accept(VERIFIER, "no_question_back", "The response does not only ask back.")


def echo(instruction: str, response: str) -> Verdict:
    """Reject a response that only hands the instruction back.

    It is the instruction, all but its last tenth at least, with a fifth more words at most, unless
    that asks to repeat or mend something; or it is eight words or more that stand in the
    instruction in a row, unless that asks for a part of itself (to extract, select, quote … it).
    """
    asked, said = WORD.findall(instruction.casefold()), WORD.findall(response.casefold())
    inside = len(said) >= ECHO_WORDS and f" {' '.join(said)} " in f" {' '.join(asked)} "
    whole = f" {' '.join(asked[: -(len(asked) // 10) or None])} " in f" {' '.join(said)} "
    repeats = len(asked) >= ECHO_WORDS and whole and 5 * len(said) <= 6 * len(asked)
    if asked == said and len(said) > 2:
        return Verdict.reject(
            VERIFIER, "echoes_instruction", "The response is the instruction.", words=len(said)
        )
    if (inside and not ASKS_FOR_PART.search(instruction)) or (
        repeats and not ASKS_TO_REPEAT.search(instruction)
    ):
        message = "The response hands the instruction back."
        return Verdict.reject(VERIFIER, "echoes_instruction", message, words=len(said))
    return Verdict.accept(VERIFIER, "no_echo", "The response is not the instruction's own words.")


def _says_something(word: str) -> bool:
    """Whether a word carries content; one capital letter alone is a choice's label."""
    return word.replace("’", "'").casefold() not in STOP_WORDS


def only_stop_words(response: str) -> Verdict:
    """Reject a response of only punctuation and stop words (WizardLM's rule 3).

    A number, a symbol outside ASCII (∞, an emoji) and one capital letter by itself, as a choice,
    count as content.
    """
    words = [match.group() for match in islice(WORD.finditer(response), 2)]
    choice = len(words) == 1 and len(words[0]) == 1 and words[0].isupper()
    content = (match for match in WORD.finditer(response) if _says_something(match.group()))
    if choice or any(content) or WIDE_SYMBOL.search(response):
        return Verdict.accept(VERIFIER, "has_content", "The response has words of content.")
    message = "The response is only punctuation and stop words."
    return Verdict.reject(VERIFIER, "only_stop_words", message, words=len(WORD.findall(response)))
