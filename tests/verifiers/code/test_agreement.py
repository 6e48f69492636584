"""Cross-checking without a gold: which solutions and tests find each other (CodeT)."""

from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.code.agreement import agree, largest_agreement

RIGHT = ["def double(x): return 2 * x", "def double(x): return x + x"]
WRONG = ["def double(x): return x * x", "def double(x): return None"]
TESTS = ["assert double(2) == 4", "assert double(3) == 6", "assert double(3) == 9", "assert double(0) == 0"]


def test_right_solutions_and_right_tests_find_each_other(verifier):
    found = agree(verifier, [WRONG[0], *RIGHT, WRONG[1]], TESTS)
    assert (found.solutions, found.tests) == ((1, 2), (0, 1, 3))
    assert (found.score, found.runner_up) == (6, 3)


def test_nothing_agrees_where_nothing_passes():
    assert largest_agreement([[False, False], [False, False]]).score == 0
    assert largest_agreement([]).solutions == ()


def test_ties_go_to_more_solutions():
    found = largest_agreement([[True, True, False], [False, False, True], [False, False, True]])
    assert (found.solutions, found.score, found.runner_up) == ((1, 2), 2, 2)


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), max_size=6))
def test_the_group_passes_the_same_tests_and_no_group_scores_higher(passes):
    found = largest_agreement(passes)
    rows = [tuple(j for j, ok in enumerate(row) if ok) for row in passes]
    assert all(rows[i] == found.tests for i in found.solutions)
    assert found.score == max((len(r) * rows.count(r) for r in rows), default=0)
