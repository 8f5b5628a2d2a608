"""Weights of event types: what matters is learned, though what does not matter happens more often."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.ranker import Ranker
from service.ranker.training.cases import sampled_by_weight
from service.ranker.training.train import TooFewEvents, train_ranker
from tests.service.ranker.planted import SMALL, checkerboard, features

CLICK, PURCHASE = 1, 2
N_GOODS, N_BAIT, USERS, LENGTH = 40, 8, 100, 12
CONFIG = replace(SMALL, max_epochs=12)
GOODS = np.arange(N_GOODS)
BAIT = np.arange(N_GOODS, N_GOODS + N_BAIT)


def shop() -> Interactions:
    """Everybody buys goods of their own parity, and now and then clicks on bait, whoever they are."""
    rng = np.random.default_rng(0)
    items, kinds = [], []
    for user in range(USERS):
        clicks = rng.choice(BAIT, LENGTH // 2, replace=False)
        purchases = rng.choice(GOODS[user % 2 :: 2], LENGTH // 2, replace=False)
        order = rng.permutation(LENGTH)
        items.append(np.concatenate([clicks, purchases])[order])
        kinds.append(np.repeat([CLICK, PURCHASE], LENGTH // 2)[order])
    times = np.tile(np.arange(LENGTH), USERS)
    return Interactions.build(
        np.repeat(np.arange(USERS), LENGTH), np.concatenate(items), times, np.concatenate(kinds)
    )


def trained(click_weight: float) -> Ranker:
    weights = np.array([1.0, click_weight, 1.0], np.float32)
    return train_ranker(
        shop(), features(N_GOODS + N_BAIT), CONFIG, version="shop", event_weights=weights
    ).ranker


def right_goods(ranker: Ranker, k: int = 10) -> float:
    """Share of the first k that are goods of the person's own parity, of people who have bought ten
    times."""
    shares = []
    for first_bought in range(4):
        bought = np.arange(first_bought, first_bought + 20, 2)
        clicked = np.resize(BAIT[:2], len(bought))
        history = History.of(
            np.stack([clicked, bought], axis=1).ravel(), np.array([CLICK, PURCHASE] * len(bought))
        )
        query_scores = ranker.query_scores(history)
        unseen = np.setdiff1d(np.arange(N_GOODS + N_BAIT), history.items)
        first = unseen[np.argsort(-ranker.score_list(query_scores, unseen).scores)][:k]
        shares.append(np.mean((first < N_GOODS) & (first % 2 == first_bought % 2)))
    return float(np.mean(shares))


def test_purchases_rank_higher_when_clicks_count_for_little() -> None:
    alike, weighted = right_goods(trained(1.0)), right_goods(trained(0.05))
    assert weighted >= 0.8
    assert weighted > alike + 0.2


def test_an_event_is_sampled_as_often_as_it_counts_against_the_weightiest_of_the_log() -> None:
    table = Interactions.build(
        np.repeat(np.arange(1_000), 2), np.zeros(2_000), event_type=[CLICK, PURCHASE] * 1_000
    )
    sampled = sampled_by_weight(
        table, np.array([1.0, 0.1, 0.4], np.float32), np.random.default_rng(0)
    )
    assert sampled[table.event_type == PURCHASE].all()
    assert sampled[table.event_type == CLICK].mean() == pytest.approx(0.25, abs=0.05)


def test_weights_change_nothing_in_a_log_of_one_type() -> None:
    table = checkerboard()
    config = replace(CONFIG, max_epochs=2)
    plain = train_ranker(table, features(40), config, version="x")
    weighted = train_ranker(
        table, features(40), config, version="x", event_weights=np.array([0.3], np.float32)
    )
    assert weighted.metrics == plain.metrics
    np.testing.assert_array_equal(
        weighted.ranker.snapshot.item_vectors, plain.ranker.snapshot.item_vectors
    )


def test_a_log_that_does_not_count_is_no_teacher() -> None:
    with pytest.raises(TooFewEvents, match=r"events\.kinds"):
        train_ranker(
            shop(), features(48), CONFIG, version="x", event_weights=np.zeros(3, np.float32)
        )
