r"""What a problem states in notation: the relations in it, and the unknown that it asks for.

"Solve for x: 2x + 3 = 11" states one equation and asks for x. Both are read strictly, for a wrong
reading would turn into a wrong verdict: where a relation sign stands in anything that does not
parse, or the problem asks for anything beside its unknowns, nothing is read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MathError, MathSyntaxError
from evol.verifiers.math.nodes import Matrix, Node, Relation, Seq, symbols

READABLE = frozenset(("=", "<", ">", "<=", ">=", "!="))

_SIGN = re.compile(r"[=<>≤≥≠≈]|\\(?:leq?|geq?|neq?|lt|gt|approx|equiv)(?![a-zA-Z])")
_LATEX = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_LAYOUT = re.compile(
    r"\\(?:begin|end)\{(?:aligned|align\*?|cases|array|gathered|equation\*?|split)\}(?:\{[lcr|]*\})?|&"
)
_BULLET = re.compile(r"^\s*[-*•]\s+", re.MULTILINE)
_RUN = re.compile(
    r"(?:(?<![^\W\d_])(?:sqrt|log|ln|sin|cos|tan|abs)(?=\s*\()|(?<![^\W\d_])[a-zA-Z](?![^\W\d_])"
    r"|\d+(?:\.\d+)?|\.\d+|[^\S\n]|[-+*/^()=<>≤≥≠≈√²³⁴|−–×·÷!])+"
)

_LETTER = r"\$?\s*(?P<{}>[a-zA-Z])(?![a-zA-Z])"
_JOINT = r"\s*\$?\s*(?:,\s*(?:and\s+)?|and\s+)"
_NAMES = (
    r"(?:\\?\(|\$\()?"
    + _LETTER.format("first")
    + f"(?:{_JOINT}{_LETTER.format('second')})?(?:{_JOINT}{_LETTER.format('third')})?"
    + r"(?!\s*\$?\s*(?:[\^+*/²³(\d_='<>√−×]|-\s*[\w(]))"
)
_QUALIFIERS = (
    r"(?:(?:all|both|the|any|each|every|possible|real|exact|rational|values?|of|numbers?|unknowns?|variables?|"
    r"pairs?|ordered|an?|positive|negative|integers?|whole|natural|integral|smallest|largest|least|greatest|"
    r"minimum|maximum|larger|smaller|pair)\s+)*"
)
_ASKED = re.compile(
    rf"\b(?:solve\b[^?!]{{0,200}}?\bfor\s+|(?:find|determine|compute|calculate|give|what\s+(?:is|are))\s+{_QUALIFIERS}"
    rf"|(?:what|which)\s+{_QUALIFIERS}){_NAMES}",
    re.IGNORECASE,
)
_IMPLIED = re.compile(
    r"\bsolve\s+(?:the\s+)?(?:\w+\s+)?(?:equation|inequality|system)?|\b(?:find|determine|what\s+are|what\s+is|give)\s+"
    r"(?:all\s+|the\s+|both\s+|real\s+)*(?:solutions?|roots?)\s+(?:of|to|for)\b",
    re.IGNORECASE,
)
_OTHER_ASK = re.compile(
    r"\b(?:find|compute|calculate|determine|what\s+(?:is|are)|evaluate|how\s+(?:many|much)|simplify|sum|product|"
    r"average|difference|derivative|integral|prove|explain|not)\b",
    re.IGNORECASE,
)
_GATHERS = re.compile(r"\b(?:all|both|solutions|values|roots|solve)\b", re.IGNORECASE)
_SELECTS = re.compile(
    r"\b(?:smallest|largest|least|greatest|minimum|maximum|larger|smaller|positive|negative|integers?|whole|"
    r"natural|prime)\b",
    re.IGNORECASE,
)
# Words that take what follows as their operand: "half of x = 6", "log base 2 of (x + 5) = 6".
_OPERATES = re.compile(
    r"\b(?:plus|minus|times|over|by|than|half|twice|double|triple|thrice|(?P<taken>(?:\S+\s+)?\S+)\s+of)\s*\Z",
    re.IGNORECASE,
)
_WHOLE_OF = re.compile(
    r"(?<!square )(?<!cube )\b(?:solutions?|roots?|zeros?|zeroes|values?|equations?|system|pairs?|set)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Stated:
    """The unknowns in the order asked, and all relations.

    The wording may ask for every solution (`gathers`: all, both, solve) or for certain ones
    (`selects`: the largest, the positive one), which a substitution by itself cannot see.
    """

    unknowns: tuple[str, ...]
    relations: tuple[Relation, ...]
    gathers: bool
    selects: bool


def read_problem(problem: str) -> Stated | None:
    """Return what the problem states and asks, or None where that is not plain."""
    if len(problem) > MAX_ANSWER_CHARS or not _SIGN.search(problem):
        return None
    relations = tuple(_relations(problem))
    names = frozenset[str]().union(*map(symbols, relations))
    asked = list(_ASKED.finditer(problem))
    if len(asked) > 1 or not relations or not names:
        return None
    match = asked[0] if asked else _IMPLIED.search(problem)
    if match is None:
        return None
    unknowns = tuple(name for name in match.groupdict().values() if name) if asked else tuple(names)
    if _OTHER_ASK.search(problem[: match.start()] + " " + problem[match.end() :]):
        return None
    if set(unknowns) != names or (not asked and len(names) > 1):
        return None
    gathers, selects = (pattern.search(problem) is not None for pattern in (_GATHERS, _SELECTS))
    return Stated(unknowns, relations, gathers, selects)


def _relations(problem: str) -> Iterator[Relation]:
    """Yield the relations of a problem, or none at all where one of them cannot be read."""
    found: list[Relation] = []
    try:
        for part in _parts(problem):
            found.extend(_flat(parse(part)))
    except (MathError, RecursionError):
        return
    if all(set(relation.ops) <= READABLE and symbols(relation) for relation in found):
        yield from found


def _parts(problem: str) -> Iterator[str]:
    """Yield the pieces of notation that hold a relation sign.

    Raises MathSyntaxError where a sign stands outside the notation.
    """
    latex = [next(filter(None, groups)) for groups in _LATEX.findall(problem)]
    prose = _BULLET.sub("", _LATEX.sub(" ; ", problem))
    if latex:
        pieces = [line for text in latex for line in re.split(r"\\\\", _LAYOUT.sub(" ", text))]
    else:
        pieces = [_whole(prose, run) for run in _RUN.finditer(prose) if _SIGN.search(run.group())]
        prose = _RUN.sub(" ", prose)
    if _SIGN.search(prose):
        raise MathSyntaxError("A relation sign stands outside the notation.")
    yield from (piece.strip(" \n.,;") for piece in pieces if _SIGN.search(piece))


def _whole(prose: str, run: re.Match[str]) -> str:
    """Return a run of notation; raises MathSyntaxError where it is the rest of something longer."""
    text = run.group()
    before, after = prose[: run.start()], prose[run.end() :]
    cut = re.search(r"[\w^{}\\]$", before) and not text[0].isspace()
    joined = re.search(r"\w$", before) and re.match(r"\s*(?:[+*/^)]|[-−–]\s)", text)
    operates = _OPERATES.search(before)
    if operates and not (operates["taken"] and _WHOLE_OF.search(operates["taken"])):
        raise MathSyntaxError("Notation that words operate on.")
    if cut or joined or (re.match(r"[\w^{}\\]", after) and not text[-1].isspace()):
        raise MathSyntaxError("Notation that is read only in part.")
    return text


def _flat(node: Node) -> Iterator[Relation]:
    match node:
        case Relation():
            yield node
        case Seq(items, "list" | "and"):
            for item in items:
                yield from _flat(item)
        case Matrix(rows, True):
            for row in rows:
                for cell in row:
                    yield from _flat(cell)
        case _:
            raise MathSyntaxError("Not a relation.")
