"""What each LaTeX command and function name means: fractions, roots, functions, sums, constants."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING

from evol.verifiers.math import groups, scripts
from evol.verifiers.math.indices import indexed
from evol.verifiers.math.integrals import integrated
from evol.verifiers.math.limits import MathSyntaxError
from evol.verifiers.math.nodes import (
    HALF,
    MINUS_ONE,
    Add,
    Call,
    Const,
    Matrix,
    Mul,
    Node,
    Num,
    Pow,
    Relation,
    Seq,
    Sym,
    Text,
    divide,
    negate,
    rebuild,
    symbols,
)
from evol.verifiers.math.tokens import FUNCTIONS, Token

if TYPE_CHECKING:
    from evol.verifiers.math.grammar import Parser

LETTER_CONSTANTS: dict[str, Node] = {"e": Const("e"), "i": Const("i")}
_CONSTANTS: dict[str, Node] = {"pi": Const("pi"), "infty": Const("infinity"), "imath": Const("i")}
_INVERSES = {
    "sin": "arcsin",
    "cos": "arccos",
    "tan": "arctan",
    "cot": "arccot",
    "sec": "arcsec",
    "csc": "arccsc",
    "sinh": "arcsinh",
    "cosh": "arccosh",
    "tanh": "arctanh",
}
_LISTED = frozenset(("gcd", "lcm", "min", "max"))
_ROUNDINGS = frozenset(("floor", "ceil", "abs"))
_DECORATIONS = frozenset(
    ("overline", "overrightarrow", "hat", "bar", "widehat", "dot", "tilde", "underline", "mathring")
)
_OPERATORS = frozenset(("int", "iint", "oint", "lim", "sup", "bigoplus", "iiint"))
_PREFIXES = frozenset(("angle", "triangle", "square"))


def read(parser: Parser, name: str) -> Node:
    """Read the command at the position and its arguments."""
    reader = _READERS.get(name)
    if reader is not None:
        parser.at += 1
        return parser.nested(lambda: reader(parser))
    if name in _CONSTANTS:
        parser.at += 1
        return _CONSTANTS[name]
    if name in FUNCTIONS:
        parser.at += 1
        return parser.nested(lambda: _function(parser, name))
    if name in _DECORATIONS:
        parser.at += 1
        return parser.nested(lambda: _decorated(parser, name))
    if name in _OPERATORS:
        parser.at += 1
        return parser.nested(lambda: _operator(parser, name))
    if name in _PREFIXES:
        parser.at += 1
        return Sym(f"{name} {''.join(_letters(parser))}")
    if name in ("end", "item", "pmod"):
        raise MathSyntaxError(f"Unexpected \\{name}.")
    parser.at += 1
    return Sym(f"\\{name}")


def argument(parser: Parser) -> Node:
    """Read one argument of a command: a group, or a single digit, letter or command."""
    token = parser.token
    if token.kind == "num" and len(token.text) > 1 and token.text.isdigit():
        parser.tokens[parser.at] = Token("num", token.text[1:], False)
        return Num(Fraction(int(token.text[0])))
    if parser.is_op("{"):
        return parser.atom()
    if parser.is_op("-"):
        return parser.unary()
    return parser.atom()


def _letters(parser: Parser) -> list[str]:
    letters = []
    while parser.token.kind in ("sym", "word") and not parser.token.worded:
        letters.append(parser.token.text)
        parser.at += 1
    return letters


def _fraction(parser: Parser) -> Node:
    if parser.is_op("("):
        pair = parser.atom()
        if isinstance(pair, Seq) and len(pair.items) == 2:
            return divide(*pair.items)
        raise MathSyntaxError("A fraction lacks a part.")
    top = argument(parser)
    if top == Sym("d") and not parser.is_op("/"):
        bottom = argument(parser)
        return _derivative(parser, bottom) or divide(top, bottom)
    if parser.accept("/"):
        return divide(top, parser.power())
    if parser.token.kind == "num" and len(parser.token.text) > 1 and parser.token.text.isdigit():
        raise MathSyntaxError("Where the bottom of a fraction ends cannot be told.")
    return divide(top, argument(parser))


def _derivative(parser: Parser, bottom: Node) -> Node | None:
    r"""Read what `\frac{d}{dx}` is applied to, as an opaque call like a limit."""
    match bottom:
        case Mul((Sym("d"), Sym(name))) if parser.starts_factor(parser.token):
            return Call(f"lim d/d{name}", (parser.binary(3),))
        case _:
            return None


def _root(parser: Parser) -> Node:
    degree: Node | None = None
    if parser.accept("["):
        degree = parser.items(closers=frozenset("]"))
        parser.expect("]")
    radicand = scripts.postfix(parser, parser.atom())
    if degree is None or degree == Num(Fraction(2)):
        return Pow(radicand, HALF)
    return Call("root", (radicand, degree))


def _cube_root(parser: Parser) -> Node:
    return Call("root", (parser.atom(), Num(Fraction(3))))


def _binomial(parser: Parser) -> Node:
    if parser.is_op("("):
        pair = parser.atom()
        if isinstance(pair, Seq) and len(pair.items) == 2:
            return Call("binomial", pair.items)
        raise MathSyntaxError("A binomial lacks a part.")
    return Call("binomial", (argument(parser), argument(parser)))


def _function(parser: Parser, name: str) -> Node:
    """Read `\\sin^2 x`, `\\log_2 8`, `\\max(a, b)`: exponent and base before the argument."""
    base: Node | None = None
    exponent: Node | None = None
    while parser.is_op("^", "_"):
        if parser.accept("_"):
            base = argument(parser) if parser.token.kind != "num" else parser.atom()
        elif parser.accept("^"):
            exponent = scripts.exponent(parser)
    if name in _LISTED or name in _ROUNDINGS:
        listed = _listed(parser, name)
        return Pow(listed, exponent) if exponent else listed
    if name in ("log", "ln", "lg") and exponent and not parser.starts_factor(parser.token):
        return _logarithm(name, base, exponent)
    inner = _applied(parser)
    if name == "det" and isinstance(inner, Matrix):
        return groups.determinant(list(inner.rows))
    if exponent == MINUS_ONE and name in _INVERSES:
        return Call(_INVERSES[name], (inner,))
    if name in ("log", "lg", "ln"):
        call: Node = _logarithm(name, base, inner)
    elif name == "cis":
        call = Add((Call("cos", (inner,)), Mul((LETTER_CONSTANTS["i"], Call("sin", (inner,))))))
    elif name == "exp":
        call = Pow(Const("e"), inner)
    else:
        call = Call(name, (inner,))
    return Pow(call, exponent) if exponent else call


def _listed(parser: Parser, name: str) -> Node:
    """Read the bracketed arguments of `\\gcd`, `\\max`, `floor`; `\\max f` before `=` is a name."""
    if name in _LISTED and parser.is_op("=", ":"):
        return Text(name)
    if not parser.is_op("(", "{", "\\{", "|"):
        if name in ("max", "min"):
            return _extreme(parser, name)
        raise MathSyntaxError(f"\\{name} lacks its arguments.")
    inner = parser.atom()
    if isinstance(inner, Seq) and inner.kind in ("(]", "[)"):
        raise MathSyntaxError(f"The brackets of \\{name} do not match.")
    return Call(name, inner.items if isinstance(inner, Seq) else (inner,))


def _extreme(parser: Parser, name: str) -> Node:
    r"""Read `\max f` before an equals sign as a name."""
    words = [name]
    while not parser.is_op("="):
        if parser.token.kind == "end":
            raise MathSyntaxError(f"\\{name} lacks its arguments.")
        words.append(parser.token.text)
        parser.at += 1
    return Text(" ".join(words))


def _logarithm(name: str, base: Node | None, inner: Node) -> Node:
    if base is not None:
        return Call("log", (inner, base))
    if name == "lg":
        return Call("log", (inner, Num(Fraction(10))))
    return Call("ln" if name == "ln" else "log", (inner,))


def _applied(parser: Parser) -> Node:
    """Read a function's argument: a bracketed group alone, or factors up to the next function."""
    if parser.is_op("(", "[", "{"):
        return scripts.postfix(parser, parser.atom())
    if parser.is_op("-"):
        return parser.unary()
    factors = [parser.power()]
    while True:
        token = parser.token
        functional = token.kind == "cmd" and token.text in FUNCTIONS and token.text not in ("frac", "sqrt")
        bracket = token.kind == "op" and token.text != "{"
        if functional or bracket or not parser.starts_factor(token) or _leaves_argument(factors[-1], token):
            break
        factors.append(parser.power())
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _leaves_argument(last: Node, token: Token) -> bool:
    r"""Whether a root behind a variable is a factor of its own: `\cos\theta\sqrt2`, not `\cos 2\sqrt x`."""
    if token.kind != "cmd" or not isinstance(last, Sym):
        return False
    return token.text == "sqrt" or (token.text == "frac" and last.name.startswith("\\"))


