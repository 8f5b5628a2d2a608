"""One list of what several places found."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.store import Hits
from service.search import PICTURES, RANK_CONSTANT, WORDS, _fused, _nearest


def hits(*found: tuple[int, float]) -> Hits:
    indices, scores = zip(*found, strict=True)
    return Hits(np.array(indices, dtype=np.int64), np.array(scores, dtype=np.float32))


BOTH = {WORDS: hits((1, 0.6), (2, 0.5)), PICTURES: hits((2, 0.9), (3, 0.8))}
NOBODY: dict[str, set[int]] = {WORDS: set(), PICTURES: set()}


def test_scores_that_compare_are_merged_by_the_best() -> None:
    found = _nearest(BOTH, k=3)
    assert [one.item_index for one in found] == [2, 3, 1]
    assert [one.score for one in found] == pytest.approx([0.9, 0.8, 0.6])


def test_scores_that_do_not_compare_are_fused_by_reciprocal_rank() -> None:
    found = _fused(BOTH, NOBODY, k=2)
    assert [one.item_index for one in found] == [2, 1]
    assert found[0].score == pytest.approx((1 / (RANK_CONSTANT + 1) + 1 / (RANK_CONSTANT + 2)) / 2)


def test_an_item_without_a_picture_is_judged_by_its_words_alone() -> None:
    found = _fused(BOTH, {WORDS: set(), PICTURES: {1}}, k=2)
    assert [one.item_index for one in found] == [1, 2]
    assert found[0].score == pytest.approx(1 / (RANK_CONSTANT + 1))


def test_sources_are_named_with_the_one_that_ranked_it_highest_first() -> None:
    assert _fused(BOTH, NOBODY, k=1)[0].sources == [PICTURES, WORDS]
