"""What the doctor looks at beside encoders: the machine, and what is stored."""

from __future__ import annotations

import socket
from collections import namedtuple
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.log.opening import open_event_log
from service.cli.doctor import checks
from service.cli.doctor.encoder_checks import Encoders
from service.cli.doctor.finding import Finding
from service.config import Settings
from service.language_model import gguf
from service.storage.workspace import Workspace
from tests.service import world

BOTH = {"text": "fake", "image": "fake", "audio": "fake"}


def stored(settings: Settings) -> dict[str, Finding]:
    found = checks.stored(settings, Encoders.load(settings))
    return {finding.what: finding for finding in found}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a folder with pictures and sounds, some of which could not be had."""
    settings = world.settings(tmp_path, encoders=BOTH)
    with closing(Workspace.open(settings)) as workspace:
        workspace.reconcile()
        workspace.indexer().index_items(
            [
                Item("a", title="one", media={"audio": ("http://127.0.0.1/gone.wav",)}),
                Item("b", title="two", media={"image": ("http://127.0.0.1/gone.png",)}),
                Item("c", title="three"),
            ]
        )
    return settings


@pytest.mark.parametrize(("free_gb", "status"), [(100.0, "ok"), (1.5, "warn"), (0.1, "fail")])
def test_the_disk_is_that_of_the_folder_or_of_where_it_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_gb: float, status: str
) -> None:
    asked: list[Path] = []

    def disk_usage(folder: Path) -> SimpleNamespace:
        asked.append(folder)
        return SimpleNamespace(free=free_gb * 1e9)

    monkeypatch.setattr(checks.shutil, "disk_usage", disk_usage)
    finding = checks.disk(world.settings(tmp_path / "not" / "there"))
    assert (finding.status, asked) == (status, [tmp_path])


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.python().status == "ok"
    version = namedtuple("version", "major minor micro")
    monkeypatch.setattr(checks.sys, "version_info", version(3, 10, 4))
    assert (checks.python().status, checks.python().found) == ("fail", "3.10.4")


def test_packages_are_one_line_and_each_that_is_missing_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(checks, "PACKAGES", ("numpy", "no-such-package"))
    present, missing = checks.packages()
    assert "numpy " in present.found
    assert (missing.status, missing.what) == ("fail", "package no-such-package")


def test_what_only_training_needs_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "PACKAGES_OF_TRAINING", ("numpy", "no-such-package", "nor-this"))
    present, missing = checks.packages()
    assert "numpy " in present.found
    assert (missing.status, missing.what) == ("warn", "training")
    assert missing.found.startswith("not installed: no-such-package, nor-this;")
    assert missing.todo == "pip install 'palate[train]'"


def test_a_port_that_is_taken_is_a_warning(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        finding = checks.port(world.settings(tmp_path, server={"address": address}))
        assert (finding.status, "in use" in finding.found) == ("warn", True)
    free = checks.port(world.settings(tmp_path, server={"address": "127.0.0.1:0"}))
    assert free.status == "ok"


def test_nothing_stored_yet_is_a_warning_and_makes_nothing(tmp_path: Path) -> None:
    settings = world.settings(tmp_path / "data")
    (finding,) = checks.stored(settings, Encoders.load(settings))
    assert (finding.what, finding.status) == ("data", "warn")
    assert not (tmp_path / "data").exists()


def test_items_that_lack_some_medium_are_counted_under_what_the_catalogue_has(
    settings: Settings,
) -> None:
    found = stored(settings)
    assert found["pictures and sounds"].found == "2 items lack one that could not be had"
    assert found["vectors"].status == "ok"
    assert "shared space" not in found


def test_events_on_unknown_items_and_a_model_that_is_missing_are_warned_of(
    settings: Settings,
) -> None:
    with open_event_log(settings.log_url) as log:
        log.append_events(world.events(n_users=1, each=2))
        log.add_model("m1", "models/m1", {})
        log.set_active_model("m1")
    found = stored(settings)
    assert found["events"].found == "2 of 2 name items that are not in the catalogue"
    assert (found["model"].status, "m1" in found["model"].found) == ("fail", True)


def test_a_store_that_lags_behind_or_is_of_other_encoders_is_told(settings: Settings) -> None:
    with open_event_log(settings.log_url) as log:
        log.put_items([Item("later", title="four")])
    lagging = stored(settings)["vectors"]
    assert (lagging.status, "1 pending" in lagging.found) == ("warn", True)
    other = stored(world.settings(settings.data, encoders={"text": "fake", "image": "fake"}))
    assert (other["vectors"].status, other["vectors"].todo) == (
        "fail",
        "configure those encoders again, or run `palate encoders change`",
    )


def test_without_their_encoders_vectors_are_not_looked_at(settings: Settings) -> None:
    found = stored(world.settings(settings.data, encoders={**BOTH, "audio": "gone"}))
    assert found["vectors"].found == "not looked at without their encoders"


def test_a_language_model_is_named_and_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.language_model(Settings()) == Finding("ok", "language model", "none is set up")
    nobody = {"kind": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "tiny"}
    found = checks.language_model(Settings(language_model=nobody))
    assert (found.status, found.found) == ("ok", "openai tiny at http://127.0.0.1:9/v1, not asked")
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    broken = checks.language_model(Settings(language_model={"kind": "llama_cpp"}))
    assert (broken.status, "palate[local-llm]" in broken.found) == ("fail", True)


def test_where_liking_begins_is_told_and_whether_it_was_found_or_set(settings: Settings) -> None:
    assert stored(settings)["ratings"].found.startswith("none yet")
    with open_event_log(settings.log_url) as log:
        log.append_events([Event("u", f"i{n}", "rating", 4.0, float(n)) for n in range(90)])
    neutral = (3 + (90 * 4 + 10 * 3) / 100) / 2
    assert stored(settings)["ratings"].found.startswith(f"liked from {neutral + 0.25:.3g}, ")
    fixed = world.settings(settings.data, encoders=BOTH, events={"rating_negative_below": 3.5})
    assert stored(fixed)["ratings"].found.startswith("liked from 3.5, as events.rating_neg")
