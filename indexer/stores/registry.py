"""Stores side by side: one for each set of encoders, so that one can be filled while another
serves.

Owns which store belongs to which encoders and what a new one is called. Where they are is a
`Place`: a folder (`store_edge_place`) or a Qdrant server (`store_qdrant_place`). Knows nothing of
items, nor of which store serves.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from indexer.errors import InvalidInput
from indexer.stores.store import ItemStore, StoredItem


def digest_of(fingerprints: Mapping[str, str]) -> str:
    """What a set of encoders is called where their fingerprints would be too long: 8 hexadecimal
    digits."""
    return hashlib.blake2b(
        json.dumps(dict(fingerprints), sort_keys=True).encode(), digest_size=4
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class Shelved:
    """A store, as it describes itself."""

    name: str
    """Of its folder, or the prefix of its collections."""
    fingerprints: Mapping[str, str]

    @property
    def digest(self) -> str:
        return digest_of(self.fingerprints)


class Place(Protocol):
    """Somewhere stores are kept by name. None but `open` may be called for a store that is open."""

    @property
    def first(self) -> str:
        """Name of the store that is made where there is none; others are called `<first>-<digest>`."""

    def found(self) -> Mapping[str, Shelved | None]:
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

    def drop(self, name: str) -> None: ...

    def forget_users(self, name: str) -> None:
        """Delete every user's vectors. They are made again from the log when they are needed."""


class Shelf:
    """The stores of one place."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def stores(self) -> list[Shelved]:
        """All that can be read."""
        return [store for store in self._place.found().values() if store is not None]

    def open(
        self,
        dims: Mapping[str, int],
        fingerprints: Mapping[str, str],
        *,
        in_use: str | None = None,
        anew: bool = False,
        beside: bool = False,
    ) -> ItemStore:
        """The store of these encoders.

        Where there are stores and none is of these encoders: with `beside` one is made beside them,
        with `anew` in place of the one whose digest is `in_use`, else it is an EncoderMismatch.
        """
        found = dict(self._place.found())
        for name, store in found.items():
            if store is not None and store.fingerprints == dict(fingerprints):
                return self._place.open(name, dims, fingerprints, anew=anew)
        if found and not beside:
            serving = self._serving(found, in_use)
            if not anew:
                return self._place.open(
                    serving, dims, fingerprints, anew=False
                )  # which says what it holds instead
            self._place.drop(serving)
            del found[serving]
        name = f"{self._place.first}-{digest_of(fingerprints)}" if found else self._place.first
        return self._place.open(name, dims, fingerprints, anew=False)

    def scroll(self, store: Shelved, vector_names: Sequence[str]) -> Iterator[list[StoredItem]]:
        """Everything in one that is not open, with the vectors named."""
        return self._place.scroll(store.name, vector_names)

    def count(self, store: Shelved) -> int:
        return self._place.count(store.name)

    def size(self, store: Shelved) -> int | None:
        """Bytes on disk, where that is known."""
        return self._place.size(store.name)

    def drop(self, digest: str) -> None:
        """Delete the store with this digest; InvalidInput when there is none."""
        self._place.drop(self._by_digest(digest).name)

    def forget_users(self, *, but: str) -> None:
        """In every store but the one with the digest `but`: no vector of a person stays where
        nobody looks for it."""
        for store in self.stores():
            if store.digest != but:
                self._place.forget_users(store.name)

    def _by_digest(self, digest: str) -> Shelved:
        stores = self.stores()
        for store in stores:
            if store.digest == digest:
                return store
        known = ", ".join(store.digest for store in stores) or "none"
        raise InvalidInput("digest", digest, f"there is no such store, known are: {known}")

    @staticmethod
    def _serving(found: Mapping[str, Shelved | None], in_use: str | None) -> str:
        """The one in use; where that is not to be found, one that cannot be read, or the first."""
        for name, store in found.items():
            if store is not None and store.digest == in_use:
                return name
        unreadable = [name for name, store in found.items() if store is None]
        return (unreadable or list(found))[0]
