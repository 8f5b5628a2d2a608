"""Scores of the second stage: which of its networks speaks, and what cold items get beside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.second_stage.blend import Blend, Pool, Pools
from service.ranker.second_stage.scale import Scale
from service.ranker.second_stage.signals import Signal
from tests.service.ranker.planted import SIGNALS, UNSCALED, network_of, place_of


def test_a_prior_weighs_signals_as_the_table_says() -> None:
    def signal(name: str, plain: float, relative: float) -> Signal:
        return replace(SIGNALS[0], name=name, prior_plain=plain, prior_relative=relative)

    signals = [signal("popularity", 0.5, 0.0), signal("co_occurrence", 0.0, 3.0)]
    scale = replace(UNSCALED, shift=np.array([0.0, 1.0]), spread=np.array([1.0, 2.0]))
    blend = Blend.prior(signals)
    scores = blend.score(np.array([[4.0, 3.0]], np.float32), scale)
    np.testing.assert_allclose(scores, [0.5 * 4.0 + 3.0 * (3.0 - 1.0) / 2.0])


def test_the_boost_fades_with_the_events_of_an_item() -> None:
    blend = Blend(SIGNALS, network_of("text_recent"), cold_item_boost=3.0)
    signals = np.zeros((3, len(SIGNALS)), np.float32)
    signals[:, place_of("popularity")] = np.log1p([0, 3, 99])
    np.testing.assert_allclose(blend.score(signals, UNSCALED), [3.0, 0.75, 0.03], rtol=1e-5)


def test_items_that_differ_by_rounding_alone_score_alike() -> None:
    blend = Blend(SIGNALS, network_of("text_recent"))
    signals = np.zeros((2, len(SIGNALS)), np.float32)
    signals[:, place_of("text_recent")] = [0.17651122, np.nextafter(np.float32(0.17651122), 1)]
    first, second = blend.score(signals, UNSCALED)
    assert first == second


def test_a_signal_that_says_nothing_has_its_usual_value() -> None:
    net = network_of("text_recent")
    net.mean[:] = 7.0
    spread = np.zeros(len(SIGNALS), np.float32)
    spread[0] = 1.0
    usual = Blend(SIGNALS, net).usual(replace(UNSCALED, spread=spread))
    assert usual.tolist() == [0.0] + [7.0] * (len(SIGNALS) - 1)


def two_candidates(known: int, elsewhere: int = 0) -> tuple[np.ndarray, Scale]:
    """Signals of two candidates: text speaks for the first, popularity for the second."""
    signals = np.zeros((2, len(SIGNALS)), np.float32)
    signals[0, place_of("text_recent")] = 1.0
    signals[1, place_of("popularity")] = 0.9
    return signals, replace(UNSCALED, known=known, elsewhere=elsewhere)


@pytest.mark.parametrize(("known", "share"), [(0, 1.0), (4, 1.0), (6, 0.5), (8, 0.0), (100, 0.0)])
def test_the_cold_start_network_hands_over_as_events_become_known(known: int, share: float) -> None:
    blend = Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_start_net=network_of("popularity"),
        cold_start_events=4,
    )
    scores = blend.score(*two_candidates(known))
    np.testing.assert_allclose(scores, [1 - share, 0.9 * share], atol=1e-6)


def with_co_occurrence(scale: Scale, usual: float = 0.1, **changes: int) -> Scale:
    """So much co-occurrence is usual."""
    spread = np.zeros(len(SIGNALS), np.float32)
    spread[place_of("co_occurrence")] = usual
    return replace(scale, spread=spread, **changes)


def pooled(pools: Pools, cold_start_events: int = 4) -> Blend:
    """The cold-start network goes by popularity."""
    return Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_start_net=network_of("popularity"),
        cold_start_events=cold_start_events,
        pools=pools,
    )


@pytest.mark.parametrize(
    ("known", "elsewhere", "has_words", "kind"),
    [
        (0, 0, False, "strangers"),
        (0, 0, True, "beginners"),
        (2, 0, False, "beginners"),
        (0, 7, False, "arrivals"),
        (0, 7, True, "arrivals"),
        (2, 7, False, "newcomers"),
    ],
)
def test_every_kind_of_people_has_a_pool_of_its_own(
    known: int, elsewhere: int, has_words: bool, kind: str
) -> None:
    scale = replace(UNSCALED, known=known, elsewhere=elsewhere, has_words=has_words)
    assert Pools.kind_of(scale) == kind
    pools = Pools()._replace(**{kind: Pool(network=0.5)})
    assert pools.of(scale) == Pool(network=0.5)


def test_co_occurrence_is_added_for_those_whose_pool_has_it() -> None:
    blend = pooled(Pools(arrivals=Pool(co_occurrence=1.0)))
    signals, at_home = two_candidates(0)
    signals[0, place_of("co_occurrence")] = 0.2
    at_home = with_co_occurrence(at_home)
    from_elsewhere = replace(at_home, elsewhere=7)
    np.testing.assert_allclose(blend.score(signals, at_home), [0.0, 0.9], atol=1e-6)
    np.testing.assert_allclose(
        blend.score(signals, from_elsewhere), [np.log(2.01), 0.9 + np.log(0.01)], atol=1e-5
    )
    nothing_usual = blend.score(signals, replace(UNSCALED, known=0, elsewhere=7))
    np.testing.assert_allclose(nothing_usual, [np.log(0.01), 0.9 + np.log(0.01)], atol=1e-5)


def test_a_pool_without_the_network_is_the_plain_estimate() -> None:
    """Popularity would say the opposite."""
    blend = pooled(Pools(arrivals=Pool(network=0.0, co_occurrence=1.0)))
    signals, scale = two_candidates(0, elsewhere=7)
    signals[0, place_of("co_occurrence")] = 0.2
    np.testing.assert_allclose(
        blend.score(signals, with_co_occurrence(scale)), np.log([2.01, 0.01]), atol=1e-5
    )


def test_co_occurrence_is_smoothed_by_the_share_of_all_events() -> None:
    """The items have 9 and 3 events of 100, and one each for none: 5 times (.1, .04)."""
    blend = pooled(Pools(arrivals=Pool(network=0.0, co_occurrence=1.0, backoff=5.0)))
    signals, scale = two_candidates(0, elsewhere=7)
    signals[:, place_of("popularity")] = np.log1p([9, 3])
    signals[0, place_of("co_occurrence")] = 0.2
    scale = with_co_occurrence(scale, usual=1.0, n_events=100)
    np.testing.assert_allclose(
        blend.score(signals, scale), np.log([0.01 + 0.2 + 0.5, 0.01 + 0.2]), atol=1e-5
    )


@pytest.mark.parametrize("elsewhere", [0, 7])
def test_where_nothing_is_known_the_cold_start_network_ranks_whoever_else_it_ranks_for(
    elsewhere: int,
) -> None:
    blend = pooled(Pools(), cold_start_events=0)
    np.testing.assert_allclose(blend.score(*two_candidates(0, elsewhere)), [0.0, 0.9], atol=1e-6)
    np.testing.assert_allclose(blend.score(*two_candidates(1, elsewhere)), [1.0, 0.0], atol=1e-6)


@pytest.mark.parametrize(
    ("known", "has_words", "share"),
    [(0, False, 2.0), (1, False, 1.0), (3, False, 0.5), (0, True, 0.2)],
)
def test_popularity_counts_the_less_the_more_is_known_where_something_is_asked_for(
    known: int, has_words: bool, share: float
) -> None:
    blend = Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_start_net=network_of("text_recent"),
        cold_start_events=4,
        pools=Pools(arrivals=Pool(popularity=1.0), newcomers=Pool(popularity=1.0)),
    )
    signals, scale = two_candidates(known, elsewhere=7)
    scores = blend.score(signals, replace(scale, has_words=has_words))
    np.testing.assert_allclose(scores, [1.0, 0.9 * share], atol=1e-6)


def test_cold_start_users_are_spared_the_boost() -> None:
    blend = Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_item_boost=2.0,
        cold_start_net=network_of("text_recent"),
        cold_start_events=4,
    )
    np.testing.assert_allclose(blend.score(*two_candidates(1)), [1.0, 0.0], atol=1e-6)
