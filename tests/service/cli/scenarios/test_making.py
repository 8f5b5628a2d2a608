"""What is made for a scenario is what its words say, the same every time."""

from __future__ import annotations

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.cli.scenarios.making import Size, make_events, make_items
from service.cli.scenarios.scenario import SCENARIOS, Scenario

SMALL = Size(items=60, people=20, met=12)
every = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


@every
def test_rows_are_sound_and_nothing_is_done_before_its_item_is_there(scenario: Scenario) -> None:
    items = make_items(scenario, SMALL)
    born = {item["item_id"]: item["created_at"] for item in items}
    events = make_events(scenario, items, SMALL)
    assert [Item.from_mapping(item).item_id for item in items] == list(born)
    assert all(
        Event.from_mapping(event).timestamp >= born[event["item_id"]] - 1 for event in events
    )
    assert [event["timestamp"] for event in events] == sorted(e["timestamp"] for e in events)
    assert {item["categories"][0] for item in items} == set(scenario.themes)


@every
def test_the_steps_are_taken_in_order_and_each_by_fewer(scenario: Scenario) -> None:
    events = make_events(scenario, make_items(scenario, SMALL), SMALL)
    counts = [sum(e["event_type"] == name for e in events) for name, _ in scenario.funnel]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] > 0
    done: dict[tuple[str, str], list[str]] = {}
    for event in events:
        done.setdefault((event["user_id"], event["item_id"]), []).append(event["event_type"])
    first, *_ = (name for name, _ in scenario.funnel)
    assert {deeds[0] for deeds in done.values()} == {first}


def test_people_have_a_taste() -> None:
    """Two themes each, of five: what they go far with is of these."""
    shop = SCENARIOS["shop"]
    items = make_items(shop)
    theme = {item["item_id"]: item["categories"][0] for item in items}
    events = make_events(shop, items)
    kept = {
        (event["user_id"], event["item_id"])
        for event in events
        if event["event_type"] == "purchase"
    } - {
        (event["user_id"], event["item_id"]) for event in events if event["event_type"] == "return"
    }
    liked: dict[str, set[str]] = {}
    for user, item in kept:
        liked.setdefault(user, set()).add(theme[item])
    assert len(liked) > 100
    assert all(len(themes) <= 2 for themes in liked.values())


def test_a_seed_makes_the_same_rows_and_another_one_others() -> None:
    news = SCENARIOS["news"]
    items = make_items(news, SMALL, seed=1)
    assert items == make_items(news, SMALL, seed=1)
    assert items != make_items(news, SMALL, seed=2)
    assert make_events(news, items, SMALL, 1) == make_events(news, items, SMALL, 1)
    assert make_events(news, items, SMALL, 1) != make_events(news, items, SMALL, 2)
