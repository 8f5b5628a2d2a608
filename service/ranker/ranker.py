"""The ranker that serves: histories and candidates in, scores out. Arrays by item index; no ids,
files or stores.

Ranker = catalogue (what items are, and what the crowd did) + sequence model (what comes next) + blend
(whom to trust when). Without a trained model it still ranks: no sequence model, item-kNN for
co-engagement, a prior blend. So it does where people are private, of a release.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy import sparse

from service.ranker.catalog.content import Content
from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.catalog.state import CatalogState
from service.ranker.config import RankerConfig
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.history import History
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.data.variants import Variants
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression
from service.ranker.private.behaviour import released_behaviour
from service.ranker.private.release import Release
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
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.sequences import Sequences
from service.ranker.sequence.shape import PAD


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
        catalog: CatalogState,
        blend: Blend,
        model: SequenceNetwork | None,
        calibration: float = 0.0,
    ) -> None:
        self.version = version
        self.config = config
        self.catalog = catalog
        self.blend = blend
        """May be replaced by another over the same signals."""
        self.model = model
        self.calibration = calibration
        """How strongly a list follows the categories of what was liked last, in units of the score;
        see `service.ranker.calibration`. May be replaced."""
        n_arrays = sum(signal.over_catalogue is not None for signal in blend.signals)
        self.remembered = RememberedQueries(n_arrays)

    @property
    def snapshot(self) -> CatalogSnapshot:
        """The catalogue as it is now; take it once for what must fit together."""
        return self.catalog.snapshot

    @property
    def trained(self) -> bool:
        """Whether a training made it: it has a version, and in most cases a sequence model."""
        return bool(self.version)

    @property
    def n_items(self) -> int:
        return self.snapshot.n_items

    @property
    def modalities(self) -> tuple[str, ...]:
        """What its items have content of: those of its training, which a later catalogue may lack."""
        return self.snapshot.content.modalities

    def project_text(self, vector: FloatArray) -> FloatArray:
        """A text encoder's vector (encoder dim,) in the ranker's text space (Dt,)."""
        return self.catalog.space.project_text(vector)

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

    def _query(self, history: History, state: FloatArray, snapshot: CatalogSnapshot) -> QueryScores:
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
            np.array(shift, np.float32),
            np.array(spread, np.float32),
            known=len(history),
            elsewhere=0,
            has_words=history.taste is not None,
            n_events=self.snapshot.behaviour.n_events,
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

    def _states_of_variants(self, variants: Variants, snapshot: CatalogSnapshot) -> FloatArray:
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


def untrained_ranker(
    items: ItemFeatures, interactions: Interactions, config: RankerConfig
) -> Ranker:
    """What serves before the first training: content, item-kNN, popularity, and a prior blend."""
    space = ContentSpace.fit(items, config.content_dim)
    content = Content.of(space.project(items))
    behaviour = Behaviour.fit(interactions, content.views, config, solve_ease=False)
    return _untrained(space, content, behaviour, config)


def without_training(ranker: Ranker) -> Ranker:
    """What would serve in the place of a trained ranker that has counted the same log: equal to
    `untrained_ranker`, of arrays that are there already."""
    snapshot = ranker.snapshot
    nothing = sparse.csr_matrix(snapshot.behaviour.ease.shape, dtype=np.float32)
    behaviour = replace(snapshot.behaviour, ease=nothing)
    return _untrained(ranker.catalog.space, snapshot.content, behaviour, ranker.config)


def released_ranker(
    items: ItemFeatures, release: Release | None, config: RankerConfig, version: str = ""
) -> Ranker:
    """What serves where people are private: of other people's behaviour it knows a release and nothing
    else, without one nothing at all. No sequence model, and the weights that rank before any training."""
    space = ContentSpace.fit(items, config.content_dim)
    content = Content.of(space.project(items))
    behaviour = released_behaviour(release, content.views, config)
    return _untrained(space, content, behaviour, config, version)


def _untrained(
    space: ContentSpace,
    content: Content,
    behaviour: Behaviour,
    config: RankerConfig,
    version: str = "",
) -> Ranker:
    n_items, n_tags = content.tags.shape
    regression = ContentRegression.none(n_items, n_tags, len(content.modalities))
    no_vectors = np.zeros((n_items, 1), np.float32)
    snapshot = CatalogSnapshot(content, behaviour, regression, no_vectors)
    return Ranker(
        version=version,
        config=config,
        catalog=CatalogState(snapshot, space, model=None, id_rows=np.full(n_items, PAD)),
        blend=Blend.prior(signals_for(content.modalities)),
        model=None,
    )
