"""Kept words: a start takes up what the one before has read, unless too much has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from indexer.catalog.item import Item
from service.recommender import Recommender
from service.serving.kept_words import FOLDER, KeptWords
from service.storage import stand
from service.wishes.lexicon import kept_segment
from service.wishes.lexicon.kept_segment import FORMAT
from service.wishes.lexicon.values import Value
from tests.service.world import filled, opened

MOST = 100
OPERA = Item("i3", "films", "Opera night", "aria", categories=("Opera",))


@pytest.fixture(scope="module")
def read_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("words")
    palate = filled(folder)
    palate.wishes.lexicon.prepare()
    palate.close()
    return folder


@pytest.fixture
def folder(read_once: Path, tmp_path: Path) -> Path:
    shutil.copytree(read_once, tmp_path, dirs_exist_ok=True)
    return tmp_path


def category(palate: Recommender, name: str) -> list[int]:
    lexicon = palate.wishes.lexicon.now(palate.ranker.n_items)[0]
    found: list[int] = lexicon.mask(Value("categories", name)).nonzero()[0].tolist()
    return found


def test_nothing_is_read_where_nothing_has_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    palate = opened(folder)
    monkeypatch.setattr(palate.workspace.log, "iter_items", None)
    assert category(palate, "Space") == list(range(0, 40, 2))
    palate.close()


def test_what_has_changed_since_stands_for_what_was_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    palate = opened(folder)
    palate.index_items([OPERA, Item("new", "films", "Aida", categories=("Opera",))], {})
    palate.close()
    palate = opened(folder)
    monkeypatch.setattr(palate.workspace.log, "iter_items", None)
    assert category(palate, "Opera") == [3, 40]
    assert 3 not in category(palate, "Love")
    palate.close()


def test_after_many_changes_all_is_read(folder: Path) -> None:
    palate = opened(folder)
    palate.index_items([OPERA], {})
    kept = KeptWords(palate.workspace)
    assert kept.take_up(MOST) is None
    assert category(palate, "Opera") == [3]
    found = kept.take_up(MOST)
    assert found is not None
    assert found[1] == {}
    palate.close()


def test_where_an_item_is_gone_all_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    palate = opened(folder)
    palate.delete_items(["i2"])
    assert KeptWords(palate.workspace).take_up(MOST) is None
    assert 2 not in category(palate, "Space")
    palate.close()


def test_no_more_than_can_stand_beside_the_rest_is_taken_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stand, "FEW", 1.0)
    palate = opened(folder)
    palate.index_items([OPERA], {})
    kept = KeptWords(palate.workspace)
    assert kept.take_up(1) is not None
    assert kept.take_up(0) is None
    palate.close()


def test_what_cannot_be_used_is_said_and_read_anew(
    folder: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_segment, "FORMAT", 99)
    palate = opened(folder)
    assert category(palate, "Space") == list(range(0, 40, 2))
    palate.close()
    told = f"cannot be used and is made anew: it has format {FORMAT}, this version reads 99"
    assert told in caplog.text
    assert (folder / FOLDER).is_dir()
