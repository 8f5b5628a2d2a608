"""Variants of a history against a few candidates: what `QueryScores` has, for all variants at once.

Variants share their items, so leaving one out is a change of weights: B variants cost little more
than one. Knows no weights of the second stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.items import TEXT
from service.ranker.data.variants import Variants
from service.ranker.item_item.co_engagement import NEGLIGIBLE
from service.ranker.item_item.transition_graph import DECAY, LAST, SECOND_HOP
from service.ranker.second_stage.query_scores import BEST_OF


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """How much each of U items counts in each of B variants."""

    items: IntArray
    """(U,), ascending"""
    recent: FloatArray
    """(B, U) by recency; 0 for what the variant leaves out."""
    evenly: FloatArray
    """(B, U) all alike."""


class VariantScores:
    """What each of B variants says of each of C candidates, (B, C) each; worked out when it is first
    asked for, and kept. Equal to the property of that name of `QueryScores` of each variant."""

    def __init__(
        self,
        variants: Variants,
        states: FloatArray,
        candidates: IntArray,
        snapshot: CatalogSnapshot,
        decay: float,
    ) -> None:
        """`states` (B, D) are the sequence model's after each variant."""
        self.variants, self.candidates, self.snapshot = variants, candidates, snapshot
        self._states, self._decay = states, decay
        self._liked = variants.liked
        self._cosines: dict[str, FloatArray] = {}

    # behaviour

    @cached_property
    def sequence(self) -> FloatArray:
        return self._states @ self.snapshot.item_vectors[self.candidates].T

    @cached_property
    def ease_recent(self) -> FloatArray:
        return self._met.recent @ self._ease_to_candidates

    @cached_property
    def ease_all(self) -> FloatArray:
        root: FloatArray = np.sqrt(self._n_met)
        return self._met.evenly @ self._ease_to_candidates / root

    @cached_property
    def knn_recent(self) -> FloatArray:
        return self._met.recent @ self._knn_to_candidates

    @cached_property
    def knn_all(self) -> FloatArray:
        return self._met.evenly @ self._knn_to_candidates / self._n_met

    @cached_property
    def co_occurrence(self) -> FloatArray:
        from_met = self.snapshot.behaviour.co_occurrence[self._met.items]  # (U, N)
        return self._met.evenly @ self._to_candidates(from_met) / self._n_met

    @cached_property
    def transitions(self) -> FloatArray:
        newest = np.where(self.variants.ages < LAST, DECAY**self.variants.ages, 0.0)
        items, weights = self.variants.of_items(newest, np.maximum)  # (U,), (B, U)
        next_of = self.snapshot.behaviour.transitions
        first = sparse.csr_matrix(weights) @ next_of[items]  # (B, N)
        to_candidates = next_of[:, self.candidates]
        second = (first @ to_candidates).toarray()
        reached: FloatArray = first[:, self.candidates].toarray() + SECOND_HOP * second
        return reached

    @cached_property
    def backoff(self) -> FloatArray:
        behaviour = self.snapshot.behaviour
        n_variants, n_candidates = len(self.variants), len(self.candidates)
        if not behaviour.neighbours.shape[1]:
            return np.zeros((n_variants, n_candidates), np.float32)
        views = self.snapshot.content.views
        neighbours, closeness = behaviour.neighbours_of(self.candidates, views)
        distinct, place = np.unique(neighbours, return_inverse=True)
        strongest = self._ease if behaviour.ease.nnz else self._knn
        of_neighbours = self._met.recent @ strongest[:, distinct].toarray()  # (B, distinct)
        of_each = of_neighbours[:, place.reshape(n_candidates, -1)]  # (B, C, neighbours)
        mean: FloatArray = np.einsum("bck,ck->bc", of_each, closeness)
        return mean

    @cached_property
    def content_affinity(self) -> FloatArray:
        regression = self.snapshot.regression
        if not regression.is_fitted:
            return np.zeros((len(self.variants), len(self.candidates)), np.float32)
        features = regression.features(self.snapshot.content.views.rows(self.candidates))  # (C, K)
        predicted = regression.response(self._met.items, self._met.recent) @ features.T
        affinity = regression.without_own(predicted, self._strongest, self.candidates)
        return affinity * (self.lengths > 0)

    @property
    def _strongest(self) -> FloatArray:
        return self.ease_recent if self.snapshot.behaviour.ease.nnz else self.knn_recent

    @cached_property
    def lengths(self) -> IntArray:
        """(B, 1) events."""
        lengths: IntArray = self.variants.kept.sum(axis=1, keepdims=True)
        return lengths

    @cached_property
    def _met(self) -> _Weights:
        items, recent = self.variants.of_items(self._decay**self.variants.ages, np.maximum)
        recent[recent <= NEGLIGIBLE] = 0
        counted = recent.any(axis=0)
        recent = recent[:, counted]
        return _Weights(items[counted], recent, (recent > 0).astype(np.float32))

    @cached_property
    def _n_met(self) -> FloatArray:
        """(B, 1) items, at least 1."""
        n_items: FloatArray = np.maximum(self._met.evenly.sum(axis=1, keepdims=True), 1.0)
        return n_items

    @cached_property
    def _ease(self) -> sparse.csr_matrix:
        """(U, N)"""
        return self.snapshot.behaviour.ease[self._met.items]

    @cached_property
    def _knn(self) -> sparse.csr_matrix:
        """(U, N)"""
        return self.snapshot.behaviour.knn[self._met.items]

    @cached_property
    def _ease_to_candidates(self) -> FloatArray:
        return self._to_candidates(self._ease)

    @cached_property
    def _knn_to_candidates(self) -> FloatArray:
        return self._to_candidates(self._knn)

    def _to_candidates(self, from_met: sparse.csr_matrix) -> FloatArray:
        """(U, N) -> (U, C)"""
        columns: FloatArray = from_met[:, self.candidates].toarray()
        return columns

    # content

    def recent(self, modality: str) -> FloatArray:
        near = self._profile.recent @ self.cosines(modality)
        return self._with_words(near, modality)

    def best(self, modality: str) -> FloatArray:
        _, newest = self._liked.of_items(self._liked.ages < BEST_OF, np.maximum)  # (B, U), 1 or 0
        among = np.where(newest[:, :, None] > 0, self.cosines(modality), -np.inf)  # (B, U, C)
        nearest: FloatArray = among.max(axis=1, initial=-np.inf)
        nearest[np.isneginf(nearest)] = 0
        if modality != TEXT or self._words is None:
            return nearest
        return np.where(self._has_liked, np.maximum(nearest, self._words), self._words)

    @cached_property
    def text_recent(self) -> FloatArray:
        return self.recent(TEXT)

    @cached_property
    def text_all(self) -> FloatArray:
        return self._with_words(self._profile.evenly @ self.cosines(TEXT), TEXT)

    @cached_property
    def tags_recent(self) -> FloatArray:
        tags = self.snapshot.content.tags
        profile = tags[self._profile.items].T @ self._profile.recent.T  # (V, B)
        shared: FloatArray = (tags[self.candidates] @ profile).T
        return shared

    @cached_property
    def domain_share(self) -> FloatArray:
        domain = self.snapshot.content.domain
        same = np.equal.outer(domain[self._profile.items], domain[self.candidates])  # (U, C)
        return self._profile.recent @ same.astype(np.float32)

    def cosines(self, modality: str) -> FloatArray:
        """(U, C) of the liked items with the candidates."""
        if modality not in self._cosines:
            vectors = self.snapshot.content.vectors[modality]
            liked, targets = vectors[self._profile.items], vectors[self.candidates]
            self._cosines[modality] = liked @ targets.T
        return self._cosines[modality]

    @cached_property
    def _profile(self) -> _Weights:
        """Of what was liked; the weights of each variant sum to 1."""
        items, weights = self._liked.of_items(self._decay**self._liked.ages, np.add)
        evenly = (weights > 0).astype(np.float32)
        return _Weights(items, _shares(weights), _shares(evenly))

    @cached_property
    def _has_liked(self) -> BoolArray:
        """(B, 1) whether anything that was liked is left."""
        return np.asarray(self._liked.kept.any(axis=1, keepdims=True))

    @cached_property
    def _words(self) -> FloatArray | None:
        """(C,) cosines with the person's own words, if there are any."""
        taste = self.variants.history.taste
        return None if taste is None else self.snapshot.content.text[self.candidates] @ taste

    def _with_words(self, near: FloatArray, modality: str) -> FloatArray:
        """Half what was liked, half the words, where there are any; text only."""
        if modality != TEXT or self._words is None:
            return near
        return np.where(self._has_liked, (near + self._words) / 2, self._words)


def _shares(weights: FloatArray) -> FloatArray:
    """(B, U) weights that sum to 1 in each row that has any."""
    shares: FloatArray = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
    return shares
