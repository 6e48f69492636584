"""Step checks: each arithmetic claim of a solution is computed again, and a wrong one is located.

Rounding is taken as it is printed: a result given to n decimals agrees with a value that rounds to
it (10/3 = 3.33 holds, 10/3 = 3.34 does not), a whole number only where the claim says "about" or
"≈". A number that an earlier claim rounded also stands for the value it was rounded from, so
3.33 * 3 = 10 holds after 10/3 = 3.33.

The blind spot: a step check reads arithmetic, not the problem. A misread problem with consistent
arithmetic passes (95 % of such rows in this project's own measurement), so its evidence is to be
combined with agreement, an executed program or back-substitution.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from evol.types import Json, Verdict
from evol.verifiers.math.claims import Claim, find_claims
from evol.verifiers.math.exact import rational
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MAX_RESPONSE_CHARS, MathError, NotExact
from evol.verifiers.math.numeric import Numeric
from evol.verifiers.math.prose import PERCENT, SCALE, Side
from evol.verifiers.math.units import parse_unit

VERIFIER = "math.steps"
MAX_LISTED = 20
MAX_CLAIMS = 500
ROOT_DIGITS = 40
FLOAT_DIGITS = 15

State = Literal["held", "rounded", "wrong", "unread"]
_LITERAL = re.compile(r"\(?-?\(?(?P<digits>\d+(?:\.\d*)?|\.\d+)(?P<percent>/100)?\)*")
_NUMBER = re.compile(r"(?<![\d.])\d+\.\d+(?![\d.])")
# What nearly all sides are: a few numbers with signs between them, and nothing that could reach a cap.
_TERM = r"\d{1,18}(?:\.\d{1,18})?"
_PLAIN = re.compile(rf"{_TERM}(?:[-+*/]{_TERM}){{0,8}}", re.ASCII)
_MARKED = re.compile(f"[{PERCENT}{SCALE}]")
_PARTS = re.compile(r"[-+*/]|[\d.]+", re.ASCII)


class Step(NamedTuple):
    """A claim with what became of it; `computed` is the left side's value where it is wrong."""

    claim: Claim
    state: State
    computed: Fraction | None = None


@lru_cache(maxsize=4096)
def _value(arithmetic: str) -> Fraction | None:
    """Return what bare arithmetic comes to, or None where it has no value within the caps."""
    if _PLAIN.fullmatch(arithmetic):
        return _plain_value(arithmetic)
    try:
        node = parse(arithmetic)
        try:
            return rational(node)
        except NotExact:
            return Fraction(str(Numeric(ROOT_DIGITS).value(node)))
    except (MathError, RecursionError, ValueError):
        return None


def _plain_value(arithmetic: str) -> Fraction | None:
    """Return the value of numbers with signs between them, None for a division by zero.

    A sum of products is kept as two quotients of integers, so that only the end is made a Fraction.
    """
    whole, below, sign = 0, 1, "+"
    top, bottom = 1, 1
    for part in _PARTS.findall(arithmetic):
        if part in "+-*/":
            sign = part
            if sign in "+-":
                whole, below = whole * bottom + top * below, below * bottom
                top, bottom = (-1 if sign == "-" else 1), 1
            continue
        integer, _, decimals = part.partition(".")
        value, scale = int(integer + decimals), 10 ** len(decimals)
        top, bottom = (top * scale, bottom * value) if sign == "/" else (top * value, bottom * scale)
    return Fraction(whole * bottom + top * below, below * bottom) if below * bottom else None


def _readings(side: Side) -> list[str]:
    """Return the side's arithmetic in each way that its percentages and scale words may be meant.

    A percentage is a part of a hundred or the number it prints (15/90 * 100 = 16.7%); a scale word
    multiplies, or names what is counted (16 + 12 = 28 million).
    """
    readings = [side.arithmetic]
    if SCALE in side.arithmetic:
        marked = rf"([\d.]+|\)){SCALE}(\d+){SCALE}"
        readings = [re.sub(marked, r"\1*\2", side.arithmetic), re.sub(marked, r"\1", side.arithmetic)]
    if PERCENT in side.arithmetic:
        parts = [re.sub(rf"([\d.]+){PERCENT}", r"(\1/100)", reading) for reading in readings]
        readings = [reading.replace(PERCENT, "") for reading in parts + readings]
    return readings


def _tolerance(arithmetic: str, about: bool) -> Fraction:
    """Return how far a printed number may be from the value it rounds: half a unit of its last digit.

    After "about" it is just under a whole unit, for there a digit may also have been cut off. A number
    of 15 digits or more came from a machine, whose last digits are noise. What is not one printed
    number has no tolerance.
    """
    literal = _LITERAL.fullmatch(arithmetic)
    if literal is None:
        return Fraction(0)
    digits = literal["digits"]
    places = len(digits.partition(".")[2])
    if not places and not about:
        return Fraction(0)
    unit = Fraction(1, 10**places)
    if len(digits.replace(".", "").strip("0")) >= FLOAT_DIGITS:
        unit = max(unit, Fraction(digits) / 10 ** (FLOAT_DIGITS - 1))
    unit = unit / 100 if literal["percent"] else unit
    return unit * Fraction(999, 1000) if about else unit / 2


@lru_cache(maxsize=4096)
def _compare(left: str, right: str, about: bool) -> State:
    a, b = _value(left), _value(right)
    if a is None or b is None:
        return "unread"
    if a == b:
        return "held"
    tolerance = max(_tolerance(left, about), _tolerance(right, about))
    return "rounded" if abs(a - b) <= tolerance else "wrong"


