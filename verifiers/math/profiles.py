"""Profiles: the conventions on which graders disagree, as named switches instead of habits.

`STRICT` takes an answer as written. `LENIENT` reads it as a teacher would who knows that lists of
solutions have no order and that decimals are rounded. Whatever is not switched here (value equality,
units, matched labels, intervals against inequalities) holds in both. See docs/math-verifier.md.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Profile:
    """Which conventions hold; each switch is a rule that a verdict can name."""

    name: str
    ordered_lists: bool
    """A bare list `1, 2` differs from `2, 1`."""
    percent_as_number: bool
    """`28%` equals `28`, beside 0.28."""
    printed_digits: int
    """A printed decimal of so many significant digits or more equals a value that rounds or truncates
    to it; 0 for none."""
    renamed_variables: bool
    """`2^k` equals `2^n`: one variable may have another name."""
    decimal_comma: bool
    """`3,5` equals `3.5` where the other side prints a point."""
    any_log_base: bool
    """A bare `log` may be natural or common, whichever makes the answers equal."""
    common_domain: bool
    """Functions that agree wherever both are defined are equal."""
    loose_containers: bool
    """A column vector or bare list equals the tuple of its entries, a one-element set its element."""
    nouns_ignored: bool
    """Counted things may be called differently: `5 apples` equals `5 fruits`."""
    solved_form: bool
    """An equation equals the bare expression that it gives for one of its variables."""
    subject_names: bool
    """A sentence with one proper name, its subject, equals that name."""
    customary_names: bool
    """`F_{30}` may be a Fibonacci number and `\\omega` a cube root of unity."""
    positive_variables: bool = False
    """Variables stand for positive quantities: `\\sqrt{v^2}` is `v`."""
    last_digit_error: bool = False
    """Two printed decimals are equal where they differ by no more than one in the last digit."""


STRICT = Profile("strict", True, False, 0, False, False, False, False, False, False, False, False, False)
GOLD = replace(STRICT, name="gold", percent_as_number=True)
"""Strict but for a key that says 42% where a solution, asked for it in percent, says 42."""
LENIENT = Profile("lenient", False, True, 2, True, True, True, True, True, True, True, True, True)
MEASURED = replace(LENIENT, name="measured", last_digit_error=True, positive_variables=True)
"""Lenient for measured quantities, as physics collections judge them: a decimal carries an error."""
PROFILES = {profile.name: profile for profile in (STRICT, GOLD, LENIENT, MEASURED)}
