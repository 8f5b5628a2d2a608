import numpy as np

from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import ease, score
from service.ranker.item_item.content_neighbours import backoff_matrix, with_backoff


def test_scores_of_cold_items_are_the_mean_of_the_neighbours_columns() -> None:
    rng = np.random.default_rng(0)
    users, items = np.nonzero(rng.random((30, 12)) < 0.3)
    log = Interactions.build(users, items, n_items=12)
    log = log.select(log.item < 10)
    vectors = rng.normal(size=(12, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    weights = ease(log, l2=3.0, top=None)
    filled = with_backoff(
        score(weights, [np.array([1, 9, 4])]),
        backoff_matrix(vectors, log.item_counts() > 0, neighbours=3, scale=2.0),
    )
    for cold in (10, 11):
        nearest = np.argsort(-(vectors[:10] @ vectors[cold]))[:3]
        column = weights.toarray()[:, nearest].mean(axis=1) * 2.0
        np.testing.assert_allclose(
            filled[0, cold], column[4] + 0.8 * column[9] + 0.64 * column[1], rtol=1e-4
        )


def test_warm_scores_stay_as_they_were() -> None:
    vectors = np.eye(3, dtype=np.float32)
    filled = with_backoff(
        np.array([[1.0, 2.0, 0.0]], dtype=np.float32),
        backoff_matrix(vectors, np.array([True, True, False])),
    )
    assert filled[0, :2].tolist() == [1.0, 2.0]
    assert filled[0, 2] == (1.0 + 2.0) / 2  # fewer warm items than neighbours: all of them count


def test_an_item_without_a_vector_neither_backs_off_nor_is_backed_off_to() -> None:
    vectors = np.array([[1, 0], [0, 0], [0, 0], [1, 1]], dtype=np.float32)
    matrix = backoff_matrix(vectors, np.array([True, True, False, False]), neighbours=2).toarray()
    assert np.argwhere(matrix).tolist() == [[0, 3]]


def test_where_nothing_is_warm_or_nothing_cold_there_is_no_back_off() -> None:
    vectors = np.eye(2, dtype=np.float32)
    assert backoff_matrix(vectors, np.array([True, True])).nnz == 0
    assert backoff_matrix(vectors, np.array([False, False])).nnz == 0
