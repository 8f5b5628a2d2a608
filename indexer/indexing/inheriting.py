"""Inheriting: a store beside begins with the vectors of the encoders that stay, from the store that
has them.

With only the text encoder changed no picture or sound is fetched again, and with another one
changed no text is read again. Knows nothing of encoders, and completes nothing: `Indexer.follow`
does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from indexer.catalog.item import Item
from indexer.log.event_log import StoreMarks
from indexer.stores.store import TEXT, ItemStore, StoredItem


def inherit(
    store: ItemStore, source: Iterable[list[StoredItem]], names: Collection[str], marks: StoreMarks
) -> None:
    """Put items that `store` lacks into it, as they are in `source` with the vectors that are
    named; `marks` are those of the store that is the source.

    They are put in as the encoders of these vectors have read them, so that what others read is
    seen to be missing.
    """
    there = set(store.matching(None).tolist())
    for page in source:
        lacking = marks.lacking_pictures([row.item_index for row in page])
        store.upsert(
            [
                replace(row, item=_as_read(row, names, whole=row.item_index not in lacking))
                for row in page
                if row.item_index not in there and _shows_what_is_missing(row.item, names)
            ]
        )


def _as_read(row: StoredItem, names: Collection[str], *, whole: bool) -> Item:
    """With its text and those media that the vectors named are of. Where some medium could not be
    had, none counts as read."""
    item = row.item if TEXT in names else _wordless(row.item)
    read = row.vectors if whole else ()
    return replace(item, media={name: one for name, one in item.media.items() if name in read})


def _shows_what_is_missing(item: Item, names: Collection[str]) -> bool:
    """An item without a text is the same with and without its vector, so that the lack of it would
    not be seen."""
    return TEXT in names or _wordless(item).text() != item.text()


def _wordless(item: Item) -> Item:
    return replace(item, title="", description="", categories=(), attributes={})
