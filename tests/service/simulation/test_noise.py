"""Chances: the same for the same purpose, spread as they should be, and apart for all else."""

from __future__ import annotations

import numpy as np

from service.simulation.noise import LEAVING, NOTHING, gumbel, uniform

ITEMS = np.arange(1000)


def test_a_chance_does_not_depend_on_what_else_is_drawn() -> None:
    alone = uniform(1, 2, 3, np.array([500]))
    assert uniform(1, 2, 3, ITEMS)[500] == alone[0]
    assert uniform(1, 2, 3, ITEMS[::-1])[499] == alone[0]


def test_seed_person_round_and_item_each_make_another_chance() -> None:
    wanted = [
        uniform(*of, np.array([item]))[0]
        for of in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
        for item in (NOTHING, LEAVING, 0, 1)
    ]
    assert len(set(wanted)) == len(wanted)


def test_uniform_chances_are_uniform_and_not_correlated() -> None:
    drawn = np.stack([uniform(7, person, 11, ITEMS) for person in range(40)])
    assert drawn.min() > 0
    assert drawn.max() < 1
    assert abs(drawn.mean() - 0.5) < 4 / np.sqrt(12 * drawn.size)
    shares = np.histogram(drawn, bins=10, range=(0, 1))[0] / drawn.size
    assert np.abs(shares - 0.1).max() < 0.01
    between = np.corrcoef(drawn)[np.triu_indices(40, 1)]
    assert np.abs(between).max() < 5 / np.sqrt(len(ITEMS))


def test_the_largest_of_utility_and_noise_is_a_draw_from_the_logit() -> None:
    utility = np.log([0.5, 0.3, 0.2])
    chosen = [int((utility + gumbel(0, 0, n, np.arange(3))).argmax()) for n in range(4000)]
    shares = np.bincount(chosen) / len(chosen)
    assert np.abs(shares - [0.5, 0.3, 0.2]).max() < 0.03
