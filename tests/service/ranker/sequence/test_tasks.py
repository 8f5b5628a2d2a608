"""A task per event type: what is predicted counts by the weight of its type, however often it
happens."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.ranker.checkpoint import load_checkpoint, save_checkpoint
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker
from service.ranker.sequence.tasks import task_shares
from service.ranker.training.train import train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features

CLICK, PURCHASE = 1, 2
N_GOODS, N_BAIT, USERS, CLICKS, PURCHASES = 40, 60, 150, 20, 5
GOODS, BAIT = np.arange(N_GOODS), np.arange(N_GOODS, N_GOODS + N_BAIT)
WEIGHTS = np.array([1.0, 0.3, 1.0], np.float32)


def shop() -> Interactions:
    """Everybody buys a few goods of their own parity, and clicks on much bait, whoever they are."""
    rng = np.random.default_rng(0)
    length, items, kinds = CLICKS + PURCHASES, [], []
    for user in range(USERS):
        bought = rng.choice(GOODS[user % 2 :: 2], PURCHASES, replace=False)
        order = rng.permutation(length)
        items.append(np.concatenate([rng.choice(BAIT, CLICKS, replace=False), bought])[order])
        kinds.append(np.repeat([CLICK, PURCHASE], [CLICKS, PURCHASES])[order])
    times = np.tile(np.arange(length), USERS)
    return Interactions.build(
        np.repeat(np.arange(USERS), length), np.concatenate(items), times, np.concatenate(kinds)
    )


@pytest.fixture(scope="module")
def ranker() -> Ranker:
    config = replace(SMALL, max_epochs=12)
    return train_ranker(
        shop(), features(N_GOODS + N_BAIT), config, version="shop", event_weights=WEIGHTS
    ).ranker


def person(parity: int) -> History:
    rng = np.random.default_rng(parity)
    items = np.concatenate(
        [rng.choice(BAIT, CLICKS, replace=False), np.arange(parity, parity + 10, 2)]
    )
    order = rng.permutation(len(items))
    return History.of(items[order], np.repeat([CLICK, PURCHASE], [CLICKS, PURCHASES])[order])


def test_purchases_lead_though_clicks_outnumber_them_beyond_their_weight(ranker: Ranker) -> None:
    """20 clicks of weight .3 outweigh 5 purchases of weight 1 where events are summed; here types
    are."""
    shares = []
    for parity in (0, 1, 2, 3):
        query_scores = ranker.query_scores(person(parity))
        unseen = np.setdiff1d(np.arange(N_GOODS + N_BAIT), query_scores.history.items)
        first = unseen[np.argsort(-ranker.score_list(query_scores, unseen).scores)][:10]
        shares.append(np.mean((first < N_GOODS) & (first % 2 == parity % 2)))
    assert np.mean(shares) >= 0.7


def test_a_checkpoint_keeps_the_tasks(ranker: Ranker, tmp_path: Path) -> None:
    ids = [f"item-{i}" for i in range(N_GOODS + N_BAIT)]
    save_checkpoint(tmp_path / "model", ranker, ids, {})
    loaded = load_checkpoint(
        tmp_path / "model", features(N_GOODS + N_BAIT), {name: i for i, name in enumerate(ids)}
    )
    candidates = np.arange(N_GOODS + N_BAIT)
    before, after = (
        one.score_list(one.query_scores(person(1)), candidates).scores for one in (ranker, loaded)
    )
    np.testing.assert_allclose(after, before, rtol=1e-4, atol=1e-5)
    assert loaded.model is not None
    assert np.abs(loaded.model.weights["tasks.maps"]).max() > 0


def test_types_share_by_weight_and_one_type_needs_no_shares() -> None:
    table = Interactions.build([0, 0, 0, 0], [1, 2, 3, 4], event_type=[1, 1, 1, 3])
    weights = np.array([1.0, 0.5, 1.0, 1.5], np.float32)
    assert task_shares(table, weights) == (0.0, 0.25, 0.0, 0.75)
    assert task_shares(table, None) == (0.0, 0.5, 0.0, 0.5)
    assert task_shares(table, np.array([1.0, 0.0, 1.0, 1.5], np.float32)) == ()
    assert task_shares(checkerboard(), weights) == ()


def test_a_type_that_only_the_newest_events_have_is_no_stumbling_block() -> None:
    table = checkerboard()
    kinds = np.where(table.positions_from_end() < 1, 5, 1)
    mixed = Interactions.build(table.user, table.item, table.timestamp, kinds)
    trained = train_ranker(mixed, features(40), replace(SMALL, max_epochs=2), version="new type")
    assert trained.ranker.model is not None
    assert trained.ranker.model.shape.n_event_types == 6
