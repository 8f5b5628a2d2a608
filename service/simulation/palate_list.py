"""The list that Palate serves to a simulated person: the pipeline that serves, on the history as the
simulation has made it.

The model stays as it was trained; popularity is counted on as takes are recorded, as a server does.
A list is asked for anew when its reader has taken something. Knows no simulated tastes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from service.ranker.candidates import CandidateSource
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.pipeline import Query, rank
from service.ranker.ranker import Ranker
from service.simulation.person import Person

HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """What serves, and how a take becomes an event of a history."""

    ranker: Ranker
    sources: Sequence[CandidateSource]
    event_type: int
    """Code of the type that takes are recorded as."""
    round_hours: float

    def history(self, person: Person) -> History:
        """What the ranker reads of a person: takes come after the events of the log, a round apart,
        and are liked."""
        known, since = person.history, np.array(person.since, np.int64)
        if not len(since):
            return known
        last = float(known.times[-1]) if len(known) else 0.0
        rounds = np.array(person.rounds, np.float64)
        history = History(
            items=np.concatenate([known.items, since]),
            event_types=np.concatenate([known.event_types, np.full(len(since), self.event_type)]),
            times=np.concatenate([known.times, last + HOUR_S * self.round_hours * (1 + rounds)]),
            liked=np.concatenate([known.liked, np.ones(len(since), bool)]),
        )
        return history.last(self.ranker.config.feature_history)


@dataclass(frozen=True, slots=True, eq=False)
class RankedItems:
    """The head of a ranked list."""

    items: IntArray
    """(n,) best first."""
    scores: FloatArray
    """(n,) of the second stage, in logits."""


@dataclass(slots=True, eq=False)
class PalateLists:
    """Lists of one way of asking."""

    served: Served
    n: int
    """Items wanted of each list."""
    exploration: float = 0.0
    diversity: float = 0.0
    _kept: dict[int, tuple[int, RankedItems]] = field(default_factory=dict)
    """By person: how much they had taken when it was asked for, and the list."""

    def of(self, people: Sequence[Person]) -> list[RankedItems]:
        """A list for each."""
        stale = [person for person in people if self._is_stale(person)]
        histories = [self.served.history(person) for person in stale]
        states = self.served.ranker.states(histories) if stale else ()
        for person, history, state in zip(stale, histories, states, strict=True):
            self._kept[person.number] = (len(person.taken), self._ask(person, history, state))
        return [self._kept[person.number][1] for person in people]

    def record(self, taken: IntArray) -> None:
        """Let what was taken (n,) count, as recorded events do."""
        self.served.ranker.catalog.observe(taken)

    def _is_stale(self, person: Person) -> bool:
        known = self._kept.get(person.number)
        return known is None or known[0] != len(person.taken)

    def _ask(self, person: Person, history: History, state: FloatArray) -> RankedItems:
        ranker = self.served.ranker
        allowed = np.ones(ranker.n_items, bool)
        allowed[person.taken] = False
        query = Query(
            history=history,
            per_source=max(ranker.config.candidates, self.n),
            allowed=allowed,
            n_served=self.n,
            exploration=self.exploration,
            diversity=self.diversity,
            state=state,
        )
        ranked = rank(ranker, query, self.served.sources)
        head = ranked.order[: self.n]
        return RankedItems(ranked.items(head), ranked.scored.scores[head])
