"""Which sentences of an instruction give orders, and which are data or talk.

A constraint counts only where the text speaks to whoever answers: a sentence with an imperative
or with "your answer should". Quoted words, code and later paragraphs that are not wholly made of
such sentences are what the task is about; a length named there binds nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

PRODUCERS = (
    "write|compose|describe|explain|summari[sz]e|tell|draft|create|generate|craft|make|produce|prepare"
    "|list|name"
    "|suggest|recommend|brainstorm|come up with|think of|invent|design|propose|identify|outline|paraphrase"
    "|rewrite"
    "|rephrase|translate|define|discuss|compare|argue|analy[sz]e|evaluate|convert|turn|extract|sort|order"
    "|count"
    "|classify|solve|calculate|compute|plan|imagine|review|narrate|retell|recount|introduce|sketch|pitch"
    "|offer"
    "|devise|arrange|transform|rank|find|select|choose|pick|edit|correct|proofread|fill|complete|continue"
    "|put|present|show|report|construct|build|give|provide|reverse|repeat|decide|reply|respond|answer|state"
)
RULES = (
    "use|include|keep|limit|avoid|start|begin|end|finish|conclude|close|open|format|output|return|mention"
    "|ensure|make sure|be sure|do not|don['’]t|never|add|contain|employ|insert|structure|organi[sz]e"
    "|divide|wrap"
    "|restrict|refrain|omit|leave out|highlight|stick to|work in|separate|print|capitali[sz]e|set|place"
    "|follow|let|have"
)
SUBJECT = (
    r"(?:your|the|this|my) (?:\w+ )?(?:\w+ )?(?:response|answer|reply|text|output|essay|story|poem|summary"
    r"|letter|email"
    r"|message|article|paragraph|review|speech|description|explanation|post|note|list|report|result|piece"
    r"|translation"
    r"|tale|recipe|guide|entry|haiku|limerick|song|script|statement|bio|ad|blurb|plan|advice)"
)
MUST = (
    r"(?:should|must|has to|needs? to|is to|may|can|cannot|can't|shall|will|ought to|shouldn['’]t|mustn['’]t)"
)
ORDER = re.compile(
    rf"(?:^\W*(?:\d+[.)]\s*)?(?:(?:then|also|and|now|next|finally|but)\b,?\s+)*|[,;:—–]\s+(?:then\s+|and\s+)?"
    r"|\b(?:please|kindly|you(?: can| may| should| must| have to| need to| are to)?|(?:want|like|need|ask) "
    r"you to"
    r"|(?:task|job) is to|(?:can|could|would|will) you)\s+)"
    rf"(?:(?:please|then|also|briefly|just|only|always|simply)\s+)*(?P<verb>{PRODUCERS}|{RULES})\b"
    rf"|\b{SUBJECT}(?: itself)? {MUST}\b"
    r"|\b(?:it|that|they|the (?:word|phrase|term|letter)s? \x00+) (?:should|must|has to|needs to)\b",
    re.IGNORECASE,
)
# How a sentence of a later paragraph must open to be an order and no part of the data.
OPENING = re.compile(
    rf"\W*(?:\d+[.)]\s*)?(?:(?:please|then|also|and|now|finally|in addition|additionally)\b,?\s*)*"
    rf"(?:(?:{PRODUCERS}|{RULES})\b|{SUBJECT}(?: itself)? {MUST}\b|(?:at the end|at the beginning|in) "
    rf"[^.;!?]{{0,30}}?, (?:{PRODUCERS}|{RULES})\b"
    rf"|the (?:word|phrase|term|letter)s? \x00)",
    re.IGNORECASE,
)
LISTED_RULE = re.compile(
    r"^\s*(?:[-*•]|\d+[.)])\s+(?:at (?:least|most)|exactly|no (?:more|fewer|less)|between|up to|about|around"
    r"|approximately|all|only|in|with|without|no|maximum|minimum|fewer|under|write|written)\b",
    re.IGNORECASE,
)
# "Is it? Yes or no?"
FORCED = re.compile(r"^\W*(?:yes or no|true or false|yes/no|true/false)\W*$", re.IGNORECASE)
TASK = re.compile(
    rf"(?:^\W*(?:\d+[.)]\s*)?(?:please |then |now |also |next,? |finally,? )*)(?:{PRODUCERS})\b",
    re.IGNORECASE,
)
# "Answer in French", "write it in capitals", "give the result as JSON" say how, not what further.
MANNER = re.compile(
    r"\W*(?:\d+[.)]\s*)?(?:please |then |now |also )*(?:(?:reply|respond|answer|write|say|speak)\s+(?:only "
    r"|just |simply |exactly |entirely )*"
    r"(?:in|with|as|using|by|yes|no|true|false|\x00|everything|at|no|within|between|exactly|a single)\b"
    r"|(?:write|give|present|put|make|show|report|state|return|print|express|keep|provide|format|end|list"
    r"|describe|set|render)\s+"
    r"(?:only |just )?(?:your|the|it|this|that|everything|all of it|them|these)\s*(?:\w+ ){0,2}?(?:answer"
    r"|response|reply|results?|output|text|essay|story|poem|summary|letter"
    r"|email|message|title|names?|whole|a|in|as|list)\b)",
    re.IGNORECASE,
)
SECOND_TASK = re.compile(
    r"(?:,? (?:and|then|and then)|[;,]) (?:also |then |please )*(?:explain|translate|describe|list"
    r"|summari[sz]e|rate"
    r"|identify|say|analy[sz]e|compare|define|discuss|give|write|tell|rewrite|name|justify|state)\b(?! me\b)",
    re.IGNORECASE,
)
# What is said of the answer as such holds for the whole, however many tasks there are.
OF_THE_ANSWER = re.compile(
    r"^\W*(?:please |then |also )*(?:answer|respond|reply)\b"
    r"|\b(?:give|return|present|output|print|format|write|put|provide|express|show|use|keep|limit|start"
    r"|begin|end|finish)\s+"
    r"(?:only |just )?(?:[^.;!?]{0,40}?\bin )?(?:the|your) (?:entire |whole |full |complete |final "
    r")?(?:results?|answer|response|reply|output)\b"
    rf"|\b(?:your|the) (?:entire |whole |full |complete |final )?(?:answer|response|reply|output) {MUST}\b",
    re.IGNORECASE,
)
# Whoever asks for a program says what the program, its input and its output are to be like.
CODE = re.compile(
    r"\b(?:python|java|javascript|typescript|sql|c\+\+|c#|ruby|html|css|php|bash|regex|regular "
    r"expressions?|functions?|algorithms?"
    r"|programs?|scripts?|code|coding|quer(?:y|ies)|arrays?|strings?|variables?|dictionar(?:y|ies)|apis?"
    r"|databases?|linked list|integers?"
    r"|web ?page|webpage|website|endpoint|user input|password|selector|django|react|excel)\b",
    re.IGNORECASE,
)
MY_ANSWER = re.compile(
    r"^\W*(?:please |then |also )*(?:answer|respond|reply|explain|describe|summari[sz]e)\b|\byour (?:\w+ "
    r")?(?:answer|response|reply|output|explanation)\b",
    re.IGNORECASE,
)
FENCE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
QUOTE = re.compile(
    r"\"[^\"\n]{1,300}\"|“[^”\n]{1,300}”|«[^»\n]{1,300}»|„[^“”\n]{1,300}[“”]|`[^`\n]{1,300}`"
    r"|(?<![\w'’])['‘][^'‘’\n]{1,80}['’](?![\w])"
)
PARAGRAPH = re.compile(r"(?:(?!\n[ \t]*\n).)+", re.DOTALL)
ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|approx|etc|vs|Mr|Mrs|Ms|Dr|St|No|P\.S|ca|z\.B)\.$", re.IGNORECASE)
STOP = re.compile(r"(?<=[.!?])[ \t]+|(?<=[.!?][\"”')])[ \t]+|\n")


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence that gives orders: its words, the same with quotes blanked out, and its offset."""

    text: str
    masked: str
    start: int
    first: bool


