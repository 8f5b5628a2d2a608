"""The incumbent: the model that is active while another one is trained, asked the cases of its check.

It answers as it was trained, for items that came later it has no place, and of events that it was
trained on it says nothing. Knows no decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.ranker import Ranker
from service.ranker.training.cases import RankingCase
from service.ranker.training.check import served_gains


@dataclass(frozen=True, slots=True, eq=False)
class Incumbent:
    """A model and which users did something that it does not know yet."""

    ranker: Ranker
    sources: Sequence[CandidateSource]
    is_news: BoolArray
    """(U,) whether the newest event of the user came after its training."""
    codes: IntArray
    """(event types,) its code of each event type, by the code of the new model."""

    def gains(self, cases: Sequence[RankingCase]) -> FloatArray:
        """(len(cases),) NDCG@10; NaN of what it was trained on."""
        gains = np.full(len(cases), np.nan, np.float32)
        asked = np.array([self.is_news[case.user] for case in cases], dtype=bool)
        news = [
            replace(case, history=self._known(case.history))
            for case, is_asked in zip(cases, asked, strict=True)
            if is_asked
        ]
        gains[asked] = served_gains(self.ranker, news, self.sources)
        return gains

    def _known(self, history: History) -> History:
        """Of the items that it knows, in its codes."""
        known = history.select(history.items < self.ranker.n_items)
        return replace(known, event_types=self.codes[known.event_types])


def codes_between(new: Mapping[str, int], old: Mapping[str, int]) -> IntArray:
    """(1 + event types,) the old code of each new one; 0, any other, where there is none.

    >>> codes_between({"click": 1, "view": 2}, {"view": 1}).tolist()
    [0, 0, 1]
    """
    codes = np.zeros(1 + max(new.values(), default=0), np.int64)
    for name, code in new.items():
        codes[code] = old.get(name, 0)
    return codes
