"""Incremental training: what happened since is learned, what was known is not forgotten."""

from __future__ import annotations

from copy import copy

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.training.incremental import refresh_ranker
from service.ranker.training.train import Trained, train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features

N = 40
FIRST_MET, NEVER_MET = N, N + 1


@pytest.fixture(scope="module")
def board() -> Trained:
    """Trained on the checkerboard, in a catalogue with two items that nobody has met."""
    table = checkerboard(n_items=N)
    known = Interactions.build(table.user, table.item, table.timestamp, n_items=N + 2)
    return train_ranker(known, features(N + 2), SMALL, version="before")


@pytest.fixture(scope="module")
def refreshed(board: Trained) -> Trained:
    """Since then all even users met item FIRST_MET."""
    table = checkerboard(n_items=N)
    fans = np.arange(0, table.n_users, 2)
    grown = Interactions.build(
        np.concatenate([table.user, fans]),
        np.concatenate([table.item, np.full(len(fans), FIRST_MET)]),
        np.concatenate([table.timestamp, np.full(len(fans), 99.0)]),
        n_items=N + 2,
    )
    before = copy(board.ranker)
    before.calibration = 0.3
    return refresh_ranker(before, grown, grown.timestamp == 99.0, features(N + 2), version="after")


def scores(trained: Trained, history: list[int], items: list[int]) -> np.ndarray:
    ranker = trained.ranker
    return ranker.score_list(
        ranker.query_scores(History.of(np.array(history))), np.array(items)
    ).scores


def test_what_happened_since_is_known(board: Trained, refreshed: Trained) -> None:
    behaviour = refreshed.ranker.snapshot.behaviour
    assert behaviour.counts[FIRST_MET] == 30
    assert behaviour.counts[NEVER_MET] == 0
    even, odd = (
        float(scores(refreshed, [side, side + 2, side + 4], [FIRST_MET])[0]) for side in (0, 1)
    )
    assert even > odd
    assert refreshed.ranker.catalog.id_rows[FIRST_MET] == FIRST_MET
    assert refreshed.ranker.catalog.id_rows[NEVER_MET] == -1


def test_lists_are_calibrated_as_they_were(refreshed: Trained) -> None:
    assert refreshed.ranker.calibration == 0.3


def test_what_was_known_is_not_forgotten(refreshed: Trained) -> None:
    items = list(range(20, 40))
    for side in (0, 1):
        ranked = np.array(items)[np.argsort(-scores(refreshed, [side, side + 2, side + 4], items))]
        assert (ranked[:8] % 2 == side).all()


def test_the_figures_are_of_the_ranker_before_it_learned(refreshed: Trained) -> None:
    """The one new item was cold to it: it is a case of the slice of cold items alone."""
    assert {name.split("/")[1] for name in refreshed.metrics} == {"all", "cold_item"}
    assert refreshed.metrics["popularity/all/ndcg@10"] == 0.0


def test_the_ranker_that_is_taken_up_stays_as_it_was(board: Trained, refreshed: Trained) -> None:
    assert board.ranker.snapshot.behaviour.counts[FIRST_MET] == 0
    again = train_ranker(
        Interactions.build(*_columns(checkerboard(n_items=N)), n_items=N + 2),
        features(N + 2),
        SMALL,
        version="before",
    )
    np.testing.assert_allclose(
        scores(board, [0, 2, 4], [20, 21]), scores(again, [0, 2, 4], [20, 21]), rtol=1e-4, atol=1e-4
    )


def _columns(table: Interactions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return table.user, table.item, table.timestamp