def _decorated(parser: Parser, name: str) -> Node:
    """Read a decorated letter or run of letters as a name; a number is only underlined."""
    if name == "underline" and (parser.token.kind == "num" or parser.tokens[parser.at + 1].kind == "num"):
        return argument(parser)
    inner = argument(parser)
    if name in ("overline", "bar") and isinstance(inner, Add) and not symbols(inner):
        return _conjugate(inner)
    return Sym(f"{name} {_flat(inner)}")


def _conjugate(node: Node) -> Node:
    """Return the conjugate of a complex number in digits."""
    return negate(node) if node == LETTER_CONSTANTS["i"] else rebuild(node, _conjugate)


def _flat(node: Node) -> str:
    if isinstance(node, Sym):
        return node.name
    if isinstance(node, Mul):
        return "".join(map(_flat, node.factors))
    if isinstance(node, Const):
        return node.name
    if isinstance(node, Num):
        return str(node.value)
    raise MathSyntaxError("A decoration stands over an expression.")


def bounds(parser: Parser) -> tuple[str, Node | None, Node | None, Node | None]:
    """Read `_{k=1}^{n}` as (raw text, index, low, high)."""
    raw, index, low, high = "", None, None, None
    while parser.is_op("_", "^"):
        if parser.accept("^"):
            high = scripts.exponent(parser)
        elif parser.accept("_"):
            start = parser.at
            below = parser.atom()
            raw = "".join(t.text for t in parser.tokens[start : parser.at])
            if isinstance(below, Relation) and below.ops == ("=",):
                index, low = below.operands
            else:
                low = below
    return raw, index, low, high


