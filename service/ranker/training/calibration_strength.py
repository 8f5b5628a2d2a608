"""How strongly lists follow the categories of what was liked last, from what is served.

Knows no ranker and no cases: lists, what their candidates have of what was liked last, and a blend.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.ranker.calibration import Interest, calibrated
from service.ranker.data.arrays import FloatArray
from service.ranker.second_stage.blend import Blend
from service.ranker.training.interval import margin, standard_error
from service.ranker.training.training_list import TrainingList

STRENGTHS = (0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15)
"""Strengths that are tried, in units of the score. At .15 99 of 100 lists show what
somebody has turned to among the first five, and beyond it next events are lost (docs/benchmarks.md)."""
BUDGET = 0.01
"""Share of NDCG@k that may be lost in the mean."""
ONE_SIDED = margin(0.90)
"""Standard errors below which a loss is chance, at 5 % on the one side that matters."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedList:
    """A list of candidates, and what they have of what was liked last."""

    proposed: TrainingList
    interest: Interest

    def gains(self, blend: Blend, strengths: Sequence[float], k: int) -> FloatArray:
        """(strengths,) NDCG@k of what was chosen, as it is served with each of them."""
        scale = self.proposed.scale
        scores = self.proposed.scores(blend)
        share = float(blend.share_of_known(scale))
        orders = [calibrated(scores, [self.interest.goal(share * one)], k) for one in strengths]
        return np.array([self.proposed.gain_in(order, k) for order in orders], np.float32)


def fit_calibration(blend: Blend, lists: Sequence[CalibratedList], k: int = 10) -> float:
    """The largest strength that costs at most BUDGET of the NDCG@k of what was chosen next, and nothing
    that can be told from chance; 0 where there is none.

    What it is for no next event tells: that a list shows what somebody has turned to. So as much of
    it is given as costs nothing.
    """
    if not lists:
        return 0.0
    plain, *gains = np.stack([one.gains(blend, (0.0, *STRENGTHS), k) for one in lists]).T
    if not plain.any():
        return 0.0
    tried = zip(STRENGTHS, gains, strict=True)
    return max((strength for strength, one in tried if _costs_nothing(plain, one)), default=0.0)


def _costs_nothing(plain: FloatArray, gains: FloatArray) -> bool:
    """Whether what is lost (lists,) is within the budget and may be chance."""
    lost = plain - gains
    mean = float(lost.mean())
    return mean <= BUDGET * plain.mean() and mean <= ONE_SIDED * standard_error(lost)
