"""Bandits begin with Palate's order and learn what is taken."""

from __future__ import annotations

import numpy as np
import pytest

from service.simulation.bandits import (
    CONTEXT,
    PRIOR_SCORE,
    UNSURE,
    Bandit,
    LinearModel,
    optimistic,
    sampled,
)
from service.simulation.palate_list import PalateLists, Served
from tests.service.simulation import planted

K = 5
TRUE = np.array([0.1, -0.05, 0.2, 0.0, 0.3])


def _taught(n: int = 20_000) -> tuple[LinearModel, np.ndarray]:
    rng = np.random.default_rng(0)
    contexts = rng.normal(size=(n, len(CONTEXT)))
    model = LinearModel.prior()
    model.learn(contexts, contexts @ TRUE + UNSURE * rng.normal(size=n))
    return model, contexts


def test_what_it_saw_is_what_it_believes() -> None:
    model, _ = _taught()
    assert np.abs(model.mean - TRUE).max() < 0.01


def test_before_it_saw_anything_it_believes_in_the_score() -> None:
    assert LinearModel.prior().mean.tolist() == [0.0, PRIOR_SCORE, 0.0, 0.0, 0.0]


def test_samples_scatter_about_the_mean_as_much_as_it_is_unsure() -> None:
    model, rng = LinearModel.prior(), np.random.default_rng(1)
    drawn = np.array([sampled(model, np.eye(5), rng) for _ in range(4000)])
    assert np.abs(drawn.mean(axis=0) - model.mean).max() < 0.002
    assert np.abs(drawn.std(axis=0) - UNSURE / 10).max() < 0.002  # a hundred impressions' worth
    sure = np.array([sampled(_taught()[0], np.eye(5), rng) for _ in range(100)])
    assert sure.std(axis=0).max() < 0.003


def test_optimism_is_for_what_was_seen_least() -> None:
    model, rng = LinearModel.prior(), np.random.default_rng(1)
    model.learn(np.tile(np.eye(5)[0], (900, 1)), np.zeros(900))
    bonus = optimistic(model, np.eye(5), rng) - model.mean
    assert bonus[0] == pytest.approx(UNSURE / np.sqrt(1000))
    assert bonus[2] == pytest.approx(UNSURE / np.sqrt(100))


def test_a_bandit_shows_items_of_the_list_and_learns_which_were_taken(served: Served) -> None:
    crowd = planted.crowd()
    people = planted.people(crowd, 4)
    lists = PalateLists(served, 20)
    bandit = Bandit(lists, crowd.traits, optimistic, K, np.random.default_rng(0))
    shown = bandit.lists(people)
    for items, ranked in zip(shown, lists.of(people), strict=True):
        assert len(items) == K
        assert np.isin(items, ranked.items).all()
    believed = bandit.model.mean[0]
    bandit.learn(people, shown, [int(items[0]) for items in shown])
    assert bandit.model.mean[0] > believed
    assert np.trace(bandit.model.precision) > np.trace(LinearModel.prior().precision)
