"""Names and what is assigned to them: `x = 5`, `f(n) = 2n`, `(x, y) = (1, 2)`, `Maximum: 3`."""

from __future__ import annotations

import re
from fractions import Fraction

from evol.verifiers.math.canonical import canonical
from evol.verifiers.math.nodes import (
    HALF,
    Add,
    Call,
    Matrix,
    Mul,
    Node,
    Num,
    Pow,
    Quantity,
    Relation,
    Seq,
    SetOp,
    Sym,
    Text,
    symbols,
    walk,
)

_NAMED_FUNCTIONS = frozenset(("sin", "cos", "tan", "cot", "sec", "csc", "ln", "log"))
_DIGITS = re.compile(r"[\d.]+")
_OPERATIONS = frozenset(("int", "lim", "sup", "sum", "prod"))
_OF_VARIABLES = re.compile(r"apply \S+\((?:[^\W\d]|\\[a-z]+)(?:, (?:[^\W\d]|\\[a-z]+))*\)")
_GIVEN = re.compile(
    r'^"|^\([A-Z*]+\)\^\(|^P_[A-Z]|overrightarrow .*[*+] ?overrightarrow |\^\(1/2\)$|max|min|:|^\d+\*'
    r"|^(?:int|lim|sup|sum|prod|abs)\b|angle| (?:[<>]=?|=) "
)
_DECORATED = ("angle ", "overrightarrow ", "overline ")
_ANGLES = frozenset(f"\\{name}" for name in ("alpha", "beta", "gamma", "theta", "phi", "varphi", "psi"))
Record = tuple[tuple[str, Node], ...]


def is_name(node: Node) -> bool:
    """Whether a node names a value instead of giving one: `x`, `f(n)`, `|AB|`, `AB/CD`, `T(10)`, words."""
    match node:
        case Sym() | Text():
            return True
        case Call(name, _) if name.startswith("apply "):
            return True
        case Pow(Sym("s" | "\\sigma"), Num(Fraction(numerator=2, denominator=1))):
            return True
        case Call("abs", (inner,)):
            return isinstance(inner, Mul | Sym) and _is_quantity(inner)
        case Call(name, _) if name.split(" ")[0] in _OPERATIONS:
            return True
        case Call(name, (inner, *_)) if name in _NAMED_FUNCTIONS:
            return _is_quantity(inner)
        case Pow(inner, exponent) if exponent == HALF:
            return _is_quantity(inner)
        case Mul((first, *rest)):
            return _is_product_name(first, rest)
        case SetOp(_, left, right):
            return _is_named_set(left) and _is_named_set(right)
        case Add(terms):
            return all(isinstance(term, Sym) and term.name.startswith("overrightarrow ") for term in terms)
        case _:
            return False


def _is_quantity(node: Node) -> bool:
    """Whether a node names something given: a capital, a Greek letter, an angle, a function of these.

    A small letter is an unknown: `\\log x = 2` is not yet solved.
    """
    if isinstance(node, Sym):
        return node.name[:1].isupper() or node.name in _ANGLES or node.name.startswith(_DECORATED)
    return isinstance(node, Call | Pow | Mul) and is_name(node)


def _is_named_set(node: Node) -> bool:
    r"""Whether a node is a set by name: `A`, `\complement_U B`, `A \cup B`."""
    if isinstance(node, Sym):
        return node.name.isupper() and len(node.name) == 1
    return is_name(node) and isinstance(node, SetOp | Mul)


def _is_product_name(first: Node, rest: list[Node]) -> bool:
    """Whether a product reads as a name: `AB`, `T(10)`, `P(x)`, or a ratio of two names."""
    if len(rest) == 1 and isinstance(rest[0], Pow) and is_name(first):
        exponent = rest[0].exponent
        if isinstance(exponent, Num) and exponent.value == -1:
            return is_name(rest[0].base)
    if isinstance(first, Text) or _is_differential(first, rest) or _is_complement(first, rest):
        return True
    capital = isinstance(first, Sym) and first.name.removeprefix("set ")[:1].isupper()
    if capital and len(rest) == 1 and isinstance(rest[0], Num | Sym | Relation):
        return True
    if first == Sym("m") and len(rest) == 1 and isinstance(rest[0], Sym):
        return rest[0].name.startswith("angle ")
    if isinstance(first, Sym) and first.name.startswith("overrightarrow "):
        return all(isinstance(item, Sym) and item.name.startswith("overrightarrow ") for item in rest)
    *middle, last = rest
    last = last.base if isinstance(last, Pow) and isinstance(last.exponent, Num) else last
    return capital and all(isinstance(item, Sym) and item.name[:1].isupper() for item in (*middle, last))


