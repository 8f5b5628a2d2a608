"""Users: what people did and said, recorded, exported and deleted.

Owns that what is remembered of a user follows every change in the log. Knows no ranking.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from indexer.catalog.event import Event
from indexer.log.event_log import EventLog
from service.api.messages import Personalization, UserExport, UserProfile
from service.errors import InvalidInput
from service.serving.served import ServedContext, ServedContexts
from service.serving.user_exports import UserExports
from service.serving.user_states import UserStates
from service.storage.consents import allowed
from service.storage.liking import Liking
from service.storage.wiper import Wiper


@dataclass(frozen=True, slots=True, eq=False)
class Users:
    """The people of one data folder."""

    log: EventLog
    liking: Liking
    states: UserStates
    served: ServedContexts
    exports: UserExports
    wiper: Wiper

    def record(self, events: Sequence[Event]) -> tuple[list[Event], int]:
        """Append to the log; durable when this returns. Returns those that were not there yet, and how
        many are not kept by the consent of their people."""
        n_told, events = len(events), allowed(self.log, events)
        added = self.log.append_events(events)
        self.states.forget([event.user_id for event in events])
        fresh = [event for event, new in zip(events, added, strict=True) if new]
        self.liking.observe(fresh)
        return fresh, n_told - len(events)

    def delete_events(self, user_id: str, event_ids: Sequence[str] | None) -> int:
        """Delete some of a user's events, or all of them (None); returns how many there were."""
        deleted = self.log.delete_events(user_id, event_ids)
        self.wiper.wake()
        self.states.forget([user_id])
        return deleted

    def put(self, user: UserProfile) -> None:
        """Replace what is stored about a user besides events."""
        self.log.put_user(user.user_id, user.attributes, user.taste)
        self.states.forget([user.user_id])

    def set_consent(self, user_id: str, personalization: Personalization) -> None:
        """Replace how much of what is stored about a user may be used."""
        self.served.flush()
        self.log.put_consent(user_id, personalization)
        self.wiper.wake()
        if self.log.restricted([user_id]):
            self.served.forget(user_id)
        self.states.forget([user_id])

    def export(self, user_id: str, page_size: int, page_token: str) -> UserExport:
        """Everything that is stored about the user, or a page of it."""
        self.served.flush()
        return self.exports.page(user_id, page_size, page_token)

    def delete(self, user_id: str) -> Mapping[str, int]:
        """Remove everything about the user; returns how many of each kind there were."""
        self.served.flush()
        counts = self.log.delete_user(user_id)
        self.wiper.wake()
        self.served.forget(user_id)
        self.states.forget([user_id])
        return counts

    def sweep(self, keep_days: Mapping[str, float], now: float) -> Mapping[str, int]:
        """Delete events of these types that are older; how many of each there were."""
        swept = {
            name: self.log.delete_events_before(name, now - 86_400 * days)
            for name, days in keep_days.items()
        }
        if any(swept.values()):
            self.states.forget()
        return swept

    def merge(self, guest_id: str, user_id: str) -> Mapping[str, int]:
        """Give the user all that is known of a guest, who is deleted; returns how many of each kind
        there were."""
        if guest_id == user_id:
            raise InvalidInput("guest_user_id", guest_id, "it must be another user than user_id")

        def renamed(context: bytes) -> bytes:
            return replace(ServedContext.from_bytes(context), user_id=user_id).to_bytes()

        self.served.flush()
        merged = self.log.merge_users(guest_id, user_id, renamed)
        self.wiper.wake()
        self.served.forget(guest_id)
        self.states.forget([guest_id, user_id])
        return merged
