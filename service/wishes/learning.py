"""Learning: how much to follow a wish, from lists of candidates of which one was chosen.

A list says what the ranker thinks of each candidate and what each weight would add to it. The
weights are those under which what was chosen is likeliest (a conditional logit over the list,
McFadden 1974; convex), held to the weights that are set by a ridge: few lists move little. How much
they are held is decided on people who were not learned from: as firmly as gains there what can be
gained, within a standard error (Breiman et al., Classification and Regression Trees, 1984), and so
that wishes of no sort lose by it. Without a gain beyond chance the weights stay as they are set.

Knows no words, no items and no ranker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.training.interval import margin, standard_error, with_interval
from service.wishes.weights import Following, WishWeights, share_of_strangers

LEARNED = (
    "topic",
    "meaning",
    "words",
    "meaning_alone",
    "words_alone",
    "seen",
    "seen_alone",
    "whole",
    "mention",
)
"""Weights that are learned; what nobody can pretend to have said stays as it is set."""
ROOM: Mapping[str, Sequence[float]] = {
    "topic": (1.0, 1.0),
    "meaning": (0.1, 0.03),
    "words": (0.1, 0.03),
    "meaning_alone": (0.2, 0.1),
    "words_alone": (0.2, 0.1),
    "seen": (0.1, 0.03),
    "seen_alone": (0.2, 0.1),
    "whole": (1.0, 1.0),
    "mention": (0.5, 0.2),
}
"""How far each weight of a stranger, and of somebody known, may well be from how it is set: the
deviation of the prior."""
LEAST: Mapping[str, float] = {"topic": 0.05}
"""Sources look among what has the topic, by its weight."""
HOLDS = (300.0, 100.0, 30.0, 10.0, 3.0)
"""How strongly the weights are held: in lists, as it were, that say they are right."""
FEWEST = 60
"""Lists below which nothing is learned."""
BUDGET = 0.005
"""Share of NDCG@K that wishes of no sort may lose."""
ONE_SIDED = margin(0.90)
"""Standard errors that a gain is above 0, to be more than chance at 5 %."""
K = 10
ABSENT = -1e9
"""Score of a place without a candidate."""


@dataclass(frozen=True, slots=True, eq=False)
class WishList:
    """C candidates of somebody who said a wish, of which one was chosen."""

    scores: FloatArray
    """(C,) of the ranker, in deviations of its scores here."""
    terms: FloatArray
    """(C, len(LEARNED)) what each weight adds, by unit of it."""
    chosen: int
    """Place of the candidate that was chosen."""
    n_events: int
    """Known of the person."""
    person: int
    sort: str
    """What the wish is about, of a few."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was learned, and what it is worth."""

    following: Following = field(default_factory=Following)
    worth: Mapping[str, float] = field(default_factory=dict)
    """`worth/wish_weights/<sort>`: NDCG@K of what was chosen with weights learned from others, less NDCG@K
    with those that are set, with its interval; empty where nothing was gained, and they stay."""

    def metrics(self) -> dict[str, float]:
        """The same, and the weights under `wishes/<weight>/stranger` and `.../known`."""
        return {
            **self.worth,
            **{
                f"wishes/{name}/{who}": value
                for who, weights in self.following.to_json().items()
                for name, value in weights.items()
            },
        }


def learned(lists: Sequence[WishList]) -> Learned:
    """How much wishes are to be followed, by those who chose so."""
    if len(lists) < FEWEST:
        return Learned()
    batch = _Batch.of(lists)
    before = batch.gains(_vector(Following()))
    tried = [_Tried(hold, batch.gains_from_others(hold)) for hold in HOLDS]
    chosen = _firmest(batch, before, tried)
    if chosen is None:
        return Learned()
    worth: dict[str, float] = {}
    for sort in np.unique(batch.sort).tolist():
        of_sort, people = batch.sort == sort, batch.person[batch.sort == sort]
        more = (chosen.gains - before)[of_sort]
        worth |= with_interval(f"worth/wish_weights/{sort}", more, people, least=-1.0)
    return Learned(_following(batch.fitted(chosen.hold)), worth)


