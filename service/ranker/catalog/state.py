"""The catalogue of a ranker while it serves: items come, change and go, and events are counted.

Owns the present snapshot and the order of those who change it. Knows no histories and no signals.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from service.ranker.catalog.snapshot import CatalogSnapshot
from service.ranker.data.arrays import IntArray
from service.ranker.data.content_space import ContentSpace
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.ranker.sequence.inference import embed_items
from service.ranker.sequence.network import SequenceNetwork
from service.ranker.sequence.shape import PAD


class CatalogState:
    """May be changed by many threads, one after the other, beside readers of its snapshots."""

    def __init__(
        self,
        snapshot: CatalogSnapshot,
        space: ContentSpace,
        model: SequenceNetwork | None,
        id_rows: IntArray,
    ) -> None:
        self.space = space
        self.id_rows = id_rows
        """(items when it was loaded,) row of each item in the model's id table, PAD for content
        only."""
        self._model = model
        self._snapshot = snapshot
        self._writing = threading.Lock()

    @property
    def snapshot(self) -> CatalogSnapshot:
        """The catalogue as it is now."""
        return self._snapshot

    def put_items(self, indices: IntArray, features: ItemFeatures) -> None:
        """Add or replace items (n,): rows of `features`, with encoder vectors, and tag and domain
        codes of this ranker's vocabulary. New items can be scored from their content at once."""
        with self._writing:
            n_items = int(indices.max(initial=-1)) + 1
            snapshot = self._snapshot.grown(n_items, features.n_tags)
            projected = self.space.project(features)
            content = snapshot.content.put(indices, projected)
            snapshot.behaviour.find_neighbours(indices, content.views)
            snapshot.regression.put(indices, content.views.rows(indices))
            if self._model is not None:
                vectors = embed_items(self._model, projected, self._id_rows_of(indices))
                snapshot.item_vectors[indices] = vectors
            self._snapshot = replace(snapshot, content=content)

    def set_live(self, index: int, live: bool) -> None:
        """Whether an item may be proposed; nothing happens where the item is not known yet."""
        with self._writing:
            if index < self._snapshot.n_items:
                self._snapshot.content.live[index] = live

    def remove_items(self, indices: IntArray) -> None:
        """Items that are never to be proposed again."""
        with self._writing:
            known = indices[indices < self._snapshot.n_items]
            self._snapshot.content.live[known] = False

    def recount(self, interactions: Interactions) -> None:
        """Take popularity from a log as it is now."""
        with self._writing:
            behaviour = self._snapshot.behaviour.recount(interactions)
            self._snapshot = replace(self._snapshot, behaviour=behaviour)

    def observe(self, items: IntArray) -> None:
        """Count new events, by their items (n,), towards popularity."""
        with self._writing:
            self._snapshot.behaviour.observe(items[items < self._snapshot.n_items])

    def _id_rows_of(self, indices: IntArray) -> IntArray:
        """Rows of the id table, PAD for items that came later than the model."""
        rows = np.full(len(indices), PAD, np.int64)
        known = indices < len(self.id_rows)
        rows[known] = self.id_rows[indices[known]]
        return rows