def _best(left: Side, right: Side, about: bool) -> State:
    """Return the best state that any reading of the percentages gives."""
    if not _MARKED.search(left.arithmetic) and not _MARKED.search(right.arithmetic):
        return _compare(left.arithmetic, right.arithmetic, about)
    states = [_compare(a, b, about) for a in _readings(left) for b in _readings(right)]
    return next((state for state in ("held", "rounded", "wrong") if state in states), "unread")


def _converts(claim: Claim) -> bool:
    """Whether two different units of one kind stand in a claim (2 hours, 120 minutes)."""
    units = frozenset[str]().union(*(side.units for side in (claim.left, claim.right) if side))
    measures = {unit for word in units if (unit := parse_unit(word)) is not None}
    return len({unit.dimension for unit in measures}) < len(measures)


def _mixes_percent(side: Side) -> bool:
    """Whether percentages are added to or taken from something, where they may mean a share of it."""
    return PERCENT in side.arithmetic and re.search(r"[+-]", side.arithmetic) is not None


def _unrounded(side: Side, exact: dict[str, Fraction]) -> Side | None:
    """Return the side with numbers that earlier claims rounded replaced by what they were rounded from."""

    def put_back(match: re.Match[str]) -> str:
        value = exact.get(match.group())
        return match.group() if value is None else f"({value.numerator}/{value.denominator})"

    arithmetic = _NUMBER.sub(put_back, side.arithmetic)
    if arithmetic == side.arithmetic:
        return None
    return Side(arithmetic, side.start, side.end, side.operators, side.units, side.unsure)


def _judge(claim: Claim, exact: dict[str, Fraction]) -> Step:
    left, right = claim.left, claim.right
    if left is None or right is None:
        return Step(claim, "unread")
    state = _best(left, right, claim.about)
    if state == "wrong" and claim.lead is not None and _best(left, claim.lead, claim.about) != "wrong":
        return Step(claim, "held" if claim.runs_on else "unread")
    if state == "wrong" and (full := _unrounded(left, exact)) is not None:
        other = _best(full, _unrounded(right, exact) or right, claim.about)
        state = "rounded" if other in ("held", "rounded") else "wrong"
    if state != "wrong":
        return Step(claim, state)
    if left.unsure or right.unsure or _converts(claim) or _mixes_percent(left) or _mixes_percent(right):
        return Step(claim, "unread")
    return Step(claim, "wrong", _nearest(left, right))


def _nearest(left: Side, right: Side) -> Fraction | None:
    """Return the left side's value in the reading that comes closest to what was claimed."""
    pairs = [(_value(a), _value(b)) for a in _readings(left) for b in _readings(right)]
    known = [(a, b) for a, b in pairs if a is not None and b is not None]
    return min(known, key=lambda pair: abs(pair[0] - pair[1]))[0]


def find_steps(solution: str) -> Iterator[Step]:
    """Yield each claim of a solution with its state, those in marks first."""
    exact: dict[str, Fraction] = {}
    for claim in find_claims(solution):
        step = _judge(claim, exact)
        if step.state == "rounded" and claim.left and claim.right:
            value = _value(_readings(claim.left)[0])
            if value is not None:
                exact[claim.right.arithmetic] = value
        yield step


def _printed(value: Fraction | None) -> str:
    if value is None:
        return ""
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    if bits < 90 and len(str(value)) <= 24:
        return str(value)
    try:
        return f"{float(value):.12g}"
    except OverflowError:
        return f"{Decimal(value.numerator) / value.denominator:.12g}"


def _located(solution: str, step: Step) -> dict[str, Json]:
    claim = step.claim
    assert claim.right is not None
    return {
        "line": solution.count("\n", 0, claim.start) + 1,
        "span": [claim.start, claim.end],
        "text": " ".join(solution[claim.start : claim.end].split())[:200],
        "claimed": solution[claim.right.start : claim.right.end][:80],
        "computed": _printed(step.computed),
        "mark": claim.mark,
    }


def check_steps(solution: str) -> Verdict:
    """Check every arithmetic claim of a solution: `all_steps_hold`, `wrong_step` or `no_steps`.

    The evidence counts the claims that held, held by rounding, were wrong or could not be read
    (`unread`, never guessed), and lists the wrong ones with line, span, text, claimed and computed.
    A solution beyond the caps is undecided: `too_long`.
    """
    steps = list(islice(find_steps(solution), MAX_CLAIMS + 1)) if len(solution) <= MAX_RESPONSE_CHARS else []
    if len(solution) > MAX_RESPONSE_CHARS or len(steps) > MAX_CLAIMS:
        message = f"The solution is longer than {MAX_RESPONSE_CHARS:,} characters or {MAX_CLAIMS} claims."
        return Verdict.undecided(VERIFIER, "too_long", message, characters=len(solution))
    counts = Counter(step.state for step in steps)
    wrong: list[Json] = []
    wrong.extend(_located(solution, step) for step in steps if step.state == "wrong")
    evidence: dict[str, Json] = {name: counts[name] for name in ("held", "rounded", "wrong", "unread")}
    if wrong:
        message = f"{counts['wrong']} of {len(steps)} arithmetic claims are wrong."
        return Verdict.reject(VERIFIER, "wrong_step", message, **evidence, wrong_steps=wrong[:MAX_LISTED])
    read = counts["held"] + counts["rounded"]
    if not read:
        return Verdict.undecided(
            VERIFIER, "no_steps", "The solution makes no arithmetic claim to check.", **evidence
        )
    return Verdict.accept(VERIFIER, "all_steps_hold", f"All {read} arithmetic claims hold.", **evidence)
