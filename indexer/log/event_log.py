"""EventLog: the durable log of items, events, users, models and served answers. The source of
truth.

Whatever a method of it has written is committed and synced to disk when it returns; vector stores
are made from it and can be made again. Safe to be called from many threads. What it can do stands
in its parts, one file a table. Knows nothing of vectors, gRPC, or what event types mean.
"""

from __future__ import annotations

from indexer.log.events import EventBatch, StoredEvent
from indexer.log.items import ItemTable, PutItem, PutStatus
from indexer.log.marks import MarkTable
from indexer.log.models import ModelRecord, ModelTable
from indexer.log.users import Served, User, UserTable

__all__ = [
    "EventBatch",
    "EventLog",
    "ModelRecord",
    "PutItem",
    "PutStatus",
    "Served",
    "StoredEvent",
    "User",
]


class EventLog(ItemTable, UserTable, ModelTable, MarkTable):
    """`EventLog.open(url)`: items, events, users, models, served answers and small values, in one
    database."""
