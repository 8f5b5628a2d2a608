"""Usual: how common in the catalogue is what items may share, so that the usual is no reason.

Owns that the catalogue is read for that only where nothing is kept of it that still holds. Knows no
rankers and no people.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from indexer.catalog.item import Item
from service.aspects.reading import Aspects
from service.explainer.attribution.facts import CatalogueFacts
from service.reasons.facts import catalogue_facts
from service.reasons.kept_usual import KeptUsual


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """Of one catalogue."""

    everything: Callable[[], Iterable[tuple[int, Item]]]
    aspects: Aspects
    kept: KeptUsual | None = None
    """Where it is kept from one start to the next."""

    def measured(self) -> CatalogueFacts:
        """Of the catalogue as it is now, or as it was when all but a few of its items were the same."""
        if self.kept and (found := self.kept.take_up()):
            return found
        stand = self.kept.stand() if self.kept else None
        items = [item for _, item in self.everything()]
        facts = catalogue_facts(items, self.aspects.aspects_of_all(items))
        if self.kept and stand:
            self.kept.keep(facts, stand)
        return facts
