"""How strong tests are: stubs and mutants that they let through."""

from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.strength import measure_strength, verify_with_strength

RIGHT = "def grade(n):\n    if n >= 50:\n        return 'pass'\n    return 'fail'"
GOOD = read_tests(
    [
        "assert grade(50) == 'pass'",
        "assert grade(49) == 'fail'",
        "assert grade(0) == 'fail'",
        "assert grade(51) == 'pass'",
    ]
)
POOR = read_tests(["assert grade(90) == 'pass'", "assert grade(10) == 'fail'"])
EMPTY = read_tests(["assert grade(90)", "assert grade(10)"])


def test_good_tests_kill_all_mutants(verifier):
    strength = measure_strength(verifier, RIGHT, GOOD)
    assert (strength.stubs_passed, strength.share, strength.survived) == ((), 1.0, ())


def test_poor_tests_let_some_through_and_say_which(verifier):
    strength = measure_strength(verifier, RIGHT, POOR)
    assert strength.stubs_passed == ()
    assert 0 < strength.share < 1
    assert any("GtE to Gt" in change for change in strength.survived)


def test_tests_that_a_stub_passes_are_weak(verifier):
    verdict = verify_with_strength(verifier, RIGHT, EMPTY)
    assert (verdict.outcome, verdict.reason) == ("reject", "weak_tests")
    assert verdict.evidence["strength"]["stubs_passed"] == ["returns True"]


def test_a_least_share_may_be_asked_for(verifier):
    assert verify_with_strength(verifier, RIGHT, POOR).accepted
    assert verify_with_strength(verifier, RIGHT, POOR, least=0.99).reason == "weak_tests"
    assert verify_with_strength(verifier, RIGHT, GOOD, least=0.99).evidence["strength"]["share_killed"] == 1.0


def test_the_verdict_on_a_wrong_program_stands(verifier):
    assert verify_with_strength(verifier, "def grade(n): return 'x'", GOOD).reason == "tests_failed"
    assert verify_with_strength(verifier, RIGHT, None).reason == "no_tests"


def test_programs_that_read_and_print_have_an_empty_stub(verifier):
    silent = read_tests([{"input": "1\n", "output": ""}])
    assert verify_with_strength(verifier, "input()", silent).reason == "weak_tests"
