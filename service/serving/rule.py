"""Rule: what a request allows to come back, by its filter and its domains.

Knows filters and item indices; no scores and no people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.catalog.filter import Filter, all_of, in_domains, parse_filter, with_indices
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
        return cls(combined, members if len(members) <= SELECTIVE else None)

    @property
    def is_resolved(self) -> bool:
        """Whether nothing is left to be checked: there is no filter, or its items are known."""
        return self.filter is None or self.members is not None


ANYTHING = Rule(None, None)


def rule_text(filter_text: str, domains: Sequence[str]) -> str:
    """The rule of a request in words: its domains and its filter as it was written."""
    parts = []
    if domains:
        parts.append("domain " + " or ".join(domains))
    if filter_text.strip():
        parts.append(filter_text.strip())
    return ", ".join(parts)
