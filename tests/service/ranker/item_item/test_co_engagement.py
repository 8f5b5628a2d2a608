import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from service.ranker.data.interactions import Interactions
from service.ranker.item_item.co_engagement import (
    CatalogTooLarge,
    co_counts,
    co_probability,
    ease,
    ease_l2,
    history_matrix,
    item_knn,
    score,
)


def checkerboard(n_users: int = 40, n_items: int = 20) -> Interactions:
    """Even users met even items, odd users odd ones, each all but one."""
    pairs = [
        (u, i)
        for u in range(n_users)
        for i in range(n_items)
        if u % 2 == i % 2 and (u // 2) % (n_items // 2) != i // 2
    ]
    return Interactions.build(
        [u for u, _ in pairs], [i for _, i in pairs], n_users=n_users, n_items=n_items
    )


def random_log(
    seed: int, n_users: int = 30, n_items: int = 12, density: float = 0.3
) -> Interactions:
    users, items = np.nonzero(np.random.default_rng(seed).random((n_users, n_items)) < density)
    return Interactions.build(users, items, n_users=n_users, n_items=n_items)


def slow_ease(matrix: NDArray[np.float64], l2: float) -> NDArray[np.float64]:
    """Each column by its own ridge regression on the other items: the problem that EASE solves in
    closed form."""
    n_items = matrix.shape[1]
    weights = np.zeros((n_items, n_items))
    for target in range(n_items):
        others = [i for i in range(n_items) if i != target]
        x = matrix[:, others]
        weights[others, target] = np.linalg.solve(
            x.T @ x + l2 * np.eye(n_items - 1), x.T @ matrix[:, target]
        )
    return weights


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.floats(0.5, 100))
def test_ease_is_a_ridge_regression_of_every_item_on_the_others(seed: int, l2: float) -> None:
    log = random_log(seed)
    expected = slow_ease(log.user_items().toarray().astype(np.float64), l2)
    np.testing.assert_allclose(ease(log, l2=l2, top=None).toarray(), expected, atol=2e-5)


def test_two_items_met_together_weigh_n_over_n_plus_l2() -> None:
    log = Interactions.build(
        [0, 0, 1, 1, 2], [0, 2, 0, 2, 0], n_items=3
    )  # n_0 = 3, n_2 = 2, together 2
    weights = ease(log, l2=4.0, top=None).toarray()
    assert weights[0, 2] == pytest.approx(2 / (3 + 4), rel=1e-5)
    assert weights[2, 0] == pytest.approx(2 / (2 + 4), rel=1e-5)
    assert np.count_nonzero(weights) == 2


