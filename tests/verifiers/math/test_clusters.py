"""Answers of K samples fall into classes of equal value, whatever their order and spelling."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evol.verifiers.math.clusters import Cluster, Clustering, agreement, cluster
from evol.verifiers.math.profiles import LENIENT


def test_one_value_in_several_spellings_is_one_class():
    found = cluster(["1/2", "0.5", r"\frac{1}{2}", "2", "50\\%", ""])
    assert [len(c.members) for c in found.clusters] == [4, 1]
    assert (found.clusters[0].members, found.unanswered) == ((0, 1, 2, 4), (5,))
    assert found.top == pytest.approx(4 / 6)
    assert found.runner_up == pytest.approx(1 / 6)


def test_the_most_frequent_text_stands_for_its_class():
    assert cluster(["0.5", "1/2", "1/2"]).clusters == (Cluster("1/2", (0, 1, 2)),)


def test_an_answer_that_belongs_to_two_classes_joins_none():
    found = cluster(["28", "28", "0.28", "0.28", "28%"], profile=LENIENT, last_resort=False)
    assert found.undecided == (4,)
    assert [c.members for c in found.clusters] == [(2, 3), (0, 1)]


@given(st.permutations(["1/2", "0.5", "3", "3.0", "7", "", "x+1", "1+x", "2/4"]))
def test_order_changes_nothing_but_the_indices(answers):
    found = cluster(answers, last_resort=False)
    named = [(c.representative, sorted(answers[i] for i in c.members)) for c in found.clusters]
    usual = cluster(sorted(answers), last_resort=False)
    assert named == [
        (c.representative, sorted(sorted(answers)[i] for i in c.members)) for c in usual.clusters
    ]


@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["1", "2", "1.0"])), max_size=8))
def test_every_sample_is_somewhere_once(answers):
    found = cluster(answers, last_resort=False)
    places = [*found.undecided, *found.unanswered, *(i for c in found.clusters for i in c.members)]
    assert sorted(places) == list(range(len(answers))) == list(range(found.samples))
    json.dumps(agreement(found).to_json())


def votes(*sizes: int, undecided: int = 0, unanswered: int = 0) -> Clustering:
    """Build classes of the given sizes."""
    found, at = [], 0
    for rank, size in enumerate(sizes):
        found.append(Cluster(str(rank), tuple(range(at, at + size))))
        at += size
    return Clustering(
        tuple(found),
        tuple(range(at, at + undecided)),
        tuple(range(at + undecided, at + undecided + unanswered)),
    )


@pytest.mark.parametrize(
    ("clustering", "reason"),
    [
        (votes(4), "agreement"),
        (votes(3, 1, 1), "agreement"),
        (votes(4, 1), "agreement"),
        (votes(3, 2), "no_agreement"),
        (votes(2, 2), "no_agreement"),
        (votes(2, unanswered=2), "no_agreement"),
        (votes(2, undecided=2), "undecided_votes"),
        (votes(1, 1, undecided=2), "no_agreement"),
        (votes(undecided=3), "no_answer"),
        (votes(unanswered=3), "no_answer"),
        (votes(), "no_answer"),
    ],
)
def test_agreement_needs_a_leader_and_no_rival(clustering, reason):
    assert agreement(clustering).reason == reason


def test_the_thresholds_are_the_callers():
    assert agreement(votes(3, 2), top=0.5, runner_up=0.4).accepted
    assert agreement(votes(4, 1), top=0.9).reason == "no_agreement"
