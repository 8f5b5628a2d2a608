"""What content says of whom an item is for, and of how many will choose it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from service.ranker.item_item.content_regression import RIDGE, ContentRegression
from service.ranker.item_item.views import Views

N, COLD = 60, 6
"""Items, and how many of them, the last ones, have no events."""
RNG = np.random.default_rng(3)
KIND = np.arange(N) % 3


def views() -> Views:
    """Three kinds of items: text tells the third from the others, tags the first from the second."""
    text = np.where(KIND[:, None] == 2, [1.0, 0.0], [0.0, 1.0]) + 0.05 * RNG.normal(size=(N, 2))
    tags = np.zeros((N, 5), np.float32)
    tags[np.arange(N), np.where(KIND == 2, 2, KIND)] = 1.0
    tags[:, 3] = RNG.random(N) < 0.3
    return Views({"text": text.astype(np.float32)}, sparse.csr_matrix(tags))


def counts() -> np.ndarray:
    """The first kind is chosen most."""
    events = np.array([90, 30, 10])[KIND] + RNG.integers(0, 5, N)
    events[-COLD:] = 0
    return events


def centred(events: np.ndarray) -> np.ndarray:
    logarithms = np.log1p(events)
    return logarithms - logarithms[events > 0].mean()


def weights() -> sparse.csr_matrix:
    """Items of one kind go together, where both have events."""
    same = (KIND[:, None] == KIND[None, :]).astype(np.float32)
    np.fill_diagonal(same, 0)
    same[-COLD:] = same[:, -COLD:] = 0
    return sparse.csr_matrix(same + 0.1 * (same > 0) * RNG.normal(size=(N, N)).astype(np.float32))


@pytest.fixture(scope="module")
def world() -> tuple[ContentRegression, Views, sparse.csr_matrix, np.ndarray]:
    seen, items, events = views(), weights(), counts()
    return ContentRegression.fit(seen, items, events), seen, items, events


World = tuple[ContentRegression, Views, sparse.csr_matrix, np.ndarray]


def test_cold_items_go_to_whom_items_of_their_kind_go(world: World) -> None:
    regression, seen, _, _ = world
    for kind in range(3):
        met = np.flatnonzero(KIND[:-COLD] == kind)[:3]
        scores = regression.predicted(seen, regression.response(met, np.ones(3, np.float32)))
        cold = scores[-COLD:]
        assert cold[KIND[-COLD:] == kind].min() > cold[KIND[-COLD:] != kind].max() + 0.5


def test_cold_items_are_expected_to_be_chosen_as_often_as_their_kind(world: World) -> None:
    regression, _, _, events = world
    usual = np.array([centred(events)[:-COLD][KIND[:-COLD] == kind].mean() for kind in range(3)])
    for item in range(N - COLD, N):
        expected = regression.expected_events[item]
        assert np.abs(usual - expected).argmin() == KIND[item]


@pytest.mark.parametrize("item", [0, 1, 2, 33])
def test_a_warm_item_is_predicted_as_if_it_had_no_events(world: World, item: int) -> None:
    """The closed form equals a regression on what differs from the mean that was fitted without the
    item."""
    regression, seen, items, events = world
    features, warm = regression.features(seen)[:, :-1], np.flatnonzero(events)
    others = np.setdiff1d(warm, [item])
    gram = features[others].T @ features[others] + RIDGE * np.eye(features.shape[1])

    def by_hand(values: np.ndarray) -> float:
        mean = values[warm].mean()
        weights = np.linalg.solve(gram, features[others].T @ (values[others] - mean))
        return float(mean + features[item] @ weights)

    met, of_met = np.array([3, 7, 11]), np.array([1.0, 0.8, 0.64], np.float32)
    own = of_met @ items[met].toarray()
    predicted = regression.predicted(seen, regression.response(met, of_met))
    left_out = regression.without_own(predicted, own, np.arange(N))
    assert left_out[item] == pytest.approx(by_hand(own), abs=1e-3)
    assert regression.expected_events[item] == pytest.approx(by_hand(centred(events)), abs=1e-2)


def test_content_that_says_nothing_tells_nothing_of_an_items_own_events() -> None:
    """All items alike: each is expected to be chosen as often as all are."""
    alike = Views({"text": np.ones((N, 2), np.float32)}, sparse.csr_matrix((N, 1)))
    expected = ContentRegression.fit(alike, weights(), counts()).expected_events
    np.testing.assert_allclose(expected, 0, atol=0.001)


def test_what_content_does_not_tell_is_not_predicted() -> None:
    """Random content: what it says of an item's kind and of its events is chance."""
    rng = np.random.default_rng(8)
    chance = Views({"text": rng.normal(size=(N, 12)).astype(np.float32)}, sparse.csr_matrix((N, 1)))
    regression = ContentRegression.fit(chance, weights(), counts())
    assert not regression.responses.any()
    assert not regression.leverage.any()
    assert not regression.expected_events.any()


def test_predicting_all_items_is_predicting_each_by_its_features(world: World) -> None:
    regression, seen, _, _ = world
    response = RNG.normal(size=regression.responses.shape[1]).astype(np.float32)
    some = np.array([4, 40, 59])
    np.testing.assert_allclose(
        regression.predicted(seen, response)[some],
        regression.features(seen.rows(some)) @ response,
        atol=1e-4,
    )


def test_an_item_that_comes_later_is_predicted_at_once(world: World) -> None:
    fitted, seen, _, _ = world
    regression = replace(fitted, expected_events=fitted.expected_events.copy()).grown(N + 1, 7)
    assert regression.expected_events[N] == 0
    copy = seen.rows(np.array([N - 1]))
    tags = copy.tags.copy()
    tags.resize((1, 7))
    regression.put(np.array([N]), Views(copy.vectors, tags))
    assert regression.expected_events[N] == pytest.approx(fitted.expected_events[N - 1], abs=1e-5)


@pytest.mark.parametrize("n_tags", [1, 2])
def test_a_catalogue_with_hardly_any_tags_goes_by_the_rest(n_tags: int) -> None:
    seen = Views(views().vectors, sparse.csr_matrix((N, n_tags), dtype=np.float32))
    regression = ContentRegression.fit(seen, weights(), counts())
    assert np.isfinite(regression.expected_events).all()
    assert regression.is_fitted


def test_without_events_it_predicts_nothing() -> None:
    seen = views()
    nothing = ContentRegression.fit(seen, sparse.csr_matrix((N, N)), np.zeros(N, np.int64))
    assert not nothing.is_fitted
    assert not nothing.expected_events.any()
    nothing.put(np.array([0]), seen.rows(np.array([0])))
    assert nothing.grown(N + 2, 9).responses.shape == (N + 2, 0)
