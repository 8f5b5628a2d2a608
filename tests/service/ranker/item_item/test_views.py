"""What is known of items without anybody's behaviour, and which are nearest by it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from service.ranker.item_item.views import Views

TEXT = np.array([[1, 0], [0.6, 0.8], [0, 1], [0, 0]], np.float32)
PICTURE = np.array([[1, 0], [0, 0], [1, 0], [0, 0]], np.float32)
TAGS = np.array([[1, 0], [1, 0], [0, 0], [0, 1]], np.float32)
VIEWS = Views({"text": TEXT, "image": PICTURE}, sparse.csr_matrix(TAGS))


def test_similarity_is_the_cosine_of_all_views_side_by_side() -> None:
    side_by_side = np.concatenate([TEXT, PICTURE, TAGS], axis=1)
    unit = side_by_side / np.linalg.norm(side_by_side, axis=1, keepdims=True)
    np.testing.assert_allclose(
        VIEWS.side_by_side().products(VIEWS.side_by_side()), unit @ unit.T, atol=1e-6
    )


def test_nearest_come_first_and_never_the_item_itself() -> None:
    found, similarity = VIEWS.nearest(VIEWS, np.array([0, 1, 2]), 2)
    assert found[0].tolist() == [1, 2]
    assert found[1].tolist() == [0, 2]
    assert all(item not in row for item, row in enumerate(found.tolist()))
    assert (np.diff(similarity, axis=1) <= 0).all()


def test_items_of_another_place_are_named() -> None:
    found, _ = VIEWS.rows(np.array([2])).nearest(VIEWS, np.arange(4), 3, items=np.array([2]))
    assert sorted(found[0].tolist()) == [0, 1, 3]


@pytest.mark.parametrize(("pool", "shape"), [([2], (4, 0)), ([1, 2], (4, 1))])
def test_where_there_are_too_few_others_there_are_fewer(
    pool: list[int], shape: tuple[int, int]
) -> None:
    found, similarity = VIEWS.nearest(VIEWS, np.array(pool), 3)
    assert found.shape == similarity.shape == shape


def test_many_items_are_compared_in_parts() -> None:
    rng = np.random.default_rng(0)
    text = rng.normal(size=(1100, 4)).astype(np.float32)
    text /= np.linalg.norm(text, axis=1, keepdims=True)
    views = Views({"text": text}, sparse.csr_matrix((1100, 1), dtype=np.float32))
    found, _ = views.nearest(views, np.arange(1100), 1)
    cosines = text @ text.T
    np.fill_diagonal(cosines, -1)
    np.testing.assert_array_equal(found[:, 0], cosines.argmax(axis=1))
