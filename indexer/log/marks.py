"""The marks of a vector store that is not active, which is filled while another one serves.

Of such a store only what it lacks is kept, since it is compared with the log item by item before it
serves. Knows nothing of vectors.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from indexer.log.event_log import ActiveStoreMarks


class InactiveStoreMarks:
    """The `StoreMarks` of one inactive store, named by the digest of its encoders' fingerprints."""

    def __init__(self, log: ActiveStoreMarks, store: str) -> None:
        self._log, self._store = log, store

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str] | None = None,
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        """The store holds these items, some lacking pictures. Hashes are not compared: nothing is
        pending here."""
        before = self._log.lacking_in(self._store)
        now = before - set(item_indices) | set(lacking_pictures)
        if now != before:
            self._log.put_lacking_in(self._store, now)

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        """The deletion stays pending: the active store has yet to follow."""

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        """Which of these the store has without some picture that could not be had."""
        return self._log.lacking_in(self._store) & set(item_indices)
