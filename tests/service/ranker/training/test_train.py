"""Training on planted worlds: the ranker must find what was put there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.pipeline import Query, rank
from service.ranker.ranker import Ranker
from service.ranker.training.cases import RankingCase
from service.ranker.training.fit import TrainingDiverged
from service.ranker.training.train import TooFewEvents, Trained, train_ranker
from tests.service.ranker.planted import SMALL, chain, checkerboard, features


def ranked(ranker: Ranker, history: History, *, seen_out: bool = True) -> np.ndarray:
    """All candidates of all sources, best first."""
    found = rank(ranker, Query(history, 100), sources_of(ranker.modalities))
    items = found.items(found.order)
    return items[~np.isin(items, history.items)] if seen_out else items


@pytest.fixture(scope="module")
def chained() -> Trained:
    return train_ranker(chain(), features(30), SMALL, version="chain")


def test_the_checkerboard_is_learned(board: Trained) -> None:
    even = ranked(board.ranker, History.of(np.array([0, 2, 4])))[:10]
    odd = ranked(board.ranker, History.of(np.array([1, 3, 5])))[:10]
    assert (even % 2 == 0).all()
    assert (odd % 2 == 1).all()


def test_an_order_that_only_a_sequence_model_can_learn_is_learned(chained: Trained) -> None:
    hits = [
        ranked(chained.ranker, History.of(np.array([i, i + 1, i + 2])))[0] == i + 3
        for i in range(20)
    ]
    assert np.mean(hits) >= 0.9


def test_a_trained_ranker_does_not_lose_to_the_baselines_on_the_chain(chained: Trained) -> None:
    metrics = chained.metrics
    assert metrics["palate/all/ndcg@10"] >= metrics["ease_recent/all/ndcg@10"]
    assert metrics["palate/all/ndcg@10"] > metrics["popularity/all/ndcg@10"]


def test_what_was_withheld_for_the_check_is_counted_in_the_end(chained: Trained) -> None:
    assert len(chained.checked) == 60
    behaviour = chained.ranker.snapshot.behaviour
    assert behaviour.n_events == behaviour.counts.sum() == 150 * 8
    assert chained.metrics["palate/all/ndcg@10/high"] >= chained.metrics["palate/all/ndcg@10"]
    assert chained.metrics["untrained/all/ndcg@10"] < chained.metrics["palate/all/ndcg@10"]


def test_who_learns_beside_it_is_shown_a_ranker_that_knows_nothing_of_the_cases(
    chained: Trained,
) -> None:
    shown: list[tuple[int, list[RankingCase]]] = []

    def look(ranker: Ranker, cases: Sequence[RankingCase]) -> None:
        shown.append((int(ranker.snapshot.behaviour.counts.sum()), list(cases)))

    trained = train_ranker(chain(), features(30), SMALL, version="chain", shown=look)
    [(n_counted, cases)] = shown
    assert (n_counted, len(cases)) == (150 * 8 - 60, 60)
    assert all(case.chosen[0] == (case.history.items[-1] + 1) % 30 for case in cases)
    alone, beside = chained.ranker.snapshot.item_vectors, trained.ranker.snapshot.item_vectors
    np.testing.assert_allclose(beside, alone, atol=1e-5)


def test_nobody_is_asked_for_what_is_gone() -> None:
    """The even items are gone, and only odd users can be asked what they chose next."""
    items = features(40)
    items.live[::2] = False
    log = checkerboard(n_users=120, length=12)
    trained = train_ranker(log, items, SMALL, version="gone")
    found = ranked(trained.ranker, History.of(np.array([1, 3, 5])))
    assert (found % 2 == 1).all()
    assert 0 < len(trained.checked) <= 60
    assert trained.checked.gains["palate"].mean() > 0.3


def test_an_item_that_only_its_picture_gives_away_is_found() -> None:
    """Cold items with the picture of one side of the board go to that side."""
    n_items, n_cold = 40, 6
    side = np.arange(n_items + n_cold) % 2
    rng = np.random.default_rng(3)
    look = np.eye(2)[side] + 0.05 * rng.normal(size=(len(side), 2))
    words = rng.normal(size=(len(side), 8))
    board = checkerboard(n_users=120, n_items=n_items, length=12)
    table = Interactions.build(
        board.user, board.item, board.timestamp, n_users=board.n_users, n_items=n_items + n_cold
    )
    config = replace(SMALL, pseudo_cold=0.3, id_dropout=0.3)
    ranker = train_ranker(
        table, features(len(side), text=words, image=look), config, version="look"
    ).ranker
    cold = np.arange(n_items, n_items + n_cold)
    for parity in (0, 1):
        query_scores = ranker.query_scores(History.of(np.arange(parity, 12, 2)))
        scores = ranker.score_list(query_scores, cold).scores
        assert scores[cold % 2 == parity].min() > scores[cold % 2 != parity].max()


def test_a_new_item_is_scored_from_its_content_at_once() -> None:
    """A copy of an even item, added after training, is liked by even users more than a copy of an
    odd one."""
    side = np.arange(40) % 2
    words = np.eye(2)[side] + 0.05 * np.random.default_rng(1).normal(size=(40, 2))
    ranker = train_ranker(checkerboard(), features(40, text=words), SMALL, version="new").ranker
    new = features(2, text=np.eye(2))
    ranker.catalog.put_items(np.array([40, 41]), new)
    scores = ranker.score_list(
        ranker.query_scores(History.of(np.array([0, 2, 4, 6]))), np.array([40, 41])
    ).scores
    assert scores[0] > scores[1]
    found = rank(ranker, Query(History.of(np.array([0, 2])), 10), sources_of(ranker.modalities))
    assert 40 in found.candidates.proposals["new_items"]


def test_too_few_events_are_refused_with_the_number() -> None:
    table = Interactions.build([0, 1], [0, 1], n_users=2, n_items=5)
    with pytest.raises(TooFewEvents, match="2 events"):
        train_ranker(table, features(5), SMALL, version="x")


def test_a_training_that_diverges_is_no_model() -> None:
    with pytest.raises(TrainingDiverged, match="learning_rate, it is 1e\\+30"):
        train_ranker(chain(), features(30), replace(SMALL, learning_rate=1e30), version="x")


def test_training_twice_with_one_seed_gives_one_ranker(board: Trained) -> None:
    again = train_ranker(checkerboard(), features(40), SMALL, version="board")
    np.testing.assert_allclose(
        again.ranker.snapshot.item_vectors, board.ranker.snapshot.item_vectors, atol=1e-5
    )
