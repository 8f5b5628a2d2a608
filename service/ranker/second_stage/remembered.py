"""Queries that were asked lately, so that the same history is worked out once.

Owns when one is forgotten: when the catalogue changes, or memory is full. Knows no scores.
"""

from __future__ import annotations

import threading

from cachetools import LRUCache

from service.ranker.catalogue.snapshot import CatalogueSnapshot
from service.ranker.second_stage.query_scores import QueryScores

MAX_BYTES = 256 * 1024**2
"""Memory for what is remembered."""
FLOAT_BYTES = 4


class RememberedQueries:
    """The queries of one snapshot by `History.key`. Safe for many threads."""

    def __init__(self, arrays_each: int) -> None:
        """`arrays_each` is the number of float arrays over the catalogue that a query comes to
        hold."""
        self._bytes_per_item = FLOAT_BYTES * max(arrays_each, 1)
        self._lock = threading.Lock()
        self._snapshot: CatalogueSnapshot | None = None
        self._queries: LRUCache[bytes, QueryScores] = LRUCache(1)

    def get(self, key: bytes, snapshot: CatalogueSnapshot) -> QueryScores | None:
        """What is remembered of this history in this snapshot."""
        with self._lock:
            return self._queries.get(key) if snapshot is self._snapshot else None

    def put(self, key: bytes, query: QueryScores) -> None:
        """Remember a query; those of another snapshot are forgotten."""
        with self._lock:
            if query.snapshot is not self._snapshot:
                self._snapshot = query.snapshot
                bytes_each = self._bytes_per_item * max(query.snapshot.n_items, 1)
                self._queries = LRUCache(max(MAX_BYTES // bytes_each, 1))
            self._queries[key] = query

    def clear(self) -> None:
        with self._lock:
            self._queries.clear()
