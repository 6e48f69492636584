"""Duplicates: what counts as one, what never does, and that the answer does not depend on the way."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evol._words import normal_form, words
from evol.dedup import Cluster, DuplicateFinder, find_near_duplicates, similarity
from evol.dedup.bands import plan
from evol.dedup.clusters import Links
from evol.dedup.hashes import BLOCK, LONGEST, pair_hashes
from evol.dedup.shingles import shingles
from evol.dedup.spool import Spool, read_slice
from evol.verifiers.workers import WorkerPool

DATA = Path(__file__).parents[1] / "../shared/data"
STORY = (
    "Natalia sold clips to 48 of her friends in April, and then she sold half as many clips in May. "
    "How many clips did Natalia sell altogether in April and May?"
)
OTHER = (
    "A robe takes 2 bolts of blue fiber and half that much white fiber. How many bolts does it take in all?"
)

texts = st.text(max_size=60) | st.sampled_from([STORY, OTHER, STORY.upper(), "", " ", "…", "\ud800", "x\0y"])


def ids(clusters: list[Cluster]) -> list[list[str]]:
    return [[cluster.first, *(one.id for one in cluster.duplicates)] for cluster in clusters]


def find(*given: str, **options: object) -> list[Cluster]:
    return find_near_duplicates(((str(at), text) for at, text in enumerate(given)), **options)  # type: ignore[arg-type]


class TestWhatIsADuplicate:
    def test_case_space_and_unicode_form_make_no_difference(self) -> None:
        (cluster,) = find(STORY, OTHER, f"  {STORY.upper()}\n", STORY.replace("48", "48"))
        assert (cluster.first, [(one.id, one.exact, one.similarity) for one in cluster.duplicates]) == (
            "0",
            [("2", True, 1.0), ("3", True, 1.0)],
        )

    def test_a_changed_word_makes_a_near_duplicate_with_its_similarity(self) -> None:
        changed = STORY.replace("altogether", "together")
        (cluster,) = find(STORY, OTHER, changed)
        (one,) = cluster.duplicates
        assert (one.id, one.like, one.exact) == ("2", "0", False)
        assert one.similarity == similarity(STORY, changed) >= 0.8

    def test_different_texts_are_none(self) -> None:
        assert find(STORY, OTHER) == []

    def test_texts_without_words_are_never_duplicates(self) -> None:
        assert find("", "", " ", "...", "?!") == []

    def test_an_operator_is_not_punctuation(self) -> None:
        assert find("What is 3 + 4?", "What is 3 - 4?") == []
        assert ids(find("What is 3 + 4?", "what is 3 + 4")) == [["0", "1"]]

    def test_text_without_spaces_is_compared_sign_by_sign(self) -> None:
        first = "娜塔莉亚四月份卖给她的朋友四十八个发夹然后五月份卖了一半请问她一共卖了多少个发夹"
        assert ids(find(first, first.replace("请问", ""))) == [["0", "1"]]

    def test_the_head_of_a_cluster_is_its_first_text_and_all_members_name_a_match(self) -> None:
        tokens = STORY.split()
        chain = [" ".join([*tokens[at:], *(f"word{n}" for n in range(at))]) for at in range(8)]
        (cluster,) = find(*chain, threshold=0.8)
        assert cluster.first == "0"
        assert [one.id for one in cluster.duplicates] == [str(at) for at in range(1, 8)]
        for one in cluster.duplicates:
            assert similarity(chain[int(one.id)], chain[int(one.like)]) == one.similarity >= 0.8


class TestNumbers:
    OTHER_NUMBERS = STORY.replace("48", "36")

    def test_count_as_words_unless_told(self) -> None:
        assert ids(find(STORY, self.OTHER_NUMBERS)) == [["0", "1"]]

    def test_exact_keeps_problems_with_other_numbers_apart(self) -> None:
        assert find(STORY, self.OTHER_NUMBERS, numbers="exact") == []
        assert ids(find(STORY, STORY.replace("altogether", "together"), numbers="exact")) == [["0", "1"]]

    def test_exact_reads_thousands_alike(self) -> None:
        one = STORY.replace("48", "1,200")
        assert ids(find(one, one.replace("1,200", "1200"), numbers="exact", threshold=0.7)) == [["0", "1"]]

    def test_mask_finds_templates(self) -> None:
        first = "Tom has 3 red pens and 4 blue pens and 5 green pens"
        second = "Tom has 13 red pens and seven blue pens and 51 green pens"
        assert find(first, second) == []
        assert ids(find(first, second, numbers="mask")) == [["0", "1"]]


class TestAnswersDoNotDependOnTheWay:
    def made(self) -> list[str]:
        rng = random.Random(2)
        vocabulary = [f"word{n}" for n in range(400)]
        rows = [" ".join(rng.choices(vocabulary, k=30)) for _ in range(300)]
        return rows + [row.replace(row.split()[4], "other", 1) for row in rows[:100]] + rows[:20]

    def test_workers_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("evol.dedup.finder.BATCH_BYTES", 5_000)
        alone = find(*self.made())
        with WorkerPool(2) as pool:
            assert find(*self.made(), pool=pool) == alone
        assert sum(len(cluster.duplicates) for cluster in alone) == 120

    def test_neither_does_grouping_in_parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        alone = find(*self.made())
        monkeypatch.setattr("evol.dedup.finder.KEYS_AT_ONCE", 100)
        assert find(*self.made()) == alone

    def test_a_finder_can_be_asked_again(self) -> None:
        with DuplicateFinder() as finder:
            finder.add("a", STORY)
            first = list(finder.clusters())
            finder.add("b", STORY)
            assert (first, ids(list(finder.clusters())), len(finder)) == ([], [["a", "b"]], 2)

    def test_temporary_files_are_deleted(self, tmp_path: Path) -> None:
        with DuplicateFinder(tmp_path) as finder:
            finder.add("a", STORY)
            list(finder.clusters())
            assert list(tmp_path.iterdir())
        assert not list(tmp_path.iterdir())

    def test_a_band_that_all_texts_share_costs_no_square(self) -> None:
        rows = [
            f"{'the same words again and again in every row ' * 3} {n} {n * 7919 % 1000}" for n in range(2000)
        ]
        (cluster,) = find(*rows, threshold=0.5)
        assert len(cluster.duplicates) == 1999


class TestProperties:
    @given(first=texts, second=texts)
    def test_similarity_is_symmetric_and_bounded(self, first: str, second: str) -> None:
        assert similarity(first, second) == similarity(second, first)
        assert 0.0 <= similarity(first, second) <= 1.0

    @given(text=texts)
    def test_a_text_with_words_duplicates_itself(self, text: str) -> None:
        assert similarity(text, text) == (1.0 if words(text) else 0.0)

    @settings(max_examples=60, deadline=None)
    @given(given=st.lists(texts, max_size=12), threshold=st.floats(0.3, 1.0))
    @example(given=["a", "A", "a b"], threshold=1.0)
    def test_any_texts_are_partitioned_and_no_match_is_below_the_threshold(
        self, given: list[str], threshold: float
    ) -> None:
        clusters = find(*given, threshold=threshold)
        assert clusters == find(*given, threshold=threshold)
        members = [int(name) for group in ids(clusters) for name in group]
        assert len(members) == len(set(members))
        assert [int(cluster.first) for cluster in clusters] == sorted(int(c.first) for c in clusters)
        for cluster in clusters:
            assert all(int(one.id) > int(cluster.first) for one in cluster.duplicates)
            assert all(one.exact or one.similarity >= threshold for one in cluster.duplicates)

    @given(text=st.text(max_size=80))
    def test_normal_forms_are_stable(self, text: str) -> None:
        assert normal_form(f" {text}\n") == normal_form(text)

    @given(text=st.text(st.characters(max_codepoint=127), max_size=80))
    def test_ascii_is_read_as_the_rest_of_unicode_is(self, text: str) -> None:
        assert words(text) == words(f"{text} é")[:-1]

    @given(threshold=st.floats(0.3, 0.99))
    def test_the_plan_misses_at_most_half_a_percent_at_the_threshold(self, threshold: float) -> None:
        cut = plan(threshold)
        assert cut.candidate_rate(threshold) >= 0.995
        assert cut.bands * cut.rows <= 72 or cut.rows == 1


def hashed(given: list[str]) -> list[list[int]]:
    hashes, offsets = pair_hashes(given)
    return [hashes[a:b].tolist() for a, b in pairwise(offsets.tolist())]


def pairs(text: str) -> list[tuple[str, ...]]:
    found = words(text)
    return list(pairwise(found)) if len(found) > 1 else [(word,) for word in found]


@given(st.lists(texts | st.text("ab .1+é漢\x1c\xff", max_size=12), min_size=1, max_size=6))
def test_equal_word_pairs_have_equal_hashes_and_others_have_others(given: list[str]) -> None:
    given = [text.replace("\ud800", "?") for text in given]
    found = hashed(given)
    assert [len(one) for one in found] == [len(shingles(words(text))) for text in given]
    known = {
        pair: number
        for text, one in zip(given, found, strict=True)
        for pair, number in zip(pairs(text), one, strict=True)
    }
    assert all([known[pair] for pair in pairs(text)] == one for text, one in zip(given, found, strict=True))
    assert len(set(known.values())) == len(known)


def test_a_text_longer_than_what_is_hashed_at_once_is_hashed_like_a_short_one() -> None:
    sentence = "the quick brown fox jumps over the lazy dog "
    ((*first, _),) = hashed([sentence * 2])
    (whole,) = hashed([sentence * (2 * BLOCK // len(sentence))])
    assert set(whole) == set(first)
    ((one,), (other,)) = hashed(["x" * 2 * BLOCK, "x" * 2 * BLOCK + "y"])
    assert one == other, f"only the first {LONGEST} bytes of a word are hashed"


def test_links_keep_the_closest_match() -> None:
    links = Links(5)
    links.join(3, 4, 0.9, exact=False)
    links.join(1, 4, 0.95, exact=False)
    ((root, matches),) = links.clusters()
    assert root == 1
    assert [(one.number, one.like, one.similarity) for one in matches] == [(3, 4, 0.9), (4, 1, 0.95)]


@given(given=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=20))
def test_a_spool_gives_back_what_was_added(
    given: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool") / "texts")
    for number, text in enumerate(given):
        spool.add(f"é{number}", text)
    spool.flush()
    assert [spool.read(number) for number in range(len(spool))] == [(f"é{n}", t) for n, t in enumerate(given)]
    slices = list(spool.slices(40))
    assert [text for start, end in slices for text in read_slice(spool.path, start, end)] == given
    spool.close()


def test_nothing_is_missed_in_real_rows() -> None:
    if not DATA.is_dir():
        pytest.skip("the data for development is not on this machine")
    import json

    lines = (DATA / "gsm8k_train_2000.jsonl").read_text().splitlines()[:600]
    rows = [json.loads(line)["question"] for line in lines]
    changed = [row.replace(" the ", " that ", 1) for row in rows[:200]]
    found = {one.id for cluster in find(*rows, *changed) for one in cluster.duplicates}
    close = {str(600 + n) for n in range(200) if similarity(rows[n], changed[n]) >= 0.8}
    assert len(close - found) <= 0.01 * len(close)
