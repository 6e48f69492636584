"""Personal data that nobody gave the row are found; examples and given data are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.text import personal_data

REAL = {
    "email": "write to hannelore.vogt@brieftaube-post.de",
    "phone_number": "call +44 20 7946 3381",
    "card_number": "charge 4539 1488 0343 6467",
    "iban": "pay to GB82 WEST 1234 5698 7654 32",
    "social_security_number": "my number is 536-22-8726",
    "api_key": "use ghp_a8Kd93nfLq02mZx7RtYb51VcEoWs6UhJ4gTi",
}


@pytest.mark.parametrize("kind", sorted(REAL))
def test_each_kind_is_found_named_and_never_repeated_in_full(kind: str) -> None:
    verdict = personal_data(REAL[kind])
    assert verdict.reason == "personal_data"
    assert verdict.evidence["kinds"] == [kind]
    assert REAL[kind].split(" ", 2)[-1] not in str(verdict.to_json())


@pytest.mark.parametrize("kind", sorted(REAL))
def test_what_the_row_was_given_may_be_repeated(kind: str) -> None:
    assert personal_data(REAL[kind], known=f"Shorten this: {REAL[kind]}.").accepted


@pytest.mark.parametrize(
    "text",
    [
        "write to ann@example.com or to info@shop.example",
        "write to name@yourcompany.com",
        "call (555) 123-4567 or 212-555-0143",
        "the test card 4242 4242 4242 4242",
        "the number 4539 1488 0343 6468 fails Luhn",
        "order 1234567890123456",
        "3.14159265358979 and 2024-05-02 12:30:45",
        "ISBN 978-3-16-148410-0",
        "@property def x(self): ...",
        "192.168.100.200 and 10.0.0.1",
        "the key sk-XXXXXXXXXXXXXXXXXXXXXXXX",
        "DE89 3704 0044 0532 0130 00 is the usual sample",
        "between 1990-2000 and 1,000,000",
    ],
)
def test_examples_and_plain_numbers_do_not_count(text: str) -> None:
    assert personal_data(text).accepted


@given(st.text(max_size=300), st.text(max_size=100))
def test_any_text_is_read(text: str, known: str) -> None:
    assert personal_data(text, known).reason in ("personal_data", "no_personal_data")
