"""StoreIndex: the item store as the pipeline's vector index, for one query under one rule.

Owns which vectors of the store stand for a space, and with what vector each is searched. Knows no
scores of the ranker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from encoders.arrays import FloatArray
from indexer.catalog.filter import Filter
from indexer.errors import StoreUnavailable
from indexer.stores.store import ItemStore, VectorQuery
from service.models.serving_model import ServingModel
from service.ranker.candidates import SEQUENCE_SPACE, SourceFailed
from service.ranker.data.arrays import IntArray
from service.ranker.second_stage.query_scores import QueryScores
from service.serving.rule import Rule
from service.serving.user_context import UserContext

EXACT_ITEMS = 20_000
"""Up to this many items the vectors in memory are searched, exactly: reading them all is quicker
than asking the store, which pays in larger catalogues."""


@dataclass(frozen=True, slots=True, eq=False)
class StoreIndex:
    """What a store finds for one query."""

    store: ItemStore
    model: ServingModel
    taste: Mapping[str, FloatArray]
    """(dim,) what was liked lately in encoder space, by modality."""
    filter: Filter | None
    n_excluded: int
    """Items that are passed over afterwards: asking for so many more is quicker than naming them."""

    @classmethod
    def where_needed(
        cls, store: ItemStore, model: ServingModel, user: UserContext, rule: Rule
    ) -> StoreIndex | None:
        """The store, where it is quicker than reading all vectors, or has to check the rule."""
        if model.ranker.n_items <= EXACT_ITEMS and rule.is_resolved:
            return None
        return cls(store, model, user.taste_vectors, rule.filter, len(user.excluded))

    def nearest(self, query: QueryScores, spaces: Sequence[str], n: int) -> Mapping[str, IntArray]:
        """At most n items by space, those passed over not counted. SourceFailed where the store
        cannot be reached."""
        queries = {}
        for space in spaces:
            if (where := self._where(query, space)) is not None:
                name, vector = where
                queries[space] = VectorQuery(name, vector, n + self.n_excluded, self.filter)
        try:
            hits = self.store.query_batch(list(queries.values()))
        except StoreUnavailable as error:
            raise SourceFailed(str(error)) from error
        return {space: one.item_indices for space, one in zip(queries, hits, strict=True)}

    def _where(self, query: QueryScores, space: str) -> tuple[str, FloatArray] | None:
        """Name of the store's vectors and the vector to search them with; None where the query says
        nothing in this space."""
        if space == SEQUENCE_SPACE:
            if not self.model.vector_name or not len(query.history):
                return None
            return self.model.vector_name, query.state
        taste = self.taste.get(space)
        return None if taste is None else self.model.content_query(self.store, space, taste)
