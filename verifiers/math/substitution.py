r"""Back-substitution: a final answer put into the equations or inequalities that a problem states.

Where "Solve for x: 2x + 3 = 11" is answered with 4, the equation must hold at 4. This needs no second
solution and no gold, but sees only what the problem says in notation: words such as "positive" or
"all" are not checked, so an answer that satisfies everything stated but may not be the one asked
for is undecided and not accepted. Word problems state nothing to substitute into.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from evol.types import Json, Verdict
from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.equality import equal_expressions, evaluate
from evol.verifiers.math.exact import rational
from evol.verifiers.math.extract import extract
from evol.verifiers.math.grammar import parse
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MathError, MathSyntaxError, Undefined
from evol.verifiers.math.nodes import (
    Mul,
    Node,
    Num,
    PlusMinus,
    Quantity,
    Relation,
    Seq,
    Sym,
    Text,
    negate,
    rebuild,
    substitute,
    subtract,
    symbols,
    walk,
)
from evol.verifiers.math.realsets import REALS, RealSet, intersection, order, same
from evol.verifiers.math.solving import linear, try_real_set
from evol.verifiers.math.stated import Stated, read_problem

VERIFIER = "math.substitution"
ORDERS = frozenset(("<", ">", "<=", ">=", "!="))
MAX_ASSIGNMENTS = 32
NEAR = Fraction(1, 1000)
SPARE_POINTS = 8

Assignment = Mapping[str, Node]


def check_substitution(problem: str, answer: str) -> Verdict:
    """Put a final answer, or a response that ends in one, into what the problem states.

    `substitution_holds` accepts, `substitution_fails` rejects. Undecided are `nothing_to_substitute`
    (no relation in notation, or no plain unknown), `answer_form` (the answer names no values),
    `may_be_incomplete` (all holds, but the wording selects or gathers solutions of an equation
    that may have others) and `not_evaluable`.
    """
    stated = read_problem(problem)
    if stated is None:
        message = "The problem states no equation in notation with a plain unknown."
        return Verdict.undecided(VERIFIER, "nothing_to_substitute", message)
    found = extract(answer)
    evidence: dict[str, Json] = {
        "unknowns": list(stated.unknowns),
        "relations": [_written(relation) for relation in stated.relations],
        "answer": "" if found is None else found.value[:200],
    }
    try:
        if found is None or len(found.value) > MAX_ANSWER_CHARS:
            raise MathSyntaxError("No answer.")
        node = parse(found.value)
        if all(set(relation.ops) <= ORDERS for relation in stated.relations):
            return _inequality(stated, node, evidence)
        return _values(stated, list(_assignments(node, stated.unknowns)), evidence)
    except (MathError, RecursionError):
        message = "The answer does not give values that could be substituted."
        return Verdict.undecided(VERIFIER, "answer_form", message, **evidence)


def _written(relation: Relation) -> str:
    try:
        return canonical(relation)[:200]
    except RecursionError:
        return "too deep to be written"


def _values(stated: Stated, assignments: Sequence[Assignment], evidence: dict[str, Json]) -> Verdict:
    """Judge an answer that gives one or several values for the unknowns."""
    states = [_holds(relation, values) for values in assignments for relation in stated.relations]
    if not states or False in states:
        return Verdict.reject(VERIFIER, "substitution_fails", "A stated relation does not hold.", **evidence)
    if None in states:
        message = "A stated relation could not be evaluated at the answer."
        return Verdict.undecided(VERIFIER, "not_evaluable", message, **evidence)
    chosen = stated.selects and len(assignments) > 1
    if (stated.gathers or stated.selects) and (chosen or not _complete(stated, assignments)):
        message = "All stated relations hold, but there may be other solutions to choose from or to add."
        return Verdict.undecided(VERIFIER, "may_be_incomplete", message, **evidence)
    return Verdict.accept(
        VERIFIER, "substitution_holds", "All stated relations hold at the answer.", **evidence
    )


def _complete(stated: Stated, assignments: Sequence[Assignment]) -> bool:
    """Whether the stated equations can have no further solution.

    One equation in one unknown: it is a polynomial whose degree is at most the number of different
    values given. Several unknowns: as many linear equations (dependent ones are not noticed).
    """
    if len(stated.relations) != len(stated.unknowns) or any(r.ops != ("=",) for r in stated.relations):
        return False
    if len(stated.unknowns) > 1:
        return all(_affine(relation, stated.unknowns) for relation in stated.relations)
    (name,) = stated.unknowns
    values: list[Node] = []
    for value in (assignment[name] for assignment in assignments):
        if not any(equal_expressions(value, known).equal for known in values):
            values.append(value)
    return _degree_at_most(len(values), subtract(*stated.relations[0].operands), name)


def _degree_at_most(degree: int, node: Node, name: str) -> bool:
    """Whether a node is a polynomial of at most this degree, by its differences at exact points."""
    try:
        row = [rational(node, {name: Fraction(7 * n + 1, 3)}) for n in range(degree + SPARE_POINTS)]
    except MathError:
        return False
    if not any(row):
        return False
    for _ in range(degree + 1):
        row = [after - before for before, after in pairwise(row)]
    return not any(row)


def _affine(relation: Relation, unknowns: tuple[str, ...]) -> bool:
    """Whether a relation's sides differ by a linear function along two lines through the unknowns."""
    whole = subtract(*relation.operands)
    for slopes in ((2, 3, 5), (7, -11, 13)):
        line = {
            name: Mul((Num(Fraction(slope)), Sym("t"))) for name, slope in zip(unknowns, slopes, strict=False)
        }
        try:
            linear(substitute(whole, line))
        except MathError:
            return False
    return True


