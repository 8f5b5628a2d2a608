"""A batch that would lead beyond a limit is refused as a whole, and what comes back makes room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from service.errors import QuotaExceeded
from service.tenants.limited import LimitedSwitching, TenantLimits, today
from tests.service import world


class Tenant:
    """With limits and a day that a test changes."""

    def __init__(self, folder: Path) -> None:
        self.limits, self.day = TenantLimits(), "2026-01-01"
        self.backend = LimitedSwitching(world.opened(folder), lambda: self.limits, lambda: self.day)


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    made = Tenant(tmp_path)
    yield made
    made.backend.close()


def events(n: int, since: int = 0) -> list[Event]:
    return [Event("u1", "i1", "view", None, world.NOW + since + k, None) for k in range(n)]


def test_items_up_to_the_limit_are_taken_and_not_one_more(tenant: Tenant) -> None:
    tenant.limits = TenantLimits(items=10)
    tenant.backend.index_items(world.items(40)[:8], {})
    with pytest.raises(QuotaExceeded, match="items of this catalogue would be 11, and at most 10"):
        tenant.backend.index_items(world.items(40)[8:11], {})
    assert len(tenant.backend.list_items(100, "", "")[0]) == 8
    tenant.backend.index_items(world.items(40)[8:10], {})


def test_items_that_are_there_are_changed_at_the_limit_and_deleted_ones_make_room(
    tenant: Tenant,
) -> None:
    tenant.limits = TenantLimits(items=3)
    first, *others = world.items(40)[:3]
    tenant.backend.index_items([first, *others], {})
    tenant.backend.index_items([replace(first, title="Another"), first], {})
    tenant.backend.delete_items([first.item_id])
    tenant.backend.index_items(world.items(40)[3:4], {})


def test_one_over_a_limit_that_was_lowered_may_still_change_what_it_has(tenant: Tenant) -> None:
    items = world.items(40)[:5]
    tenant.backend.index_items(items, {})
    tenant.limits = TenantLimits(items=2)
    tenant.backend.index_items([replace(items[0], title="Another")], {})
    with pytest.raises(QuotaExceeded):
        tenant.backend.index_items(world.items(40)[5:6], {})


def test_events_of_a_day_are_counted_and_the_next_day_begins_anew(tenant: Tenant) -> None:
    tenant.backend.index_items(world.items(4), {})
    tenant.backend.record_events(events(7))  # before there was a limit, and not counted
    tenant.limits = TenantLimits(events_per_day=5)
    tenant.backend.record_events(events(4, 10))
    with pytest.raises(QuotaExceeded, match=r"events of today \(UTC\) would be 6, and at most 5"):
        tenant.backend.record_events(events(2, 20))
    tenant.backend.record_events(events(1, 20))
    tenant.day = "2026-01-02"
    assert tenant.backend.record_events(events(5, 30)).recorded == 5


def test_the_count_of_a_day_outlasts_being_closed_and_deletions(tmp_path: Path) -> None:
    first = Tenant(tmp_path)
    first.backend.index_items(world.items(4), {})
    first.limits = TenantLimits(events_per_day=5)
    first.backend.record_events(events(5))
    first.backend.delete_events("u1", None)
    first.backend.close()
    again = Tenant(tmp_path)
    again.limits = TenantLimits(events_per_day=5)
    try:
        with pytest.raises(QuotaExceeded):
            again.backend.record_events(events(1, 10))
    finally:
        again.backend.close()


def test_without_limits_nothing_is_counted(tenant: Tenant) -> None:
    tenant.backend.index_items(world.items(40), {})
    assert tenant.backend.record_events(world.events()).recorded == 240


def test_a_day_is_one_by_utc() -> None:
    assert len(today()) == len("2026-01-01")
