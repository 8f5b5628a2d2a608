"""Searching the embedded store: from queries to the engine's requests, and from its answers to
arrays.

This is on the path of every recommendation. Filters become masks (see `indexer.stores.masks`); what
is excluded goes to the engine, which drops it at no cost. Knows nothing of how items get in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
import qdrant_edge as qe

from encoders.arrays import IntArray
from indexer.catalog.filter import Filter
from indexer.stores.conditions import Dialect, to_group
from indexer.stores.masks import Mask, MaskCache
from indexer.stores.store import Hits, VectorQuery

MAX_MASKED_ITEMS = 500_000
"""In a larger store filters go to the engine: making a mask would take too long."""
MAX_LISTED_ITEMS = 20_000
"""Up to this many matching items are searched by listing their ids."""
_PAGE = 10_000

DIALECT = Dialect(
    group=qe.Filter,
    field=qe.FieldCondition,
    match_any=qe.MatchAny,
    range=qe.RangeFloat,
    is_empty=qe.IsEmptyCondition,
    has_id=lambda indices: qe.HasIdCondition(set(indices)),
)


@dataclass(frozen=True, slots=True)
class _Plan:
    request: qe.QueryRequest
    mask: Mask | None = None
    """What of the hits to keep; None keeps all."""
    limit: int = 0
    """Hits asked of the engine."""


class EdgeSearch:
    """Reads one shard. The owner calls `changed` after every write to it."""

    def __init__(self, shard: qe.EdgeShard) -> None:
        self._shard = shard
        self._masks = MaskCache(self._load_mask)
        self._count: int | None = None

    def changed(self) -> None:
        self._count = None
        self._masks.clear()

    def count(self) -> int:
        count = self._count
        if count is None:
            count = self._count = int(self._shard.count(qe.CountRequest(exact=True)))
        return count

    def query_batch(self, queries: Sequence[VectorQuery]) -> list[Hits]:
        excluded: dict[
            int, qe.HasIdCondition
        ] = {}  # one condition for the queries that share their exclusions
        plans = [self._plan(query, excluded) for query in queries]
        answers = iter(self._run([plan for plan in plans if plan is not None]))
        hits = [Hits.none() if plan is None else next(answers) for plan in plans]
        for at, plan in enumerate(plans):
            if plan is not None and plan.mask is not None:
                hits[at] = self._kept(queries[at], plan, hits[at])
        return hits

    def matching(
        self, filter: Filter | None, among: set[Any] | None, limit: int | None
    ) -> IntArray:
        conditions: list[Any] = []
        if filter is not None:
            conditions.append(to_group(filter, DIALECT))
        if among is not None:
            conditions.append(qe.HasIdCondition(among))
        group = qe.Filter(must=conditions) if conditions else None
        pages: list[IntArray] = []
        offset: Any = 0
        found = 0
        while offset is not None and (limit is None or found < limit):
            size = _PAGE if limit is None else min(_PAGE, limit - found)
            records, offset = self._shard.scroll(
                qe.ScrollRequest(
                    offset=offset, limit=size, filter=group, with_payload=False, with_vector=False
                )
            )
            pages.append(
                np.fromiter((record.id for record in records), dtype=np.int64, count=len(records))
            )
            found += len(records)
        return np.concatenate(pages) if pages else np.empty(0, dtype=np.int64)

    def _load_mask(self, filter: Filter) -> Mask:
        return Mask.of(self.matching(filter, None, None), self.count())

    def _plan(self, query: VectorQuery, excluded: dict[int, qe.HasIdCondition]) -> _Plan | None:
        if query.limit <= 0:
            return None
        must_not: list[Any] = []
        if len(query.exclude):
            key = id(query.exclude)
            if key not in excluded:
                excluded[key] = qe.HasIdCondition({int(index) for index in query.exclude})
            must_not.append(excluded[key])
        if query.filter is None:
            return _Plan(_request(query, query.limit, [], must_not))
        if self.count() > MAX_MASKED_ITEMS:
            return _Plan(_request(query, query.limit, [to_group(query.filter, DIALECT)], must_not))
        mask = self._masks.get(query.filter)
        if mask.is_empty:
            return None
        if mask.is_all:
            return _Plan(_request(query, query.limit, [], must_not))
        if mask.is_common:
            limit = mask.widened(query.limit)
            return _Plan(_request(query, limit, [], must_not), mask, limit)
        return _Plan(_request(query, query.limit, [_among(query.filter, mask)], must_not))

    def _kept(self, query: VectorQuery, plan: _Plan, hits: Hits) -> Hits:
        assert plan.mask is not None
        holds = plan.mask.holds(hits.item_indices)
        if np.count_nonzero(holds) >= query.limit or len(hits) < plan.limit:
            return Hits(hits.item_indices[holds][: query.limit], hits.scores[holds][: query.limit])
        # What is near is mostly what does not match, e.g. the films of a reader of books: search
        # what matches only.
        assert query.filter is not None
        must_not = (
            [qe.HasIdCondition({int(index) for index in query.exclude})]
            if len(query.exclude)
            else []
        )
        return self._run(
            [_Plan(_request(query, query.limit, [_among(query.filter, plan.mask)], must_not))]
        )[0]

    def _run(self, plans: Sequence[_Plan]) -> list[Hits]:
        if not plans:
            return []
        answers = self._shard.query_batch(qe.QueryBatchRequest([plan.request for plan in plans]))
        return [_hits(points) for points in answers]


def _hits(found: Sequence[Any]) -> Hits:
    """Without those whose vector is damaged, so that it has no finite score."""
    points = [point for point in found if isfinite(point.score)]
    return Hits(
        np.fromiter((point.id for point in points), dtype=np.int64, count=len(points)),
        np.fromiter((point.score for point in points), dtype=np.float32, count=len(points)),
    )


def _among(filter: Filter, mask: Mask) -> Any:
    if len(mask.item_indices) <= MAX_LISTED_ITEMS:
        return qe.HasIdCondition(mask.index_set)
    return to_group(filter, DIALECT)


def _request(
    query: VectorQuery, limit: int, must: list[Any], must_not: list[Any]
) -> qe.QueryRequest:
    return qe.QueryRequest(
        limit=limit,
        query=qe.Query.Nearest(query.vector.tolist(), using=query.vector_name),
        filter=qe.Filter(must=must, must_not=must_not) if must or must_not else None,
        with_payload=False,
        with_vector=False,
    )
