"""What has yet to be described."""

from __future__ import annotations

from dataclasses import replace

import pytest

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord
from indexer.log.opening import open_event_log
from service.aspects import tasks as module
from service.aspects.content import content_hash
from service.aspects.schema import AspectSchemas
from service.aspects.tasks import asked_of, tasks
from tests.service.aspects.describing import SCHEMAS, films


def test_items_of_a_domain_come_in_order_each_content_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PAGE", 2)
    items = films(5)
    twin = replace(items[1], item_id="twin", price=99.0)
    with open_event_log("sqlite://") as log:
        log.put_items([*items[:3], twin, *items[3:], Item("b1", "books", "A book")])
        assert [one.item.item_id for one in tasks(log, SCHEMAS)] == [
            *(item.item_id for item in items),
            "b1",
        ]
        assert [one.item.item_id for one in tasks(log, SCHEMAS, "books")] == ["b1"]


def test_only_what_is_missing_is_asked_for() -> None:
    (item,) = films(1)
    done = AspectRecord(content_hash(item), "mood", (), "f0", "films", "m", "1", 0, 0.0)
    with open_event_log("sqlite://") as log:
        log.put_items([item])
        log.put_aspects([done])
        (one,) = tasks(log, SCHEMAS)
        assert (one.item, one.content_hash) == (item, content_hash(item))
        assert list(one.schema.aspects) == ["setting"]
        log.put_aspects([replace(done, aspect="setting")])
        assert list(tasks(log, SCHEMAS)) == []
        more = AspectSchemas({"*": {"mood": "m", "setting": "s", "audience": "a"}})
        assert [list(one.schema.aspects) for one in tasks(log, more)] == [["audience"]]


def test_what_the_caller_says_is_not_asked_for() -> None:
    item = Item("a", "films", "Heat", attributes={"Mood": "tense"})
    assert list(asked_of(item, SCHEMAS).aspects) == ["setting"]
    whole = replace(item, attributes={"mood": "tense", "SETTING": "L.A."})
    with open_event_log("sqlite://") as log:
        log.put_items([whole])
        assert list(tasks(log, SCHEMAS)) == []
