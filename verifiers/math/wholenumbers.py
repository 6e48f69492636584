r"""Sets of whole numbers in words or by a parameter: `all odd n >= 3`, `multiples of 4`, `n = 4k + 2`.

A description is read piece by piece, and where one piece is not understood nothing is read at all.
What was read is worked out on the numbers from 1 to a bound that two such sets cannot agree on by
chance: of two periodic sets that agree as long as the sum of their periods, both are one (Fine and
Wilf, "Uniqueness theorems for periodic functions", Proc. AMS 16, 1965). Zero and negative numbers are
not compared: a problem says whether they count, an answer hardly ever.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from math import isqrt
from typing import TypeAlias

from evol.verifiers.math.equality import Finding, evaluate
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MathError
from evol.verifiers.math.nodes import Builder, Call, Node, Num, Quantity, Relation, Seq, Sym, symbols
from evol.verifiers.math.solving import linear
from evol.verifiers.math.unicode import plain

_BOUND = 1_000
_MAX_NUMBER = 100
_MAX_TEXT = 200
_WORDS = re.compile(
    r"\b(?:odd|even|multiples?|divisible|congruent|powers?|primes?|squares?|cubes?|composite|except|integers)\b"
    r"|\\not\s*\\equiv|\\nmid|\d\s*\\mid\s*[nkmp](?![a-z])",
    re.IGNORECASE,
)
_STEMS = (
    "odd",
    "even",
    "mult",
    "divis",
    "congr",
    "power",
    "prime",
    "square",
    "cube",
    "compos",
    "except",
    "integers",
)
_TEXT = re.compile(r"\\(?:text|mbox|textrm|textbf|mathrm)\s*\{([^{}]*)\}")
_LAYOUT = re.compile(r"\\(?:left|right|quad|qquad)(?![a-z])|\\[,;:! ()]|[$~]")
_SET = r"\\in\s*\\mathbb\s*\{?[znp]\}?(?:\^[+*]|\^\{[+*]\}|_\+|_\{[+>0]*\})?"
_DIGITS = {
    "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "twelve": "12",
}  # fmt: skip
_SPELLED = re.compile(rf"\b(?:{'|'.join(_DIGITS)})\b")
_LIST = r"(?P<{}>\d+(?:\s*(?:,\s*(?:and|or)|,|and|or)\s*\d+)*)"
_MODULUS = r"\s*\(?\s*(?:\\p?b?mod|mod(?:ulo)?)\s*\{?\s*(?P<modulus>\d+)\s*\}?\s*\)?"
_PIECE = re.compile(
    r"(?P<not>not\b|\\not(?![a-z])|(?:isn't|aren't)\b)"
    r"|,?\s*(?P<except>(?:except|excluding|other\s+than|apart\s+from|but\s+not)\b(?:\s+(?:for|when|if))?)"
    r"|(?P<kind>odd|even|primes?|composites?|(?:perfect\s+)?(?:squares?|cubes?)(?!-|\s+of))\b"
    r"|(?:multiples?\s+of|divisible\s+by)\s+(?P<divisor>\d+)"
    r"|(?P<dividing>\d+)\s*(?P<divides>\\n?mid(?![a-z])|\|)\s*[a-z]\b"
    r"|powers?\s+of\s+(?P<base>\d+)"
    rf"|(?:congruent\s+to|(?P<unlike>\\not\s*)?\\equiv(?![a-z]))\s*{_LIST.format('residues')}{_MODULUS}"
    r"|(?P<above>>|greater\s+than|larger\s+than|more\s+than)\s*(?P<orequal>or\s+equal\s+to\s+|=\s*)?(?P<low>\d+)"
    r"|(?P<least>\\geq?(?:slant)?(?![a-z])|at\s+least)\s*(?P<from>\d+)"
    r"|(?P<below><|less\s+than|smaller\s+than)\s*(?P<orupto>or\s+equal\s+to\s+|=\s*)?(?P<high>\d+)"
    r"|(?P<most>\\leq?(?:slant)?(?![a-z])|at\s+most)\s*(?P<upto>\d+)|(?P<named>[a-z])\s*=\s*(?P<equal>\d+)(?![\w^])"
    rf"|(?:\\neq?(?![a-z])|!=)\s*{_LIST.format('without')}"
    r"|(?:(?:those|the|set|all|of|any|every|each|only|exactly|precisely|for|such|that|which|with|where|and|are|is|be"
    r"|must|an|values?|integers?|numbers?|naturals?|whole|positive|natural)\b|,|:|;)"
    rf"|{_SET}|(?P<article>a\s+(?!(?:and|or|is|are)\b)(?=[a-z]{{2}}))|(?P<name>[a-z](?:\s*=)?(?![a-z]))|(?P<out>\d+)"
)
_WHOLE = frozenset("nkmp")
_SAYS_WHOLE = re.compile(
    r"odd|even|multipl|divis|congr|power|prime|square|cube|compos|integer|natural|mid|equiv"
)
_NUMBER = re.compile(r"\d+")
_COUNTED = re.compile(r"(?:any|an|every|all) (?P<kind>odd|even) numbers? of [a-z]+")
Members: TypeAlias = frozenset[int]
EVERY = frozenset(range(1, _BOUND))
Test: TypeAlias = Callable[[int], bool]
_STARTS = {"set Z": (-_BOUND,), "set N": (0, 1), "set N+": (1,), "set N*": (1,), "set N_0": (0,)}
_KINDS: dict[str, Test] = {
    "odd": lambda n: n % 2 == 1,
    "even": lambda n: n % 2 == 0,
    "prime": lambda n: _is_prime(n),
    "composite": lambda n: n > 1 and not _is_prime(n),
    "square": lambda n: isqrt(n) ** 2 == n,
    "cube": lambda n: round(n ** (1 / 3)) ** 3 == n,
}


def match_whole_numbers(a: str, b: str) -> Finding | None:
    """Compare two answers of which one describes whole numbers in words; None where not both can be read."""
    if max(len(a), len(b)) > _MAX_TEXT or not (_may_describe(a) or _may_describe(b)):
        return None
    left, right = (_in_words(text) or _by_parameter(text) for text in (a, b))
    if not left or not right:
        return None
    same = not left.isdisjoint(right)
    return Finding(same, "same_set" if same else "different_set")


def members(text: str) -> Members | None:
    """Return the numbers from 1 up that a text in words or congruences describes, None where it does not."""
    return next(iter(_in_words(text)), None) if len(text) <= _MAX_TEXT else None


def describes_whole_numbers(text: str) -> bool:
    """Whether a text is a description in words and nothing else."""
    return " " in text and len(text) <= _MAX_TEXT and _may_describe(text) and bool(_in_words(text))


def _may_describe(text: str) -> bool:
    """Whether a word of a description may occur, told quickly before the pattern is tried."""
    lower = text.lower()
    for stem in _STEMS:
        if stem in lower:
            return _WORDS.search(text) is not None
    return ("\\not" in text or "mid" in text) and _WORDS.search(text) is not None


def _in_words(text: str) -> frozenset[Members]:
    """Return the one set that a text describes, none where a piece of it is not understood."""
    words = _TEXT.sub(r" \1 ", plain(text))
    words = " ".join(_LAYOUT.sub(" ", words).lower().split()).strip(" .{}")
    words = _SPELLED.sub(lambda match: _DIGITS[match.group()], words)
    if counted := _COUNTED.fullmatch(words):
        words = counted["kind"]
    tests = _tests(words)
    found = frozenset(n for n in EVERY if all(test(n) for test in tests)) if tests else None
    return frozenset((found,)) if found else frozenset()


def _tests(words: str) -> list[Test]:
    """Return what a number must satisfy; nothing where a piece is not understood."""
    tests: list[Test] = []
    names: set[str] = set()
    position, denied, left_out = 0, False, False
    while position < len(words):
        match = _PIECE.match(words, position)
        if match is None or any(int(n) > _MAX_NUMBER for n in _NUMBER.findall(match.group())):
            return []
        position = match.end() + len(words[match.end() :]) - len(words[match.end() :].lstrip())
        names |= {name[0] for name in (match["name"], match["named"]) if name}
        if match["except"]:
            left_out = True
            continue
        if match["not"]:
            denied = True
            continue
        test = _test(match, left_out)
        if test is None and match["out"]:
            return []
        if test is not None:
            tests.append(_negated(test) if denied or left_out else test)
            denied = False
    whole = names <= _WHOLE or _SAYS_WHOLE.search(words)
    return tests if len(names) < 2 and not denied and whole else []


def _test(match: re.Match[str], left_out: bool) -> Test | None:
    """Return what one piece says of a number, None where it says nothing."""
    if match["kind"]:
        return _KINDS[match["kind"].split()[-1].removesuffix("s")]
    if match["divisor"]:
        return _residues({0}, int(match["divisor"]))
    if match["dividing"]:
        multiple = _residues({0}, int(match["dividing"]))
        return _negated(multiple) if match["divides"].startswith("\\n") else multiple
    if match["base"]:
        powers = {int(match["base"]) ** k for k in range(11)}
        return (lambda n: n in powers) if int(match["base"]) > 1 else _never
    if match["residues"]:
        inside = _residues({int(r) for r in re.findall(r"\d+", match["residues"])}, int(match["modulus"]))
        return _negated(inside) if match["unlike"] else inside
    return _bound(match, left_out)


def _bound(match: re.Match[str], left_out: bool) -> Test | None:
    if match["low"]:
        low = int(match["low"]) + (not match["orequal"])
        return lambda n: n >= low
    if match["from"]:
        least = int(match["from"])
        return lambda n: n >= least
    if match["high"] or match["upto"]:
        high = int(match["upto"] or match["high"]) - (match["high"] is not None and not match["orupto"])
        return lambda n: n <= high
    if match["without"]:
        missing = {int(n) for n in re.findall(r"\d+", match["without"])}
        return lambda n: n not in missing
    if match["equal"] or (match["out"] and left_out):
        single = int(match["equal"] or match["out"])
        return lambda n: n == single
    return None


def _never(n: int) -> bool:
    """Hold for no number: a set without members is not compared."""
    return False


def _negated(test: Test) -> Test:
    return lambda n: not test(n)


def _residues(residues: set[int], modulus: int) -> Test:
    if modulus < 2:
        return _never
    wanted = {r % modulus for r in residues}
    return lambda n: n % modulus in wanted


def _is_prime(n: int) -> bool:
    return n > 1 and all(n % p for p in range(2, isqrt(n) + 1))


def _by_parameter(text: str) -> frozenset[Members]:
    r"""Return the sets that `n = 4k + 2 \text{ or } n = 4k + 3, k \ge 0` may mean.

    Two where it is not said whether the parameter begins at 0 or at 1.
    """
    try:
        return frozenset(filter(None, map(frozenset, _generated(parse(text)))))
    except (MathError, RecursionError):
        return frozenset()


def _generated(node: Node) -> Iterator[set[int]]:
    """Yield the values of a parametrised answer, for each first value that its parameter may have."""
    if isinstance(node, Builder):
        node = Seq((node.element, node.condition), "list")
    items = node.items if isinstance(node, Seq) and node.kind in ("list", "or", "and") else (node,)
    terms = [term for item in items if (term := _term(item)) is not None]
    conditions = [item for item in items if _term(item) is None]
    names = frozenset[str]().union(*map(symbols, terms))
    if not terms or len(names) != 1:
        return
    (name,) = names
    for first in _first_values(name, conditions):
        yield {n for term in terms for n in _values(term, name, first)}


def _term(item: Node) -> Node | None:
    """Return the term in `n = 4k + 2` or in a bare `4k + 2`."""
    match item:
        case Relation((Sym(name), term), ("=",)) if len(symbols(term)) == 1 and name not in symbols(term):
            return term
        case Relation() | Sym() | Seq() | Quantity() | Call("mod"):
            return None
        case _:
            return item if len(symbols(item)) == 1 else None


def _first_values(name: str, conditions: list[Node]) -> tuple[int, ...]:
    """Return where a parameter may begin; nothing where a condition is not understood."""
    firsts: tuple[int, ...] = (0, 1)
    for condition in conditions:
        match condition:
            case Relation((Sym(parameter), Num(value)), (">=" | ">" as op,)) if parameter == name:
                if value.denominator != 1 or abs(value) > _MAX_NUMBER:
                    return ()
                firsts = (int(value) + (op == ">"),)
            case Relation((Sym(parameter), Sym(domain)), ("in",)) if parameter == name:
                if domain not in _STARTS:
                    return ()
                firsts = _STARTS[domain]
            case _:
                return ()
    return firsts


def _values(term: Node, name: str, first: int) -> Iterator[int]:
    """Yield the whole values from 1 to the bound of a term in one parameter."""
    try:
        factor, shift = linear(term)
    except MathError:
        yield from _evaluated(term, name, max(first, -_MAX_NUMBER))
        return
    if factor.denominator == shift.denominator == 1 and 1 < abs(factor) <= _MAX_NUMBER:
        yield from (n for k in range(first, _BOUND) if 0 < (n := int(factor * k + shift)) < _BOUND)


def _evaluated(term: Node, name: str, first: int) -> Iterator[int]:
    for k in range(first, _MAX_NUMBER):
        value = evaluate(term, {name: Fraction(k)})
        if not isinstance(value, Fraction) or value.numerator > 10**12:
            return
        if value.denominator == 1 and 0 < value < _BOUND:
            yield int(value)
