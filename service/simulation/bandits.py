"""Bandits over Palate's list: which of its candidates to show is learned from the rounds.

One linear model of "shown and taken" for all people: Thompson sampling (Agrawal and Goyal, ICML 2013)
draws its weights anew for every list, LinUCB (Li et al., WWW 2010, arXiv:1003.0146) adds to every
item how unsure the model is of it. Both begin with Palate's order, and know what a service knows:
scores, counts, content, and what was shown to whom. Knows no simulated tastes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.ranker.data.arrays import IntArray
from service.simulation.palate_list import PalateLists, RankedItems
from service.simulation.person import Person
from service.simulation.traits import ItemTraits

POOL = 50
"""Candidates a bandit chooses among: the first of Palate's list."""
CONTEXT = ("constant", "score", "like the last taken", "times shown", "rarity")
PRIOR_SCORE = 0.05
"""Weight of the score before anything was learned."""
PRIOR_STRENGTH = 100.0
"""Impressions' worth of belief in it."""
UNSURE = 0.2
"""Standard deviation of the noise for Thompson sampling, and of errors added for LinUCB: about that
of a take or none, where some 4 % of what is shown is taken."""
Floats = NDArray[np.float64]


@dataclass(slots=True, eq=False)
class LinearModel:
    """Bayesian linear regression: F weights, normal with mean precision^-1 moment."""

    precision: Floats
    """(F, F)"""
    moment: Floats
    """(F,)"""

    @classmethod
    def prior(cls) -> LinearModel:
        """The order of the list, believed as much as so many impressions."""
        mean = np.array([0.0, PRIOR_SCORE, 0.0, 0.0, 0.0])
        return cls(PRIOR_STRENGTH * np.eye(len(CONTEXT)), PRIOR_STRENGTH * mean)

    def learn(self, contexts: Floats, taken: Floats) -> None:
        """From items that were shown, (n, F), and whether each was taken, (n,)."""
        self.precision += contexts.T @ contexts
        self.moment += contexts.T @ taken

    @property
    def mean(self) -> Floats:
        """(F,)"""
        return np.linalg.solve(self.precision, self.moment).astype(np.float64)


Judge = Callable[[LinearModel, Floats, np.random.Generator], Floats]
"""Contexts (n, F) to values (n,) by which items are shown."""


def sampled(model: LinearModel, contexts: Floats, rng: np.random.Generator) -> Floats:
    """By weights drawn from what is believed."""
    root = np.linalg.cholesky(np.linalg.inv(model.precision))
    weights = model.mean + UNSURE * root @ rng.standard_normal(len(model.moment))
    values: Floats = contexts @ weights
    return values


def optimistic(model: LinearModel, contexts: Floats, rng: np.random.Generator) -> Floats:
    """By the upper end of what is believed."""
    spread = np.einsum("nf,fg,ng->n", contexts, np.linalg.inv(model.precision), contexts)
    values: Floats = contexts @ model.mean + UNSURE * np.sqrt(spread)
    return values


@dataclass(slots=True, eq=False)
class Bandit:
    """A policy: the k best by `judge` of each of Palate's lists."""

    lists_of: PalateLists
    traits: ItemTraits
    judge: Judge
    k: int
    rng: np.random.Generator
    model: LinearModel = field(default_factory=LinearModel.prior)
    _shown: dict[int, Floats] = field(default_factory=dict)
    """By person, the contexts of the list that was shown last."""

    def lists(self, people: Sequence[Person]) -> Sequence[IntArray]:
        """The list of each."""
        return [
            self._list(person, ranked)
            for person, ranked in zip(people, self.lists_of.of(people), strict=True)
        ]

    def learn(
        self, people: Sequence[Person], lists: Sequence[IntArray], taken: Sequence[int | None]
    ) -> None:
        """From what became of the lists of a round."""
        for person, shown, item in zip(people, lists, taken, strict=True):
            self.model.learn(self._shown[person.number], (shown == item).astype(np.float64))
        self.lists_of.record(np.array([item for item in taken if item is not None], np.int64))

    def _list(self, person: Person, ranked: RankedItems) -> IntArray:
        if not len(ranked.items):
            self._shown[person.number] = np.zeros((0, len(CONTEXT)))
            return ranked.items
        contexts = self._contexts(person, ranked)
        values = self.judge(self.model, contexts, self.rng)
        best = np.argsort(-values, kind="stable")[: self.k]
        self._shown[person.number] = contexts[best]
        return ranked.items[best]

    def _contexts(self, person: Person, ranked: RankedItems) -> Floats:
        """(n, F) in the order of CONTEXT."""
        items, scores = ranked.items, ranked.scores.astype(np.float64)
        centred = (scores - scores.mean()) / max(float(scores.std()), 1e-6)
        last = self.traits.content[person.taken[-1]]
        columns = [
            np.ones(len(items)),
            centred,
            self.traits.content[items] @ last,
            np.log1p(person.times_shown(items)),
            1 / np.sqrt(1.0 + self.traits.counts[items]),
        ]
        return np.stack(columns, axis=1)
