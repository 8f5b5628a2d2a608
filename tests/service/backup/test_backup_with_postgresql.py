"""A data folder whose log is in PostgreSQL comes back from `pg_dump` and a backup together, and
nothing is thrown away where the log is not back yet."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from indexer.errors import Damaged
from indexer.log.opening import open_event_log
from service.api.messages import RecommendRequest
from service.backup.backup import back_up
from service.backup.point import Point
from service.backup.restore import restore
from service.cli.doctor.checks import stored
from service.config import Settings
from service.recommender import Recommender
from service.storage.data_folder import DataFolder
from service.storage.workspace import Workspace
from tests.postgres import PostgresServer
from tests.service import world


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    with postgres.database() as made:
        yield made


@pytest.fixture
def lost(postgres: PostgresServer) -> Iterator[str]:
    """A database in the place of one that was lost."""
    with postgres.database() as made:
        yield made


def _settings(folder: Path, url: str) -> Settings:
    return world.settings(folder, log={"url": url})


def _filled(folder: Path, url: str) -> Recommender:
    """With a catalogue and people."""
    recommender = world.opened(folder, log={"url": url})
    recommender.index_items(world.items(), {})
    recommender.record_events(world.events())
    return recommender


def _answer(recommender: Recommender) -> list[tuple[str, float]]:
    answer = recommender.recommend(RecommendRequest("u1", k=10))
    return [(result.item.item_id, result.score) for result in answer.results]


def test_what_comes_back_from_pg_dump_and_a_backup_answers_the_same(
    postgres: PostgresServer, url: str, lost: str, tmp_path: Path
) -> None:
    with closing(_filled(tmp_path / "data", url)) as recommender:
        recommender.train()
        before = _answer(recommender)
    dump = tmp_path / "log.dump"
    postgres.program("pg_dump", "--format=custom", f"--file={dump}", url)
    report = back_up(_settings(tmp_path / "data", url), tmp_path / "vault")
    assert (report.rows, "pg_dump" in report.remarks[0]) == ({}, True)
    postgres.program("pg_restore", f"--dbname={lost}", str(dump))
    restored = restore(
        tmp_path / "vault", tmp_path / "back", lambda data: _settings(data, lost), at=Point()
    )
    assert restored.vectors is None
    with closing(Recommender(Workspace.open(_settings(tmp_path / "back", lost)))) as recommender:
        assert _answer(recommender) == before


def test_vectors_are_not_thrown_away_because_the_log_in_postgresql_is_not_back_yet(
    url: str, lost: str, tmp_path: Path
) -> None:
    _filled(tmp_path, url).close()
    elsewhere = _settings(tmp_path, lost)
    with pytest.raises(Damaged, match=r"it is empty, and there are vectors.*pg_restore"):
        DataFolder.open(elsewhere)
    (found,) = stored(elsewhere, {})
    assert (found.status, "it is empty" in found.found) == ("fail", True)
    DataFolder.open(_settings(tmp_path, url)).close()  # all is still there
    shutil.rmtree(tmp_path / "vectors")
    with closing(DataFolder.open(elsewhere)) as begun_anew:
        assert begun_anew.log.count_items() == 0


def test_a_log_that_everything_was_deleted_from_is_not_taken_for_a_lost_one(
    url: str, tmp_path: Path
) -> None:
    with closing(_filled(tmp_path, url)) as recommender:
        recommender.delete_items([f"i{n}" for n in range(40)])
    with open_event_log(url) as log:
        assert log.count_items() == 0
    DataFolder.open(_settings(tmp_path, url)).close()
