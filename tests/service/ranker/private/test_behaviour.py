"""Released behaviour: it stands still, and a ranker of it can be saved and scores without people."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from service.ranker.checkpoint import load_checkpoint, save_checkpoint, shrink_checkpoint
from service.ranker.config import RankerConfig
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.private.release import Release, released
from service.ranker.ranker import Ranker, released_ranker
from tests.service.ranker.planted import checkerboard, features
from tests.service.ranker.private.fixed import fixed

N = 40
SMALL = RankerConfig(content_dim=4, borrow_from=5)
IDS = [f"i{n}" for n in range(N)]


def release() -> Release:
    return released(checkerboard(n_users=3000), 1.2, most_known=N, noise=fixed())


def ranker() -> Ranker:
    return released_ranker(features(N), release(), SMALL, "v1")


def scores(one: Ranker, items: list[int]) -> np.ndarray:
    query = one.query_scores(History.of(np.array(items)))
    return one.score_list(query, np.arange(N)).scores


def test_events_that_come_and_a_newer_log_are_not_counted() -> None:
    one = ranker()
    before = one.snapshot.behaviour.counts.copy()
    one.catalog.observe(np.array([0, 0, 1]))
    one.catalog.recount(Interactions.build([0], [3], n_items=N))
    assert one.snapshot.behaviour.counts.tolist() == before.tolist()
    assert not one.snapshot.behaviour.recent.any()


def test_it_ranks_by_what_went_together() -> None:
    found = ranker().query_scores(History.of(np.array([0, 2, 4]))).strongest
    assert found[6::2].mean() > found[1::2].mean()


def test_without_a_release_nobody_is_known() -> None:
    nobody = released_ranker(features(N), None, SMALL)
    behaviour = nobody.snapshot.behaviour
    assert not behaviour.counts.any()
    assert not behaviour.knn.nnz
    assert np.isfinite(scores(nobody, [0, 1])).all()


def test_it_is_saved_and_scores_as_before(tmp_path: Path) -> None:
    one = ranker()
    save_checkpoint(tmp_path / "v1", one, IDS, {})
    again = load_checkpoint(tmp_path / "v1", features(N), {name: n for n, name in enumerate(IDS)})
    assert again.snapshot.behaviour.is_released
    assert again.trained
    assert again.model is None
    np.testing.assert_allclose(scores(again, [0, 2]), scores(one, [0, 2]), atol=1e-5)


def test_a_smaller_copy_of_it_can_be_made(tmp_path: Path) -> None:
    one = ranker()
    save_checkpoint(tmp_path / "v1", one, IDS, {})
    shrink_checkpoint(tmp_path / "v1", tmp_path / "v2", "v2", ["text"])
    again = load_checkpoint(tmp_path / "v2", features(N), {name: n for n, name in enumerate(IDS)})
    np.testing.assert_allclose(scores(again, [0, 2]), scores(one, [0, 2]), atol=0.05)
