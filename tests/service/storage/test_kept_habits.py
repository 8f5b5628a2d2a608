"""Kept habits: a start counts the ratings only where they are others."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from indexer.catalog.event import RATING, Event
from indexer.catalog.rating_habits import RatingHabits
from service.recommender import Recommender
from service.storage import kept_habits, stand
from service.storage.kept_habits import FOLDER, FORMAT, KeptHabits
from service.storage.liking import Liking
from tests.service.world import NOW, filled, opened


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("habits")
    filled(folder).close()
    opened(folder).close()  # keeps the habits of what was filled in
    return folder


@pytest.fixture
def folder(counted: Path, tmp_path: Path) -> Path:
    shutil.copytree(counted, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def palate(folder: Path) -> Iterator[Recommender]:
    palate = opened(folder)
    yield palate
    palate.close()


def rate(palate: Recommender) -> None:
    palate.record_events([Event("new", f"i{n}", RATING, 9.0, NOW + n, None) for n in (4, 6, 8)])


def test_they_are_those_that_were_counted(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = palate.workspace.log
    expected = RatingHabits.of(log.count_ratings(RATING))
    assert expected.n
    monkeypatch.setattr(log, "count_ratings", None)
    kept = KeptHabits(palate.workspace)
    assert Liking(palate.workspace.settings.events.policy(), log, kept).habits == expected


def test_after_many_events_they_are_counted_anew_and_kept(palate: Recommender) -> None:
    kept = KeptHabits(palate.workspace)
    rate(palate)  # more than a hundredth
    assert kept.take_up() is None
    log = palate.workspace.log
    habits = Liking(palate.workspace.settings.events.policy(), log, kept).habits
    assert habits == RatingHabits.of(log.count_ratings(RATING))
    assert kept.take_up() == habits


def test_a_few_events_wait_for_more_as_while_a_server_runs_but_nobody_stays_in_who_is_deleted(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    rate(palate)
    assert KeptHabits(palate.workspace).take_up() == palate.liking.habits
    palate.delete_user("u3")
    assert KeptHabits(palate.workspace).take_up() is None


def test_where_the_settings_say_what_is_liked_nothing_is_taken_up(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KeptHabits, "take_up", None)
    palate = opened(folder, events={"rating_negative_below": 3.0})
    assert palate.liking.habits == RatingHabits()
    palate.close()


def test_where_people_are_private_they_are_forgotten(folder: Path) -> None:
    assert (folder / FOLDER).is_dir()
    opened(folder, privacy={"epsilon": 1.0}).close()
    assert not (folder / FOLDER).exists()


def test_what_another_version_wrote_is_said_and_counted_anew(
    palate: Recommender, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_habits, "FORMAT", 99)
    assert KeptHabits(palate.workspace).take_up() is None
    told = f"cannot be used and is made anew: it has format {FORMAT}, this version reads 99"
    assert told in caplog.text
