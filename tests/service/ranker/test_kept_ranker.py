"""A ranker as arrays, content and all: it scores, learns and counts as the one that it was."""

from __future__ import annotations

import json
from copy import deepcopy

import numpy as np
import pytest

from service.ranker.config import RankerConfig
from service.ranker.data.history import History
from service.ranker.kept_ranker import FORMAT, from_kept, to_kept
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.training.train import train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, mixed_features

N = 40
HISTORIES = [History.of(np.array(items, np.int64)) for items in ([], [0, 2, 4], [1, 3], [7] * 9)]


@pytest.fixture(scope="module", params=["trained", "untrained"])
def ranker(request: pytest.FixtureRequest) -> Ranker:
    items = mixed_features(N)
    if request.param == "untrained":
        return untrained_ranker(items, checkerboard(), RankerConfig(content_dim=16, borrow_from=5))
    return train_ranker(checkerboard(), items, SMALL, version="board").ranker


def again(ranker: Ranker) -> Ranker:
    """From what JSON and a file of arrays make of it."""
    config, arrays = to_kept(ranker)
    kept = {name: np.array(array) for name, array in arrays.items()}
    return from_kept(json.loads(json.dumps(config)), kept)


def assert_alike(first: Ranker, second: Ranker) -> None:
    candidates = np.arange(first.n_items)
    for history in HISTORIES:
        ours, theirs = (
            one.score_list(one.query_scores(history), candidates).scores for one in (first, second)
        )
        np.testing.assert_array_equal(ours, theirs)
    left_out = [np.array([0]), np.array([1, 2])]
    of_full = first.query_scores(HISTORIES[1])
    ours, theirs = (
        one.rescore(HISTORIES[1], left_out, candidates, of_full.scale) for one in (first, second)
    )
    np.testing.assert_array_equal(ours, theirs)


def test_it_scores_as_it_did(ranker: Ranker) -> None:
    kept = again(ranker)
    assert (kept.version, kept.trained) == (ranker.version, ranker.trained)
    assert kept.calibration == ranker.calibration
    assert_alike(ranker, kept)


def test_it_takes_in_items_and_events_as_it_did(ranker: Ranker) -> None:
    before, kept = deepcopy_of(ranker), again(ranker)
    some = mixed_features(N + 2).rows(np.array([3, N, N + 1]))
    for one in (before, kept):
        one.catalog.put_items(np.array([3, N, N + 1]), some)
        one.catalog.observe(np.array([5, 5, N]))
        one.catalog.remove_items(np.array([6]))
    assert_alike(before, kept)
    assert kept.snapshot.content.live[[6, N]].tolist() == [False, True]
    assert kept.snapshot.behaviour.counts[N] == 1


def deepcopy_of(ranker: Ranker) -> Ranker:
    """Of its own arrays, which may be written to."""
    config, arrays = to_kept(ranker)
    return from_kept(config, deepcopy(arrays))


def test_another_format_is_refused(ranker: Ranker) -> None:
    config, arrays = to_kept(ranker)
    with pytest.raises(ValueError, match=f"format 99, this version reads {FORMAT}"):
        from_kept({**config, "kept": 99}, arrays)
