"""Negatives: which items are drawn, and how often."""

from __future__ import annotations

import numpy as np
import pytest

from service.ranker.training.negatives import FLATTENED, NegativeSampler

COUNTS = np.array([0, 15, 0, 80, 255])
WEIGHTS = np.array([16, 81, 256]) ** FLATTENED  # 8, 27, 64


def test_a_small_catalogue_is_drawn_as_a_whole_with_nothing_to_correct() -> None:
    items, log_q = NegativeSampler(COUNTS, 3, np.random.default_rng(0)).draw()
    assert items.tolist() == [1, 3, 4]
    assert log_q is None


def test_items_are_drawn_by_their_flattened_counts_and_never_without_events() -> None:
    sampler = NegativeSampler(COUNTS, 2, np.random.default_rng(0))
    drawn = np.concatenate([sampler.draw()[0] for _ in range(5_000)])
    shares = np.bincount(drawn, minlength=5) / len(drawn)
    assert shares[[0, 2]].tolist() == [0, 0]
    np.testing.assert_allclose(shares[[1, 3, 4]], WEIGHTS / WEIGHTS.sum(), atol=0.02)


def test_the_probabilities_of_all_items_come_with_a_draw() -> None:
    _, log_q = NegativeSampler(COUNTS, 2, np.random.default_rng(0)).draw()
    assert log_q is not None
    assert log_q.exp().tolist() == pytest.approx([0, 8 / 99, 0, 27 / 99, 64 / 99], rel=1e-5)