def _holds(relation: Relation, values: Assignment) -> bool | None:
    """Return whether a chain of relations holds at a point, None where that cannot be told."""
    placed = substitute(relation, values)
    assert isinstance(placed, Relation)
    states = [_compare(a, op, b) for (a, b), op in zip(pairwise(placed.operands), placed.ops, strict=True)]
    if False in states:
        rounded = any(isinstance(part, Num) and part.places for v in values.values() for part in walk(v))
        return None if rounded else False
    return None if None in states else True


def _compare(a: Node, op: str, b: Node) -> bool | None:
    try:
        for side in (a, b):
            evaluate(side)
        if op in ("=", "!="):
            equal = equal_expressions(a, b).equal
            return equal if op == "=" or equal is None else not equal
        sign = order(evaluate(subtract(a, b)), Fraction(0))
    except Undefined:
        return False
    except MathError:
        return None
    return {"<": sign < 0, ">": sign > 0, "<=": sign <= 0, ">=": sign >= 0}[op]


def _assignments(node: Node, unknowns: tuple[str, ...]) -> Iterator[Assignment]:
    """Yield the points that an answer names; raises MathSyntaxError where it names none."""
    if any(isinstance(part, Text) for part in walk(node)):
        raise MathSyntaxError("The answer is words.")
    signs = (1, -1) if any(isinstance(part, PlusMinus) for part in walk(node)) else (1,)
    for sign in signs:
        for count, values in enumerate(_points(_signed(node, sign), unknowns)):
            if set(values) != set(unknowns) or any(map(symbols, values.values())) or count > MAX_ASSIGNMENTS:
                raise MathSyntaxError("The answer does not give each unknown a value.")
            yield values


def _signed(node: Node, sign: int) -> Node:
    if isinstance(node, PlusMinus):
        operand = _signed(node.operand, sign)
        return operand if sign * node.sign > 0 else negate(operand)
    return rebuild(node, lambda child: _signed(child, sign))


