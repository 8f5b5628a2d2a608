"""Item groups: ages at a time, values of fields, and what was chosen before a time."""

from __future__ import annotations

import numpy as np
import pytest

from indexer.catalog.event import Event, EventPolicy
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.online.item_groups import DAY_S, NOTHING, ItemGroups, chosen_before

NOW = 1_000 * DAY_S
ITEMS = [
    Item("a", categories=("x", "y"), attributes={"brand": "ours"}, created_at=NOW - DAY_S / 2),
    Item("b", categories=("x",), created_at=NOW - 10 * DAY_S),
    Item("c", created_at=NOW - 400 * DAY_S),
    Item("d"),
    Item("e", available=False, created_at=NOW),
]


@pytest.fixture
def groups() -> ItemGroups:
    return ItemGroups.of(enumerate(ITEMS), ["categories", "attributes.brand"], 7)


def test_an_item_is_in_the_group_of_each_of_its_values(groups: ItemGroups) -> None:
    found = {name: np.flatnonzero(items).tolist() for name, items in groups.of_field("categories")}
    assert found == {"x": [0, 1], "y": [0], NOTHING: [2, 3, 4]}
    assert list(found)[-1] == NOTHING
    brands = [name for name, _ in groups.of_field("attributes.brand")]
    assert brands == ["ours", NOTHING]


def test_what_is_gone_or_not_available_is_not_live(groups: ItemGroups) -> None:
    assert groups.live.tolist() == [True] * 4 + [False] * 3


def test_an_item_ages(groups: ItemGroups) -> None:
    items = np.arange(4)
    assert groups.age(items, np.full(4, NOW)).tolist() == [0, 2, 4, 5]
    assert groups.age(items[:1], np.array([NOW + 2 * DAY_S])).tolist() == [1]


def test_shares_of_ages_are_of_what_was_there_at_the_time(groups: ItemGroups) -> None:
    """At first c and d were there; at last all four."""
    early, late = NOW - 300 * DAY_S, NOW
    shares = groups.share_by_age(np.array([early, late]))
    assert shares.tolist() == [0.125, 0, 0.125, 0.25, 0.125, 0.375]
    assert groups.share_by_age(np.zeros(0)).tolist() == [0.0] * 6


def test_popularity_puts_every_live_item_into_head_middle_or_tail(groups: ItemGroups) -> None:
    found = groups.by_popularity(np.array([4, 3, 0, 0, 9, 0, 0]))
    head, middle, tail, never = found.values()
    assert (head | middle | tail).tolist() == groups.live.tolist()
    assert not (head & middle | middle & tail | head & tail).any()
    assert np.flatnonzero(tail).tolist() == np.flatnonzero(never).tolist() == [2, 3]


def test_only_what_somebody_turned_to_before_is_a_choice() -> None:
    with open_event_log("sqlite://") as log:
        log.put_items(ITEMS)
        log.append_events(
            [
                Event("u", "a", "like", None, 5.0),
                Event("v", "a", "view", None, 6.0),
                Event("u", "b", "dislike", None, 5.0),
                Event("u", "c", "shown", None, 5.0),
                Event("u", "d", "like", None, 10.0),
                Event("u", "nothing", "like", None, 5.0),
            ]
        )
        assert chosen_before(log, EventPolicy(), 10.0, 6).tolist() == [2, 0, 0, 0, 0, 0]