def mask(text: str) -> str:
    """Return the text with code and quoted words blanked out, each character in its place."""
    for pattern in (FENCE, QUOTE):
        text = pattern.sub(lambda m: re.sub(r"[^\n]", "\x00", m.group()), text)
    return text


def _sentences(masked: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for stop in STOP.finditer(masked, start, end):
        if not ABBREVIATION.search(masked, begin, stop.start()):
            if masked[begin : stop.start()].strip():
                yield begin, stop.start()
            begin = stop.end()
    if masked[begin:end].strip():
        yield begin, end


def is_order(sentence: str, *, later: bool = False) -> bool:
    """Whether a sentence, its quotes blanked out, is an order; in a `later` paragraph, from its start."""
    found = OPENING.match(sentence) if later else ORDER.search(sentence)
    return bool(found or LISTED_RULE.match(sentence) or FORCED.match(sentence))


def clauses(instruction: str) -> list[Clause]:
    """Return the sentences that give orders.

    Those are all of the first paragraph that do, and a later paragraph only if each of its
    sentences does: other paragraphs are data.
    """
    masked = mask(instruction)
    found: list[Clause] = []
    for number, paragraph in enumerate(PARAGRAPH.finditer(masked)):
        spans = list(_sentences(masked, *paragraph.span()))
        orders = [is_order(masked[a:b], later=number > 0) for a, b in spans]
        if number and not all(orders):
            continue
        found += [
            Clause(instruction[a:b], masked[a:b], a, number == 0)
            for (a, b), order in zip(spans, orders, strict=True)
            if order
        ]
    return found


def several_tasks(found: list[Clause]) -> bool:
    """Whether the instruction asks for more than one piece of text, so that a length fits neither."""
    tasks = sum(
        bool(TASK.search(c.masked)) and not (n and MANNER.match(c.masked)) for n, c in enumerate(found)
    )
    return tasks > 1 or any(TASK.search(c.masked) and SECOND_TASK.search(c.masked) for c in found)


def binds(clause: Clause, *, code: bool) -> bool:
    """Whether a clause may bind the response; where a program is asked for, most describe the program."""
    return not code or bool(MY_ANSWER.search(clause.masked) and not CODE.search(clause.masked))


def quotes(clause: Clause, start: int, end: int) -> list[str]:
    """Return what is quoted in a part of a clause, without its quotation marks."""
    return [match.group()[1:-1].strip() for match in QUOTE.finditer(clause.text[start:end])]
