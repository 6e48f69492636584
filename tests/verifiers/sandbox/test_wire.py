"""Plain data survives the crossing exactly, equality is Python's, and nothing malformed or hostile
gets through.
"""

from __future__ import annotations

import json
import marshal
import time
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.sandbox import Value, WireError
from evol.verifiers.sandbox.values import unpacked
from evol.verifiers.sandbox.wire import MAX_DEPTH, Encoder, dump, encode, load, packed
from evol.verifiers.sandbox.worker import WITHOUT_SHARING

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.binary(max_size=20),
    st.complex_numbers(allow_nan=False),
    st.fractions(),
    st.decimals(allow_nan=False),
    st.just(...),
    st.dates(),
    st.datetimes(timezones=st.sampled_from((None, UTC, timezone(timedelta(hours=-5))))),
    st.times(),
    st.timedeltas(),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 3)),
)
hashable = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3).map(tuple), max_leaves=6)
plain = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(inner, max_size=3).map(deque),
        st.frozensets(hashable, max_size=4),
        st.sets(hashable, max_size=4),
        st.dictionaries(hashable, inner, max_size=4),
        st.dictionaries(hashable, inner, max_size=3).map(OrderedDict),
        st.dictionaries(hashable, inner, max_size=3).map(lambda d: defaultdict(list, d)),
        st.dictionaries(hashable, st.integers(), max_size=3).map(Counter),
    ),
    max_leaves=12,
)
numbers = st.one_of(
    st.booleans(), st.integers(-3, 3), st.floats(-3, 3), st.fractions(-3, 3, max_denominator=4)
)
close = st.recursive(
    st.one_of(numbers, st.sampled_from(["", "a", b"", b"a", None])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(numbers, inner, max_size=2),
    ),
    max_leaves=4,
)


def crossed(value: object) -> Value:
    return Value.received(load(dump(encode(value))))


@given(plain)
def test_what_comes_back_is_equal_and_of_the_same_types(value):
    back = crossed(value)
    assert back.is_plain
    assert back.plain() == value
    assert repr(type(back.plain())) == repr(type(value))
    assert back.equals(value)


@given(close, close)
def test_equality_is_pythons(one, other):
    assert crossed(one).equals(other) == (one == other)


@given(st.sets(hashable, max_size=6))
def test_a_set_equals_the_same_elements_in_any_order(elements):
    node = encode(elements)
    assert Value.received([node[0], *reversed(node[1:])]).equals(frozenset(elements))


class Grade(IntEnum):
    A = 1


class Loud(float):
    def __eq__(self, other):
        return True

    def __mul__(self, other):
        return 0.0

    __hash__ = float.__hash__


