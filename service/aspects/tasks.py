"""Tasks: which items of a log have yet to be described, and by which aspects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecords, ItemRecords
from service.aspects.content import content_hash, own_names
from service.aspects.schema import AspectSchema, AspectSchemas

PAGE = 500


class DescribedItems(ItemRecords, AspectRecords, Protocol):
    """The part of an event log that has items and what was said of them."""


@dataclass(frozen=True, slots=True)
class Task:
    """One item, and what is to be asked of it."""

    item: Item
    content_hash: str
    schema: AspectSchema


def tasks(log: DescribedItems, schemas: AspectSchemas, domain: str | None = None) -> Iterator[Task]:
    """In the order of the catalogue; items of the same content once. What was done is not in here:
    so a second look goes on where the first one was stopped."""
    seen: set[str] = set()
    after = -1
    while page := log.list_items(PAGE, after, domain):
        after = page[-1][0]
        contents = [(content_hash(item), item) for _, item in page]
        said = log.get_aspects(digest for digest, _ in contents)
        for digest, item in contents:
            done = {record.aspect for record in said.get(digest, ())}
            schema = asked_of(item, schemas)
            missing = schema.only(schema.aspects.keys() - done)
            if missing.aspects and digest not in seen:
                seen.add(digest)
                yield Task(item, digest, missing)


def asked_of(item: Item, schemas: AspectSchemas) -> AspectSchema:
    """The aspects of its domain, without those that the caller says something of: a caller's own
    value wins."""
    schema, own = schemas.of(item.domain), own_names(item)
    return schema.only([name for name in schema.aspects if name.casefold() not in own])
