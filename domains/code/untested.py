"""A row that brings a program and no tests: all that can be said is whether it is Python.

Most published code sets are such. A program that does not compile is wrong whatever was asked for;
one that does is undecided, because nothing shows what it computes. Programs in other languages are
undecided, too.
"""

from __future__ import annotations

import ast
import re
import textwrap
from typing import Final

from evol.types import Json, Verdict
from evol.verifiers.code.extraction import PYTHON_TAGS, extract_code
from evol.verifiers.code.restricted import subset
from evol.verifiers.code.source import MAX_SOURCE
from evol.verifiers.code.verify import NAME

FENCED: Final = re.compile(
    r"^[ \t]*```[ \t]*(?P<tag>[\w+#.-]*)[^\n`]*\n(?P<code>.*?)^[ \t]*```[ \t]*$", re.M | re.S
)
DEFINES: Final = re.compile(
    r"^[ \t]*(?:async[ \t]+)?def[ \t]+\w+[ \t]*\([^\n]*\)[^\n]*:[ \t]*(?:#.*)?$", re.MULTILINE
)
OTHER: Final = re.compile(
    r"[{;][ \t]*$|^[ \t]*(?:end|fi|done)\b|\bfunction\b|#include|^\s*def \w+[?!]", re.MULTILINE
)
COMMENT: Final = re.compile(r"^([ \t]+)#.*$", re.MULTILINE)
SESSION: Final = re.compile(r"^[ \t]*(?:>>>|In \[|\$ |[%!]\w|\.\.\.[ \t]*$)", re.MULTILINE)


def untested_verdict(code: str, reply: str) -> Verdict:
    """Judge a program in `code`, or the programs in a `reply`, without tests.

    Rejects with `syntax_error` where one is written as Python and does not compile. Otherwise
    undecided with `no_tests`; the evidence says whether a program was found that compiles, and
    whether it keeps to the restricted subset.
    """
    programs = [code] if code.strip() else _programs(reply)
    for program in programs:
        if error := _syntax_error(program):
            message = f"The row has no tests, and its program does not compile: {error}."
            return Verdict.reject(NAME, "syntax_error", message, error=error, program=program[:300])
    source = code if code.strip() else extract_code(reply).code
    label = subset(source) if source.strip() else None
    evidence: dict[str, Json] = {"compiles": None, "subset": None, "out_of_subset": []}
    if label is not None and label.label != "no_program":
        evidence = {"compiles": True, "subset": label.label, "out_of_subset": list(label.refused)}
    return Verdict.undecided(NAME, "no_tests", "The row holds no tests in a known form.", **evidence)


def _programs(reply: str) -> list[str]:
    """Return what a reply writes as Python: its tagged blocks, or the whole where it is bare code."""
    blocks = [match for match in FENCED.finditer(reply) if match["tag"].lower() in PYTHON_TAGS]
    if blocks or "```" in reply:
        return [block["code"] for block in blocks if not SESSION.search(block["code"])]
    bare = DEFINES.search(reply) and not OTHER.search(reply) and extract_code(reply).how == "none"
    return [reply] if bare else []


def _syntax_error(program: str) -> str | None:
    """Return what a compiler says against a program, or None."""
    if len(program) > MAX_SOURCE:
        return None
    try:
        ast.parse(program)
    except (SyntaxError, ValueError) as error:
        return _still_wrong(program, error)
    except (RecursionError, MemoryError):
        return None
    return None


def _still_wrong(program: str, error: Exception) -> str | None:
    """Return the error of a program that is not merely indented, a function's inside, or a sketch.

    A sketch is one whose bodies are comments.
    """
    flat = COMMENT.sub(r"\1pass", textwrap.dedent(program))
    for wrapped in (flat, "async def _():\n" + textwrap.indent(flat, "    ")):
        try:
            ast.parse(wrapped)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        return None
    line = getattr(error, "lineno", None)
    what = getattr(error, "msg", str(error))
    return f"line {line}, {what}" if line else str(what)
