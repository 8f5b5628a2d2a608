"""What was said in all, and what of it is stale."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord
from indexer.log.opening import open_event_log
from service.aspects.content import content_hash
from service.aspects.overview import (
    EMPTY,
    OWN,
    STALE,
    USED,
    AspectCount,
    of_item,
    overview,
    stale_hashes,
)

HEAT, RONIN = Item("h", "films", "Heat"), Item("r", "films", "Ronin")
BEFORE = replace(HEAT, title="Heat!")


def _said(item: Item, aspect: str, *values: str, model: str = "m") -> AspectRecord:
    digest = content_hash(item)
    return AspectRecord(digest, aspect, values, item.item_id, item.domain, model, "1", 10, 0.0)


SAID = [
    _said(HEAT, "mood", "tense", "cool"),
    _said(RONIN, "mood", "tense"),
    _said(BEFORE, "mood", "loud"),
    _said(HEAT, "style", model="n"),
]


def test_aspects_are_counted_by_domain_and_model_with_what_is_stale() -> None:
    with open_event_log("sqlite://") as log:
        log.put_items([HEAT, RONIN])
        log.put_aspects(SAID)
        assert overview(log) == [
            AspectCount("films", "mood", "m", "1", 3, 1, 30, Counter(tense=2, cool=1)),
            AspectCount("films", "style", "n", "1", 1, 0, 10, Counter()),
        ]
        assert stale_hashes(log) == {content_hash(BEFORE)}
        log.delete_items(["r"])
        assert stale_hashes(log) == {content_hash(BEFORE), content_hash(RONIN)}


def test_of_an_item_all_is_told_and_what_it_is() -> None:
    with open_event_log("sqlite://") as log:
        own = replace(HEAT, attributes={"Setting": "L.A."})
        twin = replace(own, item_id="twin")
        said = [_said(own, "mood", "tense"), _said(own, "setting", "x"), _said(own, "style")]
        log.put_items([own, twin])
        log.put_aspects([*said, SAID[2]])
        states = [(record.aspect, state) for record, state in of_item(log, "h")]
        assert states == [("mood", USED), ("setting", OWN), ("style", EMPTY), ("mood", STALE)]
        assert [state for _, state in of_item(log, "twin")] == [USED, OWN, EMPTY]
        assert of_item(log, "nobody") == []
        log.delete_items(["h"])
        assert {state for _, state in of_item(log, "h")} == {STALE}
