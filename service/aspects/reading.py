"""What a model has said of items, for whoever uses it: as the word of a model, not of the caller."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord, AspectRecords
from service.aspects.content import content_hash, own_names


class Aspects:
    """Reads the log with every call, for all items of it at once."""

    def __init__(self, log: AspectRecords) -> None:
        self._log = log

    def aspects_of(self, item: Item) -> Mapping[str, tuple[str, ...]]:
        """Values by aspect, the most telling first, such as {"mood": ("dark",)}.

        Of the item as it is now: what was said of another text of it is not in here. Neither is
        what the caller says something of (an attribute of that name, whatever its case): a caller's
        own value wins. Aspects without values are left out.
        """
        return self.aspects_of_all([item])[0]

    def aspects_of_all(self, items: Sequence[Item]) -> list[Mapping[str, tuple[str, ...]]]:
        """The same of several items, in their order."""
        if next(self._log.iter_aspects(batch=1), None) is None:  # hashing takes longer
            return [{} for _ in items]
        hashes = [content_hash(item) for item in items]
        said = self._log.get_aspects(hashes)
        return [
            _used(item, said.get(digest, ())) for item, digest in zip(items, hashes, strict=True)
        ]


def _used(item: Item, records: Sequence[AspectRecord]) -> Mapping[str, tuple[str, ...]]:
    own = own_names(item)
    return {
        record.aspect: record.values
        for record in records
        if record.values and record.aspect.casefold() not in own
    }
