"""The ranker that serves: histories and candidates in, scores out. Arrays by item index; no ids,
files or stores.

Ranker = content (what items are) + behaviour (what the crowd did) + sequence model (what comes
next) + blend (whom to trust when). Without a trained model it still ranks: no sequence model,
item-kNN for co-engagement, a prior blend.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ContentSpace, ItemFeatures
from service.ranker.data.variants import Variants
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.second_stage.blend import Blend
from service.ranker.second_stage.signals import (
    BEHAVIOUR_SIGNALS,
    IMAGE_SIGNALS,
    SIGNALS,
    TEXT_SIGNALS,
    Content,
    QueryScores,
    Scale,
    View,
    signals,
    signals_of_variants,
)
from service.ranker.sequence.inference import (
    ItemTensors,
    history_states,
    item_vectors,
    variant_states,
)
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences

MODALITY_SIGNALS: Mapping[str, Sequence[str]] = {
    "text": TEXT_SIGNALS,
    "image": IMAGE_SIGNALS,
    "behaviour": BEHAVIOUR_SIGNALS,
    "popularity": ("popularity", "recent_popularity"),
}
"""Signals that fall silent when a modality is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredList:
    """Scores of one candidate list and the scale they were computed on."""

    scores: FloatArray
    """(C,)"""
    signals: FloatArray
    """(C, F)"""
    scale: Scale


class Ranker:
    """Thread-safe for reading; `put_items` and `observe` may run beside readers."""

    def __init__(
        self,
        *,
        version: str,
        config: RankerConfig,
        space: ContentSpace,
        view: View,
        blend: Blend,
        model: SequenceModel | None,
        id_rows: IntArray,
    ) -> None:
        self.version = version
        self.config = config
        self.space = space
        self.blend = blend
        self.model = model
        self._id_rows = id_rows
        """(items at the time of loading,) row of each item in the model's id table, -1 for content
        only."""
        self._view = view
        self._writing = threading.Lock()
        self._remembering = threading.Lock()

    @property
    def view(self) -> View:
        return self._view

    @property
    def trained(self) -> bool:
        return self.model is not None

    @property
    def n_items(self) -> int:
        return self._view.behaviour.n_items

    @property
    def modalities(self) -> tuple[str, ...]:
        """What its items have content of."""
        return ("text", "image")

    def states(self, histories: Sequence[History]) -> FloatArray:
        """The sequence model's vector of each history, (B, D); zeros without a model or a history."""
        view = self._view
        if self.model is None:
            return np.zeros((len(histories), view.vectors.shape[1]), np.float32)
        return history_states(self.model, view.vectors, Sequences.of(histories))

    def query_scores(self, history: History, state: FloatArray | None = None) -> QueryScores:
        """The history against the whole catalogue, as it is now; start of every ranking.

        It changes with the history and with the catalogue, so until then it is worked out once.
        """
        view = self._view
        if state is not None:
            return QueryScores(history, state, view, self.config.recency_decay)
        key = history.key
        with self._remembering:
            query_scores = view.remembered.get(key)
        if query_scores is None:
            query_scores = QueryScores(
                history, self.states([history])[0], view, self.config.recency_decay
            )
            with self._remembering:
                view.remembered[key] = query_scores
        return query_scores

    def score_list(
        self, query_scores: QueryScores, candidates: IntArray, domains: IntArray | None = None
    ) -> ScoredList:
        """Score candidates (C,) for one history. `domains` are those that are allowed, None for
        all."""
        block, scale = signals(query_scores, candidates), query_scores.scale_in(domains)
        return ScoredList(self.blend.score(block, scale), block, scale)

    def rescore(
        self, history: History, left_out: Sequence[IntArray], candidates: IntArray, scale: Scale
    ) -> FloatArray:
        """Scores (B, C) of the same candidates without the events at each of B sets of positions in
        the history, on the scale of the answer that was served.

        This is the counterfactual: one batched pass through the very scorer that ranked.
        """
        view, variants = self._view, Variants.without(history, left_out)
        states = np.zeros((len(variants), view.vectors.shape[1]), np.float32)
        if self.model is not None:
            has_gap: BoolArray = np.logical_not(variants.kept.all(axis=1))
            states[has_gap] = variant_states(self.model, view.vectors, variants.select(has_gap))
            if not has_gap.all():
                states[~has_gap] = self.query_scores(history).state
        block = signals_of_variants(variants, states, candidates, view, self.config.recency_decay)
        return self.blend.score(block, scale)

    def rescore_without(
        self, history: History, candidates: IntArray, scale: Scale
    ) -> Mapping[str, FloatArray]:
        """Scores (C,) with the signals of one modality at what is usual, per modality."""
        block = signals(self.query_scores(history), candidates)
        usual = np.where(scale.spread > 0, scale.shift, self.blend.net.mean.numpy())
        silent = {}
        for modality, names in MODALITY_SIGNALS.items():
            muted = block.copy()
            columns = [SIGNALS.index(name) for name in names]
            muted[:, columns] = usual[columns]
            silent[modality] = self.blend.score(muted, scale)
        return silent

    @property
    def id_rows(self) -> IntArray:
        return self._id_rows

    def project_text(self, vector: FloatArray) -> FloatArray:
        """A text encoder's vector (encoder dim,) in the ranker's text space (Dt,)."""
        projected: FloatArray = self.space.text.apply(vector[None])[0]
        return projected

    def put_items(self, indices: IntArray, features: ItemFeatures) -> None:
        """Add or replace items (rows of `features`, encoder vectors, tag codes of this ranker's
        vocabulary).

        New items are scored from their content at once.
        """
        with self._writing:
            view = self._grown(int(indices.max(initial=-1)) + 1, features.n_tags)
            projected = self.space.project(features)
            content = view.content
            content.text[indices] = projected.text
            content.image[indices] = projected.image
            content.domain[indices] = projected.domain
            content.live[indices] = projected.live
            content = replace(
                content,
                tags=_with_rows(content.tags, indices, tag_matrix(projected.tags, content.idf)),
            )
            view.behaviour.lend(indices, content.text)
            if self.model is not None:
                view.vectors[indices] = self.content_vectors(indices, projected)
            self._view = replace(view, content=content)

    def content_vectors(self, indices: IntArray, projected: ItemFeatures) -> FloatArray:
        """Fused vectors (len(indices), D) of items given by their projected content."""
        assert self.model is not None
        tensors = ItemTensors(projected, 0)
        ids = np.full(len(indices), -1, np.int64)
        known = indices < len(self._id_rows)
        ids[known] = self._id_rows[indices[known]]
        tensors.set_ids(ids)
        return item_vectors(self.model, tensors, np.arange(len(indices)))

    def set_live(self, index: int, live: bool) -> None:
        """Whether an item may be proposed."""
        with self._writing:
            if index < self.n_items:
                self._view.content.live[index] = live

    def remove_items(self, indices: IntArray) -> None:
        """Items that are never to be proposed again."""
        with self._writing:
            self._view.content.live[indices[indices < self.n_items]] = False

    def recount(self, interactions: Interactions) -> None:
        """Take popularity from a log as it is now."""
        with self._writing:
            self._view = replace(self._view, behaviour=self._view.behaviour.recount(interactions))

    def observe(self, items: IntArray) -> None:
        """Count new events towards popularity."""
        with self._writing:
            self._view.behaviour.observe(items[items < self.n_items])

    def _grown(self, n_items: int, n_tags: int) -> View:
        view = self._view
        content = view.content
        more = n_items - self.n_items
        if more <= 0 and n_tags <= content.tags.shape[1]:
            return view
        more = max(more, 0)
        tags = content.tags.copy()
        tags.resize((self.n_items + more, max(n_tags, tags.shape[1])))
        unheard = np.full(
            tags.shape[1] - len(content.idf), content.idf.max(initial=1.0), np.float32
        )
        grown = Content(
            _extended(content.text, more),
            _extended(content.image, more),
            tags,
            np.concatenate([content.idf, unheard]),
            _extended(content.domain, more),
            _extended(content.live, more),
        )
        return replace(
            view,
            content=grown,
            behaviour=view.behaviour.grown(self.n_items + more),
            vectors=_extended(view.vectors, more),
        )


