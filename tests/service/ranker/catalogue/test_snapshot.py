"""A snapshot: how it grows as a whole, and the items on which scales are measured."""

from __future__ import annotations

import numpy as np

from service.ranker.catalogue.snapshot import SAMPLE_ITEMS
from tests.service.ranker.planted import snapshot


def test_a_small_catalogue_is_its_own_sample() -> None:
    assert snapshot().sample.tolist() == list(range(40))


def test_a_sample_is_spread_over_the_whole_catalogue() -> None:
    sample = snapshot().grown(4 * SAMPLE_ITEMS, 1).sample
    assert len(sample) == SAMPLE_ITEMS
    assert (sample[0], sample[-1]) == (0, 4 * SAMPLE_ITEMS - 1)
    assert set(np.diff(sample).tolist()) <= {4, 5}


def test_everything_grows_together() -> None:
    before = snapshot()
    after = before.grown(43, 9)
    assert after.n_items == after.content.n_items == after.behaviour.n_items == 43
    assert after.item_vectors.shape == (43, 8)
    assert before.n_items == 40
    np.testing.assert_array_equal(after.item_vectors[:40], before.item_vectors)


def test_what_is_large_enough_stays_the_same_snapshot() -> None:
    before = snapshot()
    assert before.grown(40, 1) is before