def gains(lists: Sequence[WishList], following: Following) -> FloatArray:
    """(len(lists),) NDCG@K of what was chosen where wishes are followed so much."""
    return _Batch.of(lists).gains(_vector(following))


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """How firmly weights were held, and what they gained."""

    hold: float
    gains: FloatArray
    """(L,) NDCG@K, each under weights of other people."""


def _firmest(batch: _Batch, before: FloatArray, tried: Sequence[_Tried]) -> _Tried | None:
    """Of what gains beyond chance and loses nothing the one that is held most firmly, within a
    standard error of the best."""
    worth = [(*batch.relative(one.gains, before), one) for one in tried]
    good = [
        (mean, error, one)
        for mean, error, one in worth
        if mean > ONE_SIDED * error and not batch.loses(one.gains, before)
    ]
    if not good:
        return None
    most, error, _ = max(good, key=lambda one: one[0])
    return next(one for mean, _, one in good if mean >= most - error)


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """L lists, filled up to C candidates, with W = 2 J weights: of strangers, then of people known."""

    scores: FloatArray
    """(L, C)"""
    terms: FloatArray
    """(L, C, J)"""
    there: BoolArray
    """(L, C)"""
    chosen: IntArray
    """(L,)"""
    stranger: FloatArray
    """(L,) how much of a stranger each person is, 0..1."""
    person: IntArray
    """(L,)"""
    sort: NDArray[np.str_]
    """(L,)"""
    importance: FloatArray
    """(L,) of each list: all sorts of wishes weigh the same together."""

    @classmethod
    def of(cls, lists: Sequence[WishList]) -> Self:
        longest = max(len(one.scores) for one in lists)
        scores = np.full((len(lists), longest), ABSENT, np.float32)
        terms = np.zeros((len(lists), longest, len(LEARNED)), np.float32)
        for row, one in enumerate(lists):
            scores[row, : len(one.scores)] = one.scores
            terms[row, : len(one.scores)] = one.terms
        sort = np.array([one.sort for one in lists])
        return cls(
            scores,
            terms,
            scores > ABSENT,
            np.array([one.chosen for one in lists]),
            np.array([share_of_strangers(one.n_events) for one in lists], np.float32),
            np.array([one.person for one in lists]),
            sort,
            _balanced(sort),
        )

    def rows(self, keep: BoolArray) -> _Batch:
        """Some of the lists."""
        return replace(
            self,
            scores=self.scores[keep],
            terms=self.terms[keep],
            there=self.there[keep],
            chosen=self.chosen[keep],
            stranger=self.stranger[keep],
            person=self.person[keep],
            sort=self.sort[keep],
            importance=self.importance[keep],
        )

    def added(self, weights: NDArray[np.floating]) -> FloatArray:
        """(L, C) what a wish adds under these weights (W,)."""
        of_stranger, of_known = weights.reshape(2, -1).astype(np.float32)
        share = self.stranger[:, np.newaxis]
        mixed = share * of_stranger + (1 - share) * of_known  # (L, J)
        return np.asarray(np.einsum("lcj,lj->lc", self.terms, mixed))

    def gains(self, weights: FloatArray) -> FloatArray:
        """(L,) NDCG@K of what was chosen."""
        scores = self.scores + self.added(weights)
        own = scores[np.arange(len(scores)), self.chosen]
        ranks = (scores > own[:, np.newaxis]).sum(axis=1)
        return np.asarray(np.where(ranks < K, 1 / np.log2(ranks + 2.0), 0), np.float32)

    def gains_from_others(self, hold: float) -> FloatArray:
        """(L,) the same under weights that are fitted to the other half of the people."""
        gains = np.zeros(len(self.chosen), np.float32)
        in_first = np.isin(self.person, np.unique(self.person)[::2])
        for half in (in_first, ~in_first):
            if half.any() and not half.all():
                gains[half] = self.rows(half).gains(self.rows(~half).fitted(hold))
        return gains

    def relative(self, gains: FloatArray, before: FloatArray) -> tuple[float, float]:
        """What is gained, over what there was before, in the mean of the sorts, and its standard
        error."""
        level = {one: max(_mean(before, self.sort == one), 1e-3) for one in np.unique(self.sort)}
        share = (gains - before) / np.array([level[one] for one in self.sort], np.float32)
        weighed = np.asarray(self.importance * share, np.float32)
        return float(weighed.mean()), standard_error(weighed, self.person)

    def loses(self, found: FloatArray, before: FloatArray) -> bool:
        """Whether wishes of some sort are followed worse than may be."""
        return any(
            _mean(found, self.sort == one) < (1 - BUDGET) * _mean(before, self.sort == one)
            for one in np.unique(self.sort)
        )

    def fitted(self, hold: float) -> FloatArray:
        """(W,) weights under which what was chosen is likeliest.

        With t, the sharpness of choices, and v = t w the negative log likelihood of
        softmax(t scores + terms v) is convex in both, and so is the ridge on v - t w_set.
        """
        prior, room = _vector(Following()), _room()
        least = np.tile([LEAST.get(name, 0.0) for name in LEARNED], 2)

        def loss(point: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            sharpness, scaled = point[0], point[1:]
            missed, by_sharpness, by_weights = self._likelihood(sharpness, scaled)
            away = (scaled - sharpness * prior) / room
            pull = 2 * hold * away / room
            return (
                missed + hold * float(away @ away),
                np.concatenate([[by_sharpness - pull @ prior], by_weights + pull]),
            )

        start = np.concatenate([[1.0], prior])
        bounds = [(0.05, 20.0)] + [(0.0, None)] * len(prior)
        found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
        return np.asarray(np.maximum(found.x[1:] / found.x[0], least), np.float32)

    def _likelihood(
        self, sharpness: float, scaled: NDArray[np.float64]
    ) -> tuple[float, float, NDArray[np.float64]]:
        """The negative log likelihood of what was chosen, and its derivatives."""
        known = np.where(self.there, self.scores, 0)
        logits = sharpness * known + self.added(scaled)
        logits = np.where(self.there, logits, ABSENT).astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        total = odds.sum(axis=1)
        rows = np.arange(len(logits))
        missed = np.log(total) - logits[rows, self.chosen]
        slope = odds / total[:, np.newaxis]
        slope[rows, self.chosen] -= 1
        slope *= self.importance[:, np.newaxis]
        by_term = np.einsum("lc,lcj->lj", slope.astype(np.float32), self.terms)  # (L, J)
        of_stranger = self.stranger @ by_term
        by_weights = np.concatenate([of_stranger, by_term.sum(axis=0) - of_stranger])
        return float(missed @ self.importance), float((slope * known).sum()), by_weights


def _balanced(sort: NDArray[np.str_]) -> FloatArray:
    """(L,) weights of mean 1 under which all sorts weigh the same together."""
    _, place, counts = np.unique(sort, return_inverse=True, return_counts=True)
    return np.asarray(len(sort) / (len(counts) * counts[place]), np.float32)


def _mean(values: FloatArray, which: BoolArray) -> float:
    return float(values[which].mean())


def _vector(following: Following) -> FloatArray:
    """(W,)"""
    both = (following.stranger, following.known)
    return np.array([getattr(one, name) for one in both for name in LEARNED], np.float32)


def _room() -> FloatArray:
    """(W,)"""
    return np.array([ROOM[name][who] for who in (0, 1) for name in LEARNED], np.float32)


def _following(weights: FloatArray) -> Following:
    of_stranger, of_known = weights.reshape(2, -1).tolist()
    usual = Following()
    return Following(_changed(usual.stranger, of_stranger), _changed(usual.known, of_known))


def _changed(usual: WishWeights, learned: Sequence[float]) -> WishWeights:
    rounded = [round(one, 4) for one in learned]
    return replace(usual, **dict(zip(LEARNED, rounded, strict=True)))
