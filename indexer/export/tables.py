"""What is kept as Arrow tables, batch by batch: items, events, profiles, vectors.

`palate index`, `palate events` and `palate users import` take the first three back as they are; people are called
what they are called in the log. Attributes are JSON text, so that every value keeps its type. Knows no files.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from encoders.modality import media_types
from indexer.batches import batched
from indexer.catalog.item import Item
from indexer.log.event_log import EventLog
from indexer.media.folder import public
from indexer.stores.store import ItemStore

BATCH = 2_000
_TIME = pa.timestamp("us", tz="UTC")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EVENTS = pa.schema(
    {
        "user_id": pa.string(),
        "item_id": pa.string(),
        "event_type": pa.string(),
        "value": pa.float64(),
        "timestamp": _TIME,
        "event_id": pa.string(),
        "recommendation_id": pa.string(),
        "position": pa.int64(),
    }
)
USERS = pa.schema(dict.fromkeys(("user_id", "taste", "consent", "attributes"), pa.string()))

Batches = Iterator[pa.RecordBatch]


def items_schema() -> pa.Schema:
    """With the fields of every modality that items may have."""
    texts = pa.list_(pa.string())
    media = {}
    for kind in media_types().values():
        media[kind.name] = pa.string()
        if kind.list_field:
            media[kind.list_field] = texts
    described = dict.fromkeys(("item_id", "domain", "title", "description"), pa.string())
    stated = {"price": pa.float64(), "created_at": _TIME, "available": pa.bool_()}
    fields = {**described, "categories": texts, "attributes": pa.string(), **media, **stated}
    return pa.schema(fields)


def item_batches(log: EventLog, exported: Callable[[Item], Item] = public) -> Batches:
    """The catalogue, in the order in which items were first added. `exported` names the media of an
    item."""
    rows = (_item_row(exported(item)) for _, item in log.iter_items())
    schema = items_schema()
    return (_batch(part, schema) for part in batched(rows, BATCH))


def event_batches(log: EventLog) -> Batches:
    """What people did, as it was at one moment, in the order in which it was told."""
    with log.snapshot() as snapshot:
        for page in snapshot.rows("events", batch=BATCH):
            rows = [{**row, "timestamp": _moment(row["timestamp"])} for row in page]
            yield _batch(rows, EVENTS)


def user_batches(log: EventLog) -> Batches:
    """The profiles as they were at one moment, by id."""
    with log.snapshot() as snapshot:
        for page in snapshot.rows("users", batch=BATCH):
            yield _batch(page, USERS)


def vectors_schema(dim: int) -> pa.Schema:
    return pa.schema({"item_id": pa.string(), "vector": pa.list_(pa.float32(), dim)})


def vector_batches(store: ItemStore, name: str) -> Batches:
    """One vector of every item that has it."""
    schema = vectors_schema(store.vector_names()[name])
    for page in store.scroll([name], batch=BATCH):
        having = [stored for stored in page if name in stored.vectors]
        rows = [{"item_id": s.item.item_id, "vector": s.vectors[name].tolist()} for s in having]
        if rows:
            yield _batch(rows, schema)


def _item_row(item: Item) -> dict[str, Any]:
    row = item.to_mapping()
    row["domain"], row["available"] = item.domain, item.available
    if "attributes" in row:
        row["attributes"] = json.dumps(row["attributes"], ensure_ascii=False)
    if item.created_at is not None:
        row["created_at"] = _moment(item.created_at)
    return row


def _moment(seconds: float) -> datetime | None:
    """None for a time that no calendar has."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return None


def _batch(rows: Sequence[Mapping[str, Any]], schema: pa.Schema) -> pa.RecordBatch:
    columns = [pa.array([row.get(f.name) for row in rows], f.type) for f in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
