"""Where a response breaks off in the middle of a sentence or a calculation.

`text.truncated` knows an open fence and an open box. In a finished set there is no finish reason,
so that the last words must tell; only those that cannot end a sentence count.
"""

from __future__ import annotations

import re
from typing import Final

from evol.types import Verdict

VERIFIER: Final = "row"

LEAST_WORDS: Final = 5
DANGLING: Final = re.compile(
    r"(?:\b(?:the|an?|and|or|but|of|with|because|its|their|your|my|our|than|into|from"
    r"|which|that is|such as|is an?)"
    r"|,|\(|\s[=+×÷])\s*\Z",
    re.IGNORECASE,
)
OPEN_MARK: Final = re.compile(r"<<[^<>\n]{0,80}\Z")
CODE_LINE: Final = re.compile(r"^\s*(?:[)\]}>#/*@<]|\w+\s*[=({\[]|.*[;{}]\s*$)")


def cut_off(response: str) -> Verdict:
    """Reject a response whose last line breaks off: after a comma, an article, "and", "=" or `<<48/2`.

    Without an open mark the line must be prose of five words or more; a list or a program may end in
    any way.
    """
    tail = response.rstrip()[-400:]
    last = tail.rpartition("\n")[2]
    found = OPEN_MARK.search(last) or (DANGLING.search(last) if len(last.split()) >= LEAST_WORDS else None)
    if found is None or CODE_LINE.match(last) or "```" in tail:
        return Verdict.accept(VERIFIER, "whole_ending", "Nothing shows that the response breaks off.")
    message = f'The response breaks off after "{last[-40:].strip()}".'
    return Verdict.reject(VERIFIER, "truncated", message, kind="open_sentence", tail=last[-80:])
