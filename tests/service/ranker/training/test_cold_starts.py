"""Whom the cold-start network ranks for, and what counts beside it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.second_stage.blend import NETWORK_ALONE, Blend, Pool, Pools
from service.ranker.training.cold_starts import (
    best_pool,
    fit_cold_start_events,
    fit_pools,
)
from service.ranker.training.training_list import TrainingList
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of


def next_event(known: int, *, text_is_right: bool) -> TrainingList:
    """After `known` events the first of two candidates was chosen; text says so, or popularity
    does."""
    block = np.zeros((2, len(SIGNALS)), np.float32)
    block[0 if text_is_right else 1, place_of("text_recent")] = 1.0
    block[1 if text_is_right else 0, place_of("popularity")] = 0.9
    return TrainingList(block, replace(UNSCALED, known=known), np.array([0]), np.array([1]))


def by_popularity_at_first() -> Blend:
    return Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("popularity"))


@pytest.mark.parametrize(("right_until", "found"), [(0, 0), (2, 1), (3, 2), (100, 10)])
def test_cold_start_users_are_whom_their_network_serves_best(right_until: int, found: int) -> None:
    """Popularity, the cold-start network's signal, is right of people with fewer events than `right_until`.
    Ruling alone up to 2 events, it has half a say at 3, and the other half is the louder one."""
    lists = [next_event(known, text_is_right=known >= right_until) for known in range(30)]
    assert fit_cold_start_events(by_popularity_at_first(), lists, lists, 10) == found


def test_among_cold_start_users_every_length_of_history_counts_alike() -> None:
    """With 2 events popularity is wrong, and many people with 1 event do not outvote the one with
    2."""
    lists = [next_event(1, text_is_right=False)] * 50 + [next_event(2, text_is_right=True)]
    assert fit_cold_start_events(by_popularity_at_first(), lists, lists, 10) == 1


@pytest.mark.parametrize(
    ("next_right", "all_right", "ranks"),
    [(1, 0, False), (0.5, 1, False), (0.5, 0.25, True), (0.75, 0.5, False)],
)
def test_what_comes_next_and_what_is_liked_at_all_count_alike_each_relative_to_the_main_network(
    next_right: float, all_right: float, ranks: bool
) -> None:
    """Text is right in these shares, popularity in the others. A miss is worth .63, so popularity
    gains as much as text where either is right half the time."""

    def lists(share: float) -> list[TrainingList]:
        return [next_event(1, text_is_right=place < 4 * share) for place in range(4)]

    blend = by_popularity_at_first()
    assert (fit_cold_start_events(blend, lists(next_right), lists(all_right), 10) > 0) == ranks


POPULARITY = Pool(network=0.0, popularity=1.0)


def by_text() -> Blend:
    return Blend(SIGNALS, network_of("text_recent"), cold_start_net=network_of("text_recent"))


def other_kind(one: TrainingList, **scale: int | bool) -> TrainingList:
    return replace(one, scale=replace(one.scale, **scale))


@pytest.mark.parametrize(
    ("n_right", "n_wrong", "pool"), [(1, 1, POPULARITY), (0, 3, POPULARITY), (60, 2, NETWORK_ALONE)]
)
def test_a_stranger_gets_what_is_popular_unless_it_is_certain_that_it_is_worse(
    n_right: int, n_wrong: int, pool: Pool
) -> None:
    """The network is right so often, and popularity the other times."""
    right, wrong = next_event(0, text_is_right=True), next_event(0, text_is_right=False)
    blend = by_text()
    fit_pools(blend, [right] * n_right + [wrong] * n_wrong, 10)
    assert blend.pools.strangers == pool


@pytest.mark.parametrize(
    ("kind", "scale"),
    [
        ("beginners", {"known": 0, "has_words": True}),
        ("beginners", {"known": 1}),
        ("arrivals", {"known": 0, "elsewhere": 4}),
        ("newcomers", {"known": 1, "elsewhere": 4}),
    ],
)
def test_every_kind_of_people_is_served_by_what_measures_best_on_it(
    kind: str, scale: dict[str, int | bool]
) -> None:
    """Popularity is right of these, and text of all others."""
    lists = [
        other_kind(next_event(0, text_is_right=True), **other)
        for other in (
            {"has_words": True},
            {"known": 0, "elsewhere": 5},
            {"known": 2, "elsewhere": 5},
        )
    ]
    these = other_kind(next_event(0, text_is_right=False), **scale)
    blend = by_text()
    fit_pools(blend, [one for one in lists if Pools.kind_of(one.scale) != kind] + [these], 10)
    for name, pool in blend.pools._asdict().items():
        assert (pool == POPULARITY) == (name == kind)


def test_people_of_a_kind_that_nobody_was_of_are_served_as_those_most_like_them() -> None:
    newcomer = other_kind(next_event(1, text_is_right=False), elsewhere=5)
    blend = by_text()
    fit_pools(blend, [newcomer], 10)
    assert blend.pools == Pools(NETWORK_ALONE, POPULARITY, POPULARITY, POPULARITY)
    fit_pools(blend, [], 10)
    assert blend.pools == Pools()


def test_who_is_known_by_many_events_is_asked_nothing() -> None:
    blend = by_text()
    fit_pools(blend, [next_event(20, text_is_right=False)], 10)
    assert blend.pools == Pools()


def planted(seed: int, *, noise: float, n_lists: int = 120) -> list[TrainingList]:
    """Lists of 40 candidates of arrivals. What was chosen was drawn in proportion to co-occurrence, and
    the text says the same with so much noise."""
    rng = np.random.default_rng(seed)
    spread = np.zeros(len(SIGNALS), np.float32)
    spread[place_of("co_occurrence")] = 0.1
    scale = replace(UNSCALED, known=0, elsewhere=9, spread=spread, n_events=1000)
    lists = []
    for _ in range(n_lists):
        block = np.zeros((40, len(SIGNALS)), np.float32)
        estimate = rng.gamma(0.3, size=40)
        block[:, place_of("co_occurrence")] = estimate
        block[:, place_of("popularity")] = np.log1p(rng.integers(1, 30, 40))
        said = np.log(estimate + 1e-3) + noise * rng.normal(size=40)
        block[:, place_of("text_recent")] = said
        chosen = rng.choice(40, 2, replace=False, p=estimate / estimate.sum())
        lists.append(TrainingList(block, scale, chosen, np.array([1, 1])))
    return lists


def gained(blend: Blend, lists: list[TrainingList]) -> float:
    return float(np.mean([one.gain(one.scores(blend), 10) for one in lists]))


@pytest.mark.parametrize("noise", [0.5, 2.0, 8.0])
@pytest.mark.parametrize("seed", range(3))
def test_where_co_occurrence_is_best_what_serves_is_not_below_it(noise: float, seed: int) -> None:
    """On other people than the pool was chosen on."""
    blend = by_text()
    fit_pools(blend, planted(seed, noise=noise), 10)
    asked = planted(seed + 100, noise=noise)
    ours = gained(blend, asked)
    blend.pools = Pools(arrivals=Pool(network=0.0, co_occurrence=1.0))
    plain = gained(blend, asked)
    blend.pools = Pools()
    assert plain > gained(blend, asked)
    assert ours > 0.97 * plain


def test_where_the_network_is_right_it_ranks() -> None:
    """Co-occurrence says what the network does with much noise."""
    lists = []
    for one in planted(0, noise=0.0):
        noisy = one.signals.copy()
        noisy[:, place_of("co_occurrence")] *= np.exp(
            np.random.default_rng(len(lists)).normal(size=40) * 3
        )
        lists.append(replace(one, signals=noisy))
    assert best_pool(by_text(), "arrivals", lists).network == 1.0


def test_what_few_met_together_is_told_apart_by_popularity() -> None:
    """Chosen by popularity and co-occurrence in equal parts: neither of them alone is the best."""
    lists = []
    for seed, one in enumerate(planted(1, noise=8.0)):
        events = np.exp(one.signals[:, place_of("popularity")])
        estimate = one.signals[:, place_of("co_occurrence")]
        chances = events / events.sum() + estimate / estimate.sum()
        chosen = np.random.default_rng(seed).choice(40, 2, replace=False, p=chances / 2)
        lists.append(replace(one, chosen=chosen))
    pool = best_pool(by_text(), "arrivals", lists)
    assert pool.network == 0.0
    assert pool.backoff > 0.0


def test_without_lists_the_main_network_ranks() -> None:
    assert fit_cold_start_events(by_popularity_at_first(), [], [], 10) == 0
