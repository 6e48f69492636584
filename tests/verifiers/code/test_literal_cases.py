"""Tests read as data: calls and expected values, checked as Python would check them."""

import copy
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.code.evaluate import Beyond, Work
from evol.verifiers.code.literal_cases import Missing, judge_case
from evol.verifiers.code.literal_reading import read_literal
from evol.verifiers.sandbox import Invocation, Raised, Returned, Value

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner)
    ),
    max_leaves=6,
)


def outcomes(script, *results, names=("f",)):
    tests = read_literal(script, names)
    assert tests is not None
    returned = [r if isinstance(r, Raised) else Returned(Value.of(r)) for r in results]
    return [judge_case(tests, case, returned) for case in tests.cases]


def holds(script, *results):
    return [o.passed for o in outcomes(script, *results)]


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        ("f(1) == [1, 2]", [1, 2], (1, 2)),
        ("f(1) == (1, 2)", (1, 2), [1, 2]),
        ("f(1) == 1", 1.0, "1"),
        ("f(1) == 1", True, 2),
        ("f(1) == {1, 2}", {2, 1}, [1, 2]),
        ("f(1) == {'a': [1]}", {"a": [1]}, {"a": [1], "b": 0}),
        ("f(1) == 10 ** 30", 10**30, 10**30 + 1),
        ("f(1) == 0.1 + 0.2", 0.1 + 0.2, 0.3),
        ("[1, 2] == f(1)", [1, 2], [2, 1]),
        ("f(1) != 3", 4, 3),
        ("f(1)", [0], []),
        ("not f(1)", "", "x"),
        ("f(1) is None", None, 0),
        ("f(1) is True", True, 1),
        ("f(1) is not None", 0, None),
        ("abs(f(1) - 2.5) < 1e-6", 2.5000001, 2.6),
        ("abs(f(1) - 2.5) < 1e-6", 2.5, math.nan),
        ("math.isclose(f(1), 2.0, rel_tol=1e-9)", 2.0, 2.1),
        ("round(f(1), 2) == 3.14", 3.14159, 3.15),
        ("set(f(1)) == {1, 2}", [2, 1, 2], [1, 3]),
        ("sorted(f(1)) == [1, 2]", [2, 1], [2, 2]),
        ("sorted(f(1), reverse=True) == [2, 1]", [1, 2], [1, 1]),
        ("tuple(f(1)) == (1, 2)", [1, 2], [2, 1]),
        ("len(f(1)) == 2", "ab", "a"),
        ("f(1)[0] == 1 and f(1)[-1] == 3", [1, 2, 3], [1, 2]),
        ("f(1)[1:] == [2, 3]", [1, 2, 3], [1, 2]),
        ("3 in f(1)", [1, 3], [1]),
        ("0 < f(1) <= 5", 5, 0),
        ("isinstance(f(1), list)", [1], (1,)),
        ("type(f(1)) == int", 1, True),
        ("f(1) == 2 or f(1) == 3", 3, 4),
        ("-f(1) == 1", -1, 1),
    ],
)
def test_checks_follow_python(check, right, wrong):
    script = f"import math\nassert {check}"
    tests = read_literal(script, ["f"])
    count = len(tests.calls)
    assert holds(script, *[right] * count) == [True]
    assert holds(script, *[wrong] * count) == [False]


def test_calls_are_read_in_order_with_their_arguments():
    tests = read_literal("assert f(1, [2], key='x') == g(-3) + 10 ** 2\nassert f((), {}) == None", ["f", "g"])
    assert tests.calls == (
        Invocation("f", (1, [2]), {"key": "x"}),
        Invocation("g", (-3,)),
        Invocation("f", ((), {})),
    )


def test_a_check_function_is_read_in_the_place_of_its_call():
    script = (
        "M = {}\ndef check(candidate):\n    '''Doc.'''\n    n = 2\n    assert candidate(n) == n * 2\ncheck(f)"
    )
    assert read_literal(script, ["f"]).calls == (Invocation("f", (2,)),)
    assert holds(script, 4) == [True]


def test_names_may_stand_for_results():
    script = "x = f(3)\nassert x == 4\nassert len([x, x]) == 2\nfrom math import pi as p\nassert f(p) > x"
    assert holds(script, 4, 5) == [True, True, True]


