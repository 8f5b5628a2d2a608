"""What others read of what a model said."""

from __future__ import annotations

from dataclasses import replace

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord
from indexer.log.opening import open_event_log
from service.aspects.content import content_hash
from service.aspects.reading import Aspects

ITEM = Item("a", "films", "Heat")


def _said(item: Item, aspect: str, *values: str) -> AspectRecord:
    digest = content_hash(item)
    return AspectRecord(digest, aspect, values, item.item_id, item.domain, "m", "1", 0, 0.0)


def test_values_are_read_by_the_content_of_an_item() -> None:
    with open_event_log("sqlite://") as log:
        log.put_aspects([_said(ITEM, "mood", "tense", "cool"), _said(ITEM, "style")])
        aspects = Aspects(log)
        assert aspects.aspects_of(ITEM) == {"mood": ("tense", "cool")}
        sold_out, other = replace(ITEM, available=False), replace(ITEM, title="Ronin")
        assert aspects.aspects_of_all([other, sold_out]) == [{}, {"mood": ("tense", "cool")}]
        assert aspects.aspects_of_all([]) == []


def test_a_callers_own_value_wins() -> None:
    own = replace(ITEM, attributes={"Mood": "calm"})
    with open_event_log("sqlite://") as log:
        log.put_aspects([_said(own, "mood", "tense"), _said(own, "style", "neo-noir")])
        assert Aspects(log).aspects_of(own) == {"style": ("neo-noir",)}
