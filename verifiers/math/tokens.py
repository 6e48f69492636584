"""Text to tokens: one pass, one spelling for each operator, LaTeX layout dropped.

Inside `\\text{...}` letters form words; outside, a run of letters is a function, a known word, a
word of four letters or more, or a product of single-letter variables.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from evol.verifiers.math.braces import braced
from evol.verifiers.math.limits import MAX_ANSWER_CHARS, MAX_TOKENS, MathSyntaxError, TooLarge
from evol.verifiers.math.notation import one_spelling
from evol.verifiers.math.unicode import plain
from evol.verifiers.math.units import SHORT_UNITS, is_unit_word, names


class Token(NamedTuple):
    """A token: `kind` is num, sym, word, cmd, op or end; `spaced` tells of white space before it;
    `worded` tells that it stood inside `\\text{}`.
    """

    kind: str
    text: str
    spaced: bool
    worded: bool = False


FUNCTIONS = names(
    "sin cos tan cot sec csc arcsin arccos arctan arccot arcsec arccsc sinh cosh tanh coth ln log lg exp "
    "arcsinh arccosh arctanh cis sqrt cbrt gcd lcm min max floor ceil abs det deg mod binom frac"
)
CONSTANT_WORDS = {"pi": "pi", "infinity": "infty", "inf": "infty", "oo": "infty"}
GREEK_WORDS = names("alpha beta gamma delta epsilon theta lambda sigma omega phi psi rho tau mu eta zeta")
_SHORT_WORDS = names(
    "the for all any not yes odd one two six ten red are was has its but who how no of is per"
)
_RUN_PREFIX = re.compile(r"(sin|cos|tan|cot|sec|csc|ln|log|sqrt|pi)([a-z]{1,2})")

_OPS = {
    "cdot": "*", "times": "*", "ast": "*", "cdotp": "*", "div": "/", "le": "<=", "leq": "<=", "leqslant":
    "<=", "leqq": "<=", "ge": ">=", "geq": ">=", "geqslant": ">=", "geqq": ">=", "lt": "<", "gt": ">",
    "ne": "!=", "neq": "!=", "approx": "~", "simeq": "~", "sim": "~", "thickapprox": "~", "in": "in",
    "cup": "cup", "bigcup": "cup", "cupdot": "cup", "sqcup": "cup", "cap": "cap", "bigcap": "cap",
    "setminus": "setminus", "backslash": "setminus", "pm": "pm", "mp": "mp", "to": "to", "rightarrow":
    "to", "Rightarrow": "to", "implies": "to", "iff": "to", "mapsto": "to", "lbrace": "\\{", "rbrace":
    "\\}", "langle": "(", "rangle": ")", "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lbrack":
    "[", "rbrack": "]", "lfloor": "lfloor", "rfloor": "rfloor", "lceil": "lceil", "rceil": "rceil",
    "colon": ":", "land": "and", "wedge": "and", "lor": "or", "vee": "or", "prime": "'", "equiv": "equiv",
    "choose": "choose", "bmod": "mod", "mod": "mod", "lparen": "(", "rparen": ")", "cong": "equiv",
}  # fmt: skip
_ALIASES = {
    "dfrac": "frac", "tfrac": "frac", "cfrac": "frac", "nicefrac": "frac", "sfrac": "frac",
    "dbinom": "binom", "tbinom": "binom",
    "varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "degree": "circ", "lg": "lg", "tg": "tan",
    "ctg": "cot", "arctg": "arctan", "asin": "arcsin", "acos": "arccos", "atan": "arctan", "cosec": "csc",
    "infin": "infty", "uppi": "pi", "dots": "ldots", "cdots": "ldots", "dotsc": "ldots",
    "sh": "sinh", "ch": "cosh", "arsinh": "arcsinh", "arcosh": "arccosh", "artanh": "arctanh",
    "varnothing": "emptyset", "measuredangle": "angle", "vec": "overrightarrow",
}  # fmt: skip
_FENCES = names("left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr middle")
_LAYOUT = names(
    "displaystyle textstyle "
    "scriptstyle limits nolimits quad qquad thinspace medspace thickspace hspace vspace hfill noindent "
    "nonumber notag boldsymbol bm mathit mathbf mathsf mathcal rm bf it ensuremath hline centering "
    "tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge mathopen mathclose "
    "mathstrut strut"
)
_TEXT = names(
    "text mbox textbf textrm textit textsf textnormal mathrm operatorname hbox textup emph textsc texttt"
)

_NUM = r"\d+(?:\.\d+)?|\.\d+"
_SAFE = r"\d{1,3}(?:(?:\{,\}|(?:\\!\s*)?,\s*\\!\s*|\\!\s*,\s*|\\[,;:]|\\ )\d{3})+(?!\d)(?:\.\d+)?"
_SPACED = r"\d{1,3}(?: \d{3})+(?!\d)(?:\.\d+)?"
_COMMA = r"\d{1,3}(?:,\d{3})+(?![\d])(?:\.\d+)?"
_TOKEN = re.compile(
    rf"(?P<ws>\s+|~)|(?P<based>\d[\dA-F]*[A-F][\dA-F]*_\{{?1[1-6]\}}?|[A-F][\dA-F]+_\{{?16\}}?)|(?P<rep>\d*\.\d*\\(?:overline|bar)\s*\{{\d+\}})|(?P<circled>[①-⑳])|(?P<safe>{_SAFE}|{_SPACED})|(?P<comma>{_COMMA})|(?P<sci>(?:{_NUM})[eE][+-]?\d+(?![\d.a-zA-Z]))"
    rf"|(?P<num>{_NUM})|(?P<letters>[^\W\d_]+)|(?P<dots>\.\.\.)|(?P<brk>\\\\(?:\[[^\]]*\])?)|\\(?P<cmd>[a-zA-Z]+)\*?|\\(?P<esc>[{{}}%$|&#])"
    r"|\\(?P<thin>[,;:!> ()\[\]/\-])|(?P<op>\*\*|<=|>=|=<|=>|!=|==|->|&&|[-+*/^_()\[\]{}|,;:=<>!'%&$])"
    r"|(?P<other>.)",
    re.DOTALL,
)
_ASCII_OPS = {"**": "^", "=<": "<=", "=>": "to", "==": "=", "->": "to", "&&": "and"}
_ESCAPED = {"$": "usd", "%": "%", "|": "|", "&": "and"}
_CURRENCY = {"€": "eur", "£": "gbp", "¥": "yen"}


def tokenize(text: str, *, commas: bool = True) -> list[Token]:
    """Return the tokens of an answer, an `end` token last.

    `commas` reads `1,234` outside brackets as one number; without it a comma always separates.
    Raises TooLarge for a text beyond the caps and MathSyntaxError for one that cannot be read.
    """
    if len(text) > MAX_ANSWER_CHARS:
        raise TooLarge("The answer is longer than the cap.")
    lexer = _Lexer(commas)
    lexer.run(one_spelling(plain(text)))
    lexer.tokens.append(Token("end", "", True))
    return lexer.tokens


class _Lexer:
    """The state of one pass: the tokens so far, the bracket depth, whether white space was seen."""

    def __init__(self, commas: bool) -> None:
        self.tokens: list[Token] = []
        self.commas = commas
        self.depth = 0
        self.spaced = False
        self.worded = False

    def run(self, text: str) -> None:
        position, end = 0, len(text)
        currency = text.count("$") - text.count("\\$")
        while position < end:
            match = _TOKEN.match(text, position)
            assert match is not None
            kind = match.lastgroup or "other"
            position = match.end()
            if kind == "cmd" and match["cmd"] in _TEXT:
                position = self._text(text, position)
            elif kind == "comma" and (not self.commas or self.depth):
                position = match.start() + len(match.group().split(",")[0])
                self.add("num", match.group().split(",")[0])
            elif kind == "op" and match["op"] == "$":
                if currency % 2 and text[position : position + 1].isdigit():
                    self.add("op", "usd")
            else:
                self._plain(kind, match)
            if len(self.tokens) > MAX_TOKENS:
                raise TooLarge("The answer has more tokens than the cap.")

    def add(self, kind: str, text: str) -> None:
        self.tokens.append(Token(kind, text, self.spaced, self.worded))
        self.spaced = False

    def _text(self, text: str, position: int) -> int:
        """Read the group after `\\text` in word mode; return where it ends."""
        inner, position = braced(text, position)
        outer, self.worded = self.worded, True
        self.spaced = self.spaced or inner[:1].isspace()
        self.run(inner)
        self.worded = outer
        self.spaced = self.spaced or inner[-1:].isspace()
        return position

    def _plain(self, kind: str, match: re.Match[str]) -> None:
        found = match.group()
        if kind == "op":
            self._operator(found)
        elif kind in ("ws", "thin"):
            self.spaced = True
        elif kind in ("num", "sci", "safe", "comma", "rep"):
            self._number(kind, found)
        elif kind == "letters":
            self._letters(found)
        elif kind == "cmd":
            self._command(match["cmd"])
        elif kind == "esc":
            self._escaped(match["esc"])
        elif kind == "circled":
            self.add("op", "circled")
            self.add("num", str(ord(found) - ord("①") + 1))
        elif kind == "based":
            self.add("based", found)
        elif kind == "dots":
            self.add("cmd", "ldots")
        elif kind == "brk":
            self.add("op", "\\\\")
        else:
            self._character(found)

    def _number(self, kind: str, found: str) -> None:
        if kind == "rep":
            self.add("repeating", re.sub(r"\\[a-z]+\s*\{(\d+)\}", r"|\1", found))
        elif kind in ("safe", "comma"):
            self.add("num", re.sub(r"[^\d.]", "", found))
        else:
            self.add("num", found)

    def _character(self, found: str) -> None:
        if found in _CURRENCY:
            self.add("op", _CURRENCY[found])
        elif found == "¢":
            self.add("word", "cents")
        elif found.isprintable() and found not in '\\"`@#?':
            self.add("sym", found)
        else:
            raise MathSyntaxError(f"A character outside the notation: {found!r}.")

    def _escaped(self, character: str) -> None:
        if character == "#":
            self.spaced = True
        else:
            self.add("op", _ESCAPED.get(character, f"\\{character}"))

    def _operator(self, op: str) -> None:
        if op in "([{":
            self.depth += 1
        elif op in ")]}":
            self.depth -= 1
        self.add("op", _ASCII_OPS.get(op, op))

    def _command(self, name: str) -> None:
        name = _ALIASES.get(name, name)
        if name in _FENCES:
            return
        if name in _LAYOUT:
            self.spaced = True
        elif name in _OPS:
            if name in ("lbrace", "langle", "lbrack", "lparen"):
                self.depth += 1
            self.add("op", _OPS[name])
        else:
            self.add("cmd", name)

    def _letters(self, run: str) -> None:
        lower = run.lower()
        if lower in ("and", "or") or (run == "in" and not self.worded):
            self.add("op", lower)
        elif run in FUNCTIONS:
            self.add("cmd", run)
        elif run in _ALIASES and (len(run) > 2 or self.worded):
            self.add("cmd", _ALIASES[run])
        elif lower in CONSTANT_WORDS:
            self.add("cmd", CONSTANT_WORDS[lower])
        elif len(run) == 1:
            self.add("sym" if run.isascii() or run.islower() or run.isupper() else "word", run)
        elif run in GREEK_WORDS:
            self.add("cmd", run)
        elif not self.worded and (prefixed := _RUN_PREFIX.fullmatch(run)):
            self.add("cmd", prefixed[1])
            self._split(prefixed[2])
        elif (
            self.worded
            or len(run) > 3
            or not run.isascii()
            or is_unit_word(lower)
            or (run in SHORT_UNITS and self._after_amount())
            or lower in _SHORT_WORDS
            or (len(run) == 3 and run.istitle())
        ):
            self.add("word", run)
        else:
            self._split(run)

    def _after_amount(self) -> bool:
        """Whether a unit may stand here: in a product such as `\\sqrt{mg}` two letters are two variables."""
        before = self.tokens[-1] if self.tokens else None
        if before is None or (before.kind in ("sym", "cmd") and before.text not in ("pi", "infty")):
            return False
        return not (before.kind == "op" and before.text in "{([+-*=^_")

    def _split(self, run: str) -> None:
        for letter in run:
            self.add("sym", letter)
