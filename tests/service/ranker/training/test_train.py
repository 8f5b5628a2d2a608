"""Training on planted worlds: the ranker must find what was put there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.ranker.candidates import sources_of
from service.ranker.checkpoint import CheckpointError, load_checkpoint, save_checkpoint
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.pipeline import Query, rank
from service.ranker.ranker import Ranker, untrained_ranker
from service.ranker.training.fit import TrainingDiverged
from service.ranker.training.train import TooFewEvents, Trained, train_ranker
from tests.service.ranker.planted import SMALL, chain, checkerboard, features


def ranked(ranker: Ranker, history: History, *, seen_out: bool = True) -> np.ndarray:
    """All candidates of all sources, best first."""
    found = rank(ranker, Query(history, 100), sources_of(ranker.modalities))
    items = found.items(found.order)
    return items[~np.isin(items, history.items)] if seen_out else items


@pytest.fixture(scope="module")
def board() -> Trained:
    return train_ranker(checkerboard(), features(40), SMALL, version="board")


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
    assert metrics["palate/all/ndcg@10"] > metrics["ease_recent/all/ndcg@10"]
    assert metrics["palate/all/ndcg@10"] > metrics["popularity/all/ndcg@10"]


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


def test_scores_do_not_depend_on_the_other_candidates(board: Trained) -> None:
    query_scores = board.ranker.query_scores(History.of(np.array([0, 2])))
    all_scores = board.ranker.score_list(query_scores, np.arange(4, 40)).scores
    few = board.ranker.score_list(query_scores, np.array([10, 30])).scores
    np.testing.assert_allclose(few, all_scores[[6, 26]], rtol=1e-4, atol=1e-4)


def test_rescoring_the_full_history_gives_the_served_scores(board: Trained) -> None:
    history = History.of(np.array([0, 2, 4, 6]))
    query_scores = board.ranker.query_scores(history)
    candidates = np.array([8, 9, 20])
    served = board.ranker.score_list(query_scores, candidates)
    again = board.ranker.rescore(
        history, [np.array([], int), np.array([3])], candidates, served.scale
    )
    np.testing.assert_allclose(again[0], served.scores, rtol=1e-4, atol=1e-4)
    assert not np.allclose(again[1], served.scores)


def test_a_new_item_is_scored_from_its_content_at_once() -> None:
    """A copy of an even item, added after training, is liked by even users more than a copy of an
    odd one."""
    side = np.arange(40) % 2
    words = np.eye(2)[side] + 0.05 * np.random.default_rng(1).normal(size=(40, 2))
    ranker = train_ranker(checkerboard(), features(40, text=words), SMALL, version="new").ranker
    new = features(2, text=np.eye(2))
    ranker.put_items(np.array([40, 41]), new)
    scores = ranker.score_list(
        ranker.query_scores(History.of(np.array([0, 2, 4, 6]))), np.array([40, 41])
    ).scores
    assert scores[0] > scores[1]
    found = rank(ranker, Query(History.of(np.array([0, 2])), 10), sources_of(ranker.modalities))
    assert 40 in found.candidates.proposals["new_items"]


def test_a_checkpoint_gives_the_same_scores_and_follows_item_ids(
    board: Trained, tmp_path: Path
) -> None:
    history = History.of(np.array([0, 2, 4]))
    before = board.ranker.score_list(board.ranker.query_scores(history), np.arange(10, 20)).scores
    ids = [f"item-{i}" for i in range(40)]
    save_checkpoint(tmp_path / "model", board.ranker, ids, {"note": "kept"})
    plain = features(40)
    same = load_checkpoint(tmp_path / "model", plain, {item_id: i for i, item_id in enumerate(ids)})
    np.testing.assert_allclose(
        same.score_list(same.query_scores(history), np.arange(10, 20)).scores, before, atol=1e-4
    )

    turned = ItemFeatures(
        plain.text[::-1].copy(),
        plain.has_text,
        plain.image,
        plain.has_image,
        plain.domain,
        plain.tags,
        1,
        plain.live,
    )
    moved = load_checkpoint(
        tmp_path / "model", turned, {item_id: 39 - i for i, item_id in enumerate(ids)}
    )
    after = moved.score_list(
        moved.query_scores(History.of(39 - history.items)), 39 - np.arange(10, 20)
    ).scores
    np.testing.assert_allclose(after, before, rtol=1e-3, atol=1e-3)


def test_a_damaged_checkpoint_is_refused_with_its_name(board: Trained, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    save_checkpoint(folder, board.ranker, [str(i) for i in range(40)], {})
    (folder / "weights.safetensors").write_bytes(b"cut short")
    with pytest.raises(CheckpointError, match="model"):
        load_checkpoint(folder, features(40), {})


def test_too_few_events_are_refused_with_the_number() -> None:
    table = Interactions.build([0, 1], [0, 1], n_users=2, n_items=5)
    with pytest.raises(TooFewEvents, match="2 events"):
        train_ranker(table, features(5), SMALL, version="x")


def test_a_training_that_diverges_is_no_model() -> None:
    with pytest.raises(TrainingDiverged, match="learning_rate, it is 1e\\+30"):
        train_ranker(chain(), features(30), replace(SMALL, learning_rate=1e30), version="x")


def test_without_training_a_history_beats_popularity() -> None:
    ranker = untrained_ranker(features(40), checkerboard(), SMALL)
    assert (ranked(ranker, History.of(np.array([1, 3, 5])))[:8] % 2 == 1).all()


def test_nobody_known_gets_what_is_popular() -> None:
    board = checkerboard()
    fans = Interactions.build(
        np.concatenate([board.user, np.arange(60)]),
        np.concatenate([board.item, np.full(60, 7)]),
        np.concatenate([board.timestamp, np.full(60, 99.0)]),
        n_items=40,
    )
    ranker = untrained_ranker(features(40), fans, SMALL)
    assert ranked(ranker, History.of(np.zeros(0, np.int64)))[0] == 7


def test_training_twice_with_one_seed_gives_one_ranker(board: Trained) -> None:
    again = train_ranker(checkerboard(), features(40), SMALL, version="board")
    np.testing.assert_allclose(again.ranker.view.vectors, board.ranker.view.vectors, atol=1e-5)
