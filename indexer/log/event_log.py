"""What an event log is: items, events, users, served answers and models, kept durably. The source
of truth.

Owns the protocols and the values that cross them: one narrow protocol a kind of record, for who
reads or writes that kind, and `EventLog`, which is all of them. `indexer.log.sql` is the one
implementation, `indexer.log.opening` chooses by URL. Knows nothing of vectors, gRPC, or what event
types mean.

What every log promises: whatever a method has written is synced to disk when it returns, and is
written as a whole or not at all. Methods may be called from many threads. StoreUnavailable where
the database cannot be reached at the moment, StoreError where it is damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from indexer.catalog.event import Event
from indexer.catalog.item import AttributeValue, Item
from indexer.catalog.personalization import Personalization
from indexer.catalog.profile import Profile
from indexer.catalog.rating_habits import RatingCounts
from indexer.log.tombstones import Tombstones

UNKNOWN_ITEM = -1
"""The item_index of an event whose item is not in the catalogue."""

PutStatus = Literal["new", "changed", "unchanged"]


@dataclass(frozen=True, slots=True)
class PutItem:
    """What `put_items` made of one item."""

    item_index: int
    status: PutStatus
    pending: bool
    """The vector store has not followed yet: true for new and changed, and for what an earlier run
    left undone, be it only a picture that could not be had."""


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with its place in the log; its `event_id` is always set."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class EventBatch:
    """Events as columns of one length, in `seq` order."""

    seq: NDArray[np.int64]
    user_id: NDArray[np.object_]
    """Strings."""
    item_index: NDArray[np.int64]
    """UNKNOWN_ITEM where the item is not in the catalogue."""
    event_type: NDArray[np.object_]
    """Strings."""
    value: NDArray[np.float64]
    """NaN where there is none."""
    timestamp: NDArray[np.float64]
    """Unix seconds."""

    def __len__(self) -> int:
        return len(self.seq)


@dataclass(frozen=True, slots=True)
class User:
    """What a user is known to be, apart from what they did."""

    user_id: str
    attributes: Mapping[str, AttributeValue]
    taste: str
    """Free text about what the person likes."""
    updated_at: float
    """Unix seconds."""
    consent: Personalization | None = None
    """How much of what is stored of them may be used; None where that was never said, which is all."""
    consent_at: float | None = None
    """When that was said, Unix seconds."""

    @property
    def is_restricted(self) -> bool:
        """Whether nothing that is stored of them may be used."""
        return self.consent not in (None, Personalization.FULL)


@dataclass(frozen=True, slots=True)
class Served:
    """One answer as it was given, for whoever explains it later."""

    recommendation_id: str
    user_id: str
    context: bytes | None
    """The caller's; the log does not read it. None keeps none."""
    created_at: float
    """When it was asked for, Unix seconds."""
    impression: str = ""
    """The same in short, JSON, for figures of what came of it; kept by itself, and for longer. Empty
    keeps none."""