@pytest.mark.parametrize(
    ("value", "same", "other"),
    [
        (Grade.A, 1, 2),
        (Loud(2.5), 2.5, 0.0),
        (namedtuple("P", "x y")(1, 2), (1, 2), [1, 2]),
        (Counter("aab"), {"a": 2, "b": 1}, {"a": 1, "b": 1}),
        (OrderedDict([(1, 2), (3, 4)]), {3: 4, 1: 2}, {}),
        (defaultdict(list, {1: [2]}), {1: [2]}, {1: (2,)}),
        (10**5000, 10**5000, 10**5000 + 1),
        (True, 1, 0),
        ({1.0, 2}, {1, 2.0}, {1}),
        (Decimal("0.5"), Fraction(1, 2), Fraction(1, 3)),
        ("\ud800", "\ud800", "\ud801"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_subclasses_cross_as_what_they_hold(value, same, other):
    assert crossed(value).equals(same)
    assert not crossed(value).equals(other)


def test_nothing_equals_a_nan_or_a_foreign_value():
    nan = Value.received(["f", "nan"])
    assert not nan.equals(float("nan"))
    foreign = Value.received(["l", ["o", "Sneaky"]])
    assert not foreign.is_plain
    assert not foreign.equals(["Sneaky"])
    assert foreign.show() == "[<Sneaky object>]"


@pytest.mark.parametrize("value", [object(), [1, object()], {1: print}, iter([])])
def test_what_is_not_plain_is_refused(value):
    with pytest.raises(WireError):
        encode(value)


def test_no_method_of_the_value_is_called():
    class Trap(list):
        def __iter__(self):
            raise AssertionError("called")

        __len__ = __getitem__ = __iter__

    class Odd:
        def __getattribute__(self, name):
            raise AssertionError("called")

    assert encode(Trap([1, 2])) == ["l", 1, 2]
    assert Encoder(lambda value: ["o", "x"]).node([Odd()]) == ["l", ["o", "x"]]


@pytest.mark.parametrize(
    "node",
    [
        {},
        [],
        ["?"],
        [1, 2],
        ["d", 1],
        ["i", 5],
        ["f", "1"],
        ["c", 1],
        ["q", 1, "2"],
        ["l", {}],
        ["o"],
        ["o", 1],
        ["h", "x"],
        ["x", 1, 2],
        ["l", ["l", ["nope"]]],
    ],
)
def test_malformed_nodes_are_refused(node):
    with pytest.raises(WireError):
        Value.received(node)


@pytest.mark.parametrize(
    "node", [["i", "zz"], ["b", "0"], ["r", 1, 2, 0], ["q", 1, 0], ["D", "x"], ["s", ["l"]], ["h", 3]]
)
def test_impossible_contents_are_refused_and_equal_nothing(node):
    value = Value.received(node)
    with pytest.raises(WireError):
        value.plain()
    assert not value.equals(0)
    assert value.show()


@pytest.mark.parametrize(
    "data",
    [b"", b"[", b"\xff", b"NaN", b"[] []", b"1" * 100, b"[" * 100_000, b"{" * 5000, b'"\xc3\xa9"' + b" " * 9],
    ids=len,
)
def test_bytes_that_are_no_message_are_refused(data):
    with pytest.raises(WireError):
        load(data)


def test_depth_is_capped_both_ways():
    deep: list = []
    for _ in range(MAX_DEPTH + 5):
        deep = [deep]
    with pytest.raises(WireError):
        encode(deep)
    node: list = ["l"]
    for _ in range(MAX_DEPTH + 5):
        node = ["l", node]
    with pytest.raises(WireError):
        Value.received(node)
    itself: list = []
    itself.append(itself)
    with pytest.raises(WireError):
        encode(itself)


def test_colliding_hashes_neither_stall_the_comparison_nor_get_rebuilt():
    keys = [n * ((1 << 61) - 1) for n in range(1, 20_000)]
    node = json.loads(json.dumps(["s", *[["i", format(k, "x")] if k >= 1 << 63 else k for k in keys]]))
    started = time.process_time()
    value = Value.received(node)
    assert value.equals(set()) is False
    with pytest.raises(WireError):
        value.plain()
    assert time.process_time() - started < 5


def test_a_forged_set_with_repeated_elements_is_the_set_of_them():
    assert Value.received(["s", 1, 1, 1.0]).equals({1})
    assert not Value.received(["d", 1, 2, 1, 3]).equals({1: 3})


def types(value: object) -> object:
    """Return the types that a value is made of, in its order where it has one."""
    if isinstance(value, dict):
        return dict, [(types(k), types(v)) for k, v in value.items()]
    if isinstance(value, list | tuple | deque):
        return type(value), [types(v) for v in value]
    inside = sorted(repr(types(v)) for v in value) if isinstance(value, set | frozenset) else []
    return type(value), inside


@given(st.tuples(plain, plain) | st.dictionaries(st.text(max_size=3), plain, max_size=3))
def test_arguments_arrive_as_they_were(arguments):
    arrived = unpacked(marshal.loads(marshal.dumps(packed(arguments), WITHOUT_SHARING)))
    assert arrived == arguments
    assert types(arrived) == types(arguments)


@pytest.mark.parametrize(
    "value", [bytearray(b"x"), IntEnum("E", "a").a, OrderedDict(a=1), range(3), deque([1])]
)
def test_what_marshal_would_change_goes_as_a_node(value):
    assert packed((value,)) == encode((value,))


def test_arguments_too_deep_to_carry_are_refused():
    deep: list = []
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(WireError):
        packed((deep,))
