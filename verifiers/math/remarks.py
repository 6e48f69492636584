r"""Remarks about a value: that it is the only one, of what it is a share, where an extreme is attained.

Each rule takes a remark off that does not change the value, whatever the other answer is.
"""

from __future__ import annotations

import re

from evol.verifiers.math.labels import Rule, unwrapped

_QUALIFYING = re.compile(r"\b(?:or|and|not|if|base|mod|odd|even|per|times)\b")
_THERE_ARE = re.compile(r"[Tt]here\s+(?:are|is|were|was|will\s+be)\s+(?:exactly\s+|only\s+)?(?=[\d$])")
_KINDS_OF_ANSWER = (
    r"(?:solutions?|answers?|values?|integers?|numbers?|primes?|pairs?|triples?|functions?|polynomials?|roots?"
    r"|possibilit(?:y|ies)|choices?|cases?|ones?)"
)
_ONLY = re.compile(
    rf"(?:the\s+)?only\s+(?:\w+\s+){{0,2}}{_KINDS_OF_ANSWER}(?:\s+(?:for|of)\s+\$?\w{{1,2}}\$?)?\s+(?:is|are)\s*:?\s*"
    r"(?P<value>\S.*)",
    re.IGNORECASE,
)
_ONLY_BEHIND = re.compile(
    rf"(?P<value>[^\s].*?)\s+(?:is|are)\s+the\s+only\s+(?:\w+\s+){{0,2}}{_KINDS_OF_ANSWER}", re.IGNORECASE
)
_ONLY_LAST = re.compile(r"(?<=[\d})$])\s+only\.?$")
_IS_THE_ANSWER = re.compile(r"(?<=[\d})$])\s+is\s+(?:the|our|my)\s+(?:final\s+|correct\s+)?answer\.?$")
_SIGNS = re.compile(
    r"[\s,;$]*\(?\s*(?:(?:for|with|in|where)\s+)?(?:all|any|every)\s+(?:possible\s+)?"
    r"(?:(?:sign\s+)?(?:combinations?|choices?)(?:\s+of\s+(?:the\s+)?signs?)?|signs?)\s*\)?"
)
_SPELLED_TWICE = re.compile(r"(?P<number>-?\d[\d,.]*)\s*\(\s*[A-Za-z]+(?:[\s-]+[A-Za-z]+){0,6}\s*\)")
_FORM = re.compile(
    r"(?:all\s+|the\s+|any\s+|those\s+)?(?:(?:positive|natural)\s+)?(?:integers?|numbers?|\$?n\$?)\s*(?:\$?n\$?\s+)?"
    r"(?:that\s+are\s+|is\s+)?of\s+the\s+form\s+(?P<term>\$?[^\s$].*)"
)
_ATTAINED = re.compile(
    r"[\s,;]*\(?\s*(?:which\s+is\s+|and\s+is\s+|and\s+it\s+is\s+)?(?:"
    r"(?:attained|achieved|reached|(?:where|with)\s+equality(?:\s+holds)?|equality\s+(?:holds|occurs))"
    r"\s+(?:only\s+)?(?:when|at|for|iff?|by)\b[^;]*"
    r"|(?:when|at)\s+\$?[a-zA-Z](?:_\w)?\s*=[^;a-z]*(?:[a-z](?:_\w)?\s*=[^;a-z]*|\\[a-z]+[^;a-z]*)*)$"
)
_EXTREMAL_BEHIND = re.compile(
    rf"(?P<value>[^\s].*?)\s+is\s+the\s+(?:smallest|largest|least|greatest|minimum|maximum)\s+(?:\w+\s+){{0,2}}{_KINDS_OF_ANSWER}"
)
_OF_THE_FORM = re.compile(
    r"(?:all\s+|any\s+|the\s+)?(?:functions?|polynomials?|solutions?|pairs?|triples?|sequences?)\s+(?:of\s+the\s+form|given\s+by)\s+",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"(?P<share>\$?(?:\d+(?:\.\d+)?(?:\s*/\s*\d+)?\s*(?:\\?%)?|\\[dt]?frac\s*\{\d+\}\s*\{\d+\})\$?)"
    r"\s+of\s+(?:the|a|an|his|her|its|their|all)\s+[a-z ]{2,30}"
)
_BY = re.compile(r"(?:by\s+(?:a\s+factor\s+of\s+)?|a\s+factor\s+of\s+)(?=\$?[\d\\])", re.IGNORECASE)
_CONSTANT_FUNCTIONS = re.compile(
    r"(?:all\s+|the\s+|any\s+)?constant\s+functions?|\$?f\$?\s+is\s+(?:a\s+)?constant(?:\s+function)?",
    re.IGNORECASE,
)
_MEASURE = re.compile(
    r"(?P<amount>\$?\d[\d.,/]*\$?\s*[a-z]+)\s+(?:old|long|tall|wide|high|deep|thick|away|apart|in\s+(?:total|all))"
)
_EXACTLY = re.compile(r"(?:[Ee]xactly|[Oo]nly|[Jj]ust|[Pp]recisely)\s+(?=[a-z]{3,6}$)")


