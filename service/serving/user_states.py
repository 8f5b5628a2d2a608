"""UserStates: what is known of a user at this moment, read from the log, remembered until the next
event.

Owns the histories that the ranker sees, and the taste vectors made of them. Knows no candidates and
no scores.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from encoders.arrays import FloatArray
from encoders.modality import MODALITIES
from indexer.catalog.personalization import Personalization
from indexer.errors import StoreUnavailable
from indexer.log.event_log import EventLog, User
from indexer.stores.store import ItemStore
from service.ranker.data.arrays import BoolArray, IntArray
from service.storage.item_ids import ItemIds
from service.storage.liking import Liking
from service.telemetry.uses import Uses

logger = logging.getLogger(__name__)

PROFILE_EVENTS = 10
"""Newest liked items that make a taste vector."""
PROFILE_DECAY = 0.8
REMEMBERED = 20_000
"""Users kept in memory; the least recently used go first."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What a person did with items of the catalogue, oldest first, as columns of length L."""

    items: IntArray
    event_types: Sequence[str]
    values: Sequence[float | None]
    times: NDArray[np.float64]
    """Unix seconds."""
    liked: BoolArray
    """False for what was disliked, and for ratings that say neither."""
    disliked: BoolArray

    def then_viewed(self, items: IntArray, now: float) -> Past:
        """The same with a session's items after it."""
        n = len(items)
        return Past(
            np.concatenate([self.items, items]),
            [*self.event_types, *["view"] * n],
            [*self.values, *[None] * n],
            np.concatenate([self.times, np.full(n, now)]),
            np.concatenate([self.liked, np.ones(n, bool)]),
            np.concatenate([self.disliked, np.zeros(n, bool)]),
        )

    def newest(self, n: int, n_items: int) -> Past:
        """The last n events on items below index n_items."""
        places = np.flatnonzero(self.items < n_items)[-n:].tolist()
        return Past(
            self.items[places],
            [self.event_types[place] for place in places],
            [self.values[place] for place in places],
            self.times[places],
            self.liked[places],
            self.disliked[places],
        )


NOTHING_PAST = Past(
    np.zeros(0, np.int64), (), (), np.zeros(0), np.zeros(0, bool), np.zeros(0, bool)
)


@dataclass(frozen=True, slots=True, eq=False)
class UserState:
    """What the log says of a user."""

    past: Past
    """The events that are part of behaviour sequences."""
    n_events: int
    """Events on items of the catalogue, whether behaviour or not."""
    seen: IntArray
    """Items that stay away."""
    profile: User | None
    """None where their consent does not let it be used; `consent` says so."""
    consent: Personalization
    """How much of what is stored may be used: less than FULL, and there is nothing else here."""
    taste_vectors: Mapping[str, FloatArray]
    """(dim,) what was liked lately in encoder space, by modality, where there is any; unit length."""
    is_whole: bool = True
    """False where vectors may be missing, because the store could not be reached."""


class UserStates:
    """Reads through a cache when this process is the only writer of the log."""

    def __init__(
        self,
        log: EventLog,
        store: ItemStore,
        ids: ItemIds,
        liking: Liking,
        *,
        only_writer: bool,
    ) -> None:
        self._log, self._store, self._ids, self._liking = log, store, ids, liking
        self._habits = liking.habits
        self._remembered: OrderedDict[str, UserState] = OrderedDict()
        self._capacity = REMEMBERED if only_writer else 0
        self._lock = threading.Lock()
        self._generation = 0
        self.uses = Uses()

    def state(self, user_id: str) -> UserState:
        """The user as of now; an unknown user has no events."""
        habits = self._liking.habits
        with self._lock:
            if habits is not self._habits:
                self._habits = habits
                self._remembered.clear()
            self.uses.count(hit=user_id in self._remembered)
            if user_id in self._remembered:
                self._remembered.move_to_end(user_id)
                return self._remembered[user_id]
            generation = self._generation
        state = self._read(user_id)
        with self._lock:
            unchanged = generation == self._generation  # nobody wrote while we read
            if self._capacity and unchanged and state.is_whole:
                self._remembered[user_id] = state
                while len(self._remembered) > self._capacity:
                    self._remembered.popitem(last=False)
        return state

    def forget(self, user_ids: Sequence[str] | None = None) -> None:
        """Read these users (or all) anew next time: something about them, or about the catalogue,
        changed."""
        with self._lock:
            self._generation += 1
            if user_ids is None:
                self._remembered.clear()
            for user_id in user_ids or ():
                self._remembered.pop(user_id, None)

    def _read(self, user_id: str) -> UserState:
        stored = self._log.user_events(user_id, but=self._liking.policy.silent)
        says = self._liking.kinds([one.event for one in stored])
        known = [
            (one.event, index, kind)
            for one, kind in zip(stored, says, strict=True)
            if (index := self._ids.index(one.event.item_id)) is not None
        ]
        kinds = [kind for _, _, kind in known]
        items = np.array([index for _, index, _ in known], dtype=np.int64)
        weights = np.array([kind.weight for kind in kinds])
        liked = weights > 0
        seen = np.unique(items[[kind.seen for kind in kinds]]) if known else items
        behaves = [place for place, kind in enumerate(kinds) if kind.trains]
        past = Past(
            items[behaves],
            [known[place][0].event_type for place in behaves],
            [known[place][0].value for place in behaves],
            np.array([known[place][0].timestamp for place in behaves], dtype=np.float64),
            liked[behaves],
            weights[behaves] < 0,
        )
        vectors = self._vectors(items[liked]) if known else {}
        user = self._log.get_user(user_id)
        consent = Personalization.FULL
        if user is not None and user.consent is not None:
            consent = user.consent
        return UserState(
            past=past if behaves else NOTHING_PAST,
            n_events=len(known),
            seen=seen,
            profile=None if user is None or user.is_restricted else user,
            consent=consent,
            taste_vectors=vectors or {},
            is_whole=vectors is not None,
        )

    def _vectors(self, liked: IntArray) -> Mapping[str, FloatArray] | None:
        """The user's taste vectors; None where the store cannot be read now."""
        try:
            return taste_vectors(self._store, liked)
        except StoreUnavailable as error:
            logger.warning("taste vectors cannot be made: %s", error)
            return None


def taste_vectors(store: ItemStore, liked: IntArray) -> dict[str, FloatArray]:
    """Recency-weighted mean of the newest liked items' encoder vectors per modality, unit length."""
    newest = liked[-PROFILE_EVENTS:]
    out: dict[str, FloatArray] = {}
    if not len(newest):
        return out
    weight = dict(zip(newest.tolist(), PROFILE_DECAY ** np.arange(len(newest))[::-1], strict=True))
    for name in [name for name in store.vector_names() if name in MODALITIES]:
        present, vectors = store.vectors(name, np.unique(newest))
        if len(present):
            mean = np.array([weight[i] for i in present.tolist()], np.float32) @ vectors
            norm = float(np.linalg.norm(mean))
            if norm > 0:
                out[name] = (mean / norm).astype(np.float32)
    return out
