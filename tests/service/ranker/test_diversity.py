"""Diversity, on lists small enough to work out by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from service.ranker.diversity import diversify

A, B = np.eye(2, dtype=np.float32)


def test_no_diversity_keeps_the_order() -> None:
    assert diversify(np.array([3.0, 2.0, 1.0]), np.stack([A, A, B]), 2, 0.0).tolist() == [0, 1]


def test_the_near_copy_of_the_first_gives_way() -> None:
    """Gains for place 2 at .5: the copy .5 * .5 - .5 * 1 < the other .5 * 0 - .5 * 0."""
    assert diversify(np.array([3.0, 2.0, 1.0]), np.stack([A, A, B]), 2, 0.5).tolist() == [0, 2]


def test_the_best_stays_first_whatever_the_diversity() -> None:
    assert diversify(np.array([3.0, 2.0, 1.0]), np.stack([A, B, A]), 3, 1.0)[0] == 0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30), st.integers(1, 40), st.floats(0, 1))
def test_every_place_is_filled_once(scores: list[float], k: int, diversity: float) -> None:
    content = np.random.default_rng(0).normal(size=(len(scores), 3)).astype(np.float32)
    chosen = diversify(np.sort(np.array(scores))[::-1], content, k, diversity)
    assert len(set(chosen.tolist())) == len(chosen) == min(k, len(scores))
