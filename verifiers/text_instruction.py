"""What is wrong with an evolved instruction: it quotes its prompt, gives its answer away, adds nothing.

These are WizardLM's eliminations 1 and 4 (arXiv 2304.12244), the first of them only as far as text
alone can tell, and the complaint that published sets hold the answer inside the instruction.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache
from typing import Literal

from evol.types import Verdict
from evol.verifiers.text_reply import assistant_boilerplate

VERIFIER = "text"

MARKERS = re.compile(
    r"\b(?:given|rewritten|re-written|created|evolved)[\s_*#-]+prompts?\b"
    r"|\b(?:rewritten|re-written|evolved)[\s_*#-]+(?:instruction|question|problem)s?\b"
    r"|#\s*(?:the\s+)?(?:given|new|original|rewritten|created|evolved|final)\s+\w+\s*#"
    r"|</?\s*(?:instruction|evolved|evolved_instruction|rewritten|given_prompt)\s*>",
    re.IGNORECASE,
)

APOLOGY = re.compile(
    r"\W*(?:(?:i['’]?m|i am|we are|we['’]?re)\s+)?(?:(?:so|very|really|truly)\s+)?sorry\b", re.IGNORECASE
)
HASHES = re.compile(r"^[^\S\n]*####[^\S\n]*(?P<value>\S[^\n]*)$", re.MULTILINE)
STATED = re.compile(
    r"\b(?:the|its|our)\s{1,4}(?:\w{1,20}\s{1,4})?(?:answer|solution|result)\s{0,4}(?:is|:|="
    r"|equals)\s*(?::\s*)?"
    r"(?=(?P<value>[^\n]{1,200}))"
    r"|(?:^|[.!?]\s{1,4})[^\w\n]{0,6}(?:\w{1,20}\s{1,4})?(?:answer|solution)\s*(?::|=)\W{0,4}?"
    r"(?=(?P<labelled>[^\n]{1,200}))",
    re.IGNORECASE | re.MULTILINE,
)
# Without a known answer, a stated result is as likely a condition: "the result is 100; what was it?"
CONDITION = re.compile(r"(?:the|its|our)\s+(?:\w+\s+)?(?:solution|result)\b", re.IGNORECASE)
BOXED = re.compile(r"\\f?boxed\s*\{(?P<value>(?:[^{}]|\{[^{}]*\})*)\}")
# The answer is supposed, asked for or somebody's, and thereby not given away.
SUPPOSED = re.compile(
    r"\b(?:if|suppose|assume|whether|unless|when|where|until|says?|said|claims?|claimed|thinks?|believes?"
    r"|example|e\.g|"
    r"check|verify|prove|show|explain|why|instead|not)\b[^.!?\n]*$",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=\D)[.!?](?:\s|$)|(?<=\d)[.!?](?!\d)|[;\n]")
NUMBER = re.compile(r"[-+−]?\d[\d,]*(?:\.\d+)?(?:\s*/\s*\d+)?")
COPIED_WORDS = 8
SUPPOSED_WITHIN = 300

# Words that can come and go without asking for anything else.
FILLERS = frozenset({"a", "an", "the", "please", "kindly"})
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[+*/^=<>%±×÷√∞≤≥≠−]|-(?=\d)")
INFLECTION = re.compile(r"(?<=[^\W\d_]{3})(?:['’]s|(?<!s)s)$")

JUDGEMENT = re.compile(
    r"^(?:(?:the |my |final )*(?:judge?ment|verdict|answer|result|conclusion|decision)(?: is)?\s*[:=-]?\s*)?"
    r"(?P<label>not[\s_-]*equal|equal)(?:\s*[.!;:,(–—-](?P<rest>.*))?$",
    re.IGNORECASE,
)
DECORATION = re.compile(r"[*\"'`#>{}\[\]]")
TAKEN_BACK = {
    "equal": re.compile(r"^\W*not?\b|\bequal\b|\bunequal\b|\bdiffer", re.IGNORECASE),
    "not_equal": re.compile(r"\bequal\b|\bthe same\b", re.IGNORECASE),
}


def copied_prompt(instruction: str) -> Verdict:
    """Reject an instruction that holds words of the evolving prompt (WizardLM's rule 4).

    Those are "given prompt", "rewritten prompt" and their like, headings between # marks, and the
    tags that this project's prompts use.
    """
    match = MARKERS.search(instruction)
    if match is None:
        return Verdict.accept(VERIFIER, "no_prompt_words", "The instruction holds no words of its prompt.")
    phrase = match.group()
    message = f'The instruction copies its prompt\'s words: "{phrase}".'
    return Verdict.reject(VERIFIER, "copied_prompt", message, phrase=phrase, at=match.start())


def refused_to_evolve(instruction: str) -> Verdict:
    """Reject an evolved instruction that is the teacher's refusal to write one: reason `refusal`.

    It opens with an apology of its own, or speaks as an assistant. An apology further on belongs to
    what is asked ("Write a letter that says sorry").
    """
    if APOLOGY.match(instruction) or not assistant_boilerplate(instruction).accepted:
        message = "The teacher refused to evolve the instruction."
        return Verdict.reject(VERIFIER, "refusal", message, opening=instruction.strip()[:80])
    return Verdict.accept(VERIFIER, "no_refusal", "The instruction is not a refusal to write one.")


def _plain(value: str) -> str:
    """Return a stated answer without what only decorates it: case, $, separators, stops, markup."""
    text = unicodedata.normalize("NFKC", value).casefold().replace("−", "-")
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return re.sub(r"\\[()\[\]!,;]|[\s$*`'\"]", "", text).strip(".,:;!?")


def _says(stated: str, answer: str | None) -> bool:
    """Whether a stated value is the answer; with none known, whether it is a bare number."""
    value = SENTENCE_END.split(stated.strip(), maxsplit=1)[0]
    if answer is None:
        return NUMBER.fullmatch(_plain(value)) is not None
    return bool(_plain(answer)) and _plain(value) == _plain(answer)


def _supposed(instruction: str, at: int) -> bool:
    return SUPPOSED.search(instruction, max(0, at - SUPPOSED_WITHIN), at + 1) is not None


def _stated_answer(instruction: str, answer: str | None) -> str | None:
    """Return the words that give the answer away, if any do."""
    for pattern in (HASHES, BOXED, STATED):
        for match in pattern.finditer(instruction):
            if answer is None and CONDITION.match(match.group()):
                continue
            name, value = next((n, v) for n, v in match.groupdict().items() if v is not None)
            if _says(value, answer) and not _supposed(instruction, match.start()):
                return instruction[match.start() : max(match.end(), match.end(name))].strip()
    return None


def answer_in_instruction(instruction: str, answer: str | None = None, response: str = "") -> Verdict:
    r"""Reject an instruction that already states its final answer or holds its whole response.

    Stated means with the words that give an answer: "the answer is 42", "Answer: 42", "#### 42",
    \boxed{42}. A number that merely occurs does not count, nor an answer that is supposed, asked
    about or somebody's ("if the answer is 42", "Tom says the answer is 42"). Without a known
    `answer` any bare number so stated counts, unless it is called a result or solution. A response
    of eight words or more counts where the instruction holds all its words in a row.
    """
    stated = _stated_answer(instruction, answer)
    if stated is not None:
        return Verdict.reject(
            VERIFIER, "answer_in_instruction", "The instruction states its own answer.", phrase=stated[:200]
        )
    said, asked = response.casefold().split(), instruction.casefold().split()
    if len(said) >= COPIED_WORDS and f" {' '.join(said)} " in f" {' '.join(asked)} ":
        message = "The instruction holds the whole response."
        return Verdict.reject(VERIFIER, "answer_in_instruction", message, phrase=response.strip()[:200])
    return Verdict.accept(VERIFIER, "answer_not_given", "The instruction does not state its answer.")


@lru_cache(maxsize=256)
def _content(text: str) -> tuple[Counter[str], list[str]]:
    """Return the words, uninflected and counted, and the numbers and operators in their order.

    Kept for a while, because what is a child now is a parent next.
    """
    normal = unicodedata.normalize("NFKC", text).casefold()
    tokens = [token for token in TOKEN.findall(normal) if token not in FILLERS]
    words = Counter(INFLECTION.sub("", token) for token in tokens if token[0].isalpha())
    return words, [token for token in tokens if not token[0].isalpha()]


def no_information_gain(parent: str, child: str) -> Verdict:
    """Reject a child that only rearranges its parent: the same words and the same numbers.

    Case, punctuation, word order, plural endings, articles and "please" may differ; the numbers and
    operators must be the same in the same order, so changing one number is a change. Similarity in
    words (twice the shared over all) is in the evidence but decides only at 1: one constraint
    added to a long instruction leaves 97 % as it was, and that constraint is the point. What is
    reworded is for a judge to see.
    """
    (old_words, old_marks), (new_words, new_marks) = _content(parent), _content(child)
    total = old_words.total() + new_words.total()
    similarity = 2 * (old_words & new_words).total() / total if total else 1.0
    evidence = {"similarity": round(similarity, 4), "same_numbers": old_marks == new_marks}
    if old_words == new_words and old_marks == new_marks:
        message = "The instruction says the same as its parent in the same words."
        return Verdict.reject(VERIFIER, "no_information_gain", message, **evidence)
    message = "The instruction's words or numbers differ from its parent's."
    return Verdict.accept(VERIFIER, "changed", message, **evidence)


def _read_line(line: str) -> Literal["equal", "not_equal"] | None:
    match = JUDGEMENT.match(DECORATION.sub("", line).strip(" \t_"))
    if match is None:
        return None
    label: Literal["equal", "not_equal"] = "equal" if match["label"].casefold() == "equal" else "not_equal"
    explanation = (match["rest"] or "").split(".")[0]
    return None if TAKEN_BACK[label].search(explanation) else label


def read_equal_judgement(reply: str) -> Literal["equal", "not_equal"] | None:
    """Return what a judge asked for Equal or Not Equal said, or None where it is not plain.

    Plain is a first or last line that consists of the label, alone or after "Judgement:" or the
    like, with at most an explanation behind a stop or dash. Where the two lines contradict each
    other, or the label only occurs inside a sentence, nothing is read.
    """
    lines = [line for line in reply.splitlines() if line.strip()]
    if not lines:
        return None
    said = {_read_line(lines[0]), _read_line(lines[-1])} - {None}
    return said.pop() if len(said) == 1 else None