def indexed_union(parser: Parser) -> Node:
    r"""Read `\bigcup_{k=-\infty}^{\infty} S_k`, or over k in the integers, as `S_k, k \in \mathbb{Z}`."""
    parser.at += 1
    _, index, low, _ = bounds(parser)
    if index is None and isinstance(low, Relation) and low.ops == ("in",):
        index = low.operands[0]
    if index is None:
        raise MathSyntaxError("A union lacks its parts.")
    return Seq((parser.binary(1), Relation((index, Sym("set Z")), ("in",))), "list")


def _reduction(name: str) -> Callable[[Parser], Node]:
    def read_reduction(parser: Parser) -> Node:
        raw, index, low, high = bounds(parser)
        body = parser.binary(4)
        if index == LETTER_CONSTANTS["i"]:
            index, body = Sym("i"), _with_index(body)
        if index is None or low is None or high is None:
            return Call(f"{name} over {raw}", (body,))
        named = indexed(body, index.name) if isinstance(index, Sym) else None
        if named is not None:
            return Call(f"{name} over indices", (low, high, named))
        return Call(name, (index, low, high, body))

    return read_reduction


def _with_index(node: Node) -> Node:
    """Return the body of a sum over i with i as its index."""
    return Sym("i") if node == LETTER_CONSTANTS["i"] else rebuild(node, _with_index)


def _operator(parser: Parser, name: str) -> Node:
    """Read an integral or a limit as an opaque call of its bounds and body; a polynomial is integrated."""
    raw, _, low, high = bounds(parser)
    ends = tuple(bound for bound in (low, high) if bound is not None)
    body = parser.binary(4)
    if name == "int" and low is not None and high is not None:
        value = integrated(low, high, body)
        if value is not None:
            return value
    return Call(f"{name} {'' if name == 'int' else raw}", (*ends, body))


def _double_struck(parser: Parser) -> Node:
    """Read `\\mathbb{R}`, `\\mathbb{N}^*`, `\\mathbb{Z}^+`, the last two being one set."""
    name = f"set {_flat(argument(parser))}"
    for mark in (
        ["^", "{", "*", "}"],
        ["^", "*"],
        ["^", "{", "+", "}"],
        ["^", "+"],
        ["_", "+"],
        ["_", "{", "+", "}"],
    ):
        if [token.text for token in parser.tokens[parser.at : parser.at + len(mark)]] == mark:
            parser.at += len(mark)
            return Sym(
                "set N+"
                if name in ("set N", "set Z") and ("+" in mark or name == "set N")
                else f"{name}{mark[-1]}"
            )
    return Sym(name)


_READERS: dict[str, Callable[[Parser], Node]] = {
    "frac": _fraction,
    "sqrt": _root,
    "cbrt": _cube_root,
    "binom": _binomial,
    "sum": _reduction("sum"),
    "prod": _reduction("prod"),
    "mathbb": _double_struck,
    "boxed": lambda parser: parser.atom(),
    "fbox": lambda parser: parser.atom(),
    "begin": groups.environment,
    "emptyset": lambda parser: Seq((), "set"),
}
