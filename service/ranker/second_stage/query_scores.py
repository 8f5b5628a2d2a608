"""One history against the whole catalogue: the numbers that sources of candidates and signals share.

Every one of them is a weighted sum (or a maximum) over the items of the history.
`service.ranker.second_stage.variant_scores` has the same for variants of a history. Knows no
weights of the second stage.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
from scipy import sparse

from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.arrays import FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.items import TEXT
from service.ranker.item_item.co_engagement import newest_weights
from service.ranker.item_item.transition_graph import DECAY, LAST, walk
from service.ranker.second_stage.scale import Scale

BEST_OF = 20
"""Newest liked events among whose items the one nearest to a candidate is looked for."""


class QueryScores:
    """What one history, and the words that came with it, say of every item; each is worked out when
    it is first asked for, and kept.

    N items, U items of the history, F signals.
    """

    def __init__(
        self,
        history: History,
        state: FloatArray,
        snapshot: CatalogSnapshot,
        decay: float,
        measure: Callable[[QueryScores], Scale],
    ) -> None:
        """`state` (D,) is the sequence model's after the history; an event weighs `decay` per step
        back; `measure` tells what is usual for the query, see `service.ranker.second_stage.signals`."""
        self.history, self.state, self.snapshot = history, state, snapshot
        self._measure = measure
        self._met, self._recency = newest_weights(history.items, decay)  # (U,) each
        self._liked, self._liked_recency, self._liked_evenly = _liked_weights(history, decay)
        self._n_met = np.float32(max(len(self._met), 1))
        self._profiles: dict[str, FloatArray | None] = {}
        self._recent: dict[str, FloatArray] = {}

    @cached_property
    def scale(self) -> Scale:
        """What is usual for this query."""
        return self._measure(self)

    def scale_in(self, domains: IntArray | None) -> Scale:
        """The same where only some domains are allowed; None for all."""
        return self.scale.where(self.history, self.snapshot.content, domains)

    # behaviour

    @cached_property
    def sequence(self) -> FloatArray:
        """(N,) next-event logits of the sequence model; zeros without a history."""
        return _dots(self.snapshot.item_vectors, self.state if len(self.history) else None)

    @property
    def ease_recent(self) -> FloatArray:
        """(N,) EASE, the history weighted by recency."""
        return self._ease[0]

    @property
    def ease_all(self) -> FloatArray:
        """(N,) EASE, every item of the history alike, over the square root of their number."""
        return self._ease[1]

    @property
    def knn_recent(self) -> FloatArray:
        """(N,) item-kNN, the history weighted by recency."""
        return self._knn[0]

    @property
    def knn_all(self) -> FloatArray:
        """(N,) item-kNN, the mean over the items of the history."""
        return self._knn[1]

    @cached_property
    def co_occurrence(self) -> FloatArray:
        """(N,) share of people who met each item too, the mean over the items of the history."""
        from_met = self.snapshot.behaviour.co_occurrence[self._met].T  # (N, U)
        return _dots(from_met, np.full_like(self._recency, 1 / self._n_met))

    @cached_property
    def transitions(self) -> FloatArray:
        """(N,) what people met right after what was met last, in two steps."""
        items, weights = newest_weights(self.history.items[-LAST:], DECAY)
        places = (np.zeros(len(items), np.int64), items)
        start = sparse.csr_matrix((weights, places), shape=(1, self.snapshot.n_items))
        reached: FloatArray = walk(start, self.snapshot.behaviour.transitions).toarray()[0]
        return reached

    @property
    def strongest(self) -> FloatArray:
        """(N,) recency-weighted co-engagement: EASE where it was solved, else item-kNN."""
        return self.ease_recent if self.snapshot.behaviour.ease.nnz else self.knn_recent

    def backoff(self, candidates: IntArray) -> FloatArray:
        """(C,) `strongest` of the items whose content is nearest to each candidate, by closeness:
        what stands in for co-engagement where nobody has met the candidate."""
        behaviour = self.snapshot.behaviour
        if not behaviour.neighbours.shape[1] or not len(self.history):
            return np.zeros(len(candidates), np.float32)
        neighbours, closeness = behaviour.neighbours_of(candidates, self.snapshot.content.views)
        mean: FloatArray = np.einsum("ck,ck->c", self.strongest[neighbours], closeness)
        return mean

    @cached_property
    def content_affinity(self) -> FloatArray:
        """(N,) `strongest` as content predicts it of each item, without the item's own events;
        zeros before training or without a history."""
        regression = self.snapshot.regression
        if not regression.is_fitted or not len(self.history):
            return np.zeros(self.snapshot.n_items, np.float32)
        response = regression.response(self._met, self._recency)
        predicted = regression.predicted(self.snapshot.content.views, response)
        return regression.without_own(predicted, self.strongest, np.arange(len(predicted)))

    @cached_property
    def _ease(self) -> tuple[FloatArray, FloatArray]:
        return self._co_engaged(self.snapshot.behaviour.ease, self._n_met**-0.5)

    @cached_property
    def _knn(self) -> tuple[FloatArray, FloatArray]:
        return self._co_engaged(self.snapshot.behaviour.knn, 1 / self._n_met)

    def _co_engaged(
        self, weights: sparse.csr_matrix, each: np.float32
    ) -> tuple[FloatArray, FloatArray]:
        """Item-item weights (N, N) summed over the history, (N,): by recency, and with `each` per
        item.

        Both at once, so that the rows of the history are not kept: they are as large as all else of
        a query.
        """
        from_met = weights[self._met].T  # (N, U)
        return _dots(from_met, self._recency), _dots(from_met, np.full_like(self._recency, each))

    # content

    def profile(self, modality: str) -> FloatArray | None:
        """(dim,) recency-weighted mean of what was liked, in one modality; of text half of it the
        person's own words, if there are any. None where there is nothing to go by."""
        if modality not in self._profiles:
            self._profiles[modality] = self._profile_of(modality)
        return self._profiles[modality]

    def recent(self, modality: str) -> FloatArray:
        """(N,) how near each item is to the profile; zeros without one."""
        if modality not in self._recent:
            vectors = self.snapshot.content.vectors[modality]
            self._recent[modality] = _dots(vectors, self.profile(modality))
        return self._recent[modality]

    def best(self, modality: str, candidates: IntArray) -> FloatArray:
        """(C,) cosine of each candidate with the nearest of what was liked lately, or of text with
        the person's own words, if these are nearer; zeros without either."""
        vectors = self.snapshot.content.vectors[modality]
        targets, liked = vectors[candidates], self._newest_liked
        nearest = np.zeros(len(candidates), np.float32)
        if len(liked):
            nearest = (vectors[liked] @ targets.T).max(axis=0)
        if modality == TEXT and self.history.taste is not None:
            words = targets @ self.history.taste  # (C,)
            nearest = np.maximum(nearest, words) if len(liked) else words
        return nearest

    @property
    def text_profile(self) -> FloatArray | None:
        """(Dt,) see `profile`."""
        return self.profile(TEXT)

    @property
    def text_recent(self) -> FloatArray:
        """(N,) see `recent`."""
        return self.recent(TEXT)

    @cached_property
    def text_all(self) -> FloatArray:
        """(N,) how near each item is to the mean of all liked text, half of it the person's own
        words, if there are any."""
        text = self.snapshot.content.text
        mean = self._liked_evenly @ text[self._liked] if len(self._liked) else None
        return _dots(text, _mixed(mean, self.history.taste))

    @cached_property
    def tags_recent(self) -> FloatArray:
        """(N,) tags in common with what was liked, by recency."""
        tags = self.snapshot.content.tags
        return _dots(tags, tags[self._liked].T @ self._liked_recency)

    @cached_property
    def domain_share(self) -> FloatArray:
        """(domains,) share of what was liked, by recency."""
        domains = self.snapshot.content.domain
        n_domains = int(domains.max(initial=0)) + 1
        share = np.bincount(domains[self._liked], self._liked_recency, n_domains)
        return share.astype(np.float32)

    def domain_share_of(self, candidates: IntArray) -> FloatArray:
        """(C,) share of what was liked in the domain of each candidate, by recency."""
        return self.domain_share[self.snapshot.content.domain[candidates]]

    @cached_property
    def _newest_liked(self) -> IntArray:
        return np.unique(self.history.items[self.history.liked][-BEST_OF:])

    def _profile_of(self, modality: str) -> FloatArray | None:
        vectors = self.snapshot.content.vectors[modality]
        liked: FloatArray = self._liked_recency @ vectors[self._liked]
        if modality == TEXT:
            return _mixed(liked if len(self._liked) else None, self.history.taste)
        return liked if liked.any() else None


def _liked_weights(history: History, decay: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """The items a person liked, ascending, with their weights by recency and all alike, (U,) each;
    both sum to 1."""
    events = history.items[history.liked]
    items, place = np.unique(events, return_inverse=True)
    steps_back = np.arange(len(events))[::-1]
    weights = np.bincount(place, decay**steps_back, len(items))
    recency = (weights / max(float(weights.sum()), 1e-6)).astype(np.float32)
    return items, recency, np.full(len(items), 1 / max(len(items), 1), np.float32)


def _mixed(profile: FloatArray | None, words: FloatArray | None) -> FloatArray | None:
    """Half what was liked, half the person's own words; the one alone where the other is not there."""
    if profile is None or words is None:
        return profile if words is None else words
    return (profile + words) / np.float32(2)


def _dots(
    rows: FloatArray | sparse.sparray | sparse.spmatrix, weights: FloatArray | None
) -> FloatArray:
    """(N, D) times (D,) -> (N,); zeros for None."""
    if weights is None:
        return np.zeros(rows.shape[0], np.float32)
    products: FloatArray = rows @ weights
    return products
