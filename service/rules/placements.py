"""Placements: the rules as they hold for one request, over the catalogue as it is now.

Which items a rule is about is asked of the store once, and again when the catalogue has changed. Knows
no people and no scores.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from indexer.catalog.filter import parse_filter, with_indices
from indexer.catalog.item import Item
from indexer.catalog.item_field import values_of
from indexer.errors import StoreUnavailable
from indexer.stores.store import ItemStore
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.placement import Boost, Calibration, Cap, Floor, Pin, Placement
from service.rules.rule import PlacementRule
from service.storage.item_ids import ItemIds

logger = logging.getLogger(__name__)


class Items(Protocol):
    """The catalogue, as far as rules ask for it."""

    @property
    def changes(self) -> int:
        """How often it has changed."""

    def items(self, indices: IntArray) -> list[Item]:
        """Items by index."""


class Placements:
    """Called from several threads at once."""

    def __init__(
        self,
        rules: Sequence[PlacementRule],
        store: ItemStore,
        ids: ItemIds,
        catalog: Items,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.rules = rules
        self._store, self._ids, self._catalog, self._clock = store, ids, catalog, clock
        self._members: dict[PlacementRule, tuple[int, BoolArray]] = {}
        """By rule, with the changes of the catalogue that they stand for."""
        self._asking = threading.Lock()

    def of(self, scenario: str, *, wished: bool) -> Placement | None:
        """What holds for a request of this scenario; where it has a wish, boosts alone. None where
        nothing does."""
        now = self._clock()
        holding = [rule for rule in self.rules if rule.holds(scenario, now)]
        if wished:
            holding = [rule for rule in holding if rule.kind in ("boost", "bury")]
        if not holding:
            return None
        try:
            return self.placement(holding)
        except StoreUnavailable as error:
            logger.warning("rules do not hold, as it cannot be told what they are about: %s", error)
            return None

    def placement(self, rules: Sequence[PlacementRule]) -> Placement:
        """What these rules do. StoreUnavailable where nobody can say which items they are about."""
        boosts, pins, floors, caps, calibrations = [], [], [], [], []
        for rule in rules:
            members = self.members(rule)
            match rule.kind:
                case "boost":
                    boosts.append(Boost(rule.name, members, rule.strength))
                case "bury":
                    boosts.append(Boost(rule.name, members, -rule.strength))
                case "pin":
                    pins.append(Pin(rule.name, members, rule.place))
                case "floor":
                    floors.append(Floor(rule.name, members, rule.least, rule.within))
                case "cap":
                    groups = self._groups(rule.per)
                    caps.append(Cap(rule.name, members, rule.most, rule.within, groups))
                case "calibrate":
                    calibrations.append(Calibration(rule.name, rule.strength))
        return Placement(boosts, pins, floors, caps, calibrations)

    def members(self, rule: PlacementRule) -> BoolArray:
        """(N,) the items that a rule is about; the store is asked once, whoever waits for it.
        StoreUnavailable as above."""
        with self._asking:
            changes = self._catalog.changes
            known = self._members.get(rule)
            if known is not None and known[0] == changes:
                return known[1]
            members = self._asked(rule)
            self._members[rule] = (changes, members)
            return members

    def _asked(self, rule: PlacementRule) -> BoolArray:
        n_items = self._ids.n_indices
        asked = parse_filter(rule.filter)
        members = np.ones(n_items, bool)
        if asked is not None:
            found = self._store.matching(with_indices(asked, self._ids.index), None, n_items)
            members[:] = False
            members[found[found < n_items]] = True
        return members

    def _groups(self, field: str) -> Callable[[IntArray], IntArray]:
        """What tells the group of each of some items by a field; without one they are one group."""

        def groups(items: IntArray) -> IntArray:
            if not field:
                return np.zeros(len(items), np.int64)
            codes: dict[str, int] = {}
            values = [values_of(item, field)[:1] for item in self._catalog.items(items)]
            return np.array(
                [codes.setdefault(one[0], len(codes)) if one else -1 for one in values], np.int64
            )

        return groups
