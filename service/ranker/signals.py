"""Signals: what each source of knowledge says of each candidate, as numbers for the second stage.

Pure array work over histories and candidates. Every signal of a history is a weighted sum (or a maximum) over its
items, so leaving an item out is a change of weights. Knows no weights of the second stage.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from service.ranker.behaviour import Behaviour
from service.ranker.coengagement import history_matrix, newest_weights
from service.ranker.history import History
from service.ranker.interactions import BoolArray, IntArray
from service.ranker.items import FloatArray

SIGNALS = (
    "sequence",
    "ease_recent",
    "ease_all",
    "ease_borrowed",
    "knn_recent",
    "knn_all",
    "together_all",
    "text_recent",
    "text_best",
    "text_all",
    "image_recent",
    "image_best",
    "tags_recent",
    "domain_share",
    "popularity",
    "recent_popularity",
    "is_cold",
    "history_length",
)
"""Order of the last axis of `signals`."""
TEXT_SIGNALS = ("text_recent", "text_best", "text_all")
IMAGE_SIGNALS = ("image_recent", "image_best")
BEHAVIOUR_SIGNALS = ("sequence", "ease_recent", "ease_all", "ease_borrowed", "knn_recent", "knn_all", "together_all")
CO_ENGAGEMENT_SIGNALS = ("ease_recent", "ease_all", "knn_recent", "knn_all", "together_all")
REFERENCE_ITEMS = 1_000
"""Items on which the usual size of a history's signals is measured."""


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """Projected content of N items."""

    text: FloatArray
    """(N, Dt)"""
    image: FloatArray
    """(N, Di)"""
    tags: sparse.csr_matrix
    """(N, V) unit rows, weighted by inverse document frequency"""
    idf: FloatArray
    """(V,)"""
    domain: IntArray
    """(N,)"""
    live: BoolArray
    """(N,)"""


