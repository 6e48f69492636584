"""The arguments at the edges that programs are compared on."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evol.domains.code.boundaries import WIDEST, Named, boundary_arguments, named_values

LITERALS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMED = Named((0, 1, -1, 10, 11), (0, 1, 10, 11), ("yes",))


def found(given_: list[tuple[Any, ...]], named: Named = NAMED, most: int = 80) -> list[tuple[Any, ...]]:
    return list(boundary_arguments(given_, named, most, Random(0)))


def test_what_programs_and_instruction_name_is_named_with_its_neighbours() -> None:
    named = named_values(
        ["def f(n):\n    return n % 100 == 0 or 'N/A'", "not a program ("], "At most 12 items."
    )
    assert {0, 1, -1, 11, 12, 13, 99, 100, 101, -100} <= set(named.numbers)
    assert {0, 1, 11, 12, 13} <= set(named.lengths)
    assert max(named.lengths) < 99
    assert named.texts == ("N/A",)


def test_numbers_too_large_to_count_to_are_left_out() -> None:
    assert max(named_values(["f = 10 ** 9 + 1000000007"], "up to 1000000 items").numbers) <= 11


def test_each_argument_comes_to_nothing_to_one_and_to_the_named_lengths() -> None:
    lists = [args[0] for args in found([([4, 9, 2], "ab c")])]
    assert [] in lists
    assert [4] in lists
    assert [4, 4] in lists
    assert [2, 4, 9] in lists
    assert [9, 4, 2] in lists
    assert {10, 11} <= {len(items) for items in lists}
    texts = {args[1] for args in found([([4, 9, 2], "ab c")])}
    assert {"", "a", "aa", "yes"} <= texts


def test_numbers_and_flags_reach_their_edges() -> None:
    numbers = set(found([(7, True, 2.5)]))
    assert {0, 1, -1, 10, 11, 6, 8, -7} <= {n for n, _, _ in numbers}
    assert (7, False, 2.5) in numbers
    assert 0.0 in {x for _, _, x in numbers}


def test_parts_of_parts_change() -> None:
    changed = [args[0] for args in found([([{"a": (1, "x")}],)], most=200)]
    assert any(items and items[0].get("a", (1, "x"))[0] == 0 for items in changed)
    assert any(items and items[0] == {} for items in changed)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LITERALS, LITERALS), min_size=1, max_size=4))
def test_whatever_is_given_arguments_are_new_distinct_few_and_of_their_kind(
    arguments: list[tuple[Any, ...]],
) -> None:
    changed = found(arguments, most=40)
    texts = [repr(args) for args in changed]
    assert len(set(texts)) == len(texts) <= 40
    assert not set(texts) & {repr(args) for args in arguments}
    assert all(len(text) <= WIDEST for text in texts)
    kinds = [{type(args[place]) for args in arguments} for place in (0, 1)]
    assert all(type(args[place]) in kinds[place] for args in changed for place in (0, 1))
    assert [repr(args) for args in found(arguments, most=40)] == texts


def test_very_long_arguments_are_not_varied() -> None:
    assert found([(list(range(WIDEST)),)]) == []
