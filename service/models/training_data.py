"""Training data: what a ranker is made from, read from the log and the store into arrays.

The one place that puts this together, for training, tuning and serving alike. Knows no ranker and
no checkpoint.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from encoders.alignment.checkpoint import Alignment
from indexer.catalog.event import RATING, EventPolicy
from indexer.catalog.rating_habits import RatingCounts, RatingHabits
from indexer.log.event_log import EventBatch, EventRecords
from indexer.stores.store import StoredItem
from service.models.features import Vocabulary, features_of, read_rows
from service.ranker.data.arrays import BoolArray, FloatArray, IntArray
from service.ranker.data.interactions import Interactions
from service.ranker.data.items import ItemFeatures
from service.storage.item_ids import ItemIds
from service.storage.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class TrainingData:
    """A catalogue and everybody's behaviour in it, coded by one vocabulary. N items by index, with
    gaps where items were deleted."""

    item_ids: Sequence[str]
    """(N,), an empty string in a gap."""
    features: ItemFeatures
    """Of N items."""
    interactions: Interactions
    user_ids: Sequence[str]
    """By the interactions' user index."""
    event_weights: FloatArray
    """(1 + event types,) how much an event counts, by the code of its type."""
    vocabulary: Vocabulary
    alignments: Mapping[str, Alignment]
    """What pictures, sounds and the like are seen through, by modality."""
    last_seq: int
    """Newest event of the log when the interactions were read; there may be a newer one among
    them."""

    @classmethod
    def read(cls, workspace: Workspace, item_ids: ItemIds) -> Self:
        """For a new model: the vocabulary is that of the catalogue and the log as they are, the
        alignments the active ones."""
        rows = read_rows(workspace.store, list(workspace.dims))
        vocabulary = Vocabulary.of((row.item for row in rows), event_types_of(workspace.log))
        alignments, n_items = workspace.alignments, item_ids.n_indices
        features = _features(workspace, rows, vocabulary, alignments, n_items)
        del rows  # as large as the features, and the interactions are yet to be read
        return cls._with_behaviour(
            workspace, item_ids.ids(n_items), features, vocabulary, alignments
        )

    @classmethod
    def read_coded(
        cls,
        workspace: Workspace,
        item_ids: ItemIds,
        vocabulary: Vocabulary,
        alignments: Mapping[str, Alignment],
        n_items: int | None = None,
    ) -> Self:
        """For a model that there is, coded as it was trained. `n_items` leaves out items from that
        index on, by default none."""
        n_items = item_ids.n_indices if n_items is None else n_items
        rows = read_rows(workspace.store, list(workspace.dims))
        features = _features(workspace, rows, vocabulary, alignments, n_items)
        del rows
        return cls._with_behaviour(
            workspace, item_ids.ids(n_items), features, vocabulary, alignments
        )

    @classmethod
    def _with_behaviour(
        cls,
        workspace: Workspace,
        item_ids: Sequence[str],
        features: ItemFeatures,
        vocabulary: Vocabulary,
        alignments: Mapping[str, Alignment],
    ) -> Self:
        log, policy = workspace.log, workspace.settings.events.policy()
        last_seq = log.last_seq()
        interactions, user_ids = read_interactions(
            log, policy, vocabulary.event_types, len(item_ids)
        )
        return cls(
            item_ids=item_ids,
            features=features,
            interactions=interactions,
            user_ids=user_ids,
            event_weights=event_weights(policy, vocabulary.event_types),
            vocabulary=vocabulary,
            alignments=alignments,
            last_seq=last_seq,
        )

    @property
    def n_present(self) -> int:
        """Items of the catalogue, without the gaps."""
        return sum(1 for item_id in self.item_ids if item_id)

    def newest(self, since: Interactions, user_ids: Sequence[str]) -> BoolArray:
        """(E,) as many of everybody's newest interactions as they have in `since`, whose users are
        `user_ids`."""
        n_since = dict(zip(user_ids, np.diff(since.by_user()).tolist(), strict=True))
        per_user = np.array([n_since.get(user_id, 0) for user_id in self.user_ids], dtype=np.int64)
        newest: BoolArray = (
            self.interactions.positions_from_end() < per_user[self.interactions.user]
        )
        return newest