@dataclass(frozen=True, eq=False)
class View:
    """One consistent state of everything that grows with the catalogue; replaced as a whole."""

    content: Content
    behaviour: Behaviour
    vectors: FloatArray
    """(N, D) the sequence model's item vectors; zeros without a model."""

    @cached_property
    def reference(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Item vectors, text and image of at most REFERENCE_ITEMS items, spread evenly over the catalogue."""
        n = self.behaviour.n_items
        items = np.linspace(0, max(n - 1, 0), min(n, REFERENCE_ITEMS)).astype(np.int64)
        return self.vectors[items], self.content.text[items], self.content.image[items]

    @cached_property
    def states(self) -> dict[bytes, FloatArray]:
        """States of histories that were asked for, by whatever names a history; empty in every new view."""
        return {}


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What is usual for one history: relative signal = (signal - shift) / spread, 0 where the spread is 0.

    It depends on the history and the catalogue, not on the candidates, and a counterfactual keeps the one of the full
    history, so that scores of one answer stay comparable.
    """

    shift: FloatArray
    """(F,)"""
    spread: FloatArray
    """(F,)"""

    def relative(self, signals: FloatArray) -> FloatArray:
        """(..., F) -> (..., F), within -10..10."""
        scaled = (signals - self.shift) / np.where(self.spread > 0, self.spread, np.float32(np.inf))
        clipped: FloatArray = np.clip(scaled, -10.0, 10.0)
        return clipped


class Probe:
    """One history against the whole catalogue: what sources and signals share, computed once."""

    def __init__(self, history: History, state: FloatArray, view: View, decay: float) -> None:
        self.history, self.state, self.view, self.decay = history, state, view, decay
        self.liked = history.items[history.liked]
        self._met, self._recency = newest_weights(history.items, decay)  # (U,)
        self._alike = np.ones_like(self._recency)

    @property
    def ease_recent(self) -> FloatArray:
        return self._ease[0]

    @cached_property
    def ease_all(self) -> FloatArray:
        return self._ease[1] / np.float32(max(len(self._met), 1) ** 0.5)

    @property
    def knn_recent(self) -> FloatArray:
        return self._knn[0]

    @cached_property
    def knn_all(self) -> FloatArray:
        return self._knn[1] / np.float32(max(len(self._met), 1))

    @cached_property
    def together_all(self) -> FloatArray:
        alike: FloatArray = self.view.behaviour.together[self._met].T @ self._alike
        return alike / np.float32(max(len(self._met), 1))

    @property
    def strongest(self) -> FloatArray:
        """(N,) recency-weighted co-engagement: EASE where it was solved, else item-kNN."""
        return self.ease_recent if self.view.behaviour.ease.nnz else self.knn_recent

    @cached_property
    def text_profile(self) -> FloatArray | None:
        """(Dt,) recency-weighted mean of liked text, half of it the person's own words, if there are any."""
        profile = self._profile(self.view.content.text)
        words = self.history.taste
        if words is None or profile is None:
            return profile if words is None else words
        mixed: FloatArray = (profile + words) / np.float32(2)
        return mixed

    @cached_property
    def image_profile(self) -> FloatArray | None:
        """(Di,) recency-weighted mean of liked pictures."""
        profile = self._profile(self.view.content.image)
        return profile if profile is not None and profile.any() else None

    def scale(self) -> Scale:
        """What is usual for this history."""
        shift, spread = np.zeros(len(SIGNALS), np.float32), np.zeros(len(SIGNALS), np.float32)
        vectors, text, image = self.view.reference
        if self.state.any():
            _measure(shift, spread, "sequence", vectors @ self.state)
        if len(self.history):
            for name in CO_ENGAGEMENT_SIGNALS:
                spread[SIGNALS.index(name)] = _rms(getattr(self, name))
            spread[SIGNALS.index("ease_borrowed")] = _rms(self.strongest)
        if self.text_profile is not None:
            _measure(shift, spread, "text_recent", text @ self.text_profile)
        if self.image_profile is not None:
            _measure(shift, spread, "image_recent", image @ self.image_profile)
        return Scale(shift, spread)

    @cached_property
    def _ease(self) -> tuple[FloatArray, FloatArray]:
        return self._pulled(self.view.behaviour.ease)

    @cached_property
    def _knn(self) -> tuple[FloatArray, FloatArray]:
        return self._pulled(self.view.behaviour.knn)

    def _pulled(self, weights: sparse.csr_matrix) -> tuple[FloatArray, FloatArray]:
        """How strongly the history pulls every item by (N, N) weights, (N,) each: by recency, and all events alike."""
        from_met = weights[self._met].T  # (N, U)
        return from_met @ self._recency, from_met @ self._alike  # a product with both at once takes half as long again

    def _profile(self, vectors: FloatArray) -> FloatArray | None:
        if not len(self.liked):
            return None
        weights = self.decay ** np.arange(len(self.liked))[::-1]
        profile: FloatArray = (weights / weights.sum()).astype(np.float32) @ vectors[self.liked]
        return profile


def signals(probe: Probe, candidates: IntArray) -> FloatArray:
    """(C, len(SIGNALS)) of one history and many candidates."""
    view, behaviour = probe.view, probe.view.behaviour
    out = np.zeros((1, len(candidates), len(SIGNALS)), np.float32)
    column = _named(out)
    column["sequence"][0] = view.vectors[candidates] @ probe.state
    if len(probe.history):
        for name in CO_ENGAGEMENT_SIGNALS:
            column[name][0] = getattr(probe, name)[candidates]
        if behaviour.neighbours.shape[1]:
            column["ease_borrowed"][0] = probe.strongest[behaviour.neighbours[candidates]].mean(axis=1)
    _content_signals(column, [probe.history], candidates, view.content, probe.decay, behaviour.n_items)
    _item_signals(column, candidates, behaviour)
    block: FloatArray = out[0]
    return block


def signals_of_variants(
    variants: Sequence[History], states: FloatArray, candidates: IntArray, view: View, decay: float
) -> FloatArray:
    """(B, C, len(SIGNALS)) of B histories that share most items, and few candidates. Equal to `signals` of each."""
    behaviour = view.behaviour
    out = np.zeros((len(variants), len(candidates), len(SIGNALS)), np.float32)
    column = _named(out)
    column["sequence"][:] = states @ view.vectors[candidates].T
    recent = history_matrix([h.items for h in variants], behaviour.n_items, decay=decay)  # (B, N)
    used = np.unique(recent.indices)
    if len(used):
        weights = recent[:, used].toarray()  # (B, U)
        flat = (weights > 0).astype(np.float32)
        n = np.maximum(flat.sum(axis=1, keepdims=True), 1.0)  # (B, 1)
        ease, knn = behaviour.ease[used], behaviour.knn[used]
        ease_here, knn_here = ease[:, candidates].toarray(), knn[:, candidates].toarray()  # (U, C)
        column["ease_recent"][:] = weights @ ease_here
        column["ease_all"][:] = flat @ ease_here / np.sqrt(n)
        column["knn_recent"][:] = weights @ knn_here
        column["knn_all"][:] = flat @ knn_here / n
        column["together_all"][:] = flat @ behaviour.together[used][:, candidates].toarray() / n
        if behaviour.neighbours.shape[1]:
            lenders, place = np.unique(behaviour.neighbours[candidates], return_inverse=True)
            strongest = ease if behaviour.ease.nnz else knn
            lent = weights @ strongest[:, lenders].toarray()  # (B, lenders)
            near = lent[:, place.reshape(len(candidates), -1)]  # (B, C, neighbours)
            column["ease_borrowed"][:] = near.mean(axis=2)
    _content_signals(column, variants, candidates, view.content, decay, behaviour.n_items)
    _item_signals(column, candidates, behaviour)
    return out


def _content_signals(
    column: dict[str, FloatArray],
    histories: Sequence[History],
    candidates: IntArray,
    content: Content,
    decay: float,
    n_items: int,
) -> None:
    """Text, image, tags and domain against what was liked; history length. Columns are (B, C)."""
    used = np.unique(np.concatenate([np.zeros(0, np.int64), *(h.items[h.liked] for h in histories)]))  # (U,)
    if len(used):
        weights = np.zeros((len(histories), len(used)), np.float32)  # (B, U)
        for row, history in enumerate(histories):
            liked = history.items[history.liked]
            places = np.searchsorted(used, liked)
            np.add.at(weights[row], places, decay ** np.arange(len(liked), dtype=np.float32)[::-1])
        members = weights > 0  # (B, U)
        weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
        shares = members / np.maximum(members.sum(axis=1, keepdims=True, dtype=np.float32), 1)  # (B, U)
        text = content.text[used] @ content.text[candidates].T  # (U, C)
        image = content.image[used] @ content.image[candidates].T  # (U, C)
        column["text_recent"][:] = weights @ text
        column["text_all"][:] = shares @ text
        column["image_recent"][:] = weights @ image
        for row, here in enumerate(members):
            if here.any():
                column["text_best"][row] = (text if here.all() else text[here]).max(axis=0)
                column["image_best"][row] = (image if here.all() else image[here]).max(axis=0)
        profile = content.tags[used].T @ weights.T  # (V, B)
        column["tags_recent"][:] = (content.tags[candidates] @ profile).T
        domains, place = np.unique(content.domain[candidates], return_inverse=True)  # (K,), (C,)
        same = content.domain[used][:, None] == domains  # (U, K)
        column["domain_share"][:] = (weights @ same.astype(np.float32))[:, place]
    for row, history in enumerate(histories):
        column["history_length"][row] = np.log1p(len(history))
        if history.taste is not None:
            words = content.text[candidates] @ history.taste  # (C,)
            has_items = bool(history.liked.any())
            for name in ("text_recent", "text_all"):
                column[name][row] = (column[name][row] + words) / 2 if has_items else words
            column["text_best"][row] = np.maximum(column["text_best"][row], words) if has_items else words


def _item_signals(column: dict[str, FloatArray], candidates: IntArray, behaviour: Behaviour) -> None:
    counts = behaviour.counts[candidates]
    column["popularity"][:] = np.log1p(counts)
    column["recent_popularity"][:] = np.log1p(behaviour.recent[candidates])
    column["is_cold"][:] = counts == 0


def _named(out: FloatArray) -> dict[str, FloatArray]:
    return {name: out[:, :, place] for place, name in enumerate(SIGNALS)}


def _measure(shift: FloatArray, spread: FloatArray, name: str, values: FloatArray) -> None:
    place = SIGNALS.index(name)
    shift[place], deviation = values.mean(), values.std()
    spread[place] = deviation if deviation > 1e-4 else 0.0


def _rms(values: FloatArray) -> float:
    """Root mean square; 0 for values that are nowhere."""
    return float(np.sqrt(values @ values / len(values))) if len(values) else 0.0
