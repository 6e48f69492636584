"""One spelling for every character: what a keyboard, a copied page or a broken escape put in.

Full-width digits, superscripts, vulgar fractions, minus signs and mathematical symbols become the
ASCII or LaTeX notation that the tokenizer reads, so that `x²` and `x^{2}` are one text.
"""

from __future__ import annotations

import re
import unicodedata

_SUPER = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱ", "0123456789+-()ni", strict=True))
_SUB = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ₐₑₒₓₙₖₘᵢⱼ", "0123456789+-()aeoxnkmij", strict=True))

_GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
    "Γ": "Gamma", "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Π": "Pi", "Σ": "Sigma", "Φ": "Phi",
    "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

_COMMANDS = {
    "√": "sqrt", "∛": "cbrt", "∞": "infty", "×": "times", "⋅": "cdot", "·": "cdot", "∙": "cdot",
    "•": "cdot", "÷": "div", "≤": "le", "≦": "le", "⩽": "le", "≥": "ge", "≧": "ge", "⩾": "ge", "≠": "ne",
    "≈": "approx", "≡": "equiv", "∈": "in", "∪": "cup", "∩": "cap", "∖": "setminus", "±": "pm",
    "∓": "mp", "∑": "sum", "∏": "prod", "∫": "int", "∅": "emptyset", "ℝ": "mathbb{R}", "ℤ": "mathbb{Z}",
    "ℕ": "mathbb{N}", "ℚ": "mathbb{Q}", "ℂ": "mathbb{C}", "⌊": "lfloor", "⌋": "rfloor", "⌈": "lceil",
    "⌉": "rceil", "→": "to", "∧": "land", "∨": "lor", "∣": "mid", "∠": "angle", "△": "triangle",
    "⟨": "langle", "⟩": "rangle", "…": "ldots", "⋯": "ldots", "ℏ": "hbar", "⊥": "perp",
    "✓": "checkmark", "✔": "checkmark", "✅": "checkmark", "☑": "checkmark",
    "■": "blacksquare", "∎": "blacksquare", "□": "square", "∥": "parallel",
    "∀": "forall", "∃": "exists",
}  # fmt: skip

_PLAIN = {
    "−": "-", "–": "-", "‐": "-", "‑": "-", "‒": "-", "﹣": "-", "－": "-", "∕": "/", "⁄": "/", "′": "'",
    "’": "'", "‘": "'", "“": '"', "”": '"', "″": "''", "∶": ":", "：": ":", "，": ",", "、": ",", "；": ";",
    "。": ".", "．": ".", "（": "(", "）": ")", "［": "[", "］": "]", "｛": "{", "｝": "}", "＝": "=",
    "٫": ".", "٬": ",", "،": ",", "٪": "%", "।": ".",
    "＜": "<", "＞": ">", "％": "%", "﹪": "%", "°": "^\\circ ", "º": "^\\circ ", "℃": "^\\circ C",
    "℉": "^\\circ F", "＄": "$", "￥": "¥", "\u00a0": " ", "\u200b": "", "\ufe0f": "", "\u2060": "",
    "\ufeff": "", "\u2061": "", "\u2062": "", "\u00ad": "",
}  # fmt: skip

_KEEP = frozenset(chr(c) for c in range(0x2460, 0x2474))

_TABLE = (
    {ord(k): f"\\{v} " for k, v in {**_GREEK, **_COMMANDS}.items()}
    | {ord(k): v for k, v in _PLAIN.items()}
)  # fmt: skip

