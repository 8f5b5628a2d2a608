"""Variants worked out together say what each of them says alone; see test_signals for all signals."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.data.variants import Variants
from service.ranker.second_stage.variant_scores import VariantScores
from tests.service.ranker.planted import query_scores, snapshot

CANDIDATES = np.array([1, 8, 25, 39])
HISTORY = History.of(np.array([2, 4, 6, 10]))
LEFT_OUT = [np.array([], int), np.array([3]), np.array([0, 1, 2, 3])]


@pytest.fixture(scope="module")
def scores() -> VariantScores:
    catalogue = snapshot()
    states = np.ones((len(LEFT_OUT), catalogue.item_vectors.shape[1]), np.float32)
    return VariantScores(
        Variants.without(HISTORY, LEFT_OUT), states, CANDIDATES, catalogue, decay=0.8
    )


def test_without_the_newest_event_the_one_before_it_counts_most(
    scores: VariantScores,
) -> None:
    without_newest = query_scores(scores.snapshot, History.of(np.array([2, 4, 6])))
    np.testing.assert_allclose(
        scores.ease_recent[1], without_newest.ease_recent[CANDIDATES], atol=1e-5
    )
    assert np.abs(scores.ease_recent[0] - scores.ease_recent[1]).max() > 1e-3


@pytest.mark.parametrize(
    "name", ["ease_recent", "ease_all", "knn_recent", "knn_all", "co_occurrence", "backoff"]
)
def test_a_variant_without_events_is_co_engaged_with_nothing(
    scores: VariantScores, name: str
) -> None:
    values = getattr(scores, name)
    assert values.shape == (len(LEFT_OUT), len(CANDIDATES))
    assert not values[2].any()
    assert values[0].any()


def test_lengths_are_those_of_the_variants(scores: VariantScores) -> None:
    assert scores.lengths.tolist() == [[4], [3], [0]]


def test_an_empty_history_says_nothing() -> None:
    catalogue = snapshot()
    empty = Variants.without(History.of(np.zeros(0, np.int64)), [np.zeros(0, np.int64)])
    scores = VariantScores(empty, np.zeros((1, 8), np.float32), CANDIDATES, catalogue, 0.8)
    for name in ("ease_recent", "co_occurrence", "backoff", "text_recent", "tags_recent"):
        assert not getattr(scores, name).any()
    assert not scores.best("image").any()