@dataclass(frozen=True, slots=True)
class ImpressionRecord:
    """An answer in short."""

    recommendation_id: str
    user_id: str
    content: str
    """JSON; the log does not read it."""
    created_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class FeedbackBatch:
    """Events that name the answer that led to them, as columns of one length, in `seq` order."""

    seq: NDArray[np.int64]
    recommendation_id: Sequence[str]
    user_id: Sequence[str]
    item_index: Sequence[int]
    """Also of items that have been deleted; UNKNOWN_ITEM for those that there never were."""
    event_type: Sequence[str]
    value: Sequence[float | None]
    timestamp: Sequence[float]
    """Unix seconds."""
    position: Sequence[int | None]


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A trained model."""

    version: str
    path: str
    """The checkpoint folder, as it was given."""
    metrics: Mapping[str, Any]
    created_at: float
    """Unix seconds."""
    activated_at: float | None
    """When it last began to serve, Unix seconds; None if it never did."""
    active: bool
    """Whether it serves, from the store that was asked about."""


@dataclass(frozen=True, slots=True)
class AspectRecord:
    """What a language model said of an item, for one aspect of it."""

    content_hash: str
    """Of the content that the model read; the log does not know how it is made."""
    aspect: str
    values: tuple[str, ...]
    """None where the model found nothing to say."""
    item_id: str
    """The item it was asked about. Other items may have the same content."""
    domain: str
    model: str
    prompt_version: str
    tokens: int
    """Its share of what the answer cost."""
    created_at: float
    """Unix seconds."""


class ItemRecords(Protocol):
    """The catalogue.

    An `item_index` is given once per item_id, dense from 0, and never to another, not even after a
    deletion: it is the point id in every vector store.
    """

    def put_items(self, batch: Sequence[Item]) -> list[PutItem]:
        """Insert or update; one answer per item, in order. New and changed ones are pending until
        `mark_indexed`."""

    def delete_items(self, item_ids: Iterable[str]) -> list[str]:
        """Delete the items' content and mark the deletion pending; returns the ids that were not
        there."""

    def get_items(self, item_ids: Iterable[str]) -> dict[str, tuple[int, Item]]:
        """Index and item of each id that is in the catalogue."""

    def list_items(
        self, page_size: int, after_index: int = -1, domain: str | None = None
    ) -> list[tuple[int, Item]]:
        """A page of the catalogue in index order, beginning after `after_index`."""

    def iter_items(self, batch: int = 1000) -> Iterator[tuple[int, Item]]:
        """The whole catalogue in index order; holds `batch` items at a time and no lock in
        between."""

    def count_items(self, domain: str | None = None) -> int:
        """Items in the catalogue, or of one domain of it."""

    def item_states(self) -> list[tuple[int, str]]:
        """Index of every item that the active store has taken in, in index order, and what changes
        whenever what the store has of it does."""

    def item_indices(self) -> dict[str, int]:
        """Index of every item_id in the catalogue, in index order."""


class StoreMarks(Protocol):
    """What one vector store has taken in."""

    def mark_indexed(
        self,
        item_indices: Sequence[int],
        content_hashes: Sequence[str] | None = None,
        *,
        lacking_pictures: Collection[int] = (),
    ) -> None:
        """The store holds (or, for deleted items, no longer holds) these items, some lacking
        pictures.

        With `content_hashes` of what was stored, an item that has changed or gone in the meantime
        stays pending.
        """

    def mark_deleted(self, item_indices: Sequence[int]) -> None:
        """The store no longer holds these deleted items; one that came back in the meantime stays
        pending."""

    def lacking_pictures(self, item_indices: Iterable[int]) -> set[int]:
        """Which of these the store has without some picture that could not be had."""


class ActiveStoreMarks(StoreMarks, Protocol):
    """Which vector store is active, what that one has yet to follow, and what others lack.

    Stores are named by the digest of their encoders' fingerprints. The marks are about the active
    store; of any other only what it lacks is kept, as it is compared with the log before it serves
    (`indexer.log.marks`).
    """

    def active_store(self) -> str | None:
        """None before the first store was activated; the marks are then about whichever store there
        is."""

    def activate_store(self, store: str) -> None:
        """From here on the marks are about this store. What is pending stays so, and the store
        looks at it again."""

    def pending_items(self, limit: int = 1000) -> list[tuple[int, Item]]:
        """Items that the store has yet to take in, lowest index first."""

    def pending_deletions(self) -> list[int]:
        """Indices of deleted items that the store may still hold, ascending."""

    def count_pending(self) -> int:
        """Additions, changes and deletions that the store has yet to follow."""

    def count_lacking_pictures(self) -> int:
        """Items that the store has without some picture that could not be had."""

    def lacking_in(self, store: str) -> set[int]:
        """Indices of the items that an inactive store has without some picture."""

    def put_lacking_in(self, store: str, item_indices: Collection[int]) -> None:
        """Replace what an inactive store lacks."""


class EventRecords(Protocol):
    """What users did, in the order in which we were told.

    `seq` grows with every event and is never given twice, so a reader may go on where it stopped.
    An event may name an item that is not in the catalogue (yet): it is kept.

    Who is restricted by their consent (`User.is_restricted`) did nothing, as far as it is read for use:
    by `user_events`, `read_events`, `count_events` and `count_ratings`. For them, for whoever deletes,
    and for copies it is all there.
    """

    def append_events(self, batch: Sequence[Event]) -> list[bool]:
        """Add events; False for one whose event_id is there already (or twice in the batch)."""

    def delete_events(self, user_id: str, event_ids: Iterable[str] | None = None) -> int:
        """Delete the user's events of these ids, or all of them; returns how many there were."""

    def recorded_events(
        self, user_id: str, after_seq: int = 0, limit: int | None = None
    ) -> list[StoredEvent]:
        """The user's events after a number in order of their numbers, with the times that they came
        with."""

    def delete_events_before(self, event_type: str, before: float) -> int:
        """Delete everybody's events of a type of before a time, Unix seconds; returns how many there
        were. Holds no lock for long."""

    def user_events(
        self, user_id: str, limit: int | None = None, *, but: Collection[str] = ()
    ) -> list[StoredEvent]:
        """The user's events, oldest first by (timestamp, seq); with `limit`, the latest so many;
        without those of the types `but`. Those that lie ahead of the clock count as of when they were recorded
        (`indexer.catalog.clock`)."""

    def read_events(self, after_seq: int = 0, batch: int = 50_000) -> Iterator[EventBatch]:
        """All events after `after_seq` in columns, `batch` at a time; holds no lock in between.
        Times ahead of the clock as in `user_events`."""

    def count_ahead(self) -> int:
        """Events that lie ahead of the clock."""

    def count_events(self, after_seq: int = 0) -> int:
        """Events in the log after `after_seq`."""

    def count_ratings(self, event_type: str) -> RatingCounts:
        """The values of the events of this type that have one."""

    def last_seq(self) -> int:
        """The highest number given so far; 0 before the first event."""


