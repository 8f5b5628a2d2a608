"""The columnar interaction table: who met what, when and how.

Owns order and selection; knows no ids, files or models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from service.ranker.data.arrays import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Interactions:
    """E events as columns, sorted by (user, timestamp, order of arrival). Users and items are dense
    integers.

    Build it with `Interactions.build`, which sorts and checks; the plain constructor trusts its
    columns.
    """

    user: IntArray
    item: IntArray
    timestamp: NDArray[np.float64]
    event_type: NDArray[np.int16]
    """A code per event; what the codes mean is the caller's."""
    value: NDArray[np.float32]
    """A rating or an amount; nan where the event has none."""
    liked: BoolArray
    """False where the item was disliked; see `History.liked`."""
    n_users: int
    n_items: int

    @classmethod
    def build(
        cls,
        user: ArrayLike,
        item: ArrayLike,
        timestamp: ArrayLike | None = None,
        event_type: ArrayLike | None = None,
        value: ArrayLike | None = None,
        liked: ArrayLike | None = None,
        *,
        n_users: int | None = None,
        n_items: int | None = None,
    ) -> Interactions:
        """Sort columns into the table's order. Without timestamps the order of arrival is the
        order; where nothing says what was disliked, nothing was."""
        users = np.asarray(user, dtype=np.int64)
        items = np.asarray(item, dtype=np.int64)
        size = len(users)
        times = np.asarray(np.zeros(size) if timestamp is None else timestamp, dtype=np.float64)
        types = np.asarray(np.zeros(size) if event_type is None else event_type, dtype=np.int16)
        values = np.asarray(np.full(size, np.nan) if value is None else value, dtype=np.float32)
        likes = np.asarray(np.ones(size) if liked is None else liked, dtype=bool)
        lengths = {len(users), len(items), len(times), len(types), len(values), len(likes)}
        if len(lengths) != 1:
            raise ValueError(f"the columns of interactions differ in length: {sorted(lengths)}")
        # lexsort is stable: events of one instant keep their order of arrival.
        order = np.lexsort((times, users))
        return cls(
            user=users[order],
            item=items[order],
            timestamp=times[order],
            event_type=types[order],
            value=values[order],
            liked=likes[order],
            n_users=_checked_count("user", users, n_users),
            n_items=_checked_count("item", items, n_items),
        )

    def __len__(self) -> int:
        return len(self.user)

    def by_user(self) -> IntArray:
        """Row pointer, (n_users + 1,): the events of user u are indptr[u]:indptr[u + 1]."""
        return np.searchsorted(self.user, np.arange(self.n_users + 1)).astype(np.int64)

    def history(self, user: int) -> IntArray:
        """The items of one user, oldest first, repeats kept."""
        start, stop = np.searchsorted(self.user, [user, user + 1])
        return self.item[start:stop]

    def histories(self) -> list[IntArray]:
        """The items of every user, oldest first, repeats kept; empty for a user without events."""
        return np.split(self.item, self.by_user()[1:-1]) if self.n_users else []

    def user_items(self) -> sparse.csr_matrix:
        """Binary matrix, (n_users, n_items): 1 where the user ever met the item."""
        ones = np.ones(len(self), dtype=np.float32)
        matrix = sparse.csr_matrix(
            (ones, (self.user, self.item)), shape=(self.n_users, self.n_items)
        )
        matrix.data[:] = 1.0  # repeats were summed
        return matrix

    def item_counts(self) -> IntArray:
        """Events per item, (n_items,)."""
        return np.bincount(self.item, minlength=self.n_items).astype(np.int64)

    def positions(self) -> IntArray:
        """Place of each event in its user's history, 0 for the oldest, (E,)."""
        return np.arange(len(self)) - self.by_user()[self.user]

    def positions_from_end(self) -> IntArray:
        """Steps back from its user's last event, 0 for the last, (E,)."""
        return self.by_user()[self.user + 1] - 1 - np.arange(len(self))

    def select(self, keep: BoolArray) -> Interactions:
        """The events where `keep` is true; user and item counts stay."""
        return Interactions(
            self.user[keep],
            self.item[keep],
            self.timestamp[keep],
            self.event_type[keep],
            self.value[keep],
            self.liked[keep],
            self.n_users,
            self.n_items,
        )


def _checked_count(name: str, indices: IntArray, count: int | None) -> int:
    """How many there are, by default up to the largest index; ValueError where one lies outside."""
    largest = int(indices.max(initial=-1))
    count = largest + 1 if count is None else count
    smallest = int(indices.min(initial=0))
    if smallest < 0 or largest >= count:
        raise ValueError(
            f"{name} indices must lie in 0..{count - 1}, found {indices.min()}..{largest}"
        )
    return count