@pytest.mark.parametrize(
    ("script", "args", "right", "wrong"),
    [
        ("for i in range(2, 4):\n    assert f(i, i + 1) == str(i)", [(2, 3), (3, 4)], ["2", "3"], ["2", "4"]),
        (
            "cases = [([1, 2], 3), ([], 0)]\nfor xs, want in cases:\n    assert f(xs) == want",
            [([1, 2],), ([],)],
            [3, 0],
            [3, None],
        ),
        (
            "xs = [1, 2]\nys = [3, 4]\nfor i, (x, y) in enumerate(zip(xs, ys)):\n    assert f(x, i) == y",
            [(1, 0), (2, 1)],
            [3, 4],
            [3, 3],
        ),
        ("for k, v in {'a': 1, 'b': 2}.items():\n    assert f(k) == v", [("a",), ("b",)], [1, 2], [1, 1]),
        ("for k in {'a': 1, 'b': 2}:\n    assert f(k)", [("a",), ("b",)], [1, 2], [1, 0]),
        (
            "for i in (1, 2):\n    for c in 'ab':\n        x = c * i\n        assert f(x) == i",
            [("a",), ("b",), ("aa",), ("bb",)],
            [1, 1, 2, 2],
            [1, 1, 2, 1],
        ),
    ],
)
def test_a_loop_over_what_the_script_states_is_read_turn_by_turn(script, args, right, wrong):
    tests = read_literal(script, ["f"])
    assert tests is not None
    assert [call.args for call in tests.calls] == args
    assert all(holds(script, *right))
    assert holds(script, *wrong).index(False) == len(args) - 1


@pytest.mark.parametrize(
    "script",
    [
        "x, y = 1, 2\nx, y = y, x\nassert f(x, y) == 1",
        "assert all(f(x) == y for x, y in [(1, 0), (3, 0)])",
        "assert [f(x, y) for x in range(3) if x for y in 'ab'] == []",
        "xs = list(range(-9, 10, 2))\ns = sum([i**2 for i in xs if i % 2 and i > 0])\nassert f(xs) == s",
        "assert sorted(f(x) for x in range(3)) == [x for x in range(3)]",
        "xs = [3, 1]\nn = len(xs)\nassert f(xs, n) == n",
        "for i in range(2):\n    want = [j * i for j in range(3)]\n    assert f(want, i)",
        "for x in [f(1) for _ in range(0)]:\n    f(x)\nassert f(2)",
    ],
)
def test_the_calls_read_are_those_that_python_makes(script):
    made = []

    def f(*args):
        made.append(copy.deepcopy(args))
        return 0

    exec(script.replace("assert ", "held = "), {"f": f})
    tests = read_literal(script, ["f"])
    assert tests is not None
    assert [call.args for call in tests.calls] == made


def test_what_is_drawn_at_random_is_drawn_once_and_the_same_each_time():
    script = "import random\nfrom random import choice as pick\nrandom.seed(4)\nfor _ in range(20):\n"
    script += "    x, y = random.randint(0, 99), pick('abc')\n    assert f(x, y) == y * x"
    one, other = read_literal(script, ["f"]), read_literal(script, ["f"])
    assert one is not None
    assert one.calls == other.calls
    assert len({call.args for call in one.calls}) > 5
    right = [Returned(Value.of(y * x)) for x, y in (call.args for call in one.calls)]
    assert all(judge_case(one, case, right).passed for case in one.cases)
    x, y = one.calls[0].args
    assert one.cases[0].source == f"assert f(x, y) == y * x with _ = 0, x = {x}, y = {y!r}"


def test_a_turn_of_a_loop_is_named_where_it_fails():
    tests = read_literal("for i, (a, b) in [(0, (1, 'x')), (1, (2, 'y'))]:\n    assert f(a) == b", ["f"])
    assert tests is not None
    assert tests.cases[1].source == "assert f(a) == b with i = 1, a = 2, b = 'y'"