class UserRecords(Protocol):
    """Profiles and consents."""

    def put_user(self, user_id: str, attributes: Mapping[str, AttributeValue], taste: str) -> None:
        """Replace the user's profile."""

    def put_users(self, batch: Sequence[Profile]) -> None:
        """Replace the profiles of several users; of two of one user the later stands."""

    def get_user(self, user_id: str) -> User | None:
        """The user's profile, if there is one; a user may well have events and no profile."""

    def users_count(self) -> int:
        """Users with an event or a profile."""

    def put_consent(self, user_id: str, consent: Personalization) -> None:
        """Replace the user's consent, and leave their profile as it is. Where it restricts them, what
        served answers rested on goes; answers that were being made are not kept either."""

    def restricted(self, user_ids: Iterable[str]) -> set[str]:
        """Which of these users are restricted by their consent."""

    def refusals(self) -> Sequence[User]:
        """All users who are, by id."""

    def withdrawals(self) -> int:
        """How often somebody was deleted or said what they consent to: another number, whatever the
        clock says, as soon as any tombstone or consent is another. Quick to ask for."""


class ErasureRecords(Protocol):
    """People who were deleted."""

    def delete_user(self, user_id: str) -> dict[str, int]:
        """Delete everything held about the user, and put up a tombstone in its place; returns how
        many rows of each kind there were."""

    def merge_users(
        self, guest_id: str, user_id: str, renamed: Callable[[bytes], bytes]
    ) -> dict[str, int]:
        """Make the guest's rows the user's, whose profile stands where both say something, and delete
        the guest; of two consents the stricter stands. Returns how many rows of each kind there were.
        `renamed` gives the context of an answer to the guest as one to the user."""

    def tombstones(self) -> Tombstones:
        """All of them."""

    def take_tombstones(self, stones: Tombstones) -> None:
        """Add those of the same log at a later time, in place of its own of the same people. Numbers
        that they name are not given to events."""


class Wiping(Protocol):
    """That nothing is left of what was deleted."""

    def wipe(self) -> bool:
        """See to it that no byte of deleted rows is left in the log's files; false where others read
        so that it has to be done again. May take as long as writing the whole log. A server looks
        after its own files."""

    def to_wipe(self) -> bool:
        """Whether there may be something left."""


class ServedRecords(Protocol):
    """Served answers, by recommendation id."""

    def put_served_batch(self, batch: Sequence[Served]) -> None:
        """Keep what several answers rested on, and the same in short; an id that is there keeps its
        first context. Those to a person who has been deleted since they were asked for, or is
        restricted, are not kept."""

    def served_to(self, user_id: str, after: str = "", limit: int | None = None) -> list[Served]:
        """What is kept of answers to a user, in order of their ids, beginning after one of them."""

    def get_served(self, recommendation_id: str) -> bytes | None:
        """The context of one answer, if it is still kept."""

    def prune_served(self, before: float, keep: int) -> int:
        """Delete answers older than `before` (Unix seconds), and all but the latest `keep`; returns
        how many. What is kept of them in short stays."""


class ImpressionRecords(Protocol):
    """Served answers in short, and the events that name one. They are put by `ServedRecords`, with
    what the answer rested on."""

    def get_impressions(self, recommendation_ids: Iterable[str]) -> dict[str, ImpressionRecord]:
        """Those of these ids that there are."""

    def iter_impressions(
        self, since: float = 0.0, batch: int = 5_000
    ) -> Iterator[ImpressionRecord]:
        """Those that were served from `since` on (Unix seconds), oldest first; holds `batch` at a
        time and no lock in between."""

    def oldest_impression(self) -> float | None:
        """When the oldest of them was served; None where there are none."""

    def prune_impressions(self, before: float) -> int:
        """Delete those that were served before (Unix seconds); returns how many."""

    def read_feedback(self, after_seq: int = 0, batch: int = 20_000) -> Iterator[FeedbackBatch]:
        """The events after `after_seq` that name an answer, `batch` at a time; holds no lock in
        between."""


