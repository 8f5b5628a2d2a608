"""Signals: what each source of knowledge says of each candidate, as numbers for the second stage.

Pure array work over histories and candidates. Every signal of a history is a weighted sum (or a
maximum) over its items, so leaving an item out is a change of weights. Knows no weights of the
second stage.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from cachetools import LRUCache
from scipy import sparse

from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.variants import Variants
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.co_engagement import NEGLIGIBLE, newest_weights

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
BEHAVIOUR_SIGNALS = (
    "sequence",
    "ease_recent",
    "ease_all",
    "ease_borrowed",
    "knn_recent",
    "knn_all",
    "together_all",
)
CO_ENGAGEMENT_SIGNALS = ("ease_recent", "ease_all", "knn_recent", "knn_all", "together_all")
BEST_OF = 20
"""Newest liked items among which the one nearest to a candidate is looked for."""
OVER_CATALOGUE = (
    "sequence",
    *CO_ENGAGEMENT_SIGNALS,
    "text_recent",
    "text_all",
    "image_recent",
    "tags_recent",
)
"""Signals that `QueryScores` has of every item."""
SAMPLE_ITEMS = 1_000
"""Items on which the usual size of a history's signals is measured."""
MAX_REMEMBERED_BYTES = 256 * 1024**2
"""Memory for remembered of histories that were asked for."""


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
    def sample(self) -> IntArray:
        """At most SAMPLE_ITEMS items, spread evenly over the catalogue."""
        n = self.behaviour.n_items
        return np.linspace(0, max(n - 1, 0), min(n, SAMPLE_ITEMS)).astype(np.int64)

    @cached_property
    def remembered(self) -> LRUCache[bytes, QueryScores]:
        """Scores of histories that were asked for, by `History.key`; empty in every new view."""
        bytes_each = 4 * self.behaviour.n_items * len(OVER_CATALOGUE)
        return LRUCache(max(MAX_REMEMBERED_BYTES // max(bytes_each, 1), 1))


@dataclass(frozen=True, slots=True, eq=False)
class Scale:
    """What is usual for one history: relative signal = (signal - shift) / spread, 0 where the
    spread is 0.

    It depends on the history and the catalogue, not on the candidates, and a counterfactual keeps
    the one of the full history, so that scores of one answer stay comparable.
    """

    shift: FloatArray
    """(F,)"""
    spread: FloatArray
    """(F,)"""
    known: int
    """Events that tell of the person where something is asked for: all, or those in the domains
    that are allowed."""
    elsewhere: int
    """The other events."""

    def relative(self, signals: FloatArray) -> FloatArray:
        """(..., F) -> (..., F), within -10..10."""
        scaled = (signals - self.shift) / np.where(self.spread > 0, self.spread, np.float32(np.inf))
        clipped: FloatArray = np.clip(scaled, -10.0, 10.0)
        return clipped

    def where(self, history: History, content: Content, domains: IntArray | None) -> Scale:
        """The same of its history where only some domains are allowed; None for all."""
        if domains is None:
            return self
        known = int(np.isin(content.domain[history.items], domains).sum())
        return replace(self, known=known, elsewhere=len(history) - known)


class QueryScores:
    """One history against the whole catalogue: what sources and signals share, each worked out
    once, when asked for.

    The signals of OVER_CATALOGUE are properties of the same name, (N,) each.
    """

    def __init__(self, history: History, state: FloatArray, view: View, decay: float) -> None:
        self.history, self.state, self.view, self.decay = history, state, view, decay
        self._met, self._recency = newest_weights(history.items, decay)  # (U,)
        self._liked, self._taste, self._share = _liked_weights(history, decay)  # (V,)
        self._n_met = np.float32(max(len(self._met), 1))

    @cached_property
    def sequence(self) -> FloatArray:
        return _dots(self.view.vectors, self.state)

    @property
    def ease_recent(self) -> FloatArray:
        return self._ease[0]

    @property
    def ease_all(self) -> FloatArray:
        return self._ease[1]

    @property
    def knn_recent(self) -> FloatArray:
        return self._knn[0]

    @property
    def knn_all(self) -> FloatArray:
        return self._knn[1]

    @cached_property
    def together_all(self) -> FloatArray:
        return _dots(
            self.view.behaviour.together[self._met].T, np.full_like(self._recency, 1 / self._n_met)
        )

    @cached_property
    def text_recent(self) -> FloatArray:
        return _dots(self.view.content.text, self.text_profile)

    def recent(self, modality: str) -> FloatArray:
        """(N,) cosine with what was liked lately, in one modality."""
        return self.text_recent if modality == "text" else self.image_recent

    @cached_property
    def text_all(self) -> FloatArray:
        alike = self._share @ self.view.content.text[self._liked] if len(self._liked) else None
        return _dots(self.view.content.text, _mixed(alike, self.history.taste))

    @cached_property
    def image_recent(self) -> FloatArray:
        return _dots(self.view.content.image, self.image_profile)

    @cached_property
    def tags_recent(self) -> FloatArray:
        tags = self.view.content.tags
        return _dots(tags, tags[self._liked].T @ self._taste)

    @cached_property
    def domain_share(self) -> FloatArray:
        """(domains,) share of what was liked, by recency."""
        domains = self.view.content.domain
        counted = np.bincount(domains[self._liked], self._taste, int(domains.max(initial=0)) + 1)
        return counted.astype(np.float32)

    @property
    def strongest(self) -> FloatArray:
        """(N,) recency-weighted co-engagement: EASE where it was solved, else item-kNN."""
        return self.ease_recent if self.view.behaviour.ease.nnz else self.knn_recent

    @cached_property
    def text_profile(self) -> FloatArray | None:
        """(Dt,) recency-weighted mean of liked text, half of it the person's own words, if there
        are any."""
        recent = self._taste @ self.view.content.text[self._liked] if len(self._liked) else None
        return _mixed(recent, self.history.taste)

    @cached_property
    def image_profile(self) -> FloatArray | None:
        """(Di,) recency-weighted mean of liked pictures."""
        profile: FloatArray = self._taste @ self.view.content.image[self._liked]
        return profile if profile.any() else None

    @cached_property
    def scale(self) -> Scale:
        """What is usual for this history."""
        shift, spread = np.zeros(len(SIGNALS), np.float32), np.zeros(len(SIGNALS), np.float32)
        sample = self.view.sample
        for name in ("sequence", "text_recent", "image_recent"):
            _measure(shift, spread, name, getattr(self, name)[sample])
        if len(self.history):
            for name in CO_ENGAGEMENT_SIGNALS:
                spread[SIGNALS.index(name)] = _rms(getattr(self, name))
            spread[SIGNALS.index("ease_borrowed")] = _rms(self.strongest)
        return Scale(shift, spread, len(self.history), 0)

    def scale_in(self, domains: IntArray | None) -> Scale:
        """The same where only some domains are allowed; None for all."""
        return self.scale.where(self.history, self.view.content, domains)

    @cached_property
    def _ease(self) -> tuple[FloatArray, FloatArray]:
        return self._pulls(self.view.behaviour.ease, self._n_met**-0.5)

    @cached_property
    def _knn(self) -> tuple[FloatArray, FloatArray]:
        return self._pulls(self.view.behaviour.knn, 1 / self._n_met)

    def _pulls(self, weights: sparse.csr_matrix, each: np.float32) -> tuple[FloatArray, FloatArray]:
        """How strongly the history pulls every item by (N, N) weights, (N,): by recency, and with
        `each` per item.

        Both at once, so that the rows of the history are not kept: they are as large as all else of
        a query_scores.
        """
        from_met = weights[self._met].T  # (N, U)
        return _dots(from_met, self._recency), _dots(from_met, np.full_like(self._recency, each))


def signals(query_scores: QueryScores, candidates: IntArray) -> FloatArray:
    """(C, len(SIGNALS)) of one history and many candidates."""
    content, behaviour = query_scores.view.content, query_scores.view.behaviour
    out = np.zeros((1, len(candidates), len(SIGNALS)), np.float32)
    column = _named(out)
    for name in OVER_CATALOGUE:
        column[name][0] = getattr(query_scores, name)[candidates]
    if behaviour.neighbours.shape[1] and len(query_scores.history):
        column["ease_borrowed"][0] = query_scores.strongest[behaviour.neighbours[candidates]].mean(
            axis=1
        )
    _nearest_signals(column, query_scores.history, candidates, content)
    column["domain_share"][0] = query_scores.domain_share[content.domain[candidates]]
    _item_signals(column, candidates, behaviour)
    block: FloatArray = out[0]
    return block


def signals_of_variants(
    variants: Variants, states: FloatArray, candidates: IntArray, view: View, decay: float
) -> FloatArray:
    """(B, C, len(SIGNALS)) of B variants of a history, with the sequence model's states (B, D), and
    few candidates. Equal to `signals` of each."""
    behaviour = view.behaviour
    out = np.zeros((len(variants), len(candidates), len(SIGNALS)), np.float32)
    column = _named(out)
    column["sequence"][:] = states @ view.vectors[candidates].T
    items, weights = variants.of_items(decay**variants.ages, np.maximum)  # (U,), (B, U)
    weights[weights <= NEGLIGIBLE] = 0
    counted = weights.any(axis=0)
    used, weights = items[counted], weights[:, counted]
    if len(used):
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
    column["history_length"][:] = np.log1p(variants.kept.sum(axis=1, keepdims=True))
    _content_signals(column, variants.liked, candidates, view.content, decay)
    _item_signals(column, candidates, behaviour)
    return out


def _content_signals(
    column: dict[str, FloatArray],
    liked: Variants,
    candidates: IntArray,
    content: Content,
    decay: float,
) -> None:
    """Text, image, tags and domain against what was `liked`. Columns are (B, C)."""
    used, recent = liked.of_items(decay**liked.ages, np.add)  # (U,), (B, U)
    alike = (recent > 0).astype(np.float32)
    recent, alike = (
        weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-6)
        for weights in (recent, alike)
    )
    text = content.text[used] @ content.text[candidates].T  # (U, C)
    image = content.image[used] @ content.image[candidates].T
    column["text_recent"][:] = recent @ text
    column["text_all"][:] = alike @ text
    column["image_recent"][:] = recent @ image
    profile = content.tags[used].T @ recent.T  # (V, B)
    column["tags_recent"][:] = (content.tags[candidates] @ profile).T
    same = np.equal.outer(content.domain[used], content.domain[candidates])  # (U, C)
    column["domain_share"][:] = recent @ same.astype(np.float32)
    _, newest = liked.of_items(liked.ages < BEST_OF, np.maximum)  # (B, U), 1 or 0
    column["text_best"][:] = _best(newest, text)
    column["image_best"][:] = _best(newest, image)
    if liked.history.taste is not None:
        words = content.text[candidates] @ liked.history.taste  # (C,)
        some = liked.kept.any(axis=1, keepdims=True)  # (B, 1)
        for name in ("text_recent", "text_all"):
            column[name][:] = np.where(some, (column[name] + words) / 2, words)
        column["text_best"][:] = np.where(some, np.maximum(column["text_best"], words), words)


def _best(among: FloatArray, cosines: FloatArray) -> FloatArray:
    """(B, C) the largest of the cosines (U, C) of items that are `among` (B, U) those of each row;
    0 among none."""
    largest: FloatArray = np.where(among[:, :, None] > 0, cosines, -np.inf).max(
        axis=1, initial=-np.inf
    )
    largest[np.isneginf(largest)] = 0
    return largest


def _nearest_signals(
    column: dict[str, FloatArray], history: History, candidates: IntArray, content: Content
) -> None:
    """The one liked item, or the person's own words, nearest to each candidate; history length.
    Columns are (1, C)."""
    text, image = content.text[candidates], content.image[candidates]  # (C, Dt), (C, Di)
    items = np.unique(history.items[history.liked][-BEST_OF:])
    if len(items):
        column["text_best"][0] = (content.text[items] @ text.T).max(axis=0)
        column["image_best"][0] = (content.image[items] @ image.T).max(axis=0)
    if history.taste is not None:
        words = text @ history.taste  # (C,)
        column["text_best"][0] = np.maximum(column["text_best"][0], words) if len(items) else words
    column["history_length"][0] = np.log1p(len(history))


def _item_signals(
    column: dict[str, FloatArray], candidates: IntArray, behaviour: Behaviour
) -> None:
    counts = behaviour.counts[candidates]
    column["popularity"][:] = np.log1p(counts)
    column["recent_popularity"][:] = np.log1p(behaviour.recent[candidates])
    column["is_cold"][:] = counts == 0


def _liked_weights(history: History, decay: float) -> tuple[IntArray, FloatArray, FloatArray]:
    """The items a person liked, ascending, with their weights by recency and all alike, (U,) each;
    both sum to 1."""
    events = history.items[history.liked]
    items, place = np.unique(events, return_inverse=True)
    weights = np.bincount(place, decay ** np.arange(len(events))[::-1], len(items))
    taste = (weights / max(float(weights.sum()), 1e-6)).astype(np.float32)
    return items, taste, np.full(len(items), 1 / max(len(items), 1), np.float32)


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


def _named(out: FloatArray) -> dict[str, FloatArray]:
    return {name: out[:, :, place] for place, name in enumerate(SIGNALS)}


def _measure(shift: FloatArray, spread: FloatArray, name: str, values: FloatArray) -> None:
    place = SIGNALS.index(name)
    if len(values) and (deviation := values.std()) > 1e-4:
        shift[place], spread[place] = values.mean(), deviation


def _rms(values: FloatArray) -> float:
    """Root mean square; 0 for values that are nowhere."""
    return float(np.sqrt(values @ values / len(values))) if len(values) else 0.0
