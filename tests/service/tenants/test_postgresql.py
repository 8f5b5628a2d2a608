"""Tenants whose logs are databases of one PostgreSQL server: of the same ids, and of nothing else of each
other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from encoders.networks.backend import PYTORCH
from indexer.catalog.event import Event
from indexer.catalog.personalization import Personalization
from service.api.messages import RecommendRequest
from service.language_model.account import Account
from service.telemetry.telemetry import SILENT
from service.tenants.encoders import SharedEncoders
from service.tenants.folders import TenantFolders
from service.tenants.limited import LimitedSwitching, TenantLimits
from service.tenants.opening import open_tenant
from tests.postgres import PostgresServer
from tests.service import world

Names = tuple[str, str]


@pytest.fixture
def names(postgres: PostgresServer) -> Iterator[Names]:
    """Two tenants, called as their databases are."""
    with postgres.database() as one, postgres.database() as other:
        yield one.rpartition("/")[2], other.rpartition("/")[2]


@pytest.fixture
def folders(postgres: PostgresServer, names: Names, tmp_path: Path) -> TenantFolders:
    with postgres.database() as some:
        url = some.rpartition("/")[0]
    folders = TenantFolders(world.settings(tmp_path, log={"url": f"{url}/{{tenant}}"}))
    for name in names:
        folders.create(name)
    return folders


@contextmanager
def opened(folders: TenantFolders, *names: str) -> Iterator[list[LimitedSwitching]]:
    encoders = SharedEncoders(PYTORCH)
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                closing(
                    open_tenant(
                        folders.settings_of(name), encoders, Account(), SILENT, TenantLimits
                    )
                )
            )
            for name in names
        ]


def titles(tenant: LimitedSwitching, user_id: str = "u1") -> set[str]:
    """Of what is recommended."""
    answer = tenant.recommend(RecommendRequest(user_id, k=20))
    return {result.item.title for result in answer.results}


def events_of(tenant: LimitedSwitching, user_id: str) -> int:
    return len(tenant.export_user(user_id).data["events"])


def test_two_of_the_same_ids_have_nothing_of_each_other(
    folders: TenantFolders, names: Names
) -> None:
    with opened(folders, *names) as (a, b):
        a.index_items(world.items(), {})
        b.index_items([replace(item, title=f"B {item.title}") for item in world.items(10)], {})
        a.record_events(world.events())
        b.record_events([Event("u1", "i1", "view", None, 1.0)])
        assert not any(title.startswith("B ") for title in titles(a))
        assert all(title.startswith("B ") for title in titles(b))
        assert (events_of(a, "u1"), events_of(b, "u1")) == (8, 1)

        a.set_consent("u2", Personalization.NON_PROFILED)
        b.record_events([Event("u2", "i1", "view", None, 1.0)])
        assert events_of(b, "u2") == 1
        a.delete_user("u1")
        assert events_of(b, "u1") == 1
    with opened(folders, *names) as (a, b):  # nothing acknowledged is lost, or comes back
        assert (events_of(a, "u1"), events_of(b, "u1")) == (0, 1)
        assert all(title.startswith("B ") for title in titles(b, "u2"))


def test_a_tenant_is_deleted_beside_another_that_serves(
    folders: TenantFolders, names: Names
) -> None:
    with opened(folders, *names) as tenants:
        for tenant in tenants:
            tenant.index_items(world.items(10), {})
    with opened(folders, names[1]) as (b,):
        folders.delete(names[0])
        assert titles(b)
    assert not folders.settings_of(names[0]).data.exists()
