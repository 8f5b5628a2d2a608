"""Traits: who took the same lies near, the same words are one cluster, groups go by counts."""

from __future__ import annotations

import numpy as np

from service.ranker.data.interactions import Interactions
from service.simulation.traits import (
    ItemTraits,
    clusters_of,
    factors_of,
    nearest_centre,
)
from tests.service.simulation import planted


def test_items_that_the_same_people_took_lie_near() -> None:
    factors = factors_of(planted.tastes(), 6)
    cosines = factors @ factors.T
    together = np.equal.outer(np.arange(120) % 6, np.arange(120) % 6)
    met = np.flatnonzero(np.linalg.norm(factors, axis=1))
    within = np.ix_(met, met)
    assert cosines[within][together[within]].min() > 0.9
    assert np.abs(cosines[within][~together[within]]).max() < 0.1


def test_an_item_without_events_has_no_factors() -> None:
    log = Interactions.build([0, 0, 1, 1, 2], [0, 1, 0, 1, 2], n_items=5)
    factors = factors_of(log)
    assert not factors[3:].any()
    assert np.allclose(np.linalg.norm(factors[:2], axis=1), 1)


def test_a_log_that_is_too_small_has_no_factors_at_all() -> None:
    assert factors_of(Interactions.build([0], [0], n_items=3)).tolist() == [[0.0]] * 3


def test_the_same_words_are_one_cluster_and_others_another() -> None:
    traits = ItemTraits.of(planted.tastes(), planted.items(120))
    assert traits.n_clusters == 6
    by_words = {tuple(set(traits.cluster[kind::6].tolist())) for kind in range(6)}
    assert len(by_words) == 6
    assert all(len(clusters) == 1 for clusters in by_words)


def test_clusters_of_blurred_words_are_found_as_well() -> None:
    rng = np.random.default_rng(0)
    rows = np.eye(8)[np.arange(400) % 2] + 0.05 * rng.normal(size=(400, 8))
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    member = nearest_centre(rows, clusters_of(rows))
    assert not set(member[::2].tolist()) & set(member[1::2].tolist())


def test_groups_go_by_how_often_live_items_were_chosen() -> None:
    items = planted.items(20)
    items.live[:] = True
    items.live[19] = False
    log = Interactions.build(np.zeros(36), np.repeat(np.arange(9), np.arange(9)), n_items=20)
    groups = ItemTraits.of(log, items).groups
    assert np.flatnonzero(groups["head"]).tolist() == [8]
    assert set(np.flatnonzero(groups["cold"]).tolist()) == {0, *range(9, 19)}
    assert groups["tail"].sum() == 10
    assert not groups["tail"][[7, 8, 19]].any()
