import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from service.ranker.data.arrays import IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.item_item.als import FACTORS, Als, AlsUnavailable
from service.ranker.item_item.co_engagement import history_matrix

REGULARISATION = 0.01
NOBODY = np.array([], dtype=np.int64)


def two_tastes() -> Interactions:
    """Users 0-9 meet three of items 0-3, users 10-19 three of items 4-7; item 8 is met by nobody."""
    users = np.repeat(np.arange(20), 3)
    items = [(user % 4 + step) % 4 + 4 * (user >= 10) for user in range(20) for step in range(3)]
    return Interactions.build(users, items, n_items=9)


@pytest.fixture(scope="module")
def fitted() -> Als:
    return Als().fit(two_tastes())


def by_hand(factors: NDArray[np.float32], history: IntArray, decay: float) -> NDArray[np.float64]:
    """Equation 4 of Hu, Koren and Volinsky: x = (Y'Y + Y'(C - I)Y + reg I)^-1 Y'C p, scores Y x."""
    y = factors.astype(np.float64)
    confidence = history_matrix([history], len(y), decay=decay).toarray()[0].astype(np.float64)
    known = confidence > 0
    a = (
        y.T @ y
        + (y[known].T * (confidence[known] - 1)) @ y[known]
        + REGULARISATION * np.eye(FACTORS)
    )
    x = np.linalg.solve(a, y[known].T @ confidence[known])
    scores: NDArray[np.float64] = y @ x
    return scores


@pytest.mark.parametrize("decay", [1.0, 0.8])
def test_a_history_is_folded_in_by_the_equation_of_the_paper(decay: float) -> None:
    als = Als(decay=decay).fit(two_tastes())
    histories = [np.array([0, 1, 2]), np.array([5]), np.array([0, 4, 0, 6])]
    scores = als.scores(histories)
    for row, history in zip(scores, histories, strict=True):
        np.testing.assert_allclose(row, by_hand(als._model.item_factors, history, decay), atol=1e-4)


def test_what_people_of_the_same_taste_met_comes_first() -> None:
    rng = np.random.default_rng(0)
    taste = np.repeat(np.arange(200) % 2, 15)  # items 0-49 or 50-99
    items = np.concatenate([rng.choice(50, 15, replace=False) for _ in range(200)]) + 50 * taste
    als = Als().fit(Interactions.build(np.repeat(np.arange(200), 15), items, n_items=100))
    for history in (np.arange(10), np.arange(50, 60)):
        scores = als.scores([history])[0]
        scores[history] = -np.inf
        assert set((np.argsort(-scores)[:10] // 50).tolist()) == {history[0] // 50}


def test_an_unmet_item_and_an_empty_history_score_nothing(fitted: Als) -> None:
    scores = fitted.scores([np.array([0, 1]), NOBODY])
    assert scores[0, 8] == 0
    assert scores[1].tolist() == [0] * 9


def test_a_history_scores_the_same_alone_and_among_others(fitted: Als) -> None:
    histories = [np.array([0, 1]), np.array([4]), NOBODY]
    together = fitted.scores(histories)
    for row, history in zip(together, histories, strict=True):
        np.testing.assert_allclose(fitted.scores([history])[0], row, rtol=1e-5, atol=1e-6)
    assert fitted.scores([]).shape == (0, 9)


def test_the_same_log_gives_the_same_scores_again(fitted: Als) -> None:
    history = [np.array([0, 5])]
    np.testing.assert_array_equal(Als().fit(two_tastes()).scores(history), fitted.scores(history))


def test_an_empty_log_scores_nothing() -> None:
    empty = Interactions.build([], [], n_users=0, n_items=3)
    assert Als().fit(empty).scores([np.array([1])]).tolist() == [[0, 0, 0]]


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    with pytest.raises(AlsUnavailable, match=r"palate\[baselines\]"):
        Als().fit(two_tastes())