def untrained_ranker(
    items: ItemFeatures, interactions: Interactions, config: RankerConfig
) -> Ranker:
    """What serves before the first training: content, item-kNN, popularity, and a prior blend."""
    space = ContentSpace.fit(items, config.content_dim)
    content = content_of(space.project(items))
    behaviour = Behaviour.fit(interactions, content.text, config, solve_ease=False)
    view = View(content, behaviour, np.zeros((items.n_items, 1), np.float32))
    return Ranker(
        version="",
        config=config,
        space=space,
        view=view,
        blend=Blend.prior(),
        model=None,
        id_rows=np.zeros(0, np.int64),
    )


def content_of(projected: ItemFeatures, idf: FloatArray | None = None) -> Content:
    """The ranker's content arrays from projected features; arrays are copied, since the ranker's
    own may grow."""
    idf = tag_idf(projected) if idf is None else idf
    return Content(
        projected.text.copy(),
        projected.image.copy(),
        tag_matrix(projected.tags, idf),
        idf,
        projected.domain.copy(),
        projected.live.copy(),
    )


def tag_idf(items: ItemFeatures) -> FloatArray:
    """Inverse document frequency of every tag, (V,): log((1 + N) / (1 + items that carry it))."""
    flat = np.concatenate(items.tags) if len(items.tags) else np.zeros(0, np.int64)
    frequency = np.bincount(flat, minlength=max(items.n_tags, 1))
    idf: FloatArray = np.log((1 + items.n_items) / (1 + frequency)).astype(np.float32)
    return idf


def tag_matrix(tags: Sequence[IntArray], idf: FloatArray) -> sparse.csr_matrix:
    """Unit rows of tags weighted by `idf` (V,), so that tags most items carry weigh little: (N, V)."""
    sizes = [len(row) for row in tags]
    flat = np.concatenate(tags) if sum(sizes) else np.zeros(0, np.int64)
    indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    matrix = sparse.csr_matrix(
        (idf[flat], flat, indptr), shape=(len(tags), len(idf)), dtype=np.float32
    )
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).reshape(-1))
    return sparse.csr_matrix(
        sparse.diags((1 / np.maximum(norms, 1e-6)).astype(np.float32)) @ matrix
    )


def _with_rows(
    matrix: sparse.csr_matrix, rows: IntArray, replacement: sparse.csr_matrix
) -> sparse.csr_matrix:
    """`matrix` with the given rows replaced, at the cost of its entries, not of its size."""
    keep = np.ones(matrix.shape[0], np.float32)
    keep[rows] = 0.0
    place = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (rows, np.arange(len(rows)))), (len(keep), len(rows))
    )
    return sparse.csr_matrix(sparse.diags(keep) @ matrix + place @ replacement)


def _extended(array: np.ndarray[Any, Any], more: int) -> np.ndarray[Any, Any]:
    return (
        array
        if more <= 0
        else np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])
    )
