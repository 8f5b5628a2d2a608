import logging
import sys

import numpy as np
import pytest

from service.ranker.data.interactions import Interactions
from service.ranker.item_item import sansa
from service.ranker.item_item.co_engagement import ease, ease_l2, score
from service.ranker.item_item.sansa import Factors, Sansa, SansaUnavailable, sparse_inverse

NOBODY = np.array([], dtype=np.int64)


def _installed() -> bool:
    try:
        sansa._library()
    except SansaUnavailable:
        return False
    return True


needs_the_library = pytest.mark.skipif(not _installed(), reason="palate[sansa] is not installed")


def two_tastes() -> Interactions:
    """Users 0-9 meet three of items 0-3, users 10-19 three of items 4-7; nobody meets item 8."""
    users = np.repeat(np.arange(20), 3)
    items = [(user % 4 + step) % 4 + 4 * (user >= 10) for user in range(20) for step in range(3)]
    return Interactions.build(users, items, n_items=9)


@pytest.fixture(scope="module")
def factors() -> Factors:
    """Every fit takes a second and more: the library collects garbage some fifteen times."""
    if not _installed():
        pytest.skip("palate[sansa] is not installed")
    return sparse_inverse(two_tastes())


@pytest.mark.parametrize("decay", [1.0, 0.8])
def test_where_nothing_is_dropped_it_is_ease(decay: float, factors: Factors) -> None:
    log = two_tastes()
    histories = [np.array([0, 1]), np.array([5])]
    ours = Sansa(decay=decay).use(factors, log, None).scores(histories)
    exact = score(ease(log, l2=ease_l2(log), top=None), histories, decay=decay)
    for row, wanted, history in zip(ours, exact, histories, strict=True):
        others = np.setdiff1d(np.arange(9), history)
        np.testing.assert_allclose(row[others], wanted[others], atol=0.02)


@needs_the_library
def test_the_incomplete_factorisation_tells_two_tastes_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sansa, "EXACT_MAX_ITEMS", 0)
    scores = Sansa().fit(two_tastes()).scores([np.array([0, 1]), np.array([4, 5])])
    assert scores[0, 2:4].min() > scores[0, 4:].max()
    assert scores[1, 6:8].min() > scores[1, :4].max()


def test_an_unmet_item_and_an_empty_history_score_nothing(factors: Factors) -> None:
    sansa = Sansa().use(factors, two_tastes(), None)
    scores = sansa.scores([np.array([0, 1, 8]), NOBODY])
    assert scores[0, 8] == 0
    assert scores[1].tolist() == [0] * 9


@needs_the_library
def test_either_factor_keeps_so_many_entries_and_logging_is_left_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(0)
    items = np.concatenate([rng.choice(60, 8, replace=False) for _ in range(300)])
    log = Interactions.build(np.repeat(np.arange(300), 8), items)
    monkeypatch.setattr(sansa, "WEIGHTS_PER_ITEM", 10)
    root = logging.getLogger()
    before = (root.level, list(root.handlers), logging.getLogger("sansa").level)
    factors = sparse_inverse(log)
    assert 0 < factors.left.nnz <= 10 * 60
    assert 0 < factors.right.nnz <= 10 * 60
    assert (root.level, list(root.handlers), logging.getLogger("sansa").level) == before


@needs_the_library
@pytest.mark.parametrize("items", [[], [1]])
def test_a_log_of_one_item_or_none_scores_nothing(items: list[int]) -> None:
    log = Interactions.build([0] * len(items), items, n_users=1, n_items=3)
    assert Sansa().fit(log).scores([np.array([1]), NOBODY]).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sansa", None)
    with pytest.raises(SansaUnavailable, match=r"palate\[sansa\].*libsuitesparse-dev"):
        Sansa().fit(two_tastes())
