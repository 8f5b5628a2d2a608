"""A kept crowd: a start counts the log only where there is something else to count."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from service.reasons.crowd import Crowd
from service.reasons.crowds import Crowds
from service.reasons.kept_crowd import FOLDER, KeptCrowd
from service.recommender import Recommender
from service.storage import stand
from service.storage.mapped_arrays import read_mapped, write_mapped
from tests.service.world import NOW, filled, opened

N = 40


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("crowd")
    palate = filled(folder)
    crowds_of(palate).now(N)
    palate.close()
    return folder


@pytest.fixture
def palate(counted: Path, tmp_path: Path) -> Iterator[Recommender]:
    shutil.copytree(counted, tmp_path, dirs_exist_ok=True)
    palate = opened(tmp_path)
    yield palate
    palate.close()


def crowds_of(palate: Recommender) -> Crowds:
    return Crowds(palate.workspace.log, palate.liking, KeptCrowd(palate.workspace))


def rate(palate: Recommender) -> None:
    events = [Event("new", f"i{n}", "rating", 5.0, NOW + 9000 + n, None) for n in (4, 6, 8)]
    palate.record_events(events)


def forget(palate: Recommender) -> None:
    palate.delete_user("u3")


def add(palate: Recommender) -> None:
    palate.index_items([Item("new", "films", "Aida")], {})


def test_it_is_the_one_that_was_counted(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Crowd.of(palate.workspace.log, palate.liking, N)
    monkeypatch.setattr(Crowd, "of", None)
    crowd = crowds_of(palate).now(N)
    for name in ("person", "deed", "is_recent", "starts", "recent_counts"):
        np.testing.assert_array_equal(getattr(crowd, name), getattr(expected, name))
    assert (list(crowd.deeds), crowd.n_people) == (list(expected.deeds), expected.n_people)


@pytest.mark.parametrize("happen", [rate, forget, add])
def test_it_is_counted_anew_where_something_has_happened(
    palate: Recommender, happen: Callable[[Recommender], None]
) -> None:
    happen(palate)
    n_items = palate.ids.n_indices
    expected = Crowd.of(palate.workspace.log, palate.liking, n_items)
    assert KeptCrowd(palate.workspace).take_up() is None
    crowd = crowds_of(palate).now(n_items)
    np.testing.assert_array_equal(crowd.counts, expected.counts)
    assert KeptCrowd(palate.workspace).take_up() is not None


def test_a_few_events_wait_for_more_as_while_a_server_runs(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    rate(palate)
    found = KeptCrowd(palate.workspace).take_up()
    assert found is not None
    assert found[1] == 240
    forget(palate)
    assert KeptCrowd(palate.workspace).take_up() is None


def test_other_settings_of_events_are_another_crowd(counted: Path, tmp_path: Path) -> None:
    shutil.copytree(counted, tmp_path, dirs_exist_ok=True)
    palate = opened(tmp_path, events={"rating_negative_below": 3.0})
    assert KeptCrowd(palate.workspace).take_up() is None
    palate.close()


def test_one_that_cannot_be_used_is_said_and_counted_anew(
    palate: Recommender, caplog: pytest.LogCaptureFixture
) -> None:
    folder = palate.workspace.settings.data / FOLDER
    found = read_mapped(folder)
    assert found is not None
    about = {name: value for name, value in found.about.items() if name != "n_people"}
    write_mapped(folder, about, found.arrays)
    assert KeptCrowd(palate.workspace).take_up() is None
    assert "cannot be used and is made anew: 'n_people'" in caplog.text
