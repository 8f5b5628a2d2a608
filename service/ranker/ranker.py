"""The ranker that serves: histories and candidates in, scores out. Arrays by item index; no ids,
files or stores.

Ranker = catalogue (what items are, and what the crowd did) + sequence model (what comes next) + blend
(whom to trust when). Without a trained model it still ranks: no sequence model, item-kNN for
co-engagement, a prior blend.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from service.ranker.catalogue.content import Content
from service.ranker.catalogue.snapshot import CatalogueSnapshot
from service.ranker.catalogue.state import CatalogueState
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import TEXT, ItemFeatures
from service.ranker.data.variants import Variants
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.second_stage.blend import Blend
from service.ranker.second_stage.query_scores import QueryScores
from service.ranker.second_stage.remembered import RememberedQueries
from service.ranker.second_stage.scale import Scale
from service.ranker.second_stage.signals import (
    scale_of,
    signals_for,
    signals_of_query,
    signals_of_variants,
)
from service.ranker.second_stage.variant_scores import VariantScores
from service.ranker.sequence.inference import history_states, variant_states
from service.ranker.sequence.model import SequenceModel
from service.ranker.sequence.sequences import Sequences

MAX_COLD = 5_000
"""Newest cold items that the new-items source looks at."""
EXPLORATION_LOGITS = 4.0
"""What full exploration adds to the score of an item nobody has met yet; it fades with 1 / sqrt(1 +
events)."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredList:
    """Scores of one candidate list and the scale they were computed on."""

    scores: FloatArray
    """(C,)"""
    signals: FloatArray
    """(C, F)"""
    scale: Scale


class Ranker:
    """Thread-safe for reading; its catalogue may change beside readers."""

    def __init__(
        self,
        *,
        version: str,
        config: RankerConfig,
        catalogue: CatalogueState,
        blend: Blend,
        model: SequenceModel | None,
    ) -> None:
        self.version = version
        self.config = config
        self.catalogue = catalogue
        self.blend = blend
        """May be replaced by another over the same signals."""
        self.model = model
        n_arrays = sum(signal.over_catalogue is not None for signal in blend.signals)
        self.remembered = RememberedQueries(n_arrays)

    @property
    def snapshot(self) -> CatalogueSnapshot:
        """The catalogue as it is now; take it once for what must fit together."""
        return self.catalogue.snapshot

    @property
    def trained(self) -> bool:
        return self.model is not None

    @property
    def n_items(self) -> int:
        return self.snapshot.n_items

    @property
    def modalities(self) -> tuple[str, ...]:
        """What its items have content of: those of its training, which a later catalogue may lack."""
        return self.snapshot.content.modalities

    def project_text(self, vector: FloatArray) -> FloatArray:
        """A text encoder's vector (encoder dim,) in the ranker's text space (Dt,)."""
        return self.catalogue.space.project_text(vector)

    def states(self, histories: Sequence[History]) -> FloatArray:
        """The sequence model's vector of each history, (B, D); zeros without a model or a history."""
        vectors = self.snapshot.item_vectors
        if self.model is None:
            return np.zeros((len(histories), vectors.shape[1]), np.float32)
        return history_states(self.model, vectors, Sequences.of(histories))

    def query_scores(self, history: History, state: FloatArray | None = None) -> QueryScores:
        """The history against the whole catalogue, as it is now; start of every ranking.

        It changes with the history and with the catalogue, so until then it is worked out once.
        `state` (D,) is what `states` gives, where that is known; such a query is not remembered.
        """
        snapshot = self.snapshot
        if state is not None:
            return self._query(history, state, snapshot)
        key = history.key
        query = self.remembered.get(key, snapshot)
        if query is None:
            query = self._query(history, self.states([history])[0], snapshot)
            self.remembered.put(key, query)
        return query

    def _query(
        self, history: History, state: FloatArray, snapshot: CatalogueSnapshot
    ) -> QueryScores:
        measure = partial(scale_of, self.blend.signals)
        return QueryScores(history, state, snapshot, self.config.recency_decay, measure)

    def score_list(
        self, query_scores: QueryScores, candidates: IntArray, domains: IntArray | None = None
    ) -> ScoredList:
        """Score candidates (C,) for one history. `domains` are those that are allowed, None for
        all."""
        signals = signals_of_query(self.blend.signals, query_scores, candidates)
        scale = query_scores.scale_in(domains)
        return ScoredList(self.blend.score(signals, scale), signals, scale)

    def served_scale(
        self, history: History, shift: Sequence[float], spread: Sequence[float]
    ) -> Scale:
        """The scale of an earlier answer from what was kept of it, (F,) each; measured anew where
        that answer was scored by other signals, as before an upgrade."""
        if len(shift) != len(self.blend.signals):
            return self.query_scores(history).scale
        return Scale(
            np.array(shift, np.float32), np.array(spread, np.float32), len(history), elsewhere=0
        )

    def rescore(
        self, history: History, left_out: Sequence[IntArray], candidates: IntArray, scale: Scale
    ) -> FloatArray:
        """Scores (B, C) of the same candidates without the events at each of B sets of positions in
        the history, on the scale of the answer that was served.

        This is the counterfactual: one batched pass through the very scorer that ranked.
        """
        snapshot, variants = self.snapshot, Variants.without(history, left_out)
        states = self._states_of_variants(variants, snapshot)
        scores = VariantScores(variants, states, candidates, snapshot, self.config.recency_decay)
        return self.blend.score(signals_of_variants(self.blend.signals, scores), scale)

    def rescore_without(
        self, history: History, candidates: IntArray, scale: Scale
    ) -> Mapping[str, FloatArray]:
        """Scores (C,) with the signals of one modality at what is usual, per modality."""
        signals = signals_of_query(self.blend.signals, self.query_scores(history), candidates)
        usual = self.blend.usual(scale)
        speaks_of = np.array([signal.modality for signal in self.blend.signals])
        scores = {}
        for modality in dict.fromkeys(speaks_of[speaks_of != ""].tolist()):
            silent = np.where(speaks_of == modality, usual, signals)  # (C, F)
            scores[modality] = self.blend.score(silent, scale)
        return scores

    def _states_of_variants(self, variants: Variants, snapshot: CatalogueSnapshot) -> FloatArray:
        """(B, D) of the sequence model; a variant that leaves nothing out is the history itself."""
        states = np.zeros((len(variants), snapshot.item_vectors.shape[1]), np.float32)
        if self.model is None:
            return states
        has_gap: BoolArray = np.logical_not(variants.kept.all(axis=1))
        states[has_gap] = variant_states(
            self.model, snapshot.item_vectors, variants.select(has_gap)
        )
        if not has_gap.all():
            states[~has_gap] = self.query_scores(variants.history).state
        return states

    def exploration_bonus(self, candidates: IntArray, exploration: float) -> FloatArray:
        """(C,) what `exploration` 0..1 adds to the scores, beyond the lift that training found
        affordable."""
        counts = self.snapshot.behaviour.counts[candidates]
        bonus: FloatArray = (exploration * EXPLORATION_LOGITS / np.sqrt(1.0 + counts)).astype(
            np.float32
        )
        return bonus

    def propose(
        self, query_scores: QueryScores, n: int, allowed: BoolArray | None = None
    ) -> dict[str, IntArray]:
        """Candidates that need no vector search, best first, at most n per source, of the `allowed`
        items (N,)."""
        behaviour = query_scores.snapshot.behaviour
        live = (
            query_scores.snapshot.content.live
            if allowed is None
            else query_scores.snapshot.content.live & allowed
        )
        proposals = {
            "popular": _top(behaviour.counts, live & (behaviour.counts > 0), n),
            "trending": _top(behaviour.recent, live & (behaviour.recent > 0), n),
        }
        if len(query_scores.history):
            for source, pull in (
                ("co_engagement", query_scores.strongest),
                ("item_knn", query_scores.knn_recent),
                ("chosen_together", query_scores.co_occurrence),
            ):
                proposals[source] = _top(pull, live & (pull > 0), n)
        cold = np.flatnonzero(live & (behaviour.counts == 0))[-MAX_COLD:]
        if len(cold):
            order = np.argsort(-_cold_appeal(query_scores, cold), kind="stable")[:n]
            proposals["new_items"] = cold[order]
        return proposals

    def propose_by_vectors(
        self, query_scores: QueryScores, n: int, allowed: BoolArray | None = None
    ) -> dict[str, IntArray]:
        """The vector sources (sequence, content text, content image) of the `allowed` items (N,),
        by exact search in memory: what a store answers by its index. Items without the vector are
        not found."""
        content = query_scores.snapshot.content
        live = content.live if allowed is None else content.live & allowed
        scores: dict[str, FloatArray] = {}
        if self.model is not None and len(query_scores.history):
            scores["sequence"] = query_scores.sequence
        if query_scores.text_profile is not None:
            scores["content_text"] = query_scores.text_recent
        for modality in content.modalities:
            if modality != TEXT and query_scores.profile(modality) is not None:
                scores[f"content_{modality}"] = query_scores.recent(modality)
        return {source: _top(values, live & (values != 0), n) for source, values in scores.items()}