class ModelRecords(Protocol):
    """The trained models, and the one that serves from each vector store: a model knows items by
    the vectors of its encoders."""

    def add_model(self, version: str, path: str, metrics: Mapping[str, Any]) -> None:
        """Register a model, or register it anew; it does not serve until `set_active_model`."""

    def list_models(self, store: str | None = None) -> list[ModelRecord]:
        """All models, latest first; active is the one that serves from `store`, by default the
        active store."""

    def set_active_model(self, version: str | None, store: str | None = None) -> None:
        """Let this model serve from `store`, by default the active store; None lets none serve.
        InvalidInput for an unknown version."""

    def active_model(self, store: str | None = None) -> ModelRecord | None:
        """The model that serves from `store`, by default from the active store."""


class AspectRecords(Protocol):
    """What language models said of items, by the content that they read: it outlives the row, and is
    found again when the same content comes back."""

    def put_aspects(self, batch: Sequence[AspectRecord]) -> None:
        """Keep them; of the same content and aspect, the later replaces the earlier."""

    def get_aspects(self, content_hashes: Iterable[str]) -> dict[str, list[AspectRecord]]:
        """What was said of each content that anything was said of, in order of aspects."""

    def iter_aspects(self, item_id: str | None = None, batch: int = 1000) -> Iterator[AspectRecord]:
        """All, or what was asked about one item, in order of content and aspect; holds `batch` at a
        time and no lock in between."""

    def delete_aspects(
        self,
        content_hashes: Collection[str] | None = None,
        *,
        domain: str | None = None,
        aspect: str | None = None,
        model: str | None = None,
    ) -> int:
        """Delete those to which all that is given applies; returns how many there were."""


class SmallValues(Protocol):
    """Strings by key, for what is kept beside the records."""

    def meta_get(self, key: str) -> str | None:
        """The value, if there is one."""

    def meta_set(self, key: str, value: str) -> None:
        """Replace the value."""


class Soundness(Protocol):
    """Whether what is kept is what was written."""

    def damage(self, on_rows: Callable[[int], None] = ...) -> list[str]:
        """What is not, in sentences; nothing where all is well. Reads everything; `on_rows` is
        called with the number of items and events that were verified since the last call."""


Row = Mapping[str, Any]
"""One row of a table by column: numbers, strings, truth values, bytes and None."""


class LogSnapshot(Protocol):
    """The whole log at one moment, while others go on writing."""

    @property
    def position(self) -> int:
        """`last_seq` at that moment."""

    @property
    def tables(self) -> Sequence[str]:
        """Names of all tables, in the order in which `insert_rows` takes them."""

    def rows(self, table: str, after: Any = None, batch: int = 1000) -> Iterator[Sequence[Row]]:
        """A table in order of its key, which is its first column; with `after`, what comes after
        that key. Holds `batch` rows at a time."""


class Snapshots(Protocol):
    """The log as rows, for copies of it."""

    def snapshot(self) -> AbstractContextManager[LogSnapshot]:
        """To be read inside the `with`, by this thread."""

    def insert_rows(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows of a snapshot into a log; columns they lack take their default, and what is there
        already stays as it is, such as the version of the tables, or an event that came again under
        another number. The numbers of events are not given again."""


class EventLog(
    ItemRecords,
    ActiveStoreMarks,
    EventRecords,
    UserRecords,
    ErasureRecords,
    Wiping,
    ServedRecords,
    ImpressionRecords,
    ModelRecords,
    AspectRecords,
    SmallValues,
    Soundness,
    Snapshots,
    Protocol,
):
    """All that is kept, in one place, so that what concerns several kinds is one transaction."""

    @property
    def shared(self) -> bool:
        """Whether processes that do not hold the data folder's lock may write to it: true of a
        database server, false of a file. Where it is false, and the lock is held, what was read
        stays true until this process writes, so it may be remembered."""

    @property
    def n_writes(self) -> int:
        """Transactions that this process has committed: what was read stays true for as long as it is
        the same, where nobody else writes."""

    def close(self) -> None:
        """Give back what it holds; the log cannot be used afterwards."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None:
        """Close it."""
