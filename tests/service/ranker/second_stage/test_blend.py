"""Scores of the second stage: which of its networks speaks, and what cold items get beside."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from service.ranker.second_stage.blend import Blend, Prior
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
    np.testing.assert_allclose(blend.score(signals, UNSCALED), [3.0, 1.5, 0.3], rtol=1e-5)


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


def test_whoever_comes_from_another_domain_has_a_prior_of_their_own() -> None:
    blend = Blend(
        SIGNALS,
        network_of("text_recent"),
        cold_start_net=network_of("popularity"),
        cold_start_events=4,
        newcomers=Prior(co_occurrence=1.0),
    )
    place = place_of("co_occurrence")
    signals, at_home = two_candidates(0)
    signals[0, place] = 0.2
    spread = np.zeros(len(SIGNALS), np.float32)
    spread[place] = 0.1
    at_home = replace(at_home, spread=spread)
    from_elsewhere = replace(at_home, elsewhere=7)
    np.testing.assert_allclose(blend.score(signals, at_home), [0.0, 0.9], atol=1e-6)
    np.testing.assert_allclose(
        blend.score(signals, from_elsewhere), [np.log(2.01), 0.9 + np.log(0.01)], atol=1e-5
    )
    nothing_usual = blend.score(signals, replace(UNSCALED, known=0, elsewhere=7))
    np.testing.assert_allclose(nothing_usual, [np.log(0.01), 0.9 + np.log(0.01)], atol=1e-5)


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
        newcomers=Prior(popularity=1.0),
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
