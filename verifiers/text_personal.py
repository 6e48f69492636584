"""Personal data and secrets that a text brings in: addresses, numbers and keys that nobody gave it.

What the row was given (its seed, its instruction) may be repeated; what is reserved for examples
harms nobody. Numbers count only where they are valid as such: a card number passes Luhn, an IBAN
its check digits. The evidence shows the kind and a masked sample, never the data themselves.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from evol.types import Json, Verdict

VERIFIER = "text"

EMAIL: Final = re.compile(
    r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?P<domain>(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,24})(?![\w-])"
)
EXAMPLE_DOMAIN: Final = re.compile(
    r"(?:^|\.)(?:example(?:\.\w+)?|test|invalid|localhost|local|(?:your|my|our|the)?-?(?:company|domain"
    r"|email|website|university|organi[sz]ation"
    r"|business|school|site)(?:name)?\.\w+|ejemplo\.\w+|exemple\.\w+|beispiel\.\w+|esempio\.\w+)$",
    re.IGNORECASE,
)
PHONE: Final = re.compile(
    r"(?<![\w./+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}|\(\d{3}\) "
    r"?\d{3}[-.]\d{4}|\d{3}[-.]\d{3}[-.]\d{4})(?![\w-]|\.\d)"
)
CARD: Final = re.compile(
    r"(?<![\w.-])(?:\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{1,7}|3\d{3}[ -]\d{6}[ -]\d{5}|\d{13,19})(?![\w-]|\.\d)"
)
# Numbers that payment providers publish for tests.
TEST_CARDS: Final = frozenset(
    re.findall(
        r"\d+",
        "4242424242424242 4111111111111111 4012888888881881 5555555555554444 "
        "5105105105105100 378282246310005 371449635398431 6011111111111117",
    )
)
IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
EXAMPLE_IBANS: Final = frozenset(
    {"DE89370400440532013000", "GB29NWBK60161331926819", "FR1420041010050500013M02606"}
)
KEY: Final = re.compile(
    r"(?<![\w-])(?:sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}"
    r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[\w-]{35}"
    r"|xox[abprs]-[A-Za-z0-9-]{10,}|hf_[A-Za-z0-9]{30,}|glpat-[\w-]{20,}|sk_live_[A-Za-z0-9]{16,}"
    r"|eyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{10,})(?![\w-])"
    r"|-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----"
)
SSN: Final = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
# What every key, and every number but an IBAN, must hold: most texts are done with after these.
KEY_STARTS: Final = (
    "sk-", "sk_live_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "AKIA", "ASIA", "AIza", "xox",
    "hf_", "glpat-", "eyJ", "-----BEGIN",
)  # fmt: skip
NINE_DIGITS: Final = re.compile(r"\d(?:[ ().+-]{0,3}\d){8}")
IBAN_START: Final = re.compile(r"[A-Z]{2}\d{2}")
PLACEHOLDER: Final = re.compile(r"(?:x{4,}|X{4,}|0{6,}|1234567|EXAMPLE|your|987654321)")


def _luhn(digits: str) -> bool:
    doubled = [int(d) * (1 + index % 2) for index, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def _iban(text: str) -> bool:
    plain = text.replace(" ", "")
    turned = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _fictional_phone(digits: str) -> bool:
    """Whether a number is of a range that is kept for fiction, or a sequence nobody has."""
    national = digits[-10:]
    steps = {int(b) - int(a) for a, b in itertools.pairwise(digits)}
    return (
        "55501" in national or national[3:6] == "555" or national.startswith("555") or len(set(digits)) <= 3
        or steps <= {1, -9} or "1234567" in digits or "456789" in digits
    )  # fmt: skip


def _emails(text: str) -> Iterator[str]:
    for found in EMAIL.finditer(text):
        if not EXAMPLE_DOMAIN.search(found["domain"]):
            yield found.group()


def _ibans(text: str) -> Iterator[tuple[str, str]]:
    for found in IBAN.finditer(text):
        if _iban(found.group()) and found.group().replace(" ", "") not in EXAMPLE_IBANS:
            yield "iban", found.group()


def _numbers(text: str) -> Iterator[tuple[str, str]]:
    for found in CARD.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if (
            len(digits) >= 13
            and digits[0] in "3456"
            and _luhn(digits)
            and digits not in TEST_CARDS
            and len(set(digits)) > 2
        ):
            yield "card_number", found.group()
    for found in PHONE.finditer(text):
        digits = re.sub(r"\D", "", found.group())
        if 9 <= len(digits) <= 15 and not _fictional_phone(digits):
            yield "phone_number", found.group()
    for found in SSN.finditer(text):
        if found.group() not in ("123-45-6789", "078-05-1120", "987-65-4321"):
            yield "social_security_number", found.group()


def found_in(text: str) -> list[tuple[str, str]]:
    """Return each personal datum of a text as its kind and its spelling."""
    found = [("email", email) for email in _emails(text)] if "@" in text else []
    if any(start in text for start in KEY_STARTS):
        found += [("api_key", m.group()) for m in KEY.finditer(text) if not PLACEHOLDER.search(m.group())]
    if NINE_DIGITS.search(text):
        found += _numbers(text)
    if IBAN_START.search(text):
        found += _ibans(text)
    return found


def _plain(datum: str) -> str:
    return re.sub(r"[\s().+-]", "", datum).casefold()


def personal_data(text: str, known: str = "") -> Verdict:
    """Reject a text with personal data or a secret that `known`, what the row was given, does not hold.

    These are e-mail addresses, telephone and card numbers, IBANs, US social security numbers and
    keys of well-known services. Domains and numbers reserved for examples do not count.
    """
    given = _plain(known)
    new = [(kind, datum) for kind, datum in found_in(text) if _plain(datum) not in given]
    if not new:
        return Verdict.accept(VERIFIER, "no_personal_data", "The text brings no personal data.")
    kinds: list[Json] = [*sorted({kind for kind, _ in new})]
    kind, datum = new[0]
    sample = f"{datum[:3]}…{datum[-2:]}"
    message = f"The text brings personal data that it was not given: {kind.replace('_', ' ')}."
    return Verdict.reject(VERIFIER, "personal_data", message, kinds=kinds, sample=sample, count=len(new))
