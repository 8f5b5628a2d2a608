"""Counterfactuals: scores of results without one thing at a time, by the ranker that served them.

Owns what is left out: events of the history, modalities and other parts, the person's words. Knows
no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from encoders.arrays import FloatArray
from service.explainer.attribution.facts import Counterfactual, Part
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.data.history import History
from service.ranker.ranker import Ranker
from service.ranker.second_stage.scale import Scale
from service.reasons.facts import PastEvent
from service.serving.served import ServedItem

MAX_LEFT_OUT = 50
"""Newest history events that are left out one at a time."""
NEWEST = 2
"""Events that a list of reasons leaves out whatever they are: what came last tells most about what
comes next."""
LONG_AGO = 0.2
"""What the pull of the oldest event counts beside that of the newest, when it is guessed which
events matter."""


@dataclass(frozen=True, slots=True, eq=False)
class ExplainedList:
    """Results that are explained together: to whom, on what scale, and under which request."""

    history: History
    past: Sequence[PastEvent]
    """One per event of `history`."""
    scale: Scale
    profiled: bool
    rule: str
    n_events_known: int
    wished: bool = False
    """Whether there was a wish: then what words added to the scores is counted as what it added, and
    else as what the described taste did."""
    served: Mapping[int, ServedItem] = field(default_factory=dict)
    """The results of the answer by item index, and what else is explained beside them."""

    @property
    def first(self) -> int:
        """Position of the oldest event that is looked at."""
        return max(0, len(self.history) - MAX_LEFT_OUT)

    @property
    def newest(self) -> IntArray:
        """(L,) items of the events that are looked at."""
        return self.history.items[self.first :]

    def events_by_item(self) -> list[IntArray]:
        """Positions in the history of the events on each item, of those that are looked at."""
        newest = self.newest
        return [self.first + np.flatnonzero(newest == item) for item in np.unique(newest)]


def counterfactuals(
    ranker: Ranker, explained: ExplainedList, candidates: IntArray, left_out: IntArray
) -> list[Counterfactual]:
    """Scores of each candidate (C,) without each of the events `left_out`, positions among the
    newest, and without each part. Of the other events nothing is measured: the score stays."""
    history, scale, first = explained.history, explained.scale, explained.first
    nothing, each = np.zeros(0, np.int64), (first + left_out)[:, None]
    scores = ranker.rescore(history, [nothing, *each], candidates, scale)  # (1 + L, C)
    parts = dict(ranker.rescore_without(history, candidates, scale))  # (C,) each
    if history.taste is not None:
        wordless = replace(history, taste=None)
        parts[Part.TASTE] = ranker.rescore(wordless, [nothing], candidates, scale)[0]
    found = []
    for column in range(len(candidates)):
        full = float(scores[0, column])
        without = np.full(len(history) - first, full)
        without[left_out] = scores[1:, column]
        silent = {name: float(score[column]) for name, score in parts.items()}
        result = explained.served.get(int(candidates[column]))
        if result is not None and result.reasons:
            silent[Part.WISH] = full - result.lean
        elif result is not None and result.taste_reasons and not explained.wished:
            silent[Part.TASTE] = silent.get(Part.TASTE, full) - result.lean
        found.append(Counterfactual(full, without, silent))
    return found


def likely_events(
    ranker: Ranker,
    explained: ExplainedList,
    citable: BoolArray,
    candidates: IntArray,
    text: FloatArray,
) -> IntArray:
    """Positions among the newest events (L,) of the newest `citable` (L,) ones, and of the one that
    pulls each candidate most, by behaviour and by `text` (L, C), and the more the newer it is.

    In 9 of 10 cases on MovieLens the event that matters most is among them.
    """
    places = np.flatnonzero(citable)
    if not len(places):
        return places
    items = explained.newest
    strongest = ranker.snapshot.behaviour.strongest
    pull = strongest[items[places]][:, candidates].toarray()  # (U, C)
    recency = ranker.config.recency_decay ** (len(items) - 1 - places)  # (U,)
    strength = _of_largest(pull) + _of_largest(text[places])  # (U, C)
    strength = strength * (LONG_AGO + recency[:, None])
    best = places[np.argmax(strength, axis=0)]
    return np.unique(np.concatenate([best, places[-NEWEST:]]))


def _of_largest(pulls: FloatArray) -> FloatArray:
    """(L, C) as shares of the largest of each column."""
    share: FloatArray = pulls / np.maximum(pulls.max(axis=0, initial=0.0), 1e-6)
    return share
