"""What models have said of a catalogue in all, and what of it is stale: said of a content that no
item has any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from indexer.log.event_log import AspectRecord
from service.aspects.content import content_hash, own_names
from service.aspects.tasks import DescribedItems

USED, OWN, STALE, EMPTY = "used", "own value", "stale", "nothing said"


@dataclass(slots=True)
class AspectCount:
    """One aspect, as one model described it in one domain."""

    domain: str
    aspect: str
    model: str
    prompt_version: str
    contents: int = 0
    """Of how many contents something was asked, stale ones among them."""
    stale: int = 0
    tokens: int = 0
    values: Counter[str] = field(default_factory=Counter)
    """How many of the contents that are not stale have each value."""


def overview(log: DescribedItems) -> list[AspectCount]:
    """In order of domain, aspect, model and version."""
    live = live_hashes(log)
    counts: dict[tuple[str, str, str, str], AspectCount] = {}
    for record in log.iter_aspects():
        key = (record.domain, record.aspect, record.model, record.prompt_version)
        count = counts.setdefault(key, AspectCount(*key))
        count.contents += 1
        count.tokens += record.tokens
        if record.content_hash in live:
            count.values.update(record.values)
        else:
            count.stale += 1
    return [counts[key] for key in sorted(counts)]


def of_item(log: DescribedItems, item_id: str) -> list[tuple[AspectRecord, str]]:
    """What was said of an item, now and of contents it had before, and what it is: USED, OWN (the
    caller says so themselves), EMPTY or STALE. Empty where nothing was."""
    found = log.get_items([item_id])
    current, own = "", frozenset[str]()
    if item_id in found:
        item = found[item_id][1]
        current, own = content_hash(item), own_names(item)
    said = {record.aspect: record for record in log.get_aspects([current]).get(current, ())}
    before = [record for record in log.iter_aspects(item_id) if record.content_hash != current]
    states = [(record, _state(record, own)) for record in said.values()]
    return [*states, *((record, STALE) for record in before)]


def live_hashes(log: DescribedItems) -> set[str]:
    """Hashes of the contents that items have."""
    return {content_hash(item) for _, item in log.iter_items()}


def stale_hashes(log: DescribedItems) -> set[str]:
    """Hashes of contents that something was said of and no item has."""
    return set(_hashes(log)) - live_hashes(log)


def _hashes(log: DescribedItems) -> Iterator[str]:
    return (record.content_hash for record in log.iter_aspects())


def _state(record: AspectRecord, own: frozenset[str]) -> str:
    if record.aspect.casefold() in own:
        return OWN
    return USED if record.values else EMPTY
