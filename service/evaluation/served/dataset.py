"""The dataset of an evaluation: what a data folder holds, as arrays. Items are numbered anew,
without the gaps that deletions leave.

Knows no splits and no systems.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from indexer.catalog.event import Event
from indexer.indexing.shared_space import joint_names
from indexer.stores.store import TEXT, StoredItem
from service.catalog.item_ids import ItemIds
from service.errors import InvalidInput
from service.models.features import read_rows
from service.models.training_data import event_types_of, read_interactions
from service.ranker.data.arrays import FloatArray
from service.ranker.data.interactions import Interactions
from service.storage.workspace import Workspace


@dataclass(frozen=True, eq=False)
class Dataset:
    """N items and E events of everybody's behaviour with them."""

    rows: Sequence[StoredItem]
    """Items with their vectors; `item_index` is the place, 0..N-1."""
    table: Interactions
    users: Sequence[str]
    """User ids in the table's order."""
    event_types: Mapping[int, str]
    """By the table's codes."""
    text: FloatArray
    """(N, dim) encoder vectors of the words, zeros where an item has none."""

    @classmethod
    def of(cls, workspace: Workspace, domain: str = "") -> Dataset:
        """All of it, or as if there were no other domain than this. InvalidInput for a domain that
        is not there."""
        stored = sorted(
            read_rows(workspace.store, (*workspace.dims, *joint_names(workspace.store))),
            key=lambda row: row.item_index,
        )
        if domain:
            require_domain("domain", domain, (row.item.domain for row in stored))
            stored = [row for row in stored if row.item.domain == domain]
        codes = {kind: code for code, kind in enumerate(event_types_of(workspace.log), start=1)}
        n_indices = max((row.item_index for row in stored), default=-1) + 1
        table, users = read_interactions(
            workspace.log, workspace.settings.events.policy(), codes, n_indices
        )
        place = np.full(n_indices, -1, dtype=np.int64)
        place[[row.item_index for row in stored]] = np.arange(len(stored))
        kept = table.select(place[table.item] >= 0)
        rows = [replace(row, item_index=index) for index, row in enumerate(stored)]
        text = np.zeros((len(rows), workspace.dims[TEXT]), dtype=np.float32)
        for row in rows:
            text[row.item_index] = row.vectors.get(TEXT, 0.0)
        return cls(
            rows=rows,
            table=replace(kept, item=place[kept.item], n_items=len(rows)),
            users=users,
            event_types={code: kind for kind, code in codes.items()},
            text=text,
        )

    @cached_property
    def domains(self) -> Sequence[str]:
        """Of every item."""
        return [row.item.domain for row in self.rows]

    @cached_property
    def item_ids(self) -> ItemIds:
        """By the dataset's own indices."""
        return ItemIds({row.item.item_id: row.item_index for row in self.rows})

    def events(self, table: Interactions) -> Iterator[Event]:
        """Behaviour as it was recorded. The place in the table is part of the id, so equal events
        stay apart."""
        columns = (table.user, table.item, table.timestamp, table.event_type, table.value)
        for place, (user, *event) in enumerate(
            zip(*(column.tolist() for column in columns), strict=True)
        ):
            yield self.event(user, *event, event_id=f"train-{place}")

    def event(
        self, user: int, item: int, time: float, kind: int, value: float, *, event_id: str
    ) -> Event:
        """One event, from the table's codes."""
        given = None if np.isnan(value) else value
        return Event(
            self.users[user],
            self.rows[item].item.item_id,
            self.event_types[kind],
            given,
            time,
            event_id,
        )


def require_domain(field: str, domain: str, known: Iterable[str]) -> None:
    """InvalidInput where no item is of the domain."""
    names = sorted(set(known))
    if domain not in names:
        raise InvalidInput(
            field, domain, f"is not a domain of the catalogue; there are {', '.join(names)}"
        )
