"""What a report on fairness is read from: the log as it is, each time anew."""

from __future__ import annotations

from indexer.catalog.event import EventPolicy
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.api.fairness import FairnessRequest
from service.online.fairness_reading import read_fairness
from tests.service.online.planted import answer


def test_who_was_deleted_is_not_in_it() -> None:
    with open_event_log("sqlite://") as log:
        log.put_items([Item("a"), Item("b")])
        log.put_served_batch([answer(f"r{n}", f"u{n}", [n % 2]) for n in range(4)])
        assert read_fairness(log, EventPolicy(), 7.0, FairnessRequest()).people == 4
        log.delete_user("u0")
        assert read_fairness(log, EventPolicy(), 7.0, FairnessRequest()).people == 3


def test_kinds_of_groups_are_what_was_asked_for() -> None:
    with open_event_log("sqlite://") as log:
        log.put_items([Item("a")])
        asked = FairnessRequest(provider="domain", group_by="country")
        found = read_fairness(log, EventPolicy(), 7.0, asked)
        plain = read_fairness(log, EventPolicy(), 7.0, FairnessRequest())
    assert [one.kind for one in found.exposure] == ["age", "popularity", "category", "provider"]
    assert [one.kind for one in found.users] == ["known of them", "country"]
    assert [one.kind for one in plain.exposure] == ["age", "popularity", "category"]
