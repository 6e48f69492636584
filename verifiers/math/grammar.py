"""Tokens to a syntax tree: recursive descent with precedence climbing, depth capped, no guessing.

From loosest to tightest: separators of a list, relations, set operations, ratios, sums, products (also
implicit, also with a unit), signs, powers, postfix marks. What cannot be read raises MathSyntaxError.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from evol.verifiers.math import commands, groups, quantities, scripts
from evol.verifiers.math.limits import MAX_DEPTH, MAX_ITEMS, MathSyntaxError, TooLarge
from evol.verifiers.math.nodes import (
    MINUS_ONE,
    Add,
    Based,
    Call,
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
    negate,
)
from evol.verifiers.math.series import filled
from evol.verifiers.math.tokens import Token, tokenize
from evol.verifiers.math.units import LETTER_UNITS

_ORDERS = frozenset(("<", ">", "<=", ">="))
RELATIONS = frozenset(("=", "<", ">", "<=", ">=", "!=", "~", "in", "equiv", "to"))
_SETS = {"cup": "union", "cap": "intersection", "setminus": "difference"}
_PRECEDENCE = {
    "cup": 1, "cap": 1, "setminus": 1, ":": 2, "+": 3, "-": 3, "pm": 3, "mp": 3, "*": 4, "/": 4, "mod": 4,
}  # fmt: skip
_FINITE = ("cup", "set", "set")
_SEPARATORS = frozenset((",", ";", "and", "or", "&"))
_UNIVERSAL = frozenset(("all", "any", "every", "each"))
_FILLERS = frozenset(
    ("only", "approximately", "about", "exactly", "roughly", "answer", "actually", "simply", "precisely")
)
_DOTS = ("dots", "...", "…", "⋯")
FUNCTION_LETTERS = frozenset("fgFG")


def parse(text: str, *, commas: bool = True) -> Node:
    """Return the syntax tree of a bare answer.

    Raises MathSyntaxError for what is not notation read here and TooLarge beyond the caps.
    """
    parser = Parser(tokenize(text, commas=commas))
    node = parser.items()
    parser.expect_end()
    return filled(node) if any(mark in text for mark in _DOTS) else node


class Parser:
    """A position in a list of tokens; each method reads one level of the grammar."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.bars = 0

    @property
    def token(self) -> Token:
        """The token at the position."""
        return self.tokens[self.at]

    def is_op(self, *texts: str) -> bool:
        """Whether the token is one of these operators."""
        token = self.tokens[self.at]
        return token.kind == "op" and token.text in texts

    def accept(self, *texts: str) -> bool:
        """Step over the token where it is one of these operators."""
        if self.is_op(*texts):
            self.at += 1
            return True
        return False

    def expect(self, *texts: str) -> None:
        """Step over one of these operators; the end of a truncated answer closes a brace."""
        if not self.accept(*texts) and not (self.token.kind == "end" and texts[0] in ("}", "\\}")):
            raise MathSyntaxError(f"Expected {' or '.join(texts)} before {self.token.text!r}.")

    def expect_end(self) -> None:
        """Raise unless all was read, but for closing full stops, a power cut off and a brace too many."""
        while self.accept(".", "^", ",", ";", "}"):
            pass
        if self.token.kind != "end":
            raise MathSyntaxError(f"Unexpected {self.token.text!r}.")

    def nested(self, read: Callable[[], Node]) -> Node:
        """Read one level deeper, within the cap."""
        if self.depth >= MAX_DEPTH:
            raise TooLarge("The answer is nested deeper than the cap.")
        self.depth += 1
        node = read()
        self.depth -= 1
        return node

    # Lists

    def items(self, kind: str = "list", closers: frozenset[str] = frozenset()) -> Node:
        """Read items up to a closing bracket or the end; one item stands for itself."""
        found: list[Node] = []
        joints: set[str] = set()
        while True:
            joints |= self.separators()
            if self.token.kind == "end" or self.is_op(*closers) or (found and not joints):
                break
            if found and self.clause_ahead():
                self.clause()
                continue
            found.append(self.relation())
            if quantities.domain_ahead(self):
                joints.add(",")
                self.at += 1
                continue
            self.clause()
            if self.is_op("cup"):
                joints.add("or")
                self.at += 1
            elif not self.is_op(*_SEPARATORS):
                break
            if len(found) > MAX_ITEMS:
                raise TooLarge("The answer lists more items than the cap.")
        if len(found) == 1 and kind != "set":
            return found[0]
        if not found and kind != "set":
            raise MathSyntaxError("Nothing to read.")
        if kind == "list":
            kind = "or" if "or" in joints else "and" if "and" in joints else "list"
        return Seq(tuple(found), kind)

    def separators(self) -> set[str]:
        """Step over separators and return them."""
        found: set[str] = set()
        while self.is_op(*_SEPARATORS):
            found.add(self.token.text)
            self.at += 1
        return found

    def clause_ahead(self) -> bool:
        """Whether `for all x` stands here, or a word before the domain of a parameter, stepped over."""
        if quantities.domain_ahead(self):
            self.at += 1
            return False
        return self.token.text == "forall" or (
            self.token.kind == "word" and self.token.text.lower() in quantities.CLAUSES
        )

    def clause(self) -> None:
        """Drop `for all ...`, which restricts nothing; any other condition is beyond this grammar."""
        token = self.token
        if token.kind == "cmd" and token.text == "forall":
            self.skip_clause()
        if token.kind != "word" or token.text.lower() not in quantities.CLAUSES:
            return
        after = self.tokens[self.at + 1]
        if token.text.lower() != "for" or after.text.lower() not in _UNIVERSAL:
            raise MathSyntaxError("A condition stands beside the answer.")
        self.skip_clause()

    def skip_clause(self) -> None:
        """Step over `for all x, y`: to the end, or to the separator before another equation."""
        separator = None
        while self.token.kind != "end" and not (separator and self.is_op("=")):
            separator = self.at if self.is_op(*_SEPARATORS) else separator
            self.at += 1
        if self.token.kind != "end" and separator:
            self.at = separator

    # Relations and operators

    def relation(self) -> Node:
        """Read `a < b <= c`, `\\ge 3` about what is asked for, or a single expression."""
        self.accept("~")
        first: Node = Sym("\\square") if self.is_op(*_ORDERS) else self.binary(1)
        if self.accept("choose"):
            first = Call("binomial", (first, self.binary(1)))
        operands, ops = [first], list[str]()
        while self.token.kind == "op" and self.token.text in RELATIONS:
            op = self.token.text
            if op == "in" and self.tokens[self.at + 1].text in ("", "^"):
                self.at += 1
                return Quantity(
                    operands[-1], "in" + (quantities.unit_power(self) if self.accept("^") else "")
                )
            self.at += 1
            ops.append(op)
            operands.append(self.binary(1 if op in ("in", "=") else 2))
        if not ops:
            return operands[0]
        if isinstance(first, Relation):
            operands, ops = [*first.operands, *operands[1:]], [*first.ops, *ops]
        return Relation(tuple(operands), tuple(ops))

    def binary(self, floor: int) -> Node:
        """Read operators that bind at least as tightly as `floor`."""
        start = self.at
        left = self.unary()
        while True:
            token = self.tokens[self.at]
            if token.kind == "op" and token.text in _PRECEDENCE:
                level = _PRECEDENCE[token.text]
                if token.text == ":" and self.depth:
                    level = 4  # In brackets a colon divides: 1/a : (b + c) - 1.
                if level < floor or (token.text == ":" and self.bars):
                    return left
                self.at += 1
                labels = token.text == ":" and isinstance(left, Text)
                right = self.binary(2 if labels else level + 1)
                if token.text == ":" and self.is_op(":") and not isinstance(left, Text):
                    left = quantities.ratio(self, (left, right))
                else:
                    left = self.combine(token.text, left, right)
            elif floor <= 4 and self.starts_factor(token):
                left = quantities.juxtapose(self, left, start)
            elif floor <= 4 and quantities.starts_unit(self, token):
                left = Quantity(left, quantities.unit(self))
            elif floor <= 4 and isinstance(left, Quantity) and token.kind == "num":
                left = quantities.with_smaller_unit(self, left)
            elif token.kind == "cmd" and token.text == "pmod":
                left = quantities.modulus(self, left)
            else:
                return left

    def combine(self, op: str, left: Node, right: Node) -> Node:
        """Return the node of one binary operator; `name: value` is an assignment."""
        if op == ":" and isinstance(left, Text):
            return Relation((left, right), ("=",))
        if op in ("*", "/", ":"):
            factor = right if op == "*" else Pow(right, MINUS_ONE)
            return Mul((*left.factors, factor) if isinstance(left, Mul) else (left, factor))
        if op in _SETS:
            if isinstance(left, Seq) and isinstance(right, Seq) and (op, left.kind, right.kind) == _FINITE:
                return Seq((*left.items, *right.items), "set")
            return SetOp(_SETS[op], left, right)
        if op == "mod":
            return Call("mod", (left, right))
        if op in ("pm", "mp"):
            term: Node = PlusMinus(right, 1 if op == "pm" else -1)
        else:
            term = right if op == "+" else negate(right)
        return Add((*left.terms, term) if isinstance(left, Add) else (left, term))

    def unary(self) -> Node:
        """Read signs before a power."""
        if self.accept("-"):
            return negate(self.nested(self.unary))
        if self.accept("+"):
            return self.nested(self.unary)
        if self.is_op("pm", "mp"):
            sign = 1 if self.accept("pm") else -1
            self.accept("mp")
            return PlusMinus(self.nested(self.unary), sign)
        return self.power()

    def starts_factor(self, token: Token) -> bool:
        """Whether a token after a complete factor begins another one."""
        if token.kind == "sym":
            return not (token.worded and token.text in LETTER_UNITS)
        if token.kind == "cmd":
            follows = self.tokens[self.at + 1]
            if token.text in ("end", "pmod"):
                return False
            if quantities.seconds_ahead(self, token):
                return False
            return token.text not in quantities.UNIT_COMMANDS or follows.text in ("(", "_", "\\{", "{")
        if token.kind == "op":
            if token.text == "|":
                return not self.bars
            return token.text in ("(", "[", "{", "lfloor", "lceil")
        return token.kind == "num" and quantities.mixed_ahead(self)

    # Powers and what follows a factor

    def power(self) -> Node:
        """Read a factor with its postfix marks and its exponent."""
        base = scripts.postfix(self, self.atom())
        while self.is_op("^"):
            self.at += 1
            base = scripts.raised(self, base)
            if isinstance(base, Pow) and isinstance(base.base, Sym) and self.is_op("_"):
                self.at += 1
                base = Pow(Sym(f"{base.base.name}_{scripts.subscript(self)}"), base.exponent)
            base = scripts.postfix(self, base)
        return base

    # Atoms

    def atom(self) -> Node:
        """Read a number, a name, a command, words or a bracketed group."""
        token = self.token
        if token.kind == "num":
            self.at += 1
            return quantities.number(token.text)
        if token.kind == "based":
            self.at += 1
            digits, _, base = token.text.partition("_")
            return Based(digits, int(base.strip("{}")))
        if token.kind == "repeating":
            self.at += 1
            return quantities.repeating(token.text)
        if token.kind == "sym":
            return self.symbol(token)
        if token.kind == "cmd":
            return commands.read(self, token.text)
        if token.kind == "word":
            return self.words()
        if self.is_op("cup"):
            return self.nested(lambda: commands.indexed_union(self))
        if token.kind == "op" and token.text in groups.READERS:
            return self.nested(lambda: groups.READERS[token.text](self))
        raise MathSyntaxError(f"Unexpected {token.text or 'end'!r}.")

    def symbol(self, token: Token) -> Node:
        """Read a variable, a constant or the application of an unknown function."""
        self.at += 1
        if self.is_op("_"):
            return Sym(token.text)
        if self.token.kind == "num" and self.is_index(token):
            self.at += 1
            return Sym(f"{token.text}_{self.tokens[self.at - 1].text}")
        if self.defines_function():
            return Call(f"apply {token.text}", self.arguments())
        primes = self.inverse_mark() if token.text in FUNCTION_LETTERS else ""
        while self.token.text == "'" and token.text in FUNCTION_LETTERS:
            self.at += 1
            primes += "'"
        if token.text in FUNCTION_LETTERS and self.is_op("(") and not self.token.spaced:
            return Call(f"apply {token.text}{primes}", self.arguments())
        if token.text in commands.LETTER_CONSTANTS and not primes:
            return commands.LETTER_CONSTANTS[token.text]
        return Sym(token.text + primes)

    def is_index(self, name: Token) -> bool:
        """Whether the digits that touch a letter are its index; `n2^{n-1}` is a product."""
        if not self.token.text.isdigit() or self.token.spaced or name.worded:
            return False
        return name.text not in quantities.COUNTING or self.tokens[self.at + 1].text != "^"

    def arguments(self) -> tuple[Node, ...]:
        """Read the bracketed arguments of an unknown function."""
        argument = self.atom()
        if isinstance(argument, Seq) and argument.kind in ("(]", "[)"):
            raise MathSyntaxError("The brackets around the arguments do not match.")
        return argument.items if isinstance(argument, Seq) else (argument,)

    def defines_function(self) -> bool:
        """Whether `x(t) =` stands here at the head of an item, the name read already."""
        before = self.tokens[self.at - 2] if self.at > 1 else None
        if before is not None and not (before.kind == "op" and before.text in _SEPARATORS):
            return False
        texts = [token.text for token in self.tokens[self.at : self.at + 4]]
        letter = len(texts) == 4 and self.tokens[self.at + 1].kind == "sym"
        return letter and texts[0] == "(" and texts[2:] == [")", "="]

    def inverse_mark(self) -> str:
        """Read the `^{-1}` of an inverse function before its argument."""
        for mark in (["^", "{", "-", "1", "}"], ["^", "-", "1"]):
            end = self.at + len(mark)
            texts = [token.text for token in self.tokens[self.at : end + 1]]
            if texts == [*mark, "("]:
                self.at = end
                return "^{-1}"
        return ""

    def words(self) -> Node:
        """Read a run of words as text; `only x = 0` and `about 5` say no more than what follows."""
        if self.token.text.lower() in _FILLERS and self.tokens[self.at + 1].kind not in ("word", "end"):
            self.at += 1
            return self.power()
        if self.token.text.lower() in quantities.NUMBER_WORDS:
            self.at += 1
            return Num(Fraction(quantities.NUMBER_WORDS[self.tokens[self.at - 1].text.lower()]))
        found: list[str] = []
        while self.token.kind == "word" or (self.token.kind == "sym" and self.token.worded and found):
            found.append(self.token.text.lower())
            self.at += 1
        return Text(" ".join(found))
