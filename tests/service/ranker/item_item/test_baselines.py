import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from service.ranker.data.interactions import Interactions
from service.ranker.item_item import baselines
from service.ranker.item_item.baselines import (
    BASELINES,
    DAY_S,
    FRONTIER,
    PEERS,
    UNAVAILABLE,
    ContentKnn,
    ContentMissing,
    Popularity,
    RecentPopularity,
    fit_baselines,
)
from service.ranker.item_item.co_engagement import CatalogTooLarge, ease

NOBODY = np.array([], dtype=np.int64)


def log() -> Interactions:
    """Item 0 was met three times long ago, item 1 twice this week, item 2 once a fortnight ago,
    item 3 never."""
    days = [0, 1, 2, 99, 100, 86]
    return Interactions.build(
        [0, 1, 2, 0, 1, 2], [0, 0, 0, 1, 1, 2], np.array(days) * DAY_S, n_items=4
    )


def content() -> NDArray[np.float32]:
    return np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0.6, 0.8]], dtype=np.float32)


def ranking(scores: NDArray[np.float32]) -> list[int]:
    return [int(item) for item in np.argsort(-scores, kind="stable")]


def test_popularity_counts_events() -> None:
    assert Popularity().fit(log()).scores([NOBODY, NOBODY]).tolist() == [[3, 2, 1, 0]] * 2


def test_recent_popularity_counts_its_window_and_overall_popularity_breaks_ties() -> None:
    assert ranking(RecentPopularity(7).fit(log()).scores([NOBODY])[0]) == [1, 0, 2, 3]
    assert ranking(RecentPopularity(30).fit(log()).scores([NOBODY])[0]) == [1, 2, 0, 3]


def test_where_times_are_positions_the_newest_share_of_each_history_is_recent() -> None:
    positions = Interactions.build(
        [0] * 10 + [1] * 2, [0] * 9 + [1, 0, 1], [*range(10), 0, 1], n_items=3
    )
    scores = RecentPopularity(7).fit(positions).scores([NOBODY])[0]
    assert scores[1] == pytest.approx(2 + 2 / 13)  # the last event of both users
    assert ranking(scores) == [1, 0, 2]


def test_content_knn_follows_the_newest_item() -> None:
    fitted = ContentKnn().fit(log(), content())
    scores = fitted.scores([np.array([0, 2]), NOBODY])
    assert scores[0].tolist() == pytest.approx([0.8, 0, 1.0, 0.8])
    assert scores[1].tolist() == [0, 0, 0, 0]


def test_content_knn_reads_the_last_ten_only() -> None:
    history = np.array([0] + [1] * 10)
    assert ContentKnn().fit(log(), content()).scores([history])[0, 0] == 0


def test_every_baseline_scores_the_whole_catalogue_for_known_and_unknown_users() -> None:
    fitted = fit_baselines(log(), content(), frontier=True)
    assert list(fitted.baselines) == [name for name in BASELINES if name not in PEERS]
    assert fitted.left_out == {}
    for baseline in fitted.baselines.values():
        scores = baseline.scores([np.array([0, 1]), NOBODY])
        assert scores.shape == (2, 4)
        assert np.isfinite(scores).all()


def test_fitting_together_and_alone_agree() -> None:
    together = fit_baselines(log(), content(), frontier=True).baselines
    for name in together:
        alone = BASELINES[name]().fit(log(), content())
        histories = [np.array([0, 1]), np.array([2])]
        np.testing.assert_array_equal(together[name].scores(histories), alone.scores(histories))


def test_order_matters_to_the_recency_variants_only() -> None:
    fitted = fit_baselines(log()).baselines
    forth, back = [np.array([0, 1, 2])], [np.array([2, 1, 0])]
    for name in ("co-occurrence", "item-knn", "als", "ease"):
        np.testing.assert_array_equal(fitted[name].scores(forth), fitted[name].scores(back))
        assert (
            fitted[f"{name}-recency"].scores(forth) != fitted[f"{name}-recency"].scores(back)
        ).any()


def test_only_the_baselines_with_back_off_give_a_cold_item_a_behavioural_score() -> None:
    fitted = fit_baselines(log(), content(), frontier=True).baselines
    history = [np.array([0])]
    assert fitted["ease-recency"].scores(history)[0, 3] == 0
    warm = fitted["ease-recency"].scores(history)[0, :3]
    for scale, name in ((2, "ease-recency-borrowed"), (4, FRONTIER[0]), (8, FRONTIER[1])):
        assert fitted[name].scores(history)[0, 3] == pytest.approx(scale * warm.mean(), rel=1e-5)


def test_without_content_the_baselines_that_need_it_are_left_out_or_say_so() -> None:
    left_out = fit_baselines(log()).left_out
    assert set(left_out) == {"content-knn", "ease-recency-borrowed"}
    for name, why in left_out.items():
        assert "needs content vectors" in why
        with pytest.raises(ContentMissing, match="needs content vectors"):
            fit_baselines(log(), names=[name])


def test_where_ease_does_not_fit_it_alone_is_left_out_or_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def small(interactions: Interactions) -> object:
        return ease(interactions, max_items=2)

    monkeypatch.setattr(baselines, "ease", small)
    fitted = fit_baselines(log(), content())
    assert set(fitted.left_out) == {"ease", "ease-recency", "ease-recency-borrowed"}
    assert "EASE over 3 items with events" in fitted.left_out["ease"]
    by_default = set(BASELINES) - set(FRONTIER) - set(PEERS)
    assert set(fitted.baselines) | set(fitted.left_out) == by_default
    with pytest.raises(CatalogTooLarge):
        fit_baselines(log(), names=["popularity", "ease-recency"])


def test_without_its_library_als_alone_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    left_out = fit_baselines(log(), content()).left_out
    assert set(left_out) == {"als", "als-recency"}
    assert all("palate[baselines]" in why for why in left_out.values())


@pytest.mark.parametrize(
    ("name", "library", "extra"),
    [("sansa", "sansa", r"palate\[sansa\]"), ("esasrec", "rectools", r"palate\[peers\]")],
)
def test_a_peer_is_fitted_by_name_only_and_without_its_library_says_what_to_install(
    name: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    for frontier in (False, True):
        fitted = fit_baselines(log(), content(), frontier=frontier)
        assert not {*fitted.baselines, *fitted.left_out} & set(PEERS)
    with pytest.raises(UNAVAILABLE, match=extra):
        fit_baselines(log(), names=["popularity", name])


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="there is no baseline 'magic'; choose from popularity, "):
        fit_baselines(log(), names=["magic"])