def _there_are(text: str) -> str:
    return _THERE_ARE.sub("", text, count=1) if _THERE_ARE.match(text) else text


def _only(text: str) -> str:
    """Return `5` for `The only solution is 5` and for `5 is the only solution`."""
    plain = unwrapped(text).rstrip(".")
    match = _ONLY.fullmatch(plain) or _ONLY_BEHIND.fullmatch(plain)
    return match["value"] if match else text


def _signs(text: str) -> str:
    """Drop the remark that each ± of an answer has a sign of its own, as is meant without it."""
    plain = unwrapped(text)
    ends = [match for match in _SIGNS.finditer(plain) if match.end() == len(plain)]
    return plain[: ends[0].start()] if ends and ends[0].start() else text


def _spelled_twice(text: str) -> str:
    """Return `80` for `80 (eighty)` in text mode."""
    plain = unwrapped(text)
    match = _SPELLED_TWICE.fullmatch(plain)
    return match["number"] if match and _QUALIFYING.search(plain) is None else text


def _form(text: str) -> str:
    """Return `n = 4k + 1` for `numbers of the form 4k + 1`."""
    match = _FORM.fullmatch(unwrapped(text).rstrip("."))
    return f"n = {match['term'].replace('$', '')}" if match else text


def _measure(text: str) -> str:
    """Return `15 years old` as `15 years`."""
    match = _MEASURE.fullmatch(unwrapped(text).rstrip("."))
    return match["amount"] if match else text


def attained(text: str) -> str:
    """Drop where an extreme value is attained: `1/8, with equality when x = y`, `9 (when n = 3)`."""
    plain = unwrapped(text)
    match = _ATTAINED.search(plain)
    if match is None or not match.start():
        return text
    value = plain[: match.start()].rstrip(" ,;(")
    return value + "$" if value.count("$") % 2 else value


def _extremal_behind(text: str) -> str:
    match = _EXTREMAL_BEHIND.fullmatch(unwrapped(text).rstrip("."))
    return match["value"] if match else text


def _of_the_form(text: str) -> str:
    plain = unwrapped(text)
    match = _OF_THE_FORM.match(plain)
    return plain[match.end() :] if match else text


def _share(text: str) -> str:
    """Return `1/3` for `1/3 of the work`."""
    match = _SHARE.fullmatch(unwrapped(text).rstrip("."))
    return match["share"] if match else text


def _by(text: str) -> str:
    """Return `20%` for `by 20%`, `4` for `by a factor of 4`."""
    plain = unwrapped(text)
    return _BY.sub("", plain) if _BY.match(plain) else text


def _constant_functions(text: str) -> str:
    return "f(x) = c" if _CONSTANT_FUNCTIONS.fullmatch(unwrapped(text).rstrip(".")) else text


REMARKS: tuple[Rule, ...] = (
    (
        ("ly ", "ust "),
        re.compile(r"(?:\\text\s*\{\s*)?[EeOoJjPp]"),
        lambda text: _EXACTLY.sub("", unwrapped(text)),
    ),
    (("here ",), re.compile("[Tt]here "), _there_are),
    ((" is the ",), re.compile(""), _extremal_behind),
    (("of the form", "given by"), re.compile(""), _of_the_form),
    ((" of ",), re.compile(r"(?:\\text\{)?\s*\$?[\d\\]"), _share),
    (("by ", "a factor of"), re.compile(r"(?:\\text\{)?\s*[Bba]"), _by),
    (("constant",), re.compile(""), _constant_functions),
    (("answer",), re.compile(""), lambda text: _IS_THE_ANSWER.sub("", unwrapped(text))),
    ((" only",), re.compile(""), lambda text: _ONLY_LAST.sub("", unwrapped(text))),
    (("only ",), re.compile(""), _only),
    (("of the form",), re.compile(""), _form),
    ((" ",), re.compile(r"(?:\\text\{\s*)?\$?\d"), _measure),
    (("sign", "combination"), re.compile(""), _signs),
    ((")}",), re.compile(r"\\text\s*\{\s*-?\d"), _spelled_twice),
)
