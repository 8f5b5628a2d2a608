"""Which events may be kept."""

from __future__ import annotations

from indexer.catalog.event import Event
from indexer.catalog.personalization import Personalization
from indexer.log.opening import open_event_log
from service.storage.consents import allowed


def test_events_of_the_restricted_are_left_out() -> None:
    events = [Event(user, "i", "view", None, 1.0) for user in "uvwx"]
    with open_event_log("sqlite://") as log:
        for user, consent in zip("uvw", Personalization, strict=True):
            log.put_consent(user, consent)
        assert allowed(log, events) == [events[0], events[3]]
        assert allowed(log, []) == []
