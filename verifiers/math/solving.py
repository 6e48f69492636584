"""What set of reals a node describes: intervals, unions, set-builders, inequalities in one name."""

from __future__ import annotations

from fractions import Fraction

from evol.verifiers.math.equality import Finding, equal_expressions
from evol.verifiers.math.exact import rational
from evol.verifiers.math.limits import MathError, NotExact
from evol.verifiers.math.naming import is_name
from evol.verifiers.math.nodes import (
    MINUS_ONE,
    Add,
    Builder,
    Call,
    Const,
    Mul,
    Node,
    Num,
    Relation,
    Seq,
    SetOp,
    Sym,
    subtract,
    symbols,
    walk,
)
from evol.verifiers.math.realsets import (
    INFINITY,
    REALS,
    Interval,
    Point,
    RealSet,
    complement,
    difference,
    endpoint,
    infinite_sign,
    intersection,
    mirrored,
    normal,
    order,
    scaled,
    union,
)

ORDERS = frozenset(("<", ">", "<=", ">=", "!="))
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "!=": "!=", "=": "="}
# In `1/2 < e < 1` the letter is no constant: what is asked for has that name.
_ECCENTRICITY = Const("e")
_BRACKETS = frozenset(("()", "[]", "(]", "[)"))


def describes_set(node: Node) -> bool:
    """Whether a node can only mean a set of numbers, not a tuple or a list."""
    match node:
        case SetOp() | Builder():
            return True
        case Relation(_, ops):
            return any(op in ORDERS for op in ops) or (ops == ("in",))
        case Seq(items, kind):
            if kind in ("or", "and"):
                return any(map(describes_set, items))
            return kind in ("(]", "[)") or (kind in _BRACKETS and any(map(infinite_sign, items)))
        case Sym(name):
            return name == "set R"
        case _:
            return False


def real_set(node: Node) -> RealSet:
    """Return the set that a node describes; raises MathError where it is not one of reals."""
    match node:
        case SetOp(op, left, right):
            combine = {"union": union, "intersection": intersection, "difference": difference}[op]
            return combine(real_set(left), real_set(right))
        case Builder(element, condition):
            return _built(element, condition)
        case Relation():
            return solution(node)
        case Seq(items, kind):
            return _sequence(items, kind)
        case Add((left, Mul((factor, right)))) if factor == MINUS_ONE:
            return difference(real_set(left), real_set(right))
        case Sym("set R"):
            return REALS
        case _:
            raise NotExact("Not a set of real numbers.")


def distinct_ends(a: Node, b: Node) -> Finding | None:
    """Return what tells two irrational ends apart that agree to 40 digits, None if nothing does."""
    for end, value in _irrational_ends(a):
        for known, other in _irrational_ends(b):
            if order(value, other) == 0:
                finding = equal_expressions(end, known)
                if not finding.equal:
                    return finding
    return None


def _irrational_ends(node: Node) -> list[tuple[Node, Point]]:
    found: list[tuple[Node, Point]] = []
    for part in walk(node):
        ends = part.items if isinstance(part, Seq) else part.operands if isinstance(part, Relation) else ()
        for end in ends:
            try:
                value = endpoint(end)
            except MathError:
                continue
            if not isinstance(value, Fraction | float):
                found.append((end, value))
    return found


def _sequence(items: tuple[Node, ...], kind: str) -> RealSet:
    if kind in _BRACKETS:
        if len(items) != 2:
            raise NotExact("An interval has two ends.")
        low, high = map(endpoint, items)
        if (kind[0] == "[" and low == -INFINITY) or (kind[1] == "]" and high == INFINITY):
            raise NotExact("An infinite end is never closed.")
        left, right = kind[0] == "[", kind[1] == "]"
        if order(low, high) > 0 or (order(low, high) == 0 and not (left and right)):
            raise NotExact("The ends of an interval stand in the wrong order.")
        return normal([Interval(low, left, high, right)])
    if len({name for item in items for name in symbols(item) if not name.startswith("set ")}) > 1:
        raise NotExact("The parts speak of different variables.")
    values = all(isinstance(i, Relation) and i.ops == ("=",) for i in items)
    if kind == "or" or (
        kind in ("list", "and") and (values or all(isinstance(i, Seq | SetOp) for i in items))
    ):
        found: RealSet = ()
        for item in items:
            found = union(found, real_set(item))
        return found
    if kind in ("and", "list"):
        found = REALS
        for item in items:
            found = intersection(found, real_set(item))
        return found if found or kind == "and" else _sequence(items, "or")
    return normal([Interval(v, True, v, True) for v in map(endpoint, items)])


