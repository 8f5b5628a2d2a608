"""On a full disk everything is read, nothing is written, and it is said why."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.stores.edge import folder as edge_folder
from indexer.stores.edge.folder import ROOM_BYTES
from service.api.messages import ExplainRequest, RecommendRequest
from service.errors import NoRoom, status_of
from service.recommender import Recommender
from tests.service.world import NOW, filled, opened


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model that serves; to be copied."""
    folder = tmp_path_factory.mktemp("before")
    palate = filled(folder)
    palate.train(force=True)
    palate.close()
    return folder


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Of every folder: what is free of it may be changed."""
    disk = SimpleNamespace(free=2 * ROOM_BYTES)
    monkeypatch.setattr(edge_folder.shutil, "disk_usage", lambda folder: disk)
    return disk


@pytest.fixture
def folder(before: Path, tmp_path: Path, disk: SimpleNamespace) -> Path:
    shutil.copytree(before, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def palate(folder: Path, disk: SimpleNamespace) -> Iterator[Recommender]:
    """Opened on a full disk."""
    disk.free = ROOM_BYTES - 1
    palate = opened(folder)
    yield palate
    palate.close()


def test_it_starts_read_only_and_says_so(palate: Recommender, disk: SimpleNamespace) -> None:
    assert palate.loaded()["disk"].startswith("read only: 256 MB are free")
    assert palate.model.ranker.trained
    disk.free = ROOM_BYTES
    assert "disk" not in palate.loaded()


def test_a_person_who_comes_for_the_first_time_is_answered_and_told_why(
    palate: Recommender,
) -> None:
    for user in ("u0", "u1"):
        answer = palate.recommend(RecommendRequest(user_id=user, k=5))
        assert (len(answer.results), answer.degraded) == (5, [])
        told = palate.explain(
            ExplainRequest(answer.results[0].item.item_id, answer.recommendation_id)
        )
        assert told.evidence


def test_what_a_person_does_is_heard_as_long_as_the_log_takes_it(palate: Recommender) -> None:
    palate.record_events([Event("new", "i0", "view", None, NOW, None)])
    answer = palate.recommend(RecommendRequest(user_id="new", k=5))
    assert "i0" not in [result.item.item_id for result in answer.results]
    assert answer.degraded == []


def test_writes_are_refused_with_the_reason(palate: Recommender) -> None:
    with pytest.raises(NoRoom, match="make room") as refused:
        palate.index_items([Item("new", title="New")], {})
    assert status_of(refused.value) == "RESOURCE_EXHAUSTED"
    with pytest.raises(NoRoom, match="make room"):
        palate.delete_items(["i1"])


def test_what_the_store_could_not_follow_comes_with_the_next_start_that_has_room(
    folder: Path, disk: SimpleNamespace
) -> None:
    palate = opened(folder)
    disk.free = 0
    for change in (
        lambda: palate.index_items([Item("new", title="Rocket")], {}),
        lambda: palate.delete_items(["i2"]),
    ):
        with pytest.raises(NoRoom):
            change()
    palate.close()
    palate = opened(folder)
    found = {r.item.item_id for r in palate.recommend(RecommendRequest(k=60)).results}
    assert not found & {"i2", "new"}
    palate.close()
    disk.free = ROOM_BYTES
    palate = opened(folder)
    found = {r.item.item_id for r in palate.recommend(RecommendRequest(k=60)).results}
    assert found & {"i2", "new"} == {"new"}
    palate.close()