def _points(node: Node, unknowns: tuple[str, ...]) -> Iterator[Assignment]:
    match node:
        case Relation((Sym(name), value), ("=",)):
            yield from ({name: v} for v in _several(value))
        case Seq(items, "list" | "and") if _names_each(items, unknowns):
            yield {item.operands[0].name: _bare(item.operands[1]) for item in items}  # type: ignore[union-attr]
        case Seq(items, "()") if len(items) == len(unknowns) > 1:
            yield dict(zip(unknowns, map(_bare, items), strict=True))
        case Seq(items, "list") if len(items) == len(unknowns) > 1 and not any(
            isinstance(item, Seq | Relation) for item in items
        ):
            yield dict(zip(unknowns, map(_bare, items), strict=True))
        case Seq(items, "list" | "and" | "or" | "set" | "brace"):
            for item in items:
                yield from _points(item, unknowns)
        case _:
            yield {unknowns[0]: _bare(node)}


def _names_each(items: tuple[Node, ...], unknowns: tuple[str, ...]) -> bool:
    """Whether the items are `x = 2`, `y = 3`, one for each of several unknowns."""
    named = [item.operands[0] for item in items if isinstance(item, Relation) and item.ops == ("=",)]
    return len(named) == len(items) > 1 and sorted(map(str, named)) == sorted(str(Sym(u)) for u in unknowns)


def _several(value: Node) -> tuple[Node, ...]:
    return value.items if isinstance(value, Seq) and value.kind in ("set", "or", "and") else (_bare(value),)


def _bare(node: Node) -> Node:
    return node.value if isinstance(node, Quantity) and node.unit != "percent" else node


def _inequality(stated: Stated, node: Node, evidence: dict[str, Json]) -> Verdict:
    """Judge the answer to inequalities in one unknown: a set of numbers, or one number among them."""
    if len(stated.unknowns) != 1:
        raise MathSyntaxError("Inequalities in several unknowns.")
    claimed = try_real_set(node)
    if claimed is None or not _is_set(node):
        verdict = _values(stated, list(_assignments(node, stated.unknowns)), evidence)
        if not verdict.accepted:
            return verdict
        message = "The answer satisfies the inequalities, which others do too."
        return Verdict.undecided(VERIFIER, "may_be_incomplete", message, **evidence)
    solved = _solved(stated)
    if solved is not None:
        equal = same(claimed, solved)
        reason = "substitution_holds" if equal else "substitution_fails"
        message = "The answer is the solution set." if equal else "The answer is not the solution set."
        return (Verdict.accept if equal else Verdict.reject)(VERIFIER, reason, message, **evidence)
    return _sampled(stated, claimed, evidence)


def _is_set(node: Node) -> bool:
    return any(isinstance(part, Relation | Seq) for part in walk(node)) and not (
        isinstance(node, Relation) and node.ops == ("=",)
    )


def _solved(stated: Stated) -> RealSet | None:
    found = REALS
    for relation in stated.relations:
        solution = try_real_set(relation)
        if solution is None:
            return None
        found = intersection(found, solution)
    return found


def _sampled(stated: Stated, claimed: RealSet, evidence: dict[str, Json]) -> Verdict:
    """Compare membership in the claimed set with the inequalities at its ends, beside them and on a grid."""
    ends = {end for part in claimed for end in (part.low, part.high) if isinstance(end, Fraction)}
    points = sorted(
        {e + d for e in ends for d in (-1, -NEAR, 0, NEAR, 1)} | {Fraction(n) for n in range(-20, 21)}
    )
    (name,) = stated.unknowns
    for point in points:
        states = [_holds(relation, {name: Num(point)}) for relation in stated.relations]
        if None in states:
            continue
        if all(states) != _member(point, claimed):
            message = "The answer and the inequalities disagree about a number."
            return Verdict.reject(VERIFIER, "substitution_fails", message, **evidence, witness=str(point))
    message = "The answer and the inequalities agree at every number that was tried."
    return Verdict.accept(VERIFIER, "substitution_holds", message, **evidence, points=len(points))


def _member(point: Fraction, pieces: RealSet) -> bool:
    for part in pieces:
        low, high = order(part.low, point), order(point, part.high)
        if (low < 0 or (low == 0 and part.low_closed)) and (high < 0 or (high == 0 and part.high_closed)):
            return True
    return False