def read_interactions(
    log: EventRecords,
    policy: EventPolicy,
    event_types: Mapping[str, int],
    n_items: int,
    *,
    after_seq: int = 0,
) -> tuple[Interactions, list[str]]:
    """All behaviour in the log after `after_seq`, and the user ids by the table's user index.

    Types of events that are no behaviour (dislike, skip), and events on items that are not in the
    catalogue or have an index from `n_items` on, are left out. A type that is not among
    `event_types` has code 0.
    """
    users: dict[str, int] = {}
    columns = [
        kept
        for batch in log.read_events(after_seq)
        if len((kept := _Columns.of(batch, policy, event_types, n_items, users)).user)
    ]
    if not columns:
        return Interactions.build([], [], n_users=0, n_items=n_items), []
    user, item, timestamp, event_type, value = map(np.concatenate, zip(*columns, strict=True))
    table = Interactions.build(
        user,
        item,
        timestamp,
        event_type,
        value,
        _liked(policy, event_types, user, event_type, value),
        n_users=len(users),
        n_items=n_items,
    )
    return table, list(users)


def _liked(
    policy: EventPolicy,
    event_types: Mapping[str, int],
    user: IntArray,
    event_type: IntArray,
    value: NDArray[np.float64],
) -> BoolArray:
    """(E,) false for these events that say something was disliked, as `Liking` reads them where people
    are answered."""
    by_code = np.ones(1 + max(event_types.values(), default=0), bool)
    for name, code in event_types.items():
        by_code[code] = policy.of_type(name).weight >= 0
    liked: BoolArray = by_code[event_type]
    rated = (event_type == event_types.get(RATING, -1)) & np.isfinite(value)
    if rated.any():
        rater, rating = user[rated], value[rated]
        ns, totals = np.bincount(rater), np.bincount(rater, rating)
        raters = np.flatnonzero(ns)
        values, counts = np.unique(rating, return_counts=True)
        by_value = dict(zip(values.tolist(), counts.tolist(), strict=True))
        by_person = list(zip(ns[raters].tolist(), totals[raters].tolist(), strict=True))
        habits = RatingHabits.of(RatingCounts(by_value, by_person))
        below = np.zeros(len(ns))
        below[raters] = [policy.neutral(habits, n, total).below for n, total in by_person]
        liked[rated] &= rating >= below[rater]
    return liked


def event_weights(policy: EventPolicy, event_types: Mapping[str, int]) -> FloatArray:
    """How much each event type counts, by its code, (1 + types,): the size of its weight, whatever
    the sign."""
    weights = np.ones(1 + max(event_types.values(), default=0), np.float32)
    for name, code in event_types.items():
        weights[code] = abs(policy.of_type(name).weight)
    return weights


def event_types_of(log: EventRecords) -> Sequence[str]:
    """The event types in the log, sorted."""
    found: set[str] = set()
    for batch in log.read_events():
        found.update(str(kind) for kind in np.unique(batch.event_type.astype(str)))
    return sorted(found)


def _features(
    workspace: Workspace,
    rows: Sequence[StoredItem],
    vocabulary: Vocabulary,
    alignments: Mapping[str, Alignment],
    n_items: int,
) -> ItemFeatures:
    """Of the items with an index below `n_items`: others may have come into the store since their
    number was asked for."""
    known = [row for row in rows if row.item_index < n_items]
    return features_of(known, vocabulary, workspace.dims, n_items, alignments=alignments)


class _Columns(NamedTuple):
    """What of one batch is behaviour in the catalogue."""

    user: IntArray
    item: IntArray
    timestamp: NDArray[np.float64]
    event_type: IntArray
    value: NDArray[np.float64]

    @classmethod
    def of(
        cls,
        batch: EventBatch,
        policy: EventPolicy,
        event_types: Mapping[str, int],
        n_items: int,
        users: dict[str, int],
    ) -> Self:
        """`users` are the indices given so far; those of new users are added."""
        kinds, kind = np.unique(batch.event_type.astype(str), return_inverse=True)
        trains = np.array([policy.of_type(str(name)).trains for name in kinds], dtype=bool)
        codes = np.array([event_types.get(str(name), 0) for name in kinds], dtype=np.int64)
        keep = trains[kind] & (batch.item_index >= 0) & (batch.item_index < n_items)
        user = [users.setdefault(user_id, len(users)) for user_id in batch.user_id[keep]]
        return cls(
            user=np.array(user, dtype=np.int64),
            item=batch.item_index[keep],
            timestamp=batch.timestamp[keep],
            event_type=codes[kind[keep]],
            value=batch.value[keep],
        )
