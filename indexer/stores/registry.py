"""Stores side by side: one for each set of encoders, so that one can be filled while another
serves.

Owns which store belongs to which encoders and what a new one is called. Where they are is a
`StoreLocation`: a folder (`indexer.stores.edge.location`) or a Qdrant server
(`indexer.stores.qdrant.location`). Knows nothing of items, nor of which store serves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from encoders.fingerprint import digest_of
from indexer.errors import InvalidInput
from indexer.stores.store import ItemStore, StoredItem


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """A store, as it describes itself."""

    name: str
    """Of its folder, or the prefix of its collections."""
    fingerprints: Mapping[str, str]
    vector_names: Sequence[str]
    """Of all vectors that its items may have."""

    @property
    def digest(self) -> str:
        """Digest of the encoders whose vectors it holds."""
        return digest_of(self.fingerprints)


class StoreLocation(Protocol):
    """Somewhere stores are kept by name. None but `open` may be called for a store that is open."""

    @property
    def first(self) -> str:
        """Name of the store that is made where there is none; others are called `<first>-<digest>`."""

    def found(self) -> Mapping[str, StoreInfo | None]:
        """Stores by name, the first store first; None where what a store says of itself cannot be
        read."""

    def open(
        self, name: str, dims: Mapping[str, int], fingerprints: Mapping[str, str], *, anew: bool
    ) -> ItemStore:
        """As `EdgeStore.open` does."""

    def count(self, name: str) -> int:
        """Items in the store."""

    def scroll(self, name: str, vector_names: Sequence[str]) -> Iterator[list[StoredItem]]:
        """As `ItemStore.scroll`."""

    def size(self, name: str) -> int | None:
        """Bytes on disk; None where that is not known."""

    def damaged(self) -> Mapping[str, str]:
        """What is wrong with the stores that are damaged, by name, without changing them.
        StoreLocked where a process has one open."""

    def drop(self, name: str) -> None:
        """Remove a store with all that is in it."""

    def rename_vectors(self, name: str, names: Mapping[str, str]) -> None:
        """Give vectors of the items new names, by old ones, and the encoders' fingerprints with
        them. Killed half-way, the store is as before or as after, and the same call goes on."""

    def forget_users(self, name: str) -> None:
        """Delete what stores of older versions held of people, ids included: all that is known of
        them is in the log."""


class StoreRegistry:
    """The stores of one location."""

    def __init__(self, location: StoreLocation) -> None:
        self._location = location

    def stores(self) -> list[StoreInfo]:
        """All that can be read."""
        return [store for store in self._location.found().values() if store is not None]

    def open(
        self,
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        *,
        active: str | None = None,
        anew: bool = False,
        beside: bool = False,
    ) -> ItemStore:
        """The store of these encoders.

        Where there are stores and none is of these encoders: with `beside` one is made beside them,
        with `anew` in place of the one whose digest is `active`, else it is an EncoderMismatch.
        """
        found = dict(self._location.found())
        for name, store in found.items():
            if store is not None and store.digest == digest_of(fingerprints):
                return self._location.open(name, dims, fingerprints, anew=anew)
        if found and not beside:
            serving = self._serving(found, active)
            if not anew:
                # which says what it holds instead
                return self._location.open(serving, dims, fingerprints, anew=False)
            self._location.drop(serving)
            del found[serving]
        name = (
            f"{self._location.first}-{digest_of(fingerprints)}" if found else self._location.first
        )
        return self._location.open(name, dims, fingerprints, anew=False)

    def scroll(self, store: StoreInfo, vector_names: Sequence[str]) -> Iterator[list[StoredItem]]:
        """Everything in one that is not open, with the vectors named."""
        return self._location.scroll(store.name, vector_names)

    def count(self, store: StoreInfo) -> int:
        """Items in one of the stores."""
        return self._location.count(store.name)

    def size(self, store: StoreInfo) -> int | None:
        """Bytes on disk, where that is known."""
        return self._location.size(store.name)

    def rename_vectors(self, store: StoreInfo, names: Mapping[str, str]) -> None:
        """In one that is not open, new names by old ones."""
        self._location.rename_vectors(store.name, names)

    def damaged(self) -> Mapping[str, str]:
        """What is wrong with stores that are damaged, by name. StoreLocked where a process has one
        open."""
        return self._location.damaged()

    def drop(self, digest: str) -> None:
        """Delete the store with this digest; InvalidInput when there is none."""
        self._location.drop(self._by_digest(digest).name)

    def forget_users(self) -> None:
        """In every store: none holds anything of people."""
        for name in self._location.found():
            self._location.forget_users(name)

    def _by_digest(self, digest: str) -> StoreInfo:
        stores = self.stores()
        for store in stores:
            if store.digest == digest:
                return store
        known = ", ".join(store.digest for store in stores) or "none"
        raise InvalidInput("digest", digest, f"there is no such store, known are: {known}")

    @staticmethod
    def _serving(found: Mapping[str, StoreInfo | None], active: str | None) -> str:
        """The active one; where that is not to be found, one that cannot be read, or the first."""
        for name, store in found.items():
            if store is not None and store.digest == active:
                return name
        unreadable = [name for name, store in found.items() if store is None]
        return (unreadable or list(found))[0]
