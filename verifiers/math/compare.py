"""Comparing two bare answers, stage by stage: text, numbers, special forms, structure, last resort."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from evol.types import Json, Outcome, Verdict
from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.casework import match_casework
from evol.verifiers.math.customary import as_vectors, with_customary_values
from evol.verifiers.math.dress import squeeze, undress
from evol.verifiers.math.equality import Finding
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.indices import renamed
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MAX_NODES, REMEMBERED, MathError, TooLarge
from evol.verifiers.math.literal import match_literals
from evol.verifiers.math.naming import variables
from evol.verifiers.math.nodes import Node, Quantity, Sym, substitute, symbols, walk
from evol.verifiers.math.numerals import spelled_out
from evol.verifiers.math.parameters import (
    constants_renamed,
    domain_in_notation,
    one_domain,
    one_parameter,
    without_domain,
)
from evol.verifiers.math.profiles import STRICT, Profile
from evol.verifiers.math.residues import same_classes
from evol.verifiers.math.restated import as_intervals, restated_pair
from evol.verifiers.math.sentences import match_sentences
from evol.verifiers.math.special import match_special, set_in_notation
from evol.verifiers.math.structure import Matcher
from evol.verifiers.math.units import letter_unit_in_words, micro_in_words, same_kind, slash_unit_in_words
from evol.verifiers.math.wholenumbers import match_whole_numbers
from evol.verifiers.math.wholepoints import in_radians, otherwise_equal
from evol.verifiers.math.wording import said_in_notation

VERIFIER = "math_answer"
_SHOWN = 300
_GROUPED = re.compile(r"\d,\d{3}(?!\d)")
_DECIMAL_COMMA = re.compile(
    r"((?:[^\W\d_]{2,20}\s{0,2}){0,3}:?\s{0,2}"
    r"[$€£]?-?(?:\d{1,3}(?:[. \u00a0\u202f]\d{3})+|\d+(?=(?:,|\{,\})(?!\d{3}$))|0+|\d{4,}))"
    r"(?:,|\{,\})(\d+)(\s*[^\d,.;]*)"
)
_MARKS = re.compile(r"(?<=\d)[. \u00a0\u202f](?=\d)")
_TRIED_OTHERWISE = frozenset(("different_function", "different_kind", "not_evaluable"))
_PADDED = re.compile(r",0\d")
_SENTENCES = {
    Outcome.ACCEPT: "The answers are equal.",
    Outcome.REJECT: "The answers are different.",
    Outcome.UNDECIDED: "Whether the answers are equal could not be decided.",
}


def compare(a: str, b: str, *, profile: Profile = STRICT, last_resort: bool = True) -> Verdict:
    """Compare two bare answers; accept is equal, reject is different.

    The order of the two never matters. `last_resort` may ask sympy, in a worker process with a time
    limit, about notation that is not evaluated here.
    """
    return judge(undress(a), undress(b), profile=profile, last_resort=last_resort)


def judge(a: str, b: str, *, profile: Profile, last_resort: bool) -> Verdict:
    """Compare two answers that were undressed already."""
    result = _stages(a, b, profile)
    if last_resort and result.finding.equal is None and result.nodes is not None:
        from evol.verifiers.math.last_resort import ask

        result = Result(ask(a, b, result.finding), result.nodes)
    return verdict(result, a, b, profile)


@dataclass(frozen=True, slots=True)
class Result:
    """What the stages found, and the two trees where both answers were parsed."""

    finding: Finding
    nodes: tuple[Node, Node] | None = None


def verdict(result: Result, a: str, b: str, profile: Profile, **evidence: Json) -> Verdict:
    """Return a finding as a verdict with both normal forms."""
    finding = result.finding
    outcome = {True: Outcome.ACCEPT, False: Outcome.REJECT, None: Outcome.UNDECIDED}[finding.equal]
    forms = [_form(text, node) for text, node in zip((a, b), result.nodes or (None, None), strict=True)]
    shown: dict[str, Json] = {"forms": list(forms), "profile": profile.name, **evidence}
    return Verdict(outcome, VERIFIER, finding.reason, _SENTENCES[outcome], shown)


def _form(text: str, node: Node | None) -> str:
    try:
        form = squeeze(text) if node is None else canonical(node)
    except RecursionError:
        form = text
    return form if len(form) <= _SHOWN else form[: _SHOWN - 1] + "…"


def _stages(a: str, b: str, profile: Profile) -> Result:
    if not a or not b:
        return Result(Finding(None, "empty"))
    if len(a) > MAX_ANSWER_CHARS or len(b) > MAX_ANSWER_CHARS:
        return Result(Finding(True, "same_text") if a == b else Finding(None, "too_large"))
    a, b = _in_notation(a), _in_notation(b)
    finding = match_literals(a, b) or match_special(a, b)
    if finding is None and profile.common_domain:
        finding = match_whole_numbers(a, b) or match_casework(a, b, Matcher(profile).match)
    finding = finding or match_sentences(a, b, profile)
    if finding is not None:
        return Result(finding)
    try:
        return _parsed(a, b, profile)
    except MathError as error:
        return Result(Finding(None, error.reason))
    except RecursionError:
        return Result(Finding(None, "too_large"))
    except Exception as error:
        # A defect of ours on one pair must not end a run over thousands: it shows as its own reason.
        return Result(Finding(None, f"internal_error_{type(error).__name__.lower()}"))


@lru_cache(REMEMBERED)
def _in_notation(text: str) -> str:
    return set_in_notation(domain_in_notation(said_in_notation(text)))


def _parsed(a: str, b: str, profile: Profile) -> Result:
    """Compare the trees, in each reading of the commas that both answers allow."""
    first: Result | None = None
    for left, right in _readings(a, b, profile):
        result = Result(_matched(left, right, profile), (left, right))
        if result.finding.equal:
            return result
        first = first or result
    assert first is not None
    return first


def _matched(a: Node, b: Node, profile: Profile) -> Finding:
    """Compare two trees, then with customary values for names, then with one name for one variable."""
    a, b = restated_pair(a, b)
    finding = Matcher(profile).match(a, b)
    bare = without_domain(a), without_domain(b)
    written = a, b
    if not finding.equal and bare != (a, b) and one_domain(a, b):
        if not profile.common_domain:
            return Finding(None, "domain_differs")
        a, b = as_intervals(*bare)
        finding = Matcher(profile).match(a, b)
    if finding.equal or isinstance(a, Sym) or isinstance(b, Sym):
        return finding
    valued = with_customary_values(a, b) if profile.customary_names else None
    vectors = as_vectors(a, b) if profile.customary_names else None
    if any(pair and Matcher(profile).match(*pair).equal for pair in (valued, vectors)):
        return Finding(True, "customary_names")
    if finding.reason in _TRIED_OTHERWISE and (other := otherwise_equal(a, b, profile.common_domain)):
        return other
    angles = in_radians(a, b) if finding.reason == "different_set" else None
    if angles and Matcher(profile).match(*angles).equal:
        return Finding(True, "degrees_as_radians")
    if profile.common_domain and same_classes(a, b):
        return Finding(True, "same_residues")
    return _renamed(a, b, profile, finding, written) if profile.renamed_variables else finding


def _renamed(a: Node, b: Node, profile: Profile, finding: Finding, written: tuple[Node, Node]) -> Finding:
    """Compare once more with the one variable of b named as that of a."""
    families = one_parameter(a), one_parameter(b)
    if families != (a, b) and Matcher(profile).match(*families).equal:
        return Finding(True, "renamed_variables")
    names = [variables(node) for node in (a, b)]
    for values in constants_renamed(names[0], names[1], written):
        if Matcher(profile).match(a, substitute(b, values)).equal:
            return Finding(True, "renamed_variables")
    if any(len(found) != 1 for found in names) or names[0] == names[1]:
        return finding
    (old,), (new,) = names[1], names[0]
    if not all(name.removeprefix("\\").isalpha() for name in (old, new)):
        return finding
    other = renamed(b, old, new)
    if other is None or not Matcher(profile).match(a, other).equal:
        return finding
    return Finding(True, "renamed_variables")


def _readings(a: str, b: str, profile: Profile) -> Iterator[tuple[Node, Node]]:
    """Yield pairs of trees: commas as thousands, as separators, as decimal commas; `m/s` as a unit."""
    left, right = _tree(a), _tree(b)
    yield left, right
    with_units = slash_unit_in_words(a), slash_unit_in_words(b)
    if with_units != (a, b):
        left, right = map(_tree, with_units)
        if not symbols(left) and not symbols(right):
            yield left, right
    yield from _letter_units(a, b)
    if _GROUPED.search(a + ";" + b) and not _PADDED.search(a + ";" + b):
        yield _tree(a, commas=False), _tree(b, commas=False)
    if profile.decimal_comma:
        point_a, point_b = _with_point(a), _with_point(b)
        if (point_a != a) != (point_b != b) and "." in (b if point_a != a else a):
            yield _tree(point_a), _tree(point_b)


def _letter_units(a: str, b: str) -> Iterator[tuple[Node, Node]]:
    """Yield the trees with a letter after a number as a unit, where the other answer has one of its kind."""
    with_units = letter_unit_in_words(a), letter_unit_in_words(b)
    if (with_units[0] == a) != (with_units[1] == b):
        left, right = map(_tree, with_units)
        if isinstance(left, Quantity) and isinstance(right, Quantity) and same_kind(left.unit, right.unit):
            yield left, right


def _tree(text: str, *, commas: bool = True) -> Node:
    node = parse(micro_in_words(spelled_out(text)), commas=commas)
    # A character makes three parts at most, but where dots stand for terms.
    if (3 * len(text) > MAX_NODES or "..." in text or "dots" in text) and sum(
        1 for _ in walk(node)
    ) > MAX_NODES:
        raise TooLarge("The answer has more parts than the cap.")
    return node


def _with_point(text: str) -> str:
    """Return `3,5`, `3{,}5` and `1.234,56` with a decimal point; `1,000` is a thousand."""
    match = _DECIMAL_COMMA.fullmatch(text)
    return f"{_MARKS.sub('', match[1])}.{match[2]}{match[3]}" if match else text