def untrained_ranker(
    items: ItemFeatures, interactions: Interactions, config: RankerConfig
) -> Ranker:
    """What serves before the first training: content, item-kNN, popularity, and a prior blend."""
    space = ContentSpace.fit(items, config.content_dim)
    content = Content.of(space.project(items))
    behaviour = Behaviour.fit(interactions, content.text, config, solve_ease=False)
    no_vectors = np.zeros((items.n_items, 1), np.float32)
    snapshot = CatalogueSnapshot(content, behaviour, no_vectors)
    return Ranker(
        version="",
        config=config,
        catalogue=CatalogueState(snapshot, space, model=None, id_rows=np.zeros(0, np.int64)),
        blend=Blend.prior(signals_for(content.modalities)),
        model=None,
    )


def _cold_appeal(query_scores: QueryScores, cold: IntArray) -> FloatArray:
    """How much of the history's pull reaches each cold item, (len(cold),): by its words, by what
    the sequence model makes of its content, and through its neighbours, each against what is usual
    among them."""
    pulls = [query_scores.text_recent[cold], query_scores.sequence[cold]]
    neighbours = query_scores.snapshot.behaviour.neighbours
    if neighbours.shape[1] and len(query_scores.history):
        pulls.append(query_scores.strongest[neighbours[cold]].mean(axis=1))
    appeal: FloatArray = np.sum([pull / max(float(pull.std()), 1e-6) for pull in pulls], axis=0)
    return appeal


def _top(values: FloatArray | IntArray, allowed: BoolArray, n: int) -> IntArray:
    """Indices of the n largest values among the allowed, best first; of equal values the lower
    index."""
    pool = np.flatnonzero(allowed)
    picked = values[pool]
    if len(pool) > n:
        least = np.partition(picked, len(pool) - n)[len(pool) - n]
        near = np.flatnonzero(picked >= least)
        pool, picked = pool[near], picked[near]
    return pool[np.argsort(-picked, kind="stable")[:n]]
