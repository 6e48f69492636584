"""The same verdict each time, and what is told of programs that change theirs."""

from evol.verifiers.code.formats import read_tests
from evol.verifiers.code.repeats import Repeats, repeat

SUITE = read_tests(["assert f(1) == 1"])


def test_a_steady_program_gets_the_same_verdict_each_time(verifier):
    found = repeat(verifier, "def f(x): return x", SUITE, times=3)
    assert (found.reasons, found.flaky, found.timeouts) == ({"tests_passed": 3}, False, 0)


def test_a_program_that_throws_dice_is_flaky(verifier):
    dice = "import os\ndef f(x): return x if os.urandom(1)[0] % 2 else 0"
    assert repeat(verifier, dice, SUITE, times=24).flaky


def test_timeouts_are_counted_apart():
    found = Repeats({"tests_passed": 4, "timeout": 1})
    assert (found.timeouts, found.flaky) == (1, False)