def _is_complement(first: Node, rest: list[Node]) -> bool:
    """Whether a product reads as the complement of a set: the sign and what stands behind it."""
    sign = isinstance(first, Sym) and first.name.startswith("\\complement")
    return sign and len(rest) == 1 and (isinstance(rest[0], SetOp) or _is_named_set(rest[0]))


def _is_differential(first: Node, rest: list[Node]) -> bool:
    """Whether a product reads as the derivative `dy/dx`."""
    match (first, *rest):
        case (Mul((Sym("d"), Sym())), Pow(Mul((Sym("d"), Sym())), Num(value))):
            return value == -1
        case _:
            return False


def differ_by_index(names: list[str], others: list[str]) -> bool:
    """Whether two names at one place are one letter with different indices: `T_3` is not `T_5`."""
    pairs = zip(names, others, strict=False)
    return any(a != b and _DIGITS.sub("", a) == _DIGITS.sub("", b) for a, b in pairs)


def right_sides(node: Node) -> Seq | None:
    """Return the points in `(x_1, y_1) = (1, 2), (x_2, y_2) = (3, 4)`, else None."""
    if not isinstance(node, Seq) or node.kind not in ("list", "and", "or") or len(node.items) < 2:
        return None
    points = [item.operands[1] for item in node.items if isinstance(item, Relation) and item.ops == ("=",)]
    named = len(points) == len(node.items) and all(isinstance(p, Seq) and p.kind == "()" for p in points)
    return Seq(tuple(points), "or") if named and assigned(node) else None


def numbered(names: list[str], others: list[str]) -> bool:
    """Whether one side numbers the values of the one unknown of the other: `x_1, x_2` and `x, x`."""
    plain, indexed = (names, others) if len(set(names)) == 1 else (others, names)
    if len(plain) < 2 or len(set(plain)) > 1 or len(set(indexed)) < len(indexed) or "_" in plain[0]:
        return False
    return all(re.fullmatch(rf"{re.escape(plain[0])}_\d", name) for name in indexed)


def is_given_name(name: str) -> bool:
    """Whether a name in normal form says what is given, so that another one is no other name for it.

    Words, extremes, roots, `tan(A)`, and the value of a function at anything but a variable.
    """
    if name.startswith("apply "):
        return not _OF_VARIABLES.fullmatch(name)
    return bool(_GIVEN.search(name)) or name.partition("(")[0] in _NAMED_FUNCTIONS


def chained(node: Node, other: Node) -> Node:
    """Return `x = y = 1` as `x = 1, y = 1` where the other answer names or lists several values, too."""
    if not isinstance(node, Relation) or set(node.ops) != {"="} or not isinstance(other, Relation | Seq):
        return node
    *names, value = node.operands
    if len(names) < 2 or not all(isinstance(name, Sym) for name in names) or symbols(value):
        return node
    several = (
        len(other.operands) > 2 or isinstance(other.operands[0], Seq) if isinstance(other, Relation) else True
    )
    return Seq(tuple(Relation((name, value), ("=",)) for name in names), "list") if several else node


def workings(node: Relation) -> tuple[Node, ...]:
    """Return what stands before the result of a chain that names nothing: 1 + 1 in `1 + 1 = 2`."""
    if set(node.ops) - {"=", "~"} or any(map(_has_names, node.operands)):
        return ()
    return node.operands[:-1]


