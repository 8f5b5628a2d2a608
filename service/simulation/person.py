"""A simulated person: what they took, what they were shown, and what both make of an item.

Owns how a taste moves with what is taken: the fit replays the log through the same steps. Knows no
weights and no policies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.history import History
from service.simulation.traits import ItemTraits

TRAITS = ("taste", "content", "popularity", "habit", "phase", "repetition", "discovery")
"""The columns of `traits_of`."""
PHASE_MEMORY = 0.95
"""What is left, after each further take, of what somebody is into: some twenty takes."""
OPENED_MEMORY = 0.9
"""What is left, after each further take, of a cluster's being a discovery."""
BEGINNING = 5
"""Takes before which no cluster is a discovery: at first all are new."""


@dataclass(slots=True, eq=False)
class Person:
    """Somebody with a history. Changes as they take."""

    number: int
    """0..P-1: what their chances are drawn by."""
    taken: list[int]
    """Items, oldest first."""
    n_before: int
    """Of these, so many are of the log."""
    taste: FloatArray
    """(d,) sum of the factors of what was taken."""
    content: FloatArray
    """(Dt,) sum of its content."""
    counts: NDArray[np.float32]
    """(C,) takes by cluster."""
    phase: NDArray[np.float32]
    """(C,) the same by recency: shares that sum to 1 after many takes."""
    lately: NDArray[np.float32]
    """(C,) the same of the last few takes."""
    opened: NDArray[np.float32]
    """(C,) 1 for a cluster that was just discovered, less with each take since."""
    history: History
    """The log's part, as the ranker sees it."""
    rounds: list[int] = field(default_factory=list)
    """In which round each item was taken that is not of the log."""
    shown: dict[int, int] = field(default_factory=dict)
    """How often each item was shown and not taken."""
    idle: int = 0
    """Rounds in a row without a take."""
    there: bool = True
    outside: float | None = None
    """Utility of taking nothing from a list, where it is known since the last take."""

    @classmethod
    def new(cls, traits: ItemTraits, number: int = 0) -> Self:
        """Somebody who took nothing yet."""
        n_clusters = traits.n_clusters
        return cls(
            number=number,
            taken=[],
            n_before=0,
            taste=np.zeros(traits.taste.shape[1], np.float32),
            content=np.zeros(traits.content.shape[1], np.float32),
            counts=np.zeros(n_clusters, np.float32),
            phase=np.zeros(n_clusters, np.float32),
            lately=np.zeros(n_clusters, np.float32),
            opened=np.zeros(n_clusters, np.float32),
            history=History.of(np.zeros(0, np.int64)),
        )

    def copy(self) -> Person:
        """The same person, who will go another way."""
        return replace(
            self,
            taken=list(self.taken),
            taste=self.taste.copy(),
            content=self.content.copy(),
            counts=self.counts.copy(),
            phase=self.phase.copy(),
            lately=self.lately.copy(),
            opened=self.opened.copy(),
            rounds=list(self.rounds),
            shown=dict(self.shown),
        )

    @property
    def since(self) -> Sequence[int]:
        """What was taken in the rounds, oldest first."""
        return self.taken[self.n_before :]

    def take(self, item: int, traits: ItemTraits, memory: float) -> None:
        """Move with what was taken; `memory` 0..1 is what is left of "lately" after a take."""
        cluster = int(traits.cluster[item])
        self.opened *= OPENED_MEMORY
        if not self.counts[cluster] and len(self.taken) >= BEGINNING:
            self.opened[cluster] = 1.0
        for recent, kept in ((self.phase, PHASE_MEMORY), (self.lately, memory)):
            recent *= kept
            recent[cluster] += 1.0 - kept
        self.counts[cluster] += 1.0
        self.taste += traits.taste[item]
        self.content += traits.content[item]
        self.taken.append(item)
        self.outside = None

    def saw(self, items: IntArray, taken: int | None) -> None:
        """Remember a list, and what was taken of it, if anything."""
        for item in items.tolist():
            if item != taken:
                self.shown[item] = self.shown.get(item, 0) + 1
        self.idle = 0 if taken is not None else self.idle + 1

    def times_shown(self, items: IntArray) -> NDArray[np.float64]:
        """(n,) how often each was shown and not taken."""
        return np.array([self.shown.get(item, 0) for item in items.tolist()], np.float64)


def traits_of(person: Person, items: IntArray, traits: ItemTraits) -> NDArray[np.float64]:
    """(n, F) what items are to a person, in the order of TRAITS.

    taste and content are mean cosines with all that was taken, popularity log(1 + events), habit the
    share of the item's cluster in all that was taken, phase the same by recency, repetition the same
    of the last few takes, discovery whether the cluster was discovered lately. With habit and phase
    beside it, repetition tells what somebody just did from what they are like and are into (state
    dependence against heterogeneity, Heckman 1981): below 0 it is satiation.
    """
    n_taken = max(len(person.taken), 1)
    cluster = traits.cluster[items]
    columns: list[NDArray[np.floating]] = [
        traits.taste[items] @ person.taste / n_taken,
        traits.content[items] @ person.content / n_taken,
        traits.popularity[items],
        person.counts[cluster] / n_taken,
        person.phase[cluster],
        person.lately[cluster],
        person.opened[cluster],
    ]
    return np.stack(columns, axis=1).astype(np.float64)
