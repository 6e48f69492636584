"""Which rows are shown: a fair part of each kind, none wasted, at even distances."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from evol.report.sampling import Spread, allot, every

COUNTS = st.dictionaries(st.text(max_size=3), st.integers(1, 500), min_size=1, max_size=12)


@given(COUNTS, st.integers(0, 800))
def test_allotments_use_all_room_and_favour_no_kind(available: dict[str, int], size: int) -> None:
    taken = allot(available, size)
    assert sum(taken.values()) == min(size, sum(available.values()))
    assert all(taken[kind] <= available[kind] for kind in available)
    cut_short = [taken[kind] for kind in available if taken[kind] < available[kind]]
    assert not cut_short or max(cut_short) - min(cut_short) <= 1
    assert not cut_short or max(taken.values()) - min(cut_short) <= 1


@given(COUNTS, st.integers(1, 800))
def test_a_spread_takes_its_part_of_each_kind_from_all_along(available: dict[str, int], size: int) -> None:
    spread, part = Spread(available, size), allot(available, size)
    for kind, count in available.items():
        places = [place for place in range(count) if spread.takes(kind)]
        assert len(places) == part[kind]
        gaps = [b - a for a, b in itertools.pairwise(places)]
        assert not gaps or max(gaps) - min(gaps) <= 1


@given(st.integers(0, 10_000), st.integers(1, 100))
def test_every_gives_at_most_so_many_places_within_the_count(count: int, size: int) -> None:
    places = list(every(count, size))
    assert len(places) <= size
    assert len(places) > 0 or count == 0
    assert all(0 <= place < count for place in places)
