"""One text for each tree: sums and products sorted, literals as fractions.

It is the normal form that a verdict shows, and the name under which the evaluator treats a part
that it cannot compute, so that `\\sum F_k F_{n-k}` and `\\sum F_{n-k} F_k` are the same part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

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
    children,
)

_SHORT = 600


def canonical(node: Node) -> str:
    """Return the node's normal form as text."""
    return _form(node)[0]


def _form(node: Node) -> tuple[str, Fraction | None]:
    """Return a node's text, and its value where it is a short computation with literals."""
    match node:
        case Num(value):
            return str(value), value
        case Sym(name) | Const(name):
            return name, None
        case Add(terms):
            return _combined(_flat(terms, Add), Fraction.__add__, " + ", "({})")
        case Mul(factors):
            return _combined(_flat(factors, Mul), Fraction.__mul__, "*", "{}")
        case Pow(base, exponent):
            return _power(_form(base), _form(exponent))
        case Call(name, args):
            return f"{name}({', '.join(map(canonical, args))})", None
        case PlusMinus(operand, sign):
            return f"{'±' if sign > 0 else '∓'}({canonical(operand)})", None
        case Quantity(value, unit):
            return f"{canonical(value)} [{unit}]", None
        case Based(digits, base):
            return f"{digits}_{base}", None
        case Text(words):
            return f'"{words}"', None
        case _:
            return _container(node), None


def _flat(items: tuple[Node, ...], kind: type[Add] | type[Mul]) -> Iterator[tuple[str, Fraction | None]]:
    """Yield the forms of the terms of nested sums, or the factors of nested products."""
    for item in items:
        if isinstance(item, kind):
            yield from _flat(item.terms if isinstance(item, Add) else children(item), kind)
        else:
            yield _form(item)


def _combined(
    parts: Iterator[tuple[str, Fraction | None]],
    combine: Callable[[Fraction, Fraction], Fraction],
    joint: str,
    shape: str,
) -> tuple[str, Fraction | None]:
    """Return literals folded into one, the rest in order beside it."""
    number: Fraction | None = None
    texts: list[str] = []
    for text, value in parts:
        if value is None or (number is not None and _long(number)):
            texts.append(text)
        else:
            number = value if number is None else combine(number, value)
    if number is not None and not texts:
        return str(number), number
    neutral = number is None or number == (0 if joint == " + " else 1)
    texts = sorted(texts if neutral else [str(number), *texts])
    return (texts[0] if len(texts) == 1 else shape.format(joint.join(texts))), None


def _long(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() > _SHORT


def _power(
    base: tuple[str, Fraction | None], exponent: tuple[str, Fraction | None]
) -> tuple[str, Fraction | None]:
    number, n = base[1], exponent[1]
    if number is not None and n is not None and n.denominator == 1 and (number or n > 0):
        size = (number.numerator.bit_length() + number.denominator.bit_length()) * abs(n)
        if size <= _SHORT:
            value = number ** int(n)
            return str(value), value
    return f"({base[0]})^({exponent[0]})", None


def _container(node: Node) -> str:
    match node:
        case Seq(items, kind):
            inner = (":" if kind == "ratio" else ", ").join(map(canonical, items))
            opening, closing = (
                ("{", "}")
                if kind in ("set", "brace")
                else (kind[0], kind[-1])
                if kind[0] in "(["
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