@pytest.mark.parametrize("model", [ease, item_knn])
def test_the_missing_square_of_a_checkerboard_comes_first(model: object) -> None:
    log = checkerboard()
    assert callable(model)
    scores = score(model(log), log.histories(), decay=1.0)
    for user, history in enumerate(log.histories()):
        scores[user, history] = -np.inf
        assert scores[user].argmax() == (user // 2) % 10 * 2 + user % 2


def test_truncation_keeps_the_largest_weights_as_they_are() -> None:
    log = random_log(3, n_users=300, n_items=120, density=0.1)
    full, cut = ease(log, l2=5.0, top=None).toarray(), ease(log, l2=5.0, top=40).toarray()
    kept = cut != 0
    np.testing.assert_array_equal(cut[kept], full[kept])
    per_row = kept.sum(axis=1)
    assert per_row.min() >= 20
    assert 38 <= per_row.mean() <= 46  # top on average, and what LEAST_PER_ROW adds
    threshold = np.quantile(np.abs(full), 1 - 40 / 120)
    assert kept[np.abs(full) > threshold * 1.001].all()


def test_items_without_events_have_no_weights() -> None:
    log = random_log(1)
    log = log.select(~np.isin(log.item, [4, 7]))
    for weights in (ease(log), item_knn(log), co_counts(log)):
        assert weights.shape == (12, 12)
        assert weights[[4, 7]].nnz == 0
        assert weights[:, [4, 7]].nnz == 0


def test_a_log_without_events_scores_zero() -> None:
    log = Interactions.build([], [], n_users=2, n_items=3)
    for weights in (ease(log), item_knn(log), co_counts(log)):
        assert score(weights, [np.array([1]), np.array([], dtype=np.int64)]).tolist() == [
            [0, 0, 0],
            [0, 0, 0],
        ]


def test_a_catalogue_too_large_is_refused_with_its_size_and_a_way_out() -> None:
    with pytest.raises(
        CatalogTooLarge, match=r"EASE over 12 items .* the limit is 11 items\. Use item-kNN"
    ):
        ease(random_log(0), max_items=11)
    log = random_log(0)
    assert ease(log.select(log.item != 0), max_items=11).nnz  # only items with events count


def test_a_singular_matrix_is_an_error_that_says_what_to_do() -> None:
    log = Interactions.build([0, 0], [0, 1])
    with pytest.raises(ValueError, match="use a larger l2"):
        ease(log, l2=0.0)


def test_the_ridge_follows_the_log() -> None:
    log = random_log(0)
    counts = log.item_counts()
    assert ease_l2(log) == pytest.approx(10 * np.sqrt(np.square(counts).sum() / counts.sum()))
    np.testing.assert_array_equal(ease(log).toarray(), ease(log, l2=ease_l2(log)).toarray())


def test_cosine_with_shrinkage_by_hand() -> None:
    log = Interactions.build([0, 0, 1, 1, 2], [0, 2, 0, 2, 0], n_items=3)
    weights = item_knn(log, shrink=10.0).toarray()
    assert weights[0, 2] == weights[2, 0] == pytest.approx(2 / (np.sqrt(3 * 2) + 10))


def test_each_item_listens_to_its_nearest_neighbours_only() -> None:
    log = random_log(5)
    full, cut = item_knn(log, neighbours=12).toarray(), item_knn(log, neighbours=3).toarray()
    for target in range(12):
        assert np.sort(cut[:, target])[-3:].tolist() == np.sort(full[:, target])[-3:].tolist()
        assert np.count_nonzero(cut[:, target]) <= 3


def test_co_counts_count_people_not_events() -> None:
    log = Interactions.build([0, 0, 0, 1, 1, 2], [0, 0, 1, 0, 1, 2], n_items=3)
    assert co_counts(log).toarray().tolist() == [[0, 2, 0], [2, 0, 0], [0, 0, 0]]
    assert co_counts(log).dtype == np.int32
    assert co_counts(log, min_people=3).nnz == 0


def test_co_probability_is_the_share_of_those_who_met_the_first() -> None:
    log = Interactions.build([0, 0, 0, 1, 1, 2, 2], [0, 0, 1, 0, 1, 0, 2], n_items=4)
    assert co_probability(log).toarray() == pytest.approx(
        np.array([[0, 2 / 3, 1 / 3, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    )
    assert co_probability(log, top=1).toarray()[0] == pytest.approx([0, 2 / 3, 0, 0])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000))
def test_co_counts_agree_with_counting(seed: int) -> None:
    log = random_log(seed)
    people = [set(np.flatnonzero(column)) for column in log.user_items().toarray().T]
    counts = co_counts(log).toarray()
    assert all(
        counts[i, j] == (len(people[i] & people[j]) if i != j else 0)
        for i in range(12)
        for j in range(12)
    )


def test_recency_weighs_the_last_event_one_and_the_third_last_a_decay_squared() -> None:
    weights = history_matrix([np.array([5, 3, 1])], 6, decay=0.8).toarray()[0]
    assert weights[[1, 3, 5]].tolist() == pytest.approx([1.0, 0.8, 0.8 * 0.8])


def test_a_repeated_item_counts_once_at_its_newest() -> None:
    assert history_matrix([np.array([2, 0, 2])], 3, decay=0.5).toarray().tolist() == [[0.5, 0, 1.0]]


def test_scores_are_the_weighted_sum_of_rows() -> None:
    log = random_log(2)
    weights = ease(log, l2=3.0, top=None)
    dense = weights.toarray()
    expected = dense[4] + 0.8 * dense[9] + 0.64 * dense[1]
    np.testing.assert_allclose(score(weights, [np.array([1, 9, 4])])[0], expected, rtol=1e-5)
