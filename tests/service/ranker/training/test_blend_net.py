"""A network of the second stage finds the signal that was right."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from service.ranker.second_stage.blend_network import BlendNetwork
from service.ranker.training.blend_net import fit_net, standards_of
from service.ranker.training.training_list import TrainingList
from tests.service.ranker.planted import SIGNALS, UNSCALED, place_of

RIGHT, CLICK, PURCHASE = "text_recent", 1, 2


def lists(n: int, seed: int, right: str = RIGHT, event_type: int = CLICK) -> list[TrainingList]:
    """Of ten random candidates the one with the largest value of the signal that is right was
    chosen."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(n):
        signals = rng.normal(loc=5, size=(10, len(SIGNALS))).astype(np.float32)
        chosen = signals[:, place_of(right)].argmax()
        made.append(TrainingList(signals, UNSCALED, np.array([chosen]), np.array([event_type])))
    return made


def fitted(
    learned: list[TrainingList], validation: list[TrainingList], **options: Any
) -> BlendNetwork:
    return fit_net(learned, validation, standards=standards_of(learned), **options)


def test_the_signal_that_is_right_is_learned() -> None:
    net = fitted(lists(200, 0), lists(50, 1), hidden=4, dropout=0.0, seed=0)
    gains = [one.gain(net.score(one.signals, one.scale), 10) for one in lists(50, 2)]
    assert np.mean(gains) > 0.9


def test_signals_are_standardised_by_what_they_were_in_training() -> None:
    one = lists(1, 0)[0]
    one.signals[:, 0] = 7.0  # does not vary
    net = fitted([one], [], hidden=4, dropout=0.0, seed=0, epochs=1)
    np.testing.assert_allclose(net.mean, one.signals.mean(axis=0), rtol=1e-5)
    expected = one.signals.std(axis=0)
    expected[0] = 1.0
    np.testing.assert_allclose(net.weights["deviation"], expected, rtol=1e-4)


def test_it_stops_where_the_validation_lists_get_no_better() -> None:
    """They are of another world: nothing that is learned helps there, so the first weights stay."""
    wrong = [
        TrainingList(one.signals, one.scale, np.array([worst]), one.event_types)
        for one in lists(50, 1)
        for worst in [int(one.signals[:, place_of(RIGHT)].argmin())]
    ]
    stopped = fitted(lists(200, 0), wrong, hidden=4, dropout=0.0, seed=0)
    first = fitted(lists(200, 0), wrong, hidden=4, dropout=0.0, seed=0, epochs=1)
    np.testing.assert_array_equal(stopped.weights["linear.weight"], first.weights["linear.weight"])


def test_each_event_type_is_predicted_by_a_part_of_its_own() -> None:
    """Clicks follow one signal, purchases another; what is served counts purchases alone."""
    both = lists(200, 0, "popularity", CLICK) + lists(200, 1, RIGHT, PURCHASE)
    net = fitted(
        both, both[::8], hidden=4, dropout=0.0, seed=0, task_shares=(0.0, 0.0, 1.0), epochs=60
    )
    gains = [one.gain(net.score(one.signals, one.scale), 10) for one in lists(50, 2)]
    assert np.mean(gains) > 0.9
    assert net.weights["tasks.maps"].shape == (3, 2 * len(SIGNALS), 1)


def test_one_seed_gives_one_network() -> None:
    first, again, other = (
        fitted(lists(20, 0), lists(5, 1), hidden=4, dropout=0.1, seed=seed, epochs=3)
        for seed in (0, 0, 1)
    )
    one = lists(1, 9)[0]
    scores = [net.score(one.signals, one.scale) for net in (first, again, other)]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    assert np.abs(scores[0] - scores[2]).max() > 1e-4
