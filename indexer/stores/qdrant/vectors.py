"""Renaming and dropping the named vectors of a shared store, so that a process that is killed
half-way leaves something to go on with.

`StoreMeta` says what there is to be. Knows nothing of what the vectors are of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qdrant_client import QdrantClient, models

from indexer.stores.qdrant.meta import StoreMeta
from indexer.stores.values import PART

DISTANCES = {"cosine": models.Distance.COSINE, "dot": models.Distance.DOT}


def make_vector(client: QdrantClient, collection: str, name: str, dim: int, distance: str) -> None:
    """Room for one more vector per point. Idempotent."""
    if name not in _there(client, collection):
        dense = models.DenseVectorConfig(size=dim, distance=DISTANCES[distance])
        client.create_vector_name(collection, name, models.DenseVectorNameConfig(dense=dense))


def settle(client: QdrantClient, prefix: str, meta: StoreMeta) -> None:
    """Drop the vectors that `meta` has announced."""
    if not meta.dropping:
        return
    items = f"{prefix}_items"
    for name in _there(client, items) & set(meta.dropping):
        client.delete_vector_name(items, name)
    meta.write(meta.dims, meta.fingerprints, meta.extra)


def rename_vectors(client: QdrantClient, prefix: str, names: Mapping[str, str]) -> None:
    """New names by old ones, in a store that no process has open.

    The vectors are copied, and what the store says about itself changes from the old names to the
    new ones in one step: killed before it, the store is as it was, and the next call begins again;
    killed after it, the next opening drops what has the old names.
    """
    meta = StoreMeta(client, prefix)
    assert meta.read(), f"there is no store {prefix}"
    settle(client, prefix, meta)
    items = f"{prefix}_items"
    for old, new in names.items():
        make_vector(client, items, new, *meta.vectors()[old])
        _copy(client, items, old, new)
    meta.write(
        {names.get(name, name): dim for name, dim in meta.dims.items()},
        {names.get(name, name): one for name, one in meta.fingerprints.items()},
        {names.get(name, name): vector for name, vector in meta.extra.items()},
        dropping=tuple(names),
    )
    settle(client, prefix, meta)


def _copy(client: QdrantClient, collection: str, old: str, new: str) -> None:
    offset: Any = None
    while True:
        records, offset = client.scroll(
            collection, limit=PART, offset=offset, with_payload=False, with_vectors=[old]
        )
        points = [
            models.PointVectors(id=record.id, vector={new: record.vector[old]})
            for record in records
            if isinstance(record.vector, dict) and old in record.vector
        ]
        if points:
            client.update_vectors(collection, points)
        if offset is None:
            return


def _there(client: QdrantClient, collection: str) -> set[str]:
    vectors = client.get_collection(collection).config.params.vectors
    return set(vectors) if isinstance(vectors, dict) else set()