_SCRIPTS = re.compile(f"[{''.join(_SUPER)}]+|[{''.join(_SUB)}]+")
_VULGAR = re.compile(r"[¼-¾⅐-⅞↉]")
_TWICE = re.compile(
    r"(?<!\\)\\{2,}(?=(?:[dt]?frac|sqrt|left|right|[Bb]igg?[lr]?|text|mathrm|mathbb|pi|boxed|cdot|times|leq?|geq?|neq?"
    r"|sin|cos|tan|cot|ln|log|infty|cup|cap|pm|in|circ|alpha|beta|theta|lambda|sum|int|binom|quad)(?![a-zA-Z]))"
)
_FEW_LINES = 24
_OTHER_GAPS = "\t\r\x0b\x0c\x1c\x1d\x1e\x1f"
_ENDLESS = 40
_ENDLESS_GAP = re.compile(rf"\s{{{_ENDLESS},}}")
_CODE_POINT = re.compile(r"\\u([0-9a-fA-F]{4})")
_DAMAGED = (
    (re.compile(r"\\?\x0c(?=[a-z])"), r"\\f"),
    (re.compile(r"\\?\x08(?=[a-z])"), r"\\b"),
    (re.compile(r"\\?\t(?=ext[a-z]*\{|extcirc|extdegree|imes\b|frac|an\b|heta\b|o\b)"), r"\\t"),
    (re.compile(r"\\?\r(?=ight|ho\b|angle)"), r"\\r"),
)


def _script(match: re.Match[str]) -> str:
    run = match.group()
    if run[0] in _SUPER:
        return "^{" + "".join(_SUPER[c] for c in run) + "}"
    return "_{" + "".join(_SUB[c] for c in run) + "}"


def _fraction(match: re.Match[str]) -> str:
    top, _, bottom = unicodedata.normalize("NFKC", match.group()).partition("⁄")
    before = match.string[: match.start()]
    return f"{' ' if before[-1:].isdigit() else ''}\\frac{{{top}}}{{{bottom}}}"


def _compatible(text: str) -> str:
    return "".join(c if c in _KEEP or c < "\x80" else _character(c) for c in text)


def _character(c: str) -> str:
    """Return the digit of any script as an ASCII digit, any other character in its compatible form."""
    return str(unicodedata.decimal(c)) if c.isdecimal() else unicodedata.normalize("NFKC", c)


def mend(text: str) -> str:
    """Undo escapes that JSON turned into control characters: a form feed and `rac` is `\\frac`.

    White space that goes on for forty characters says nothing, and no pattern is to try all its parts.
    """
    if "\x0c" in text or "\x08" in text or "\t" in text or "\r" in text:
        for pattern, command in _DAMAGED:
            text = pattern.sub(command, text)
    return _ENDLESS_GAP.sub(_gap, text) if _may_have_gap(text) else text


def _may_have_gap(text: str) -> bool:
    """Whether white space may go on for long, told quickly: most texts have spaces and a few lines only."""
    if len(text) < _ENDLESS:
        return False
    if not text.isascii() or "        " in text or text.count("\n") > _FEW_LINES:
        return True
    return not text.isprintable() and any(map(text.__contains__, _OTHER_GAPS))


def _gap(match: re.Match[str]) -> str:
    return "\n\n" if match.group().count("\n") > 1 else "\n" if "\n" in match.group() else " "


def _escaped(match: re.Match[str]) -> str:
    return (
        chr(int(match[1], 16))
        if int(match[1], 16) > 0x7F and not 0xD800 <= int(match[1], 16) < 0xE000
        else match.group()
    )


def repair(text: str) -> str:
    """Mend control characters, and halve backslashes that were escaped twice."""
    text = mend(text)
    if "\\\\" in text and re.search(r"\\\\[a-zA-Z]", text) and not re.search(r"(?<!\\)\\[a-zA-Z]", text):
        text = text.replace("\\\\", "\\")
    if "\\\\" in text and "\\begin" not in text:
        text = _TWICE.sub(r"\\", text)
    return text


def plain(text: str) -> str:
    """Return the text in the notation the tokenizer reads; never longer than a few times its input."""
    if "\\u" in text:
        text = _CODE_POINT.sub(_escaped, text)
    if not text.isascii():
        text = _VULGAR.sub(_fraction, text)
        text = _SCRIPTS.sub(_script, text)
        text = _compatible(text.translate(_TABLE)).translate(_TABLE)
    if "\\\\" in text or not text.isprintable():
        text = repair(text)
    return text
