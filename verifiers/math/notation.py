r"""One spelling for notations of one meaning, as text, before the tokenizer: `60\degree` is `60^{\circ}`.

Each rule is tried only where its trigger occurs. A rule rewrites a notation wherever it stands, whatever
the other answer is: what two answers have to do with each other is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from evol.verifiers.math import ornaments
from evol.verifiers.math.braces import braced

_OPEN_CASES = re.compile(
    r"\\left\s*\\\{\s*\\begin\{array\}\s*(?:\{[lcr| ]*\})?(.*?)\\end\{array\}"
    r"\s*(?:\\right\s*\.?)?(?!\s*\\\})",
    re.DOTALL,
)
_DROPPED = re.compile(
    r"\\(?:hspace|vspace|[vh]?phantom|tag|label|color|textcolor|colorbox)\*?(?![a-zA-Z])\s*(?=\{)"
)
_NULL_FENCE = re.compile(r"\\(?:left|right)\s*\.")
_OVER = re.compile(r"\{([^{}]*)\\over(?![a-zA-Z])([^{}]*)\}|^([^{}]*)\\over(?![a-zA-Z])([^{}]*)$")
_PLAIN_MATRIX = re.compile(r"\\([pbvB]?matrix)\s*(?=\{)")
_CIRCLED = re.compile(r"\\textcircled\s*\{\s*(\d{1,2})\s*\}")
_ARC = re.compile(r"arc\s*\\(sin|cos|tan|cot|sec|csc)(?![a-zA-Z])")

_CIRC = r"(?:\^\s*(?:\{\s*\\circ\s*\}|\\circ(?![a-zA-Z])))"
_PRIME = r"(?:'|\^\s*(?:\{\s*\\prime\s*\}|\\prime(?![a-zA-Z])))"
_DEGREE = re.compile(
    r"\^\s*\{\s*\\(?:degree|textdegree|textcirc)\s*\}|(?:\^\s*)?\\(?:degree|textdegree|textcirc)(?![a-zA-Z])"
    r"|(?<=\d)\^\s*(?:\{\s*\\(?:text|mathrm)\s*\{\s*o\s*\}\s*\}|\{\s*(?:\\rm\s+)?o\s*\}|o(?![a-zA-Z]))"
    r"|(?<=\d)\s*\\circ(?![a-zA-Z])"
)
_MINUTES = re.compile(
    rf"(?P<degrees>\d+)\s*{_CIRC}\s*(?P<minutes>[0-5]?\d(?:\.\d+)?)\s*{_PRIME}(?!')"
    rf"(?:\s*(?P<seconds>[0-5]?\d(?:\.\d+)?)\s*(?:{_PRIME}{{2}}|\"|\^\s*\{{\s*\\prime\s*\\prime\s*\}}))?"
)

_DOTTED = re.compile(r"(\d*\.\d*)\\dot\s*\{?(\d)\}?(?:(\d*)\\dot\s*\{?(\d)\}?)?")
_BARE_PERIOD = re.compile(r"(\d*\.\d*)\\overline\s*(\d)(?!\d)")
_BRACKETED_PERIOD = re.compile(r"(?<![\w.)}])(\d+\.\d*)\((\d+)\)(?=\s*(?:$|[,;=\\)]))")
_GROUPS = re.compile(r"(?<![\w.'])\d{1,3}(?:'\d{3})+(?![\d'])|(?<![\w.])\d{1,3}(?:_\d{3})+(?![\d_])")

_BASE_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "sixteen": 16,
}  # fmt: skip
_BASE = rf"(?P<base>\d{{1,2}}|{'|'.join(_BASE_WORDS)})"
_BASE_UNDER = re.compile(
    rf"(?<=[\dA-F])\s*_\s*(?P<group>\{{\s*(?:\\(?:text|mathrm|textrm|rm)\s*\{{?\s*)?\(?\s*(?:base[\s}}]*)?{_BASE}\s*\)?[\s}}]*\}})"
)
_BASE_BEHIND = re.compile(
    rf"(?<=[\dA-F])[\s~]*(?P<group>(?:\\text\s*\{{\s*)?\(?\s*(?:in\s+)?base[\s~-]*{_BASE}\s*\)?\s*\}}?)\s*$"
)
_BRACKETED_DIGITS = re.compile(r"\((\d+)\)(?=_)")
_WORDED_DIGITS = re.compile(r"\\(?:text|mathrm|textrm)\s*\{\s*([\dA-F]+)\s*\}(?=\s*_)")
_PREFIXED = re.compile(r"(?<![\w.])0(?:x([\dA-Fa-f]+)|b([01]+)|o([0-7]+))(?![\w.])")

_CODE = re.compile(
    r"(?:\\(?:text|mathrm)\s*\{\s*|(?<![A-Za-z]))(?P<code>USD|US\$|EUR|GBP|INR|Rs\.?|₹)"
    r"(?:[\s~}]|\\[ ,;])*(?P<amount>\d[\d,]*(?:\.\d+)?)"
)
_CODES = {"USD": "usd", "US$": "usd", "EUR": "eur", "GBP": "gbp"}

_BRACED_MARK = re.compile(r"(?<=\d)\{([,.])\}(?=\d{1,2}(?!\d)|\d{4})")
_CHOSEN = re.compile(r"(?:\{\s*\})?[\^_]\s*(?:\{(\w+)\}|(\w))\s*C\s*_\s*(?:\{(\w+)\}|(\w))")
_ORDERED = re.compile(r"(?:\{\s*\})?[\^_]\s*(?:\{(\d+)\}|(\d))\s*P\s*_\s*(?:\{(\d+)\}|(\d))")
_FROM_ONE_SIDE = re.compile(
    r"(\\lim\s*(?:\\limits\s*)?_\s*\{[^{}]{1,60}?)\^\s*(?:\{\s*([+-])\s*\}|([+-]))\s*\}"
)
_SIDES = {"+": "\\downarrow", "-": "\\uparrow"}
_BRACKETED_MODULUS = re.compile(
    r"(?<=[\w})])(?:\s|\\[ ,;])*(?:\\text\s*\{\s*)?\(\s*(?:\\text\s*\{\s*)?(?:\\?b?mod(?:ulo)?)"
    r"(?![a-zA-Z])\s*\}?((?:\\ )?[^(){}]{1,40})\)\s*\}?"
)
_NUMBER_SET = re.compile(
    r"(?:\\in(?![a-zA-Z])|∈)\s*(?:\\(?:mathbf|mathrm|rm|bf|Bbb|mathcal|text)\s*\{?\s*([ZNRQ])\s*\}?|([ZRQN])(?![a-zA-Z_^]))"
)
_MACRO_SET = re.compile(r"\\([ZNRQC])(?![a-zA-Z])")
_BRACKETED_DOMAIN = re.compile(
    r"(?:\s|\\[,;: ]|\\q?quad|,)*\(\s*((?:[a-z]\s*,\s*)?[a-z]\s*\\in\s*\\mathbb\s*\{?\s*[ZN]\s*\}?"
    r"(?:\^\{?[*+]\}?)?)\s*\)\s*$"
)
_HALF_LINE = re.compile(
    r"\\mathbb\s*\{?\s*R\s*\}?\s*(?:"
    r"(?P<closed>_\s*\{?\s*0\s*\}?\s*\^\s*\{?\s*\+\s*\}?|\^\s*\{?\s*\+\s*\}?\s*_\s*\{?\s*0\s*\}?"
    r"|[_^]\s*\{\s*(?:\\geq?(?:slant)?|≥|>=)\s*0\s*\})"
    r"|(?P<below>[_^]\s*(?:-|\{\s*(?:-|<\s*0)\s*\}))|[_^]\s*(?:\+|\{\s*(?:\+|>\s*0)\s*\}))"
)
_SPACED_BASE = re.compile(r"log\s?_\s?(\d{1,3})\s+(?=\d)")
_DIGIT_BASE = re.compile(r"log\s?_\s?(\d)(\d+)(?=\s*(?:$|[-+=,;)\]}$]))")
_SQUARE = re.compile(r"(?<![A-Za-z])sq\.\s*(?=[a-z])")
_CIS = re.compile(r"\\(?:operatorname|text|mathrm)\s*\{\s*cis\s*\}")
_SHARED_SET = re.compile(
    r"(?:[,;]|\\text\s*\{\s*(?:for|where|with)\s*\}|(?<![a-z])(?:for|where|with)\s)(?:\s|\\[,; ]|\\q?quad)*"
    r"(?P<names>[a-z](?:(?:\s|\\[,; ])*,(?:\s|\\[,; ])*[a-z])+)\s*"
    r"(?P<set>\\in\s*\\mathbb\s*\{?[ZNR]\}?)\s*$"
)
_HTML = re.compile(r"<(sup|sub)>(.*?)</\1>")
_BUILDER_HEAD = re.compile(
    r"(?P<head>(?:[^{}=|]{1,12}=)?\s*)(?P<open>\\{0,2}\{|(?<![^\s]))\s*"
    r"(?P<name>[a-zA-Z])\s*(?:\||\\mid(?![a-zA-Z])|\\vert(?![a-zA-Z]))"
)
_LETTER_FRACTION = re.compile(r"\\([dt]?frac)\s+([a-zA-Z]|\d)\s*([a-zA-Z]|\d)(?![\w{}])")
_CHINESE_AND = re.compile(r"(?<![\u3040-\u9fff])\s*(?:(或者?)|[且和与及])\s*(?![\u3040-\u9fff])")
_BOLD_REALS = re.compile(
    r"^\s*\$?\s*\\math(?:bf|rm)\s*\{?\s*R\s*\}?\s*(?=\\(?:backslash|setminus)|-\s*\\\{|\$?\s*$)"
)
_STRAY_DOT = re.compile(r"(?<=[\w}])(?<!\\right)(?<!\\left)\s*\.(?=\s*(?:\\right\s*)?[\])](?!\S))")
_LETTER_UNION = re.compile(r"(?<=[)\]])\s*U\s*(?=[(\[])")
_UNION = re.compile(r"(\\(?:big)?cup(?![a-zA-Z])|\\cap(?![a-zA-Z]))")
_FENCE = re.compile(r"\\(?:left|right|[Bb]igg?[lr]?)(?![a-zA-Z])\s*")
_TURNED = re.compile(
    r"(?P<head>\s*(?:[a-z]\s*\\in\s*)?)(?P<open>[\[\](])(?P<ends>[^\[\]()]+[,;][^\[\]()]+)(?P<close>[\[\])])\s*"
)


def one_spelling(text: str) -> str:
    """Return an answer with each notation of the rules in the spelling that the tokenizer reads."""
    for triggers, rule in _RULES if "\\" in text else _BARE_RULES:
        for trigger in triggers:
            if trigger in text:
                text = rule(text)
                break
    return text


def _without_dropped(text: str) -> str:
    r"""Drop `\hspace{1cm}`, `\tag{1}`, `\color{red}` and the like with what they are given."""
    for _ in range(20):
        match = _DROPPED.search(text)
        if match is None:
            break
        _, end = braced(text, match.end())
        text = f"{text[: match.start()]} {text[end:]}"
    return _NULL_FENCE.sub(" ", text)


def _quotient(text: str) -> str:
    return _OVER.sub(lambda m: f"\\frac{{{m[1] or m[3] or ''}}}{{{m[2] or m[4] or ''}}}", text)


def _environments(text: str) -> str:
    r"""Write `\pmatrix{1 & 2 \cr 3 & 4}` as an environment."""
    for _ in range(20):
        match = _PLAIN_MATRIX.search(text)
        if match is None:
            break
        inner, end = braced(text, match.end())
        name = match[1]
        text = f"{text[: match.start()]}\\begin{{{name}}}{inner}\\end{{{name}}}{text[end:]}"
    return re.sub(r"\\cr(?![a-zA-Z])", r"\\\\", text)


def _circled(text: str) -> str:
    return _CIRCLED.sub(lambda m: chr(ord("①") + int(m[1]) - 1) if 1 <= int(m[1]) <= 20 else m.group(), text)


def _degrees(text: str) -> str:
    r"""Write each degree sign as `^{\circ}`, minutes and seconds as parts of a degree."""
    return _MINUTES.sub(_minutes, _DEGREE.sub(r"^{\\circ}", text))


def _minutes(match: re.Match[str]) -> str:
    seconds = f"+{match['seconds']}/3600" if match["seconds"] else ""
    return f"({match['degrees']}+{match['minutes']}/60{seconds})^{{\\circ}}"


def _period(text: str) -> str:
    r"""Write a repeating decimal with a bar: `0.\dot{1}4285\dot{7}`, `0.1(6)`."""
    text = _DOTTED.sub(lambda m: f"{m[1]}\\overline{{{m[2]}{m[3] or ''}{m[4] or ''}}}", text)
    text = _BARE_PERIOD.sub(r"\1\\overline{\2}", text)
    return _BRACKETED_PERIOD.sub(r"\1\\overline{\2}", text)


def _grouped(text: str) -> str:
    return _GROUPS.sub(lambda m: m.group().replace("'", "").replace("_", ""), text)


def _bases(text: str) -> str:
    """Write the base of a number as a subscript in digits."""
    text = _WORDED_DIGITS.sub(r"\1", _BRACKETED_DIGITS.sub(r"\1", text))
    return _BASE_BEHIND.sub(_under, _BASE_UNDER.sub(_under, text))


def _under(match: re.Match[str]) -> str:
    group, base = match["group"], match["base"]
    surplus = max(0, group.count("}") - group.count("{"))
    return f"_{{{_BASE_WORDS.get(base, base)}}}" + "}" * surplus


def _prefixed(text: str) -> str:
    def under(match: re.Match[str]) -> str:
        digits, base = next((d, b) for d, b in zip(match.groups(), (16, 2, 8), strict=True) if d)
        return f"{digits.upper()}_{{{base}}}"

    return _PREFIXED.sub(under, text)


def _currencies(text: str) -> str:
    """Write a currency code or `Rs.` before an amount as a unit behind it."""
    return _CODE.sub(lambda m: f"{m['amount']} \\text{{ {_CODES.get(m['code'], 'rupees')}}}", text)


def _chosen(text: str) -> str:
    return _CHOSEN.sub(lambda m: f"\\binom{{{m[1] or m[2]}}}{{{m[3] or m[4]}}}", text)


def _ordered(text: str) -> str:
    """Write the number of orders `_5P_2` as a quotient of factorials."""

    def quotient(match: re.Match[str]) -> str:
        n, k = int(match[1] or match[2]), int(match[3] or match[4])
        return f"\\frac{{{n}!}}{{{n - k}!}}" if k <= n else match.group()

    return _ORDERED.sub(quotient, text)


def _one_sided(text: str) -> str:
    r"""Write `\lim_{x \to 0^+}` with an arrow for the side."""
    return _FROM_ONE_SIDE.sub(lambda m: f"{m[1]} {_SIDES[m[2] or m[3]]} }}", text)


def _plain_words(text: str) -> str:
    return re.sub(
        r"\\textsuperscript(?![a-zA-Z])", "^", re.sub(r"(?<![a-zA-Z])per\s+cent(?![a-zA-Z])", "percent", text)
    )


def _moduli(text: str) -> str:
    return _BRACKETED_MODULUS.sub(r" \\pmod{\1}", text)


def _number_sets(text: str) -> str:
    r"""Write `k \in Z` and `(k \in \mathbb{Z})` behind an answer as `, k \in \mathbb{Z}`."""
    text = _NUMBER_SET.sub(
        lambda m: f"\\in \\mathbb{{{m[1] or m[2]}}}", _MACRO_SET.sub(r"\\mathbb{\1}", text)
    )
    return _BRACKETED_DOMAIN.sub(r", \1", text)


def _builders(text: str) -> str:
    r"""Write `{x | x > 1}` and a bare `x | x > 1` with braces that show."""
    plain = _FENCE.sub("", text).strip()
    match = _BUILDER_HEAD.match(plain)
    if match is None or not any(sign in plain for sign in ("<", ">", "\\le", "\\ge", "\\ne", "=", "\\in")):
        return text
    body = plain[match.end() :].rstrip()
    if match["open"].endswith("{"):
        if not body.endswith("}"):
            return text
        body = body[:-1].rstrip("\\ ")
    elif "|" in body or body.count("{") != body.count("}"):
        return text
    return f"{match['head']}\\{{{match['name']} \\mid {body}\\}}"


def _log_bases(text: str) -> str:
    r"""Write `\log_10 100` with braces; in `\log_28` with nothing behind it the base is 2, as in TeX."""
    return _DIGIT_BASE.sub(r"log_{\1} \2", _SPACED_BASE.sub(r"log_{\1} ", text))


def _half_lines(text: str) -> str:
    r"""Write `\mathbb{R}^+` and `\mathbb{R}_{\ge 0}` as intervals."""
    return _HALF_LINE.sub(
        lambda m: "(-\\infty,0)" if m["below"] else "[0,\\infty)" if m["closed"] else "(0,\\infty)", text
    )


def _names_of_one_set(text: str) -> str:
    r"""Write `k, n \in \mathbb{Z}` behind an answer as `k \in \mathbb{Z}, n \in \mathbb{Z}`."""
    return _SHARED_SET.sub(
        lambda m: ", " + ", ".join(f"{name} {m['set']}" for name in re.findall(r"[a-z]", m["names"])), text
    )


def _intervals(text: str) -> str:
    r"""Write `]2, 5[` as `(2, 5)`, where every part of a union is an interval."""
    parts = _UNION.split(_FENCE.sub("", text))
    matches = [_TURNED.fullmatch(part) for part in parts[::2]]
    if None in matches or not any(m and (m["open"] == "]" or m["close"] == "[") for m in matches):
        return text
    written = [_upright(match) for match in matches if match]
    return "".join(a + b for a, b in zip(written, [*parts[1::2], ""], strict=True))


def _upright(match: re.Match[str]) -> str:
    opening, closing = match["open"].replace("]", "("), match["close"].replace("[", ")")
    return f"{match['head']}{opening}{match['ends']}{closing}"


_DIGIT_AND_BRACKET = (".(", *(f"{digit}(" for digit in range(10)))
_RULES: tuple[tuple[tuple[str, ...], Callable[[str], str]], ...] = (
    (("array",), lambda text: _OPEN_CASES.sub(r"\\begin{cases}\1\\end{cases}", text)),
    (("space", "phantom", "\\tag", "\\label", "color", "\\left", "\\right"), _without_dropped),
    (("\\over",), _quotient),
    (("brace{", "set{", "rel{", "cancel{", "mathop{", "mathbin{", "mathord{", "smash{"), ornaments.unwrapped),
    ((".}", ". }"), ornaments.number_in_words),
    (("sq.",), lambda text: _SQUARE.sub("square ", text)),
    (("\\checkm", "\\black", "\\qed", "\\Box", "\\square"), ornaments.without_end_mark),
    (("ath{i", "{i}", "{j}", "\\jmath"), ornaments.plain_unit_vectors),
    (("frac{\\text", "frac{\\mathrm"), ornaments.slashed_units),
    (("/_", "/\\!_", "/ _"), ornaments.slashed_fraction),
    (("since", "because", "reject", "discard"), ornaments.without_reason),
    (("{,}", "{.}"), ornaments.plain_marks),
    ((".",), ornaments.grouped_by_points),
    ((":=",), lambda text: text.replace(":=", "=")),
    (("\\|", "Vert"), ornaments.norms),
    (("\\not", "\\nl", "\\ng"), ornaments.positive_relations),
    (("P(A", "Pr(", "P(B", "P\\left(", "\\Pr"), ornaments.events),
    (("log_", "log _"), _log_bases),
    (("cis",), lambda text: _CIS.sub(r"\\cis ", text)),
    (("mathbb",), _half_lines),
    ((" de ", " di ", " von "), ornaments.worded_of),
    (("$ ",), ornaments.unit_behind_formula),
    (("~",), ornaments.joined_by_tildes),
    ((")U", ") U", "]U", "] U"), lambda text: _LETTER_UNION.sub(r" \\cup ", text)),
    ((".]", ".)", ". ", ".\\right"), lambda text: _STRAY_DOT.sub("", text)),
    (("frac ",), lambda text: _LETTER_FRACTION.sub(r"\\\1{\2}{\3}", text)),
    (tuple("或且和与及"), lambda text: _CHINESE_AND.sub(lambda m: " or " if m[1] else " and ", text)),
    (("\\mathbf{R}", "\\mathrm{R}", "\\mathbf R"), lambda text: _BOLD_REALS.sub(r"\\mathbb{R} ", text)),
    (("matrix{", "matrix {", "\\cr"), _environments),
    (("textcircled",), _circled),
    (("arc",), lambda text: _ARC.sub(r"\\arc\1", text)),
    (("circ", "degree", "^o", "^{o", "{o}"), _degrees),
    (("\\dot", "\\overline"), _period),
    (_DIGIT_AND_BRACKET, _period),
    (("'", "_"), _grouped),
    (("0x", "0b", "0o"), _prefixed),
    (("_", "base"), _bases),
    (("USD", "US$", "EUR", "GBP", "INR", "Rs", "₹"), _currencies),
    (("C",), _chosen),
    (("P_", "P _"), _ordered),
    (("^+", "^-", "^{+", "^{-"), _one_sided),
    (("mod",), _moduli),
    (("per", "superscript"), _plain_words),
    (("{,}", "{.}"), lambda text: _BRACED_MARK.sub(".", text)),
    (("\\in", "∈", "\\Z", "\\N", "\\R", "\\Q", "\\C"), _number_sets),
    (("|", "\\mid"), _builders),
    (("\\in",), _names_of_one_set),
    (("</su",), lambda text: _HTML.sub(lambda m: f"{'^' if m[1] == 'sup' else '_'}{{{m[2]}}}", text)),
    (("| &", "|&"), lambda text: re.sub(r"&\s*\|\s*&", "&", text)),
    (("[", "]"), _intervals),
)
# Letters that begin a rule only as part of a command.
_OF_COMMANDS = frozenset((
    "array", "space", "phantom", "color", "ath{i", "{i}", "{j}", "matrix{", "matrix {", "textcircled", "arc",
    "frac ", "brace{", "set{", "rel{", "cancel{", "mathop{", "mathbin{", "mathord{", "smash{", "Vert",
    "mathbb", "cis", "superscript",
))  # fmt: skip
# The rules that may hold for a text without a backslash, in their order.
_BARE_RULES = tuple(
    (bare, rule)
    for triggers, rule in _RULES
    if (bare := tuple(t for t in triggers if "\\" not in t and t not in _OF_COMMANDS))
)