def _built(element: Node, condition: Node) -> RealSet:
    names = {name for name in symbols(condition) if not name.startswith("set ")}
    if isinstance(element, Relation) and element.ops == ("in",):
        return intersection(real_set(element.operands[1]), _built(element.operands[0], condition))
    if not isinstance(element, Sym) or names != {element.name}:
        raise NotExact("A set is built from more than one variable.")
    return real_set(condition)


def solution(node: Relation) -> RealSet:
    """Return the values of the one name in a chain of relations that satisfy it."""
    operands, ops = node.operands, node.ops
    if ops == ("in",) and (is_name(operands[0]) or operands[0] == _ECCENTRICITY):
        return real_set(operands[1])
    if "in" in ops and ops[-1] == "in":
        raise NotExact("A relation restricts its variable to a set.")
    unknown = [at for at, operand in enumerate(operands) if symbols(operand) or _has_call(operand)]
    if not unknown:
        unknown = [at for at, operand in enumerate(operands) if operand == _ECCENTRICITY]
    if len(unknown) != 1:
        raise NotExact("A relation has its unknown on both sides.")
    at = unknown[0]
    found = REALS
    for side, op in enumerate(ops):
        if side + 1 == at:
            found = intersection(found, _half(_FLIPPED.get(op, op), operands[side]))
        elif side == at:
            found = intersection(found, _half(op, operands[side + 1]))
        else:
            raise NotExact("A relation holds between constants.")
    return _unwrapped(operands[at], found)


def _has_call(node: Node) -> bool:
    return any(isinstance(part, Call) and part.name.startswith("apply") for part in walk(node))


def _half(op: str, bound: Node) -> RealSet:
    """Return the x for which `x op bound` holds."""
    value = endpoint(bound)
    point = (Interval(value, True, value, True),)
    match op:
        case "<" | "<=":
            return normal([Interval(-INFINITY, False, value, op == "<=" and value != INFINITY)])
        case ">" | ">=":
            return normal([Interval(value, op == ">=" and value != -INFINITY, INFINITY, False)])
        case "!=":
            return complement(point)
        case "=":
            return point
        case _:
            raise NotExact("Not an order relation.")


def _unwrapped(operand: Node, values: RealSet) -> RealSet:
    """Return what the name inside `operand` may be where `operand` lies in `values`."""
    if is_name(operand) or operand == _ECCENTRICITY:
        return values
    if isinstance(operand, Call) and operand.name == "abs":
        positive = intersection(values, (Interval(Fraction(0), True, INFINITY, False),))
        return _unwrapped(operand.args[0], union(positive, mirrored(positive)))
    factor, shift = linear(operand)
    return scaled(values, factor, shift)


def linear(node: Node) -> tuple[Fraction, Fraction]:
    """Return (a, b) with node = a x + b for its one variable x; raises NotExact where it is not so."""
    names = symbols(node)
    if len(names) != 1:
        raise NotExact("Not linear in one variable.")
    (name,) = names
    shift, one = (rational(node, {name: Fraction(x)}) for x in (0, 1))
    factor = one - shift
    line = Add((Mul((Num(factor), Sym(name))), Num(shift)))
    if not factor or not equal_expressions(line, node).equal:
        raise NotExact("Not linear in one variable.")
    return factor, shift


def solve_linear(relation: Relation) -> RealSet:
    """Return the solutions of a two-sided relation that is linear in one variable."""
    if len(relation.ops) != 1:
        raise NotExact("A chain has more than two sides.")
    whole = subtract(*relation.operands)
    factor, shift = linear(whole)
    return scaled(_half(relation.ops[0], Num(Fraction(0))), factor, shift)


def try_real_set(node: Node) -> RealSet | None:
    """Return the set that a node describes, or None where it is not one that can be computed."""
    try:
        return real_set(node)
    except MathError:
        if not isinstance(node, Relation):
            return None
    try:
        return solve_linear(node)
    except MathError:
        return None
