"""How far items that nobody has met are boosted, from what is served and what a rehearsal says.

Knows no ranker and no cases: lists and a blend.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from service.ranker.data.arrays import BoolArray, FloatArray
from service.ranker.second_stage.blend import Blend
from service.ranker.training.interval import standard_error
from service.ranker.training.training_list import TrainingList

COLD_ITEM_BOOSTS = np.linspace(0.0, 6.0, 61)
"""Boosts that are tried, from none on."""
SURPLUS = 2.0
"""How much more may be lost where there are more cold items than the catalogue has."""


def fit_cold_item_boost(
    blend: Blend,
    asked: Sequence[TrainingList],
    rehearsed: Sequence[TrainingList],
    budget: float,
    k: int = 10,
) -> float:
    """The boost under which `rehearsed` lists of which an item was chosen that was made cold gain most
    NDCG@k, of those that what is `asked` for can afford: what it loses and one standard error of it
    are at most `budget` of its NDCG@k. The other rehearsed lists, with more cold items than the
    catalogue has today, may lose SURPLUS times as much, so that a catalogue that takes in many new
    items is not flooded by them.

    A likelihood alone would bury cold items: each is less certain than the warm ones, so none is
    ever shown and none ever gets an event. The budget says how much certainty may be paid for
    giving them their room. In what is asked for, cold items are as frequent as they are in what
    people take, so where they are taken often the boost pays for itself.
    """
    is_cold_item = [signal.name for signal in blend.signals].index("is_cold")
    chose_cold: BoolArray = np.array(
        [one.signals[one.chosen[0], is_cold_item] > 0 for one in rehearsed], dtype=bool
    )
    if budget <= 0 or not chose_cold.any():
        return 0.0
    gains = _gains_by_boost(blend, rehearsed, k)  # (boosts, lists)
    affordable = _lost(gains[:, ~chose_cold]) <= SURPLUS * budget
    affordable &= _lost(_gains_by_boost(blend, asked, k)) <= budget
    of_cold = np.where(affordable, gains[:, chose_cold].mean(axis=1), -1)
    return float(COLD_ITEM_BOOSTS[np.argmax(of_cold)])


def _lost(gains: FloatArray) -> FloatArray:
    """(boosts,) the share of what is gained without a boost, gains[0], that is lost at most, with one
    standard error; 0 where nothing is."""
    if not gains.any():
        return np.zeros(len(gains), np.float32)
    lost = gains[0] - gains  # (boosts, lists)
    at_most = lost.mean(axis=1) + [standard_error(one) for one in lost]
    share: FloatArray = at_most / max(float(gains[0].mean()), 1e-9)
    return share


def _gains_by_boost(blend: Blend, lists: Sequence[TrainingList], k: int) -> FloatArray:
    """NDCG@k of what was chosen under every boost that is tried, (boosts, lists)."""
    gains = np.zeros((len(COLD_ITEM_BOOSTS), len(lists)), np.float32)
    for column, one in enumerate(lists):
        scores = one.unboosted(blend)
        weight = blend.cold_item_weight(one.signals, one.scale)
        gains[:, column] = [one.gain(scores + boost * weight, k) for boost in COLD_ITEM_BOOSTS]
    return gains
