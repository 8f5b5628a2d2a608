"""QdrantStore: the shared store, on a Qdrant server or cluster, for several processes at once.

Two collections: `<prefix>_items`, and `<prefix>_meta` with one point that says which encoders and
vectors there are. The server searches by filter and builds its indexes by itself, so `optimize` and
`flush` have nothing to do. Knows nothing of encoders but their fingerprints.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from qdrant_client import QdrantClient, models

from encoders.arrays import FloatArray, IntArray
from encoders.breaker import CircuitBreaker, CircuitOpen
from indexer.catalog.filter import Filter
from indexer.catalog.item import Item
from indexer.errors import StoreUnavailable
from indexer.stores.conditions import (
    FLOAT_FIELDS,
    KEYWORD_FIELDS,
    Dialect,
    from_payload,
    to_group,
    to_payload,
)
from indexer.stores.qdrant.meta import Extra, StoreMeta, server
from indexer.stores.qdrant.vectors import make_vector, settle
from indexer.stores.store import (
    Distance,
    Hits,
    StoredItem,
    VectorQuery,
    check_encoders,
)
from indexer.stores.values import (
    check_vector,
    check_vectors,
    parts,
    to_arrays,
    to_ids,
    to_lists,
    to_rows,
)

TIMEOUT_S = 10
"""Longest wait for one answer of the server."""
FAILURES, REST_S = 3, 5
_PAGE = 10_000
_DIALECT = Dialect(
    group=models.Filter,
    field=models.FieldCondition,
    match_any=models.MatchAny,
    range=models.Range,
    is_empty=lambda key: models.IsEmptyCondition(is_empty=models.PayloadField(key=key)),
    has_id=lambda indices: models.HasIdCondition(has_id=list(indices)),
)


class QdrantStore:
    """An `ItemStore` on a server; `QdrantStore.open` makes the collections or checks them."""

    def __init__(self, client: QdrantClient, prefix: str, *, owns_client: bool) -> None:
        self._client = client
        self._prefix = prefix
        self._items = f"{prefix}_items"
        self._meta = StoreMeta(client, prefix)
        self._owns_client = owns_client
        self._breaker = CircuitBreaker(FAILURES, REST_S, failure=StoreUnavailable)

    @classmethod
    def open(
        cls,
        address: str | QdrantClient,
        prefix: str,
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        *,
        api_key: str | None = None,
        timeout_s: int = TIMEOUT_S,
        anew: bool = False,
    ) -> QdrantStore:
        """The store under `prefix` on a server (URL) or client, made if there is none; `anew` first
        forgets it.

        EncoderMismatch when its vectors are of other encoders, StoreUnavailable when the server
        does not answer.
        """
        name = address if isinstance(address, str) else prefix
        with server(name):
            if isinstance(address, str):
                client = QdrantClient(
                    url=address, api_key=api_key, timeout=timeout_s, prefer_grpc=True
                )
                store = cls(client, prefix, owns_client=True)
            else:
                store = cls(address, prefix, owns_client=False)
            meta = store._meta
            if anew or not meta.read():
                store._create(dims, fingerprints)
            settle(store._client, prefix, meta)
            check_encoders(
                name,
                stored=meta.fingerprints,
                stored_dims=meta.dims,
                fingerprints=fingerprints,
                dims=dims,
            )
        return store

    @property
    def unclean(self) -> bool:
        return False

    @property
    def damage(self) -> str:
        return ""  # the server looks after its files

    @property
    def no_room(self) -> str:
        return ""  # the server says so when it is written to

    def upsert(self, items: Sequence[StoredItem]) -> None:
        if not items:
            return
        widths = self.vector_names()
        for stored in items:
            check_vectors(stored.vectors, widths)
        with self._calls():
            for part in parts(items):
                points = [
                    models.PointStruct(
                        id=s.item_index, vector=to_lists(s.vectors), payload=to_payload(s.item)
                    )
                    for s in part
                ]
                self._client.upsert(self._items, points)

    def set_items(self, items: Sequence[tuple[int, Item]]) -> None:
        if not items:
            return
        there = set(self.matching(None, [index for index, _ in items]).tolist())
        with self._calls():
            for index, item in items:
                if index in there:
                    self._client.overwrite_payload(self._items, to_payload(item), points=[index])

    def get_items(self, item_indices: Sequence[int]) -> dict[int, Item]:
        found: dict[int, Item] = {}
        if not len(item_indices):
            return found
        with self._calls():
            for part in parts(to_ids(item_indices)):
                records = self._client.retrieve(self._items, part, with_payload=["item"])
                found.update(
                    (_id(record), from_payload(record.payload or {})) for record in records
                )
        return found

    def delete(self, item_indices: Sequence[int]) -> None:
        if not len(item_indices):
            return
        with self._calls():
            for part in parts(to_ids(item_indices)):
                self._client.delete(self._items, models.PointIdsList(points=part))

    def create_vector(self, name: str, dim: int, distance: Distance = "dot") -> None:
        assert name not in self._meta.dims, f"{name!r} is an encoder's vector"
        if self._meta.extra.get(name) == (dim, distance):
            return
        self.drop_vector(name)
        with self._calls():
            make_vector(self._client, self._items, name, dim, distance)
        self._announce({**self._meta.extra, name: (dim, distance)})

    def drop_vector(self, name: str) -> None:
        assert name not in self._meta.dims, f"{name!r} is an encoder's vector"
        if name not in self.vector_names():
            return
        self._announce({n: v for n, v in self._meta.extra.items() if n != name}, dropping=(name,))
        with self._calls():
            settle(self._client, self._prefix, self._meta)

    def vector_names(self) -> dict[str, int]:
        return self._meta.widths()

    def set_vectors(self, name: str, item_indices: IntArray, vectors: FloatArray) -> None:
        assert vectors.shape[:1] == (len(item_indices),), (vectors.shape, len(item_indices))
        check_vector(name, vectors, self._widths_with(name))
        if not len(item_indices):
            return
        there = set(self.matching(None, item_indices).tolist())
        points = [
            models.PointVectors(id=index, vector={name: vector.tolist()})
            for index, vector in zip(to_ids(item_indices), vectors, strict=True)
            if index in there
        ]
        with self._calls():
            for part in parts(points):
                self._client.update_vectors(self._items, part)

    def vectors(
        self, name: str, item_indices: Sequence[int] | IntArray
    ) -> tuple[IntArray, FloatArray]:
        dim = self._widths_with(name).get(name, 0)
        wanted = to_ids(item_indices) if dim else []
        found: dict[int, FloatArray] = {}
        if not wanted:
            return to_rows(wanted, found, dim)
        with self._calls():
            for part in parts(wanted):
                for record in self._client.retrieve(
                    self._items, part, with_payload=False, with_vectors=[name]
                ):
                    found.update(
                        {_id(record): vector for vector in to_arrays(record.vector).values()}
                    )
        return to_rows(wanted, found, dim)

    def query_batch(self, queries: Sequence[VectorQuery]) -> list[Hits]:
        asked = [
            query.limit > 0 and query.vector_name in self._widths_with(query.vector_name)
            for query in queries
        ]
        requests = [
            _request(query) for query, is_asked in zip(queries, asked, strict=True) if is_asked
        ]
        for query, is_asked in zip(queries, asked, strict=True):
            if is_asked:
                check_vector(query.vector_name, query.vector, self.vector_names())
        if not requests:
            return [Hits.none() for _ in queries]
        with self._calls():
            answers = iter(self._client.query_batch_points(self._items, requests))
        return [_to_hits(next(answers).points) if is_asked else Hits.none() for is_asked in asked]

    def matching(
        self,
        filter: Filter | None,
        item_indices: Sequence[int] | IntArray | None = None,
        limit: int | None = None,
    ) -> IntArray:
        conditions: list[Any] = [] if filter is None else [to_group(filter, _DIALECT)]
        if item_indices is not None:
            conditions.append(models.HasIdCondition(has_id=to_ids(item_indices)))
        found: list[int] = []
        offset: Any = None
        while limit is None or len(found) < limit:
            with self._calls():
                records, offset = self._client.scroll(
                    self._items,
                    models.Filter(must=conditions) if conditions else None,
                    limit=_PAGE if limit is None else min(_PAGE, limit - len(found)),
                    offset=offset,
                    with_payload=False,
                )
            found.extend(_id(record) for record in records)
            if offset is None:
                break
        return np.asarray(found, dtype=np.int64)

    def scroll(
        self, vector_names: Sequence[str] = (), batch: int = 1000
    ) -> Iterator[list[StoredItem]]:
        names: Any = [name for name in vector_names if name in self._widths_with(name)] or False
        offset: Any = None
        while True:
            with self._calls():
                records, offset = self._client.scroll(
                    self._items,
                    limit=batch,
                    offset=offset,
                    with_payload=["item"],
                    with_vectors=names,
                )
            if page := [
                StoredItem(_id(r), from_payload(r.payload or {}), to_arrays(r.vector))
                for r in records
            ]:
                yield page
            if offset is None:
                return

    def count(self) -> int:
        with self._calls():
            return self._client.count(self._items).count

    def optimize(self) -> None:
        """The server does."""

    def flush(self) -> None:
        """The server does."""

    def close(self) -> None:
        if self._owns_client:
            self._client.close()

    def _create(self, dims: Mapping[str, int], fingerprints: Mapping[str, str]) -> None:
        """What the store says about itself is written last: until then there is none."""
        self._meta.forget()
        vectors = {
            name: models.VectorParams(size=dim, distance=models.Distance.COSINE)
            for name, dim in dims.items()
        }
        if self._client.collection_exists(self._items):
            self._client.delete_collection(self._items)
        self._client.create_collection(self._items, vectors_config=vectors)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # the local mode of tests has no payload indexes, and says so
            for key in KEYWORD_FIELDS:
                self._client.create_payload_index(
                    self._items, key, models.PayloadSchemaType.KEYWORD
                )
            for key in FLOAT_FIELDS:
                self._client.create_payload_index(self._items, key, models.PayloadSchemaType.FLOAT)
        self._meta.write(dims, fingerprints, {})

    def _announce(self, extra: Extra, *, dropping: tuple[str, ...] = ()) -> None:
        meta = self._meta
        with self._calls():
            meta.write(meta.dims, meta.fingerprints, extra, dropping=dropping)

    def _widths_with(self, name: str) -> dict[str, int]:
        """The widths, read again when `name` is not among them: another process may have added it."""
        if name not in self._meta.widths():
            with self._calls():
                self._meta.read()
        return self._meta.widths()

    @contextmanager
    def _calls(self) -> Iterator[None]:
        """A call of the server. After several that failed in a row there is none for a while, so that
        not every caller waits for one that does not answer. To be used only where it is called: what
        ends well within is an answer."""
        try:
            with self._breaker.guarded(), server(self._prefix):
                yield
        except CircuitOpen:
            why = f"did not answer {FAILURES} times in a row, and is not asked for {REST_S} s"
            todo = "check that the Qdrant server runs and can be reached"
            raise StoreUnavailable(self._prefix, why, todo) from None


def _request(query: VectorQuery) -> models.QueryRequest:
    must = None if query.filter is None else [to_group(query.filter, _DIALECT)]
    must_not: Any = (
        [models.HasIdCondition(has_id=to_ids(query.exclude))] if len(query.exclude) else None
    )
    return models.QueryRequest(
        query=query.vector.tolist(),
        using=query.vector_name,
        limit=query.limit,
        filter=models.Filter(must=must, must_not=must_not) if must or must_not else None,
        with_payload=False,
    )


def _to_hits(points: Sequence[models.ScoredPoint]) -> Hits:
    ids = np.fromiter((_id(point) for point in points), dtype=np.int64, count=len(points))
    return Hits(
        ids, np.fromiter((point.score for point in points), dtype=np.float32, count=len(points))
    )


def _id(record: models.Record | models.ScoredPoint) -> int:
    return int(str(record.id)) if not isinstance(record.id, int) else record.id
