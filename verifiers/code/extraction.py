"""The program in a model's response: fenced, indented, in several pieces, or bare.

A response is prose with code in it. What a model thought aloud (`<think>…</think>`) is not its
answer and is dropped. Of several blocks, those tagged as Python come first; among them the last
one that defines what is asked for, because models correct themselves downwards. A block that
reads names which another block defines is joined with it: models give imports and helpers apart.
"""

from __future__ import annotations

import ast
import contextlib
import doctest
import re
import textwrap
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from evol.verifiers.code.source import DEFINITIONS, MAX_SOURCE, parse, top_level_names, unbound_names

How = Literal["fenced", "unclosed", "prose", "bare", "none"]

PYTHON_TAGS = frozenset({"python", "py", "python3", "py3", "python2", "ipython", "sage"})
CLOSING_TRIES = 8
LOOKS_AT = 300
TRAILING_TRIES = 20

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?:(?:[-*+]|\d+[.)])[ \t]+)?(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`]*)$"
)
LATE_FENCE = re.compile(r"^(?P<indent>)[^`]+(?P<fence>`{3,})(?P<info>python3?|py)[ \t]*$", re.IGNORECASE)
QUOTED_FENCE = re.compile(r"^[ \t]*>[ \t]*(?:`{3,}|~{3,})")
QUOTATION = re.compile(r"^[ \t]*>(?!>)[ ]?")
MARKER = re.compile(r"[ \t]*\[/?(?:BEGIN|DONE|END|PYTHON|CODE|ANSWER|SOLUTION)\][ \t]*")
# What editors of text put in the place of a space and of quotation marks.
TYPESET = str.maketrans({"\u00a0": " ", "\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})
THOUGHT = re.compile(r"^\s*<(?P<tag>think|thinking|thought|reasoning)>", re.IGNORECASE)
ORPHAN_END = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
CODE_START = re.compile(
    r"(?:(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*[(:]|import\s+\w|from\s+[\w.]+\s+import\s|@\w"
    r"|(?:for|while|if|with|try|match)\b.*:\s*(?:#.*)?$|[\w.\[\], ]+\s*[-+*/%]?=\s*\S|print\()"
)
DEFINITION = re.compile(r"(?:(?:async\s+)?def|class|import|from)\s+\w|@\w")
CODE_ON = re.compile(
    r"(?:else|elif|except|finally|case|return|raise|assert|pass|yield|global|nonlocal|del)\b|[)\]}#]|\w[\w.]*\(|['\"]{3}"
)


@dataclass(frozen=True, slots=True)
class Extraction:
    """The code found in a response, where it stood, and how many blocks there were to choose from."""

    code: str
    how: How
    blocks: int = 0


@dataclass(frozen=True, slots=True)
class _Block:
    tag: str
    code: str
    closed: bool
    tree: ast.Module | None

    @property
    def functions(self) -> set[str]:
        """The functions and classes it defines at its top level."""
        return {n.name for n in self.tree.body if isinstance(n, DEFINITIONS)} if self.tree else set()

    def binds(self, names: Collection[str]) -> bool:
        """Whether it binds all these names; read from its text where it does not parse."""
        if self.tree is None:
            return all(
                re.search(rf"^(?:async\s+)?(?:def|class)\s+{re.escape(n)}\b", self.code, re.M) for n in names
            )
        return set(names) <= top_level_names(self.tree)


def extract_code(response: str, entry_points: Collection[str] = ()) -> Extraction:
    """Return the program in a response; `entry_points` are the names it is asked to define.

    Never raises. `how` is `none`, and the code empty, where nothing looks like a program.
    """
    lines = _unquoted(response[:MAX_SOURCE].replace("\r\n", "\n").split("\n"))
    blocks, prose = _scan(lines)
    if blocks:
        chosen = _choose(blocks, entry_points)
        return (
            Extraction(chosen.code, "fenced" if chosen.closed else "unclosed", len(blocks))
            if chosen
            else _NOTHING
        )
    text = "\n".join(prose)
    if _is_program(text):
        return Extraction(text, "bare", 1)
    if text.lstrip().startswith(">>> ") and (typed := _mended(text)):
        return Extraction(typed, "bare", 1)
    regions = _regions(prose)
    chosen = _choose(regions, entry_points) if regions else None
    return Extraction(chosen.code, "prose", len(regions)) if chosen else _NOTHING


_NOTHING = Extraction("", "none")


def _scan(lines: Sequence[str]) -> tuple[list[_Block], list[str]]:
    """Part a response into its fenced blocks and the lines outside; thoughts are in neither."""
    blocks: list[_Block] = []
    prose: list[str] = []
    rest = list(reversed(lines))
    while rest:
        line = rest.pop()
        thought = THOUGHT.match(line)
        opening = FENCE.match(line) or LATE_FENCE.match(line)
        if thought:
            _skip_thought(rest, line[thought.end() :], f"</{thought['tag']}>")
        elif end := ORPHAN_END.search(line):
            blocks, prose = [], []
            rest.append(line[end.end() :])
        elif opening:
            blocks.append(_read_block(rest, opening))
        else:
            prose.append("" if MARKER.fullmatch(line) else line)
    return blocks, prose


def _unquoted(lines: list[str]) -> list[str]:
    """Return a response without the marks of a quotation, where its code stands in one."""
    if not any(QUOTED_FENCE.match(line) for line in lines):
        return lines
    return [QUOTATION.sub("", line) for line in lines]


def _skip_thought(rest: list[str], line: str, end: str) -> None:
    """Drop lines up to a thought's end and put back what follows it; an endless thought takes all."""
    end = end.lower()
    while end not in line.lower():
        if not rest:
            return
        line = rest.pop()
    rest.append(line[line.lower().index(end) + len(end) :])


def _read_block(rest: list[str], opening: re.Match[str]) -> _Block:
    """Take a block's lines off the rest, up to the closing fence at which it is a program.

    A docstring may hold a fence of its own, so the first closing fence need not be the block's.
    """
    fence, info = opening["fence"], opening["info"].strip().lower()
    tag = re.split(r"[\s{,:=]", info.lstrip("{."), maxsplit=1)[0].rstrip("}")
    if tag in PYTHON_TAGS and DEFINITION.match(begun := opening["info"].strip()[len(tag) :].strip()):
        rest.append(begun)
    closing = re.compile(rf"^[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
    ends = list(islice((i for i in range(len(rest) - 1, -1, -1) if closing.match(rest[i])), CLOSING_TRIES))
    first: _Block | None = None
    for end in ends:
        block = _block(tag, rest[:end:-1], len(opening["indent"]), closed=True)
        first = first or block
        if block.tree is not None or tag not in PYTHON_TAGS:
            del rest[end:]
            return block
    if first is not None:
        del rest[ends[0] :]
        return first
    body = rest[::-1]
    rest.clear()
    if body and body[-1].rstrip().endswith(fence):
        body[-1] = body[-1].rstrip()[: -len(fence)]
    return _trimmed(_block(tag, body, len(opening["indent"]), closed=False))


def _block(tag: str, lines: Sequence[str], indent: int, *, closed: bool) -> _Block:
    code = "\n".join(line[min(indent, len(line) - len(line.lstrip(" \t"))) :] for line in lines)
    tree = parse(code)
    if tree is None and (flat := parse(textwrap.dedent(code))) is not None and not _is_body(flat):
        code, tree = textwrap.dedent(code), flat
    if tree is None and (mended := _mended(code)) is not None:
        return _Block(tag, mended, closed, parse(mended))
    return _Block(tag, code, closed, tree)


def _mended(code: str) -> str | None:
    """Return what a text that is no program was made from: it was typeset, or typed at a prompt."""
    plain = code.translate(TYPESET)
    if plain.lstrip().startswith(">>> "):
        with contextlib.suppress(ValueError):
            plain = "".join(each.source for each in doctest.DocTestParser().get_examples(plain))
    return plain if plain.strip() and plain != code and parse(plain) is not None else None


def _is_body(tree: ast.Module) -> bool:
    """Whether this is the inside of a function, whose indentation says so."""
    return any(
        isinstance(n, ast.Return) for s in tree.body for n in ast.walk(s) if not isinstance(s, DEFINITIONS)
    )


def _trimmed(block: _Block) -> _Block:
    """Return a cut-off block without its last lines where that makes it a program again."""
    lines = block.code.split("\n")
    for cut in range(1, min(TRAILING_TRIES, len(lines))):
        if block.tree is not None:
            return block
        shorter = "\n".join(lines[:-cut])
        tree = parse(shorter)
        if tree is not None and tree.body:
            return _Block(block.tag, shorter, block.closed, tree)
    return block


def _choose(blocks: Sequence[_Block], entry_points: Collection[str]) -> _Block | None:
    """Return the block that answers, joined with those it needs."""
    tagged = [b for b in blocks if b.tag in PYTHON_TAGS]
    candidates = tagged or [b for b in blocks if not b.tag and b.code.strip()]
    if not candidates:
        return None
    index = _answering(candidates, entry_points) if len(candidates) > 1 else 0
    return _joined(candidates, index, entry_points)


def _answering(blocks: Sequence[_Block], entry_points: Collection[str]) -> int:
    """Return the position of the block that answers: the last that defines it, whole before broken."""
    whole = [i for i, b in enumerate(blocks) if b.tree is not None]
    for among in (whole, range(len(blocks))):
        if entry_points and (found := [i for i in among if blocks[i].binds(entry_points)]):
            return found[-1]
    if entry_points and (some := [i for i in whole if any(blocks[i].binds({n}) for n in entry_points)]):
        return some[-1]
    defining = [i for i in whole if blocks[i].functions]
    return defining[-1] if defining else max(whole or range(len(blocks)), key=lambda i: len(blocks[i].code))


def _joined(blocks: Sequence[_Block], index: int, entry_points: Collection[str]) -> _Block:
    """Return a block with the others that define names it reads and does not define."""
    main = blocks[index]
    used = {index}
    while main.tree is not None and len(used) < len(blocks):
        missing = unbound_names(main.tree) | (set(entry_points) - top_level_names(main.tree))
        donors = [
            i for i, b in enumerate(blocks) if i not in used and b.tree and missing & top_level_names(b.tree)
        ]
        if not missing or not donors:
            break
        donor = max((i for i in donors if i < index), default=donors[0])
        used.add(donor)
        pair = (blocks[donor].code, main.code) if donor < index else (main.code, blocks[donor].code)
        code = "\n\n".join(pair)
        main = _Block(main.tag, code, main.closed, parse(code))
    return main


def _is_program(text: str) -> bool:
    """Whether a text without fences is Python as it stands, and not a word that happens to parse."""
    tree = parse(text) or parse(textwrap.dedent(text))
    return tree is not None and any(
        not isinstance(s, ast.Expr) or isinstance(s.value, ast.Call | ast.Await | ast.Yield)
        for s in tree.body
    )


def _regions(lines: Sequence[str]) -> list[_Block]:
    """Return the stretches of prose that read as code, each without its indentation."""
    regions: list[_Block] = []
    rest = list(reversed(lines))
    while rest:
        line = rest.pop()
        if not CODE_START.match(line.lstrip()[:LOOKS_AT]):
            continue
        base = len(line) - len(line.lstrip())
        body = [line]
        while rest and _goes_on(rest[-1], base):
            body.append(rest.pop())
        block = _trimmed(_block("", [textwrap.dedent("\n".join(body))], 0, closed=True))
        if block.tree is not None and _is_program(block.code):
            regions.append(block)
    return regions


def _goes_on(line: str, base: int) -> bool:
    text = line.lstrip()[:LOOKS_AT]
    indent = len(line) - len(line.lstrip())
    return (
        not text or indent > base or (indent == base and bool(CODE_START.match(text) or CODE_ON.match(text)))
    )
