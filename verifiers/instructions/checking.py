"""Check a response against constraints, one verdict each, and against a whole instruction."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from evol.types import Json, Outcome, Verdict
from evol.verifiers.instructions.constraint import Constraint
from evol.verifiers.instructions.formatting import format_problem, has_format
from evol.verifiers.instructions.measure import measure
from evol.verifiers.instructions.quantities import Bounds
from evol.verifiers.instructions.recognition import recognise
from evol.verifiers.text_language import NAMES, language_of

VERIFIER: Final = "instructions"
Parameters: TypeAlias = Mapping[str, Any]
# True: it holds; False: it is violated; None: it cannot be told. With what was found.
Finding: TypeAlias = tuple[bool | None, str]

EDGES: Final = " \t\n\r\"'“”‘’«»*_`#>.…,;:!?()-–—"
SENTENCE: Final = re.compile(r"\s+")


def _plain(text: str) -> str:
    return SENTENCE.sub(" ", text.replace("’", "'").replace("‘", "'")).strip().casefold()


def _count_word(word: str, response: str) -> tuple[int, int]:
    """Return how often a word occurs by itself, and how often with an ending (-s, -es, 's) too."""
    text, sought = _plain(response), re.escape(_plain(word))
    alone = len(re.findall(rf"(?<![^\W_]){sought}(?![^\W_])", text))
    ended = len(re.findall(rf"(?<![^\W_]){sought}(?:s|es|'s|d|ed|ing)?(?![^\W_])", text))
    return alone, ended


def _length(p: Parameters, response: str) -> Finding:
    counted = measure(p["unit"], response)
    if counted is None:
        return None, f"{p['unit']} cannot be counted here"
    least, most = counted
    shown = str(least) if least == most else f"{least} to {most}"
    bound = Bounds(p["low"], p["high"])
    return bound.holds(least, most), f"{shown} {p['unit']}, {bound} asked for"


def _include(p: Parameters, response: str) -> Finding:
    bound = Bounds(p["low"], p["high"])
    held = {word: bound.holds(*_count_word(word, response)) for word in p["words"]}
    missing = [word for word, holds in held.items() if not holds]
    enough = len(missing) < len(held) if p["any"] else not missing
    found = ", ".join(f"{word!r} {_count_word(word, response)[0]} times" for word in missing)
    return enough, found if missing else "all there"


def _exclude(p: Parameters, response: str) -> Finding:
    if "signs" in p:
        text = re.sub(r"^[ \t]*\d{1,3}[.)][ \t]", "", response, flags=re.MULTILINE)
        seen = sorted({c for c in text if c in p["signs"]})
        return not seen, f"it holds {' '.join(seen)}" if seen else "none of them there"
    used = [word for word in p["words"] if _count_word(word, response)[0]]
    return not used, f"it holds {', '.join(map(repr, used))}" if used else "none of them there"


def _letter(p: Parameters, response: str) -> Finding:
    n = response.casefold().count(p["letter"])
    return Bounds(p["low"], p["high"]).holds(n, n), f"the letter {p['letter']!r} {n} times"


def _format(p: Parameters, response: str) -> Finding:
    problem = format_problem(
        p["format"], response, only=bool(p.get("only")), names=tuple(map(str, p.get("names", ())))
    )
    return problem is None, problem or f"it reads as {p['format']}"


def _unformatted(p: Parameters, response: str) -> Finding:
    used = has_format(p["format"], response)
    return not used, f"it uses {p['format']}" if used else f"it uses no {p['format']}"


def _case(p: Parameters, response: str) -> Finding:
    wrong = str.islower if p["case"] == "upper" else str.isupper
    letters = [
        c for c in re.sub(r"```.*?(?:```|\Z)|https?://\S+", "", response, flags=re.DOTALL) if c.isalpha()
    ]
    n = sum(map(wrong, letters))
    return n == 0, f"{n} of {len(letters)} letters are not {p['case']} case"


def _starts(p: Parameters, response: str) -> Finding:
    return _plain(response).lstrip(EDGES).startswith(_plain(p["phrase"]).strip(EDGES)), response.strip()[:60]


def _ends(p: Parameters, response: str) -> Finding:
    return _plain(response).rstrip(EDGES).endswith(_plain(p["phrase"]).strip(EDGES)), response.strip()[-60:]


def _language(p: Parameters, response: str) -> Finding:
    said = language_of(response)
    if said is None or p["language"] not in NAMES:
        return None, "the language cannot be told"
    same = said == p["language"] or {said, p["language"]} <= {"ru", "uk"}
    return same, f"it is in {NAMES[said]}"


def _sections(p: Parameters, response: str) -> Finding:
    lines = [line.strip(EDGES + "0123456789|<>[]=").casefold() for line in response.split("\n")]
    openings = [
        re.split(r"[:–—]", line.strip(EDGES).casefold())[0].strip(EDGES) for line in response.split("\n")
    ]
    missing = [n for n in p["names"] if not {n.casefold().strip(EDGES)} & {*lines, *openings}]
    return not missing, f"no heading {', '.join(missing)}" if missing else "all headings there"


def _title(_: Parameters, response: str) -> Finding:
    found = bool(re.search(r"<<[^<>\n]+>>", response))
    return found, "a title in <<>>" if found else "no title in <<>>"


def _postscript(_: Parameters, response: str) -> Finding:
    found = bool(re.search(r"^\W*P\.?\s?S\b|\bpostscript\b", response, re.IGNORECASE | re.MULTILINE))
    return found, "a postscript" if found else "no postscript"


def _quoted(_: Parameters, response: str) -> Finding:
    text = response.strip()
    return len(text) > 1 and text[0] in '"“«„' and text[-1] in '"”»“', f"{text[:1]}…{text[-1:]}"


def _choice(p: Parameters, response: str) -> Finding:
    """A response may say more than its choice, but must open or close with one of the options."""
    text = _plain(response).strip(EDGES)
    options = [_plain(o).strip(EDGES) for o in p["options"]]
    lines = [line.strip(EDGES) for line in _plain_lines(response)]
    for option in options:
        bare = re.compile(rf"(?<![^\W_]){re.escape(option)}(?![^\W_])")
        if any(bare.match(line) or bare.search(line[-len(option) - 1 :]) for line in lines):
            return True, text[:60]
    return False, text[:60]


def _plain_lines(response: str) -> list[str]:
    lines = [_plain(line) for line in response.split("\n") if line.strip()]
    return [lines[0], lines[-1]] if lines else []


CHECKS: Final[dict[str, Callable[[Parameters, str], Finding]]] = {
    "length": _length,
    "include": _include,
    "exclude": _exclude,
    "letter": _letter,
    "format": _format,
    "unformatted": _unformatted,
    "case": _case,
    "starts": _starts,
    "ends": _ends,
    "language": _language,
    "sections": _sections,
    "title": _title,
    "postscript": _postscript,
    "quoted": _quoted,
    "choice": _choice,
}


def check(constraint: Constraint, response: str) -> Verdict:
    """Return whether a response keeps a constraint: accept, reject, or undecided where it cannot be told."""
    holds, found = CHECKS[constraint.kind](constraint.parameters, response)
    evidence: dict[str, Json] = {
        "kind": constraint.kind,
        "asked": constraint.text,
        "parameters": dict(constraint.parameters),
        "found": found,
    }
    asked = " ".join(constraint.text.split())
    if holds is None:
        return Verdict.undecided(
            VERIFIER, "unchecked_instruction", f'Not told: "{asked}": {found}.', **evidence
        )
    if holds:
        return Verdict.accept(VERIFIER, "kept_instruction", f'Kept: "{asked}".', **evidence)
    return Verdict.reject(VERIFIER, "violated_instruction", f'Violated: "{asked}": {found}.', **evidence)


def check_instructions(instruction: str, response: str) -> Verdict:
    """Reject a response that violates a recognised constraint; the evidence lists each, and why.

    A constraint that cannot be told is listed as such and drops nothing.
    """
    verdicts = [check(constraint, response) for constraint in recognise(instruction)]
    listed: list[Json] = [
        {
            "kind": v.evidence["kind"],
            "asked": v.evidence["asked"],
            "outcome": {Outcome.ACCEPT: "kept", Outcome.REJECT: "violated"}.get(v.outcome, "unchecked"),
            "found": v.evidence["found"],
        }
        for v in verdicts
    ]
    violated = [v for v in verdicts if v.outcome is Outcome.REJECT]
    if violated:
        more = f" ({len(violated)} of {len(verdicts)} violated)" if len(violated) > 1 else ""
        message = f"{violated[0].message[:-1]}{more}."
        return Verdict.reject(VERIFIER, "violated_instruction", message, constraints=listed)
    if not verdicts:
        message = "No checkable instruction was recognised."
        return Verdict.accept(VERIFIER, "no_checkable_instruction", message, constraints=listed)
    kept = sum(v.accepted for v in verdicts)
    message = f"{kept} of {len(verdicts)} recognised instructions are kept, the others cannot be told."
    return Verdict.accept(VERIFIER, "instructions_kept", message, constraints=listed)
