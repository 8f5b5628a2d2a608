"""Rule: what a request allows to come back, by its filter and its domains.

Knows filters and item indices; no scores and no people.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from indexer.catalog.filter import (
    Filter,
    NumberIn,
    Present,
    all_of,
    in_domains,
    leaves,
    parse_filter,
    with_indices,
)
from indexer.errors import StoreUnavailable
from indexer.stores.store import ItemStore
from service.ranker.data.arrays import IntArray
from service.storage.item_ids import ItemIds

SELECTIVE = 5_000
"""A rule that at most this many items satisfy is resolved to those items; a wider one is checked on
the candidates."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """The filter of a request with its domains, and the items they leave where these are few."""

    filter: Filter | None
    members: IntArray | None
    """All items that satisfy the filter, ascending, where they are at most SELECTIVE."""
    notes: tuple[str, ...] = ()
    """Why nothing satisfies it, where that is because no item has what it compares."""

    @classmethod
    def of(cls, text: str, domains: Sequence[str], store: ItemStore, ids: ItemIds) -> Rule:
        """FilterSyntaxError where the text is no filter; StoreUnavailable where the store cannot say
        what it leaves. Of domains alone the ranker knows that, too."""
        asked = parse_filter(text)
        combined = all_of(asked, in_domains(domains))
        if combined is None:
            return ANYTHING
        combined = with_indices(combined, ids.index)
        try:
            members = store.matching(combined, None, SELECTIVE + 1)
        except StoreUnavailable:
            if asked is not None:
                raise
            return ANYTHING
        notes = () if len(members) else tuple(_lacking(combined, store))
        return cls(combined, members if len(members) <= SELECTIVE else None, notes)

    @property
    def is_resolved(self) -> bool:
        """Whether nothing is left to be checked: there is no filter, or its items are known."""
        return self.filter is None or self.members is not None


ANYTHING = Rule(None, None)


def _lacking(filter: Filter, store: ItemStore) -> Iterator[str]:
    """What a filter compares that no item has, or that none has as a number."""
    for leaf in dict.fromkeys(leaves(filter)):
        if store.matching(Present(leaf.field), None, 1).size == 0:
            yield f"no item has a value for {leaf.field}"
        elif isinstance(leaf, NumberIn) and not _has_numbers(leaf.field, store):
            yield f"{leaf.field} is a number in no item: only = and : compare texts"


def _has_numbers(field: str, store: ItemStore) -> bool:
    return store.matching(NumberIn(field, gte=-math.inf), None, 1).size > 0


def rule_text(filter_text: str, domains: Sequence[str]) -> str:
    """The rule of a request in words: its domains and its filter as it was written."""
    parts = []
    if domains:
        parts.append("domain " + " or ".join(domains))
    if filter_text.strip():
        parts.append(filter_text.strip())
    return ", ".join(parts)
