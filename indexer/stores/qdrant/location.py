"""QdrantLocation: a Qdrant server, with a prefix of its own for the collections of each store.

`<prefix>` is that of the first store, `<prefix>-1a2b3c4d` that of one of other encoders, by the
digest of their fingerprints. Knows nothing of what is in a store but its count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager

from qdrant_client import QdrantClient

from indexer.errors import DataVersionMismatch
from indexer.stores.qdrant.meta import StoreMeta, server
from indexer.stores.qdrant.store import TIMEOUT_S, QdrantStore
from indexer.stores.qdrant.vectors import rename_vectors
from indexer.stores.registry import StoreInfo
from indexer.stores.store import StoredItem


class QdrantLocation:
    """A `StoreLocation` at a server's URL, or behind a client."""

    def __init__(self, address: str | QdrantClient, prefix: str) -> None:
        self.first = prefix
        self._address = address
        self._meta = re.compile(rf"({re.escape(prefix)}(?:-[0-9a-f]{{8}})?)_meta")

    def found(self) -> Mapping[str, StoreInfo | None]:
        found: dict[str, StoreInfo | None] = {}
        with self._client() as client:
            collections = sorted(one.name for one in client.get_collections().collections)
            names = [match[1] for name in collections if (match := self._meta.fullmatch(name))]
            for name in sorted(names):
                meta = StoreMeta(client, name)
                try:
                    if meta.read():
                        found[name] = StoreInfo(name, meta.fingerprints, list(meta.widths()))
                except DataVersionMismatch:  # opening it says which
                    found[name] = None
        return found

    def open(
        self, name: str, dims: Mapping[str, int], fingerprints: Mapping[str, str], *, anew: bool
    ) -> QdrantStore:
        return QdrantStore.open(self._address, name, dims, fingerprints, anew=anew)

    def damaged(self) -> Mapping[str, str]:
        """A server looks after its files."""
        return {}

    def count(self, name: str) -> int:
        with self._client() as client:
            return client.count(f"{name}_items").count

    def scroll(self, name: str, vector_names: Sequence[str]) -> Iterator[list[StoredItem]]:
        with self._client() as client:
            yield from QdrantStore(client, name, owns_client=False).scroll(vector_names)

    def size(self, name: str) -> None:
        """The server does not say."""

    def drop(self, name: str) -> None:
        with self._client() as client:
            for collection in (f"{name}_meta", f"{name}_items"):  # without the first there is none
                client.delete_collection(collection)

    def rename_vectors(self, name: str, names: Mapping[str, str]) -> None:
        with self._client() as client:
            rename_vectors(client, name, names)

    def forget_users(self, name: str) -> None:
        with self._client() as client:
            if client.collection_exists(f"{name}_users"):
                client.delete_collection(f"{name}_users")

    @contextmanager
    def _client(self) -> Iterator[QdrantClient]:
        with server(self._address if isinstance(self._address, str) else self.first):
            if isinstance(self._address, str):
                with closing(
                    QdrantClient(url=self._address, timeout=TIMEOUT_S, prefer_grpc=True)
                ) as client:
                    yield client
            else:
                yield self._address