@pytest.mark.parametrize(
    "script",
    [
        "for i in range(1001):\n    assert f(i) == i",
        "for i in range(1000):\n    assert f(sum(range(10 ** 6))) == i",
        "xs = ['x' * 10 ** 6 for _ in range(1000)]\nassert f(len(xs)) == 1",
        "for i in f(1):\n    assert i == 1",
        "for k, v in [1, 2].items():\n    assert f(k) == v",
        "for i in enumerate([1], f(2)):\n    assert f(i)",
        "for a, b in [(1, 2), (3,)]:\n    assert f(a) == b",
        "for a, *b in [(1, 2)]:\n    assert f(a) == b",
        "for i in range(3):\n    if i:\n        assert f(i) == i",
        "for i in range(3):\n    assert f(i) == i\n    break",
        "for i in {1, 2}:\n    assert f(i) == i",
        "cases = [[1], [2]]\nfor c in cases:\n    f(c)\nassert cases == [[1], [2]]",
        "for c in [[1]]:\n    f(c)\n    assert c == [1]",
        "l = [1, 2]\nassert f(l) is None\nassert l == [2, 1]",
        "l = [1, 2]\nassert f(l) == l",
        "l = [1, 2]\nm = l\nf(l)\nassert m == [2, 1]",
        "assert f(f(1)) == 1",
        "assert f(lambda v: v) == 1",
        "assert f(1).name == 'x'",
        "assert f(*[1, 2]) == 3",
        "try:\n    f(-1)\nexcept ValueError:\n    pass",
        "with open('x'):\n    assert f(1) == 1",
        "import random\nassert f(random.gauss(0, 1)) > 0",
        "import random\nrandom.shuffle([1])\nassert f(1) == 1",
        "import random\nassert f(random.sample(range(9 ** 9), 9 ** 9)) == 1",
        "assert any(f(x) for x in (1, 2))",
        "assert f(x for x in (1, 2)) == 1",
        "assert len(f(x) for x in (1, 2)) == 1",
        "assert {f(x) for x in (1, 2)} == {1}",
        "xs = [[1]]\nassert [f(x) for x in xs] == [1]\nassert xs == [[1]]",
        "xs = [1]\nys = xs[:1]\nassert f(xs) == 1\nassert ys == [1]",
        "x, y = f(1)\nassert x == y",
        "[x, y] = 1, 2\nassert f(x) == y",
        "assert [x for x in f(1)] == [1]",
        "assert f(1) is 1",
        "assert f(2 ** 10 ** 10) == 1",
        "assert f('a' * 10 ** 10) == 1",
        "assert unknown(1) == 1",
        "def check(c):\n    check(c)\ncheck(f)\nassert f(1) == 1",
    ],
)
def test_what_does_more_is_not_read_as_data(script):
    assert read_literal(script, ["f"]) is None


def test_a_script_without_assertions_has_no_cases():
    assert read_literal("f(1)", ["f"]) is None
    assert read_literal("assert f(1) ==", ["f"]) is None


def test_the_first_failing_case_tells_both_values():
    (outcome,) = outcomes("assert f(1) == [3]", [1, 2])
    assert (outcome.got, outcome.expected) == ("[1, 2]", "[3]")


def test_a_call_that_raised_fails_its_case():
    (outcome,) = outcomes("assert f(1) == 1", Raised("ValueError", "no"))
    assert (outcome.passed, outcome.raised) == (False, "ValueError: no")


def test_a_check_that_raises_fails():
    (outcome,) = outcomes("assert f(1) < 3", None)
    assert "TypeError" in outcome.raised


def test_a_result_that_never_came_is_missing():
    with pytest.raises(Missing):
        outcomes("assert f(1) == 1\nassert f(2) == 2", 1)


@pytest.mark.parametrize(
    "check", ["f(1)", "not f(1)", "len(f(1)) == 1", "f(1) + 1 == 2", "list(f(1)) == []", "f(1)[0] == 1"]
)
def test_an_object_that_is_no_data_is_left_to_the_judge(check):
    tests = read_literal(f"assert {check}", ["f"])
    with pytest.raises(Beyond):
        judge_case(tests, tests.cases[0], [Returned(Value.received(["o", "Thing"]))])


@pytest.mark.parametrize("check", ["f(1) == 1", "f(1) is None", "f(1) == [f(1)]"])
def test_an_object_that_is_no_data_equals_none(check):
    tests = read_literal(f"assert {check}", ["f"])
    foreign = Returned(Value.received(["o", "Thing"]))
    assert not judge_case(tests, tests.cases[0], [foreign, foreign]).passed


def test_colliding_hashes_and_endless_ranges_cost_nothing():
    collide = [k * ((1 << 61) - 1) for k in range(3000)]
    tests = read_literal("assert set(f(1)) == {1}\nassert list(f(2)) == [1]", ["f"])
    with pytest.raises(Beyond):
        judge_case(tests, tests.cases[0], [Returned(Value.of(collide))])
    with pytest.raises(Beyond):
        judge_case(tests, tests.cases[1], [Returned(Value.of(0)), Returned(Value.of(range(10**12)))])


@given(PLAIN, PLAIN)
def test_equality_is_pythons(got, expected):
    assert holds(f"assert f(1) == {expected!r}", got) == [got == expected]


@given(st.text(alphabet="assert f(1)=[]{},+-*<>'\"\n inotd", max_size=80))
def test_reading_never_raises(script):
    read_literal(script, ["f"])


def test_what_the_turns_of_a_loop_take_to_check_is_bounded_in_all():
    tests = read_literal("for i in range(1000):\n    assert f(i) == i + 0 * sum(range(10 ** 6))", ["f"])
    assert tests is not None
    results = [Returned(Value.of(i)) for i in range(1000)]
    work = Work()
    assert judge_case(tests, tests.cases[0], results, work).passed
    with pytest.raises(Beyond):
        [judge_case(tests, case, results, work) for case in tests.cases]
