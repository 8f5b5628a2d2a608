"""One consistent state of everything that grows with the catalogue. Readers take it once per query.

Knows no histories and no signals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from service.ranker.catalog.content import Content
from service.ranker.data.arrays import FloatArray, IntArray, extended
from service.ranker.item_item.behaviour import Behaviour
from service.ranker.item_item.content_regression import ContentRegression

SAMPLE_ITEMS = 1_000
"""Items on which the usual size of a query's signals is measured."""


@dataclass(frozen=True, eq=False)
class CatalogSnapshot:
    """N items: what they are, what the crowd did with them, and where the sequence model puts them.

    It is replaced as a whole where items are put. What may be proposed, and popularity, change in
    place.
    """

    content: Content
    behaviour: Behaviour
    regression: ContentRegression
    """What content predicts of behaviour; nothing before training."""
    item_vectors: FloatArray
    """(N, D) of the sequence model; zeros without a model."""

    @property
    def n_items(self) -> int:
        return self.behaviour.n_items

    @cached_property
    def sample(self) -> IntArray:
        """At most SAMPLE_ITEMS items, spread evenly over the catalogue."""
        n = self.n_items
        return np.linspace(0, max(n - 1, 0), min(n, SAMPLE_ITEMS)).astype(np.int64)

    def grown(self, n_items: int, n_tags: int) -> CatalogSnapshot:
        """The same with room for at least so many items and tags; items that are new are empty."""
        content = self.content.grown(n_items, n_tags)
        if content is self.content:
            return self
        return CatalogSnapshot(
            content=content,
            behaviour=self.behaviour.grown(content.n_items),
            regression=self.regression.grown(*content.tags.shape),
            item_vectors=extended(self.item_vectors, content.n_items),
        )
