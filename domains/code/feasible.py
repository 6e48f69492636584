"""What a task asks for besides a behaviour: another language, or the world outside a sandbox.

Both are read from the words alone, before a teacher is asked for anything. The rules look for a
demand ("in Java", "download the page", "save it to a file"), not for a mention: text about files
given as strings, or a rule against opening them, asks for nothing outside.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict

VERIFIER: Final = "feasible"
LONGEST: Final = 20_000

LANGUAGES: Final = {
    "javascript": r"JavaScript|ECMAScript|Node\.?js|JS",
    "typescript": r"TypeScript",
    "java": r"Java",
    "c": r"C",
    "cpp": r"C\+\+",
    "csharp": r"C#|C Sharp",
    "go": r"Go|Golang",
    "rust": r"Rust",
    "ruby": r"Ruby",
    "php": r"PHP",
    "perl": r"Perl",
    "swift": r"Swift",
    "kotlin": r"Kotlin",
    "scala": r"Scala",
    "r": r"R",
    "matlab": r"MATLAB|Matlab",
    "haskell": r"Haskell",
    "lua": r"Lua",
    "sql": r"SQL|MySQL|PostgreSQL|SQLite|T-SQL",
    "bash": r"Bash|bash|(?:a )?shell script",
    "html": r"HTML|HTML5",
    "css": r"CSS",
    "assembly": r"[Aa]ssembly|x86",
}
TAGS: Final = {
    "js": "javascript", "jsx": "javascript", "node": "javascript", "ts": "typescript", "c++": "cpp",
    "cc": "cpp", "cs": "csharp", "c#": "csharp", "golang": "go", "rs": "rust", "rb": "ruby", "sh": "bash",
    "shell": "bash", "zsh": "bash", "kt": "kotlin", "hs": "haskell", "mysql": "sql", "pl": "perl",
}  # fmt: skip
WRITTEN = (
    r"(?:program|function|method|class|code|script|query|statement|snippet|solution|application|app|page"
    r"|procedure)"
)
FENCED = re.compile(r"^```.*?(?:^```|\Z)", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(
    r"\b(?:in|into|to|using|with|a|write)\s+Python\b|\bPython\s?3?\s+" + WRITTEN, re.IGNORECASE
)
SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")

OUTSIDE: Final = {
    "network": re.compile(
        r"\b(?:download|scrape|crawl)\w*\b"
        r"|\b(?:https?|web|rest|graphql)[ -]?(?:requests?|apis?|services?|endpoints?)\b"
        r"|\b(?:fetch|retriev|request|get|read)\w*\b[^.]{0,40}\b(?:from|at|of)\b[^.]{0,25}"
        r"\b(?:url|web ?site|web ?page|internet|server|api)\b"
        r"|\b(?:open|create|listen|connect)\w*\b[^.]{0,30}\bsockets?\b|\bsend\w*\b[^.]{0,30}\be-?mails?\b"
        r"|\bconnect\w*\b[^.]{0,30}\b(?:server|database|internet)\b|\bAPI key\b",
        re.IGNORECASE,
    ),
    "files": re.compile(
        r"\b(?:read|load|open|sav|append|stor|delet|renam|cop|writ(?!\w* (?:an?|the|some) (?:\w+ ){0,2}?"
        + WRITTEN
        + r"s?\b))\w*(?:\s+[\w'’*.`-]+){0,7}?\s+(?:files?|director(?:y|ies)|folders?|disk|spreadsheets?)\b"
        r"(?!(?: |-)(?:name|path|system|extension|size|tree)s?\b)"
        r"|\b(?:to|from|into) (?:disk|(?:an? |the )?`?\w+\.(?:txt|csv|json|xml|log|xlsx?|db)\b)",
        re.IGNORECASE,
    ),
    "screen": re.compile(
        r"\b(?:GUI|graphical user interface|tkinter|pygame|PyQt\d?|turtle graphics|browser)\b"
        r"|\bweb (?:app(?:lication)?|page)\b"
        r"|\b(?:plot|draw|display|render)\w*\b[^.]{0,40}\b(?:matplotlib|window|canvas|chart|graph of)\b",
        re.IGNORECASE,
    ),
    "library": re.compile(
        r"\b(?:uses?|using|with|in|via)\s+(?:the\s+)?(?:\w+\s+)?"
        r"(?:numpy|pandas|scipy|scikit-learn|sklearn|tensorflow|keras|pytorch|torch|django|flask|fastapi|"
        r"beautifulsoup4?|selenium|opencv|nltk|spacy|sqlalchemy|requests library)\b",
        re.IGNORECASE,
    ),
    "machine": re.compile(
        r"\b(?:start|spawn|launch|kill|run)\w*\b[^.]{0,30}\b(?:subprocess(?:es)?|(?:system|shell) command)"
        r"|\b(?:get|return|print|display|show)\w*\b[^.]{0,30}\b(?:current|today['’]s|present)\s+(?:date|time)\b"
        r"|\b(?:read|get|use|set)\w*\b[^.]{0,30}\benvironment variables?\b",
        re.IGNORECASE,
    ),
}  # fmt: skip
GIVEN_AS_TEXT = re.compile(
    r"\b(?:given|passed|represented|supplied|held|stored|read) as (?:an? |the |one )?(?:\w+ )?"
    r"(?:string|text|list|lines?|dict\w*|tuple)s?\b|\b(?:simulat|in[- ]memory|imaginary|virtual)\w*",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"\b(?:not?|never|neither|nor|without|instead of|rather than|cannot)\b[^,:]*$", re.IGNORECASE
)


def short_enough(instruction: str) -> Verdict:
    """Reject a text of over 20,000 characters, which is no task: reason `too_long`."""
    if len(instruction) > LONGEST:
        message = f"The task has over {LONGEST} characters."
        return Verdict.reject(VERIFIER, "too_long", message, characters=len(instruction))
    return Verdict.accept(VERIFIER, "short_enough", "The task is no longer than a task.")


def language_asked(instruction: str) -> str | None:
    """Return the language that a task demands where it is not Python, and None otherwise.

    A demand is "in Java", "using C++", "a SQL query", or code in the task that is tagged so; a
    task that also names Python as its target asks for Python.
    """
    prose = FENCED.sub(" ", instruction)
    if PYTHON.search(prose):
        return None
    for language, names in LANGUAGES.items():
        target = rf"\b(?:[Ii]n|[Uu]sing|into|[Ww]ith)\s+(?:the\s+)?(?:{names})"
        kind = rf"(?<![\w+#-])(?:{names})\s+{WRITTEN}"
        if re.search(rf"(?:{target}|{kind})(?![\w+#-])", prose):
            return language
    tags = [language_of(tag) for tag in re.findall(r"^```(\S+)\s*$", instruction, re.MULTILINE)]
    return next((tag for tag in tags if tag in LANGUAGES), None)


def language_of(tag: str) -> str:
    """Return the language that a fence's tag names, in one spelling."""
    return TAGS.get(tag.lower(), tag.lower())


def stays_inside(instruction: str) -> Verdict:
    """Reject a task that asks for what a sandbox has not: reason `needs_outside`.

    The evidence names the `kind` (network, files, screen, library, machine) and the words.
    """
    prose = FENCED.sub(" ", instruction)
    for sentence in SENTENCE.split(prose):
        for kind, pattern in OUTSIDE.items():
            found = pattern.search(sentence)
            if found is None or DENIED.search(sentence[: found.start()]):
                continue
            if kind == "files" and GIVEN_AS_TEXT.search(sentence):
                continue
            message = f"The task asks for something outside a sandbox ({kind}): {found.group()[:80]!r}."
            return Verdict.reject(VERIFIER, "needs_outside", message, kind=kind, words=found.group()[:200])
    return Verdict.accept(VERIFIER, "stays_inside", "The task asks for nothing outside a sandbox.")