def reduced(node: Node) -> Node:
    """Return a node without its workings: `1 + 1 = 2` is 2, `22/7 ~ 3.14` is 22/7, `x = y = 3` is x = 3."""
    if not isinstance(node, Relation):
        return node
    if not all(op in ("=", "~") for op in node.ops):
        return _residue(node)
    operands = list(node.operands)
    for at, op in enumerate(node.ops):
        if op == "~" and not is_name(operands[at]):
            operands = operands[: at + 1]
            break
    if len(operands) == 1:
        return operands[0]
    if not is_name(operands[0]) and not any(map(_has_names, operands[min(1, len(operands) - 2) :])):
        return operands[-1]
    named = next((operand for operand in operands[:-1] if is_name(operand)), None)
    if len(operands) > 2 and named is not None:
        operands = [named, operands[-1]]
    return Relation(tuple(operands), ("=",) * (len(operands) - 1))


def _residue(node: Node) -> Node:
    r"""Return `2 \pmod 5` for the congruence of numbers `17 \equiv 2 \pmod 5`; any other node as it is."""
    match node:
        case Relation((Num(value), Quantity(Num(rest), unit)), ("equiv",)) if unit.startswith("mod "):
            modulus = unit.removeprefix("mod ")
            holds = modulus.isdecimal() and len(modulus) < 60 and int(modulus) > 0
            return node.operands[1] if holds and (value - rest) % int(modulus) == 0 else node
        case _:
            return node


def _has_names(node: Node) -> bool:
    return bool(symbols(node)) or any(isinstance(part, Text) for part in walk(node))


def assigned(node: Node) -> Record | None:
    """Return the names and values of an assignment or of a list of them, or None."""
    node = reduced(node)
    if isinstance(node, Relation) and node.ops in (("=",), ("equiv",)):
        return _single(*node.operands)
    match node:
        case Mul((Sym(name), Seq(_, "()") as point)) if name[:1].isupper():
            return ((name, point),)
    if isinstance(node, Seq) and node.kind in ("list", "and", "or") and len(node.items) > 1:
        found: list[tuple[str, Node]] = []
        for item in node.items:
            record = assigned(item) if isinstance(item, Relation | Mul) else None
            if record is None:
                return None
            found += record
        return tuple(found)
    return None


def _single(left: Node, right: Node) -> Record | None:
    if isinstance(right, Matrix) and isinstance(left, Pow) and isinstance(left.base, Sym):
        return ((canonical(left), right),)
    if is_name(left):
        # `y = 2y + 3` gives y no value: it is an equation.
        own = isinstance(left, Sym) and left.name in symbols(right)
        return None if own else ((canonical(left), right),)
    if isinstance(left, Seq) and left.kind == "ratio" and all(map(is_name, left.items)):
        return ((canonical(left), right),)
    if not (isinstance(left, Seq) and isinstance(right, Seq) and left.kind == right.kind == "()"):
        return None
    if len(left.items) != len(right.items) or not all(map(is_name, left.items)):
        return None
    return tuple((canonical(name), value) for name, value in zip(left.items, right.items, strict=True))


def variables(node: Node) -> frozenset[str]:
    """Return the variables that a node's values are written with, names of what is given left out."""
    if isinstance(node, Seq) and node.kind in ("list", "and", "or"):
        return frozenset[str]().union(*map(variables, node.items))
    record = assigned(node)
    return symbols(node) if record is None else frozenset[str]().union(*(symbols(v) for _, v in record))


def labelled_values(matrix: Matrix) -> tuple[Node, ...] | None:
    """Return the values of a column in which letters in alphabetical order and values take turns, or None."""
    cells = [row[0] for row in matrix.rows if len(row) == 1]
    labels, values = cells[::2], tuple(cells[1::2])
    if len(cells) != len(matrix.rows) or len(labels) != len(values) or len(labels) < 2:
        return None
    names = [label.name for label in labels if isinstance(label, Sym) and len(label.name) == 1]
    if len(names) != len(labels) or names != sorted(set(names)) or any(map(_has_names, values)):
        return None
    return values


def grouped(record: Record) -> list[Record]:
    """Split a record where a name comes again: `p=5, q=2, p=7, q=2` is two records."""
    groups: list[list[tuple[str, Node]]] = [[]]
    for name, value in record:
        if any(name == known for known, _ in groups[-1]):
            groups.append([])
        groups[-1].append((name, value))
    return [tuple(group) for group in groups]
