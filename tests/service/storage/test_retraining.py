"""A training that was asked for is done once, however often it was asked for before it began."""

from __future__ import annotations

from indexer.log.opening import open_event_log
from service.storage.retraining import ask_for_retraining, asked_for, retrained


def test_what_is_asked_while_it_is_done_is_done_after_it() -> None:
    with open_event_log("sqlite://") as log:
        assert asked_for(log) == ""
        ask_for_retraining(log)
        first = asked_for(log)
        ask_for_retraining(log)
        second = asked_for(log)
        retrained(log, first)
        assert asked_for(log) == second != first
        retrained(log, second)
        assert asked_for(log) == ""
