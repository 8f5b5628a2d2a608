"""What is usual, kept: a start reads the catalogue only where it is another one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.catalog.item import Item
from indexer.log.event_log import AspectRecord
from service.aspects.content import content_hash
from service.explainer.attribution.facts import CatalogueFacts
from service.reasons import kept_usual
from service.reasons.facts import catalogue_facts
from service.reasons.kept_usual import FOLDER, FORMAT, KeptUsual
from service.recommender import Recommender
from service.storage import stand
from tests.service.world import NOW, filled, opened

OPERA = Item("i3", "films", "Opera night", "aria", categories=("Opera",))


def measured(palate: Recommender) -> CatalogueFacts:
    return catalogue_facts([item for _, item in palate.workspace.log.iter_items()])


@pytest.fixture(scope="module")
def measured_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("usual")
    palate = filled(folder)
    kept = KeptUsual(palate.workspace)
    now = kept.stand()
    assert now is not None
    kept.keep(measured(palate), now)
    palate.close()
    return folder


@pytest.fixture
def palate(measured_once: Path, tmp_path: Path) -> Iterator[Recommender]:
    shutil.copytree(measured_once, tmp_path, dirs_exist_ok=True)
    palate = opened(tmp_path)
    yield palate
    palate.close()


def change(palate: Recommender) -> None:
    palate.index_items([OPERA], {})


def add(palate: Recommender) -> None:
    palate.index_items([Item("new", "films", "Aida", categories=("Opera",))], {})


def delete(palate: Recommender) -> None:
    palate.delete_items(["i2"])


def test_it_is_what_was_measured(palate: Recommender) -> None:
    facts = KeptUsual(palate.workspace).take_up()
    assert facts == measured(palate)
    assert facts is not None
    assert facts.category_share["Space"] == 0.5  # every other one of forty


@pytest.mark.parametrize("happen", [change, add, delete])
def test_after_many_changes_it_must_be_measured(
    palate: Recommender, happen: Callable[[Recommender], None]
) -> None:
    happen(palate)  # to one of forty
    assert KeptUsual(palate.workspace).take_up() is None


def test_a_few_changes_move_no_share_that_matters_but_what_is_gone_is_forgotten(
    palate: Recommender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    before = KeptUsual(palate.workspace).take_up()
    change(palate)
    add(palate)
    assert KeptUsual(palate.workspace).take_up() == before
    delete(palate)
    assert KeptUsual(palate.workspace).take_up() is None


def test_where_a_language_model_has_spoken_nothing_is_kept(palate: Recommender) -> None:
    record = AspectRecord(content_hash(OPERA), "mood", ("grand",), "i3", "films", "m", "p", 1, NOW)
    palate.workspace.log.put_aspects([record])
    assert KeptUsual(palate.workspace).take_up() is None


def test_what_another_version_wrote_is_said_and_measured_anew(
    palate: Recommender, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_usual, "FORMAT", 99)
    assert KeptUsual(palate.workspace).take_up() is None
    told = f"cannot be used and is made anew: it has format {FORMAT}, this version reads 99"
    assert told in caplog.text
    assert (palate.workspace.settings.data / FOLDER).is_dir()
