"""One text for each tree: sums and products sorted, literals as fractions.

It is the normal form that a verdict shows, and the name under which the evaluator treats a part
that it cannot compute, so that `\\sum F_k F_{n-k}` and `\\sum F_{n-k} F_k` are the same part.
"""

from __future__ import annotations

from fractions import Fraction

from evol.verifiers.math.exact import rational
from evol.verifiers.math.limits import MathError, Steps
from evol.verifiers.math.nodes import (
    Add,
    Based,
    Builder,
    Call,
    Const,
    Matrix,
    Mul,
    Node,
    Num,
    PlusMinus,
    Pow,
    Quantity,
    Relation,
    Seq,
    SetOp,
    Sym,
    Text,
)

_FOLDING = 64


def canonical(node: Node) -> str:
    """Return the node's normal form as text."""
    match node:
        case Num(number):
            return str(number)
        case Sym(name) | Const(name):
            return name
        case Add(_) | Mul(_) | Pow(_) if (value := _folded(node)) is not None:
            return str(value)
        case Add(_):
            return "(" + " + ".join(sorted(_flat(node, Add))) + ")"
        case Mul(_):
            return "*".join(sorted(_flat(node, Mul)))
        case Pow(base, exponent):
            return f"({canonical(base)})^({canonical(exponent)})"
        case Call(name, args):
            return f"{name}({', '.join(map(canonical, args))})"
        case PlusMinus(operand, sign):
            return f"{'±' if sign > 0 else '∓'}({canonical(operand)})"
        case Quantity(value, unit):
            return f"{canonical(value)} [{unit}]"
        case Based(digits, base):
            return f"{digits}_{base}"
        case Text(words):
            return f'"{words}"'
        case _:
            return _container(node)


def _folded(node: Node) -> Fraction | None:
    """Return the value of an expression of literals where it is short."""
    try:
        value = rational(node, steps=Steps(_FOLDING))
    except MathError:
        return None
    return value if max(value.numerator.bit_length(), value.denominator.bit_length()) < 1_000 else None


def _flat(node: Node, kind: type[Add] | type[Mul]) -> list[str]:
    if not isinstance(node, kind):
        return [canonical(node)]
    items = node.terms if isinstance(node, Add) else node.factors if isinstance(node, Mul) else ()
    return [part for item in items for part in _flat(item, kind)]


def _container(node: Node) -> str:
    match node:
        case Seq(items, kind):
            inner = ", ".join(map(canonical, items))
            opening, closing = (
                ("{", "}")
                if kind in ("set", "brace")
                else (kind[0], kind[-1])
                if len(kind) == 2
                else ("", "")
            )
            return f"{opening}{inner}{closing}"
        case Relation(operands, ops):
            parts = [canonical(operands[0])]
            for op, operand in zip(ops, operands[1:], strict=True):
                parts += [op, canonical(operand)]
            return " ".join(parts)
        case SetOp(op, left, right):
            return f"({canonical(left)} {op} {canonical(right)})"
        case Builder(element, condition):
            return f"{{{canonical(element)} | {canonical(condition)}}}"
        case Matrix(rows, _):
            return "[" + "; ".join(", ".join(map(canonical, row)) for row in rows) + "]"
        case _:
            return repr(node)
